//! What runs remember of rules and sites, in tables of their own in the state database: the counts of each rule, the
//! usual container of each site, the prints of paragraphs that may be furniture.
//!
//! All of it is bounded: containers that have not been seen for long and prints that nothing confirms are forgotten,
//! and there is a limit for each host.

use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::lessons::{ARTICLES, BODY_SELECTOR, Identity, Lessons, RuleLesson, SiteLesson};
use super::state::State;
use super::state::database::{Database, LEARNING, Row, values};
use super::verdict::iso;
use crate::clean::furniture::Furniture;
use crate::error::Error;

/// The tables of version 3.
pub(super) const TABLES: &str = "
CREATE TABLE rules (
    rule          TEXT PRIMARY KEY,   -- id, as in fr.related.lire-aussi; '' counts all articles
    pages         INTEGER NOT NULL,   -- articles in which it decided something
    blocks        INTEGER NOT NULL,   -- what it decided in them, kept or removed
    removed_chars INTEGER NOT NULL,   -- characters that it removed
    article_chars INTEGER NOT NULL,   -- characters of the articles of these pages
    last_hit      TEXT,               -- UTC, ISO 8601; null in a user's rule that never decided anything
    before        INTEGER NOT NULL    -- articles that were counted before it was first known
) WITHOUT ROWID;
CREATE TABLE containers (
    host      TEXT NOT NULL,
    container TEXT NOT NULL,          -- what holds the article, as in div.story; 'body selector' for the user's own
    pages     INTEGER NOT NULL,       -- on how many it was seen
    misses    INTEGER NOT NULL,       -- pages in a row since
    PRIMARY KEY (host, container)
) WITHOUT ROWID;
CREATE TABLE furniture (
    host      TEXT NOT NULL,
    print     INTEGER NOT NULL,       -- of a paragraph
    articles  INTEGER NOT NULL,       -- different ones that show it, counted no further than furniture needs
    known     TEXT NOT NULL,          -- their identities: hash of the title, fingerprint
    last_seen TEXT NOT NULL,          -- UTC, ISO 8601
    PRIMARY KEY (host, print)
) WITHOUT ROWID;
";

/// Prints of a host that are kept: those of about 150 articles.
const MOST_PRINTS: usize = 3000;
/// Days after which a print that was not seen again is forgotten.
const PRINT_DAYS: i32 = 90;
/// Pages in a row without a container after which it is forgotten: by then the new shape is the usual one.
const FORGOTTEN_AFTER: u64 = 200;
/// Containers of a host that are kept.
const MOST_CONTAINERS: usize = 50;
/// Longer names of containers are nobody's design, and no index takes them.
const MOST_CONTAINER_BYTES: usize = 1000;
/// A container on fewer pages is not the usual one of a site.
const USUAL_PAGES: u64 = 20;
/// Pages in a row without it that are no chance.
const WORRYING_MISSES: u64 = 10;

/// All rows from a number on: SQLite knows no offset without a limit, and PostgreSQL no limit below zero.
const FROM_THE: &str = "LIMIT 9223372036854775807 OFFSET ";

/// What is known of a rule over runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RuleCount {
    /// Its id.
    pub rule: String,
    /// Articles in which it decided something.
    pub pages: u64,
    /// What it decided in them.
    pub blocks: u64,
    /// Characters that it removed.
    pub removed_chars: u64,
    /// Characters of the articles of these pages.
    pub article_chars: u64,
    /// When it last decided something (UTC, ISO 8601).
    pub last_hit: Option<String>,
    /// Articles that were counted before the rule was first known.
    pub before: u64,
}

impl State {
    /// Saves what a run has learned since it last did.
    pub(super) fn learn(&mut self, lessons: &Lessons, now: Timestamp) -> Result<(), Error> {
        let oldest = iso(now.checked_sub((24 * PRINT_DAYS).hours()).unwrap_or(Timestamp::MIN));
        let now = iso(now);
        self.database().transaction(|database| {
            database.lock([LEARNING].into())?;
            for (rule, lesson) in &lessons.rules {
                count(database, rule, lesson, &now)?;
            }
            let all = RuleLesson { pages: lessons.articles, ..RuleLesson::default() };
            count(database, "", &all, &now)?;
            for (host, lesson) in &lessons.sites {
                note_containers(database, host, lesson)?;
                note_prints(database, host, lesson, &now)?;
                forget_prints(database, host, &oldest)?;
            }
            Ok(())
        })
    }

