//! Marks: what the words of `class` and `id` say about an element, as a set of bits; the words are in `rules/marks.toml`.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

use super::words::fold;
use crate::tables::FastMap;

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
        let (tables, bytes) = (&*TABLES, value.as_bytes());
        let mut at = 0;
        while let Some(gap) = bytes[at..].iter().position(u8::is_ascii_alphabetic) {
            let start = at + gap;
            let goes_on = |pair: &&[u8]| {
                let starts_word = pair[1].is_ascii_uppercase() && pair[0].is_ascii_lowercase();
                pair[1].is_ascii_alphabetic() && !starts_word
            };
            at = start + 1 + bytes[start..].windows(2).take_while(goes_on).count();
            self.0 |= tables.marks_of(&bytes[start..at]);
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

    /// Where a folded line that tells of the publication speaks of the last change, too.
    pub fn change_beside(line: &str, published: usize) -> Option<std::ops::Range<usize>> {
        let start = TABLES.modified.as_ref()?.find(line)?.start();
        Some(start..if published > start { published } else { line.len() })
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
    /// Words in lower case, by their letters.
    words: FastMap<Vec<u8>, u8>,
    /// For each first letter the lengths of its words, as bits; most names have none of them.
    lengths: [u32; 26],
    published: Option<AhoCorasick>,
    modified: Option<AhoCorasick>,
    live: LiveWords,
}

impl Tables {
    /// What a word of letters in any case says.
    fn marks_of(&self, word: &[u8]) -> u8 {
        let mut lower = [0; MAX_WORD_BYTES];
        let Some(lower) = lower.get_mut(..word.len()) else { return 0 };
        lower.copy_from_slice(word);
        lower.make_ascii_lowercase();
        if self.lengths[first_letter(lower)] & (1 << lower.len()) == 0 {
            return 0;
        }
        self.words.get(&*lower).copied().unwrap_or_default()
    }
}

/// The place of a word's first letter in the alphabet; words that begin with something else share the first.
fn first_letter(word: &[u8]) -> usize {
    let letter = word.first().filter(|byte| byte.is_ascii_lowercase()).copied().unwrap_or(b'a');
    usize::from(letter - b'a')
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let Rules { class_words, date_phrases, live } = toml::from_str(RULES).unwrap_or_default();
    let mut words: FastMap<Vec<u8>, u8> = FastMap::default();
    for (mark, list) in [
        (Mark::Frame, class_words.frame),
        (Mark::Headline, class_words.headline),
        (Mark::Date, class_words.date),
        (Mark::Published, class_words.published),
        (Mark::Modified, class_words.modified),
        (Mark::Byline, class_words.byline),
        (Mark::Portrait, class_words.portrait),
    ] {
        list.into_iter().for_each(|word| *words.entry(word.into()).or_default() |= 1 << mark as u8);
    }
    let mut lengths = [0; 26];
    for word in words.keys().filter(|word| word.len() <= MAX_WORD_BYTES) {
        lengths[first_letter(word)] |= 1 << word.len();
    }
    let folded = |list: Vec<String>| -> Vec<String> { list.iter().map(|phrase| fold(phrase)).collect() };
    // leftmost: which phrase it is does not matter, but where the first one begins
    let finder = |list| AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(folded(list)).ok();
    Tables {
        words,
        lengths,
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
        assert!(TABLES.words.keys().all(|word| word.len() <= MAX_WORD_BYTES));
    }

    #[test]
    fn a_line_says_what_its_date_is_of() {
        assert_eq!(Event::of_line("par anne, publie le 3 mars, mis a jour le 4").0, Event::Published);
        assert_eq!(Event::of_line("mis a jour le 4 mars").0, Event::Modified);
        assert_eq!(Event::of_line("le 4 mars").0, Event::Unsaid);
    }
}
