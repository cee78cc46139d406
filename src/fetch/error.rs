//! What can go wrong with one URL.
//!
//! A [`FetchError`] is the URL (without credentials) and a [`FetchErrorKind`]. Its [`FetchError::status`] is the
//! documented state that a record carries; its text is one sentence with what to try. Errors fall into three
//! classes:
//!
//! - *transient*: may pass within minutes, and is worth a repetition in this run or the next;
//! - *permanent*: will not pass, and asking again only bothers the site;
//! - neither: may pass within days (a refusal, a certificate), and is worth a later run.

use std::time::Duration;

use url::Url;

/// Why one URL gave no page.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{url}: {kind}")]
pub struct FetchError {
    /// The address that failed, after redirects, without credentials.
    pub url: String,
    /// What happened.
    pub kind: FetchErrorKind,
}

/// What happened to one URL.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchErrorKind {
    /// The address is not one of the web.
    #[error("{detail}; only http and https addresses can be fetched")]
    InvalidUrl {
        /// What is wrong with it.
        detail: String,
    },
    /// The address leads into a private network or to this machine.
    #[error("{address} is a private address; set allow_private (--allow-private) if it is meant")]
    PrivateAddress {
        /// The address or name that was refused.
        address: String,
    },
    /// robots.txt forbids the address.
    #[error("robots.txt forbids it by `Disallow: {rule}`; ask the site for permission, or leave it out")]
    RobotsDenied {
        /// The rule that matched.
        rule: String,
    },
    /// robots.txt could not be read for now, so nothing may be fetched for now.
    #[error("the site's robots.txt cannot be read for now ({detail}); it is tried again in a later run")]
    RobotsUnavailable {
        /// What happened to robots.txt.
        detail: String,
    },
    /// The name of the host was not found.
    #[error("the name of the host cannot be resolved ({detail}); check the spelling and the network")]
    Dns {
        /// What the resolver said.
        detail: String,
    },
    /// No connection, or it was closed before an answer.
    #[error("no answer from the host ({detail}); it may be down")]
    Connect {
        /// What the system said.
        detail: String,
    },
    /// The secure connection failed.
    #[error(
        "the secure connection failed ({detail}); check the site's certificate, this machine's clock and its CA certificates (package ca-certificates)"
    )]
    Tls {
        /// What the TLS library said.
        detail: String,
    },
    /// The time ran out.
    #[error("timed out after {seconds} s while {phase}; raise {key} to wait longer", key = phase.key())]
    Timeout {
        /// Which limit was reached.
        phase: Phase,
        /// The limit in force.
        seconds: f64,
    },
    /// The server answered with an error.
    #[error("the server answered {code} ({meaning})", meaning = meaning(*code))]
    Status {
        /// The HTTP status code.
        code: u16,
        /// The wait that the server asks for.
        retry_after: Option<Duration>,
    },
    /// The host asks for a wait that is longer than the settings allow.
    #[error("the host wants {wait} s of waiting ({reason}), more than max_wait_seconds = {limit}", wait = wait.as_secs())]
    HostBusy {
        /// The wait that is left.
        wait: Duration,
        /// Who asked for it.
        reason: String,
        /// The limit in force, in seconds.
        limit: f64,
    },
    /// The host gave no answer for other addresses, and was not asked for this one.
    #[error(
        "the host gave no answer for {addresses} addresses in a row, so that it was not asked for this one; it is asked again in a later run"
    )]
    HostSilent {
        /// Addresses in a row without an answer.
        addresses: u32,
        /// How long it is let alone.
        wait: Duration,
    },
    /// The run was told to stop while the address waited for its turn.
    #[error("tamis was asked to stop before the page was fetched; fetch it again")]
    Stopped,
    /// The page came, but no browser could build it.
    #[error("Chromium could not render the page ({detail})")]
    Render {
        /// What happened, and what to try.
        detail: String,
    },
    /// The body is larger than the limit.
    #[error("the body is larger than max_bytes = {limit}{how}")]
    TooLarge {
        /// The limit in force.
        limit: usize,
        /// Which form of the body broke it, as in " (compressed)", or nothing.
        how: &'static str,
    },
    /// The body ended before its announced end.
    #[error("the body was cut off ({detail}); it is tried again in a later run")]
    Truncated {
        /// What was missing.
        detail: String,
    },
    /// Redirects lead on and on.
    #[error(
        "redirects lead on without an end (stopped after {count}); the site may want cookies or a browser"
    )]
    TooManyRedirects {
        /// How many were followed.
        count: usize,
    },
    /// The body is of a kind that holds no article.
    #[error("the server sent `{found}`, not a page of text")]
    MediaType {
        /// The media type.
        found: String,
    },
    /// The page came, but the archive that was to keep it cannot be written.
    #[error("the archive cannot be written ({detail}); it is fetched again in a later run")]
    Archive {
        /// The archive and what the system said.
        detail: String,
    },
    /// The answer is not valid HTTP.
    #[error("the server's answer cannot be understood ({detail})")]
    BadResponse {
        /// What is wrong with it.
        detail: String,
    },
}

