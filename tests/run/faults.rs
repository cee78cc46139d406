//! A run whose every change of a file fails once: nothing is lost, doubled or half-written, the exit code says so, and
//! the next run sets it right. And a wall clock that jumps.
//!
//! `failing.c` is the layer that fails; it is preloaded (Linux with glibc), so that Rust's library and SQLite's C code
//! meet the same failures. Some calls go to the kernel past the C library; those are not counted.
//! The long version fails every single call, or each TAMIS_STEP-th: `cargo test --test run faults -- --ignored
//! --nocapture`.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use super::bench::{Bench, Ended, mark, page};

/// Saved pages of a run.
const PAGES: usize = 3;
/// Calls that the short version lets fail, for each output and manner.
const SAMPLES: usize = 4;
const DAY: i64 = 24 * 3600;

/// The compiled layer; `None` without a C compiler.
static LAYER: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/run/failing.c");
    let library =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("failing-{}.so", std::process::id()));
    let mut command = Command::new("cc");
    command.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl");
    let compiled = command.status().is_ok_and(|status| status.success());
    if !compiled {
        println!("skipped: `cc` cannot compile {source}");
    }
    compiled.then_some(library)
});

fn bench(output: &str) -> Bench {
    let bench = Bench::new(&format!("[sources]\nsaved = [\"pages\"]\n[output]\nkind = \"{output}\"\n"));
    for number in 0..PAGES {
        bench.write(&format!("pages/{number}.html"), page(&format!("n{number}n")));
    }
    bench
}

fn run_with(bench: &Bench, settings: &[(&str, &str)]) -> Option<Ended> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tamis"));
    command.arg("run").current_dir(bench.path("")).env("LD_PRELOAD", LAYER.as_ref()?);
    command.envs(settings.iter().copied());
    Some(Ended::of(command.output().expect("the program runs")))
}

