//! The pace of one host: when the next request may start, by the settings, robots.txt, and what the host answered.

use std::time::Duration;

use tokio::time::Instant;

use crate::fetch::options::{FetchOptions, bounded, seconds};
use crate::fetch::retry;

/// What the settings say of a host.
#[derive(Clone, Copy, Debug)]
pub(in crate::fetch) struct HostRules {
    pub(in crate::fetch) delay: Duration,
    pub(in crate::fetch) per_host: usize,
    pub(in crate::fetch) backoff: Duration,
    pub(in crate::fetch) max_wait: Duration,
}

/// What is known of a host's pace so far.
#[derive(Default)]
pub(super) struct Pace {
    /// Crawl-delay of the host's robots.txt.
    pub(super) crawl_delay: Option<Duration>,
    /// When a request was last started or answered.
    pub(super) last: Option<Instant>,
    hold: Option<Hold>,
    /// Before this, another process asks.
    pub(super) elsewhere: Option<Instant>,
    /// Answers of 429 or 503 in a row.
    strikes: u32,
    pub(super) requests: u64,
    pub(super) holds: u64,
}

#[derive(Clone, Copy)]
struct Hold {
    until: Instant,
    reason: &'static str,
}

impl Pace {
    /// Notes that a request starts.
    pub(super) fn begin(&mut self) {
        self.last = Some(Instant::now());
        self.requests += 1;
    }

    /// The least time between requests, and who asks for it.
    pub(super) fn delay(&self, rules: &HostRules) -> (Duration, &'static str) {
        match self.crawl_delay {
            Some(asked) if asked > rules.delay => (asked, "robots.txt Crawl-delay"),
            _ => (rules.delay, "settings"),
        }
    }

    /// When the next request may start, and what holds it back.
    pub(super) fn earliest_start(&self, rules: &HostRules) -> Option<(Instant, &'static str)> {
        let (delay, reason) = self.delay(rules);
        let spaced = self.last.map(|last| (last + delay, reason));
        let held = self.hold.map(|hold| (hold.until, hold.reason));
        let elsewhere = self.elsewhere.map(|until| (until, "another worker's request"));
        spaced.into_iter().chain(held).chain(elsewhere).max_by_key(|(until, _)| *until)
    }

    /// How long nobody is to ask the host.
    pub(super) fn rest(&self, rules: &HostRules) -> Duration {
        let next = self.earliest_start(rules);
        next.map_or(Duration::ZERO, |(until, _)| until.saturating_duration_since(Instant::now()))
    }

    /// Notes an answer.
    pub(super) fn answered(&mut self, code: u16, retry_after: Option<Duration>, rules: &HostRules) {
        self.last = Some(Instant::now());
        match code {
            429 | 503 => self.strike(retry_after, rules),
            _ => self.strikes = 0,
        }
    }

    fn strike(&mut self, retry_after: Option<Duration>, rules: &HostRules) {
        let now = Instant::now();
        // Requests that were under way together count as one.
        if self.hold.is_none_or(|hold| hold.until <= now) {
            self.strikes = self.strikes.saturating_add(1);
            self.holds += 1;
        }
        let (wait, reason) = match retry_after {
            Some(asked) => (bounded(asked), "Retry-After"),
            None => (
                retry::pause(rules.backoff, self.strikes, rules.max_wait, retry::chance()),
                "back-off after 429 or 503",
            ),
        };
        let until = now + wait;
        if self.hold.is_none_or(|hold| hold.until < until) {
            self.hold = Some(Hold { until, reason });
        }
    }
}

impl HostRules {
    /// The settings for one host.
    pub(super) fn of(name: &str, options: &FetchOptions) -> HostRules {
        let own = options.hosts.get(name);
        HostRules {
            delay: seconds(own.and_then(|own| own.delay_seconds).unwrap_or(options.delay_seconds)),
            per_host: own.and_then(|own| own.per_host).unwrap_or(options.per_host),
            backoff: seconds(options.backoff_seconds),
            max_wait: seconds(options.max_wait_seconds),
        }
    }
}
