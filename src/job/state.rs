//! What is known of every page over all runs, so that the next run does only what is new.
//!
//! The states of a page are in [`PageState`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, named_params};

use super::page_state::PageState;
use super::schema;
pub use super::standing::{
    Copy, Likeness, Print, Registration, Remembered, SavedPlace, Stamp, Standing, Verdict,
};
use crate::error::Error;

/// Most pages of one canonical address that are looked at: some sites name one address on every page.
const MOST_OF_CANONICAL: i64 = 50;
/// Most pages of one band that are looked at; of a million pages, a band has a thousand at most, as a rule.
const MOST_IN_BAND: i64 = 2000;

/// The state database.
#[derive(Debug)]
pub struct State {
    path: PathBuf,
    database: Connection,
}

impl State {
    /// Opens or makes the database. Nothing is changed if it is damaged or not ours.
    pub fn open(path: &Path) -> Result<State, Error> {
        Ok(State { path: path.to_owned(), database: schema::open(path)? })
    }

    /// Opens an existing database to read it; none if there is none.
    pub fn open_to_read(path: &Path) -> Result<Option<State>, Error> {
        let database = schema::open_to_read(path)?;
        Ok(database.map(|database| State { path: path.to_owned(), database }))
    }

    /// What is known of a page.
    pub fn standing(&self, key: &str) -> Result<Option<Standing>, Error> {
        let ask = || {
            let mut query = self.database.prepare_cached(
                "SELECT state, attempts, next_try, size, modified_ns, content_hash, place, status, reason,
                     first_seen, published, etag, last_modified, text_hash
                 FROM pages WHERE key = ?1",
            )?;
            query.query_row([key], read_standing).optional()
        };
        ask().map_err(|error| self.failure(&error))
    }

    /// Notes pages as seen before they are tried, and where their articles will lie.
    pub fn register(&mut self, pages: &[Registration], now: &str) -> Result<(), Error> {
        self.transaction(|database| {
            let mut statement = database.prepare_cached(
                "INSERT INTO pages (key, source, state, attempts, first_seen, place, origin, published)
                 VALUES (:key, :source, 'new', 0, :now, :place, :origin, :published)
                 ON CONFLICT (key) DO UPDATE SET
                     source = excluded.source, place = coalesce(excluded.place, place),
                     origin = excluded.origin, published = coalesce(excluded.published, published)",
            )?;
            for page in pages {
                statement.execute(named_params! {
                    ":key": page.key, ":source": page.source, ":now": now, ":place": page.place,
                    ":origin": page.origin, ":published": page.published,
                })?;
            }
            Ok(())
        })
    }

    /// Notes what tries brought, and how far an output file goes, all or nothing.
    pub fn commit<'a>(
        &mut self,
        tries: impl IntoIterator<Item = (&'a str, &'a Verdict, &'a Copy)>,
        mark: Option<(&str, u64)>,
        now: &str,
    ) -> Result<(), Error> {
        self.transaction(|database| {
            for (key, verdict, copy) in tries {
                note_try(database, key, verdict, copy, now)?;
            }
            match mark {
                Some((path, mark)) => note_mark(database, path, mark),
                None => Ok(()),
            }
        })
    }

