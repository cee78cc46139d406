//! The records of an archive, as bytes.

use std::fmt::Write as _;

use jiff::Timestamp;
use reqwest::header::{CONTENT_LENGTH, HeaderMap, SET_COOKIE, TRANSFER_ENCODING};
use reqwest::{Response, StatusCode, Version};
use url::Url;
use uuid::Uuid;

use super::super::error::without_credentials;
use super::super::options::FetchOptions;
use super::super::page::Wanted;

/// Profile of a record that stands for a copy fetched before (WARC 1.1, 6.7.3).
const NOT_MODIFIED_PROFILE: &str = "http://netpreserve.org/warc/1.1/revisit/server-not-modified";

/// One answer as it came over the wire.
#[derive(Clone, Debug)]
pub(in super::super) struct Capture {
    url: Url,
    wanted: Wanted,
    at: Timestamp,
    version: Version,
    status: StatusCode,
    /// The host's address; unknown behind a proxy.
    peer: Option<String>,
    request_head: String,
    headers: HeaderMap,
    /// The body without its transfer encoding, but as compressed as it came.
    pub(in super::super) body: Vec<u8>,
    pub(in super::super) ending: Ending,
}

/// How much of a body there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Ending {
    /// All of it.
    Whole,
    /// Its beginning; nobody needed more.
    Cut,
}

impl Capture {
    /// What is known when the head of the answer is there. `sent` are headers that may be shown to anyone.
    pub(in super::super) fn begin(
        response: &Response,
        url: &Url,
        wanted: Wanted,
        sent: &HeaderMap,
    ) -> Capture {
        let url = without_credentials(url);
        Capture {
            request_head: request_head(&url, sent),
            url,
            wanted,
            at: Timestamp::now(),
            version: response.version(),
            status: response.status(),
            peer: response.remote_addr().map(|address| address.ip().to_string()),
            headers: response.headers().clone(),
            body: Vec::new(),
            ending: Ending::Whole,
        }
    }

    /// Forgets the address that the answer came from: it is a proxy's.
    pub(in super::super) fn through_proxy(mut self) -> Capture {
        self.peer = None;
        self
    }
}

fn request_head(url: &Url, sent: &HeaderMap) -> String {
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let mut head = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n");
    push_headers(&mut head, sent);
    head + "\r\n"
}

/// The record that opens an archive.
pub(super) fn info(options: &FetchOptions) -> Vec<u8> {
    let robots = if options.respect_robots { "obey" } else { "ignore" };
    let fields = format!(
        "software: tamis/{}\r\nformat: WARC File Format 1.1\r\n\
         conformsTo: https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n\
         http-header-user-agent: {}\r\nrobots: {robots}\r\n",
        env!("CARGO_PKG_VERSION"),
        options.full_user_agent(),
    );
    let mut head = head("warcinfo", &new_id(), Timestamp::now());
    head.push_str("Content-Type: application/warc-fields\r\n");
    finished(head, fields.as_bytes(), &[])
}

/// The records of a capture: the answer, then the request.
pub(super) fn records(capture: &Capture) -> [Vec<u8>; 2] {
    let (answer_id, revisit) = (new_id(), capture.status == StatusCode::NOT_MODIFIED);
    let mut answer = head(if revisit { "revisit" } else { "response" }, &answer_id, capture.at);
    about(&mut answer, capture);
    if revisit {
        answer.push_str(&format!("WARC-Profile: {NOT_MODIFIED_PROFILE}\r\n"));
    }
    if capture.ending == Ending::Cut {
        answer.push_str("WARC-Truncated: length\r\n");
    }
    answer.push_str("Content-Type: application/http;msgtype=response\r\n");
    let mut request = head("request", &new_id(), capture.at);
    about(&mut request, capture);
    request.push_str(&format!("WARC-Concurrent-To: {answer_id}\r\n"));
    request.push_str("Content-Type: application/http;msgtype=request\r\n");
    [
        finished(answer, answer_head(capture).as_bytes(), &capture.body),
        finished(request, capture.request_head.as_bytes(), &[]),
    ]
}

/// The record of a page as a browser built it (WARC 1.1, 6.8: another form of what is in the archive).
#[cfg(feature = "render")]
pub(super) fn rendered(url: &Url, html: &str) -> Vec<u8> {
    let mut head = head("conversion", &new_id(), Timestamp::now());
    let url = without_credentials(url);
    head.push_str(&format!("WARC-Target-URI: {url}\r\nTamis-Wanted: page\r\n"));
    head.push_str("Content-Type: text/html; charset=utf-8\r\n");
    finished(head, html.as_bytes(), &[])
}

fn head(kind: &str, id: &str, at: Timestamp) -> String {
    format!("WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: {id}\r\nWARC-Date: {at:.6}\r\n")
}

fn about(head: &mut String, capture: &Capture) {
    let wanted = match capture.wanted {
        Wanted::Page => "page",
        Wanted::Source => "source",
        Wanted::Robots => "robots",
    };
    // written to memory, which does not fail
    let _ = write!(head, "WARC-Target-URI: {}\r\nTamis-Wanted: {wanted}\r\n", capture.url);
    if let Some(peer) = &capture.peer {
        let _ = write!(head, "WARC-IP-Address: {peer}\r\n");
    }
    if capture.version == Version::HTTP_2 {
        head.push_str("WARC-Protocol: h2\r\n");
    }
}

/// The head of the answer in the words of HTTP/1.1, which is what readers of archives know. The transfer encoding is
/// undone, so that it goes, and the length is that of the bytes that follow.
fn answer_head(capture: &Capture) -> String {
    let version = if capture.version == Version::HTTP_10 { "HTTP/1.0" } else { "HTTP/1.1" };
    let reason = capture.status.canonical_reason().unwrap_or("Unknown");
    let mut head = format!("{version} {} {reason}\r\n", capture.status.as_u16());
    let mut kept = capture.headers.clone();
    for name in [SET_COOKIE, TRANSFER_ENCODING, CONTENT_LENGTH] {
        kept.remove(name);
    }
    push_headers(&mut head, &kept);
    let _ = write!(head, "content-length: {}\r\n\r\n", capture.body.len());
    head
}

fn push_headers(head: &mut String, headers: &HeaderMap) {
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_sensitive()) {
        let _ = write!(head, "{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes()));
    }
}

fn finished(mut head: String, first: &[u8], second: &[u8]) -> Vec<u8> {
    let _ = write!(head, "Content-Length: {}\r\n\r\n", first.len() + second.len());
    [head.as_bytes(), first, second, b"\r\n\r\n"].concat()
}

fn new_id() -> String {
    format!("<urn:uuid:{}>", Uuid::new_v4())
}
