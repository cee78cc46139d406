//! Runs over lists, feeds and sitemaps of a server on loopback.

use std::time::Duration;

use super::bench::{Bench, ended, mark, page, until};
use super::support::{Answer, Server};

/// Loopback needs no politeness; failures are quick.
const FAST: &str = "[fetch]\ndelay_seconds = 0\nbackoff_seconds = 0\nretries = 0\n";

fn listed() -> Bench {
    Bench::new(&format!("{FAST}[sources]\nlists = [\"urls.txt\"]\n"))
}

fn list(bench: &Bench, server: &Server, paths: &[&str]) {
    let urls: Vec<String> = paths.iter().map(|path| server.url(path).to_string()).collect();
    bench.write("urls.txt", urls.join("\n"));
}

#[test]
fn the_second_run_fetches_only_what_is_new() {
    let server = Server::start();
    for name in ["a", "b"] {
        server.route(&format!("/{name}"), Answer::html(&page(name)));
    }
    let bench = listed();
    list(&bench, &server, &["/a"]);
    let run = bench.run();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    list(&bench, &server, &["/a", "/b", "/a#top"]);
    assert_eq!(bench.run().code, Some(0));
    assert_eq!((server.count("/a"), server.count("/b")), (1, 1));
    let files = bench.files("articles");
    assert_eq!(files.len(), 2);
    assert!(files.values().any(|text| text.contains(&mark("a"))));
    assert!(files.keys().all(|name| name.starts_with("127.0.0.1-")), "{files:?}");
}

#[test]
fn every_url_ends_in_its_documented_state() {
    let server = Server::start();
    server.route("/ok", Answer::html(&page("ok")));
    server.route("/empty", Answer::html("<html><body></body></html>"));
    server.route("/gone", Answer::status(410));
    server.route("/broken", Answer::status(500));
    server.route("/image", Answer::html("x").header("Content-Type", "image/png"));
    server.robots("User-agent: *\nDisallow: /private/");
    let bench = listed();
    list(&bench, &server, &["/ok", "/empty", "/gone", "/missing", "/broken", "/private/x"]);
    let run = bench.run();
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    let states = bench.states();
    let state = |path: &str| states[server.url(path).as_str()].as_str();
    assert_eq!(["/ok", "/empty", "/gone"].map(state), ["done", "rejected", "gone"]);
    assert_eq!(["/missing", "/broken", "/private/x"].map(state), ["failing", "failing", "failed"]);
    let report = bench.report();
    assert_eq!((&report["tried"], &report["failed"], &report["failing"]), (&6.into(), &2.into(), &2.into()));

    let again = bench.run();
    assert_eq!(again.code, Some(0), "nothing failed in this run: {}", again.stderr);
    assert_eq!((server.count("/gone"), server.count("/broken"), server.count("/missing")), (1, 1, 1));
}

#[test]
fn what_failed_is_tried_again_when_its_time_has_come() {
    let server = Server::start();
    server.sequence("/a", vec![Answer::status(500), Answer::html(&page("a"))]);
    let bench = Bench::new(&format!("{FAST}[job]\nretry_seconds = 0\n[sources]\nlists = [\"urls.txt\"]\n"));
    list(&bench, &server, &["/a"]);
    assert_eq!(bench.run().code, Some(0));
    assert_eq!(bench.files("articles").len(), 0);
    bench.run();
    assert_eq!((bench.files("articles").len(), &bench.report()["sources"][0]["due"]), (1, &1.into()));
}

#[test]
fn a_page_fails_for_good_after_its_last_attempt() {
    let server = Server::start();
    server.route("/a", Answer::status(500));
    let job = "[job]\nretry_seconds = 0\nmax_attempts = 2\n";
    let bench =
        Bench::new(&format!("{FAST}{job}[sources]\nlists = [\"urls.txt\"]\n[output]\nkind = \"jsonl\"\n"));
    list(&bench, &server, &["/a"]);
    let codes = [bench.run().code, bench.run().code, bench.run().code];
    assert_eq!((codes, server.count("/a")), ([Some(0), Some(3), Some(0)], 2));
    let record: serde_json::Value = serde_json::from_str(bench.read("articles.jsonl").trim()).unwrap();
    assert_eq!(record["status"], "server-error");
}

