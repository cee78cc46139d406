//! One request on the wire and what its answer means: a page, a redirect, "not modified", or an error.

use std::time::{Duration, SystemTime};

use reqwest::header::{CONTENT_TYPE, LAST_MODIFIED, LOCATION, RETRY_AFTER};
use reqwest::header::{ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use reqwest::{Client, Response};
use url::Url;

use super::body::{self, Limit};
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

/// Asks for one address, which may be a redirect of the one in `request`.
pub(super) async fn exchange(
    client: &Client,
    options: &FetchOptions,
    request: &Request,
    address: &Url,
    turn: &mut Turn<'_>,
) -> Result<Answer, FetchErrorKind> {
    let sending = client.get(address.clone()).headers(headers(options, request, address)).send();
    let response = sending.await.map_err(|error| wire::request_error(&error, options))?;
    let code = response.status().as_u16();
    let retry_after = asked_wait(response.headers());
    turn.answered(code, retry_after);
    match code {
        200..=299 => receive(response, request.wanted, options).await.map(Answer::Page),
        301 | 302 | 303 | 307 | 308 => redirect(response, address).await,
        304 if request.etag.is_some() || request.last_modified.is_some() => Ok(Answer::NotModified),
        _ => {
            body::drain(response).await;
            Err(FetchErrorKind::Status {
                code,
                retry_after: retry_after.filter(|_| matches!(code, 429 | 503)),
            })
        }
    }
}

fn headers(options: &FetchOptions, request: &Request, address: &Url) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(host) = address.host_str().and_then(|name| options.hosts.get(name)) {
        // Checked when the fetcher was made.
        let _ = client::insert_all(&mut headers, &host.headers);
    }
    insert(&mut headers, IF_NONE_MATCH, request.etag.as_deref());
    insert(&mut headers, IF_MODIFIED_SINCE, request.last_modified.as_deref());
    headers
}

/// Adds a validator. One that HTTP cannot carry is left out: then the page comes in full.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: Option<&str>) {
    if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
        headers.insert(name, value);
    }
}

fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    retry::parse_retry_after(&text(headers, RETRY_AFTER)?, SystemTime::now())
}

async fn redirect(response: Response, address: &Url) -> Result<Answer, FetchErrorKind> {
    let code = response.status().as_u16();
    let location = text(response.headers(), LOCATION);
    body::drain(response).await;
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
) -> Result<Received, FetchErrorKind> {
    let headers = response.headers();
    body::check_media_type(headers, wanted)?;
    let (content_type, etag) = (text(headers, CONTENT_TYPE), text(headers, ETAG));
    let (status, last_modified) = (response.status().as_u16(), text(headers, LAST_MODIFIED));
    let limit = match wanted {
        Wanted::Robots => Limit::Cut(robots::MAX_BYTES),
        Wanted::Page | Wanted::Source => Limit::Refuse(options.max_bytes),
    };
    let bytes = body::read(response, limit, options).await?;
    Ok(Received { status, content_type, etag, last_modified, bytes })
}

/// A header as text. Addresses are sometimes sent in raw UTF-8; other bytes are replaced.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}
