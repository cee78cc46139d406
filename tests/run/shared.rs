//! Many workers on one state, and workers that are killed: every page gives one article, and no host is asked too soon,
//! by the log of the server that they ask.
//!
//! The long version, 6,000 pages, 6 workers and 100 kills:
//! `cargo test --release --features postgres --test run shared -- --ignored --nocapture`

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::Ipv4Addr;
use std::process::Child;
use std::time::{Duration, Instant};

use super::bench::{Bench, Ended, ended, mark, page, program, until};
use super::postgres::{ask, database, guarded_database};
use super::support::{Answer, Server};

/// How many of what.
struct Size {
    hosts: u8,
    pages_of_host: usize,
    workers: usize,
    kills: usize,
    /// Between two requests to a host.
    delay: Duration,
    /// Between two kills, on average.
    pause: Duration,
}

impl Size {
    fn pages(&self) -> usize {
        usize::from(self.hosts) * self.pages_of_host
    }
}

/// Pages on many hosts, a state, and a folder to work in.
struct Crowd {
    server: Server,
    bench: Bench,
    url: String,
    size: Size,
    output: &'static str,
}

impl Crowd {
    /// None where there is no PostgreSQL.
    fn new(size: Size, output: &'static str) -> Option<Crowd> {
        let url = database()?;
        let addresses: Vec<Ipv4Addr> =
            (1..=size.hosts).map(|number| Ipv4Addr::new(127, 0, 3, number)).collect();
        let server = Server::start_on(&addresses).expect("Linux has all of 127.0.0.0/8");
        let mut list = String::new();
        for number in 0..size.pages_of_host {
            for address in &addresses {
                let path = format!("/{}-{number}", address.octets()[3]);
                server.route(&path, Answer::html(&page(&name(&path))));
                list.push_str(&format!("{}\n", server.url_at(&address.to_string(), &path)));
            }
        }
        let delay = size.delay.as_secs_f64();
        let bench = Bench::new(&format!(
            "[fetch]\ndelay_seconds = {delay}\nbackoff_seconds = 0.1\n[sources]\nlists = [\"urls.txt\"]\n\
             [state]\nurl = \"{url}\"\nlease_seconds = 3\n[output]\nkind = \"{output}\"\n\
             near_duplicates = \"keep\"\n[job]\nreport = \"\"\n"
        ));
        bench.write("urls.txt", list);
        Some(Crowd { server, bench, url, size, output })
    }

    /// The first reads the sources, the others only help.
    fn start(&self, number: usize) -> Child {
        let arguments: &[&str] = if number == 0 { &["--quiet"] } else { &["--quiet", "--worker"] };
        self.bench.start(arguments)
    }

