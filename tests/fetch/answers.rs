//! Statuses, redirects, repetitions, conditional requests, headers.

use std::time::{Duration, SystemTime};

use tamis::fetch::{Fetched, HostOptions};

use crate::support::{Answer, Server};
use crate::{failure, fetch, fetch_all, fetcher, options};

#[tokio::test]
async fn a_page_comes_with_what_is_known_of_it() {
    let server = Server::start();
    let answer = Answer::bytes("text/html; charset=ISO-8859-15", b"<p>\xa4 1</p>".to_vec());
    server.route(
        "/a",
        answer.header("ETag", "\"v1\"").header("Last-Modified", "Wed, 03 Jul 2024 06:15:00 GMT"),
    );
    let page = fetch(&server, "/a#top").await.expect("a page");
    assert_eq!(page.bytes, b"<p>\xa4 1</p>");
    assert_eq!((page.status, page.attempts, page.redirects.len()), (200, 1, 0));
    assert_eq!(page.content_type.as_deref(), Some("text/html; charset=ISO-8859-15"));
    assert_eq!(page.etag.as_deref(), Some("\"v1\""));
    assert_eq!(page.last_modified.as_deref(), Some("Wed, 03 Jul 2024 06:15:00 GMT"));
    assert_eq!((page.url, page.final_url), (server.url("/a"), server.url("/a")));
}

#[tokio::test]
async fn error_statuses_end_in_their_documented_states() {
    let server = Server::start();
    for (code, status, requests) in [
        (404, "not-found", 1),
        (410, "gone", 1),
        (403, "forbidden", 1),
        (401, "forbidden", 1),
        (451, "forbidden", 1),
        (418, "http-error", 1),
        (304, "http-error", 1),
        (501, "server-error", 1),
        (500, "server-error", 3),
        (503, "server-error", 3),
        (429, "rate-limited", 3),
    ] {
        let path = format!("/{code}");
        server.route(&path, Answer::status(code));
        let error = failure(&server, &path).await;
        assert_eq!((error.status(), error.code()), (status, Some(code)), "{error}");
        assert_eq!(server.count(&path), requests, "{error}");
    }
}

#[tokio::test]
async fn redirects_of_every_kind_are_followed_and_kept() {
    let server = Server::start();
    for (code, from, to) in [
        (301, "/1", "/2"),
        (302, "/2", "3"),
        (303, "/3", "?n=4"),
        (307, "/5", "//127.0.0.1:PORT/6"),
        (308, "/6", "/7"),
    ] {
        let to = to.replace("PORT", &server.url("/").port().expect("a port").to_string());
        server.route(from, Answer::redirect(code, &to));
    }
    // `?n=4` leads back to /3 with a query, which goes on to /5.
    let on = |asked: &crate::support::Asked| {
        let to = if asked.path.contains("n=4") { "/5" } else { "?n=4" };
        Answer::redirect(303, to)
    };
    server.on("/3", on);
    server.route("/7", Answer::html("<p>here</p>"));
    let page = fetch(&server, "/1").await.expect("a page");
    assert_eq!(page.final_url, server.url("/7"));
    let way: Vec<String> =
        page.redirects.iter().map(|url| url[url::Position::BeforePath..].to_owned()).collect();
    assert_eq!(way, ["/1", "/2", "/3", "/3?n=4", "/5", "/6"]);
    assert_eq!(page.attempts, 7);
}

#[tokio::test]
async fn redirect_loops_and_endless_chains_stop() {
    let server = Server::start();
    server.route("/a", Answer::redirect(302, "/b")).route("/b", Answer::redirect(302, "/a"));
    assert_eq!(failure(&server, "/a").await.status(), "too-many-redirects");
    assert!(server.count("/a") <= 2, "a loop is seen before the limit");
    server.on("/more", |asked| Answer::redirect(302, &format!("{}?x", asked.path)));
    assert_eq!(failure(&server, "/more").await.status(), "too-many-redirects");
    let asked = server.log().iter().filter(|asked| asked.path.starts_with("/more")).count();
    assert_eq!(asked, options().max_redirects + 1);
}

