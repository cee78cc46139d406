//! The work of a shared state, and who does it.
//!
//! - worker: one process; it has a number of its own and is alive as long as it renews its lease in time
//! - lane: the pages of one host. A worker leases lanes, not pages: nobody else tries these pages meanwhile
//! - portion: the pages of a lane that a worker tries before it gives the lane back
//!
//! A worker that is late with its renewal is taken out of the list by any other, in one step: either it renews before
//! that, or it never does again. Only then its lanes and requests are freed. A worker that was taken out writes nothing
//! any more ([`State::hold`](super::State::hold)) and asks nobody (`turns`), and learns of it at its next renewal.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

use super::database::{Database, Row, Value, values};
use super::postgres::Postgres;
use super::{Registration, STANDING, Standing, standing};
use crate::error::Error;

/// Pages of a lane that are tried in one go: few enough that lanes go round among the workers.
const PORTION: i64 = 32;
/// Renewals in the time of a lease, so that one or two may fail.
const RENEWALS: u32 = 3;
/// Lanes that are counted; with more, no worker need ask for its share.
const MOST_COUNTED: i64 = 1000;
/// The lane of a run that reads the sources; no host has this name.
const SOURCES: &str = "(sources)";
/// The time of the database, as the state writes times.
const NOW: &str = "to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')";

/// A worker's part in the work.
#[derive(Clone)]
pub(in crate::job) struct Frontier {
    pub(super) database: Postgres,
    pub(super) worker: i64,
    /// The time for which a renewal holds.
    pub lease: Duration,
    /// Until when we surely are alive, by our own clock.
    alive_until: watch::Receiver<Instant>,
    lost: CancellationToken,
    /// Ends the renewals.
    stopped: CancellationToken,
}

/// A page that is to be tried.
#[derive(Debug)]
pub(in crate::job) struct Due {
    pub key: String,
    pub origin: String,
    pub standing: Standing,
}

/// How much work there is, and for how many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::job) struct Outlook {
    /// Lanes with pages that are due, taken or not.
    pub lanes: usize,
    pub workers: usize,
    /// Whether anybody is at work, or could be.
    pub is_open: bool,
}

impl Frontier {
    /// Joins the workers.
    pub fn join(database: Postgres, lease: Duration) -> Result<Frontier, Error> {
        let begun = Instant::now();
        let milliseconds = in_milliseconds(lease);
        let join = "INSERT INTO workers (alive_until)
             VALUES (clock_timestamp() + $1::bigint * interval '1 millisecond') RETURNING id";
        let asked: &dyn Database = &database;
        let worker = asked.first(join, values![milliseconds])?.map(|row| row.number(0)).unwrap_or_default();
        let (told, alive_until) = watch::channel(begun + lease);
        let (lost, stopped) = (CancellationToken::new(), CancellationToken::new());
        let frontier = Frontier { database, worker, lease, alive_until, lost, stopped };
        frontier.database.spawn(frontier.clone().stay_alive(told));
        Ok(frontier)
    }

    /// Renews the lease until we stop, or are too late.
    async fn stay_alive(self, told: watch::Sender<Instant>) {
        let is_alive = async {
            loop {
                tokio::time::sleep(self.lease / RENEWALS).await;
                let begun = Instant::now();
                // What fails is tried again as long as there is time.
                match tokio::time::timeout_at(self.lease_end(), self.renew()).await {
                    Ok(Ok(true)) => told.send_replace(begun + self.lease),
                    Ok(Err(_)) if Instant::now() < self.lease_end() => continue,
                    _ => break,
                };
                if let Err(error) = self.free_what_the_dead_had().await {
                    tracing::debug!("cannot look after other workers: {error}");
                }
            }
        };
        tokio::select! {
            () = is_alive => self.lost.cancel(),
            () = self.stopped.cancelled() => {}
        }
    }

    async fn renew(&self) -> Result<bool, Error> {
        let renew = "UPDATE workers SET alive_until = clock_timestamp() + $1::bigint * interval '1 millisecond' WHERE id = $2";
        Ok(self.database.execute(renew, values![in_milliseconds(self.lease), self.worker]).await? > 0)
    }

