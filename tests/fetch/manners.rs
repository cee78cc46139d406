//! Politeness, from the server's own log: spacing, several hosts at once, one request for one URL.
//!
//! The delay counts from an answer to the next request, so the server sees at least the delay between two
//! requests. The tolerance is nothing: a gap that is shorter by a microsecond is a fault.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use tamis::fetch::{FetchOptions, Fetcher, HostOptions};
use url::Url;

use crate::support::{Answer, Server};
use crate::{fetch_all, fetcher, options};

const DELAY: Duration = Duration::from_millis(200);

fn polite() -> FetchOptions {
    FetchOptions { delay_seconds: DELAY.as_secs_f64(), ..options() }
}

fn pages(server: &Server, host: &str, count: usize) -> Vec<Url> {
    (0..count)
        .map(|number| {
            let path = format!("/page/{number}");
            server.route(&path, Answer::html("<p>a</p>"));
            server.url_at(host, &path)
        })
        .collect()
}

/// Whether the visits of two hosts overlap in time: neither ended before the other began.
fn overlap(server: &Server, one: &str, other: &str) -> bool {
    let times = |host: &str| -> (Instant, Instant) {
        let log = server.log();
        let mut times = log.iter().filter(|asked| asked.host == host).map(|asked| asked.at);
        let first = times.next().expect("asked at least once");
        (first, times.next_back().unwrap_or(first))
    };
    let ((a, b), (c, d)) = (times(one), times(other));
    a <= d && c <= b
}

#[tokio::test]
async fn one_host_never_sees_two_requests_closer_than_the_delay() {
    let server = Server::start();
    let urls = pages(&server, "127.0.0.1", 6);
    let outcomes = fetch_all(&fetcher(polite()), urls).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(server.log().len(), 7, "robots.txt and the pages");
    assert!(server.shortest_gap("127.0.0.1") >= Some(DELAY), "{:?}", server.shortest_gap("127.0.0.1"));
}

#[tokio::test]
async fn redirects_and_repetitions_keep_the_delay_too() {
    let server = Server::start();
    server.route("/a", Answer::redirect(302, "/b")).route("/b", Answer::redirect(302, "/c"));
    server.sequence("/c", vec![Answer::status(500), Answer::hangup(), Answer::html("<p>c</p>")]);
    fetcher(polite()).fetch(&server.url("/a")).await.expect("a page");
    assert_eq!(server.log().len(), 6);
    assert!(server.shortest_gap("127.0.0.1") >= Some(DELAY), "{:?}", server.shortest_gap("127.0.0.1"));
}

#[tokio::test]
async fn a_slow_answer_does_not_bring_the_next_request_closer() {
    let server = Server::start();
    server.route("/a", Answer::html("<p>a</p>").after(2 * DELAY)).route("/b", Answer::html("<p>b</p>"));
    fetch_all(&fetcher(polite()), vec![server.url("/a"), server.url("/b")]).await;
    let log = server.log();
    let at = |path: &str| log.iter().find(|asked| asked.path == path).expect(path).at;
    assert!(at("/b") - at("/a") >= 3 * DELAY);
}

#[tokio::test]
async fn several_hosts_are_visited_at_once() {
    let server = Server::start();
    let names = ["a.test", "b.test", "c.test", "d.test"];
    let urls: Vec<Url> = names.iter().flat_map(|name| pages(&server, name, 4)).collect();
    let outcomes = fetch_all(&fetcher(polite()), urls).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    for name in names {
        assert!(server.shortest_gap(name) >= Some(DELAY), "{name}");
        assert!(names.iter().all(|other| overlap(&server, name, other)), "{name}");
    }
}

#[tokio::test]
async fn loopback_addresses_are_hosts_of_their_own() {
    let addresses = [1, 2, 3].map(|last| Ipv4Addr::new(127, 0, 0, last));
    // Only Linux has all of 127/8 on its loopback.
    let Ok(server) = Server::start_on(&addresses) else { return };
    let hosts = addresses.map(|address| address.to_string());
    let urls: Vec<Url> = hosts.iter().flat_map(|host| pages(&server, host, 3)).collect();
    let fetcher = Fetcher::new(polite()).expect("good settings");
    let outcomes = fetch_all(&fetcher, urls).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    for host in &hosts {
        assert!(server.shortest_gap(host) >= Some(DELAY), "{host}");
        assert!(overlap(&server, host, &hosts[0]), "{host}");
    }
}

#[tokio::test]
async fn the_limit_over_all_hosts_holds() {
    let server = Server::start();
    let slow = Duration::from_millis(150);
    server.route("/a", Answer::html("<p>a</p>").after(slow));
    let urls = ["a.test", "b.test", "c.test"].map(|name| server.url_at(name, "/a")).to_vec();
    let options = FetchOptions { concurrency: 1, respect_robots: false, ..options() };
    fetch_all(&fetcher(options), urls).await;
    let log = server.log();
    assert!(log.windows(2).all(|pair| pair[1].at - pair[0].at >= slow), "one after the other");
}

#[tokio::test]
async fn one_url_is_asked_for_once_however_many_want_it() {
    let server = Server::start();
    server.route("/a", Answer::html("<p>a</p>").after(Duration::from_millis(100)));
    let fetcher = fetcher(options());
    let urls = (0..20).map(|number| server.url(&format!("/a#{number}"))).collect();
    let outcomes = fetch_all(&fetcher, urls).await;
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().is_ok_and(|page| page.bytes == b"<p>a</p>")));
    assert_eq!(server.count("/a"), 1);
    fetcher.fetch(&server.url("/a")).await.expect("a page");
    assert_eq!(server.count("/a"), 2, "a later wish is a new request");
}

#[tokio::test]
async fn a_host_may_have_its_own_delay_and_the_report_tells() {
    let server = Server::start();
    let urls: Vec<Url> = ["slow.test", "fast.test"].iter().flat_map(|name| pages(&server, name, 3)).collect();
    let mut options = FetchOptions { respect_robots: false, ..options() };
    let own = HostOptions { delay_seconds: Some(DELAY.as_secs_f64()), ..HostOptions::default() };
    options.hosts.insert("slow.test".to_owned(), own);
    let fetcher = fetcher(options);
    fetch_all(&fetcher, urls).await;
    assert!(server.shortest_gap("slow.test") >= Some(DELAY));
    assert!(server.shortest_gap("fast.test") < server.shortest_gap("slow.test"));
    let reports = fetcher.hosts();
    assert_eq!(
        reports.iter().map(|report| report.host.as_str()).collect::<Vec<_>>(),
        ["fast.test", "slow.test"]
    );
    assert_eq!((reports[1].delay_seconds, reports[1].delay_reason), (0.2, "settings"));
    assert_eq!((reports[1].requests, reports[1].waiting), (3, 0));
}

#[tokio::test]
async fn those_who_give_up_do_not_block_the_host() {
    let server = Server::start();
    server.route("/silent", Answer::silence()).route("/a", Answer::html("<p>a</p>"));
    let fetcher = fetcher(FetchOptions { respect_robots: false, ..options() });
    let silent = server.url("/silent");
    let impatient = fetcher.fetch(&silent);
    assert!(tokio::time::timeout(Duration::from_millis(200), impatient).await.is_err());
    fetcher.fetch(&server.url("/a")).await.expect("the host's permit came back");
}
