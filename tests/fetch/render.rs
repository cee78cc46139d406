//! Pages that a browser builds: what their scripts load comes in, by our own client alone, and nothing stays behind.
//!
//! Without Chromium in `PATH` these tests say so and pass.

use std::path::Path;
use std::time::Duration;

use tamis::fetch::{FetchError, FetchOptions, Fetcher, Page, RenderMode};
use url::Url;

use crate::support::{Answer, Names, Server};
use crate::{fetcher, options};

/// A page whose article stands in a file that its script asks for.
const SHELL: &str = "<!DOCTYPE html><html lang=fr><head><title>Le pont</title><link rel=stylesheet href=/style.css>\
    </head><body><div id=root></div><img src=/image.png><script src=/app.js></script></body></html>";

const APP: &str = "fetch('/api/article.json').then(answer => answer.json()).then(article => {\
    document.getElementById('root').innerHTML = '<article><h1>Le pont</h1><p>' + article.text + '</p></article>'; });";

const TEXT: &str = "Le conseil municipal a voté mardi soir la rénovation du vieux pont, fermé depuis l’été.";

/// The settings, if there is a browser here.
fn rendering() -> Option<FetchOptions> {
    let options = FetchOptions { render: RenderMode::Always, ..options() };
    match Fetcher::new(options.clone()) {
        Ok(_) => Some(options),
        Err(error) => {
            println!("skipped: {error}");
            None
        }
    }
}

/// A server with the page and its parts.
fn server() -> Server {
    let server = Server::start();
    let json = serde_json::json!({ "text": TEXT }).to_string();
    server.route("/page", Answer::html(SHELL));
    server.route("/app.js", Answer::bytes("text/javascript", APP.as_bytes().to_vec()));
    server.route("/api/article.json", Answer::bytes("application/json", json.into_bytes()));
    server
}

async fn rendered(options: FetchOptions, url: &Url) -> Result<Page, FetchError> {
    let fetcher = fetcher(options);
    fetcher.render(fetcher.fetch(url).await?).await
}

fn text(page: &Page) -> String {
    String::from_utf8_lossy(&page.bytes).into_owned()
}

/// Profiles of browsers that a process of tests left behind.
fn profiles() -> usize {
    let entries = std::fs::read_dir(std::env::temp_dir()).expect("a folder").flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("tamis-chromium-")).count()
}

/// Tests of browsers run one after the other: they look at what is left behind.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn nothing_is_left() {
    for _ in 0..300 {
        if profiles() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{} profiles of browsers are left", profiles());
}

#[tokio::test]
async fn a_page_is_built_by_its_scripts_with_one_request_for_each_part() {
    let _one = ONE_AT_A_TIME.lock().await;
    let Some(options) = rendering() else { return };
    let server = server();
    let page = rendered(options, &server.url("/page")).await.expect("a page");
    assert!(text(&page).contains(TEXT), "{}", text(&page));
    assert_eq!(page.content_type.as_deref(), Some("text/html; charset=utf-8"));
    let mut asked: Vec<String> = server.log().into_iter().map(|asked| asked.path).collect();
    asked.sort();
    assert_eq!(asked, ["/api/article.json", "/app.js", "/page", "/robots.txt"]);
    let agents: Vec<_> = server.log().iter().map(|asked| asked.headers["user-agent"].clone()).collect();
    assert!(agents.iter().all(|agent| agent.starts_with("tamis/")), "{agents:?}");
    nothing_is_left().await;
}

#[tokio::test]
async fn parts_that_robots_txt_forbids_are_not_asked_for() {
    let _one = ONE_AT_A_TIME.lock().await;
    let Some(options) = rendering() else { return };
    let server = server();
    server.robots("User-agent: *\nDisallow: /api/\n");
    let page = rendered(options, &server.url("/page")).await.expect("a page");
    assert!(!text(&page).contains(TEXT));
    assert_eq!(server.count("/api/article.json"), 0);
}