    /// Takes out who is late, and frees what they had. A host rests for its delay first: their last request may have
    /// been made a moment before they were late. What a transaction holds just now is freed another time.
    async fn free_what_the_dead_had(&self) -> Result<(), Error> {
        for statement in [
            "DELETE FROM workers WHERE alive_until < clock_timestamp()",
            "UPDATE lanes SET worker = NULL, due = '' WHERE host IN (SELECT host FROM lanes WHERE worker IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM workers WHERE id = lanes.worker) FOR UPDATE SKIP LOCKED)",
            "UPDATE hosts SET worker = NULL, ready_at = clock_timestamp() + delay_ms * interval '1 millisecond'
             WHERE name IN (SELECT name FROM hosts WHERE worker IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM workers WHERE id = hosts.worker) FOR UPDATE SKIP LOCKED)",
        ] {
            self.database.execute(statement, Vec::new()).await?;
        }
        Ok(())
    }

    /// Until when we surely are alive.
    pub(super) fn lease_end(&self) -> Instant {
        *self.alive_until.borrow()
    }

    /// Waits until we were taken out.
    pub async fn lost(&self) -> Error {
        self.lost.cancelled().await;
        let message = "this worker was not heard of in time, so that others have taken over its pages (raise \
                       state.lease_seconds if the database is slow); nothing is lost: run it again";
        Error::State { path: self.database.shown().into(), message: message.to_owned() }
    }

    /// Begins to read the sources, which one run does at a time.
    pub async fn begin_sources(&self) -> Result<(), Error> {
        let take = "INSERT INTO lanes (host, worker) VALUES ($1, $2)
             ON CONFLICT (host) DO UPDATE SET worker = excluded.worker WHERE lanes.worker IS NULL";
        // One that was killed holds it until its lease ends.
        let until = Instant::now() + 2 * self.lease;
        loop {
            self.free_what_the_dead_had().await?;
            match self.database.execute(take, values![SOURCES, self.worker]).await? {
                0 if Instant::now() < until => tokio::time::sleep(self.lease / RENEWALS).await,
                0 => break,
                _ => return Ok(()),
            }
        }
        let holder = " (it reads the sources; `tamis run --worker` joins in the rest)".to_owned();
        Err(Error::Locked { path: self.database.shown().into(), holder })
    }

    /// Ends to read the sources.
    pub async fn end_sources(&self) -> Result<(), Error> {
        let end = "DELETE FROM lanes WHERE host = $1 AND worker = $2";
        self.database.execute(end, values![SOURCES, self.worker]).await.map(drop)
    }

    /// How much there is to do.
    pub async fn outlook(&self) -> Result<Outlook, Error> {
        let query = format!(
            "SELECT (SELECT count(*) FROM (SELECT 1 FROM lanes WHERE due <= {NOW} LIMIT $1) AS due),
                 (SELECT count(*) FROM workers),
                 (SELECT count(*) FROM (SELECT 1 FROM lanes WHERE worker IS NOT NULL LIMIT 1) AS taken)"
        );
        let rows = self.database.query(&query, values![MOST_COUNTED]).await?;
        let count = |column| rows.first().map_or(0, |row| row.count(column) as usize);
        let (lanes, workers) = (count(0), count(1).max(1));
        Ok(Outlook { lanes, workers, is_open: lanes + count(2) > 0 })
    }

    /// Leases the lane that has been due for the longest, if any is free.
    pub async fn take_lane(&self) -> Result<Option<String>, Error> {
        let take = format!(
            "UPDATE lanes SET worker = $1 WHERE host = (SELECT host FROM lanes
                 WHERE due <= {NOW} AND worker IS NULL ORDER BY due LIMIT 1 FOR UPDATE SKIP LOCKED)
             RETURNING host"
        );
        let rows = self.database.query(&take, values![self.worker]).await?;
        Ok(rows.first().map(|row| row.text(0)))
    }

    /// Pages of a lane that are due: those that are asked again, then new ones, the newest first.
    pub async fn portion(&self, lane: &str) -> Result<Vec<Due>, Error> {
        let columns = format!("{STANDING}, key, origin");
        let again = format!(
            "SELECT {columns} FROM pages WHERE host = $1 AND next_try <= {NOW}
                 AND state IN ('failing', 'done', 'rejected') ORDER BY next_try LIMIT $2"
        );
        let new = format!(
            "SELECT {columns} FROM pages WHERE host = $1 AND state = 'new'
             ORDER BY published DESC NULLS LAST, key LIMIT $2"
        );
        let mut rows = self.database.query(&again, values![lane, PORTION]).await?;
        rows.extend(self.database.query(&new, values![lane, PORTION]).await?);
        rows.truncate(PORTION as usize);
        Ok(rows.iter().map(due).collect())
    }

    /// Gives a lane back, with the time at which it is due again.
    ///
    /// In two steps: what a run adds between them sets its own time, and the earlier one counts. A worker that dies
    /// between them leaves its lane due at once.
    pub async fn give_back(&self, lane: &str) -> Result<(), Error> {
        let clear = "UPDATE lanes SET due = NULL WHERE host = $1 AND worker = $2";
        self.database.execute(clear, values![lane, self.worker]).await?;
        let give = format!(
            "UPDATE lanes SET worker = NULL, due = least(due,
                 CASE WHEN EXISTS (SELECT 1 FROM pages WHERE host = $1 AND state = 'new') THEN {NOW} ELSE
                     (SELECT min(next_try) FROM pages WHERE host = $1 AND next_try IS NOT NULL
                          AND state IN ('failing', 'done', 'rejected')) END)
             WHERE host = $1 AND worker = $2"
        );
        self.database.execute(&give, values![lane, self.worker]).await.map(drop)
    }

    /// Ends the renewals when it is dropped, so that who fails is soon taken out.
    pub fn guard(&self) -> DropGuard {
        self.stopped.clone().drop_guard()
    }

    /// Leaves the workers. What we still have is free at once.
    pub async fn resign(&self) -> Result<(), Error> {
        self.stopped.cancel();
        self.database.execute("DELETE FROM workers WHERE id = $1", values![self.worker]).await?;
        self.free_what_the_dead_had().await
    }
}

