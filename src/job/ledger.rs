//! Looking into the state database and acting on its pages by hand: `tamis state`.
//!
//! Terms:
//! - entry: what is known of one page, as far as people may want it
//! - age: the time since the last try, or since a page was first seen if it was never tried

use jiff::Timestamp;
use serde::Serialize;
use std::time::Duration;
use url::Url;

use super::page_state::PageState;
use super::state::State;
use super::state::database::{Row, values};
use super::verdict::iso;
use crate::error::Error;

/// What is known of one page.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Entry {
    /// Its URL, or the absolute path of a saved page.
    pub page: String,
    /// Where it stands; see [`PageState`].
    pub state: String,
    /// `ok`, or the rejection or error of the last try in kebab-case.
    pub status: Option<String>,
    /// One sentence about it.
    pub reason: Option<String>,
    /// Tries in a row that failed.
    pub attempts: u32,
    /// When it was first seen; this and the other times are UTC, ISO 8601.
    pub first_seen: String,
    /// When it was last tried.
    pub last_try: Option<String>,
    /// Not before this time.
    pub next_try: Option<String>,
    /// When it was published, as far as that is known.
    pub published: Option<String>,
    /// The address after redirects.
    pub final_url: Option<String>,
    /// The address that stands for the article.
    pub canonical: Option<String>,
    /// The page that gave the same article before.
    pub duplicate_of: Option<String>,
    /// The file of its article in the output folder; none if it gave none.
    pub place: Option<String>,
    /// The source that named it last.
    pub origin: Option<String>,
}

/// Which pages are meant. Everything that is set must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// In one of these states; empty for all.
    pub states: Vec<PageState>,
    /// With one of these statuses; empty for all.
    pub statuses: Vec<String>,
    /// At this host or a host below it.
    pub host: Option<String>,
    /// At least of this age.
    pub older_than: Option<Duration>,
    /// At most of this age.
    pub newer_than: Option<Duration>,
    /// One of these pages; empty for all.
    pub pages: Vec<String>,
}

impl Filter {
    /// Whether it leaves anything out.
    pub fn is_empty(&self) -> bool {
        *self == Filter::default()
    }

    fn accepts(&self, entry: &Entry, bounds: &Bounds) -> bool {
        let touched = entry.last_try.as_ref().unwrap_or(&entry.first_seen);
        let status = entry.status.as_deref().unwrap_or_default();
        (self.states.is_empty() || self.states.iter().any(|state| state.name() == entry.state))
            && (self.statuses.is_empty() || self.statuses.iter().any(|wanted| wanted == status))
            && (self.pages.is_empty() || self.pages.contains(&entry.page))
            && self.host.as_deref().is_none_or(|host| is_at(host, &entry.page))
            && bounds.before.as_ref().is_none_or(|before| touched <= before)
            && bounds.after.as_ref().is_none_or(|after| touched >= after)
    }
}

/// Ages as points in time, in the form of the database.
struct Bounds {
    before: Option<String>,
    after: Option<String>,
}

impl Bounds {
    fn of(filter: &Filter, now: Timestamp) -> Bounds {
        let at = |age: Duration| iso(now.checked_sub(age).unwrap_or(Timestamp::MIN));
        Bounds { before: filter.older_than.map(at), after: filter.newer_than.map(at) }
    }
}

fn is_at(host: &str, page: &str) -> bool {
    let host = host.to_lowercase();
    let theirs = Url::parse(page).ok().and_then(|url| url.host_str().map(str::to_owned));
    theirs.is_some_and(|theirs| {
        theirs == host || theirs.strip_suffix(&host).is_some_and(|below| below.ends_with('.'))
    })
}

const SELECT: &str = "
SELECT key, state, status, reason, attempts, first_seen, last_try, next_try, published, final_url, canonical,
    duplicate_of, CASE WHEN text_hash IS NOT NULL THEN place END, origin
FROM pages ORDER BY coalesce(last_try, first_seen) DESC, key";

