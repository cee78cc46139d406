//! Saves what the lanes bring, from one thread: put, flush (the archive, too), commit, in this order.
//!
//! Results are saved in batches of what is ready, so that a fast run shares the waits for the disk and a slow one
//! saves every page at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::duplicates::{Double, Doubles, Known, Search, Wanted};
use super::lessons::Lessons;
use super::page::{News, Tried};
use super::page_state::PageState;
use super::shared::lanes_of;
use super::state::{Print, State};
use super::tally::Tally;
use super::verdict::iso;
use super::watch::Watch;
use crate::error::Error;
use crate::fetch::Fetcher;
use crate::record::Record;
use crate::sink::{Sink, Stored};

/// Most pages in a batch: bounds both memory and what a killed run has to do again.
const BATCH: usize = 64;

/// Saves results.
pub(super) struct Writer {
    pub sink: Box<dyn Sink>,
    pub state: State,
    /// Keeps the archive, where there is one.
    pub fetcher: Option<Fetcher>,
    /// Name of a growing output file in the state database.
    pub growing: Option<String>,
    /// Print of the settings with which records are written.
    pub settings: String,
    pub tally: Tally,
    pub lessons: Lessons,
    /// Pages of the plan.
    pub planned: usize,
    /// Which doubled articles to look for.
    pub search: Search,
    pub watch: Arc<dyn Watch>,
}

impl Writer {
    /// Saves until all senders are gone; gives back also the hosts that gave articles.
    pub fn run(
        mut self,
        mut results: mpsc::Receiver<Tried>,
    ) -> Result<(State, Tally, BTreeSet<String>), Error> {
        let mut batch = Vec::new();
        while results.blocking_recv_many(&mut batch, BATCH) > 0 {
            self.save(&mut batch)?;
            // The tickets of a shared state go with it: its lanes may be given back.
            batch.clear();
        }
        self.finish()?;
        Ok((self.state, self.tally, self.lessons.hosts))
    }

    /// When all pages have come, the mark moves to the end; else what a killed run wrote may still come again.
    fn finish(&mut self) -> Result<(), Error> {
        self.sink.finish()?;
        self.learn()?;
        let all_came = self.tally.handled() == self.planned;
        match self.growing.as_deref().zip(self.sink.mark()) {
            Some(mark) if all_came => self.state.commit([], Some(mark), &iso(Timestamp::now())),
            _ => Ok(()),
        }
    }

    fn save(&mut self, batch: &mut Vec<Tried>) -> Result<(), Error> {
        let mut recent = Vec::new();
        self.hold(batch)?;
        for tried in batch.iter_mut() {
            self.look_for_double(tried, &mut recent)?;
            self.put(tried)?;
        }
        self.sink.flush()?;
        self.fetcher.iter().try_for_each(Fetcher::sync_archive)?;
        let mark = self.growing.as_deref().zip(self.sink.mark());
        let tries = batch.iter().map(|tried| (tried.key.as_str(), &tried.verdict, &tried.copy));
        self.state.commit(tries, mark, &iso(Timestamp::now()))?;
        for tried in batch.iter() {
            log(tried);
            self.tally.add(tried);
            self.lessons.take(tried);
            self.watch.tried(&tried.key);
        }
        if self.lessons.is_enough() { self.learn() } else { Ok(()) }
    }

    /// In a shared state: leaves out what others have taken over, and keeps them from the rest until the commit.
    fn hold(&mut self, batch: &mut Vec<Tried>) -> Result<(), Error> {
        let lanes = lanes_of(batch);
        if lanes.is_empty() {
            return Ok(());
        }
        let lost = self.state.hold(&lanes.iter().map(AsRef::as_ref).collect())?;
        batch.retain(|tried| {
            let is_lost = tried.ticket.as_ref().is_some_and(|ticket| lost.contains(&*ticket.lane));
            if is_lost {
                tracing::warn!("{}: another worker has taken it over", tried.key);
            }
            !is_lost
        });
        batch.sort_by(|one, other| one.key.cmp(&other.key));
        let canonical =
            |tried: &'_ Tried| tried.copy.print.as_ref().and_then(|print| print.canonical.clone());
        self.state.hold_addresses(batch.iter().filter_map(canonical).collect())
    }

    fn learn(&mut self) -> Result<(), Error> {
        if self.lessons.articles > 0 {
            self.state.learn(&self.lessons, Timestamp::now())?;
            self.lessons.clear();
        }
        Ok(())
    }

    /// Only what comes for the first time is compared: an article that was written stays one.
    fn look_for_double(&mut self, tried: &mut Tried, recent: &mut Vec<(String, Print)>) -> Result<(), Error> {
        let (News::First(record), Some(print)) = (&mut tried.news, &tried.copy.print) else { return Ok(()) };
        let known = Known { state: &self.state, recent: recent.as_slice() };
        match self.search.find(Wanted { key: &tried.key, print }, known)? {
            None => recent.push((tried.key.clone(), print.clone())),
            Some(Double { of, how, action }) => {
                let reason = format!("{how} {of}");
                self.tally.add_double(&tried.key, &reason);
                // A record that is written depends on its page alone: a killed run must come to the same line again.
                tried.verdict.reason = Some(reason.clone());
                if action == Doubles::Skip {
                    let addresses = (record.url.take(), record.final_url.take());
                    **record = Record::failure(record.source.clone(), Record::DUPLICATE, reason);
                    (record.url, record.final_url) = addresses;
                    // Only pages that gave an article are compared with.
                    tried.copy.print = None;
                    tried.verdict.state = PageState::Rejected;
                    tried.verdict.next_try = None;
                    tried.verdict.status = Record::DUPLICATE.to_owned();
                }
                tried.copy.duplicate_of = Some(of);
            }
        }
        Ok(())
    }

    /// A page that is still failing has no record yet: its story has not ended.
    fn put(&mut self, tried: &mut Tried) -> Result<(), Error> {
        let (record, stored) = match &tried.news {
            News::First(_) if tried.verdict.state == PageState::Failing => return Ok(()),
            News::First(record) => (record, self.sink.put(record)?),
            News::Changed(record) | News::Again(record) => (record, self.sink.replace(record)?),
            News::Same { .. } | News::InVain(_) => return Ok(()),
        };
        if stored != Stored::Skipped && record.is_ok() {
            self.tally.written += 1;
        }
        tried.copy.settings = Some(self.settings.clone());
        Ok(())
    }
}

/// One event a page, for those who ask for it with `TAMIS_LOG=tamis::job=info`.
fn log(tried: &Tried) {
    let (state, status) = (tried.verdict.state.name(), tried.verdict.status.as_str());
    let what = match &tried.news {
        News::First(_) => "tried",
        News::Changed(_) => "changed",
        News::Again(_) => "written again",
        News::Same { .. } => "unchanged",
        News::InVain(_) => "asked again in vain",
    };
    let milliseconds = u64::try_from(tried.elapsed.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(page = tried.key, state, status, bytes = tried.bytes, milliseconds, "{what}");
}