fn due(row: &Row) -> Due {
    const COLUMNS: usize = 15;
    Due { standing: standing(row), key: row.text(COLUMNS), origin: row.text(COLUMNS + 1) }
}

pub(super) fn in_milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Makes the lane of a page due.
pub(super) const OFFER: &str = "INSERT INTO lanes (host, due) VALUES (host_of($1), $2)
     ON CONFLICT (host) DO UPDATE SET due = least(lanes.due, excluded.due)";

/// The values of [`OFFER`]: one page for each lane, in the order of lanes.
pub(super) fn offers(pages: &[&Registration], now: &str) -> Vec<Vec<Value>> {
    let host = |key: &str| Url::parse(key).ok().and_then(|url| url.host_str().map(str::to_owned));
    let by_host: BTreeMap<_, _> = pages.iter().map(|page| (host(page.key), page.key)).collect();
    by_host.into_values().map(|key| values![key, now]).collect()
}

impl std::fmt::Debug for Frontier {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Frontier").field("worker", &self.worker).finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "postgres"))]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use super::super::testing::database;
    use super::super::{Copy, State, Verdict};
    use super::*;
    use crate::fetch::{Entry, Gate};
    use crate::job::page_state::PageState;

    const LONG: Duration = Duration::from_secs(600);
    const NOW: &str = "2026-01-02T03:04:05Z";
    const KEYS: [&str; 2] = ["https://a.example/1", "https://a.example/2"];
    const LANE: &str = "a.example";

    fn offer(state: &mut State) {
        let page = |key| Registration { key, source: key, place: None, origin: "urls", published: None };
        state.register(&KEYS.map(page), NOW).unwrap();
    }

