//! How much of a text is right: tokens, shingles, words, folded strings.
//!
//! The definitions are those of scrapinghub's article extraction benchmark and of WCXB, in the variant that the
//! project measures peers with; figures must stay comparable, so nothing here is a matter of taste.
//!
//! - token: a run of letters, digits and underscores; each Han, Kana, Thai or Burmese character by itself
//! - shingle: four tokens in a row; a text of fewer tokens is one shingle
//! - share: counts divided by their sum, so that long pages weigh no more than short ones

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

/// Tokens of one shingle.
const SHINGLE_TOKENS: usize = 4;

/// Soft hyphen: shows only where a line is broken.
const SOFT_HYPHEN: char = '\u{ad}';

/// Optional texts up to this length are too short to be told from prose by searching for them.
const SHORTEST_OPTIONAL: usize = 3;

/// Scripts without spaces between words count character by character.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    let alone = r"\u{3040}-\u{30ff}\u{3400}-\u{4dbf}\u{4e00}-\u{9fff}\u{f900}-\u{faff}\u{0e00}-\u{0e7f}\u{1000}-\u{109f}";
    Regex::new(&format!(r"[{alone}]|[[\p{{L}}\p{{N}}_]--[{alone}]]+")).expect("the pattern is fixed")
});

/// The tokens of a text, composed (NFC) and without soft hyphens.
pub fn tokens(text: &str) -> Vec<String> {
    let plain: String = text.chars().filter(|letter| *letter != SOFT_HYPHEN).nfc().collect();
    TOKEN.find_iter(&plain).map(|token| token.as_str().to_owned()).collect()
}

/// True positives, false positives and false negatives as shares of their sum; all 0 when both texts are empty.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shares {
    /// Right and there.
    pub hit: f64,
    /// There, but not right.
    pub excess: f64,
    /// Right, but not there.
    pub missed: f64,
}

impl Shares {
    /// Compares the shingles of two token lists.
    pub fn of(gold: &[String], found: &[String]) -> Shares {
        let (gold, found) = (counted(shingles(gold)), counted(shingles(found)));
        let hit = common(&gold, &found);
        let (excess, missed) = (total(&found) - hit, total(&gold) - hit);
        match hit + excess + missed {
            0 => Shares::default(),
            sum => Shares {
                hit: hit as f64 / sum as f64,
                excess: excess as f64 / sum as f64,
                missed: missed as f64 / sum as f64,
            },
        }
    }

    /// The share of what is there that is right.
    pub fn precision(self) -> f64 {
        ratio(self.hit, self.excess, self.missed)
    }

    /// The share of what is right that is there.
    pub fn recall(self) -> f64 {
        ratio(self.hit, self.missed, self.excess)
    }

    /// The harmonic mean of both.
    pub fn f1(self) -> f64 {
        harmonic(self.precision(), self.recall())
    }
}

/// `hit / (hit + wrong)`, 1 when nothing is wrong at all, 0 when nothing was compared.
fn ratio(hit: f64, wrong: f64, other: f64) -> f64 {
    if wrong == 0.0 && other == 0.0 {
        1.0
    } else if hit + wrong == 0.0 {
        0.0
    } else {
        hit / (hit + wrong)
    }
}

/// The harmonic mean, 0 when both are.
pub fn harmonic(one: f64, other: f64) -> f64 {
    if one + other == 0.0 { 0.0 } else { 2.0 * one * other / (one + other) }
}

/// F1 of the words as a bag, in lower case: order does not matter.
pub fn bag_f1(gold: &[String], found: &[String]) -> f64 {
    let words = |tokens: &[String]| counted(tokens.iter().map(|token| token.to_lowercase()));
    let (gold, found) = (words(gold), words(found));
    match (total(&gold), total(&found)) {
        (0, 0) => 1.0,
        (0, _) | (_, 0) => 0.0,
        (right, there) => {
            let hit = common(&gold, &found) as f64;
            harmonic(hit / there as f64, hit / right as f64)
        }
    }
}

fn shingles(tokens: &[String]) -> impl Iterator<Item = &[String]> {
    let short = (1..SHINGLE_TOKENS).contains(&tokens.len()).then_some(tokens);
    tokens.windows(SHINGLE_TOKENS).chain(short)
}

