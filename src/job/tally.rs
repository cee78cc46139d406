//! Counts over the tries of a run, in all and by host.

use std::collections::BTreeMap;

use serde::Serialize;

use super::page::{News, Tried};
use super::page_state::PageState;
use super::pages::Pages;
use crate::fetch::HostReport;
use crate::record::Record;

/// Pages named one by one in the report; the state database has all.
const NAMED: usize = 10;

/// Counts over the tries of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Tally {
    /// Pages that were tried, those left out that were asked again and brought nothing new.
    pub tried: usize,
    /// Articles that were written.
    pub written: usize,
    /// Of them, articles that have changed since an earlier run.
    pub changed: usize,
    /// Of them, articles that were to be written again and have not changed.
    pub rewritten: usize,
    /// Pages that were read and are no articles.
    pub rejected: usize,
    /// Pages that failed and are tried again in a later run.
    pub failing: usize,
    /// Pages that failed for good.
    pub failed: usize,
    /// Pages that were asked again, or touched, and are the same.
    pub unchanged: usize,
    /// Of them, pages of which the server said so itself (304).
    pub not_modified: usize,
    /// Pages that were asked again in vain; they keep the article they gave.
    pub in_vain: usize,
    /// Pages that double another, whether they were written or not.
    pub duplicates: usize,
    /// Tries by status.
    pub statuses: BTreeMap<String, usize>,
    /// Tries by host.
    pub hosts: BTreeMap<String, HostTally>,
    /// How many blocks of the articles each rule decided: what never hits is dead, what hits everywhere is greedy.
    pub rules: BTreeMap<String, usize>,
    /// The articles, to compare them with one another; not part of reports.
    #[serde(skip)]
    pub(super) pages: Pages,
    /// The first pages that failed, with their reasons.
    pub failures: Vec<Failed>,
    /// The first pages that double another.
    pub doubles: Vec<Doubled>,
}

/// Counts over the tries at one host.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct HostTally {
    /// Pages that were tried.
    pub tried: usize,
    /// Articles.
    pub articles: usize,
    /// Pages that were read and are no articles.
    pub rejected: usize,
    /// Pages that failed, for now or for good.
    pub failed: usize,
    /// Pages that were asked again and are the same, or did not answer.
    pub unchanged: usize,
    /// Pages that were planned and not tried, because the run was stopped.
    pub left: usize,
    /// Tries by status, `ok` left out.
    pub statuses: BTreeMap<String, usize>,
    /// Bytes that were read, decompressed.
    pub bytes: usize,
    /// Sum of the times from the start of a try to its end, with waiting for politeness.
    pub seconds: f64,
    /// Of it, the time on the network.
    pub network_seconds: f64,
    /// The longest time on the network for one page.
    pub slowest_seconds: f64,
    /// Requests, robots.txt and redirects included.
    pub requests: u64,
    /// How often the host asked to be left alone (429, 503).
    pub holds: u64,
    /// The delay in force between two requests.
    pub delay_seconds: Option<f64>,
    /// Who asked for it: `settings` or `robots.txt Crawl-delay`.
    pub delay_reason: Option<&'static str>,
}

/// A page that failed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Failed {
    /// As given.
    pub source: String,
    /// The error in kebab-case.
    pub status: String,
    /// One sentence.
    pub reason: String,
}

/// A page that doubles another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Doubled {
    /// As given.
    pub source: String,
    /// What it doubles, and how that is known.
    pub reason: String,
}

impl Tally {
    /// Pages of the plan that were handled in one way or another.
    pub fn handled(&self) -> usize {
        self.tried + self.unchanged + self.in_vain
    }

    /// Adds what the plan and the fetcher know of the hosts.
    pub(super) fn add_hosts(&mut self, planned: &BTreeMap<String, usize>, reports: &[HostReport]) {
        for (name, planned) in planned {
            let host = self.hosts.entry(name.clone()).or_default();
            host.left = planned.saturating_sub(host.tried + host.unchanged);
        }
        for report in reports {
            let host = self.hosts.entry(report.host.clone()).or_default();
            host.requests = report.requests;
            host.holds = report.holds;
            host.delay_seconds = Some(report.delay_seconds);
            host.delay_reason = Some(report.delay_reason);
        }
    }

    pub(super) fn add_double(&mut self, source: &str, reason: &str) {
        self.duplicates += 1;
        if self.doubles.len() < NAMED {
            self.doubles.push(Doubled { source: source.to_owned(), reason: reason.to_owned() });
        }
    }

