//! What is known of every page over all runs, so that the next run does only what is new.
//!
//! The states of a page are in [`PageState`]. The state lies in an SQLite file, or in PostgreSQL where many workers
//! share it; what differs between the two is behind one trait (`database`), and the queries are the same.
//!
//! - lane: the pages of one host in a shared state; a worker that has leased it is the only one that tries them
//!   (`frontier`)

pub(super) mod database;
pub(super) mod frontier;
#[cfg_attr(not(feature = "postgres"), path = "no_postgres.rs")]
pub(super) mod postgres;
mod sqlite;
mod tables;
#[cfg(test)]
pub(super) mod testing;
mod turns;
mod writing;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::page_state::PageState;
pub use super::standing::{
    Copy, Likeness, Print, Registration, Remembered, SavedPlace, Stamp, Standing, Verdict,
};
use crate::config::Config;
use crate::error::Error;
use database::{Database, Row, values};
use frontier::Frontier;
use postgres::Postgres;

/// Most pages of one canonical address that are looked at: some sites name one address on every page.
const MOST_OF_CANONICAL: i64 = 50;
/// Most pages of one band that are looked at; of a million pages, a band has a thousand at most, as a rule.
const MOST_IN_BAND: i64 = 2000;

/// The columns of a [`Standing`], in the order in which `standing` reads them.
const STANDING: &str =
    "state, attempts, next_try, size, modified_ns, content_hash, place, status, reason, first_seen,
    published, etag, last_modified, text_hash, source";

/// The state database.
#[derive(Debug)]
pub struct State {
    database: Box<dyn Database>,
    /// Who we are, in a shared state.
    worker: Option<i64>,
    /// Its database, for articles that go there.
    shared: Option<Postgres>,
    /// Whether a transaction is open in which lanes are held.
    holding: bool,
}

impl State {
    /// Opens or makes the database that the settings name.
    pub fn open(config: &Config) -> Result<State, Error> {
        match config.shared_state() {
            Some(url) => Postgres::open(url).map(State::of_shared),
            None => State::open_file(&config.job.state),
        }
    }

    /// Opens the database that the settings name to read it; none if there is none yet.
    pub fn open_to_read(config: &Config) -> Result<Option<State>, Error> {
        match config.shared_state() {
            Some(url) => Ok(Postgres::open_to_read(url)?.map(State::of_shared)),
            None => State::open_file_to_read(&config.job.state),
        }
    }

    /// Opens or makes an SQLite file. Nothing is changed if it is damaged or not ours.
    pub fn open_file(path: &Path) -> Result<State, Error> {
        sqlite::Sqlite::open(path).map(State::over)
    }

    /// Opens an existing SQLite file to read it; none if there is none.
    pub fn open_file_to_read(path: &Path) -> Result<Option<State>, Error> {
        Ok(sqlite::Sqlite::open_to_read(path)?.map(State::over))
    }

    fn of_shared(database: Postgres) -> State {
        State { shared: Some(database.clone()), ..State::over(database) }
    }

    fn over(database: impl Database + 'static) -> State {
        State { database: Box::new(database), worker: None, shared: None, holding: false }
    }

    /// Joins the workers of a shared state. Its work is done over a second connection.
    pub(super) fn join(url: &str, lease: Duration) -> Result<(State, Frontier), Error> {
        let database = Postgres::open(url)?;
        let frontier = Frontier::join(database.another()?, lease)?;
        Ok((State { worker: Some(frontier.worker), ..State::of_shared(database) }, frontier))
    }

    /// The database of a shared state, in whose transactions articles can be written.
    pub(super) fn shared(&self) -> Option<Postgres> {
        self.shared.clone()
    }

    pub(super) fn database(&self) -> &dyn Database {
        self.database.as_ref()
    }

    /// What is known of a page.
    pub fn standing(&self, key: &str) -> Result<Option<Standing>, Error> {
        let query = format!("SELECT {STANDING} FROM pages WHERE key = $1");
        Ok(self.database.first(&query, values![key])?.map(|row| standing(&row)))
    }

    /// Whether many workers share it.
    pub fn is_shared(&self) -> bool {
        self.shared.is_some()
    }

    /// Has the workers of a shared state look at all lanes, since any page of them may be due now.
    pub(super) fn wake(&self) -> Result<(), Error> {
        match &self.shared {
            Some(_) => self.database.change("UPDATE lanes SET due = ''", Vec::new()).map(drop),
            None => Ok(()),
        }
    }