/// The step in which time ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Opening the connection.
    Connect,
    /// Waiting for the next bytes.
    Read,
    /// All of it.
    Total,
}

impl Phase {
    /// The setting that limits it.
    pub fn key(self) -> &'static str {
        match self {
            Phase::Connect => "connect_timeout_seconds",
            Phase::Read => "read_timeout_seconds",
            Phase::Total => "total_timeout_seconds (--timeout)",
        }
    }
}

impl std::fmt::Display for Phase {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Phase::Connect => "connecting",
            Phase::Read => "waiting for more of the answer",
            Phase::Total => "loading the page",
        })
    }
}

impl FetchError {
    pub(super) fn new(url: &Url, kind: FetchErrorKind) -> FetchError {
        FetchError { url: shown(url), kind }
    }

    /// The stable kebab-case name that records carry in `status`.
    pub fn status(&self) -> &'static str {
        self.kind.status()
    }

    /// The sentence without the URL, for a record's `reason`.
    pub fn reason(&self) -> String {
        self.kind.to_string()
    }

    /// The HTTP status code, where the server gave one.
    pub fn code(&self) -> Option<u16> {
        match self.kind {
            FetchErrorKind::Status { code, .. } => Some(code),
            _ => None,
        }
    }

    /// The wait that the host asks for, where it does.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.kind {
            FetchErrorKind::Status { retry_after, .. } => retry_after,
            FetchErrorKind::HostBusy { wait, .. } | FetchErrorKind::HostSilent { wait, .. } => Some(wait),
            _ => None,
        }
    }

    /// Whether it may pass within minutes.
    pub fn is_transient(&self) -> bool {
        self.kind.is_transient()
    }

    /// Whether asking again is of no use.
    pub fn is_permanent(&self) -> bool {
        self.kind.is_permanent()
    }
}

