//! Whether to ask again after a failure, and after which pause. Pure: chance comes in as a number.
//!
//! A 429 or 503 needs no pause here: the host's own back-off holds the next request back (see `host`).

use std::time::{Duration, SystemTime};

use super::error::{FetchErrorKind, Phase};
use super::options::bounded;

/// The figures of the settings that a decision needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Policy {
    pub(super) retries: u32,
    pub(super) backoff: Duration,
    pub(super) max_wait: Duration,
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Ask again after this pause.
    Again(Duration),
    /// The failure stands.
    GiveUp,
}

/// Decides after `failures` failed requests (at least 1). `chance` is a random number from 0 to 1.
pub(super) fn decide(kind: &FetchErrorKind, failures: u32, policy: &Policy, chance: f64) -> Decision {
    if failures > policy.retries || !is_worth_it(kind, policy) {
        return Decision::GiveUp;
    }
    match kind {
        FetchErrorKind::Status { code: 429 | 503, .. } => Decision::Again(Duration::ZERO),
        _ => Decision::Again(pause(policy.backoff, failures, policy.max_wait, chance)),
    }
}

fn is_worth_it(kind: &FetchErrorKind, policy: &Policy) -> bool {
    match kind {
        // The time is up, the wait is too long, or robots.txt has been tried often enough.
        FetchErrorKind::Timeout { phase: Phase::Total, .. } => false,
        FetchErrorKind::HostBusy { .. } | FetchErrorKind::RobotsUnavailable { .. } => false,
        FetchErrorKind::HostSilent { .. } => false,
        // The disk will not be better in a second.
        FetchErrorKind::Archive { .. } => false,
        FetchErrorKind::Status { retry_after: Some(wait), .. } if *wait > policy.max_wait => false,
        other => other.is_transient(),
    }
}

/// The pause after the n-th failure: `first`, doubled for each further failure, of which a random part
/// between half and all is waited, so that many clients do not come back at one instant.
pub(super) fn pause(first: Duration, failures: u32, longest: Duration, chance: f64) -> Duration {
    const MOST_DOUBLINGS: u32 = 16; // far past any longest wait, far from overflow
    let doublings = failures.saturating_sub(1).min(MOST_DOUBLINGS);
    let full = first.saturating_mul(1 << doublings).min(longest);
    full.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
}

/// Reads a Retry-After header: seconds, or a date of which `now` is taken away.
pub(super) fn parse_retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(bounded(Duration::from_secs(value.parse().unwrap_or(u64::MAX))));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(bounded(date.duration_since(now).unwrap_or(Duration::ZERO)))
}

/// A random number from 0 to 1. The standard library's hash keys are random enough to spread requests.
pub(super) fn chance() -> f64 {
    use std::hash::{BuildHasher, Hasher};
    let random = std::hash::RandomState::new().build_hasher().finish();
    random as f64 / u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    const POLICY: Policy =
        Policy { retries: 2, backoff: Duration::from_secs(2), max_wait: Duration::from_secs(120) };

    fn status(code: u16, retry_after: Option<u64>) -> FetchErrorKind {
        FetchErrorKind::Status { code, retry_after: retry_after.map(Duration::from_secs) }
    }

    fn detail() -> String {
        String::new()
    }

    #[test]
    fn decides_by_the_table() {
        let again = |seconds: u64| Decision::Again(Duration::from_secs(seconds));
        let timeout = |phase| FetchErrorKind::Timeout { phase, seconds: 1.0 };
        let table = [
            (FetchErrorKind::Connect { detail: detail() }, 1, again(2)),
            (FetchErrorKind::Connect { detail: detail() }, 2, again(4)),
            (FetchErrorKind::Connect { detail: detail() }, 3, Decision::GiveUp),
            (FetchErrorKind::Dns { detail: detail() }, 1, again(2)),
            (FetchErrorKind::Truncated { detail: detail() }, 1, again(2)),
            (timeout(Phase::Connect), 1, again(2)),
            (timeout(Phase::Read), 1, again(2)),
            (timeout(Phase::Total), 1, Decision::GiveUp),
            (status(500, None), 1, again(2)),
            (status(502, None), 2, again(4)),
            (status(503, None), 1, again(0)),
            (status(503, Some(30)), 1, again(0)),
            (status(503, Some(121)), 1, Decision::GiveUp),
            (status(429, Some(5)), 2, again(0)),
            (status(429, None), 3, Decision::GiveUp),
            (status(404, None), 1, Decision::GiveUp),
            (status(403, None), 1, Decision::GiveUp),
            (status(501, None), 1, Decision::GiveUp),
            (FetchErrorKind::Tls { detail: detail() }, 1, Decision::GiveUp),
            (FetchErrorKind::PrivateAddress { address: detail() }, 1, Decision::GiveUp),
            (FetchErrorKind::RobotsDenied { rule: detail() }, 1, Decision::GiveUp),
            (FetchErrorKind::RobotsUnavailable { detail: detail() }, 1, Decision::GiveUp),
            (FetchErrorKind::TooLarge { limit: 1, how: "" }, 1, Decision::GiveUp),
            (FetchErrorKind::TooManyRedirects { count: 10 }, 1, Decision::GiveUp),
            (FetchErrorKind::MediaType { found: detail() }, 1, Decision::GiveUp),
            (FetchErrorKind::BadResponse { detail: detail() }, 1, Decision::GiveUp),
            (FetchErrorKind::Archive { detail: detail() }, 1, Decision::GiveUp),
        ];
        for (kind, failures, expected) in table {
            assert_eq!(decide(&kind, failures, &POLICY, 1.0), expected, "{kind:?} after {failures}");
        }
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_vary_by_half() {
        let pause =
            |failures, chance| pause(Duration::from_secs(2), failures, Duration::from_secs(60), chance);
        assert_eq!(pause(1, 0.0), Duration::from_secs(1));
        assert_eq!(pause(3, 1.0), Duration::from_secs(8));
        assert_eq!(pause(u32::MAX, 1.0), Duration::from_secs(60));
        assert_eq!(pause(0, 1.0), Duration::from_secs(2));
    }

    #[test]
    fn retry_after_is_read_in_seconds_and_as_a_date() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_777); // Sun, 06 Nov 1994 08:49:37 GMT
        let read = |value| parse_retry_after(value, now);
        assert_eq!(read("120"), Some(Duration::from_secs(120)));
        assert_eq!(read(" 0 "), Some(Duration::ZERO));
        assert_eq!(read("Sun, 06 Nov 1994 08:50:37 GMT"), Some(Duration::from_secs(60)));
        assert_eq!(read("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("99999999999999999999999"), Some(bounded(Duration::MAX)));
        for bad in ["", "soon", "-5", "1.5"] {
            assert_eq!(parse_retry_after(bad, SystemTime::now()), None, "{bad}");
        }
    }

    #[test]
    fn chance_stays_between_0_and_1_and_varies() {
        let draws: Vec<f64> = (0..100).map(|_| chance()).collect();
        assert!(draws.iter().all(|draw| (0.0..=1.0).contains(draw)));
        assert!(draws.iter().any(|draw| *draw != draws[0]));
    }
}