fn counted<T: std::hash::Hash + Eq>(items: impl Iterator<Item = T>) -> HashMap<T, usize> {
    let mut counts = HashMap::new();
    for item in items {
        *counts.entry(item).or_default() += 1;
    }
    counts
}

fn total<T>(counts: &HashMap<T, usize>) -> usize {
    counts.values().sum()
}

fn common<T: std::hash::Hash + Eq>(one: &HashMap<T, usize>, other: &HashMap<T, usize>) -> usize {
    one.iter().map(|(item, count)| (*count).min(other.get(item).copied().unwrap_or(0))).sum()
}

/// Composed, without soft hyphens, white space folded: the form in which snippets are looked for.
pub fn folded(text: &str) -> String {
    let plain: String = text.nfc().filter(|letter| *letter != SOFT_HYPHEN).collect();
    fold_spaces(&plain)
}

fn fold_spaces(text: &str) -> String {
    let words = text.split(is_space).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// Unicode white space and the four information separators, which Python counts as such.
fn is_space(letter: char) -> bool {
    letter.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&letter)
}

/// The text without the passages that may be there or not.
pub fn without_optional(text: &str, optional: &[String]) -> String {
    optional.iter().map(|passage| folded(passage)).fold(folded(text), |text, passage| {
        if passage.chars().count() > SHORTEST_OPTIONAL { text.replace(&passage, " ") } else { text }
    })
}

/// The form in which titles and names are compared: case, spaces, quotes and dashes folded.
pub fn title_form(text: &str) -> String {
    let unified: String = text.nfkc().flat_map(fold_case).map(plain_mark).collect();
    fold_spaces(&unified)
}

/// Full case folding, near enough: upper and lower again, so that `ß` is `ss` and final sigma is sigma.
fn fold_case(letter: char) -> impl Iterator<Item = char> {
    // upper case would turn the dotless i into a dotted one
    let kept = (letter == 'ı').then_some(letter);
    let folded = letter.to_uppercase().flat_map(char::to_lowercase).filter(move |_| kept.is_none());
    kept.into_iter().chain(folded)
}

fn plain_mark(letter: char) -> char {
    match letter {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '`' | '\u{b4}' => '\'',
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '«' | '»' => '"',
        '\u{2010}'..='\u{2015}' => '-',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<String> {
        text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn tokens_are_words_but_single_characters_where_nobody_writes_spaces() {
        assert_eq!(
            tokens("L’été, 3,5 km_2 — e\u{301}te\u{ad}rnel"),
            ["L", "été", "3", "5", "km_2", "éternel"]
        );
        assert_eq!(tokens("東京2024年"), ["東", "京", "2024", "年"]);
        // marks that stay apart from their letter part the word, as in Python
        assert_eq!(tokens("हिंदी"), ["ह", "द"]);
    }

    #[test]
    fn shingles_count_once_for_each_time_they_are_there() {
        let shares = Shares::of(&list("a b c d e"), &list("a b c d a b c d"));
        // gold: abcd bcde; found: abcd twice and three more
        assert_eq!((shares.hit, shares.excess, shares.missed), (1.0 / 6.0, 4.0 / 6.0, 1.0 / 6.0));
    }

    #[test]
    fn empty_and_short_texts_have_defined_figures() {
        assert_eq!(Shares::of(&[], &[]).f1(), 1.0);
        assert_eq!(Shares::of(&list("a b"), &list("a b")).f1(), 1.0);
        assert_eq!(Shares::of(&list("a b"), &[]).f1(), 0.0);
        assert_eq!(bag_f1(&[], &[]), 1.0);
        assert_eq!(bag_f1(&list("A b"), &list("B a")), 1.0);
    }

    #[test]
    fn optional_passages_are_taken_out_unless_they_are_tiny() {
        let optional = ["Photo :\u{a0}AFP".to_owned(), "a".to_owned()];
        assert_eq!(tokens(&without_optional("Un chat Photo : AFP dort", &optional)), ["Un", "chat", "dort"]);
    }

    #[test]
    fn titles_agree_whatever_their_quotes_and_case() {
        assert_eq!(title_form("« L’ÉTÉ »  – Straße"), title_form("\" l'été \" - STRASSE"));
        assert_ne!(title_form("été"), title_form("ete"));
    }
}