    /// Notes the user's own rules from the run on that first has them, so that new ones are not taken for dead.
    pub(super) fn note_rules<'r>(&mut self, rules: impl Iterator<Item = &'r str>) -> Result<(), Error> {
        let note = "INSERT INTO rules VALUES
                 ($1, 0, 0, 0, 0, NULL, coalesce((SELECT pages FROM rules WHERE rule = ''), 0))
             ON CONFLICT (rule) DO NOTHING";
        let lists = rules.map(|rule| values![rule]).collect();
        self.database().transaction(|database| {
            database.lock([LEARNING].into())?;
            database.change_all(note, lists).map(drop)
        })
    }

    /// The furniture that is known.
    pub fn furniture(&self) -> Result<Furniture, Error> {
        let query = "SELECT host, print FROM furniture WHERE articles >= $1";
        let rows = self.database().rows(query, values![ARTICLES as i64])?;
        Ok(Furniture::new(rows.iter().map(|row| (row.text(0), row.number(1).cast_unsigned()))))
    }

    /// The counts of all rules, and of all articles under the empty name.
    pub fn rule_counts(&self) -> Result<Vec<RuleCount>, Error> {
        let query = "SELECT rule, pages, blocks, removed_chars, article_chars, last_hit, before FROM rules
             ORDER BY rule";
        let count = |row: &Row| RuleCount {
            rule: row.text(0),
            pages: row.count(1),
            blocks: row.count(2),
            removed_chars: row.count(3),
            article_chars: row.count(4),
            last_hit: row.maybe_text(5),
            before: row.count(6),
        };
        Ok(self.database().rows(query, Vec::new())?.iter().map(count).collect())
    }

    /// Says of a host what has disappeared: the user's selector for the body, or the container that most pages had.
    pub fn lost_containers(&self, host: &str) -> Result<Vec<String>, Error> {
        let query = "SELECT container, pages, misses FROM containers WHERE host = $1";
        let rows = self.database().rows(query, values![host])?;
        let rows: Vec<_> = rows.iter().map(|row| (row.text(0), row.count(1), row.count(2))).collect();
        let all: u64 =
            rows.iter().filter(|(name, ..)| name != BODY_SELECTOR).map(|(_, pages, _)| pages).sum();
        Ok(rows.iter().filter_map(|row| lost(host, row, all)).collect())
    }
}

/// What to say of a container, if it is lost.
fn lost(host: &str, (name, pages, misses): &(String, u64, u64), all: u64) -> Option<String> {
    if *misses < WORRYING_MISSES {
        return None;
    }
    if name == BODY_SELECTOR {
        let advice = "correct `body` in the rules of this site (`tamis explain` shows a page's elements)";
        return Some(format!("{host}: body selector matched 0 of the last {misses} pages; {advice}"));
    }
    let advice = "the site may have a new shape; look at a page with `tamis explain`";
    (*pages >= USUAL_PAGES && 2 * pages >= all).then(|| {
        format!("{host}: `{name}`, which held most articles, was in 0 of the last {misses} pages; {advice}")
    })
}

fn count(database: &dyn Database, rule: &str, lesson: &RuleLesson, now: &str) -> Result<(), Error> {
    let count = "INSERT INTO rules VALUES ($1, $2, $3, $4, $5, $6,
             coalesce((SELECT pages FROM rules WHERE rule = ''), 0))
         ON CONFLICT (rule) DO UPDATE SET
             pages = rules.pages + excluded.pages, blocks = rules.blocks + excluded.blocks,
             removed_chars = rules.removed_chars + excluded.removed_chars,
             article_chars = rules.article_chars + excluded.article_chars, last_hit = excluded.last_hit";
    let RuleLesson { pages, blocks, removed_chars, article_chars } = *lesson;
    let [pages, blocks, removed, article] =
        [pages, blocks, removed_chars, article_chars].map(u64::cast_signed);
    database.change(count, values![rule, pages, blocks, removed, article, now]).map(drop)
}

