//! Feeds and robots.txt over runs: asked for only if they have changed, and believed while they hold.

use super::bench::{Bench, page};
use super::support::{Answer, Asked, Server};

const FEED: &str = "/rss";

fn feed(server: &Server, paths: &[&str]) -> String {
    let item = |path: &&str| format!("<item><title>t</title><link>{}</link></item>", server.url(path));
    let items: String = paths.iter().map(item).collect();
    format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>")
}

/// Serves a feed of a version, to whoever does not have it yet.
fn serve(server: &Server, version: &'static str, paths: &[&str]) {
    let text = feed(server, paths);
    let answer = move |asked: &Asked| match asked.headers.get("if-none-match") {
        Some(known) if known == version => Answer::status(304),
        _ => Answer::bytes("application/rss+xml", text.clone().into_bytes()).header("ETag", version),
    };
    server.on(FEED, answer);
    for path in paths {
        server.route(path, Answer::html(&page(path)));
    }
}

fn bench(server: &Server, fetch: &str) -> Bench {
    let sources = format!("[sources]\nfeeds = [\"{}\"]\n", server.url(FEED));
    Bench::new(&format!("[fetch]\ndelay_seconds = 0\n{fetch}{sources}"))
}

#[test]
fn a_feed_is_asked_for_by_its_etag_and_its_copy_serves_when_it_has_not_changed() {
    let server = Server::start();
    serve(&server, "\"one\"", &["/a"]);
    let bench = bench(&server, "");
    assert_eq!(bench.run().code, Some(0));
    // what the feed names is not lost with the state of its pages
    bench.tamis(&["state", "forget", "--state", "done"]);
    let second = bench.run();
    assert_eq!(second.code, Some(0), "{}", second.stderr);
    serve(&server, "\"two\"", &["/b", "/a"]);
    assert_eq!(bench.run().code, Some(0));
    let log = server.log();
    let known: Vec<Option<&str>> = log
        .iter()
        .filter(|asked| asked.path == FEED)
        .map(|asked| asked.headers.get("if-none-match").map(String::as_str))
        .collect();
    assert_eq!(known, [None, Some("\"one\""), Some("\"one\"")]);
    assert_eq!(["/a", "/b"].map(|path| server.count(path)), [2, 1]);
    assert_eq!(bench.files("articles").len(), 2);
}

#[test]
fn robots_txt_is_believed_over_runs_until_it_expires() {
    for (fetch, asked) in [("", 1..=1), ("robots_expiry_seconds = 0\n", 2..=6)] {
        let server = Server::start();
        serve(&server, "\"one\"", &["/a", "/private/b"]);
        server.robots("User-agent: *\nDisallow: /private/\n");
        let bench = bench(&server, fetch);
        bench.run();
        bench.tamis(&["state", "forget", "--state", "done"]);
        bench.run();
        assert!(asked.contains(&server.count("/robots.txt")), "{fetch}: {}", server.count("/robots.txt"));
        assert_eq!((server.count("/a"), server.count("/private/b")), (2, 0), "{fetch}");
    }
}

#[test]
fn copies_that_cannot_be_used_cost_a_warning_and_nothing_else() {
    let server = Server::start();
    serve(&server, "\"one\"", &["/a"]);
    let bench = bench(&server, "");
    let theirs = "no database ".repeat(500);
    bench.write("state/tamis-copies.sqlite", &theirs);
    let run = bench.run();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stderr.contains("tamis-copies.sqlite") && run.stderr.contains("move the file away"),
        "{}",
        run.stderr
    );
    assert_eq!((bench.files("articles").len(), bench.read("state/tamis-copies.sqlite")), (1, theirs));
}
