//! Politeness over all workers: who may ask a host, and when, by the clock of the database.
//!
//! A worker takes the turn at a host for one request and gives it back when the answer was read. Until the rest that
//! the host then has is over, and while a request is under way, nobody else gets the turn. A worker that dies keeps
//! its turn until it is taken out of the workers; then the host rests for its delay.

use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::Instant;

use super::database::values;
use super::frontier::{Frontier, in_milliseconds};
use crate::error::Error;
use crate::fetch::{Entry, Gate};

/// How soon to ask again for the turn at a host that somebody else is asking.
const SOON: Duration = Duration::from_millis(50);

impl Gate for Frontier {
    fn enter<'a>(&'a self, host: &'a str, delay: Duration) -> BoxFuture<'a, Entry> {
        Box::pin(async move {
            match self.try_to_enter(host, delay).await {
                // A lease that may be over is none: somebody else may have the turn.
                Ok(_) if Instant::now() >= self.lease_end() => Entry::Closed,
                Ok(entry) => entry,
                Err(error) => {
                    tracing::error!("{error}");
                    Entry::Closed
                }
            }
        })
    }

    fn leave(&self, host: &str, rest: Duration) {
        self.note(host, rest, "worker = CASE WHEN hosts.worker = $3 THEN NULL ELSE hosts.worker END,");
    }

    fn postpone(&self, host: &str, rest: Duration) {
        self.note(host, rest, "");
    }
}

impl Frontier {
    async fn try_to_enter(&self, host: &str, delay: Duration) -> Result<Entry, Error> {
        let take = "INSERT INTO hosts (name, worker, delay_ms, ready_at)
                 SELECT $1::text, id, $2::bigint, clock_timestamp() + $2::bigint * interval '1 millisecond'
                 FROM workers WHERE id = $3
             ON CONFLICT (name) DO UPDATE SET worker = excluded.worker, delay_ms = excluded.delay_ms,
                 ready_at = clock_timestamp() + excluded.delay_ms * interval '1 millisecond'
                 WHERE hosts.worker IS NULL AND hosts.ready_at <= clock_timestamp()";
        let values = values![host, in_milliseconds(delay), self.worker];
        if self.database.execute(take, values).await? > 0 {
            return Ok(Entry::Open);
        }
        let ask = "SELECT CASE WHEN worker IS NULL THEN
                 ceil(extract(epoch FROM ready_at - clock_timestamp()) * 1000)::bigint END
             FROM hosts WHERE name = $1";
        let rows = self.database.query(ask, values![host]).await?;
        let rest = rows.first().and_then(|row| u64::try_from(row.maybe_number(0)?).ok());
        Ok(Entry::Wait(rest.map_or(SOON, Duration::from_millis)))
    }

    /// Notes the end of a request. Who made it need not wait: until it is noted, nobody gets the turn.
    fn note(&self, host: &str, rest: Duration, change: &str) {
        let note = format!(
            "INSERT INTO hosts (name, delay_ms, ready_at)
                 VALUES ($1, $2::bigint, clock_timestamp() + $2::bigint * interval '1 millisecond')
             ON CONFLICT (name) DO UPDATE SET {change}
                 ready_at = greatest(hosts.ready_at, clock_timestamp() + $2::bigint * interval '1 millisecond')"
        );
        let mut values = values![host, in_milliseconds(rest)];
        if !change.is_empty() {
            values.extend(values![self.worker]);
        }
        let this = self.clone();
        self.database.spawn(async move {
            if let Err(error) = this.database.execute(&note, values).await {
                tracing::debug!("the end of a request was not noted: {error}");
            }
        });
    }
}