fn note_containers(database: &dyn Database, host: &str, lesson: &SiteLesson) -> Result<(), Error> {
    // Those that were seen get their streak below.
    let miss = "UPDATE containers SET misses = misses + $1 WHERE host = $2 AND container <> $3";
    database.change(miss, values![lesson.pages.cast_signed(), host, BODY_SELECTOR])?;
    let note = "INSERT INTO containers VALUES ($1, $2, $3, $4)
         ON CONFLICT (host, container) DO UPDATE SET pages = containers.pages + excluded.pages,
             misses = excluded.misses + CASE WHEN excluded.pages > 0 THEN 0 ELSE containers.misses END";
    let short = lesson.containers.iter().filter(|(container, _)| container.len() <= MOST_CONTAINER_BYTES);
    let lists = short.map(|(container, streak)| {
        values![host, container, streak.seen.cast_signed(), streak.misses.cast_signed()]
    });
    database.change_all(note, lists.collect())?;
    let forget = format!(
        "DELETE FROM containers WHERE host = $1 AND container <> $2 AND (misses > $3 OR container IN
             (SELECT container FROM containers WHERE host = $1 ORDER BY misses {FROM_THE}$4))"
    );
    let bounds = values![host, BODY_SELECTOR, FORGOTTEN_AFTER.cast_signed(), MOST_CONTAINERS as i64];
    database.change(&forget, bounds).map(drop)
}

fn note_prints(database: &dyn Database, host: &str, lesson: &SiteLesson, now: &str) -> Result<(), Error> {
    let ask = "SELECT known FROM furniture WHERE host = $1 AND print = $2";
    let mut lists = Vec::new();
    for (print, seen) in &lesson.furniture {
        let print = print.cast_signed();
        let known = database.first(ask, values![host, print])?;
        let mut known = known.map(|row| read_identities(&row.text(0))).unwrap_or_default();
        seen.iter().for_each(|identity| identity.join(&mut known));
        lists.push(values![host, print, known.len() as i64, &write_identities(&known), now]);
    }
    let note = "INSERT INTO furniture VALUES ($1, $2, $3, $4, $5) ON CONFLICT (host, print) DO UPDATE SET
             articles = excluded.articles, known = excluded.known, last_seen = excluded.last_seen";
    database.change_all(note, lists).map(drop)
}

/// Forgets prints that were not seen for long, and past the limit those that the fewest articles have.
fn forget_prints(database: &dyn Database, host: &str, oldest: &str) -> Result<(), Error> {
    database.change("DELETE FROM furniture WHERE host = $1 AND last_seen < $2", values![host, oldest])?;
    let forget = format!(
        "DELETE FROM furniture WHERE host = $1 AND print IN (SELECT print FROM furniture WHERE host = $1
             ORDER BY articles DESC, last_seen DESC {FROM_THE}$2)"
    );
    database.change(&forget, values![host, MOST_PRINTS as i64]).map(drop)
}

