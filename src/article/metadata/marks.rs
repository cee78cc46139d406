//! Marks: what the words of `class` and `id` say about an element, as a set of bits; the words are in `rules/marks.toml`.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

use super::words::fold;
use crate::clean::FastMap;

const RULES: &str = include_str!("../../../rules/marks.toml");
/// Longer words of class names are hashes.
const MAX_WORD_BYTES: usize = 24;

/// One meaning of a class word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Frame,
    Headline,
    Date,
    Published,
    Modified,
    Byline,
    Portrait,
}

/// A set of [`Mark`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks(u8);

impl Marks {
    /// Reads the value of `class` or `id`.
    pub fn of(names: &str) -> Marks {
        let mut marks = Marks::default();
        marks.read(names);
        marks
    }

    /// The marks of both sets.
    pub fn and(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    /// Whether the mark is in the set.
    pub fn has(self, mark: Mark) -> bool {
        self.0 & (1 << mark as u8) != 0
    }

    /// Cuts `article__publishedDate` into article, published, date and looks each up.
    fn read(&mut self, value: &str) {
        let mut word = String::with_capacity(MAX_WORD_BYTES);
        let mut was_lower = false;
        for c in value.chars() {
            if !c.is_ascii_alphabetic() || (was_lower && c.is_ascii_uppercase()) {
                self.add(&word);
                word.clear();
            }
            if c.is_ascii_alphabetic() && word.len() <= MAX_WORD_BYTES {
                word.push(c.to_ascii_lowercase());
            }
            was_lower = c.is_ascii_lowercase();
        }
        self.add(&word);
    }

    fn add(&mut self, word: &str) {
        if !word.is_empty() {
            self.0 |= TABLES.words.get(word).copied().unwrap_or_default();
        }
    }
}

/// What a date is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Published,
    Modified,
    Unsaid,
}

impl Event {
    /// What a folded line says that its date is of, and where it says so. Publication goes before the last change.
    pub fn of_line(line: &str) -> (Event, usize) {
        let first = |phrases: &Option<AhoCorasick>| phrases.as_ref()?.find(line).map(|found| found.start());
        if let Some(start) = first(&TABLES.published) {
            return (Event::Published, start);
        }
        first(&TABLES.modified).map_or((Event::Unsaid, 0), |start| (Event::Modified, start))
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Rules {
    class_words: ClassWords,
    date_phrases: DatePhrases,
    live: LiveWords,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct ClassWords {
    frame: Vec<String>,
    headline: Vec<String>,
    date: Vec<String>,
    published: Vec<String>,
    modified: Vec<String>,
    byline: Vec<String>,
    portrait: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct DatePhrases {
    published: Vec<String>,
    modified: Vec<String>,
}

/// How pages name live coverage.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct LiveWords {
    /// What opens a headline, before a colon, dash or full stop; folded.
    pub labels: Vec<String>,
    /// Parts of addresses.
    pub paths: Vec<String>,
}

/// The words of live coverage.
pub(super) fn live_words() -> &'static LiveWords {
    &TABLES.live
}

/// The rules, ready for look-up.
struct Tables {
    words: FastMap<String, u8>,
    published: Option<AhoCorasick>,
    modified: Option<AhoCorasick>,
    live: LiveWords,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let Rules { class_words, date_phrases, live } = toml::from_str(RULES).unwrap_or_default();
    let mut words: FastMap<String, u8> = FastMap::default();
    for (mark, list) in [
        (Mark::Frame, class_words.frame),
        (Mark::Headline, class_words.headline),
        (Mark::Date, class_words.date),
        (Mark::Published, class_words.published),
        (Mark::Modified, class_words.modified),
        (Mark::Byline, class_words.byline),
        (Mark::Portrait, class_words.portrait),
    ] {
        list.into_iter().for_each(|word| *words.entry(word).or_default() |= 1 << mark as u8);
    }
    let folded = |list: Vec<String>| -> Vec<String> { list.iter().map(|phrase| fold(phrase)).collect() };
    // leftmost: which phrase it is does not matter, but where the first one begins
    let finder = |list| AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(folded(list)).ok();
    Tables {
        words,
        published: finder(date_phrases.published),
        modified: finder(date_phrases.modified),
        live: LiveWords { labels: folded(live.labels), paths: live.paths },
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_names_are_cut_into_words() {
        let mut marks = Marks::default();
        marks.read("article__publishedDate--2 by-line");
        assert!(marks.has(Mark::Published) && marks.has(Mark::Date));
        assert!(!marks.has(Mark::Byline) && !marks.has(Mark::Frame));
    }

    #[test]
    fn the_embedded_rules_are_well_formed() {
        assert!(toml::from_str::<Rules>(RULES).is_ok());
    }

    #[test]
    fn a_line_says_what_its_date_is_of() {
        assert_eq!(Event::of_line("par anne, publie le 3 mars, mis a jour le 4").0, Event::Published);
        assert_eq!(Event::of_line("mis a jour le 4 mars").0, Event::Modified);
        assert_eq!(Event::of_line("le 4 mars").0, Event::Unsaid);
    }
}