    fn done(&self) -> usize {
        let tables = ask(&self.url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'tamis'");
        if tables[0][0] == "0" {
            return 0;
        }
        ask(&self.url, "SELECT count(*) FROM tamis.pages WHERE state = 'done'")[0][0]
            .parse()
            .expect("a number")
    }

    /// Every page has its article once, and no host was asked twice within its delay.
    fn check(&self) {
        assert_eq!(self.done(), self.size.pages());
        let texts: Vec<String> = match self.output {
            "folder" => self.bench.files("articles").into_values().collect(),
            _ => ask(&self.url, "SELECT text FROM tamis.articles").into_iter().flatten().collect(),
        };
        assert_eq!(texts.len(), self.size.pages());
        let named: BTreeSet<&str> = texts.iter().filter_map(|text| named(text)).collect();
        let wanted: Vec<String> = self.server.log().iter().map(|asked| name(&asked.path)).collect();
        let wanted: BTreeSet<&str> =
            wanted.iter().map(String::as_str).filter(|name| *name != ROBOTS).collect();
        assert_eq!(named.len(), self.size.pages());
        assert_eq!(named, wanted);
        let mut last: HashMap<String, Instant> = HashMap::new();
        for asked in self.server.log() {
            if let Some(before) = last.insert(asked.host.clone(), asked.at) {
                let gap = asked.at - before;
                assert!(gap >= self.size.delay, "{} was asked after {gap:?}", asked.host);
            }
        }
    }
}

fn name(path: &str) -> String {
    format!("n{}n", &path[1..])
}

/// As a page the robots.txt of a host would be named so.
const ROBOTS: &str = "nrobots.txtn";

/// Which page the text is of, by the sentence that only this page has.
fn named(text: &str) -> Option<&str> {
    let (before, rest) = text.split_once("qu’à la page ")?;
    let (name, _) = rest.split_once(',')?;
    (!before.is_empty() && text.contains(&mark(name))).then_some(name)
}

fn random_share() -> f64 {
    RandomState::new().build_hasher().finish() as f64 / u64::MAX as f64
}

/// Starts workers, kills them at random moments, starts others in their place, and checks what came of it.
fn kill_and_check(size: Size, output: &'static str) {
    let Some(crowd) = Crowd::new(size, output) else { return };
    let begun = Instant::now();
    let mut workers = vec![crowd.start(0)];
    until("a page is done", || crowd.done() > 0);
    workers.extend((1..crowd.size.workers).map(|number| crowd.start(number)));
    let (mut killed, mut late) = (0, 0);
    while killed < crowd.size.kills {
        std::thread::sleep(crowd.size.pause.mul_f64(2.0 * random_share()));
        let number = (random_share() * workers.len() as f64) as usize % workers.len();
        workers[number].kill().expect("the system kills");
        match workers[number].wait().expect("it ends").code() {
            None => killed += 1,
            // On a machine that is busy with other things, it was not heard of in time.
            Some(1) => late += 1,
            // all was done before its turn came
            Some(0) if crowd.done() == crowd.size.pages() => break,
            code => panic!("worker {number} ended with {code:?} before it was killed"),
        }
        workers[number] = crowd.start(number);
    }
    assert!(killed > 0, "nobody was killed");
    let at_work = crowd.done();
    for worker in workers {
        let ended = ended(worker);
        assert!(matches!(ended.code, Some(0 | 1)), "{}", ended.stderr);
    }
    let last = ended(crowd.start(0));
    assert_eq!(last.code, Some(0), "{}", last.stderr);
    let requests = crowd.server.log().len();
    println!(
        "{} pages, {} workers, {killed} killed and {late} late in {:.1?}, the last after {at_work} pages; {requests} \
         requests ({output})",
        crowd.size.pages(),
        crowd.size.workers,
        begun.elapsed()
    );
    crowd.check();
}

const SHORT: Size = Size {
    hosts: 30,
    pages_of_host: 10,
    workers: 3,
    kills: 10,
    delay: Duration::from_millis(300),
    pause: Duration::from_millis(300),
};

#[test]
fn killed_workers_lose_and_double_nothing_in_a_database() {
    kill_and_check(SHORT, "postgres");
}

#[test]
fn killed_workers_lose_and_double_nothing_in_a_folder_that_all_see() {
    kill_and_check(Size { pages_of_host: 3, kills: 5, ..SHORT }, "folder");
}

#[test]
#[ignore = "minutes"]
fn a_hundred_killed_workers_lose_and_double_nothing() {
    let size = Size {
        hosts: 60,
        pages_of_host: 100,
        workers: 6,
        kills: 100,
        delay: Duration::from_millis(300),
        pause: Duration::from_millis(700),
    };
    kill_and_check(size, "postgres");
}

#[test]
fn a_worker_that_was_taken_for_dead_writes_nothing_any_more() {
    let size = Size { hosts: 2, pages_of_host: 20, workers: 2, kills: 0, ..SHORT };
    let Some(crowd) = Crowd::new(size, "postgres") else { return };
    let frozen = crowd.start(0);
    until("it works", || crowd.done() > 0);
    let signal = |name: &str| {
        let id = frozen.id().to_string();
        let sent = std::process::Command::new("kill").args([name, &id]).status().expect("kill");
        assert!(sent.success());
    };
    signal("-STOP");
    let other = ended(crowd.start(1));
    assert_eq!(other.code, Some(0), "{}", other.stderr);
    let articles = || ask(&crowd.url, "SELECT source, saved_at, xmin FROM tamis.articles ORDER BY source");
    let before = articles();
    signal("-CONT");
    let frozen = ended(frozen);
    assert_eq!(frozen.code, Some(1), "{}", frozen.stderr);
    assert_eq!(articles(), before);
    crowd.check();
}

#[test]
fn a_shared_state_is_looked_into_and_its_pages_are_tried_again() {
    let size = Size { hosts: 1, pages_of_host: 3, kills: 0, ..SHORT };
    let Some(crowd) = Crowd::new(size, "postgres") else { return };
    let run = crowd.bench.run();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("3 articles written"), "{}", run.stderr);
    let listed = crowd.bench.tamis(&["state", "--state", "done", "--format", "jsonl"]);
    assert_eq!((listed.code, listed.stdout.lines().count()), (Some(0), 3), "{}", listed.stderr);
    assert_eq!(crowd.bench.run().code, Some(0));
    assert_eq!(crowd.server.count("/1-0"), 1);
    assert_eq!(crowd.bench.tamis(&["state", "retry", "--all"]).code, Some(0));
    let worker = crowd.bench.run_with(&["--worker"]);
    assert_eq!(worker.code, Some(0), "{}", worker.stderr);
    assert_eq!(crowd.server.count("/1-0"), 2);
    crowd.check();
}

