//! Words of short strings: white space, folding for comparison, likeness.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds white space to single spaces and drops what has no width: soft hyphens, zero-width spaces, marks of order.
pub(crate) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        // No-break spaces are typography and stay.
        if c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}') {
            gap = !out.is_empty();
            continue;
        }
        if std::mem::take(&mut gap) {
            out.push(' ');
        }
        out.push(c);
    }
    out.trim().to_owned()
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}')
        || (c.is_control() && !c.is_whitespace())
}

/// Folds case, accents, quotes, hyphens and all white space: two strings that a reader takes for one become equal.
pub(crate) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    // Composed again at the end, as Hangul falls apart into letters otherwise.
    for c in text.nfkd().filter(|c| !is_combining_mark(*c) && !is_invisible(*c)).nfc() {
        if c.is_whitespace() {
            gap = !out.is_empty();
            continue;
        }
        if std::mem::take(&mut gap) {
            out.push(' ');
        }
        match c {
            '\u{2018}' | '\u{2019}' | '\u{201b}' | '`' | '\u{b4}' | '\u{2bc}' => out.push('\''),
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '«' | '»' => out.push('"'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-'),
            'ı' => out.push('i'), // Turkish: lower-casing does not make i of it
            _ => out.extend(c.to_lowercase()),
        }
    }
    out
}

/// The letters and digits of a string, folded: the key for "same words".
pub(crate) fn letters(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Which share of the distinct words of both strings they have in common, 0 to 1.
pub(crate) fn likeness(one: &str, other: &str) -> f32 {
    let (one, other) = (distinct(one), distinct(other));
    let common = one.iter().filter(|word| other.binary_search(word).is_ok()).count();
    let all = one.len() + other.len() - common;
    if all == 0 { 0.0 } else { common as f32 / all as f32 }
}

fn distinct(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut words: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tidy_keeps_french_spaces_and_drops_soft_hyphens() {
        assert_eq!(tidy("  Qui\u{a0}? \n\t Heli\u{ad}kopter\u{200b} "), "Qui\u{a0}? Helikopter");
    }

    #[test]
    fn fold_makes_equal_what_readers_take_for_equal() {
        assert_eq!(fold("L’ÉTÉ\u{a0}: «\u{202f}oui\u{202f}»"), fold("l'été : \" oui \""));
        assert_eq!(letters("France 3 – Régions"), "france3regions");
    }

    #[test]
    fn likeness_compares_sets_of_words() {
        assert_eq!(likeness("un deux", "Deux, un !"), 1.0);
        assert_eq!(likeness("", ""), 0.0);
        assert!(likeness("la fin des trottinettes", "la fin des haricots") < 0.7);
    }
}
