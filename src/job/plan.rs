//! What a run is going to do: every page that the sources name, and which of them are new or due.
//!
//! - task: one page to try
//! - new: never tried; known: neither new nor due
//! - due: failed before and may be tried again, young enough to be asked whether it has changed, or a saved page
//!   that changed

use std::collections::HashSet;
use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;
use url::Url;

use super::page_state::PageState;
use super::shared::Ticket;
use super::state::{Remembered, Stamp, Standing, State};
use super::verdict::iso;
use crate::error::Error;
use crate::record::Record;

/// One page to try.
#[derive(Debug)]
pub struct Task {
    /// Identity in the state database.
    pub key: String,
    /// As given.
    pub source: String,
    /// What is to be done.
    pub work: Work,
    /// What is known of it.
    pub standing: Option<Standing>,
    /// When its source says that it was published.
    pub published: Option<Timestamp>,
    /// The source that names it.
    pub origin: String,
    /// Where it was taken from, in a shared state.
    pub(super) ticket: Option<Ticket>,
}

/// A page as a source names it.
#[derive(Debug)]
pub(super) struct Named {
    /// Identity in the state database.
    pub key: String,
    /// As given.
    pub source: String,
    /// What is to be done.
    pub work: Work,
    /// When its source says that it was published.
    pub published: Option<Timestamp>,
}

/// What is to be done for a page.
#[derive(Debug)]
pub enum Work {
    /// Fetch it.
    Fetch(Url),
    /// Read a saved page.
    Read(PathBuf, Stamp),
    /// Nothing can be done: the record says why, as for a line of a list that is no address.
    Refuse(Box<Record>),
}

/// What one source names.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SourceReport {
    /// Kind and place, as in `feed https://www.site.example/rss`.
    pub name: String,
    /// Pages never tried before.
    pub new: usize,
    /// Pages that are tried again: failed before, changed, or to be asked whether they have changed.
    pub due: usize,
    /// Pages that are left alone: done, rejected, gone, or waiting for a later try.
    pub known: usize,
    /// Pages that another source of this run named already.
    pub doubled: usize,
    /// Pages that the source names and that are not wanted, by their age or address.
    pub filtered: usize,
    /// What went wrong with the source.
    pub problems: Vec<Problem>,
}

/// What went wrong with a source.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Problem {
    /// One sentence: what, which, what to try.
    pub message: String,
    /// How bad it is.
    pub weight: Weight,
}

/// How bad a problem is; decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// The run ended before the source was read.
    Unread,
    /// It may pass by itself.
    MayPass,
    /// It will stay until somebody looks.
    Stays,
    /// The configuration names something that is not there.
    Configuration,
}

/// Everything that a run is going to do.
#[derive(Debug, Default)]
pub struct Plan {
    /// The pages to try, in the order of the sources.
    pub tasks: Vec<Task>,
    /// What each source names.
    pub sources: Vec<SourceReport>,
}

/// Gathers tasks; a page is a task only once, whoever names it.
pub(super) struct Planner<'a> {
    state: Option<&'a State>,
    now: String,
    seen: HashSet<String>,
    plan: Plan,
}