    #[tokio::test]
    async fn a_lane_is_with_one_worker_at_a_time_and_due_until_its_pages_are_done() {
        let Some(url) = database() else { return };
        let (mut state, one) = State::join(&url, LONG).unwrap();
        let (mut other, two) = State::join(&url, LONG).unwrap();
        offer(&mut state);
        assert_eq!(one.take_lane().await.unwrap().as_deref(), Some(LANE));
        assert_eq!(two.take_lane().await.unwrap(), None);
        one.give_back(LANE).await.unwrap();
        assert_eq!(two.take_lane().await.unwrap().as_deref(), Some(LANE));
        let portion = two.portion(LANE).await.unwrap();
        assert_eq!(portion.iter().map(|due| due.key.as_str()).collect::<Vec<_>>(), KEYS);
        assert_eq!(one.outlook().await.unwrap(), Outlook { lanes: 1, workers: 2, is_open: true });
        assert_eq!(other.hold(&BTreeSet::from([LANE])).unwrap(), HashSet::new());
        let done = Verdict { state: PageState::Done, ..Verdict::default() };
        let copy = Copy::default();
        other.commit(KEYS.map(|key| (key, &done, &copy)), None, NOW).unwrap();
        two.give_back(LANE).await.unwrap();
        assert_eq!(one.take_lane().await.unwrap(), None);
        assert!(!one.outlook().await.unwrap().is_open);
        offer(&mut state);
        assert_eq!(one.take_lane().await.unwrap().as_deref(), Some(LANE), "what is offered is looked at");
        assert!(one.portion(LANE).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn what_a_late_worker_had_goes_to_others_and_it_neither_writes_nor_asks() {
        let Some(url) = database() else { return };
        let lease = Duration::from_millis(300);
        let (mut late_state, late) = State::join(&url, lease).unwrap();
        offer(&mut late_state);
        assert_eq!(late.take_lane().await.unwrap().as_deref(), Some(LANE));
        drop(late.guard());
        let (mut state, other) = State::join(&url, LONG).unwrap();
        while other.take_lane().await.unwrap().is_none() {
            tokio::time::sleep(lease).await;
            other.free_what_the_dead_had().await.unwrap();
        }
        let lanes = BTreeSet::from([LANE]);
        assert!(late_state.hold(&lanes).unwrap().contains(LANE));
        assert!(state.hold(&lanes).unwrap().is_empty());
        assert!(!late.renew().await.unwrap());
        assert_eq!(late.enter("b.example", Duration::ZERO).await, Entry::Closed);
    }

    #[tokio::test]
    async fn one_run_reads_the_sources_and_others_wait_for_its_pages() {
        let Some(url) = database() else { return };
        let (_state, one) = State::join(&url, LONG).unwrap();
        let (_other, two) = State::join(&url, Duration::from_millis(300)).unwrap();
        one.begin_sources().await.unwrap();
        assert!(matches!(two.begin_sources().await, Err(Error::Locked { .. })));
        assert!(two.outlook().await.unwrap().is_open);
        one.end_sources().await.unwrap();
        assert!(!two.outlook().await.unwrap().is_open);
    }

    #[tokio::test]
    async fn a_host_has_one_request_at_a_time_and_then_its_rest() {
        let Some(url) = database() else { return };
        let (_state, one) = State::join(&url, LONG).unwrap();
        let (_other, two) = State::join(&url, LONG).unwrap();
        let (delay, rest) = (Duration::from_millis(1), Duration::from_millis(500));
        assert_eq!(one.enter(LANE, delay).await, Entry::Open);
        assert!(matches!(two.enter(LANE, delay).await, Entry::Wait(_)));
        assert_eq!(two.enter("b.example", delay).await, Entry::Open);
        let left = Instant::now();
        one.leave(LANE, rest);
        while two.enter(LANE, delay).await != Entry::Open {
            tokio::time::sleep(delay).await;
        }
        assert!(left.elapsed() >= rest);
    }
}
