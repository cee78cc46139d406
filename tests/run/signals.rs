//! Runs that are asked to stop at any moment, or whose network goes away: what was done is saved, the rest comes later.
#![cfg(unix)]

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::bench::{Bench, ended, mark, page};
use super::support::{Answer, Server};

const PAGES: usize = 24;
/// Moments over the length of a run at which it is asked to stop.
const MOMENTS: u32 = 6;

fn bench(server: &Server) -> Bench {
    let settings = "[fetch]\ndelay_seconds = 0\nbackoff_seconds = 0\nretries = 0\nper_host = 2\n[job]\nretry_seconds = 0\n";
    let bench = Bench::new(&format!("{settings}[sources]\nlists = [\"urls.txt\"]\n"));
    let urls: Vec<String> = (0..PAGES).map(|number| server.url(&format!("/{number}")).to_string()).collect();
    bench.write("urls.txt", urls.join("\n"));
    bench
}

/// Serves the pages as long as fewer than so many were asked for; then hangs up.
fn server(lives: &Arc<AtomicUsize>) -> Server {
    let server = Server::start();
    for number in 0..PAGES {
        let lives = Arc::clone(lives);
        server.on(&format!("/{number}"), move |_| {
            let alive =
                lives.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |lives| lives.checked_sub(1)).is_ok();
            let answer = Answer::html(&page(&format!("n{number}n")));
            if alive { answer.after(Duration::from_millis(10)) } else { Answer::hangup() }
        });
    }
    server
}

fn assert_complete(bench: &Bench) {
    let texts: String = bench.files("articles").into_values().collect();
    for number in 0..PAGES {
        assert_eq!(texts.matches(&mark(&format!("n{number}n"))).count(), 1, "page {number}");
    }
    assert!(bench.states().values().all(|state| state == "done"), "{:?}", bench.states());
}

#[test]
fn a_run_that_is_asked_to_stop_at_any_moment_saves_what_it_did() {
    let lives = Arc::new(AtomicUsize::new(usize::MAX));
    let server = server(&lives);
    let begun = Instant::now();
    assert_eq!(bench(&server).run().code, Some(0));
    let whole = begun.elapsed();
    for moment in 0..MOMENTS {
        let bench = bench(&server);
        let run = bench.start(&[]);
        std::thread::sleep(whole * moment / MOMENTS);
        let signal = if moment % 2 == 0 { "-TERM" } else { "-INT" };
        Command::new("kill").args([signal, &run.id().to_string()]).status().expect("a signal");
        let run = ended(run);
        // Before the handler is set up, the signal ends the program: nothing has been done by then.
        assert!(matches!(run.code, Some(0) | None), "{signal} at {moment}: {run:?}");
        if run.code == Some(0) {
            let report = bench.report();
            assert!(report["stopped"] == "shutdown" || report["left"] == 0, "{report}");
        }
        let last = bench.run();
        assert_eq!(last.code, Some(0), "{}", last.stderr);
        assert_complete(&bench);
    }
}

#[test]
fn pages_that_a_lost_network_kept_away_come_when_it_is_back() {
    let lives = Arc::new(AtomicUsize::new(PAGES / 3));
    let server = server(&lives);
    let bench = bench(&server);
    let run = bench.run();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let states = bench.states();
    let done = states.values().filter(|state| *state == "done").count();
    assert_eq!(
        (states.len(), done, bench.files("articles").len()),
        (PAGES, PAGES / 3, PAGES / 3),
        "{states:?}"
    );
    assert!(states.values().all(|state| matches!(state.as_str(), "done" | "failing" | "new")), "{states:?}");
    lives.store(usize::MAX, Ordering::SeqCst);
    for _ in 0..3 {
        bench.let_time_pass();
        bench.run();
    }
    assert_complete(&bench);
}
