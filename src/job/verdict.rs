//! From what a try brought to where the page stands now: pure, with a table test.

use std::time::Duration;

use jiff::Timestamp;

use super::page_state::PageState;
use super::state::{Standing, Verdict};
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

impl Patience {
    /// When an article that is to be written again and could not be read is tried again; never after too many times.
    pub fn next_try(&self, attempts: u32, now: Timestamp) -> Option<Timestamp> {
        let tries = attempts.saturating_add(1);
        (tries < self.max_attempts)
            .then(|| now.checked_add(wait_after(tries, self)).unwrap_or(Timestamp::MAX))
    }
}

/// With 6 hours at first, four tries spread over five days: longer than an outage over a weekend.
const GROWTH: u32 = 4;

/// A page that was there and is not found may be back: only the second vain try in a row makes it gone.
const TRIES_NOT_FOUND: u32 = 2;

/// What kind of failure a page met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It may pass: try again later.
    MayPass,
    /// The host had no time for us; that is no fault of the page.
    HostBusy(Duration),
    /// It will stay.
    ForGood,
    /// The page is not found (404). It may only be late, since sites announce articles before all their servers
    /// have them: the second time in a row, it is gone.
    NotFound,
    /// The page is not there any more (410).
    Gone,
}

impl Failure {
    /// Sorts an error of the network.
    ///
    /// A refusal (403) or a bad certificate may pass within days, so it is tried again; what our own settings or
    /// the site's rules decide is not.
    pub fn of_fetch(error: &FetchError) -> Failure {
        match error.status() {
            "gone" => Failure::Gone,
            "not-found" => Failure::NotFound,
            "host-busy" | "host-silent" => Failure::HostBusy(error.retry_after().unwrap_or_default()),
            "private-address" | "robots-denied" | "too-large" => Failure::ForGood,
            "unsupported-media-type" | "too-many-redirects" => Failure::ForGood,
            _ if error.is_permanent() => Failure::ForGood,
            _ => Failure::MayPass,
        }
    }
}

/// Where a page stands that was read: `ok` or rejected. `next_check` is when to ask whether it has changed.
pub fn after_reading(record: &Record, next_check: Option<Timestamp>) -> Verdict {
    let state = if record.is_ok() { PageState::Done } else { PageState::Rejected };
    verdict(record, state, 0, next_check.map(iso))
}

/// Where a page stands that was asked again and is what it was.
pub fn after_no_change(before: &Standing, next_check: Option<Timestamp>) -> Verdict {
    Verdict {
        state: before.state,
        attempts: 0,
        next_try: next_check.map(iso),
        status: before.status.clone().unwrap_or_default(),
        reason: before.reason.clone(),
    }
}

/// Where a page stands that was read once and asked again in vain: it keeps what it gave.
pub fn after_asking_in_vain(
    before: &Standing,
    record: &Record,
    failure: Option<Failure>,
    next_check: Option<Timestamp>,
) -> Verdict {
    let attempts = before.attempts.saturating_add(1);
    let gone = match failure {
        Some(Failure::Gone) => true,
        Some(Failure::NotFound) => attempts >= TRIES_NOT_FOUND,
        _ => false,
    };
    let story = record.reason.as_deref().unwrap_or_default();
    let reason = format!("asked again in vain ({}): {story}", record.status);
    if gone {
        let status = record.status.clone();
        return Verdict { state: PageState::Gone, attempts, next_try: None, status, reason: Some(reason) };
    }
    Verdict { attempts, reason: Some(reason), ..after_no_change(before, next_check) }
}

/// Where a page stands that failed; `before` is what is known of earlier tries.
pub fn after_failure(
    record: &Record,
    failure: Failure,
    before: Option<&Standing>,
    patience: &Patience,
    now: Timestamp,
) -> Verdict {
    let attempts = before.map_or(0, |before| before.attempts);
    let tries = attempts.saturating_add(1);
    let again_the_same = before.is_some_and(|before| before.status.as_deref() == Some(&record.status));
    match failure {
        Failure::Gone => verdict(record, PageState::Gone, tries, None),
        Failure::NotFound if again_the_same => verdict(record, PageState::Gone, tries, None),
        Failure::ForGood => verdict(record, PageState::Failed, tries, None),
        Failure::HostBusy(wait) => verdict(record, PageState::Failing, attempts, Some(later(now, wait))),
        Failure::MayPass if tries >= patience.max_attempts => verdict(record, PageState::Failed, tries, None),
        Failure::MayPass | Failure::NotFound => {
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

/// A time as the database keeps it: UTC, in whole seconds that have passed, so that texts compare as times do.
pub fn iso(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
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
        fail_after("timeout", failure, attempts)
    }

    fn fail_after(status: &str, failure: Failure, attempts: u32) -> (PageState, u32, Option<String>) {
        let record = Record::failure("u", "timeout", "It timed out.");
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let status = Some(status.to_owned());
        let before = Standing { attempts, status, ..Standing::for_tests(PageState::Failing) };
        let found = after_failure(&record, failure, Some(&before), &PATIENCE, now);
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
    fn what_is_not_found_twice_is_gone() {
        let at = |time: &str| Some(format!("2026-01-01T{time}:00Z"));
        assert_eq!(fail_after("new", Failure::NotFound, 0), (PageState::Failing, 1, at("01:00")));
        assert_eq!(fail_after("dns-failed", Failure::NotFound, 1), (PageState::Failing, 2, at("04:00")));
        assert_eq!(fail_after("timeout", Failure::NotFound, 1), (PageState::Gone, 2, None));
    }

    fn in_vain(failure: Option<Failure>, attempts: u32) -> Verdict {
        let before = Standing { attempts, ..Standing::for_tests(PageState::Done) };
        let record = Record::failure("u", "timeout", "It timed out.");
        after_asking_in_vain(&before, &record, failure, None)
    }

    #[test]
    fn a_page_that_is_asked_again_in_vain_keeps_its_article() {
        for failure in [None, Some(Failure::MayPass), Some(Failure::ForGood), Some(Failure::NotFound)] {
            let found = in_vain(failure, 0);
            assert_eq!((found.state, found.attempts, found.status.as_str()), (PageState::Done, 1, "ok"));
            assert_eq!(found.reason.as_deref(), Some("asked again in vain (timeout): It timed out."));
        }
        assert_eq!(in_vain(Some(Failure::NotFound), 1).state, PageState::Gone);
        assert_eq!(in_vain(Some(Failure::Gone), 0).state, PageState::Gone);
    }

    #[test]
    fn what_is_to_be_written_again_is_tried_later_and_later_and_then_no_more() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let next = |attempts| PATIENCE.next_try(attempts, now).map(iso);
        assert_eq!(next(0).as_deref(), Some("2026-01-01T01:00:00Z"));
        assert_eq!(next(1).as_deref(), Some("2026-01-01T04:00:00Z"));
        assert_eq!(next(3), None);
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
        assert_eq!(after_reading(&ok, None).state, PageState::Done);
        assert_eq!(after_reading(&Record::failure("u", "too-short", ""), None).state, PageState::Rejected);
    }
}
