//! TLS and HTTP/2, with a certificate made for the test.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tamis::fetch::{FetchOptions, Fetcher, HostOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::server::TlsStream;
use url::Url;

use crate::options;
use crate::support::Names;

/// What the test's server was asked, over which protocol.
type Log = Arc<Mutex<Vec<(String, String)>>>;

/// A server for `site.test`, its address, and a folder with its certificate.
struct Secure {
    port: u16,
    log: Log,
    connections: Arc<AtomicUsize>,
    folder: tempfile::TempDir,
    task: tokio::task::JoinHandle<()>,
}

impl Secure {
    /// Speaks these protocols, the first preferred.
    async fn start(protocols: &[&str]) -> Secure {
        let certified =
            rcgen::generate_simple_self_signed(vec!["site.test".to_owned()]).expect("a certificate");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("ca.pem"), certified.cert.pem()).expect("a file");
        let key = PrivateKeyDer::Pkcs8(certified.signing_key.serialize_der().into());
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.expect("TLS").with_no_client_auth();
        let mut config =
            config.with_single_cert(vec![certified.cert.der().clone()], key).expect("a key pair");
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let port = listener.local_addr().expect("bound").port();
        let (log, connections) = (Log::default(), Arc::<AtomicUsize>::default());
        let task = tokio::spawn(serve(
            listener,
            TlsAcceptor::from(Arc::new(config)),
            log.clone(),
            connections.clone(),
        ));
        Secure { port, log, connections, folder, task }
    }

    fn url(&self, host: &str, path: &str) -> Url {
        format!("https://{host}:{}{path}", self.port).parse().expect("a URL")
    }

    fn certificate(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    fn trusting(&self) -> FetchOptions {
        FetchOptions { root_certificates: Some(self.certificate()), respect_robots: false, ..options() }
    }

    fn asked(&self) -> Vec<(String, String)> {
        self.log.lock().expect("log").clone()
    }
}

impl Drop for Secure {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, log: Log, connections: Arc<AtomicUsize>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        let (acceptor, log) = (acceptor.clone(), log.clone());
        connections.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let is_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            if is_h2 { converse_h2(stream, log).await } else { converse_h1(stream, log).await }
        });
    }
}

async fn converse_h2(stream: TlsStream<TcpStream>, log: Log) {
    let Ok(mut connection) = h2::server::handshake(stream).await else { return };
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        let path = request.uri().path().to_owned();
        log.lock().expect("log").push(("h2".to_owned(), path.clone()));
        let mut head = http::Response::builder().status(200).header("content-type", "text/html");
        if path == "/headers" {
            for number in 0..200 {
                head = head.header(format!("x-more-{number}"), "x".repeat(1000));
            }
        }
        let Ok(mut body) = respond.send_response(head.body(()).expect("a head"), false) else { continue };
        let _ = body.send_data("<p>over h2</p>".into(), true);
    }
}

async fn converse_h1(mut stream: TlsStream<TcpStream>, log: Log) {
    let mut buffer = [0; 4096];
    while let Ok(read) = stream.read(&mut buffer).await {
        let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
        let Some(path) = text.split(' ').nth(1) else { return };
        log.lock().expect("log").push(("http/1.1".to_owned(), path.to_owned()));
        let body = "<p>over http/1.1</p>";
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n", body.len());
        let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
    }
}

fn local(options: FetchOptions) -> Fetcher {
    Fetcher::with_lookup(options, Names::all_local()).expect("good settings")
}

#[tokio::test]
async fn http_2_is_spoken_where_the_server_does_and_http_1_where_it_does_not() {
    for (protocols, spoken) in
        [(&["h2", "http/1.1"][..], "h2"), (&["http/1.1"], "http/1.1"), (&[], "http/1.1")]
    {
        let server = Secure::start(protocols).await;
        let fetcher = local(server.trusting());
        for path in ["/a", "/b"] {
            let page = fetcher.fetch(&server.url("site.test", path)).await.expect(spoken);
            assert_eq!(page.bytes, format!("<p>over {spoken}</p>").as_bytes());
        }
        let pair = |path: &str| (spoken.to_owned(), path.to_owned());
        assert_eq!(server.asked(), [pair("/a"), pair("/b")]);
        assert_eq!(server.connections.load(Ordering::Relaxed), 1, "{spoken}: one connection for both");
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_or_of_another_name_gets_no_request() {
    let server = Secure::start(&["h2"]).await;
    let stranger = FetchOptions { root_certificates: None, ..server.trusting() };
    for (options, host) in [(stranger, "site.test"), (server.trusting(), "other.test")] {
        let error = local(options).fetch(&server.url(host, "/a")).await.expect_err(host);
        assert_eq!((error.status(), error.is_transient()), ("tls-failed", false), "{error}");
    }
    assert_eq!(server.asked(), []);
}

#[tokio::test]
async fn too_many_headers_over_http_2_are_a_bad_response() {
    let server = Secure::start(&["h2"]).await;
    let error =
        local(server.trusting()).fetch(&server.url("site.test", "/headers")).await.expect_err("headers");
    assert_eq!(error.status(), "bad-response", "{error}");
}

#[tokio::test]
async fn root_certificates_that_are_none_are_a_setting_to_correct() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ca.pem");
    let options = FetchOptions { root_certificates: Some(path.clone()), ..options() };
    let missing = Fetcher::new(options.clone()).expect_err("no file").to_string();
    assert!(missing.starts_with("fetch.root_certificates: cannot read"), "{missing}");
    std::fs::write(&path, "my diary").expect("a file");
    let wrong = Fetcher::new(options).expect_err("no certificate").to_string();
    assert!(wrong.starts_with("fetch.root_certificates"), "{wrong}");
}

#[tokio::test]
async fn cookies_of_a_host_are_sent_to_it_alone_and_join_its_own() {
    use crate::support::{Answer, Server};
    let server = Server::start();
    let target = server.url_at("b.test", "/b").to_string();
    server.route("/a", Answer::redirect(302, "/again").header("Set-Cookie", "seen=1; Path=/"));
    server.route("/again", Answer::redirect(302, &target)).route("/b", Answer::html("<p>b</p>"));
    let mut options = FetchOptions { respect_robots: false, ..options() };
    let cookies = [("consent".to_owned(), "all".to_owned())].into();
    options.hosts.insert("a.test".to_owned(), HostOptions { cookies, ..HostOptions::default() });
    local(options).fetch(&server.url_at("a.test", "/a")).await.expect("a page");
    let sent: Vec<String> = server
        .log()
        .iter()
        .map(|asked| {
            let mut cookies: Vec<&str> =
                asked.headers.get("cookie").map(|all| all.split("; ").collect()).unwrap_or_default();
            cookies.sort_unstable();
            cookies.join("; ")
        })
        .collect();
    assert_eq!(sent, ["consent=all", "consent=all; seen=1", ""]);
}