    pub(super) fn add(&mut self, tried: &Tried) {
        let host = self.hosts.entry(tried.host.clone()).or_default();
        host.add_times(tried);
        match &tried.news {
            News::Same { not_modified } => {
                host.unchanged += 1;
                self.unchanged += 1;
                self.not_modified += usize::from(*not_modified);
            }
            News::InVain(record) => {
                host.unchanged += 1;
                *host.statuses.entry(record.status.clone()).or_default() += 1;
                self.in_vain += 1;
            }
            News::Changed(record) => {
                self.changed += 1;
                self.add_tried(tried);
                self.add_article(record);
            }
            News::Again(record) => {
                self.rewritten += 1;
                self.add_tried(tried);
                self.add_article(record);
            }
            News::First(record) => {
                self.add_tried(tried);
                self.add_article(record);
            }
        }
    }

    fn add_article(&mut self, record: &Record) {
        self.pages.add(record);
        for (rule, hits) in record.article.iter().flat_map(|article| &article.trace.hits) {
            *self.rules.entry(rule.clone()).or_default() += hits.blocks;
        }
    }

    fn add_tried(&mut self, tried: &Tried) {
        let status = &tried.verdict.status;
        self.tried += 1;
        *self.statuses.entry(status.clone()).or_default() += 1;
        let host = self.hosts.entry(tried.host.clone()).or_default();
        host.tried += 1;
        match tried.verdict.state {
            PageState::New => return,
            PageState::Done => {
                host.articles += 1;
                return;
            }
            PageState::Rejected => {
                host.rejected += 1;
                self.rejected += 1;
            }
            PageState::Failing => {
                host.failed += 1;
                self.failing += 1;
            }
            PageState::Failed | PageState::Gone => {
                host.failed += 1;
                self.failed += 1;
            }
        }
        *host.statuses.entry(status.clone()).or_default() += 1;
        if tried.verdict.state != PageState::Rejected && self.failures.len() < NAMED {
            let reason = tried.verdict.reason.clone().unwrap_or_default();
            self.failures.push(Failed { source: tried.key.clone(), status: status.clone(), reason });
        }
    }
}

impl HostTally {
    fn add_times(&mut self, tried: &Tried) {
        let network = tried.network.as_secs_f64();
        self.bytes += tried.bytes;
        self.seconds += tried.elapsed.as_secs_f64();
        self.network_seconds += network;
        self.slowest_seconds = self.slowest_seconds.max(network);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::Duration;

    use super::super::state::{Copy, Verdict};
    use super::*;
    use crate::record::Record;

    fn tried(state: PageState, status: &str, news: News) -> Tried {
        let (status, reason) = (status.to_owned(), Some("Because.".to_owned()));
        Tried {
            key: "u".to_owned(),
            host: "a.example".to_owned(),
            bytes: 1025,
            elapsed: Duration::from_secs(4),
            network: Duration::from_secs(1),
            verdict: Verdict { state, attempts: 1, next_try: None, status, reason },
            copy: Copy::default(),
            news,
            ticket: None,
        }
    }

    /// A tally of first tries that ended so.
    pub fn tallied(states: &[(PageState, &str)]) -> Tally {
        let mut tally = Tally::default();
        for (state, status) in states {
            tally.add(&tried(*state, status, News::First(Box::default())));
        }
        tally
    }

    #[test]
    fn counts_by_status_and_host() {
        let tally = tallied(&[
            (PageState::Done, "ok"),
            (PageState::Rejected, "too-short"),
            (PageState::Failing, "timeout"),
            (PageState::Gone, "not-found"),
        ]);
        assert_eq!((tally.tried, tally.rejected, tally.failing, tally.failed), (4, 1, 1, 1));
        let host = &tally.hosts["a.example"];
        assert_eq!((host.tried, host.articles, host.failed, host.bytes), (4, 1, 2, 4100));
        assert_eq!((host.seconds, host.network_seconds, host.slowest_seconds), (16.0, 4.0, 1.0));
        assert_eq!(host.statuses["too-short"], 1);
        assert_eq!(tally.failures.len(), 2);
    }

    #[test]
    fn what_is_asked_again_counts_apart() {
        let mut tally = Tally::default();
        tally.add(&tried(PageState::Done, "ok", News::Same { not_modified: true }));
        tally.add(&tried(PageState::Done, "ok", News::Same { not_modified: false }));
        let failure = Record::failure("u", "timeout", "It timed out.");
        tally.add(&tried(PageState::Done, "ok", News::InVain(Box::new(failure))));
        tally.add(&tried(PageState::Done, "ok", News::Changed(Box::default())));
        assert_eq!((tally.unchanged, tally.not_modified, tally.in_vain), (2, 1, 1));
        assert_eq!((tally.tried, tally.changed, tally.handled()), (1, 1, 4));
        assert_eq!(tally.hosts["a.example"].statuses["timeout"], 1);
    }
}
