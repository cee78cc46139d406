//! What is known of every page over all runs, so that the next run does only what is new.
//!
//! The states of a page:
//!
//! | state | meaning | tried again |
//! |---|---|---|
//! | `new` | seen in a source, never tried | in the next run |
//! | `done` | gave an article | saved page: when it changes |
//! | `rejected` | was read and is no article | saved page: when it changes |
//! | `failing` | failed in a way that may pass | after `next_try`, each time later |
//! | `failed` | failed for good, or too often | saved page: when it changes |
//! | `gone` | the server says that it is gone | never |
//!
//! Terms:
//! - key: the identity of a page: its URL without fragment, or its absolute path
//! - stamp: size and time of change of a saved page; while it stays, the page is not even opened

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, named_params};

use super::schema;
use crate::error::Error;

/// Where a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PageState {
    /// Seen in a source, never tried.
    New,
    /// Gave an article.
    Done,
    /// Was read and is no article.
    Rejected,
    /// Failed in a way that may pass.
    Failing,
    /// Failed for good, or too often.
    Failed,
    /// The server says that it is gone.
    Gone,
}

impl PageState {
    /// Every state with its name.
    pub const ALL: [(PageState, &'static str); 6] = [
        (PageState::New, "new"),
        (PageState::Done, "done"),
        (PageState::Rejected, "rejected"),
        (PageState::Failing, "failing"),
        (PageState::Failed, "failed"),
        (PageState::Gone, "gone"),
    ];

    /// The name in the database and in reports.
    pub fn name(self) -> &'static str {
        PageState::ALL[self as usize].1
    }

    fn named(name: &str) -> Option<PageState> {
        PageState::ALL.iter().find(|(_, theirs)| *theirs == name).map(|(state, _)| *state)
    }
}

/// Size and time of change of a saved page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// In bytes.
    pub size: i64,
    /// In nanoseconds since 1970.
    pub modified_ns: i64,
}

/// What the database knows of a page when a run starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Where it stands.
    pub state: PageState,
    /// Tries in a row that failed.
    pub attempts: u32,
    /// Not before this time (UTC, ISO 8601).
    pub next_try: Option<String>,
    /// The saved page that was read.
    pub stamp: Option<Stamp>,
    /// Hash of the bytes that were cleaned.
    pub content_hash: Option<String>,
    /// File name in the output folder.
    pub place: Option<String>,
}

/// A page that a run is going to try.
#[derive(Clone, Debug, PartialEq)]
pub struct Registration<'a> {
    /// Its identity.
    pub key: &'a str,
    /// As given.
    pub source: &'a str,
    /// Where its article will lie.
    pub place: Option<&'a str>,
}

/// The place of a saved page's article.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedPlace {
    /// Its identity.
    pub key: String,
    /// As given.
    pub source: String,
    /// File name in the output folder.
    pub place: String,
}

/// What a try brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Where the page stands now.
    pub state: PageState,
    /// Tries in a row that failed.
    pub attempts: u32,
    /// Not before this time (UTC, ISO 8601).
    pub next_try: Option<String>,
    /// `ok`, or the rejection or error in kebab-case.
    pub status: String,
    /// One sentence about a status other than `ok`.
    pub reason: Option<String>,
}

/// What was read in a try.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Copy {
    /// The address after redirects.
    pub final_url: Option<String>,
    /// The ETag header.
    pub etag: Option<String>,
    /// The Last-Modified header.
    pub last_modified: Option<String>,
    /// Hash of the bytes.
    pub content_hash: Option<String>,
    /// Size and time of change of a saved page.
    pub stamp: Option<Stamp>,
}

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
                "SELECT state, attempts, next_try, size, modified_ns, content_hash, place
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
                "INSERT INTO pages (key, source, state, attempts, first_seen, place)
                 VALUES (:key, :source, 'new', 0, :now, :place)
                 ON CONFLICT (key) DO UPDATE SET
                     source = excluded.source, place = coalesce(excluded.place, place)",
            )?;
            for page in pages {
                statement.execute(named_params! {
                    ":key": page.key, ":source": page.source, ":now": now, ":place": page.place,
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

    /// Notes that saved pages were touched but are the same as before.
    pub fn restamp(&mut self, key: &str, stamp: Stamp) -> Result<(), Error> {
        let update = "UPDATE pages SET size = ?2, modified_ns = ?3 WHERE key = ?1";
        let done = self.database.execute(update, (key, stamp.size, stamp.modified_ns));
        done.map(|_| ()).map_err(|error| self.failure(&error))
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

    fn transaction(&mut self, work: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> Result<(), Error> {
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
             size = coalesce(:size, size), modified_ns = coalesce(:modified_ns, modified_ns)
         WHERE key = :key",
    )?;
    let stamp = copy.stamp;
    statement.execute(named_params! {
        ":key": key, ":state": verdict.state.name(), ":status": verdict.status, ":reason": verdict.reason,
        ":attempts": verdict.attempts, ":now": now, ":next_try": verdict.next_try,
        ":final_url": copy.final_url, ":etag": copy.etag, ":last_modified": copy.last_modified,
        ":content_hash": copy.content_hash, ":size": stamp.map(|stamp| stamp.size),
        ":modified_ns": stamp.map(|stamp| stamp.modified_ns),
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
        state.register(&[Registration { key, source: key, place }], NOW).unwrap();
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
    fn names_of_states_are_those_of_the_table() {
        for (state, name) in PageState::ALL {
            assert_eq!((state.name(), PageState::named(name)), (name, Some(state)));
        }
    }
}
