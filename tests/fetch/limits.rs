//! Time, size, compression, completeness, media types: each limit and the state it ends in.

use std::time::Duration;

use tokio::io::AsyncWriteExt;

use tamis::fetch::{FetchErrorKind, FetchOptions, Phase};

use crate::support::{Answer, Server, bombs};
use crate::{failure, fetch, fetcher, options};

/// One attempt with a small limit, for bodies that are too large.
fn small() -> FetchOptions {
    FetchOptions { max_bytes: 1 << 20, retries: 0, ..options() }
}

#[tokio::test]
async fn every_compression_is_undone() {
    let text = "<p>Un été à la mer, entre Nice et Menton.</p>".repeat(2000);
    for (name, bytes) in bombs::every_coding(text.as_bytes()).await {
        let server = Server::start();
        server.route("/a", Answer::bytes("text/html", bytes).header("Content-Encoding", name));
        assert_eq!(fetch(&server, "/a").await.expect(name).bytes, text.as_bytes(), "{name}");
        assert!(server.log().iter().all(|asked| asked.headers["accept-encoding"].contains("br")));
    }
}

#[tokio::test]
async fn two_compressions_over_one_another_are_undone() {
    let server = Server::start();
    let inner = bombs::every_coding(b"<p>twice</p>").await.remove(1).1;
    let outer = bombs::every_coding(&inner).await.remove(0).1;
    server.route("/a", Answer::bytes("text/html", outer).header("Content-Encoding", "br, gzip"));
    assert_eq!(fetch(&server, "/a").await.expect("a page").bytes, b"<p>twice</p>");
}

#[tokio::test]
async fn bombs_of_a_gibibyte_end_as_too_large() {
    const MEBIBYTES: usize = 1024;
    let server = Server::start();
    let (first, piece) = bombs::gzip_pieces();
    server.route("/gzip", Answer::chunks(first, piece, MEBIBYTES).header("Content-Encoding", "gzip"));
    server.route(
        "/br",
        Answer::bytes("text/html", bombs::brotli(MEBIBYTES).await).header("Content-Encoding", "br"),
    );
    server.route(
        "/zstd",
        Answer::bytes("text/html", bombs::zstd(MEBIBYTES).await).header("Content-Encoding", "zstd"),
    );
    for path in ["/gzip", "/br", "/zstd"] {
        // With the default limit growth gives them away; with a limit of a gigabyte too.
        for max_bytes in [16 << 20, 2 << 30] {
            let error = fetcher(FetchOptions { max_bytes, ..options() }).fetch(&server.url(path)).await;
            let error = error.expect_err("a bomb");
            assert_eq!(error.status(), "too-large", "{path}: {error}");
            assert!(error.reason().contains("decompressed"), "{path}: {error}");
        }
        assert_eq!(server.count(path), 2, "never asked again");
    }
}

#[tokio::test]
async fn honest_pages_over_the_limit_end_as_too_large_when_decompressed() {
    let text: String = (0..200_000).map(|number| format!("<p>{number}</p>")).collect();
    for (name, bytes) in bombs::every_coding(text.as_bytes()).await {
        assert!(text.len() > 2 << 20 && bytes.len() < 1 << 20, "{name} fits before, not after");
        let server = Server::start();
        server.route("/a", Answer::bytes("text/html", bytes).header("Content-Encoding", name));
        let error = fetcher(small()).fetch(&server.url("/a")).await.expect_err(name);
        assert_eq!(error.status(), "too-large", "{name}: {error}");
    }
}

#[tokio::test]
async fn plain_bodies_over_the_limit_end_as_too_large() {
    let server = Server::start();
    server.route("/announced", Answer::bytes("text/html", vec![b'a'; (1 << 20) + 1]));
    server.route("/streamed", Answer::chunks(Vec::new(), vec![b'a'; 4096], 100_000));
    server.route("/fits", Answer::bytes("text/html", vec![b'a'; 1 << 20]));
    let fetcher = fetcher(small());
    for path in ["/announced", "/streamed"] {
        let error = fetcher.fetch(&server.url(path)).await.expect_err(path);
        assert_eq!(error.status(), "too-large", "{error}");
    }
    assert_eq!(fetcher.fetch(&server.url("/fits")).await.expect("fits").bytes.len(), 1 << 20);
}

