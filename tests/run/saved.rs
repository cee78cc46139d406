//! Runs over saved pages.

use super::bench::{Bench, mark, page};

const SAVED: &str = "[sources]\nsaved = [\"pages\"]\n";

#[test]
fn the_second_run_does_only_what_is_new_or_changed() {
    let bench = Bench::new(SAVED);
    bench.write("pages/a/page.html", page("a"));
    bench.write("pages/b/page.html", page("b"));
    let first = bench.run();
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert_eq!(bench.report()["written"], 2);
    let files = bench.files("articles");
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a.txt", "b.txt"]);
    assert!(files["a.txt"].contains(&mark("a")) && !files["a.txt"].contains(&mark("b")));

    assert_eq!(bench.run().code, Some(0));
    assert_eq!((&bench.report()["tried"], &bench.report()["sources"][0]["known"]), (&0.into(), &2.into()));

    bench.write("pages/b/page.html", page("b, seconde version"));
    bench.write("pages/c/page.html", page("c"));
    bench.run();
    let report = bench.report();
    assert_eq!((&report["sources"][0]["new"], &report["sources"][0]["due"]), (&1.into(), &1.into()));
    let files = bench.files("articles");
    let names = files.keys().map(String::as_str);
    let (earlier, current): (Vec<_>, Vec<_>) = names.partition(|name| name.starts_with("versions/"));
    assert_eq!((earlier.len(), current), (1, vec!["a.txt", "b.txt", "c.txt"]));
    assert!(files["b.txt"].contains("seconde version"));
}

#[test]
fn a_page_that_was_only_touched_is_not_cleaned_again() {
    let bench = Bench::new(SAVED);
    bench.write("pages/a.html", page("a"));
    bench.run();
    std::fs::remove_file(bench.path("articles/a.txt")).unwrap();
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
    std::fs::File::options()
        .write(true)
        .open(bench.path("pages/a.html"))
        .unwrap()
        .set_modified(later)
        .unwrap();
    bench.run();
    assert_eq!((&bench.report()["unchanged"], &bench.report()["tried"]), (&1.into(), &0.into()));
    bench.run();
    assert_eq!(bench.report()["unchanged"], 0, "the new time is remembered");
}

#[test]
fn a_name_that_is_taken_stays_with_its_page() {
    let bench = Bench::new(SAVED);
    bench.write("pages/z/titre.html", page("z"));
    bench.run();
    bench.write("pages/a/titre.html", page("a"));
    bench.run();
    let files = bench.files("articles");
    assert!(files["titre.txt"].contains(&mark("z")));
    assert!(files["a-titre.txt"].contains(&mark("a")));
}

#[test]
fn pages_that_are_no_articles_are_counted_and_explained() {
    let bench = Bench::new(&format!("{SAVED}[output]\nkind = \"jsonl\"\n"));
    bench.write("pages/a.html", page("a"));
    bench.write("pages/empty.html", "<html><body></body></html>");
    let run = bench.run();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!((&bench.report()["written"], &bench.report()["rejected"]), (&1.into(), &1.into()));
    let lines = bench.read("articles.jsonl");
    let records: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let rejected = records.iter().find(|record| record["source"] == "pages/empty.html").unwrap();
    assert!(rejected["status"] != "ok" && rejected["reason"].is_string(), "{rejected}");
    assert_eq!(bench.states()["pages/empty.html"], "rejected");
}

#[test]
fn a_dry_run_counts_and_writes_nothing() {
    let bench = Bench::new(SAVED);
    bench.write("pages/a.html", page("a"));
    let before = bench.files("");
    let dry = bench.run_with(&["--dry-run"]);
    assert_eq!(dry.code, Some(0), "{}", dry.stderr);
    assert!(dry.stderr.contains("would try 1 page: 1 new, 0 due; 0 known"), "{}", dry.stderr);
    assert_eq!(bench.files(""), before);

    bench.run();
    bench.write("pages/b.html", page("b"));
    let before = bench.files("");
    let dry = bench.run_with(&["--dry-run"]);
    assert!(dry.stderr.contains("would try 1 page: 1 new, 0 due; 1 known"), "{}", dry.stderr);
    assert_eq!(bench.files(""), before);
}

#[test]
fn a_source_that_is_missing_does_not_keep_the_others_from_being_read() {
    let bench = Bench::new("[sources]\nsaved = [\"nowhere\", \"pages\"]\nlists = [\"no.txt\"]\n");
    bench.write("pages/a.html", page("a"));
    let run = bench.run();
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(
        run.stderr.contains("nowhere was not found") && run.stderr.contains("cannot read no.txt"),
        "{}",
        run.stderr
    );
    assert_eq!(bench.files("articles").len(), 1);
}

#[test]
fn the_built_in_default_cleans_the_samples() {
    let bench = Bench::new("");
    std::fs::remove_file(bench.path("config.toml")).unwrap();
    for slug in ["fr-quotidien-national", "de-tageszeitung"] {
        let sample = format!("{}/samples/pages/{slug}", env!("CARGO_MANIFEST_DIR"));
        bench.write(
            &format!("samples/pages/{slug}/page.html"),
            std::fs::read(format!("{sample}/page.html")).unwrap(),
        );
        bench.write(&format!("samples/pages/{slug}/article.txt"), "Not a page.");
    }
    let run = bench.run();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let names: Vec<String> = bench.files("articles").into_keys().collect();
    assert_eq!(names, ["de-tageszeitung.txt", "fr-quotidien-national.txt"]);
}

#[test]
fn a_damaged_state_is_refused_and_nothing_is_touched() {
    let bench = Bench::new(SAVED);
    bench.write("pages/a.html", page("a"));
    let damaged = "garbage ".repeat(1000);
    bench.write("state/tamis.sqlite", &damaged);
    let run = bench.run();
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("damaged") && run.stderr.contains("move the file away"), "{}", run.stderr);
    assert_eq!(bench.read("state/tamis.sqlite"), damaged);
    assert!(!bench.path("articles").exists());
}
