//! What runs write into the state: pages that sources name, and what tries of them brought.

use std::collections::{BTreeSet, HashSet};

use super::database::{Database, Value, values};
use super::{Copy, Registration, State, Verdict, frontier};
use crate::error::Error;
use crate::hash;

/// Pages that are added to a shared state in one transaction: others wait for their lanes meanwhile.
const OFFERED_AT_ONCE: usize = 1000;

impl State {
    /// Notes pages as seen before they are tried, and where their articles will lie.
    pub fn register(&mut self, pages: &[Registration], now: &str) -> Result<(), Error> {
        let mut pages: Vec<&Registration> = pages.iter().collect();
        pages.sort_by_key(|page| page.key);
        let at_once = if self.worker.is_some() { OFFERED_AT_ONCE } else { pages.len().max(1) };
        for pages in pages.chunks(at_once) {
            let lists = pages.iter().map(|page| {
                values![page.key, page.source, now, page.place, page.origin, page.published.as_deref()]
            });
            self.database.transaction(|database| {
                if self.worker.is_some() {
                    // First of all: who gives one of these lanes back meanwhile waits, and then finds the pages.
                    database.change_all(frontier::OFFER, frontier::offers(pages, now))?;
                }
                database.change_all(REGISTER, lists.collect()).map(drop)
            })?;
        }
        Ok(())
    }

    /// Begins the commit of what was tried in these lanes; gives those that another worker has taken over meanwhile,
    /// of which nothing may be written any more. Until the commit nobody takes over the others.
    pub(in crate::job) fn hold(&mut self, lanes: &BTreeSet<&str>) -> Result<HashSet<String>, Error> {
        let Some(worker) = self.worker else { return Ok(HashSet::new()) };
        self.database.change("BEGIN", Vec::new())?;
        self.holding = true;
        let mut lost = HashSet::new();
        for lane in lanes {
            let ours = "SELECT host FROM lanes WHERE host = $1 AND worker = $2 FOR SHARE";
            if self.database.first(ours, values![*lane, worker])?.is_none() {
                lost.insert((*lane).to_owned());
            }
        }
        Ok(lost)
    }

    /// Keeps other workers from writing articles of these canonical addresses until the commit.
    pub(in crate::job) fn hold_addresses(&self, canonicals: BTreeSet<String>) -> Result<(), Error> {
        let numbers = canonicals.iter().map(|address| hash::stable(address.as_bytes()).cast_signed());
        self.database.lock(numbers.collect())
    }

    /// Notes what tries brought, and how far an output file goes, all or nothing.
    pub fn commit<'a>(
        &mut self,
        tries: impl IntoIterator<Item = (&'a str, &'a Verdict, &'a Copy)>,
        mark: Option<(&str, u64)>,
        now: &str,
    ) -> Result<(), Error> {
        let tries =
            tries.into_iter().map(|(key, verdict, copy)| try_values(key, verdict, copy, now)).collect();
        let work = |database: &dyn Database| {
            database.change_all(NOTE_TRY, tries)?;
            match mark {
                Some((path, mark)) => database.change(NOTE_MARK, values![path, signed(mark)]).map(drop),
                None => Ok(()),
            }
        };
        if !self.holding {
            return self.database.transaction(work);
        }
        work(self.database())?;
        self.database.change("COMMIT", Vec::new())?;
        self.holding = false;
        Ok(())
    }
}

const REGISTER: &str = "
INSERT INTO pages (key, source, state, attempts, first_seen, place, origin, published)
VALUES ($1, $2, 'new', 0, $3, $4, $5, $6)
ON CONFLICT (key) DO UPDATE SET
    place = coalesce(excluded.place, pages.place),
    origin = excluded.origin, published = coalesce(excluded.published, pages.published)";

/// What was read before stays noted when nothing was read this time.
const NOTE_TRY: &str = "
UPDATE pages SET
    state = $1, status = $2, reason = $3, attempts = $4, last_try = $5, next_try = $6,
    final_url = coalesce($7, final_url), etag = coalesce($8, etag), last_modified = coalesce($9, last_modified),
    content_hash = coalesce($10, content_hash), size = coalesce($11, size),
    modified_ns = coalesce($12, modified_ns), published = coalesce(published, $13),
    text_hash = coalesce($14, text_hash), canonical = coalesce($15, canonical),
    simhash = coalesce($16, simhash), duplicate_of = coalesce($17, duplicate_of),
    settings = coalesce($18, settings)
WHERE key = $19";

fn try_values(key: &str, verdict: &Verdict, copy: &Copy, now: &str) -> Vec<Value> {
    let (stamp, print) = (copy.stamp, copy.print.as_ref());
    values![
        verdict.state.name(),
        verdict.status.as_str(),
        verdict.reason.as_deref(),
        i64::from(verdict.attempts),
        now,
        verdict.next_try.as_deref(),
        copy.final_url.as_deref(),
        copy.etag.as_deref(),
        copy.last_modified.as_deref(),
        copy.content_hash.as_deref(),
        stamp.map(|stamp| stamp.size),
        stamp.map(|stamp| stamp.modified_ns),
        copy.published.as_deref(),
        print.map(|print| print.text_hash.as_str()),
        print.and_then(|print| print.canonical.as_deref()),
        print.and_then(|print| print.simhash).map(u64::cast_signed),
        copy.duplicate_of.as_deref(),
        copy.settings.as_deref(),
        key,
    ]
}

const NOTE_MARK: &str =
    "INSERT INTO outputs VALUES ($1, $2) ON CONFLICT (path) DO UPDATE SET mark = excluded.mark";

fn signed(mark: u64) -> i64 {
    i64::try_from(mark).unwrap_or(i64::MAX)
}