#[test]
fn a_line_that_is_no_address_is_accounted_for_once() {
    let bench = Bench::new(&format!("{FAST}[sources]\nlists = [\"urls.txt\"]\n[output]\nkind = \"jsonl\"\n"));
    bench.write("urls.txt", "# list\nwww.site.example/page\n");
    let run = bench.run();
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(run.stderr.contains("urls.txt, line 2"), "{}", run.stderr);
    let record: serde_json::Value = serde_json::from_str(bench.read("articles.jsonl").trim()).unwrap();
    assert_eq!(
        (&record["status"], &record["source"]),
        (&"invalid-url".into(), &"www.site.example/page".into())
    );
    assert_eq!(bench.run().code, Some(0));
}

#[test]
fn feeds_and_sitemaps_name_pages_and_each_is_fetched_once() {
    let server = Server::start();
    for name in ["a", "b", "c"] {
        server.route(&format!("/{name}"), Answer::html(&page(name)));
    }
    let item = |path| format!("<item><title>t</title><link>{}</link></item>", server.url(path));
    let rss =
        format!("<rss version=\"2.0\"><channel><title>t</title>{}{}</channel></rss>", item("/a"), item("/b"));
    server.route("/rss", Answer::html(&rss).header("Content-Type", "application/rss+xml"));
    let location = |path| format!("<url><loc>{}</loc></url>", server.url(path));
    let urls = format!("<urlset>{}{}</urlset>", location("/b"), location("/c"));
    server.route("/map.xml", Answer::html(&urls).header("Content-Type", "application/xml"));
    let index =
        format!("<sitemapindex><sitemap><loc>{}</loc></sitemap></sitemapindex>", server.url("/map.xml"));
    server.route("/index.xml", Answer::html(&index).header("Content-Type", "application/xml"));
    let sources = format!(
        "[sources]\nfeeds = [\"{}\", \"{}\"]\nsitemaps = [\"{}\"]\n",
        server.url("/rss"),
        server.url("/no-feed"),
        server.url("/index.xml")
    );
    let bench = Bench::new(&format!("{FAST}{sources}"));
    let run = bench.run();
    assert_eq!(run.code, Some(3), "the second feed is not there: {}", run.stderr);
    assert_eq!(["/a", "/b", "/c"].map(|path| server.count(path)), [1, 1, 1]);
    assert_eq!(bench.files("articles").len(), 3);
    assert!(run.stderr.contains("no-feed"), "{}", run.stderr);
}

#[test]
fn an_overlapping_run_ends_with_75_and_fetches_nothing() {
    let server = Server::start();
    server.route("/slow", Answer::html(&page("slow")).after(Duration::from_secs(2)));
    let bench = listed();
    list(&bench, &server, &["/slow"]);
    let first = bench.start(&[]);
    let holder = first.id();
    until("the first run asks", || server.count("/slow") == 1);
    let second = bench.run();
    assert_eq!(second.code, Some(75), "{}", second.stderr);
    assert!(second.stderr.contains(&format!("process {holder} since")), "{}", second.stderr);
    assert_eq!(ended(first).code, Some(0));
    assert_eq!((server.count("/slow"), bench.files("articles").len()), (1, 1));
}

#[test]
fn the_time_budget_leaves_the_rest_to_the_next_run() {
    let server = Server::start();
    let paths: Vec<String> = (0..8).map(|number| format!("/{number}")).collect();
    for path in &paths {
        server.route(path, Answer::html(&page(path)).after(Duration::from_millis(400)));
    }
    let bench =
        Bench::new(&format!("{FAST}[job]\ntime_budget_seconds = 1\n[sources]\nlists = [\"urls.txt\"]\n"));
    list(&bench, &server, &paths.iter().map(String::as_str).collect::<Vec<_>>());
    let run = bench.run();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let report = bench.report();
    assert_eq!(report["stopped"], "time-budget");
    assert!(report["left"].as_u64().unwrap() > 0, "{report}");
    until("the rest is done", || {
        bench.run();
        bench.report()["left"] == 0
    });
    assert_eq!(bench.files("articles").len(), 8);
    assert!(paths.iter().all(|path| server.count(path) == 1));
}

#[cfg(unix)]
#[test]
fn sigterm_lets_what_is_under_way_end_and_saves_it() {
    let server = Server::start();
    server.route("/a", Answer::html(&page("a")).after(Duration::from_secs(1)));
    server.route("/b", Answer::html(&page("b")));
    let bench = listed();
    list(&bench, &server, &["/a", "/b"]);
    let run = bench.start(&[]);
    until("the run asks", || server.count("/a") == 1);
    let signal = std::process::Command::new("kill").args(["-TERM", &run.id().to_string()]).status().unwrap();
    assert!(signal.success());
    let run = ended(run);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!((&bench.report()["stopped"], &bench.report()["left"]), (&"shutdown".into(), &1.into()));
    assert_eq!((bench.files("articles").len(), server.count("/b")), (1, 0));
    bench.run();
    assert_eq!((bench.files("articles").len(), server.count("/a")), (2, 1));
}

