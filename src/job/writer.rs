//! Saves what the lanes bring, from one thread: put, flush, commit, in this order.
//!
//! Results are saved in batches of what is ready, so that a fast run shares the waits for the disk and a slow one
//! saves every page at once.

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::page::{Tried, TryResult};
use super::report::Tally;
use super::state::{PageState, State};
use super::verdict::iso;
use crate::error::Error;
use crate::sink::{Sink, Stored};

/// Most pages in a batch: bounds both memory and what a killed run has to do again.
const BATCH: usize = 64;

/// Saves results.
pub(super) struct Writer {
    pub sink: Box<dyn Sink>,
    pub state: State,
    /// Name of a growing output file in the state database.
    pub growing: Option<String>,
    pub tally: Tally,
    /// Pages of the plan.
    pub planned: usize,
}

impl Writer {
    /// Saves until all senders are gone.
    pub fn run(mut self, mut results: mpsc::Receiver<Tried>) -> Result<(State, Tally), Error> {
        let mut batch = Vec::new();
        while results.blocking_recv_many(&mut batch, BATCH) > 0 {
            self.save(&batch)?;
            batch.clear();
        }
        self.finish()?;
        Ok((self.state, self.tally))
    }

    /// When all pages have come, the mark moves to the end; else what a killed run wrote may still come again.
    fn finish(&mut self) -> Result<(), Error> {
        self.sink.finish()?;
        let all_came = self.tally.tried + self.tally.unchanged == self.planned;
        match self.growing.as_deref().zip(self.sink.mark()) {
            Some(mark) if all_came => self.state.commit([], Some(mark), &iso(Timestamp::now())),
            _ => Ok(()),
        }
    }

    fn save(&mut self, batch: &[Tried]) -> Result<(), Error> {
        for tried in batch {
            self.put(tried)?;
        }
        self.sink.flush()?;
        let mark = self.growing.as_deref().zip(self.sink.mark());
        let saved = batch.iter().filter_map(|tried| match &tried.result {
            TryResult::Saved(saved) => Some((tried.key.as_str(), &saved.1, &saved.2)),
            TryResult::Unchanged(_) => None,
        });
        self.state.commit(saved, mark, &iso(Timestamp::now()))?;
        for tried in batch {
            self.note(tried)?;
        }
        Ok(())
    }

    /// A page that is still failing has no record yet: its story has not ended.
    fn put(&mut self, tried: &Tried) -> Result<(), Error> {
        let TryResult::Saved(saved) = &tried.result else { return Ok(()) };
        let (record, verdict, _) = &**saved;
        if verdict.state == PageState::Failing {
            return Ok(());
        }
        if self.sink.put(record)? != Stored::Skipped && record.is_ok() {
            self.tally.written += 1;
        }
        Ok(())
    }

    fn note(&mut self, tried: &Tried) -> Result<(), Error> {
        match &tried.result {
            TryResult::Saved(saved) => self.tally.add(tried, &saved.1),
            TryResult::Unchanged(stamp) => {
                self.tally.unchanged += 1;
                self.state.restamp(&tried.key, *stamp)?;
            }
        }
        Ok(())
    }
}
