//! What may befall a run: no room, no right to write, damaged files. It says so, ends with code 1, destroys
//! nothing, and the next run that may go on does.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use super::bench::{Bench, Ended, mark, page, program};
use super::support::{Answer, Server};

const SAVED: &str = "[sources]\nsaved = [\"pages\"]\n";
const NOBODY: u32 = 65534;

/// Runs as a user whom permissions bind; tests may run as root.
fn run_bound(bench: &Bench) -> Ended {
    let mut command = program();
    command.arg("run").current_dir(bench.path(""));
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    if is_root {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output().expect("the program runs");
    Ended::of(output)
}

fn set_mode(bench: &Bench, name: &str, mode: u32) {
    std::fs::set_permissions(bench.path(name), std::fs::Permissions::from_mode(mode)).expect("permissions");
}

#[test]
fn a_read_only_output_or_state_is_said_before_anything_is_done() {
    for (folder, other) in [("articles", "state"), ("state", "articles")] {
        let bench = Bench::new(SAVED);
        bench.write("pages/a.html", page("a"));
        for name in [folder, other] {
            std::fs::create_dir(bench.path(name)).unwrap();
        }
        set_mode(&bench, "", 0o755);
        set_mode(&bench, other, 0o777);
        set_mode(&bench, folder, 0o555);
        let run = run_bound(&bench);
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        assert!(run.stderr.contains(folder) && run.stderr.contains("check that"), "{}", run.stderr);
        assert!(bench.files("articles").is_empty());
        set_mode(&bench, folder, 0o777);
        let run = run_bound(&bench);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert_eq!(bench.files("articles").len(), 1);
    }
}

/// Runs with a limit on the size of files, in blocks of 512 bytes (of 1024 in some shells).
fn run_limited(bench: &Bench, blocks: u32) -> Ended {
    let script = format!("ulimit -f {blocks}; exec \"$0\" run --allow-private");
    let mut command = Command::new("sh");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_tamis")]).current_dir(bench.path(""));
    Ended::of(command.output().expect("a shell"))
}

fn texts(bench: &Bench, output: &str) -> String {
    match output {
        "jsonl" => bench.read("articles.jsonl"),
        "sqlite" => {
            let database = rusqlite::Connection::open(bench.path("articles.sqlite")).unwrap();
            let health: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            assert_eq!(health, "ok");
            database.query_row("SELECT group_concat(text) FROM articles", [], |row| row.get(0)).unwrap()
        }
        _ => bench.files("articles").into_values().collect(),
    }
}

#[test]
fn when_no_more_can_be_written_nothing_is_lost() {
    const PAGES: usize = 40;
    for output in ["folder", "jsonl", "sqlite"] {
        let bench = Bench::new(&format!("{SAVED}[output]\nkind = \"{output}\"\n"));
        for number in 0..PAGES {
            bench.write(&format!("pages/{number}.html"), page(&format!("n{number}n")));
        }
        let mut failed = 0;
        // From too little for the state database's first page to nearly enough for all.
        for blocks in [2, 40, 80, 160, 240] {
            let run = run_limited(&bench, blocks);
            assert!(matches!(run.code, Some(0 | 1)), "{output}, {blocks} blocks: {run:?}");
            if run.code == Some(1) {
                failed += 1;
                assert!(run.stderr.contains("error: "), "{}", run.stderr);
            }
        }
        assert!(failed > 0, "no run met its limit");
        let run = bench.run();
        assert_eq!(run.code, Some(0), "{output}: {}", run.stderr);
        let texts = texts(&bench, output);
        for number in 0..PAGES {
            assert_eq!(texts.matches(&mark(&format!("n{number}n"))).count(), 1, "{output}, page {number}");
        }
        let database = rusqlite::Connection::open(bench.path("state/tamis.sqlite")).unwrap();
        let health: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(health, "ok");
        let leftovers = bench.files("").into_keys().filter(|name| name.ends_with("tamis-tmp")).count();
        assert_eq!(leftovers, 0);
    }
}

#[test]
fn an_archive_that_cannot_be_written_ends_the_run_and_its_pages_are_for_the_next() {
    const PAGES: usize = 20;
    let server = Server::start();
    let filler = format!("<!-- {} -->", "x".repeat(100_000));
    let urls: Vec<String> = (0..PAGES).map(|number| server.url(&format!("/{number}")).to_string()).collect();
    for number in 0..PAGES {
        let name = format!("n{number}n");
        server.route(&format!("/{number}"), Answer::html(&page(&name).replace("</body>", &filler)));
    }
    let fetch = "[fetch]\ndelay_seconds = 0\nrespect_robots = false\nwarc = \"a.warc\"\n";
    let bench = Bench::new(&format!("{fetch}[sources]\nlists = [\"urls.txt\"]\n"));
    bench.write("urls.txt", urls.join("\n"));
    let run = run_limited(&bench, 1000);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(
        run.stderr.contains("cannot save the archive") && run.stderr.contains("a.warc"),
        "{}",
        run.stderr
    );
    assert!(bench.states().values().all(|state| state == "done" || state == "new"), "{:?}", bench.states());
    assert!(bench.states().values().any(|state| state == "new"));
    let run = bench.run();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(bench.files("articles").len(), PAGES);
    let cleaned = bench.tamis(&["clean", "a.warc", "--format", "jsonl"]);
    assert_eq!(
        (cleaned.code, cleaned.stdout.lines().count() >= PAGES),
        (Some(0), true),
        "{}",
        cleaned.stderr
    );
}

#[test]
fn a_damaged_output_database_is_left_as_it_is() {
    let bench = Bench::new(&format!("{SAVED}[output]\nkind = \"sqlite\"\n"));
    bench.write("pages/a.html", page("a"));
    let damaged = "garbage ".repeat(1000);
    bench.write("articles.sqlite", &damaged);
    let run = bench.run();
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(
        run.stderr.contains("articles.sqlite") && run.stderr.contains("choose another file"),
        "{}",
        run.stderr
    );
    assert_eq!(bench.read("articles.sqlite"), damaged);
}

#[test]
fn a_truncated_state_database_is_left_as_it_is() {
    let bench = Bench::new(SAVED);
    for number in 0..200 {
        bench.write(&format!("pages/{number}.html"), page(&format!("n{number}n")));
    }
    bench.run();
    let whole = std::fs::read(bench.path("state/tamis.sqlite")).unwrap();
    let cut = &whole[..whole.len() / 2];
    bench.write("state/tamis.sqlite", cut);
    let articles = bench.files("articles");
    let run = bench.run();
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("damaged"), "{}", run.stderr);
    assert_eq!(std::fs::read(bench.path("state/tamis.sqlite")).unwrap(), cut);
    assert_eq!(bench.files("articles"), articles);
}