    /// The pages that a source named in an earlier run and that are to be asked now: feeds forget what is old.
    pub fn due(&self, origin: &str, now: &str) -> Result<Vec<Remembered>, Error> {
        let query = "SELECT key, source, published FROM pages WHERE origin = $1 AND (state = 'new'
                 OR state IN ('failing', 'done', 'rejected') AND next_try <= $2)
             ORDER BY published DESC NULLS LAST, key";
        let rows = self.database.rows(query, values![origin, now])?;
        let remembered = rows.into_iter().map(|row| Remembered {
            key: row.text(0),
            source: row.text(1),
            published: row.maybe_text(2),
        });
        Ok(remembered.collect())
    }

    /// Pages that gave an article with this canonical address.
    pub fn of_canonical(&self, canonical: &str) -> Result<Vec<Likeness>, Error> {
        let query = "SELECT key, simhash FROM pages WHERE canonical = $1 ORDER BY first_seen, key LIMIT $2";
        let rows = self.database.rows(query, values![canonical, MOST_OF_CANONICAL])?;
        Ok(rows.iter().map(likeness).collect())
    }

    /// The first page that gave an article and that the caller finds near, among those that share a band of bits
    /// with this fingerprint.
    pub fn of_bands(
        &self,
        simhash: u64,
        is_near: impl Fn(&Likeness) -> bool,
    ) -> Result<Option<Likeness>, Error> {
        let mut found = None;
        for (shift, mask) in tables::BANDS {
            let band = (simhash >> shift & mask).cast_signed();
            self.database.visit(&in_band(shift, mask), values![band, MOST_IN_BAND], &mut |row| {
                found = Some(likeness(&row)).filter(&is_near);
                found.is_none()
            })?;
            if found.is_some() {
                break;
            }
        }
        Ok(found)
    }

    /// The places of all saved pages. Those of URLs are not needed: their names are their own.
    pub fn saved_places(&self) -> Result<Vec<SavedPlace>, Error> {
        let query =
            "SELECT key, source, place FROM pages WHERE place IS NOT NULL AND key NOT LIKE 'http%://%'";
        let rows = self.database.rows(query, Vec::new())?;
        let place = |row: Row| SavedPlace { key: row.text(0), source: row.text(1), place: row.text(2) };
        Ok(rows.into_iter().map(place).collect())
    }

    /// How far an output file went at the last commit.
    pub fn mark(&self, path: &str) -> Result<Option<u64>, Error> {
        let found = self.database.first("SELECT mark FROM outputs WHERE path = $1", values![path])?;
        Ok(found.and_then(|row| u64::try_from(row.maybe_number(0)?).ok()))
    }

    /// How many pages wait to be tried.
    pub(super) fn waiting(&self, now: &str) -> Result<usize, Error> {
        let query = "SELECT count(*) FROM pages WHERE state = 'new'
             OR state IN ('failing', 'done', 'rejected') AND next_try <= $1";
        Ok(self.database.first(query, values![now])?.map_or(0, |row| row.count(0) as usize))
    }

    /// How many pages are in each state.
    pub fn counts(&self) -> Result<BTreeMap<String, u64>, Error> {
        let rows = self.database.rows("SELECT state, count(*) FROM pages GROUP BY state", Vec::new())?;
        Ok(rows.iter().map(|row| (row.text(0), row.count(1))).collect())
    }
}

/// As in the definitions of the indexes, which serve only the very same expression.
fn in_band(shift: u32, mask: u64) -> String {
    format!(
        "SELECT key, simhash FROM pages
         WHERE (simhash >> {shift}) & {mask} = $1 AND simhash IS NOT NULL LIMIT $2"
    )
}

fn likeness(row: &Row) -> Likeness {
    Likeness { key: row.text(0), simhash: row.maybe_number(1).map(i64::cast_unsigned) }
}

/// A row of the columns [`STANDING`].
fn standing(row: &Row) -> Standing {
    let (size, modified) = (row.maybe_number(3), row.maybe_number(4));
    Standing {
        // A name that nobody knows comes from a hand that edited the database: try the page again.
        state: PageState::named(&row.text(0)).unwrap_or(PageState::New),
        attempts: u32::try_from(row.number(1)).unwrap_or(0),
        next_try: row.maybe_text(2),
        stamp: size.zip(modified).map(|(size, modified_ns)| Stamp { size, modified_ns }),
        content_hash: row.maybe_text(5),
        place: row.maybe_text(6),
        status: row.maybe_text(7),
        reason: row.maybe_text(8),
        first_seen: row.text(9),
        published: row.maybe_text(10),
        etag: row.maybe_text(11),
        last_modified: row.maybe_text(12),
        text_hash: row.maybe_text(13),
        source: row.text(14),
    }
}