/// Every way in which a page may try to reach this machine or others by itself.
const RAIDS: &str = "<!DOCTYPE html><title>x</title><div id=root></div><script>
    const target = 'TARGET';
    const names = ['http://' + target, 'http://inner.example:' + target.split(':')[1]];
    for (const name of names) {
        fetch(name + '/fetch').catch(() => 0);
        fetch(name + '/post', { method: 'POST', mode: 'no-cors', body: 'x' }).catch(() => 0);
        navigator.sendBeacon(name + '/beacon', 'x');
        new Image().src = name + '/image';
        try { new WebSocket(name.replace('http', 'ws') + '/socket'); } catch (error) {}
        try { new EventSource(name + '/events'); } catch (error) {}
        for (const [tag, key] of [['iframe', 'src'], ['script', 'src'], ['link', 'href'], ['video', 'src']]) {
            const element = document.createElement(tag);
            element[key] = name + '/' + tag;
            if (tag === 'link') element.rel = 'prefetch';
            document.body.append(element);
        }
        try { new Worker(URL.createObjectURL(new Blob(['fetch(\"' + name + '/worker\")']))); } catch (error) {}
        open(name + '/window');
        const peer = new RTCPeerConnection({ iceServers: [{ urls: name.replace('http://', 'stun:') }] });
        peer.createDataChannel('x');
        peer.createOffer().then(offer => peer.setLocalDescription(offer));
    }
    const file = document.createElement('iframe'); file.src = 'file:///etc/passwd'; document.body.append(file);
    fetch('file:///etc/passwd').then(answer => answer.text()).then(text => document.title = text).catch(() => 0);
    setTimeout(() => { location.href = names[0] + '/away'; }, 100);
    setTimeout(() => { document.getElementById('root').textContent = 'the scripts ran'; }, 300);
    </script>";

#[tokio::test]
async fn a_browser_sends_no_byte_to_a_private_address() {
    let _one = ONE_AT_A_TIME.lock().await;
    let Some(options) = rendering() else { return };
    let server = Server::start();
    let target = server.url("/");
    let target = format!("127.0.0.1:{}", target.port().expect("a port"));
    let options = FetchOptions { allow_private: false, respect_robots: false, ..options };
    let fetcher = Fetcher::with_lookup(options, Names::all_local()).expect("good settings");
    let address: Url = "http://public.example/page".parse().expect("a URL");
    let page = Page {
        url: address.clone(),
        final_url: address,
        status: 200,
        content_type: Some("text/html".to_owned()),
        etag: None,
        last_modified: None,
        bytes: RAIDS.replace("TARGET", &target).into_bytes(),
        elapsed: Duration::ZERO,
        attempts: 1,
        redirects: Vec::new(),
    };
    let built = text(&fetcher.render(page).await.expect("a page"));
    assert!(built.contains("the scripts ran") && !built.contains("root:"), "{built}");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_page_that_never_ends_is_ended_and_so_is_its_browser() {
    let _one = ONE_AT_A_TIME.lock().await;
    let Some(options) = rendering() else { return };
    let server = server();
    server.route("/page", Answer::html("<!DOCTYPE html><body><p>x</p><script>for (;;) {}</script>"));
    let options = FetchOptions { total_timeout_seconds: 4.0, ..options };
    let error = rendered(options, &server.url("/page")).await.expect_err("no end");
    assert_eq!(error.status(), "timeout", "{error}");
    nothing_is_left().await;
}

#[tokio::test]
async fn a_page_that_never_rests_is_taken_as_it_is() {
    let _one = ONE_AT_A_TIME.lock().await;
    let Some(options) = rendering() else { return };
    let server = server();
    let restless =
        SHELL.replace("<script src", "<script>setInterval(() => fetch('/tick'), 50)</script><script src");
    server.route("/page", Answer::html(&restless)).route("/tick", Answer::text("tick"));
    let options = FetchOptions { total_timeout_seconds: 12.0, ..options };
    let page = rendered(options, &server.url("/page")).await.expect("a page");
    assert!(text(&page).contains(TEXT));
    assert!(server.count("/tick") <= 200);
}

#[tokio::test]
async fn scripts_cannot_make_more_than_the_limit() {
    let _one = ONE_AT_A_TIME.lock().await;
    let Some(options) = rendering() else { return };
    let server = server();
    let bloated = "<!DOCTYPE html><body><script>document.body.append('x'.repeat(300000))</script>";
    server.route("/page", Answer::html(bloated));
    let options = FetchOptions { max_bytes: 100_000, ..options };
    let error = rendered(options, &server.url("/page")).await.expect_err("too much");
    assert_eq!(error.status(), "too-large", "{error}");
}

#[tokio::test]
async fn a_browser_that_does_not_start_is_an_error_that_says_so() {
    let _one = ONE_AT_A_TIME.lock().await;
    let options = FetchOptions { chromium: Some(Path::new("/bin/false").into()), ..options() };
    let options = FetchOptions { render: RenderMode::Always, ..options };
    let server = server();
    let error = rendered(options, &server.url("/page")).await.expect_err("no browser");
    assert_eq!(error.status(), "render-failed", "{error}");
    assert!(error.reason().contains("ended at once"), "{error}");
    nothing_is_left().await;
}
