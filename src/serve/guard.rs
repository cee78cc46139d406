//! Who may ask: nobody but the page that this server gave out, opened under the server's own address.
//!
//! 1. `Host` must be an IP address or `localhost`. A name of somebody else that resolves to this machine (DNS
//!    rebinding) makes the browser send that name.
//! 2. `Origin`, where a browser sends one, must be this server's, and `Sec-Fetch-Site` must not say "another site".
//! 3. Requests for data must show the key, a header that no other site's form or script can send.
//!
//! Answers forbid scripts other than the server's own files, frames, and guessing at types.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{HOST, HeaderName, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::answer::Refusal;
use super::bench::Bench;

/// The header with the key.
pub(super) const KEY_HEADER: &str = "x-tamis-key";

/// Headers of every answer.
const HEADERS: [(&str, &str); 7] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
];

/// Refuses what comes from elsewhere, and puts the headers on every answer.
pub(super) async fn check(State(bench): State<Arc<Bench>>, request: Request, next: Next) -> Response {
    let mut answer = match refusal(request.headers(), bench.options.allow_remote) {
        Some(message) => Refusal::new(StatusCode::FORBIDDEN, message).into_response(),
        None => next.run(request).await,
    };
    for (name, value) in HEADERS {
        answer.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    answer
}

/// Refuses requests without the key.
pub(super) async fn require_key(State(bench): State<Arc<Bench>>, request: Request, next: Next) -> Response {
    let shown = request.headers().get(KEY_HEADER).map(HeaderValue::as_bytes);
    if shown == Some(bench.key.as_bytes()) {
        return next.run(request).await;
    }
    let message = "the key is missing or of an earlier start; load the page again";
    Refusal::new(StatusCode::FORBIDDEN, message).into_response()
}

/// Why a request is refused.
fn refusal(headers: &HeaderMap, allow_remote: bool) -> Option<String> {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(HOST).unwrap_or("");
    if !is_own_host(host, allow_remote) {
        return Some(format!(
            "the host `{host}` is not this server; open it by its IP address or as localhost"
        ));
    }
    let is_own = |origin: &str| origin.strip_prefix("http://").is_some_and(|named| named == host);
    if text(ORIGIN).is_some_and(|origin| !is_own(origin)) {
        return Some("the request comes from another site".to_owned());
    }
    let site = text(HeaderName::from_static("sec-fetch-site"));
    // a link in a report on disk is cross-site, and only opens the page
    let opens = text(HeaderName::from_static("sec-fetch-mode")) == Some("navigate");
    (matches!(site, Some("cross-site" | "same-site")) && !opens)
        .then(|| "the request comes from another site".to_owned())
}

/// Whether a Host header names this server: an address that this machine alone has, or any once other machines may ask.
fn is_own_host(host: &str, allow_remote: bool) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(""),
        None => host.split(':').next().unwrap_or(""),
    };
    match name.parse::<IpAddr>() {
        Ok(address) => address.is_loopback() || allow_remote,
        Err(_) => name.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_others_are_no_host_of_ours() {
        for host in ["127.0.0.1:8080", "localhost:9000", "LOCALHOST", "[::1]:80", "127.8.9.1"] {
            assert!(is_own_host(host, false), "{host}");
        }
        for host in ["", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "10.0.0.1"] {
            assert!(!is_own_host(host, false), "{host}");
        }
        assert!(is_own_host("10.0.0.1:8080", true) && !is_own_host("evil.example", true));
    }

    #[test]
    fn origins_must_be_the_servers_own() {
        let refused = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
            refusal(&pairs.collect(), false).is_some()
        };
        let host = ("host", "127.0.0.1:8080");
        assert!(!refused(&[host]) && !refused(&[host, ("origin", "http://127.0.0.1:8080")]));
        for origin in ["http://evil.example", "null", "https://127.0.0.1:8080", "http://127.0.0.1:8081"] {
            assert!(refused(&[host, ("origin", origin)]), "{origin}");
        }
        assert!(refused(&[host, ("sec-fetch-site", "cross-site")]));
        assert!(!refused(&[host, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]));
    }
}
