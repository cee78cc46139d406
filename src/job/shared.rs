//! The part of one worker in a shared state: it leases lanes, tries their pages, and gives the lanes back.
//!
//! - ticket: what ties a page to the lane that it was taken from; the lane is given back when all its tickets are gone,
//!   which is when their pages are committed
//! - share: the lanes that a worker has at most, so that each has its part

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use super::gather::INVALID_URL;
use super::lanes::run_lane;
use super::page::{Tools, Tried};
use super::plan::{Task, Work};
use super::raised;
use super::state::frontier::{Due, Frontier, Outlook};
use super::watch::Watch;
use crate::error::Error;
use crate::record::Record;
use crate::source::list;

/// Lanes of a worker: enough for a hundred requests a second at one a second and host.
const MOST_LANES: usize = 100;
/// How soon to look again for lanes when there are none.
const PAUSE: Duration = Duration::from_millis(300);

/// See the terms above.
#[derive(Clone, Debug)]
pub(super) struct Ticket {
    pub lane: Arc<str>,
    _open: mpsc::Sender<()>,
}

/// The lanes that these pages were taken from.
pub(super) fn lanes_of(tried: &[Tried]) -> BTreeSet<Arc<str>> {
    tried.iter().filter_map(|tried| Some(Arc::clone(&tried.ticket.as_ref()?.lane))).collect()
}

/// A worker at work.
pub(super) struct Worker {
    pub frontier: Frontier,
    pub tools: Tools,
    pub results: mpsc::Sender<Tried>,
    pub stop: watch::Receiver<bool>,
    pub watch: Arc<dyn Watch>,
    pub grace: Duration,
    /// How long to stay when nobody has anything to do: a run may begin about now on another machine.
    pub patience: Duration,
}

impl Worker {
    /// Works until nobody has anything to do, or it is to stop. Fails if others had to take over.
    pub async fn work(self) -> Result<(), Error> {
        let mut lanes = JoinSet::new();
        let worked = tokio::select! {
            worked = self.take_lanes(&mut lanes) => worked,
            error = self.frontier.lost() => Err(error),
            () = self.too_late() => Ok(()),
        };
        if worked.is_err() {
            self.tools.fetcher.iter().for_each(crate::Fetcher::stop);
        }
        lanes.shutdown().await;
        worked
    }

    async fn take_lanes(&self, lanes: &mut JoinSet<Result<(), Error>>) -> Result<(), Error> {
        let mut stop = self.stop.clone();
        let (mut planned, mut busy) = (0, Instant::now());
        loop {
            let outlook = self.frontier.outlook().await?;
            while !*stop.borrow() && lanes.len() < share(outlook) {
                let Some(lane) = self.frontier.take_lane().await? else { break };
                let tasks = self.frontier.portion(&lane).await?;
                planned += tasks.len();
                self.watch.planned(planned);
                lanes.spawn(work_lane(self.frontier.clone(), self.lane(lane, tasks)));
            }
            if outlook.is_open || !lanes.is_empty() {
                busy = Instant::now();
            }
            if lanes.is_empty() && (*stop.borrow() || !outlook.is_open && busy.elapsed() >= self.patience) {
                return Ok(());
            }
            tokio::select! {
                Some(ended) = lanes.join_next() => result(ended)?,
                () = tokio::time::sleep(PAUSE) => {}
                () = raised(&mut stop), if !*self.stop.borrow() => {}
            }
        }
    }

    /// After a stop, only what is on the wire is waited for, and for the time of grace.
    async fn too_late(&self) {
        raised(&mut self.stop.clone()).await;
        self.tools.fetcher.iter().for_each(crate::Fetcher::stop);
        tokio::time::sleep(self.grace).await;
    }

    fn lane(&self, name: String, portion: Vec<Due>) -> Lane {
        let (open, committed) = mpsc::channel(1);
        let ticket = Ticket { lane: name.into(), _open: open };
        let tasks = portion.into_iter().map(|due| task(due, ticket.clone())).collect();
        let (tools, results, stop) = (self.tools.clone(), self.results.clone(), self.stop.clone());
        Lane { name: ticket.lane, tasks, tools, results, stop, committed }
    }
}

/// A lane that is worked on.
struct Lane {
    name: Arc<str>,
    tasks: Vec<Task>,
    tools: Tools,
    results: mpsc::Sender<Tried>,
    stop: watch::Receiver<bool>,
    /// Ends when all tickets are gone.
    committed: mpsc::Receiver<()>,
}

async fn work_lane(frontier: Frontier, lane: Lane) -> Result<(), Error> {
    let Lane { name, tasks, tools, results, stop, mut committed } = lane;
    run_lane(tasks, 1, tools, results, stop).await;
    committed.recv().await;
    frontier.give_back(&name).await
}

fn result(ended: Result<Result<(), Error>, JoinError>) -> Result<(), Error> {
    // A page's panic is caught with the page; one of a lane is a fault of the program.
    ended.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

fn share(outlook: Outlook) -> usize {
    outlook.lanes.div_ceil(outlook.workers).clamp(1, MOST_LANES)
}

fn task(due: Due, ticket: Ticket) -> Task {
    let Due { key, origin, standing } = due;
    let source = standing.source.clone();
    let work = match list::parse_url(&source) {
        Ok(url) => Work::Fetch(url),
        Err(reason) => {
            let reason = format!("`{source}` {reason}");
            Work::Refuse(Box::new(Record::failure(source.clone(), INVALID_URL, reason)))
        }
    };
    let published = standing.published.as_deref().and_then(|time| time.parse().ok());
    Task { key, source, work, standing: Some(standing), published, origin, ticket: Some(ticket) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_worker_gets_its_part_of_the_lanes_and_at_least_one() {
        let outlook = |lanes, workers| Outlook { lanes, workers, is_open: true };
        assert_eq!(share(outlook(50, 6)), 9);
        assert_eq!(share(outlook(0, 6)), 1);
        assert_eq!(share(outlook(1000, 2)), MOST_LANES);
    }
}