#[test]
fn a_database_behind_tls_is_believed_by_its_certificate() {
    let Some(database) = guarded_database() else { return };
    let run = |rest: &str, believed: &str| {
        let url = format!("{}{rest}", database.url);
        let bench =
            Bench::new(&format!("[sources]\nurls = [\"http://127.0.0.1:9/\"]\n[state]\nurl = \"{url}\"\n"));
        bench.write("believed.pem", believed);
        let certificates = bench.path("believed.pem");
        let mut command = program();
        command.args(["run", "-c"]).arg(bench.path("config.toml")).env("SSL_CERT_FILE", certificates);
        Ended::of(command.output().expect("the program runs"))
    };
    let stranger = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
    for mode in ["", "?sslmode=require"] {
        let known = run(mode, &database.certificate);
        assert!(known.stderr.contains(" tried: "), "{known:?}");
        let unknown = run(mode, &stranger.cert.pem());
        assert_eq!(unknown.code, Some(1), "{unknown:?}");
        assert!(unknown.stderr.contains("its certificate is not believed"), "{}", unknown.stderr);
    }
    let open = run("?sslmode=disable", &database.certificate);
    assert_eq!(open.code, Some(1), "{open:?}");
    assert!(open.stderr.contains("pg_hba.conf") && !open.stderr.contains("hush"), "{}", open.stderr);
}

#[test]
fn a_database_that_is_not_there_is_named_without_its_password() {
    let Some(url) = database() else { return };
    let port = url.rsplit_once(':').and_then(|(_, rest)| rest.split_once('/')).expect("a port").0;
    let url = format!("postgres://tamis:hush@127.0.0.1:{port}/nowhere?sslmode=disable");
    let bench =
        Bench::new(&format!("[sources]\nurls = [\"https://a.example/\"]\n[state]\nurl = \"{url}\"\n"));
    let run = bench.run();
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("nowhere") && run.stderr.contains("createdb"), "{}", run.stderr);
    let shown = bench.tamis(&["config", "--show"]).stdout;
    assert!(shown.contains("/nowhere"), "{shown}");
    assert!(!(run.stderr + &shown).contains("hush"));
}
