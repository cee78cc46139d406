//! One request on the wire and what its answer means: a page, a redirect, "not modified", or an error.

use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_TYPE, LAST_MODIFIED, LOCATION, RETRY_AFTER};
use reqwest::header::{ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use reqwest::{Client, Response};
use url::Url;

use super::archive::Capture;
use super::body::{self, Body, Limit};
use super::client;
use super::error::FetchErrorKind;
use super::host::Turn;
use super::options::FetchOptions;
use super::page::{Request, Wanted};
use super::{retry, robots, wire};

/// What one request came back with.
pub(super) enum Answer {
    Page(Received),
    Redirect(Url),
    NotModified,
}

/// A page, but for the way that led to it.
pub(super) struct Received {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
    pub(super) bytes: Vec<u8>,
}

/// One request with its answer.
pub(super) struct Exchanged {
    pub(super) answer: Result<Answer, FetchErrorKind>,
    /// The answer as it came, where it came and an archive is kept.
    pub(super) capture: Option<Capture>,
}

/// Asks for one address, which may be a redirect of the one in `request`.
pub(super) async fn exchange(
    client: &Client,
    options: &FetchOptions,
    request: &Request,
    address: &Url,
    turn: &mut Turn<'_>,
) -> Exchanged {
    let headers = headers(options, request, address);
    let sending = client.get(address.clone()).headers(headers.clone()).send();
    let response = match sending.await {
        Ok(response) => response,
        Err(error) => return Exchanged { answer: Err(wire::request_error(&error, options)), capture: None },
    };
    turn.answered(response.status().as_u16(), asked_wait(response.headers()));
    let mut capture =
        options.warc.is_some().then(|| begin_capture(&response, request, address, options, headers));
    let answer = understand(response, request, address, options, &mut capture).await;
    // a body that was not read to its end is no page of an archive
    let unread = |kind: &FetchErrorKind| !matches!(kind, FetchErrorKind::Status { .. });
    let capture = capture.filter(|_| !answer.as_ref().is_err_and(unread));
    Exchanged { answer, capture }
}

fn begin_capture(
    response: &Response,
    request: &Request,
    address: &Url,
    options: &FetchOptions,
    mut sent: HeaderMap,
) -> Capture {
    sent.extend(client::headers_for_all(options));
    let capture = Capture::begin(response, address, request.wanted, &sent);
    if options.proxy.is_some() { capture.through_proxy() } else { capture }
}

/// What an answer means.
async fn understand(
    response: Response,
    request: &Request,
    address: &Url,
    options: &FetchOptions,
    capture: &mut Option<Capture>,
) -> Result<Answer, FetchErrorKind> {
    let code = response.status().as_u16();
    match code {
        200..=299 => receive(response, request.wanted, options, capture).await.map(Answer::Page),
        301 | 302 | 303 | 307 | 308 => redirect(response, address, capture).await,
        304 if request.etag.is_some() || request.last_modified.is_some() => Ok(Answer::NotModified),
        _ => {
            let retry_after = asked_wait(response.headers()).filter(|_| matches!(code, 429 | 503));
            finish(response, capture).await;
            Err(FetchErrorKind::Status { code, retry_after })
        }
    }
}

/// Ends an answer whose body is no page: the archive keeps it, nobody else needs it.
async fn finish(response: Response, capture: &mut Option<Capture>) {
    match capture {
        Some(capture) => (capture.body, capture.ending) = body::keep(response).await,
        None => body::drain(response).await,
    }
}

fn headers(options: &FetchOptions, request: &Request, address: &Url) -> HeaderMap {
    let mut headers = host_headers(options, address);
    insert(&mut headers, IF_NONE_MATCH, request.etag.as_deref());
    insert(&mut headers, IF_MODIFIED_SINCE, request.last_modified.as_deref());
    headers
}

/// The headers that the settings have for the host of an address.
pub(super) fn host_headers(options: &FetchOptions, address: &Url) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(host) = address.host_str().and_then(|name| options.hosts.get(name)) {
        // Checked when the fetcher was made.
        let _ = client::insert_all(&mut headers, &host.headers);
    }
    headers
}

/// Adds a validator. One that HTTP cannot carry is left out: then the page comes in full.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: Option<&str>) {
    if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
        headers.insert(name, value);
    }
}

/// The wait that an answer asks for.
pub(super) fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    retry::parse_retry_after(&text(headers, RETRY_AFTER)?, SystemTime::now())
}

async fn redirect(
    response: Response,
    address: &Url,
    capture: &mut Option<Capture>,
) -> Result<Answer, FetchErrorKind> {
    let code = response.status().as_u16();
    let location = text(response.headers(), LOCATION);
    finish(response, capture).await;
    let Some(location) = location else {
        return Err(FetchErrorKind::BadResponse { detail: format!("a redirect ({code}) without a target") });
    };
    match address.join(location.trim()) {
        Ok(next) => Ok(Answer::Redirect(next)),
        Err(error) => {
            Err(FetchErrorKind::BadResponse { detail: format!("a redirect to no valid address: {error}") })
        }
    }
}

async fn receive(
    response: Response,
    wanted: Wanted,
    options: &FetchOptions,
    capture: &mut Option<Capture>,
) -> Result<Received, FetchErrorKind> {
    let headers = response.headers();
    body::check_media_type(headers, wanted)?;
    let (content_type, etag) = (text(headers, CONTENT_TYPE), text(headers, ETAG));
    let (status, last_modified) = (response.status().as_u16(), text(headers, LAST_MODIFIED));
    let limit = match wanted {
        Wanted::Robots => Limit::Cut(robots::MAX_BYTES),
        Wanted::Page | Wanted::Source => Limit::Refuse(options.max_bytes),
    };
    let Body { bytes, raw, ending } = body::read(response, limit, capture.is_some(), options).await?;
    if let Some(capture) = capture {
        (capture.body, capture.ending) = (raw, ending);
    }
    Ok(Received { status, content_type, etag, last_modified, bytes })
}

/// A header as text. Addresses are sometimes sent in raw UTF-8; other bytes are replaced.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}