impl<'a> Planner<'a> {
    /// Without a state, every page is new.
    pub fn new(state: Option<&'a State>, now: Timestamp) -> Planner<'a> {
        Planner { state, now: iso(now), seen: HashSet::new(), plan: Plan::default() }
    }

    /// Begins a source; the pages and problems that follow are its own.
    pub fn source(&mut self, kind: &str, place: &str) {
        let name = if place.is_empty() { kind.to_owned() } else { format!("{kind} {place}") };
        self.plan.sources.push(SourceReport { name, ..SourceReport::default() });
    }

    /// Notes a problem of the source.
    pub fn problem(&mut self, weight: Weight, message: impl Into<String>) {
        self.report().problems.push(Problem { message: message.into(), weight });
    }

    /// Counts pages that the source names and that are not wanted.
    pub fn filtered(&mut self, pages: usize) {
        self.report().filtered += pages;
    }

    /// Adds a page of the source.
    pub fn add(&mut self, page: Named) -> Result<(), Error> {
        if !self.seen.insert(page.key.clone()) {
            self.report().doubled += 1;
            return Ok(());
        }
        self.plan_page(page)
    }

    /// Whether the pages are for many workers.
    pub fn is_shared(&self) -> bool {
        self.state.is_some_and(State::is_shared)
    }

    /// Adds the pages that the source named in an earlier run and that are due: a feed forgets what is old. A shared
    /// state has them done without being told.
    pub fn add_remembered(&mut self) -> Result<(), Error> {
        let Some(state) = self.state.filter(|state| !state.is_shared()) else { return Ok(()) };
        let origin = self.report().name.clone();
        for Remembered { key, source, published } in state.due(&origin, &self.now)? {
            let published = published.and_then(|time| time.parse().ok());
            if let (Ok(url), true) = (Url::parse(&source), self.seen.insert(key.clone())) {
                self.plan_page(Named { key, source, work: Work::Fetch(url), published })?;
            }
        }
        Ok(())
    }

    fn plan_page(&mut self, page: Named) -> Result<(), Error> {
        let Named { key, source, work, published } = page;
        let standing = match self.state {
            Some(state) => state.standing(&key)?,
            None => None,
        };
        // A record goes to where the one before went, however the page is named today.
        let source = standing.as_ref().map_or(source, |standing| standing.source.clone());
        match need(standing.as_ref(), &work, &self.now) {
            Need::Known => self.report().known += 1,
            need => {
                let report = self.report();
                *(if need == Need::New { &mut report.new } else { &mut report.due }) += 1;
                let origin = report.name.clone();
                self.plan.tasks.push(Task { key, source, work, standing, published, origin, ticket: None });
            }
        }
        Ok(())
    }

    /// The plan.
    pub fn finish(self) -> Plan {
        self.plan
    }

    fn report(&mut self) -> &mut SourceReport {
        if self.plan.sources.is_empty() {
            self.plan.sources.push(SourceReport::default());
        }
        self.plan.sources.last_mut().expect("one was pushed above")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    New,
    Due,
    Known,
}

/// Whether a page is to be tried.
fn need(standing: Option<&Standing>, work: &Work, now: &str) -> Need {
    let Some(standing) = standing else { return Need::New };
    let changed = match work {
        Work::Read(_, stamp) => standing.stamp.is_some_and(|known| known != *stamp),
        Work::Fetch(_) | Work::Refuse(_) => false,
    };
    let is_asked_again = matches!(work, Work::Fetch(_)) || standing.is_to_be_rewritten();
    match (standing.state, standing.next_try.as_deref()) {
        (PageState::New, _) => Need::New,
        _ if changed => Need::Due,
        (PageState::Failing, None) => Need::Due,
        (PageState::Failing, Some(time)) if time <= now => Need::Due,
        (PageState::Done | PageState::Rejected, Some(time)) if is_asked_again && time <= now => Need::Due,
        _ => Need::Known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAMP: Stamp = Stamp { size: 10, modified_ns: 20 };

    fn standing(state: PageState) -> Standing {
        let content_hash = Some("bytes".to_owned());
        Standing { attempts: 1, stamp: Some(STAMP), content_hash, ..Standing::for_tests(state) }
    }

    fn fetch() -> Work {
        Work::Fetch("https://a.example/".parse().unwrap())
    }

    fn read(size: i64) -> Work {
        Work::Read("a.html".into(), Stamp { size, ..STAMP })
    }

    #[test]
    fn pages_are_tried_when_their_state_says_so() {
        let now = "2026-01-02T00:00:00Z";
        assert_eq!(need(None, &fetch(), now), Need::New);
        assert_eq!(need(Some(&standing(PageState::New)), &fetch(), now), Need::New);
        for state in [PageState::Done, PageState::Rejected, PageState::Failed, PageState::Gone] {
            assert_eq!(need(Some(&standing(state)), &fetch(), now), Need::Known);
            assert_eq!(need(Some(&standing(state)), &read(10), now), Need::Known);
            assert_eq!(need(Some(&standing(state)), &read(11), now), Need::Due);
        }
    }

    #[test]
    fn failing_pages_wait_for_their_time() {
        let at = |time: &str| Standing { next_try: Some(time.into()), ..standing(PageState::Failing) };
        let now = "2026-01-02T00:00:00Z";
        assert_eq!(need(Some(&at("2026-01-02T00:00:01Z")), &fetch(), now), Need::Known);
        assert_eq!(need(Some(&at("2026-01-02T00:00:00Z")), &fetch(), now), Need::Due);
        assert_eq!(need(Some(&at("2025-12-31T00:00:00Z")), &fetch(), now), Need::Due);
    }

    #[test]
    fn young_articles_are_asked_again_when_their_time_has_come() {
        let now = "2026-01-02T00:00:00Z";
        for state in [PageState::Done, PageState::Rejected] {
            let at = |time: &str| Standing { next_try: Some(time.into()), ..standing(state) };
            assert_eq!(need(Some(&at("2026-01-02T00:00:01Z")), &fetch(), now), Need::Known);
            assert_eq!(need(Some(&at("2026-01-02T00:00:00Z")), &fetch(), now), Need::Due);
            assert_eq!(need(Some(&at("2026-01-02T00:00:00Z")), &read(10), now), Need::Known);
        }
    }

    #[test]
    fn a_saved_page_that_is_to_be_rewritten_is_read_though_it_has_not_changed() {
        let now = "2026-01-02T00:00:00Z";
        let at = |time: &str| Standing {
            next_try: Some(time.into()),
            content_hash: None,
            ..standing(PageState::Done)
        };
        assert_eq!(need(Some(&at(now)), &read(10), now), Need::Due);
        assert_eq!(need(Some(&at("2026-01-02T00:00:01Z")), &read(10), now), Need::Known);
    }

    #[test]
    fn a_page_that_two_sources_name_is_one_task() {
        let mut planner = Planner::new(None, Timestamp::UNIX_EPOCH);
        for place in ["a.txt", "b.txt"] {
            planner.source("list", place);
            let page = Named { key: "k".into(), source: "k".into(), work: fetch(), published: None };
            planner.add(page).unwrap();
        }
        let plan = planner.finish();
        assert_eq!(plan.tasks.len(), 1);
        assert_eq!((plan.sources[0].new, plan.sources[1].new, plan.sources[1].doubled), (1, 0, 1));
    }
}