#[tokio::test]
async fn a_redirect_to_itself_that_sets_a_cookie_is_followed() {
    let server = Server::start();
    server.on("/a", |asked| match asked.headers.get("cookie").map(String::as_str) {
        Some("seen=1") => Answer::html("<p>welcome</p>"),
        _ => Answer::redirect(302, "/a").header("Set-Cookie", "seen=1; Path=/"),
    });
    assert_eq!(fetch(&server, "/a").await.expect("a page").bytes, b"<p>welcome</p>");
}

#[tokio::test]
async fn bad_redirects_are_bad_responses() {
    let server = Server::start();
    server.route("/none", Answer::status(302)).route("/odd", Answer::redirect(301, "http://[oops/"));
    server.route("/ftp", Answer::redirect(301, "ftp://example.org/a"));
    assert_eq!(failure(&server, "/none").await.status(), "bad-response");
    assert_eq!(failure(&server, "/odd").await.status(), "bad-response");
    let error = failure(&server, "/ftp").await;
    assert_eq!((error.status(), error.url.as_str()), ("invalid-url", "ftp://example.org/a"));
}

#[tokio::test]
async fn what_passes_is_asked_again() {
    let server = Server::start();
    let page = || Answer::html("<p>at last</p>");
    server.sequence("/503", vec![Answer::status(503), Answer::status(502), page()]);
    server.sequence("/hangup", vec![Answer::hangup(), page()]);
    server.sequence("/cut", vec![Answer::cut(b"<p>at".to_vec()).header("Content-Length", "500"), page()]);
    for (path, attempts) in [("/503", 3), ("/hangup", 2), ("/cut", 2)] {
        let page = fetch(&server, path).await.expect(path);
        assert_eq!(
            (page.bytes.as_slice(), page.attempts),
            (b"<p>at last</p>".as_slice(), attempts),
            "{path}"
        );
    }
}

#[tokio::test]
async fn no_retries_when_none_are_wanted() {
    let server = Server::start();
    server.route("/a", Answer::status(500));
    let options = tamis::fetch::FetchOptions { retries: 0, ..options() };
    fetcher(options).fetch(&server.url("/a")).await.expect_err("500");
    assert_eq!(server.count("/a"), 1);
}

#[tokio::test]
async fn retry_after_in_seconds_and_as_a_date_holds_back_the_whole_host() {
    let in_two_seconds = || httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(2));
    let one_second = || "1".to_owned();
    // A date has no fractions, so up to a second of it is lost.
    let ways: [(&dyn Fn() -> String, Duration); 2] =
        [(&one_second, Duration::from_secs(1)), (&in_two_seconds, Duration::from_millis(500))];
    for (value, least) in ways {
        let value = value();
        let server = Server::start();
        let busy = Answer::status(503).header("Retry-After", &value);
        server.sequence("/a", vec![busy, Answer::html("<p>a</p>")]).route("/b", Answer::html("<p>b</p>"));
        let fetcher = fetcher(options());
        let outcomes = fetch_all(&fetcher, vec![server.url("/a"), server.url("/b")]).await;
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        let log = server.log();
        let refused = log.iter().position(|asked| asked.path == "/a").expect("asked");
        assert!(log[refused + 1].at - log[refused].at >= least, "{value}");
        assert_eq!(fetcher.hosts()[0].holds, 1);
    }
}

#[tokio::test]
async fn a_wait_that_is_too_long_ends_the_url_and_spares_the_host() {
    let server = Server::start();
    server
        .route("/a", Answer::status(429).header("Retry-After", "3600"))
        .route("/b", Answer::html("<p>b</p>"));
    let fetcher = fetcher(options());
    let error = fetcher.fetch(&server.url("/a")).await.expect_err("busy");
    assert_eq!((error.status(), error.retry_after()), ("rate-limited", Some(Duration::from_secs(3600))));
    let error = fetcher.fetch(&server.url("/b")).await.expect_err("busy");
    assert_eq!((error.status(), error.is_transient()), ("host-busy", true));
    assert_eq!((server.count("/a"), server.count("/b")), (1, 0));
}

