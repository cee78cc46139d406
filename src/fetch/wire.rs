//! From the errors of the network libraries to [`FetchErrorKind`].
//!
//! Those errors are chains: reqwest over hyper over rustls or `std::io`. The innermost says what happened; the
//! kinds on the way say in which step.

use std::error::Error;
use std::io;

use super::error::{FetchErrorKind, Phase};
use super::guard::Refused;
use super::options::FetchOptions;

/// More bytes came than the limit allows; says in which form.
#[derive(Debug, thiserror::Error)]
#[error("over the limit{0}")]
pub(super) struct OverLimit(pub(super) &'static str);

/// What a request failed with before its answer began.
pub(super) fn request_error(error: &reqwest::Error, options: &FetchOptions) -> FetchErrorKind {
    let detail = innermost(error);
    if let Some(refused) = find::<Refused>(error) {
        return FetchErrorKind::PrivateAddress { address: refused.0.clone() };
    }
    if error.is_builder() {
        return FetchErrorKind::InvalidUrl { detail };
    }
    if error.is_dns() {
        return FetchErrorKind::Dns { detail };
    }
    if error.is_timeout() {
        return timeout(error.is_connect(), options);
    }
    if find::<rustls::Error>(error).is_some() {
        return FetchErrorKind::Tls { detail };
    }
    if error.is_connect() || is_lost_connection(error) {
        let by = if options.proxy.is_some() {
            "; it was asked through a proxy, which may be down, too"
        } else {
            ""
        };
        return FetchErrorKind::Connect { detail: detail + by };
    }
    FetchErrorKind::BadResponse { detail }
}

fn timeout(connecting: bool, options: &FetchOptions) -> FetchErrorKind {
    let (phase, seconds) = if connecting {
        (Phase::Connect, options.connect_timeout_seconds)
    } else {
        (Phase::Read, options.read_timeout_seconds)
    };
    FetchErrorKind::Timeout { phase, seconds }
}

/// hyper keeps its kinds to itself; a connection that closed before the answer is known by its words.
fn is_lost_connection(error: &reqwest::Error) -> bool {
    let broken = find::<io::Error>(error).is_some_and(|error| is_broken_pipe(error.kind()));
    broken
        || causes(error).any(|cause| cause.to_string().contains("connection closed before message completed"))
}

fn is_broken_pipe(kind: io::ErrorKind) -> bool {
    use io::ErrorKind as Kind;
    matches!(kind, Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe | Kind::UnexpectedEof)
}

/// What reading a body failed with. `ended`: the decompressor had asked for more than there was.
pub(super) fn body_error(
    error: &io::Error,
    ended: bool,
    limit: usize,
    options: &FetchOptions,
) -> FetchErrorKind {
    if let Some(over) = find::<OverLimit>(error) {
        return FetchErrorKind::TooLarge { limit, how: over.0 };
    }
    let from_network = find::<reqwest::Error>(error);
    if from_network.is_some_and(reqwest::Error::is_timeout) {
        return timeout(false, options);
    }
    let detail = innermost(error);
    if from_network.is_some() || ended || error.kind() == io::ErrorKind::UnexpectedEof {
        return FetchErrorKind::Truncated { detail };
    }
    FetchErrorKind::BadResponse { detail: format!("it cannot be decompressed: {detail}") }
}

/// An error and its causes, from the outside in. `std::io::Error` hides what it wraps from `source`.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| cause(*error))
}

fn cause<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
        None => error.source(),
    }
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    causes(error).find_map(|cause| cause.downcast_ref::<E>())
}

/// The innermost cause in words. reqwest's own words would hold the URL, which may carry a password.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let last = causes(error).filter(|cause| !cause.is::<reqwest::Error>()).last();
    last.map_or_else(|| "unknown reason".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body_error(error: &io::Error, ended: bool) -> FetchErrorKind {
        super::body_error(error, ended, 7, &FetchOptions::default())
    }

    #[test]
    fn finds_causes_that_io_errors_hide() {
        let error = io::Error::other(io::Error::other(OverLimit(" when decompressed")));
        assert_eq!(
            body_error(&error, false),
            FetchErrorKind::TooLarge { limit: 7, how: " when decompressed" }
        );
    }

    #[test]
    fn tells_a_cut_body_from_a_broken_one() {
        let cut = io::Error::from(io::ErrorKind::UnexpectedEof);
        let broken = io::Error::new(io::ErrorKind::InvalidData, "bad header");
        assert_eq!(body_error(&cut, false).status(), "truncated");
        assert_eq!(body_error(&broken, false).status(), "bad-response");
        assert_eq!(body_error(&broken, true).status(), "truncated");
    }
}
