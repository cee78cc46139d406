//! What pages say that a server sends in the place of an article: the rules of `rules/walls`, and what a text has of them.
//!
//! - kind: bot check, maintenance, "not found", login, consent; a file each
//! - sign: what such a page says to its reader. What an article says about it is none: "nous utilisons des cookies", not
//!   "les cookies". Text in quotation marks is not looked at
//! - sure sign: one that needs no second
//! - label: what is a sign where it is a whole line: "Mot de passe"
//! - word: what the other sentences of such a page hold
//!
//! Phrases and texts are compared as folded words, and phrases match from the beginning of a word on (anywhere in
//! scripts that write without spaces, or prefix little words). Numbers are left out, but those of HTTP's errors stay:
//! "nos 850 partenaires" is "nos partenaires". `match` and `keep` of a file are pages that a test runs: the title, then
//! a line a block.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use serde::Deserialize;

use super::survey::is_dense_script;
use super::text::fold_text;
use crate::error::Rejection;

/// The rules; the order is that in which kinds are looked for.
const FILES: [&str; 5] = [
    include_str!("../../rules/walls/bot-check.toml"),
    include_str!("../../rules/walls/out-of-service.toml"),
    include_str!("../../rules/walls/soft-not-found.toml"),
    include_str!("../../rules/walls/login-wall.toml"),
    include_str!("../../rules/walls/consent-wall.toml"),
];
/// Numbers that say something: errors of HTTP.
const ERRORS: [&str; 6] = ["403", "404", "410", "429", "502", "503"];
/// A sure sign counts as this many.
const SURE: usize = 2;

static WALLS: LazyLock<Vec<Wall>> = LazyLock::new(|| {
    FILES.iter().filter_map(|file| toml::from_str(file).ok()).filter_map(Wall::of).collect()
});

/// A file of rules.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    kind: Kind,
    language: Vec<Language>,
}

/// What pages of one kind say in one language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(not(test), expect(dead_code, reason = "name and examples are for people and the test"))]
struct Language {
    name: String,
    #[serde(default)]
    sure: Vec<String>,
    signs: Vec<String>,
    #[serde(default)]
    labels: Vec<String>,
    words: Vec<String>,
    r#match: Vec<String>,
    keep: Vec<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    BotCheck,
    OutOfService,
    SoftNotFound,
    LoginWall,
    ConsentWall,
}

/// What is known of one kind, in all languages.
pub struct Wall {
    kind: Kind,
    /// Finds signs, the sure ones behind the others.
    signs: AhoCorasick,
    /// How many are not sure.
    unsure: usize,
    labels: Vec<Folded>,
    words: Vec<Phrase>,
}

/// Folded words, with a space before them where they must begin a word.
pub struct Phrase(String);

/// A text as it is compared: folded words with a space before each.
#[derive(PartialEq, Eq)]
pub struct Folded(String);

/// What a text has of a wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// A sign.
    Sign,
    /// A word.
    Word,
    /// Nothing.
    None,
}