    /// The pages that a source named in an earlier run and that are to be asked now: feeds forget what is old.
    pub fn due(&self, origin: &str, now: &str) -> Result<Vec<Remembered>, Error> {
        let ask = || {
            let mut query = self.database.prepare_cached(
                "SELECT key, source, published FROM pages WHERE origin = ?1 AND (state = 'new'
                     OR state IN ('failing', 'done', 'rejected') AND next_try <= ?2)
                 ORDER BY published DESC, key",
            )?;
            let rows = query.query_map([origin, now], |row| {
                Ok(Remembered { key: row.get(0)?, source: row.get(1)?, published: row.get(2)? })
            })?;
            rows.collect::<rusqlite::Result<_>>()
        };
        ask().map_err(|error| self.failure(&error))
    }

    /// Pages that gave an article with this canonical address.
    pub fn of_canonical(&self, canonical: &str) -> Result<Vec<Likeness>, Error> {
        let ask = || {
            let mut query = self.database.prepare_cached(
                "SELECT key, simhash FROM pages WHERE canonical = ?1 ORDER BY first_seen, key LIMIT ?2",
            )?;
            let rows = query.query_map((canonical, MOST_OF_CANONICAL), likeness)?;
            rows.collect::<rusqlite::Result<_>>()
        };
        ask().map_err(|error| self.failure(&error))
    }

    /// The first page that gave an article and that the caller finds near, among those that share a band of bits
    /// with this fingerprint.
    pub fn of_bands(
        &self,
        simhash: u64,
        is_near: impl Fn(&Likeness) -> bool,
    ) -> Result<Option<Likeness>, Error> {
        let ask = || {
            for (shift, mask) in schema::BANDS {
                let mut query = self.database.prepare_cached(&in_band(shift, mask))?;
                let band = (simhash >> shift & mask).cast_signed();
                let mut rows = query.query((band, MOST_IN_BAND))?;
                while let Some(row) = rows.next()? {
                    let likeness = likeness(row)?;
                    if is_near(&likeness) {
                        return Ok(Some(likeness));
                    }
                }
            }
            Ok(None)
        };
        ask().map_err(|error| self.failure(&error))
    }

    /// The places of all saved pages. Those of URLs are not needed: their names are their own.
    pub fn saved_places(&self) -> Result<Vec<SavedPlace>, Error> {
        let ask = || {
            let mut query = self.database.prepare(
                "SELECT key, source, place FROM pages WHERE place IS NOT NULL AND key NOT GLOB 'http*://*'",
            )?;
            let rows = query.query_map([], |row| {
                Ok(SavedPlace { key: row.get(0)?, source: row.get(1)?, place: row.get(2)? })
            })?;
            rows.collect::<rusqlite::Result<_>>()
        };
        ask().map_err(|error| self.failure(&error))
    }

    /// How far an output file went at the last commit.
    pub fn mark(&self, path: &str) -> Result<Option<u64>, Error> {
        let query = "SELECT mark FROM outputs WHERE path = ?1";
        let found = self.database.query_row(query, [path], |row| row.get::<_, i64>(0)).optional();
        Ok(found.map_err(|error| self.failure(&error))?.and_then(|mark| u64::try_from(mark).ok()))
    }

    /// How many pages are in each state.
    pub fn counts(&self) -> Result<BTreeMap<String, u64>, Error> {
        let ask = || {
            let mut query = self.database.prepare("SELECT state, count(*) FROM pages GROUP BY state")?;
            let rows = query.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
            rows.collect::<rusqlite::Result<_>>()
        };
        ask().map_err(|error| self.failure(&error))
    }

    pub(super) fn read(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> Result<(), Error> {
        ask(&self.database).map_err(|error| self.failure(&error))
    }

    pub(super) fn transaction(
        &mut self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> Result<(), Error> {
        let result = self.database.transaction().and_then(|transaction| {
            work(&transaction)?;
            transaction.commit()
        });
        result.map_err(|error| self.failure(&error))
    }

    fn failure(&self, error: &rusqlite::Error) -> Error {
        schema::failure(&self.path, error)
    }
}

/// As in the definitions of the indexes, which serve only the very same expression.
fn in_band(shift: u32, mask: u64) -> String {
    format!(
        "SELECT key, simhash FROM pages
         WHERE (simhash >> {shift}) & {mask} = ?1 AND simhash IS NOT NULL LIMIT ?2"
    )
}

fn likeness(row: &rusqlite::Row) -> rusqlite::Result<Likeness> {
    let simhash = row.get::<_, Option<i64>>(1)?.map(i64::cast_unsigned);
    Ok(Likeness { key: row.get(0)?, simhash })
}

fn read_standing(row: &rusqlite::Row) -> rusqlite::Result<Standing> {
    let name: String = row.get(0)?;
    let size: Option<i64> = row.get(3)?;
    let modified: Option<i64> = row.get(4)?;
    Ok(Standing {
        // A name that nobody knows comes from a hand that edited the database: try the page again.
        state: PageState::named(&name).unwrap_or(PageState::New),
        attempts: row.get(1)?,
        next_try: row.get(2)?,
        stamp: size.zip(modified).map(|(size, modified_ns)| Stamp { size, modified_ns }),
        content_hash: row.get(5)?,
        place: row.get(6)?,
        status: row.get(7)?,
        reason: row.get(8)?,
        first_seen: row.get(9)?,
        published: row.get(10)?,
        etag: row.get(11)?,
        last_modified: row.get(12)?,
        text_hash: row.get(13)?,
    })
}

/// What was read before stays noted when nothing was read this time.
fn note_try(
    database: &Connection,
    key: &str,
    verdict: &Verdict,
    copy: &Copy,
    now: &str,
) -> rusqlite::Result<()> {
    let mut statement = database.prepare_cached(
        "UPDATE pages SET
             state = :state, status = :status, reason = :reason, attempts = :attempts,
             last_try = :now, next_try = :next_try, final_url = coalesce(:final_url, final_url),
             etag = coalesce(:etag, etag), last_modified = coalesce(:last_modified, last_modified),
             content_hash = coalesce(:content_hash, content_hash),
             size = coalesce(:size, size), modified_ns = coalesce(:modified_ns, modified_ns),
             published = coalesce(published, :published), text_hash = coalesce(:text_hash, text_hash),
             canonical = coalesce(:canonical, canonical), simhash = coalesce(:simhash, simhash),
             duplicate_of = coalesce(:duplicate_of, duplicate_of)
         WHERE key = :key",
    )?;
    let stamp = copy.stamp;
    let print = copy.print.as_ref();
    statement.execute(named_params! {
        ":key": key, ":state": verdict.state.name(), ":status": verdict.status, ":reason": verdict.reason,
        ":attempts": verdict.attempts, ":now": now, ":next_try": verdict.next_try,
        ":final_url": copy.final_url, ":etag": copy.etag, ":last_modified": copy.last_modified,
        ":content_hash": copy.content_hash, ":size": stamp.map(|stamp| stamp.size),
        ":modified_ns": stamp.map(|stamp| stamp.modified_ns), ":published": copy.published,
        ":text_hash": print.map(|print| &print.text_hash),
        ":canonical": print.and_then(|print| print.canonical.as_deref()),
        ":simhash": print.and_then(|print| print.simhash).map(u64::cast_signed),
        ":duplicate_of": copy.duplicate_of,
    })?;
    Ok(())
}

fn note_mark(database: &Connection, path: &str, mark: u64) -> rusqlite::Result<()> {
    let mark = i64::try_from(mark).unwrap_or(i64::MAX);
    let upsert = "INSERT INTO outputs VALUES (?1, ?2) ON CONFLICT (path) DO UPDATE SET mark = excluded.mark";
    database.execute(upsert, (path, mark)).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-01-02T03:04:05Z";

    fn register(state: &mut State, key: &str, place: Option<&str>) {
        let page = Registration { key, source: key, place, origin: "feed f", published: None };
        state.register(&[page], NOW).unwrap();
    }

    fn done() -> Verdict {
        let (state, status) = (PageState::Done, "ok".to_owned());
        Verdict { state, attempts: 0, next_try: None, status, reason: None }
    }

    #[test]
    fn remembers_pages_over_runs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/state.sqlite");
        let mut state = State::open(&path).unwrap();
        register(&mut state, "u", Some("a.txt"));
        let copy = Copy { stamp: Some(Stamp { size: 3, modified_ns: 4 }), ..Copy::default() };
        state.commit([("u", &done(), &copy)], Some(("/out", 7)), NOW).unwrap();
        drop(state);
        let state = State::open_to_read(&path).unwrap().unwrap();
        let standing = state.standing("u").unwrap().unwrap();
        assert_eq!((standing.state, standing.stamp), (PageState::Done, copy.stamp));
        assert_eq!(standing.place.as_deref(), Some("a.txt"));
        assert_eq!(state.mark("/out").unwrap(), Some(7));
        assert_eq!(state.counts().unwrap(), BTreeMap::from([("done".to_owned(), 1)]));
    }

    #[test]
    fn seeing_a_page_again_does_not_make_it_new() {
        let folder = tempfile::tempdir().unwrap();
        let mut state = State::open(&folder.path().join("s")).unwrap();
        register(&mut state, "u", Some("a.txt"));
        state.commit([("u", &done(), &Copy::default())], None, NOW).unwrap();
        register(&mut state, "u", None);
        let standing = state.standing("u").unwrap().unwrap();
        assert_eq!((standing.state, standing.place.as_deref()), (PageState::Done, Some("a.txt")));
    }

    #[test]
    fn a_try_without_a_copy_keeps_what_is_known_of_the_last_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut state = State::open(&folder.path().join("s")).unwrap();
        register(&mut state, "u", None);
        let copy = Copy { content_hash: Some("h".into()), ..Copy::default() };
        state.commit([("u", &done(), &copy)], None, NOW).unwrap();
        state.commit([("u", &done(), &Copy::default())], None, NOW).unwrap();
        assert_eq!(state.standing("u").unwrap().unwrap().content_hash.as_deref(), Some("h"));
    }

    #[test]
    fn finds_articles_by_canonical_address_and_by_band() {
        let folder = tempfile::tempdir().unwrap();
        let mut state = State::open(&folder.path().join("s")).unwrap();
        register(&mut state, "u", None);
        let simhash = Some(0xffff_0000_1234_0001);
        let print = Some(Print { text_hash: "h".into(), canonical: Some("c".into()), simhash });
        state.commit([("u", &done(), &Copy { print, ..Copy::default() })], None, NOW).unwrap();
        let found = vec![Likeness { key: "u".into(), simhash }];
        assert_eq!(state.of_canonical("c").unwrap(), found);
        assert_eq!(state.of_canonical("d").unwrap(), []);
        let of_bands = |simhash| state.of_bands(simhash, |_| true).unwrap();
        for (shift, mask) in schema::BANDS {
            let other = !0xffff_0000_1234_0001;
            assert_eq!(of_bands(other ^ (mask << shift)).as_ref(), found.first(), "band at {shift}");
        }
        assert_eq!(of_bands(!0xffff_0000_1234_0001), None);
        assert_eq!(state.of_bands(0xffff_0000_1234_0001, |_| false).unwrap(), None);
    }

    #[test]
    fn bands_are_found_in_the_index_alone() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::open(&folder.path().join("s")).unwrap();
        for (number, (shift, mask)) in schema::BANDS.into_iter().enumerate() {
            let query = format!("EXPLAIN QUERY PLAN {}", in_band(shift, mask));
            let plan: String = state.database.query_row(&query, (1, 1), |row| row.get(3)).unwrap();
            assert!(plan.contains(&format!("COVERING INDEX pages_by_band_{number}")), "{plan}");
        }
    }

    #[test]
    fn every_bit_is_in_one_band() {
        let bands = schema::BANDS.map(|(shift, mask)| mask << shift);
        assert_eq!(bands.iter().fold(0, |all, band| all | band), u64::MAX);
        assert_eq!(bands.iter().map(|band| band.count_ones()).sum::<u32>(), 64);
    }

    #[test]
    fn what_a_source_named_before_and_is_due_is_not_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let mut state = State::open(&folder.path().join("s")).unwrap();
        for key in ["new", "done", "later", "due", "failing"] {
            register(&mut state, key, None);
        }
        let verdict = |state, next_try: Option<&str>| Verdict {
            state,
            next_try: next_try.map(str::to_owned),
            ..done()
        };
        let copy = Copy::default();
        let tries = [
            ("done", verdict(PageState::Done, None)),
            ("later", verdict(PageState::Done, Some("2026-01-02T03:04:06Z"))),
            ("due", verdict(PageState::Done, Some(NOW))),
            ("failing", verdict(PageState::Failing, Some(NOW))),
        ];
        state.commit(tries.iter().map(|(key, verdict)| (*key, verdict, &copy)), None, NOW).unwrap();
        let due: Vec<String> = state.due("feed f", NOW).unwrap().into_iter().map(|page| page.key).collect();
        assert_eq!(due, ["due", "failing", "new"]);
        assert_eq!(state.due("feed g", NOW).unwrap(), []);
    }
}
