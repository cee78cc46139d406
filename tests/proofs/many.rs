//! Many pages of many hosts: never too close together, and no slower than politeness asks for.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use crate::support::{Answer, Server};
use crate::{Ran, fetch};

/// Virtual hosts.
const HOSTS: u8 = 50;

/// How much longer than the floor of politeness a run may take.
const MOST_OVER_FLOOR: f64 = 1.1;

/// A page of about the size of a news article's.
fn page(number: usize) -> String {
    let paragraph = "Le conseil municipal a voté hier soir, après trois heures de débats, la rénovation du pont qui \
        relie les deux rives de la ville, un chantier attendu depuis dix ans par tous les habitants du quartier.";
    let menu: String =
        (0..120).map(|entry| format!("<li><a href=/r/{entry}>Rubrique {entry}</a></li>")).collect();
    let script = format!("<script>var data = \"{}\";</script>", "x".repeat(20_000));
    let text: String =
        (0..12).map(|part| format!("<p>Paragraphe {number}.{part}. {paragraph}</p>")).collect();
    format!(
        "<!DOCTYPE html><html lang=fr><head><title>Page {number}</title>{script}</head><body><nav><ul>{menu}</ul>\
        </nav><article><h1>Page {number}</h1>{text}</article><footer>Mentions légales</footer></body></html>"
    )
}

/// Serves so many pages on each of so many hosts; gives the server and the list.
fn serve(hosts: u8, pages: usize) -> (Server, String) {
    let addresses: Vec<Ipv4Addr> = (1..=hosts).map(|number| Ipv4Addr::new(127, 0, 1, number)).collect();
    let server = Server::start_on(&addresses).expect("Linux has all of 127.0.0.0/8");
    let mut list = String::new();
    for number in 0..pages {
        let path = format!("/page/{number}");
        server.route(&path, Answer::html(&page(number)));
        for address in &addresses {
            list.push_str(&format!("{}\n", server.url_at(&address.to_string(), &path)));
        }
    }
    (server, list)
}

/// The shortest time between two requests to one host, by the server's own clock.
fn shortest_gap(server: &Server) -> Duration {
    let mut last: HashMap<String, Instant> = HashMap::new();
    let gaps = server.log().into_iter().filter_map(|asked| {
        let before = last.insert(asked.host, asked.at);
        before.map(|before| asked.at - before)
    });
    gaps.min().expect("more than one request to a host")
}

fn all_are_articles(ran: &Ran, count: usize) {
    assert_eq!(ran.records.len(), count, "{}", ran.stderr);
    let other = ran.records.iter().find(|record| record["status"] != "ok");
    assert!(other.is_none(), "{other:?}");
}

/// Fetches politely; gives the time over the floor: one delay before each page, robots.txt being the first request.
fn politely(hosts: u8, pages: usize, delay: f64) -> f64 {
    let (server, list) = serve(hosts, pages);
    let ran = fetch(&["--delay", &delay.to_string()], &list);
    all_are_articles(&ran, usize::from(hosts) * pages);
    assert_eq!(server.log().len(), usize::from(hosts) * (pages + 1), "every page once, and robots.txt");
    let gap = shortest_gap(&server);
    assert!(gap >= Duration::from_secs_f64(delay), "{gap:?}");
    let floor = delay * pages as f64;
    println!(
        "{} requests in {:.1?}, floor {floor:.1} s, shortest gap {gap:?}",
        server.log().len(),
        ran.elapsed
    );
    ran.elapsed.as_secs_f64() / floor
}

#[test]
fn no_host_sees_two_requests_closer_than_its_delay() {
    politely(20, 3, 0.2);
}

#[test]
#[ignore = "takes two minutes"]
fn five_thousand_pages_take_little_longer_than_politeness_asks_for() {
    let over = politely(HOSTS, 100, 1.0);
    assert!(over <= MOST_OVER_FLOOR, "{over}");
}

#[test]
#[ignore = "a measurement: it prints the pages a second"]
fn pages_a_second_without_a_delay() {
    let (server, list) = serve(HOSTS, 100);
    let ran = fetch(&["--delay", "0", "--concurrency", "64"], &list);
    all_are_articles(&ran, usize::from(HOSTS) * 100);
    assert_eq!(server.log().len(), usize::from(HOSTS) * 101, "every page once, and robots.txt");
    let rate = ran.records.len() as f64 / ran.elapsed.as_secs_f64();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cost = ran.busy / ran.records.len() as u32;
    println!("{rate:.0} pages a second; {cost:?} of processor a page, {} KiB, load {load}", ran.peak);
}
