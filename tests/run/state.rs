//! `tamis state`: listing what became of pages, and acting on them.

use std::time::Duration;

use super::bench::{Bench, ended, page, until};
use super::support::{Answer, Server};

fn tried(server: &Server) -> Bench {
    server.route("/ok", Answer::html(&page("ok")));
    server.route("/gone", Answer::status(410));
    server.route("/broken", Answer::status(500));
    let bench = Bench::new(
        "[fetch]\ndelay_seconds = 0\nbackoff_seconds = 0\nretries = 0\n[sources]\nlists = [\"urls.txt\"]\n",
    );
    let urls = ["/ok", "/gone", "/broken"].map(|path| server.url(path).to_string());
    bench.write("urls.txt", urls.join("\n"));
    bench.run();
    bench
}

#[test]
fn lists_states_with_time_attempts_and_reason() {
    let server = Server::start();
    let bench = tried(&server);
    let table = bench.tamis(&["state"]);
    assert_eq!(table.code, Some(0), "{}", table.stderr);
    assert_eq!(table.stdout.lines().count(), 4, "{}", table.stdout);
    let gone = table.stdout.lines().find(|line| line.starts_with("gone")).unwrap();
    assert!(gone.contains(server.url("/gone").as_str()) && gone.contains("410"), "{gone}");

    let failing = bench.tamis(&["state", "--state", "failing", "--format", "jsonl"]);
    let entry: serde_json::Value = serde_json::from_str(failing.stdout.trim()).unwrap();
    assert_eq!((&entry["attempts"], &entry["status"]), (&1.into(), &"server-error".into()));
    assert!(entry["next_try"].as_str() > entry["last_try"].as_str(), "{entry}");

    let lines = |arguments: &[&str]| bench.tamis(arguments).stdout.lines().count();
    assert_eq!(lines(&["state", "--format", "jsonl", "--host", "127.0.0.1"]), 3);
    assert_eq!(lines(&["state", "--format", "jsonl", "--host", "a.example"]), 0);
    assert_eq!(lines(&["state", "--format", "jsonl", "--older-than", "1d"]), 0);
    assert_eq!(lines(&["state", "--format", "jsonl", "--newer-than", "1d"]), 3);
    assert_eq!(lines(&["state", "--format", "jsonl", "--limit", "2"]), 2);
    assert_eq!(bench.tamis(&["state", "--state", "dead"]).code, Some(2));
}

#[test]
fn retry_and_forget_have_pages_asked_again() {
    let server = Server::start();
    let bench = tried(&server);
    let refused = bench.tamis(&["state", "retry"]);
    assert_eq!(refused.code, Some(2), "nothing was chosen: {}", refused.stderr);
    assert_eq!(bench.tamis(&["state", "retry", server.url("/gone").as_str()]).code, Some(0));
    bench.run();
    assert_eq!((server.count("/gone"), server.count("/broken"), server.count("/ok")), (2, 1, 1));
    let forgotten = bench.tamis(&["state", "forget", "--state", "failing"]);
    assert!(forgotten.stderr.contains("1 pages forgotten"), "{}", forgotten.stderr);
    bench.run();
    assert_eq!((server.count("/gone"), server.count("/broken"), server.count("/ok")), (2, 2, 1));
    let unknown = bench.tamis(&["state", "forget", "https://unknown.example/"]);
    assert_eq!(unknown.code, Some(2), "{}", unknown.stderr);
}

#[test]
fn exports_as_json_lines_csv_and_addresses() {
    let server = Server::start();
    let bench = tried(&server);
    let export = |form: &str| bench.tamis(&["state", "export", "--as", form, "--state", "done"]).stdout;
    assert_eq!(export("urls"), format!("{}\n", server.url("/ok")));
    let csv = export("csv");
    assert!(
        csv.starts_with("page,state,status,") && csv.contains(&format!("{},done,ok,", server.url("/ok"))),
        "{csv}"
    );
    let json: serde_json::Value = serde_json::from_str(export("jsonl").trim()).unwrap();
    assert_eq!(json["final_url"], server.url("/ok").as_str());
}

#[test]
fn nothing_is_changed_while_a_run_is_under_way() {
    let server = Server::start();
    let bench = tried(&server);
    server.route("/slow", Answer::html(&page("slow")).after(Duration::from_secs(2)));
    bench.write("urls.txt", server.url("/slow").as_str());
    let run = bench.start(&[]);
    until("the run asks", || server.count("/slow") == 1);
    assert_eq!(bench.tamis(&["state", "forget", "--all"]).code, Some(75));
    assert_eq!(bench.tamis(&["state"]).code, Some(0), "reading is allowed");
    assert_eq!(ended(run).code, Some(0));
}

#[test]
fn without_a_database_there_is_nothing_to_show() {
    let bench = Bench::new("[sources]\nsaved = [\"pages\"]\n");
    let shown = bench.tamis(&["state"]);
    assert_eq!((shown.code, shown.stdout.as_str()), (Some(0), ""));
    assert!(shown.stderr.contains("tamis run"), "{}", shown.stderr);
    assert!(!bench.path("state").exists());
}