#[cfg(unix)]
#[test]
fn sigterm_does_not_wait_for_politeness_and_what_waits_stays_pending() {
    let server = Server::start();
    server.route("/a", Answer::html(&page("a"))).route("/b", Answer::html(&page("b")));
    let polite = "[fetch]\ndelay_seconds = 3600\nrespect_robots = false\n";
    let bench =
        Bench::new(&format!("{polite}[job]\ngrace_seconds = 3600\n[sources]\nlists = [\"urls.txt\"]\n"));
    list(&bench, &server, &["/a", "/b"]);
    let mut run = bench.start(&[]);
    until("the first page is saved", || bench.files("articles").len() == 1);
    let signal = std::process::Command::new("kill").args(["-TERM", &run.id().to_string()]).status().unwrap();
    assert!(signal.success());
    let mut code = None;
    for _ in 0..6000 {
        code = run.try_wait().unwrap();
        if code.is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let _ = run.kill();
    assert_eq!(code.and_then(|code| code.code()), Some(0), "it waited for an hour's delay");
    let states = bench.states();
    assert_eq!(
        [server.url("/a"), server.url("/b")].map(|url| states[url.as_str()].as_str()),
        ["done", "new"]
    );
    assert_eq!(server.count("/b"), 0);
}

#[test]
fn credentials_in_an_address_are_used_and_kept_nowhere() {
    let server = Server::start();
    server.route("/a", Answer::html(&page("a")));
    let bench = Bench::new(&format!("{FAST}[sources]\nlists = [\"urls.txt\"]\n[output]\nkind = \"jsonl\"\n"));
    bench.write("urls.txt", server.url("/a").to_string().replace("http://", "http://anna:hush@"));
    let run = bench.run();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(!run.stderr.contains("hush"), "{}", run.stderr);
    for folder in ["state", "."] {
        let files = bench.files(folder).into_iter().filter(|(name, _)| !name.ends_with("urls.txt"));
        assert!(files.into_iter().all(|(_, content)| !content.contains("hush")));
    }
}

#[test]
fn sites_are_discovered_and_their_pages_chosen_by_age_and_address() {
    let server = Server::start();
    for name in ["a", "b", "video/c"] {
        server.route(&format!("/{name}"), Answer::html(&page(name)));
    }
    server.route("/", Answer::html("<link rel=alternate type=application/rss+xml href=/rss>"));
    let xml = |text: &str| Answer::html(text).header("Content-Type", "application/xml");
    let item = |path: &str| format!("<item><title>t</title><link>{}</link></item>", server.url(path));
    let items = item("/a?utm_source=rss") + &item("/video/c");
    server.route(
        "/rss",
        xml(&format!("<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>")),
    );
    let location = |path: &str, date: &str| {
        format!("<url><loc>{}</loc><lastmod>{date}</lastmod></url>", server.url(path))
    };
    let urls = location("/a", "2099-01-01") + &location("/b", "2001-01-01");
    server.route("/sitemap.xml", xml(&format!("<urlset>{urls}</urlset>")));
    let home = server.url("/");
    let place = format!("[sources.places.\"{home}\"]\nexclude = [\"*/video/*\"]\nmax_age_days = 7\n");
    let bench = Bench::new(&format!(
        "{FAST}warc = \"archive/pages.warc.gz\"\n[sources]\ndiscover = [\"{home}\"]\n{place}"
    ));
    let dry = bench.run_with(&["--dry-run"]);
    assert!(dry.code == Some(0) && !bench.path("archive").exists(), "{}", dry.stderr);
    let run = bench.run();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(bench.states().len(), 1, "{:?}", bench.states());
    let source = &bench.report()["sources"][0];
    assert_eq!((&source["new"], &source["doubled"], &source["filtered"]), (&1.into(), &1.into(), &2.into()));
    assert!(run.stderr.contains("not wanted by age or address: 2"), "{}", run.stderr);
    let records = saved_in(&bench.path("archive/pages.warc.gz"));
    assert!(records.iter().any(|url| url.ends_with("/a?utm_source=rss")), "{records:?}");
}

/// The addresses of the pages of an archive.
fn saved_in(archive: &std::path::Path) -> Vec<String> {
    let pages = tamis::source::warc::Warc::open(archive, 1 << 20).expect("an archive");
    pages.map(|page| page.expect("whole").url.expect("an address")).collect()
}
