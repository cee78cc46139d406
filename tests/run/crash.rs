//! Runs that are killed: afterwards every article is there once and whole.
//!
//! Kills come at random moments of a run. After some of them a run may end in peace, and everything is checked; then
//! the next round begins in a new folder. The long version: `TAMIS_KILLS=500 TAMIS_PAGES=300 cargo test --test run
//! crash`, which says how many runs were really killed (some end before their moment comes).

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};

use super::bench::{Bench, mark, page};
use super::support::{Answer, Server};

/// Pages of a server in a killed run, and a fifth as many saved ones: a kill meets writes of every kind.
const PAGES: usize = 60;
/// Kills for each kind of output.
const KILLS: usize = 12;
/// Kills after which a run may end; later ones would meet runs that have nothing left to do.
const KILLS_IN_A_ROUND: usize = 6;

/// Everything fetched goes there, too.
const ARCHIVE: &str = "fetched.warc.gz";

/// How often a run is looked at while it waits for its end.
const STEP: Duration = Duration::from_millis(10);

fn number_from(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn pages() -> usize {
    number_from("TAMIS_PAGES", PAGES)
}

fn names() -> Vec<String> {
    let served = (0..pages()).map(|number| format!("n{number}n"));
    served.chain((0..pages() / 5).map(|number| format!("s{number}s"))).collect()
}

/// Serves the pages, each a little late.
fn server() -> Server {
    let server = Server::start();
    for number in 0..pages() {
        let path = format!("/{number}");
        server.route(&path, Answer::html(&page(&format!("n{number}n"))).after(Duration::from_millis(2)));
    }
    server
}

/// A new folder with the configuration of a run over all pages.
fn fresh(server: &Server, output: &str) -> Bench {
    let fetch = format!("[fetch]\ndelay_seconds = 0\nper_host = 4\nwarc = \"{ARCHIVE}\"\n");
    let bench =
        Bench::new(&format!("{fetch}[sources]\nlists = [\"urls.txt\"]\nsaved = [\"pages\"]\n{output}"));
    let urls: Vec<String> =
        (0..pages()).map(|number| server.url(&format!("/{number}")).to_string()).collect();
    bench.write("urls.txt", urls.join("\n"));
    for number in 0..pages() / 5 {
        bench.write(&format!("pages/{number}/titre.html"), page(&format!("s{number}s")));
    }
    bench
}

/// A moment before the longest one, by the random seed that the standard library gives each hasher.
fn random_moment(longest: Duration) -> Duration {
    let share = RandomState::new().build_hasher().finish() as f64 / u64::MAX as f64;
    longest.mul_f64(share)
}

/// Starts a run and kills it; if it ends before its moment comes, says how long it took.
fn kill(bench: &Bench, moment: Duration) -> Result<(), Duration> {
    let begun = Instant::now();
    let mut run = bench.start(&[]);
    while begun.elapsed() < moment {
        if run.try_wait().expect("a child").is_some() {
            return Err(begun.elapsed());
        }
        std::thread::sleep(STEP.min(moment.saturating_sub(begun.elapsed())));
    }
    run.kill().expect("the system kills");
    let killed = run.wait().expect("it ends").code().is_none();
    if killed { Ok(()) } else { Err(begun.elapsed()) }
}

/// Kills runs in round after round, and checks what a last run makes of each.
fn kill_and_check(output: &str, check: fn(&Bench)) {
    let server = server();
    let bench = fresh(&server, output);
    let begun = Instant::now();
    finish(&bench);
    let whole_run = begun.elapsed();
    check(&bench);
    let (wanted, mut killed, mut rounds) = (number_from("TAMIS_KILLS", KILLS), 0, 0);
    while killed < wanted {
        let bench = fresh(&server, output);
        let mut longest = whole_run;
        for _ in 0..KILLS_IN_A_ROUND {
            match kill(&bench, random_moment(longest)) {
                Ok(()) => killed += 1,
                // What is left to do takes no longer.
                Err(length) => longest = length,
            }
        }
        finish(&bench);
        check(&bench);
        rounds += 1;
        println!("{killed} runs killed in {rounds} rounds; a whole run takes {whole_run:?}; {output:?}");
    }
}

fn finish(bench: &Bench) {
    let last = bench.run();
    assert_eq!(last.code, Some(0), "{}", last.stderr);
    let database = rusqlite::Connection::open(bench.path("state/tamis.sqlite")).unwrap();
    let health: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(health, "ok");
    assert!(bench.states().values().all(|state| state == "done"));
    let leftovers: Vec<String> =
        bench.files("").into_keys().filter(|name| name.ends_with("tamis-tmp")).collect();
    assert_eq!(leftovers, Vec::<String>::new());
    assert_archived(bench);
}

/// The archive can be read to its end and has every page; one whose run was killed may be there twice.
fn assert_archived(bench: &Bench) {
    let cleaned = bench.tamis(&["clean", ARCHIVE, "--format", "jsonl"]);
    assert_eq!(cleaned.code, Some(0), "{}", cleaned.stderr);
    let records = cleaned.stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let texts: Vec<String> = records
        .map(|record| {
            assert_eq!(record["status"], "ok", "{record}");
            record["text"].as_str().unwrap().to_owned()
        })
        .collect();
    let all = texts.join("\n");
    assert!((0..pages()).all(|number| all.contains(&mark(&format!("n{number}n")))));
}

/// Every page's own sentence is in exactly one of the texts, and each text is whole.
fn assert_once(texts: &[String]) {
    let names = names();
    assert_eq!(texts.len(), names.len());
    let all = texts.join("\n");
    for name in names {
        assert_eq!(all.matches(&mark(&name)).count(), 1, "page {name}");
    }
    assert!(texts.iter().all(|text| text.contains("Les travaux commenceront au printemps.")));
}

#[test]
fn a_folder_has_every_article_once_and_whole() {
    kill_and_check("", |bench| {
        assert_once(&bench.files("articles").into_values().collect::<Vec<_>>());
    });
}

#[test]
fn a_json_lines_file_has_every_article_once_and_whole() {
    kill_and_check("[output]\nkind = \"jsonl\"\n", |bench| {
        let lines = bench.read("articles.jsonl");
        let records: Vec<serde_json::Value> =
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let sources: HashSet<&str> = records.iter().filter_map(|record| record["source"].as_str()).collect();
        assert_eq!(sources.len(), records.len());
        let text = |record: &serde_json::Value| record["text"].as_str().unwrap().to_owned();
        assert_once(&records.iter().map(text).collect::<Vec<_>>());
    });
}

#[test]
fn a_database_has_every_article_once_and_whole() {
    kill_and_check("[output]\nkind = \"sqlite\"\n", |bench| {
        let database = rusqlite::Connection::open(bench.path("articles.sqlite")).unwrap();
        let health: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(health, "ok");
        let mut query = database.prepare("SELECT text FROM articles").unwrap();
        let texts: Vec<String> = query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_once(&texts);
    });
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
