//! Hosts that do not answer, sources that the time does not suffice for, and what is said of it.

use super::bench::{Bench, page};
use super::support::{Answer, Server};

const PAGES: usize = 12;
/// Addresses without an answer after which a host is let alone.
const MOST_SILENT: usize = 5;

fn silent(server: &Server) -> Bench {
    let fetch = "[fetch]\ndelay_seconds = 0\nretries = 0\nread_timeout_seconds = 0.3\n";
    let bench = Bench::new(&format!("{fetch}[sources]\nlists = [\"urls.txt\"]\n"));
    let urls: Vec<String> = (0..PAGES).map(|number| server.url(&format!("/{number}")).to_string()).collect();
    bench.write("urls.txt", urls.join("\n"));
    bench
}

#[test]
fn a_host_that_does_not_answer_is_not_asked_for_all_of_its_pages() {
    let server = Server::start();
    for number in 0..PAGES {
        server.route(&format!("/{number}"), Answer::silence());
    }
    let bench = silent(&server);
    let run = bench.run();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let report = bench.report();
    assert_eq!(report["statuses"]["timeout"], MOST_SILENT);
    assert_eq!(
        (&report["statuses"]["host-silent"], &report["failing"]),
        (&(PAGES - MOST_SILENT).into(), &PAGES.into())
    );
    assert!(run.stderr.contains("it did not answer, and is asked again in a later run"), "{}", run.stderr);
    let asked = (0..PAGES).map(|number| server.count(&format!("/{number}"))).sum::<usize>();
    assert_eq!(asked, MOST_SILENT);
    // those that were not asked for have lost no try
    let listed = bench.tamis(&["state", "--status", "host-silent", "--format", "jsonl"]).stdout;
    assert_eq!((listed.lines().count(), listed.matches("\"attempts\":0").count()), (7, 7), "{listed}");
}

#[test]
fn an_answer_ends_the_silence_of_a_host() {
    let server = Server::start();
    for number in 0..PAGES {
        let answer = if number % MOST_SILENT == 3 { Answer::html(&page("a")) } else { Answer::silence() };
        server.route(&format!("/{number}"), answer);
    }
    let bench = silent(&server);
    bench.run();
    assert!(bench.report()["statuses"]["host-silent"].is_null(), "{}", bench.report()["statuses"]);
}

#[test]
fn a_source_that_the_time_does_not_suffice_for_is_named() {
    let server = Server::start();
    server.route("/robots.txt", Answer::text("User-agent: *\nCrawl-delay: 60\n"));
    server.route("/rss", Answer::html("<rss version=\"2.0\"><channel></channel></rss>"));
    let feeds = format!("[sources]\nfeeds = [\"{}\"]\n", server.url("/rss"));
    let bench = Bench::new(&format!("{feeds}[job]\ntime_budget_seconds = 1\n"));
    let run = bench.run();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("1 source could not be read in the time of this run"), "{}", run.stderr);
    assert!(run.stderr.contains("raise job.time_budget_seconds (now 1)"), "{}", run.stderr);
    assert_eq!(bench.report()["sources"][0]["problems"][0]["weight"], "unread");
}

#[test]
fn a_quiet_run_that_ends_badly_says_why() {
    let server = Server::start();
    server.route("/a", Answer::html(&page("a")));
    let feeds =
        format!("[sources]\nfeeds = [\"{}\"]\nlists = [\"urls.txt\"]\n", server.url("/rss?token=hush"));
    let bench = Bench::new(&format!("{feeds}[fetch]\ndelay_seconds = 0\n"));
    bench.write("urls.txt", server.url("/a").as_str());
    let quiet = bench.run_with(&["--quiet"]);
    assert_eq!(quiet.code, Some(3), "{}", quiet.stderr);
    assert!(quiet.stderr.starts_with("error: ") && quiet.stderr.contains("answered 404"), "{}", quiet.stderr);
    assert_eq!(quiet.stderr.lines().count(), 1, "{}", quiet.stderr);
    // and the key in the address of the feed is nowhere
    let loud = bench.run();
    let exported = bench.tamis(&["state", "export"]);
    let shown = [quiet.stderr, loud.stderr, exported.stdout, bench.read("state/report.json")].concat();
    assert!(!shown.contains("hush") && shown.contains("token=***"), "{shown}");
}

#[test]
fn a_run_in_a_wrong_folder_makes_nothing() {
    let bench = Bench::new("");
    std::fs::remove_file(bench.path("config.toml")).unwrap();
    let run = bench.run();
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("samples/pages is not there, nor any other source"), "{}", run.stderr);
    assert!(bench.files("").is_empty() && !bench.path("state").exists() && !bench.path("articles").exists());
}