fn entry(row: &Row) -> Entry {
    Entry {
        page: row.text(0),
        state: row.text(1),
        status: row.maybe_text(2),
        reason: row.maybe_text(3),
        attempts: u32::try_from(row.number(4)).unwrap_or(0),
        first_seen: row.text(5),
        last_try: row.maybe_text(6),
        next_try: row.maybe_text(7),
        published: row.maybe_text(8),
        final_url: row.maybe_text(9),
        canonical: row.maybe_text(10),
        duplicate_of: row.maybe_text(11),
        place: row.maybe_text(12),
        origin: row.maybe_text(13),
    }
}

/// An article that was there is read and written again: what is known of its bytes is forgotten, so that none are the
/// same. Everything else begins anew.
const RETRY: &str = "
UPDATE pages SET
    state = CASE WHEN state = 'done' OR state = 'gone' AND text_hash IS NOT NULL THEN 'done' ELSE 'new' END,
    next_try = CASE WHEN state = 'done' OR state = 'gone' AND text_hash IS NOT NULL THEN $1 END,
    status = CASE WHEN state = 'done' OR state = 'gone' AND text_hash IS NOT NULL THEN 'ok' END,
    reason = NULL, attempts = 0, duplicate_of = NULL,
    content_hash = NULL, etag = NULL, last_modified = NULL
WHERE key = $2";

impl State {
    /// Shows the pages that a filter accepts, those last tried first, until `visit` says that it is enough.
    pub fn visit(
        &self,
        filter: &Filter,
        now: Timestamp,
        mut visit: impl FnMut(Entry) -> bool,
    ) -> Result<(), Error> {
        let bounds = Bounds::of(filter, now);
        self.database().visit(SELECT, Vec::new(), &mut |row| {
            let entry = entry(&row);
            !filter.accepts(&entry, &bounds) || visit(entry)
        })
    }

    /// Has pages read, cleaned and written again in the next run whose sources name them; says how many there were.
    pub fn retry(&mut self, filter: &Filter, now: Timestamp) -> Result<usize, Error> {
        let pages = self.pages(filter, now)?;
        let lists = pages.iter().map(|page| values![iso(now).as_str(), page]).collect();
        self.database().transaction(|database| database.change_all(RETRY, lists).map(drop))?;
        self.wake()?;
        Ok(pages.len())
    }

    /// Forgets pages, so that they are new when a source names them again; says how many there were.
    pub fn forget(&mut self, filter: &Filter, now: Timestamp) -> Result<usize, Error> {
        let pages = self.pages(filter, now)?;
        let lists = pages.iter().map(|page| values![page]).collect();
        let delete = "DELETE FROM pages WHERE key = $1";
        self.database().transaction(|database| database.change_all(delete, lists).map(drop))?;
        Ok(pages.len())
    }

    fn pages(&self, filter: &Filter, now: Timestamp) -> Result<Vec<String>, Error> {
        let mut pages = Vec::new();
        self.visit(filter, now, |entry| {
            pages.push(entry.page);
            true
        })?;
        pages.sort_unstable();
        Ok(pages)
    }
}

#[cfg(test)]
mod tests {
    use super::super::state::testing::on_each;
    use super::super::state::{Copy, Print, Registration, Verdict};
    use super::*;

    const DAYS: u64 = 24 * 3600;

    fn now() -> Timestamp {
        "2026-01-10T00:00:00Z".parse().unwrap()
    }

    /// A state with one page in each state, the first tried nine days ago, the last four.
    fn filled(mut state: State) -> State {
        for (number, (page_state, name)) in PageState::ALL.into_iter().enumerate() {
            let key = format!("https://{name}.a.example/");
            let page = Registration { key: &key, source: &key, place: None, origin: "urls", published: None };
            state.register(&[page], "2026-01-01T00:00:00Z").unwrap();
            let verdict =
                Verdict { state: page_state, attempts: 2, status: name.to_owned(), ..Verdict::default() };
            let print = (page_state == PageState::Done).then(Print::default);
            let content_hash = Some("bytes".to_owned());
            let copy = Copy { print, content_hash, ..Copy::default() };
            let time = format!("2026-01-0{}T00:00:00Z", number + 1);
            state.commit([(key.as_str(), &verdict, &copy)], None, &time).unwrap();
        }
        state
    }