fn write_identities(known: &[Identity]) -> String {
    let one = |identity: &Identity| match identity.simhash {
        Some(simhash) => format!("{:x}:{simhash:x}", identity.title),
        None => format!("{:x}:", identity.title),
    };
    known.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn read_identities(text: &str) -> Vec<Identity> {
    let one = |part: &str| {
        let (title, simhash) = part.split_once(':')?;
        let number = |digits| u64::from_str_radix(digits, 16).ok();
        Some(Identity { title: number(title)?, simhash: number(simhash) })
    };
    text.split(' ').filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::super::lessons::Streak;
    use super::super::state::testing::on_each;
    use super::*;

    const NOW: &str = "2026-01-02T03:04:05Z";

    fn shown(print: u64, titles: std::ops::Range<u64>) -> SiteLesson {
        let seen = titles.map(|title| Identity { title, simhash: None }).collect();
        SiteLesson { furniture: [(print, seen)].into(), ..SiteLesson::default() }
    }

    fn learn(state: &mut State, site: SiteLesson, now: &str) {
        let lessons = Lessons { sites: [("a.example".to_owned(), site)].into(), ..Lessons::default() };
        state.learn(&lessons, now.parse().unwrap()).unwrap();
    }

    fn prints(state: &State) -> Vec<(i64, i64)> {
        let query = "SELECT print, articles FROM furniture ORDER BY print";
        let rows = state.database().rows(query, Vec::new()).unwrap();
        rows.iter().map(|row| (row.number(0), row.number(1))).collect()
    }

    #[test]
    fn a_paragraph_of_four_different_articles_is_furniture_over_runs() {
        on_each(|mut state| {
            learn(&mut state, shown(7, 0..2), NOW);
            learn(&mut state, shown(7, 0..3), NOW);
            assert_eq!(prints(&state), [(7, 3)]);
            learn(&mut state, shown(7, 3..4), NOW);
            assert_eq!(prints(&state), [(7, 4)]);
            assert!(format!("{:?}", state.furniture().unwrap()).contains("{7}"));
        });
    }

    #[test]
    fn prints_age_and_are_bounded() {
        on_each(|mut state| {
            learn(&mut state, shown(7, 0..4), "2025-01-01T00:00:00Z");
            learn(&mut state, shown(8, 0..2), NOW);
            assert_eq!(prints(&state), [(8, 2)], "the old one is forgotten");
            let one = |print: u64| (print, vec![Identity { title: print, simhash: Some(print) }]);
            let many = SiteLesson { furniture: (100..4000).map(one).collect(), ..SiteLesson::default() };
            learn(&mut state, many, NOW);
            let left = prints(&state);
            assert_eq!((left.len(), left[0]), (MOST_PRINTS, (8, 2)));
        });
    }

    fn shape(pages: u64, containers: &[(&str, u64, u64)]) -> SiteLesson {
        let streaks = containers
            .iter()
            .map(|(name, seen, misses)| ((*name).to_owned(), Streak { seen: *seen, misses: *misses }));
        SiteLesson { pages, containers: streaks.collect(), ..SiteLesson::default() }
    }

    #[test]
    fn a_usual_container_that_disappears_is_told_until_the_new_one_is_usual() {
        on_each(|mut state| {
            learn(&mut state, shape(40, &[("div.old", 40, 0)]), NOW);
            learn(&mut state, shape(9, &[("div.new", 9, 0)]), NOW);
            assert_eq!(state.lost_containers("a.example").unwrap(), Vec::<String>::new());
            learn(&mut state, shape(21, &[("div.new", 21, 0)]), NOW);
            let told = state.lost_containers("a.example").unwrap();
            assert!(
                told[0]
                    .starts_with("a.example: `div.old`, which held most articles, was in 0 of the last 30")
            );
            assert_eq!((told.len(), state.lost_containers("b.example").unwrap().len()), (1, 0));
            learn(&mut state, shape(200, &[("div.new", 200, 0)]), NOW);
            assert_eq!(state.lost_containers("a.example").unwrap(), Vec::<String>::new());
        });
    }

    #[test]
    fn a_body_selector_that_matches_nothing_is_told() {
        on_each(|mut state| {
            learn(&mut state, shape(25, &[(BODY_SELECTOR, 0, 25), ("p.x", 25, 0)]), NOW);
            learn(&mut state, shape(15, &[(BODY_SELECTOR, 0, 15), ("p.x", 15, 0)]), NOW);
            let told = state.lost_containers("a.example").unwrap();
            assert!(
                told[0].starts_with("a.example: body selector matched 0 of the last 40 pages"),
                "{told:?}"
            );
            learn(&mut state, shape(1, &[(BODY_SELECTOR, 1, 0)]), NOW);
            assert_eq!(state.lost_containers("a.example").unwrap(), Vec::<String>::new());
        });
    }

    #[test]
    fn rules_are_counted_over_runs() {
        on_each(|mut state| {
            let lesson = RuleLesson { pages: 1, blocks: 2, removed_chars: 30, article_chars: 400 };
            for time in [NOW, "2026-02-02T03:04:05Z"] {
                let lessons =
                    Lessons { articles: 5, rules: [("r".to_owned(), lesson)].into(), ..Lessons::default() };
                state.learn(&lessons, time.parse().unwrap()).unwrap();
            }
            let counts = state.rule_counts().unwrap();
            assert_eq!((counts[0].rule.as_str(), counts[0].pages), ("", 10));
            assert_eq!((counts[1].blocks, counts[1].article_chars), (4, 800));
            assert_eq!((counts[1].last_hit.as_deref(), counts[1].before), (Some("2026-02-02T03:04:05Z"), 0));
            state.note_rules(["r", "mine"].into_iter()).unwrap();
            let mine = state.rule_counts().unwrap().into_iter().find(|count| count.rule == "mine").unwrap();
            assert_eq!((mine.pages, mine.before, mine.last_hit), (0, 10, None));
        });
    }
}
