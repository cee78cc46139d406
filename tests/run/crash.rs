//! Runs that are killed: afterwards every article is there once and whole.

use std::collections::HashSet;
use std::time::Duration;

use super::bench::{Bench, mark, page};
use super::support::{Answer, Server};

/// Pages of a killed run: enough that a kill meets writes of every kind.
const PAGES: usize = 60;
/// Kills for each kind of output; the long version of this test is issue 4's.
const KILLS: u64 = 12;

/// Serves the pages, each a little late, and gives the configuration of a run over them.
fn served(server: &Server, output: &str) -> Bench {
    let mut urls = String::new();
    for number in 0..PAGES {
        let path = format!("/{number}");
        server.route(&path, Answer::html(&page(&format!("n{number}n"))).after(Duration::from_millis(2)));
        urls.push_str(&format!("{}\n", server.url(&path)));
    }
    let fetch = "[fetch]\ndelay_seconds = 0\nper_host = 4\n";
    let bench =
        Bench::new(&format!("{fetch}[sources]\nlists = [\"urls.txt\"]\nsaved = [\"pages\"]\n{output}"));
    bench.write("urls.txt", urls);
    for number in 0..PAGES {
        bench.write(&format!("pages/{}/titre.html", number), page(&format!("s{number}s")));
    }
    bench
}

/// Kills runs at moments spread over their length, then lets one end.
fn kill_and_finish(bench: &Bench) {
    for number in 0..KILLS {
        let mut run = bench.start(&[]);
        std::thread::sleep(Duration::from_millis(15 + 17 * number));
        run.kill().expect("the system kills");
        run.wait().expect("it ends");
    }
    let last = bench.run();
    assert_eq!(last.code, Some(0), "{}", last.stderr);
    let database = rusqlite::Connection::open(bench.path("state/tamis.sqlite")).unwrap();
    let health: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(health, "ok");
    assert!(bench.states().values().all(|state| state == "done"));
    let leftovers: Vec<String> =
        bench.files("").into_keys().filter(|name| name.ends_with("tamis-tmp")).collect();
    assert_eq!(leftovers, Vec::<String>::new());
}

/// Every page's own sentence is in exactly one of the texts.
fn assert_once(texts: &[String]) {
    assert_eq!(texts.len(), 2 * PAGES);
    let names = (0..PAGES).flat_map(|number| [format!("n{number}n"), format!("s{number}s")]);
    for name in names {
        let holders = texts.iter().filter(|text| text.contains(&mark(&name))).count();
        assert_eq!(holders, 1, "page {name}");
    }
    assert!(texts.iter().all(|text| text.contains("Les travaux commenceront au printemps.")));
}

#[test]
fn a_folder_has_every_article_once_and_whole() {
    let server = Server::start();
    let bench = served(&server, "");
    kill_and_finish(&bench);
    assert_once(&bench.files("articles").into_values().collect::<Vec<_>>());
}

#[test]
fn a_json_lines_file_has_every_article_once_and_whole() {
    let server = Server::start();
    let bench = served(&server, "[output]\nkind = \"jsonl\"\n");
    kill_and_finish(&bench);
    let lines = bench.read("articles.jsonl");
    let records: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let sources: HashSet<&str> = records.iter().filter_map(|record| record["source"].as_str()).collect();
    assert_eq!(sources.len(), records.len());
    assert_once(
        &records.iter().map(|record| record["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>(),
    );
}

#[test]
fn a_database_has_every_article_once_and_whole() {
    let server = Server::start();
    let bench = served(&server, "[output]\nkind = \"sqlite\"\n");
    kill_and_finish(&bench);
    let database = rusqlite::Connection::open(bench.path("articles.sqlite")).unwrap();
    let mut query = database.prepare("SELECT text FROM articles").unwrap();
    let texts: Vec<String> = query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_once(&texts);
}

#[test]
fn a_torn_last_line_is_repaired_and_its_page_comes_again() {
    let bench = Bench::new("[sources]\nsaved = [\"pages\"]\n[output]\nkind = \"jsonl\"\n");
    bench.write("pages/a.html", page("a"));
    bench.run();
    let whole = bench.read("articles.jsonl");
    bench.write("pages/b.html", page("b"));
    bench.write("articles.jsonl", format!("{whole}{{\"source\":\"pages/b.html\",\"url\":null,\"ti"));
    let run = bench.run();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let lines = bench.read("articles.jsonl");
    assert!(lines.starts_with(&whole) && lines.lines().count() == 2, "{lines}");
    assert!(lines.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
    assert!(lines.contains(&mark("b")));
}
