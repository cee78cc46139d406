//! Known pages that are asked again: what has changed is written, what has not is not, and nothing is lost.
//! And `tamis state retry`, which has all written again.

use std::time::Duration;

use super::bench::{Bench, mark, page, until};
use super::support::{Answer, Asked, Server};

const FAST: &str = "[fetch]\ndelay_seconds = 0\nbackoff_seconds = 0\nretries = 0\n";

fn bench(server: &Server, output: &str) -> Bench {
    let bench = Bench::new(&format!("{FAST}[sources]\nlists = [\"urls.txt\"]\n{output}"));
    bench.write("urls.txt", server.url("/a").as_str());
    bench
}

/// Runs again as if the time of every page had come.
fn run_again(bench: &Bench) -> serde_json::Value {
    bench.let_time_pass();
    let run = bench.run();
    assert!(matches!(run.code, Some(0 | 3)), "{}", run.stderr);
    bench.report()
}

/// Answers 304 to who has the copy with this tag already.
fn tagged(tag: &'static str, text: String) -> impl Fn(&Asked) -> Answer + Send + Sync {
    move |asked| match asked.headers.get("if-none-match") {
        Some(known) if known == tag => Answer::status(304),
        _ => Answer::html(&text).header("ETag", tag),
    }
}

#[test]
fn an_unmodified_page_keeps_its_article() {
    let server = Server::start();
    server.on("/a", tagged("\"one\"", page("a")));
    let bench = bench(&server, "");
    bench.run();
    let before = bench.files("articles");
    let report = run_again(&bench);
    assert_eq!(
        (&report["not_modified"], &report["tried"], &report["written"]),
        (&1.into(), &0.into(), &0.into())
    );
    assert_eq!((bench.files("articles"), server.count("/a")), (before, 2));
    assert_eq!(bench.states()[server.url("/a").as_str()], "done");
}

#[test]
fn last_modified_is_asked_with_too() {
    let server = Server::start();
    let date = "Fri, 02 Jan 2026 03:04:05 GMT";
    server.on("/a", move |asked| match asked.headers.get("if-modified-since") {
        Some(known) if known == date => Answer::status(304),
        _ => Answer::html(&page("a")).header("Last-Modified", date),
    });
    let bench = bench(&server, "");
    bench.run();
    assert_eq!(run_again(&bench)["not_modified"], 1);
}

#[test]
fn noise_around_the_article_is_no_change() {
    let server = Server::start();
    let with = |noise: &str| page("a").replace("Mentions légales", noise);
    server.sequence("/a", vec![Answer::html(&with("Vu 10 fois")), Answer::html(&with("Vu 11 fois"))]);
    let bench = bench(&server, "[output]\nkind = \"jsonl\"\n");
    bench.run();
    let before = bench.read("articles.jsonl");
    let report = run_again(&bench);
    assert_eq!((&report["unchanged"], &report["changed"]), (&1.into(), &0.into()));
    assert_eq!(bench.read("articles.jsonl"), before);
}

fn changing() -> Server {
    let server = Server::start();
    let corrected = page("a").replace("hier soir", "mardi soir");
    server.sequence("/a", vec![Answer::html(&page("a")), Answer::html(&corrected)]);
    server
}

#[test]
fn a_changed_article_is_rewritten_and_the_earlier_file_kept_aside() {
    let server = changing();
    let bench = bench(&server, "");
    bench.run();
    let report = run_again(&bench);
    assert_eq!((&report["changed"], &report["written"]), (&1.into(), &1.into()));
    let files = bench.files("articles");
    let (aside, current): (Vec<_>, Vec<_>) =
        files.iter().partition(|(name, _)| name.starts_with("versions/"));
    assert_eq!((aside.len(), current.len()), (1, 1), "{files:?}");
    assert!(aside[0].1.contains("hier soir") && current[0].1.contains("mardi soir"), "{files:?}");
    run_again(&bench);
    assert_eq!(bench.files("articles"), files, "the third time it is the same");
}