    fn found_in(state: &State, filter: &Filter) -> Vec<String> {
        let mut found = Vec::new();
        let visit = |entry: Entry| {
            found.push(entry.state);
            true
        };
        state.visit(filter, now(), visit).unwrap();
        found
    }

    #[test]
    fn filters_by_state_status_host_age_and_page() {
        on_each(|state| {
            let state = filled(state);
            let found = |filter: &Filter| found_in(&state, filter);
            let all = ["gone", "failed", "failing", "rejected", "done", "new"];
            assert_eq!(found(&Filter::default()), all);
            let states = vec![PageState::Failed, PageState::Gone];
            assert_eq!(found(&Filter { states, ..Filter::default() }), ["gone", "failed"]);
            let host = |host: &str| found(&Filter { host: Some(host.into()), ..Filter::default() });
            assert_eq!(host("A.example"), all);
            assert_eq!(host("done.a.example"), ["done"]);
            assert_eq!(host("one.a.example"), Vec::<String>::new());
            let age = |days: u64| Some(Duration::from_secs(days * DAYS));
            assert_eq!(found(&Filter { older_than: age(8), ..Filter::default() }), ["done", "new"]);
            assert_eq!(found(&Filter { newer_than: age(4), ..Filter::default() }), ["gone"]);
            let statuses = vec!["failing".to_owned()];
            assert_eq!(found(&Filter { statuses, ..Filter::default() }), ["failing"]);
            let pages = vec!["https://new.a.example/".to_owned()];
            assert_eq!(found(&Filter { pages, ..Filter::default() }), ["new"]);
        });
    }

    #[test]
    fn retrying_begins_anew_but_keeps_articles() {
        on_each(|state| {
            let mut state = filled(state);
            assert_eq!(state.retry(&Filter::default(), now()).unwrap(), 6);
            for (page_state, name) in PageState::ALL {
                let standing = state.standing(&format!("https://{name}.a.example/")).unwrap().unwrap();
                let done = page_state == PageState::Done;
                assert_eq!(standing.state, if done { PageState::Done } else { PageState::New }, "{name}");
                assert_eq!((standing.attempts, standing.next_try.is_some()), (0, done), "{name}");
                assert_eq!(standing.is_to_be_rewritten(), done, "{name}");
            }
        });
    }

    #[test]
    fn only_an_article_that_was_written_has_a_place() {
        on_each(|mut state| {
            for (key, print) in
                [("https://a.example/1", Some(Print::default())), ("https://a.example/2", None)]
            {
                let place = Some("a.txt");
                let page = Registration { key, source: key, place, origin: "urls", published: None };
                state.register(&[page], "2026-01-01T00:00:00Z").unwrap();
                let copy = Copy { print, ..Copy::default() };
                state.commit([(key, &Verdict::default(), &copy)], None, "2026-01-01T00:00:00Z").unwrap();
            }
            let mut places = Vec::new();
            let visit = |entry: Entry| {
                places.push(entry.place);
                true
            };
            state.visit(&Filter::default(), now(), visit).unwrap();
            assert_eq!(places, [Some("a.txt".to_owned()), None]);
        });
    }

    #[test]
    fn what_is_forgotten_is_not_there() {
        on_each(|state| {
            let mut state = filled(state);
            let filter = Filter { states: vec![PageState::Gone], ..Filter::default() };
            assert_eq!(state.forget(&filter, now()).unwrap(), 1);
            assert_eq!(state.standing("https://gone.a.example/").unwrap(), None);
            assert_eq!(state.counts().unwrap().len(), 5);
        });
    }
}
