//! Runs that start while another is under way: every page is fetched once, by one of them.
//!
//! `TAMIS_PAIRS=100 cargo test --test run overlap` is the long version.

use std::time::Duration;

use super::bench::{Bench, ended, page};
use super::support::{Answer, Server};

const PAIRS: u64 = 5;
const PAGES: usize = 20;

#[test]
fn pairs_of_overlapping_runs_fetch_nothing_twice() {
    let pairs = std::env::var("TAMIS_PAIRS").ok().and_then(|text| text.parse().ok()).unwrap_or(PAIRS);
    let mut refused = 0;
    for pair in 0..pairs {
        let server = Server::start();
        let paths: Vec<String> = (0..PAGES).map(|number| format!("/{number}")).collect();
        for path in &paths {
            server.route(path, Answer::html(&page(path)).after(Duration::from_millis(3)));
        }
        let bench =
            Bench::new("[fetch]\ndelay_seconds = 0\nper_host = 4\n[sources]\nlists = [\"urls.txt\"]\n");
        let urls: Vec<String> = paths.iter().map(|path| server.url(path).to_string()).collect();
        bench.write("urls.txt", urls.join("\n"));
        let first = bench.start(&[]);
        std::thread::sleep(Duration::from_millis(pair * 7 % 150));
        let codes = [ended(bench.start(&[])).code, ended(first).code];
        assert!(codes.iter().all(|code| matches!(code, Some(0 | 75))), "{codes:?}");
        refused += codes.iter().filter(|code| **code == Some(75)).count();
        for path in &paths {
            assert_eq!(server.count(path), 1, "pair {pair}, {path}");
        }
        assert_eq!(bench.files("articles").len(), PAGES);
    }
    assert!(refused > 0, "no pair overlapped");
}