#[tokio::test]
async fn a_copy_that_is_still_good_is_not_sent_again() {
    let server = Server::start();
    server.on("/a", |asked| {
        let known = asked.headers.get("if-none-match").is_some_and(|tag| tag == "\"v1\"");
        let dated = asked.headers.get("if-modified-since").is_some_and(|date| date.ends_with("06:15:00 GMT"));
        if known && dated { Answer::status(304) } else { Answer::html("<p>new</p>").header("ETag", "\"v1\"") }
    });
    let fetcher = fetcher(options());
    let url = server.url("/a");
    let date = Some("Wed, 03 Jul 2024 06:15:00 GMT");
    assert_eq!(fetcher.fetch_if_changed(&url, Some("\"v1\""), date).await, Ok(Fetched::NotModified));
    for (etag, date) in [(Some("\"v0\""), date), (None, None), (Some("broken\nheader"), None)] {
        let fetched = fetcher.fetch_if_changed(&url, etag, date).await;
        assert!(matches!(&fetched, Ok(Fetched::Page(page)) if page.bytes == b"<p>new</p>"), "{fetched:?}");
    }
}

#[tokio::test]
async fn it_names_itself_and_keeps_one_hosts_headers_from_another() {
    let server = Server::start();
    let target = server.url_at("b.test", "/b").to_string();
    server.route("/a", Answer::redirect(302, &target)).route("/b", Answer::html("<p>b</p>"));
    let mut options = options();
    options.contact = Some("https://example.org/bot".to_owned());
    options.headers.insert("Accept-Language".to_owned(), "fr".to_owned());
    let own = HostOptions {
        headers: [("X-Token".to_owned(), "s3cret".to_owned())].into(),
        ..HostOptions::default()
    };
    options.hosts.insert("a.test".to_owned(), own);
    fetcher(options).fetch(&server.url_at("a.test", "/a")).await.expect("a page");
    for asked in server.log() {
        assert!(asked.headers["user-agent"].starts_with("tamis/"), "{asked:?}");
        assert!(asked.headers["user-agent"].ends_with("(+https://example.org/bot)"), "{asked:?}");
        assert_eq!(asked.headers["accept-language"], "fr");
        assert_eq!(asked.headers.contains_key("x-token"), asked.host == "a.test", "{asked:?}");
    }
}

#[tokio::test]
async fn credentials_are_sent_to_their_host_and_never_shown() {
    let server = Server::start();
    server.on("/a", |asked| match asked.headers.get("authorization").map(String::as_str) {
        Some("Basic YW5uYTpzM2NyZXQ=") => Answer::redirect(302, "/b"),
        _ => Answer::status(401),
    });
    server.route("/b", Answer::html("<p>b</p>")).route("/c", Answer::status(404));
    let url = |path| server.url_at("anna:s3cret@127.0.0.1", path);
    let fetcher = fetcher(options());
    let page = fetcher.fetch(&url("/a")).await.expect("a page");
    assert!(!format!("{} {} {:?}", page.url, page.final_url, page.redirects).contains("s3cret"));
    let error = fetcher.fetch(&url("/c")).await.expect_err("404");
    assert!(!format!("{error} {error:?}").contains("s3cret"));
}

#[tokio::test]
async fn connections_are_used_again_even_after_redirects_errors_and_compressed_bodies() {
    let server = Server::start();
    let gzip = crate::support::bombs::every_coding(b"<p>a</p>").await.remove(0).1;
    server.route("/a", Answer::bytes("text/html", gzip).header("Content-Encoding", "gzip"));
    server.route("/to", Answer::redirect(301, "/a"));
    let fetcher = fetcher(options());
    for path in ["/a", "/to", "/404", "/a"] {
        let _ = fetcher.fetch(&server.url(path)).await;
    }
    assert_eq!((server.log().len(), server.connections()), (6, 1));
}