/// All texts of an output that are whole.
fn texts(bench: &Bench, output: &str) -> String {
    match output {
        "folder" => bench
            .files("articles")
            .into_iter()
            .filter(|(name, _)| !name.contains("tamis-tmp"))
            .map(|(_, text)| text)
            .collect(),
        "jsonl" if bench.path("articles.jsonl").exists() => bench.read("articles.jsonl"),
        "sqlite" if bench.path("articles.sqlite").exists() => {
            let database = rusqlite::Connection::open(bench.path("articles.sqlite")).expect("a database");
            let all =
                database
                    .query_row("SELECT coalesce(group_concat(text), '') FROM articles", [], |row| row.get(0));
            all.unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// After a fault: nothing twice, no article in half, and the next run completes everything.
fn check(bench: &Bench, output: &str, what: &str) {
    if output == "folder" {
        let half = texts(bench, output).matches("Voici la phrase").count()
            - texts(bench, output).matches("au printemps.").count();
        assert_eq!(half, 0, "{what}: an article is there in half");
    }
    let run = bench.run();
    assert_eq!(run.code, Some(0), "{what}: {}", run.stderr);
    let texts = texts(bench, output);
    for number in 0..PAGES {
        assert_eq!(texts.matches(&mark(&format!("n{number}n"))).count(), 1, "{what}: page {number}");
    }
    assert!(bench.states().values().all(|state| state == "done"), "{what}: {:?}", bench.states());
    let leftovers: Vec<String> =
        bench.files("").into_keys().filter(|name| name.ends_with("tamis-tmp")).collect();
    assert_eq!(leftovers, Vec::<String>::new(), "{what}");
    assert_eq!(bench.report()["left"], 0, "{what}");
}

/// How many calls a run makes that change files.
fn calls(output: &str) -> Option<usize> {
    let survives = |at: usize| {
        let run = run_with(&bench(output), &[("FAIL_HOW", "kill"), ("FAIL_AT", &at.to_string())])?;
        Some(run.code.is_some())
    };
    let (mut killed, mut survived) = (0, 1024);
    assert!(survives(survived)?, "a run of {PAGES} pages changes files less often");
    while survived - killed > 1 {
        let middle = (killed + survived) / 2;
        if survives(middle)? { survived = middle } else { killed = middle }
    }
    assert!(killed > PAGES, "the layer has no effect");
    Some(killed)
}

/// Lets calls fail, one a run, every `step`-th.
fn fail_calls(output: &str, step: impl Fn(usize) -> usize) {
    let Some(calls) = calls(output) else { return };
    for how in ["once", "on", "kill"] {
        let (mut runs, mut failed) = (0, 0);
        for at in (1..=calls).step_by(step(calls)) {
            let what = format!("{output}, {how} {at} of {calls}");
            let bench = bench(output);
            let Some(run) = run_with(&bench, &[("FAIL_HOW", how), ("FAIL_AT", &at.to_string())]) else {
                return;
            };
            match run.code {
                None => assert_eq!(how, "kill", "{what}: {}", run.stderr),
                Some(1) => assert!(
                    run.stderr.contains("error: ") && run.stderr.contains("; "),
                    "{what}: {}",
                    run.stderr
                ),
                code => assert_eq!(code, Some(0), "{what}: {}", run.stderr),
            }
            runs += 1;
            failed += usize::from(run.code != Some(0));
            check(&bench, output, &what);
        }
        println!("{output}, {how}: {runs} of {calls} calls failed, {failed} runs ended early");
        assert!(failed > 0 && failed + 10 > runs / 2, "{output}, {how}: {failed} of {runs}");
    }
}

#[test]
fn a_folder_survives_failing_writes() {
    fail_calls("folder", |calls| calls / SAMPLES + 1);
}

#[test]
fn a_json_lines_file_survives_failing_writes() {
    fail_calls("jsonl", |calls| calls / SAMPLES + 1);
}

#[test]
fn a_database_survives_failing_writes() {
    fail_calls("sqlite", |calls| calls / SAMPLES + 1);
}

/// Which calls the long versions let fail: every one, or each so manieth.
fn long_step(_: usize) -> usize {
    std::env::var("TAMIS_STEP").ok().and_then(|step| step.parse().ok()).unwrap_or(1)
}

#[test]
#[ignore = "minutes: every call that changes a file fails, in three ways"]
fn a_folder_survives_every_failing_write() {
    fail_calls("folder", long_step);
}

#[test]
#[ignore = "minutes: every call that changes a file fails, in three ways"]
fn a_json_lines_file_survives_every_failing_write() {
    fail_calls("jsonl", long_step);
}

#[test]
#[ignore = "many minutes: every call that changes a file fails, in three ways"]
fn a_database_survives_every_failing_write() {
    fail_calls("sqlite", long_step);
}

#[test]
fn a_clock_that_jumps_a_day_loses_and_doubles_nothing() {
    for jump in [-DAY, DAY] {
        for output in ["folder", "jsonl", "sqlite"] {
            let what = format!("{output}, {jump} seconds");
            let bench = bench(output);
            let jumps = [("CLOCK_JUMP", jump.to_string())];
            let settings: Vec<(&str, &str)> =
                jumps.iter().map(|(name, value)| (*name, value.as_str())).collect();
            for settings in [&settings[..], &[], &settings[..]] {
                let Some(run) = run_with(&bench, settings) else { return };
                assert_eq!(run.code, Some(0), "{what}: {}", run.stderr);
            }
            check(&bench, output, &what);
        }
    }
}

#[test]
fn a_locked_database_is_said_and_left_alone() {
    for (output, file) in [("folder", "state/tamis.sqlite"), ("sqlite", "articles.sqlite")] {
        let bench = bench(output);
        assert_eq!(bench.run().code, Some(0));
        bench.write("pages/new.html", page("new"));
        let holder = rusqlite::Connection::open(bench.path(file)).expect("a database");
        holder.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
        let run = bench.run();
        assert_eq!(run.code, Some(1), "{file}: {}", run.stderr);
        assert!(run.stderr.contains("another program"), "{file}: {}", run.stderr);
        drop(holder);
        check(&bench, output, file);
    }
}
