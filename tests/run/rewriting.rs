//! Articles that are written again: by `tamis state retry`, after settings have changed, and from another folder.

use super::bench::{Bench, Ended, mark, page, program};
use super::support::{Answer, Server};

const SAVED: &str = "[sources]\nsaved = [\"pages\"]\n";

fn retry(bench: &Bench) -> Ended {
    let retry = bench.tamis(&["state", "retry", "--state", "done", "--state", "rejected"]);
    assert_eq!(retry.code, Some(0), "{}", retry.stderr);
    bench.run()
}

fn saved(rest: &str) -> Bench {
    let bench = Bench::new(&format!("{SAVED}{rest}"));
    bench.write("pages/a.html", page("a"));
    bench.write("pages/b.html", page("b"));
    assert_eq!(bench.run().code, Some(0));
    bench
}

#[test]
fn retry_writes_a_saved_page_again_whatever_its_bytes_are() {
    let bench = saved("");
    std::fs::remove_file(bench.path("articles/a.txt")).unwrap();
    let run = retry(&bench);
    let report = bench.report();
    assert_eq!(
        (&report["written"], &report["rewritten"], &report["changed"]),
        (&2.into(), &2.into(), &0.into())
    );
    assert!(run.stderr.contains("2 written again"), "{}", run.stderr);
    assert_eq!(
        bench.files("articles").keys().collect::<Vec<_>>(),
        ["a.txt", "b.txt"],
        "no version of the same"
    );
    bench.run();
    assert_eq!(bench.report()["tried"], 0, "once is enough");
}

#[test]
fn retry_asks_a_server_for_the_whole_page() {
    let server = Server::start();
    server.on("/a", |asked| match asked.headers.get("if-none-match") {
        Some(_) => Answer::status(304),
        None => Answer::html(&page("a")).header("ETag", "\"one\""),
    });
    let bench = Bench::new("[fetch]\ndelay_seconds = 0\n[sources]\nlists = [\"urls.txt\"]\n");
    bench.write("urls.txt", server.url("/a").as_str());
    bench.run();
    for name in bench.files("articles").keys() {
        std::fs::remove_file(bench.path("articles").join(name)).unwrap();
    }
    retry(&bench);
    assert_eq!((bench.files("articles").len(), &bench.report()["not_modified"]), (1, &0.into()));
}

#[test]
fn an_article_that_cannot_be_read_again_stays_and_waits_for_its_turn() {
    let server = Server::start();
    server.sequence("/a", vec![Answer::html(&page("a")), Answer::status(500), Answer::html(&page("a"))]);
    let rest =
        "[fetch]\ndelay_seconds = 0\nretries = 0\n[refresh]\nafter_hours = []\n[job]\nretry_seconds = 0\n";
    let bench = Bench::new(&format!("[sources]\nlists = [\"urls.txt\"]\n{rest}"));
    bench.write("urls.txt", server.url("/a").as_str());
    bench.run();
    retry(&bench);
    assert_eq!(bench.report()["in_vain"], 1);
    bench.run();
    assert_eq!((&bench.report()["rewritten"], server.count("/a")), (&1.into(), 3));
}

#[test]
fn other_settings_are_told_until_all_is_written_again() {
    let bench = saved("");
    let told = |run: &Ended| run.stderr.contains("cleaned with other [clean] settings or rules");
    assert!(!told(&bench.run()));
    bench.write("config.toml", format!("{SAVED}[clean]\nkeep = [\"caption\"]\n"));
    let run = bench.run();
    assert!(told(&run) && run.stderr.contains("than these: 2 pages;"), "{}", run.stderr);
    assert!(!told(&retry(&bench)));
    assert!(!told(&bench.run()));
}

#[test]
fn articles_move_to_another_output_by_retry() {
    let bench = saved("[output]\nkind = \"jsonl\"\n");
    bench.write("config.toml", SAVED);
    let run = bench.run();
    assert!(run.stderr.contains("articles was not there, though earlier runs wrote 2"), "{}", run.stderr);
    let run = bench.run();
    assert!(run.stderr.contains("written to another [output] than this: 2 articles"), "{}", run.stderr);
    let run = retry(&bench);
    assert!(!run.stderr.contains("[output]"), "{}", run.stderr);
    assert_eq!(bench.files("articles").len(), 2);
}

#[test]
fn a_database_that_is_gone_is_told_and_filled_again() {
    let bench = saved("[output]\nkind = \"sqlite\"\n");
    std::fs::remove_file(bench.path("articles.sqlite")).unwrap();
    let run = bench.run();
    assert!(
        run.stderr.contains("articles.sqlite was not there, though earlier runs wrote 2"),
        "{}",
        run.stderr
    );
    retry(&bench);
    let database = rusqlite::Connection::open(bench.path("articles.sqlite")).unwrap();
    let rows = database.query_row("SELECT count(*) FROM articles", [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(rows, 2);
}

#[test]
fn an_article_of_another_format_gives_way_to_the_new_file() {
    let bench = saved("[output]\nformat = \"md\"\n");
    bench.write("config.toml", SAVED);
    bench.write("pages/a.html", page("a, seconde version"));
    bench.run();
    let files = bench.files("articles");
    let (earlier, current): (Vec<_>, Vec<_>) =
        files.keys().map(String::as_str).partition(|name| name.starts_with("versions/a."));
    assert_eq!((earlier.len(), current), (1, vec!["a.txt", "b.md"]), "{files:?}");
    assert!(files[earlier[0]].contains(&mark("a")) && earlier[0].ends_with(".md"), "{files:?}");
}

#[test]
fn a_run_from_another_folder_knows_the_articles_of_the_first() {
    let bench = saved("[output]\nkind = \"sqlite\"\n");
    bench.write("pages/a.html", page("a, seconde version"));
    let mut command = program();
    command.arg("run").arg("-c").arg(bench.path("config.toml")).current_dir(bench.path("pages"));
    let run = Ended::of(command.output().unwrap());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let database = rusqlite::Connection::open(bench.path("articles.sqlite")).unwrap();
    let query = "SELECT group_concat(source, ' ') FROM articles";
    let sources: String = database.query_row(query, [], |row| row.get(0)).unwrap();
    assert_eq!(sources, "pages/a.html pages/b.html");
}