#[test]
fn the_earlier_text_is_dropped_where_that_is_configured() {
    let server = changing();
    let bench = bench(&server, "[output]\nearlier_versions = \"drop\"\n");
    bench.run();
    run_again(&bench);
    let files = bench.files("articles");
    assert_eq!(files.len(), 1);
    assert!(files.values().all(|text| text.contains("mardi soir")));
}

#[test]
fn a_database_keeps_the_versions_of_a_changed_article() {
    let server = changing();
    let bench = bench(&server, "[output]\nkind = \"sqlite\"\n");
    bench.run();
    run_again(&bench);
    let database = rusqlite::Connection::open(bench.path("articles.sqlite")).unwrap();
    let text = |query: &str| database.query_row(query, [], |row| row.get::<_, String>(0)).unwrap();
    assert!(text("SELECT group_concat(text) FROM articles").contains("mardi soir"));
    assert!(text("SELECT group_concat(text) FROM versions").contains("hier soir"));
}

#[test]
fn an_article_outlives_its_page() {
    for (answer, state) in [
        (Answer::status(500), "done"),
        (Answer::status(410), "gone"),
        (Answer::html("<html><body></body></html>"), "done"),
        (Answer::status(404), "done"),
    ] {
        let server = Server::start();
        server.sequence("/a", vec![Answer::html(&page("a")), answer]);
        let bench = bench(&server, "");
        bench.run();
        let report = run_again(&bench);
        assert_eq!((&report["in_vain"], &report["failed"]), (&1.into(), &0.into()), "{report}");
        assert_eq!(bench.states()[server.url("/a").as_str()], state);
        assert!(bench.files("articles").values().all(|text| text.contains(&mark("a"))));
        assert_eq!(bench.files("articles").len(), 1);
    }
}

#[test]
fn what_is_gone_is_never_asked_again_and_not_found_twice_is_gone() {
    let server = Server::start();
    server.route("/a", Answer::status(404));
    let bench = Bench::new(&format!("{FAST}[sources]\nlists = [\"urls.txt\"]\n[job]\nretry_seconds = 0\n"));
    bench.write("urls.txt", server.url("/a").as_str());
    let state = || bench.states()[server.url("/a").as_str()].clone();
    assert_eq!((bench.run().code, state().as_str()), (Some(0), "failing"));
    assert_eq!((bench.run().code, state().as_str()), (Some(3), "gone"));
    bench.run();
    assert_eq!(server.count("/a"), 2);
}

#[test]
fn a_young_article_is_asked_again_by_itself_and_then_left_alone() {
    let server = Server::start();
    server.on("/a", tagged("\"one\"", page("a")));
    // 3.6 seconds after it was first seen
    let bench = bench(&server, "[refresh]\nafter_hours = [0.001]\n");
    bench.run();
    until("the page is asked again", || {
        std::thread::sleep(Duration::from_millis(200));
        bench.run();
        server.count("/a") == 2
    });
    bench.run();
    assert_eq!((server.count("/a"), &bench.report()["sources"][0]["known"]), (2, &1.into()));
}

#[test]
fn a_page_that_left_its_feed_is_still_tried_again() {
    let server = Server::start();
    let item = format!("<item><title>t</title><link>{}</link></item>", server.url("/a"));
    let feed = |items: &str| {
        let rss = format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>");
        Answer::html(&rss).header("Content-Type", "application/rss+xml")
    };
    server.sequence("/rss", vec![feed(&item), feed("")]);
    server.sequence("/a", vec![Answer::status(500), Answer::html(&page("a"))]);
    let sources = format!("[sources]\nfeeds = [\"{}\"]\n[job]\nretry_seconds = 0\n", server.url("/rss"));
    let bench = Bench::new(&format!("{FAST}{sources}"));
    bench.run();
    assert_eq!(bench.files("articles").len(), 0);
    bench.run();
    assert_eq!((bench.files("articles").len(), &bench.report()["sources"][0]["due"]), (1, &1.into()));
}