#[cfg(test)]
mod tests {
    use super::testing::on_each;
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
        let mut state = State::open_file(&path).unwrap();
        register(&mut state, "u", Some("a.txt"));
        let copy = Copy { stamp: Some(Stamp { size: 3, modified_ns: 4 }), ..Copy::default() };
        state.commit([("u", &done(), &copy)], Some(("/out", 7)), NOW).unwrap();
        drop(state);
        let state = State::open_file_to_read(&path).unwrap().unwrap();
        let standing = state.standing("u").unwrap().unwrap();
        assert_eq!((standing.state, standing.stamp), (PageState::Done, copy.stamp));
        assert_eq!(standing.place.as_deref(), Some("a.txt"));
        assert_eq!(state.mark("/out").unwrap(), Some(7));
        assert_eq!(state.counts().unwrap(), BTreeMap::from([("done".to_owned(), 1)]));
    }

    #[test]
    fn seeing_a_page_again_does_not_make_it_new() {
        on_each(|mut state| {
            register(&mut state, "u", Some("a.txt"));
            state.commit([("u", &done(), &Copy::default())], None, NOW).unwrap();
            register(&mut state, "u", None);
            let standing = state.standing("u").unwrap().unwrap();
            assert_eq!((standing.state, standing.place.as_deref()), (PageState::Done, Some("a.txt")));
        });
    }

    #[test]
    fn a_try_without_a_copy_keeps_what_is_known_of_the_last_one() {
        on_each(|mut state| {
            register(&mut state, "u", None);
            let copy = Copy { content_hash: Some("h".into()), ..Copy::default() };
            state.commit([("u", &done(), &copy)], None, NOW).unwrap();
            state.commit([("u", &done(), &Copy::default())], None, NOW).unwrap();
            assert_eq!(state.standing("u").unwrap().unwrap().content_hash.as_deref(), Some("h"));
        });
    }

    #[test]
    fn finds_articles_by_canonical_address_and_by_band() {
        on_each(|mut state| {
            register(&mut state, "u", None);
            let simhash = Some(0xffff_0000_1234_0001);
            let print = Some(Print { text_hash: "h".into(), canonical: Some("c".into()), simhash });
            state.commit([("u", &done(), &Copy { print, ..Copy::default() })], None, NOW).unwrap();
            let found = vec![Likeness { key: "u".into(), simhash }];
            assert_eq!(state.of_canonical("c").unwrap(), found);
            assert_eq!(state.of_canonical("d").unwrap(), []);
            let of_bands = |simhash| state.of_bands(simhash, |_| true).unwrap();
            for (shift, mask) in tables::BANDS {
                let other = !0xffff_0000_1234_0001;
                assert_eq!(of_bands(other ^ (mask << shift)).as_ref(), found.first(), "band at {shift}");
            }
            assert_eq!(of_bands(!0xffff_0000_1234_0001), None);
            assert_eq!(state.of_bands(0xffff_0000_1234_0001, |_| false).unwrap(), None);
        });
    }

    #[test]
    fn bands_are_found_in_the_index_alone() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::open_file(&folder.path().join("s")).unwrap();
        for (number, (shift, mask)) in tables::BANDS.into_iter().enumerate() {
            let query = format!("EXPLAIN QUERY PLAN {}", in_band(shift, mask));
            let plan = state.database.first(&query, values![1i64, 1i64]).unwrap().unwrap().text(3);
            assert!(plan.contains(&format!("COVERING INDEX pages_by_band_{number}")), "{plan}");
        }
    }

    #[test]
    fn every_bit_is_in_one_band() {
        let bands = tables::BANDS.map(|(shift, mask)| mask << shift);
        assert_eq!(bands.iter().fold(0, |all, band| all | band), u64::MAX);
        assert_eq!(bands.iter().map(|band| band.count_ones()).sum::<u32>(), 64);
    }

    #[test]
    fn what_a_source_named_before_and_is_due_is_not_forgotten() {
        on_each(|mut state| {
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
            let due: Vec<String> =
                state.due("feed f", NOW).unwrap().into_iter().map(|page| page.key).collect();
            assert_eq!(due, ["due", "failing", "new"]);
            assert_eq!(state.due("feed g", NOW).unwrap(), []);
        });
    }
}
