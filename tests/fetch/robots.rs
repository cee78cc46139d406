//! robots.txt: rules, delays, and what its failures mean.

use std::time::Duration;

use tamis::fetch::FetchOptions;

use crate::support::{Answer, Server};
use crate::{failure, fetch, fetch_all, fetcher, options};

#[tokio::test]
async fn what_robots_txt_forbids_is_never_asked_for() {
    let server = Server::start();
    server.robots("User-agent: *\nDisallow: /prive\nAllow: /prive/ouvert\n");
    server
        .route("/prive/a", Answer::html("<p>secret</p>"))
        .route("/prive/ouvert", Answer::html("<p>open</p>"));
    let error = failure(&server, "/prive/a").await;
    assert_eq!((error.status(), server.count("/prive/a")), ("robots-denied", 0));
    assert!(error.reason().contains("Disallow: /prive"), "{error}");
    assert!(fetch(&server, "/prive/ouvert").await.is_ok());
}

#[tokio::test]
async fn rules_for_its_own_name_win_over_those_for_all() {
    let server = Server::start();
    server.robots("User-agent: *\nDisallow: /\n\nUser-agent: tamis\nDisallow: /prive\n");
    server.route("/a", Answer::html("<p>a</p>"));
    assert!(fetch(&server, "/a").await.is_ok());
}

#[tokio::test]
async fn rules_hold_on_redirects() {
    let server = Server::start();
    server.robots("User-agent: *\nDisallow: /prive\n");
    server.route("/a", Answer::redirect(302, "/prive/a")).route("/prive/a", Answer::html("<p>secret</p>"));
    let error = failure(&server, "/a").await;
    assert_eq!((error.status(), error.url), ("robots-denied", server.url("/prive/a").to_string()));
    assert_eq!(server.count("/prive/a"), 0);
}

#[tokio::test]
async fn it_is_read_once_for_all_who_want_pages() {
    let server = Server::start();
    let urls = (0..10).map(|number| server.url(&format!("/{number}"))).collect();
    let options = FetchOptions { per_host: 10, ..options() };
    fetch_all(&fetcher(options), urls).await;
    assert_eq!((server.count("/robots.txt"), server.log().len()), (1, 11));
    assert_eq!(server.log()[0].path, "/robots.txt", "before any page");
}

#[tokio::test]
async fn crawl_delay_is_kept_and_explained() {
    let server = Server::start();
    server.robots("User-agent: *\nCrawl-delay: 0.4\n");
    for path in ["/a", "/b"] {
        server.route(path, Answer::html("<p>a</p>"));
    }
    let fetcher = fetcher(options());
    fetch_all(&fetcher, vec![server.url("/a"), server.url("/b")]).await;
    assert!(server.shortest_gap("127.0.0.1") >= Some(Duration::from_millis(400)));
    let report = &fetcher.hosts()[0];
    assert_eq!((report.delay_seconds, report.delay_reason), (0.4, "robots.txt Crawl-delay"));
}

#[tokio::test]
async fn a_crawl_delay_beyond_patience_is_not_broken_but_told() {
    let server = Server::start();
    server.robots("User-agent: *\nCrawl-delay: 86400\n").route("/a", Answer::html("<p>a</p>"));
    let error = failure(&server, "/a").await;
    assert_eq!((error.status(), server.count("/a")), ("host-busy", 0));
    assert!(error.reason().contains("Crawl-delay") && error.reason().contains("max_wait_seconds"), "{error}");
}

#[tokio::test]
async fn client_errors_allow_and_server_errors_forbid_for_now() {
    for (answer, expected) in [
        (Answer::status(404), "ok"),
        (Answer::status(403), "ok"),
        (Answer::redirect(302, "/robots.txt?x"), "ok"), // never ends, so there are no rules
        (Answer::status(500), "robots-unavailable"),
        (Answer::status(503), "robots-unavailable"),
        (Answer::status(429), "robots-unavailable"),
        (Answer::cut(b"User".to_vec()).header("Content-Length", "900"), "robots-unavailable"),
        (Answer::hangup(), "connect-failed"),
    ] {
        let server = Server::start();
        server.route("/robots.txt", answer).route("/a", Answer::html("<p>a</p>"));
        let outcome = fetch(&server, "/a").await;
        let found = outcome.as_ref().map_or_else(|error| error.status(), |_| "ok");
        assert_eq!(found, expected, "{outcome:?}");
        assert_eq!(server.count("/a"), usize::from(expected == "ok"));
    }
}

#[tokio::test]
async fn it_is_followed_along_redirects_and_without_looking_at_its_type() {
    let server = Server::start();
    server.route("/robots.txt", Answer::redirect(301, "/real"));
    server.route("/real", Answer::bytes("application/octet-stream", b"User-agent: *\nDisallow: /a".to_vec()));
    assert_eq!(failure(&server, "/a").await.status(), "robots-denied");
}

#[tokio::test]
async fn only_its_first_500_kib_count() {
    let server = Server::start();
    let rule = |path: &str| format!("User-agent: *\nDisallow: {path}\n");
    let filler = "# a comment that fills the file\n".repeat(600 * 1024 / 32);
    server.robots(&format!("{}{filler}{}", rule("/early"), rule("/late")));
    server.route("/late", Answer::html("<p>late</p>"));
    assert_eq!(failure(&server, "/early").await.status(), "robots-denied");
    assert!(fetch(&server, "/late").await.is_ok());
}

#[tokio::test]
async fn it_is_not_asked_for_when_it_is_not_to_be_respected() {
    let server = Server::start();
    server.robots("User-agent: *\nDisallow: /\n").route("/a", Answer::html("<p>a</p>"));
    let options = FetchOptions { respect_robots: false, ..options() };
    assert!(fetcher(options).fetch(&server.url("/a")).await.is_ok());
    assert_eq!(server.count("/robots.txt"), 0);
}

#[tokio::test]
async fn it_names_the_sites_sitemaps() {
    let server = Server::start();
    server.robots("Sitemap: https://example.org/sitemap.xml\nUser-agent: *\nDisallow: /\n");
    let found = fetcher(options()).sitemaps(&server.url("/any")).await.expect("rules");
    assert_eq!(found.iter().map(url::Url::as_str).collect::<Vec<_>>(), ["https://example.org/sitemap.xml"]);
}