impl FetchErrorKind {
    /// See [`FetchError::status`].
    pub fn status(&self) -> &'static str {
        use FetchErrorKind as Kind;
        match self {
            Kind::InvalidUrl { .. } => "invalid-url",
            Kind::PrivateAddress { .. } => "private-address",
            Kind::RobotsDenied { .. } => "robots-denied",
            Kind::RobotsUnavailable { .. } => "robots-unavailable",
            Kind::Dns { .. } => "dns-failed",
            Kind::Connect { .. } => "connect-failed",
            Kind::Tls { .. } => "tls-failed",
            Kind::Timeout { .. } => "timeout",
            Kind::Status { code, retry_after } => status_of_code(*code, retry_after.is_some()),
            Kind::HostBusy { .. } => "host-busy",
            Kind::HostSilent { .. } => "host-silent",
            Kind::Stopped => "not-attempted",
            Kind::Render { .. } => "render-failed",
            Kind::TooLarge { .. } => "too-large",
            Kind::Truncated { .. } => "truncated",
            Kind::TooManyRedirects { .. } => "too-many-redirects",
            Kind::MediaType { .. } => "unsupported-media-type",
            Kind::BadResponse { .. } => "bad-response",
            Kind::Archive { .. } => "archive-failed",
        }
    }

    /// See [`FetchError::is_transient`].
    pub fn is_transient(&self) -> bool {
        use FetchErrorKind as Kind;
        match self {
            Kind::Dns { .. } | Kind::Connect { .. } | Kind::Timeout { .. } | Kind::Truncated { .. } => true,
            Kind::RobotsUnavailable { .. } | Kind::HostBusy { .. } | Kind::Archive { .. } => true,
            Kind::HostSilent { .. } => true,
            Kind::Status { code, .. } => matches!(code, 408 | 425 | 429 | 500 | 502 | 503 | 504 | 520..=524),
            _ => false,
        }
    }

    /// Whether it may mean that the host is not there, if nothing came of it.
    pub(super) fn may_be_silence(&self) -> bool {
        matches!(self, Self::Dns { .. } | Self::Connect { .. } | Self::Timeout { .. })
    }

    /// See [`FetchError::is_permanent`].
    pub fn is_permanent(&self) -> bool {
        use FetchErrorKind as Kind;
        match self {
            Kind::InvalidUrl { .. } => true,
            Kind::Status { code, .. } => matches!(code, 404 | 410 | 451),
            _ => false,
        }
    }
}

/// The address as it may be shown: without user name and password.
pub fn shown(url: &Url) -> String {
    without_credentials(url).into()
}

pub(super) fn without_credentials(url: &Url) -> Url {
    let mut bare = url.clone();
    // Both fail only for addresses that cannot carry credentials.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    bare
}

fn status_of_code(code: u16, asked_to_wait: bool) -> &'static str {
    match code {
        404 => "not-found",
        410 => "gone",
        401 | 402 | 403 | 407 | 451 => "forbidden",
        429 => "rate-limited",
        503 if asked_to_wait => "rate-limited",
        500..=599 => "server-error",
        _ => "http-error",
    }
}

fn meaning(code: u16) -> &'static str {
    match code {
        404 => "not found; check the address",
        410 => "gone for good",
        401 | 407 => "a login is needed; set a header or cookie for this host",
        402 | 403 => "forbidden; the site may refuse robots, set a contact or ask it",
        429 => "too many requests; raise delay_seconds for this host",
        451 => "withheld for legal reasons",
        503 => "overloaded or in maintenance",
        _ => reqwest::StatusCode::from_u16(code)
            .ok()
            .and_then(|status| status.canonical_reason())
            .unwrap_or("not a status of the HTTP standard"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: u16) -> FetchErrorKind {
        FetchErrorKind::Status { code, retry_after: None }
    }

    #[test]
    fn status_codes_have_documented_states() {
        for (code, name, transient, permanent) in [
            (404, "not-found", false, true),
            (410, "gone", false, true),
            (403, "forbidden", false, false),
            (429, "rate-limited", true, false),
            (500, "server-error", true, false),
            (501, "server-error", false, false),
            (503, "server-error", true, false),
            (418, "http-error", false, false),
        ] {
            let kind = status(code);
            assert_eq!(
                (kind.status(), kind.is_transient(), kind.is_permanent()),
                (name, transient, permanent),
                "{code}"
            );
        }
        let busy = FetchErrorKind::Status { code: 503, retry_after: Some(Duration::from_secs(1)) };
        assert_eq!(busy.status(), "rate-limited");
    }

    #[test]
    fn nothing_is_both_transient_and_permanent() {
        for code in 100..600 {
            assert!(!(status(code).is_transient() && status(code).is_permanent()), "{code}");
        }
    }

    #[test]
    fn credentials_are_never_shown() {
        let url = Url::parse("https://anna:secret@example.org/a?b=c").expect("a URL");
        let text = FetchError::new(&url, status(404)).to_string();
        assert_eq!(text, "https://example.org/a?b=c: the server answered 404 (not found; check the address)");
    }
}