#[tokio::test]
async fn a_compressed_body_that_never_yields_a_byte_ends_as_too_large() {
    let server = Server::start();
    let empty_blocks = [0u8, 0, 0, 0xff, 0xff].repeat(1000);
    let header = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    server.route("/a", Answer::chunks(header, empty_blocks, 100_000).header("Content-Encoding", "gzip"));
    let error = fetcher(small()).fetch(&server.url("/a")).await.expect_err("endless");
    assert_eq!(error.status(), "too-large", "{error}");
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_truncated_not_a_page() {
    let server = Server::start();
    server.route("/length", Answer::cut(b"<p>Le d".to_vec()).header("Content-Length", "1000"));
    server.route("/chunked", Answer::cut(b"100\r\n<p>Le d".to_vec()).header("Transfer-Encoding", "chunked"));
    let text: String = (0..5000).map(|n| format!("<p>{}</p>", n * n)).collect();
    for (index, (name, bytes)) in bombs::every_coding(text.as_bytes()).await.into_iter().enumerate() {
        let half = bytes[..bytes.len() / 2].to_vec();
        server.route(&format!("/{index}"), Answer::bytes("text/html", half).header("Content-Encoding", name));
    }
    for path in ["/length", "/chunked", "/0", "/1", "/2", "/3", "/4"] {
        let error = failure(&server, path).await;
        assert_eq!((error.status(), error.is_transient()), ("truncated", true), "{path}: {error}");
    }
}

#[tokio::test]
async fn a_body_longer_than_its_length_is_read_up_to_it() {
    let server = Server::start();
    server.route("/a", Answer::cut(b"<p>a</p>and more".to_vec()).header("Content-Length", "8"));
    assert_eq!(fetch(&server, "/a").await.expect("a page").bytes, b"<p>a</p>");
}

#[tokio::test]
async fn a_body_without_length_is_read_to_the_end_of_the_connection() {
    let server = Server::start();
    server.route("/a", Answer::cut(b"<p>a</p>".to_vec()));
    assert_eq!(fetch(&server, "/a").await.expect("a page").bytes, b"<p>a</p>");
}

#[tokio::test]
async fn nonsense_is_a_bad_response() {
    let server = Server::start();
    server.route("/gzip", Answer::html("<p>not gzip at all</p>").header("Content-Encoding", "gzip"));
    server.route("/unknown", Answer::html("<p>a</p>").header("Content-Encoding", "rot13"));
    server.route("/headers", Answer::endless_headers());
    for path in ["/gzip", "/unknown", "/headers"] {
        let error = failure(&server, path).await;
        assert_eq!(error.status(), "bad-response", "{path}: {error}");
        assert_eq!(server.count(path), 1, "{path} is not asked again");
    }
}

#[tokio::test]
async fn an_empty_body_under_a_named_compression_is_an_empty_page() {
    let server = Server::start();
    server.route("/a", Answer::html("").header("Content-Encoding", "gzip"));
    assert_eq!(fetch(&server, "/a").await.expect("a page").bytes, b"");
}

#[tokio::test]
async fn silence_ends_at_the_read_timeout() {
    let server = Server::start();
    server.route("/a", Answer::silence());
    let options = FetchOptions { read_timeout_seconds: 0.2, respect_robots: false, ..options() };
    let error = fetcher(options).fetch(&server.url("/a")).await.expect_err("silence");
    assert_eq!(error.kind, FetchErrorKind::Timeout { phase: Phase::Read, seconds: 0.2 });
    assert_eq!(server.count("/a"), 3, "it may pass, so it is asked again");
}

#[tokio::test]
async fn a_body_that_stops_midway_ends_at_the_read_timeout() {
    let server = Server::start();
    server.route("/a", Answer::drip("<p>a</p>", Duration::from_secs(3600)));
    let options = FetchOptions { read_timeout_seconds: 0.2, retries: 0, respect_robots: false, ..options() };
    let error = fetcher(options).fetch(&server.url("/a")).await.expect_err("silence");
    assert_eq!(error.kind, FetchErrorKind::Timeout { phase: Phase::Read, seconds: 0.2 });
}

#[tokio::test]
async fn a_slow_drip_ends_at_the_total_timeout() {
    let server = Server::start();
    server.route("/a", Answer::drip(&"a".repeat(10_000), Duration::from_millis(20)));
    let options = FetchOptions { total_timeout_seconds: 0.5, respect_robots: false, ..options() };
    let error = fetcher(options).fetch(&server.url("/a")).await.expect_err("drip");
    assert_eq!(error.kind, FetchErrorKind::Timeout { phase: Phase::Total, seconds: 0.5 });
    assert_eq!(server.count("/a"), 1, "the time is used up");
}

#[tokio::test]
async fn waiting_for_politeness_does_not_use_up_the_time() {
    let server = Server::start();
    for path in ["/a", "/b", "/c"] {
        server.route(path, Answer::html("<p>a</p>"));
    }
    let options = FetchOptions { total_timeout_seconds: 2.0, delay_seconds: 1.0, ..options() };
    let urls = ["/a", "/b", "/c"].map(|path| server.url(path)).to_vec();
    let outcomes = crate::fetch_all(&fetcher(options), urls).await;
    assert!(outcomes.iter().all(Result::is_ok), "the last waits three seconds: {outcomes:?}");
}

#[tokio::test]
async fn a_host_that_is_not_there_fails_to_connect() {
    let gone = Server::start().url("/a");
    let error = fetcher(options()).fetch(&gone).await.expect_err("nobody listens");
    assert_eq!((error.status(), error.is_transient()), ("connect-failed", true), "{error}");
}

#[tokio::test]
async fn media_types_without_text_are_refused_before_their_body() {
    let server = Server::start();
    let endless = || Answer::drip(&"a".repeat(10_000), Duration::from_secs(3600));
    server.route("/pdf", endless().header("Content-Type", "application/pdf"));
    server.route("/jpg", endless().header("Content-Type", "image/jpeg"));
    server.route("/json", Answer::bytes("application/json", b"{}".to_vec()));
    for path in ["/pdf", "/jpg", "/json"] {
        let error = failure(&server, path).await;
        assert_eq!(error.status(), "unsupported-media-type", "{error}");
        assert_eq!(server.count(path), 1);
    }
    let page = fetcher(options()).fetch_source(&server.url("/json")).await.expect("JSON may be a feed");
    assert_eq!(page.bytes, b"{}");
}

#[tokio::test]
async fn a_secure_connection_to_a_plain_server_fails_as_such() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let url = format!("https://{}/a", listener.local_addr().expect("bound"));
    let plain_server = async {
        loop {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    };
    let fetcher = fetcher(options());
    let url = url.parse().expect("a URL");
    let error = tokio::select! {
        outcome = fetcher.fetch(&url) => outcome.expect_err("no TLS there"),
        () = plain_server => unreachable!("serves for ever"),
    };
    assert_eq!((error.status(), error.is_transient()), ("tls-failed", false), "{error}");
}