impl Wall {
    /// All kinds, in the order in which they are looked for.
    pub fn all() -> &'static [Wall] {
        &WALLS
    }

    /// What is said of a page of this kind.
    pub fn rejection(&self) -> Rejection {
        match self.kind {
            Kind::BotCheck => Rejection::BotCheck,
            Kind::OutOfService => Rejection::OutOfService,
            Kind::SoftNotFound => Rejection::SoftNotFound,
            Kind::LoginWall => Rejection::LoginWall,
            Kind::ConsentWall => Rejection::ConsentWall,
        }
    }

    /// What a text has of this wall.
    pub fn share(&self, text: &Folded) -> Share {
        if self.signs.is_match(&text.0) || self.labels.contains(text) {
            Share::Sign
        } else if self.words.iter().any(|phrase| phrase.is_in(text)) {
            Share::Word
        } else {
            Share::None
        }
    }

    /// How many different signs the texts show. One within another is the same.
    pub fn signs(&self, texts: &[Folded]) -> usize {
        let mut first: Vec<Option<(usize, Range<usize>)>> = vec![None; self.signs.patterns_len()];
        for (index, text) in texts.iter().enumerate() {
            for found in self.signs.find_overlapping_iter(&text.0) {
                first[found.pattern().as_usize()].get_or_insert((index, found.range()));
            }
        }
        let is_sure = first.split_off(self.unsure).iter().any(Option::is_some);
        let mut places: Vec<(usize, Range<usize>)> = first.into_iter().flatten().collect();
        places.sort_by_key(|(index, range)| (*index, range.start, std::cmp::Reverse(range.end)));
        let (mut count, mut covered) = (0, (0, 0));
        for (index, range) in places {
            if (index, range.start) >= covered {
                count += 1;
                covered = (index, range.end);
            }
        }
        count += self.labels.iter().filter(|label| texts.contains(label)).count();
        count + SURE * usize::from(is_sure)
    }

    /// `None` when the phrases are too many to be looked for at once.
    fn of(written: Written) -> Option<Wall> {
        let (mut signs, mut sure, mut labels, mut words) = (vec![], vec![], vec![], vec![]);
        let read = |phrases: Vec<String>| phrases.into_iter().map(|phrase| Phrase::of(&phrase));
        for language in written.language {
            signs.extend(read(language.signs));
            sure.extend(read(language.sure));
            labels.extend(language.labels.iter().map(|label| Folded::of(label)));
            words.extend(read(language.words));
        }
        let unsure = signs.len();
        // quick to build: a run may be of one page
        let mut finder = AhoCorasick::builder();
        let finder = finder.kind(Some(AhoCorasickKind::NoncontiguousNFA));
        let signs = finder.build(signs.iter().chain(&sure).map(|phrase| &phrase.0)).ok()?;
        Some(Wall { kind: written.kind, signs, unsure, labels, words })
    }
}

impl Phrase {
    /// Folds a phrase.
    pub fn of(phrase: &str) -> Phrase {
        let Folded(words) = Folded::of(phrase);
        let is_free = |c: char| is_dense_script(c) || ('\u{600}'..='\u{6ff}').contains(&c);
        match words.trim_start() {
            bare if bare.starts_with(is_free) => Phrase(bare.to_owned()),
            _ => Phrase(words),
        }
    }

    /// Whether a text has it.
    pub fn is_in(&self, text: &Folded) -> bool {
        text.0.contains(&self.0)
    }
}

impl Folded {
    /// Folds a text, without what it quotes.
    pub fn of(text: &str) -> Folded {
        let folded = fold_text(text);
        let last = folded.matches('"').count();
        let is_quoted = |index: usize| index % 2 == 1 && index < last;
        let own = folded.split('"').enumerate().filter(|(index, _)| !is_quoted(*index));
        let words = own
            .flat_map(|(_, part)| part.split(|c: char| !c.is_alphanumeric()))
            .filter(|word| !word.chars().all(|c| c.is_ascii_digit()) || ERRORS.contains(word));
        Folded(words.flat_map(|word| [" ", word]).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::reject::wall_of_lines;
    use super::*;

    #[test]
    fn every_language_has_its_examples_and_each_page_of_them_is_judged_right() {
        let mut languages = std::collections::BTreeSet::new();
        for file in FILES {
            let written: Written = toml::from_str(file).unwrap();
            let wanted = Wall::of(Written { kind: written.kind, language: vec![] }).unwrap().rejection();
            for language in written.language {
                assert!(!language.r#match.is_empty() && !language.keep.is_empty(), "{}", language.name);
                for page in &language.r#match {
                    assert_eq!(wall_of_lines(page), Some(wanted.clone()), "{page}");
                }
                for page in &language.keep {
                    assert_eq!(wall_of_lines(page), None, "{page}");
                }
                languages.insert(language.name);
            }
        }
        assert!(languages.len() >= 12, "{languages:?}");
    }

    #[test]
    fn numbers_and_quotations_are_no_part_of_what_a_page_says() {
        assert_eq!(
            Folded::of("Nos 1 850 partenaires, dit « tout accepter » : 404.").0,
            " nos partenaires dit 404"
        );
        assert_eq!(Folded::of("Une \"moitié").0, " une moitie");
    }

    #[test]
    fn a_sign_within_another_is_counted_once() {
        let signs = |text: &str| Wall::all()[2].signs(&[Folded::of(text)]);
        assert_eq!(signs("Page not found"), 1);
        assert_eq!(signs("404 Not Found"), 2);
    }
}
