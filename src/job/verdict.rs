//! From what a try brought to where the page stands now: pure, with a table test.

use std::time::Duration;

use jiff::{Timestamp, Unit};

use super::state::{PageState, Verdict};
use crate::fetch::FetchError;
use crate::record::Record;

/// How often and how soon failing pages are tried again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patience {
    /// Tries in a row after which a page has failed for good.
    pub max_attempts: u32,
    /// Wait after the first failure; it grows fourfold with each further one.
    pub first_wait: Duration,
    /// Longest wait.
    pub longest_wait: Duration,
}

/// With 6 hours at first, four tries spread over five days: longer than an outage over a weekend.
const GROWTH: u32 = 4;

/// What kind of failure a page met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It may pass: try again later.
    MayPass,
    /// The host had no time for us; that is no fault of the page.
    HostBusy(Duration),
    /// It will stay.
    ForGood,
    /// The page is not there any more.
    Gone,
}

impl Failure {
    /// Sorts an error of the network.
    ///
    /// A refusal (403) or a bad certificate may pass within days, so it is tried again; what our own settings or
    /// the site's rules decide is not.
    pub fn of_fetch(error: &FetchError) -> Failure {
        match error.status() {
            "not-found" | "gone" => Failure::Gone,
            "host-busy" => Failure::HostBusy(error.retry_after().unwrap_or_default()),
            "private-address" | "robots-denied" | "too-large" => Failure::ForGood,
            "unsupported-media-type" | "too-many-redirects" => Failure::ForGood,
            _ if error.is_permanent() => Failure::ForGood,
            _ => Failure::MayPass,
        }
    }
}

/// Where a page stands that was read: `ok` or rejected.
pub fn after_reading(record: &Record) -> Verdict {
    let state = if record.is_ok() { PageState::Done } else { PageState::Rejected };
    verdict(record, state, 0, None)
}

/// Where a page stands that failed, after `attempts` earlier failures in a row.
pub fn after_failure(
    record: &Record,
    failure: Failure,
    attempts: u32,
    patience: &Patience,
    now: Timestamp,
) -> Verdict {
    let tries = attempts.saturating_add(1);
    match failure {
        Failure::Gone => verdict(record, PageState::Gone, tries, None),
        Failure::ForGood => verdict(record, PageState::Failed, tries, None),
        Failure::HostBusy(wait) => verdict(record, PageState::Failing, attempts, Some(later(now, wait))),
        Failure::MayPass if tries >= patience.max_attempts => verdict(record, PageState::Failed, tries, None),
        Failure::MayPass => {
            verdict(record, PageState::Failing, tries, Some(later(now, wait_after(tries, patience))))
        }
    }
}

fn verdict(record: &Record, state: PageState, attempts: u32, next_try: Option<String>) -> Verdict {
    let (status, reason) = (record.status.clone(), record.reason.clone());
    Verdict { state, attempts, next_try, status, reason }
}

fn wait_after(tries: u32, patience: &Patience) -> Duration {
    let growth = GROWTH.saturating_pow(tries.saturating_sub(1));
    patience.first_wait.saturating_mul(growth).min(patience.longest_wait)
}

fn later(now: Timestamp, wait: Duration) -> String {
    iso(now.checked_add(wait).unwrap_or(Timestamp::MAX))
}

/// A time as the database keeps it: UTC to the second, so that texts compare as times do.
pub fn iso(time: Timestamp) -> String {
    time.round(Unit::Second).unwrap_or(time).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience {
        max_attempts: 4,
        first_wait: Duration::from_secs(3600),
        longest_wait: Duration::from_secs(10 * 3600),
    };

    fn fail(failure: Failure, attempts: u32) -> (PageState, u32, Option<String>) {
        let record = Record::failure("u", "timeout", "It timed out.");
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let found = after_failure(&record, failure, attempts, &PATIENCE, now);
        assert_eq!((found.status.as_str(), found.reason.as_deref()), ("timeout", Some("It timed out.")));
        (found.state, found.attempts, found.next_try)
    }

    #[test]
    fn what_may_pass_is_tried_later_and_later_and_then_no_more() {
        let at = |time: &str| Some(format!("2026-01-01T{time}:00Z"));
        assert_eq!(fail(Failure::MayPass, 0), (PageState::Failing, 1, at("01:00")));
        assert_eq!(fail(Failure::MayPass, 1), (PageState::Failing, 2, at("04:00")));
        assert_eq!(fail(Failure::MayPass, 2), (PageState::Failing, 3, at("10:00")));
        assert_eq!(fail(Failure::MayPass, 3), (PageState::Failed, 4, None));
    }

    #[test]
    fn what_stays_is_not_tried_again() {
        assert_eq!(fail(Failure::Gone, 0), (PageState::Gone, 1, None));
        assert_eq!(fail(Failure::ForGood, 2), (PageState::Failed, 3, None));
    }

    #[test]
    fn a_busy_host_costs_the_page_no_attempt() {
        let at = Some("2026-01-01T00:10:00Z".to_owned());
        assert_eq!(fail(Failure::HostBusy(Duration::from_secs(600)), 3), (PageState::Failing, 3, at));
        let (state, _, next_try) = fail(Failure::HostBusy(Duration::MAX), 0);
        assert_eq!((state, next_try.is_some()), (PageState::Failing, true));
    }

    #[test]
    fn a_page_that_was_read_is_done_or_rejected() {
        let ok = Record { status: "ok".into(), ..Record::default() };
        assert_eq!(after_reading(&ok).state, PageState::Done);
        assert_eq!(after_reading(&Record::failure("u", "too-short", "")).state, PageState::Rejected);
    }
}
