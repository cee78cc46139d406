//! Words of short strings: white space, folding for comparison, likeness.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds white space to single spaces and drops what has no width: soft hyphens, zero-width spaces, marks of order.
pub(crate) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    let mut rest = text;
    loop {
        let (plain, behind) = rest.split_at(plain_length(rest));
        if !plain.is_empty() {
            if std::mem::take(&mut gap) {
                out.push(' ');
            }
            out.push_str(plain);
        }
        let mut chars = behind.chars();
        let Some(c) = chars.next() else { break };
        rest = chars.as_str();
        if is_invisible(c) {
            continue;
        }
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
    let trimmed = out.trim();
    if trimmed.len() == out.len() { out } else { trimmed.to_owned() }
}

/// How many bytes a text begins with that are words of ASCII parted by single spaces.
fn plain_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_word = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_graphic);
    let mut at = 0;
    while is_word(at) || (at > 0 && bytes.get(at) == Some(&b' ') && is_word(at - 1) && is_word(at + 1)) {
        at += 1;
    }
    at
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}')
        || (c.is_control() && !c.is_whitespace())
}

/// Folds case, accents, quotes, hyphens and all white space: two strings that a reader takes for one become equal.
pub(crate) fn fold(text: &str) -> String {
    let mut out = Folded { text: String::with_capacity(text.len()), gap: false };
    if text.is_ascii() {
        text.chars().for_each(|c| out.push(c));
    } else if text.chars().all(|c| c < END_OF_LATIN || PUNCTUATION.contains(&c)) {
        for c in text.chars() {
            match c {
                '\0'..='\x7f' => out.push(c),
                _ => LATIN.of(c).chars().for_each(|part| out.push(part)),
            }
        }
    } else {
        decomposed(text.chars()).for_each(|c| out.push(c));
    }
    out.text
}

/// Letters and signs of Latin scripts stand before this; none joins with its neighbours to another.
const END_OF_LATIN: char = '\u{250}';
/// Spaces, dashes, quotes and dots of the same texts.
const PUNCTUATION: std::ops::RangeInclusive<char> = '\u{2000}'..='\u{206f}';

/// [`decomposed`] for each character that is looked up; most texts have no others.
struct Decompositions {
    latin: Vec<String>,
    punctuation: Vec<String>,
}

impl Decompositions {
    fn of(&self, c: char) -> &str {
        let (table, start) =
            if c < END_OF_LATIN { (&self.latin, '\0') } else { (&self.punctuation, *PUNCTUATION.start()) };
        table.get(c as usize - start as usize).map_or("", String::as_str)
    }
}

static LATIN: LazyLock<Decompositions> = LazyLock::new(|| {
    let parts = |c: char| decomposed(std::iter::once(c)).collect();
    Decompositions {
        latin: ('\0'..END_OF_LATIN).map(parts).collect(),
        punctuation: PUNCTUATION.map(parts).collect(),
    }
});

/// Characters without accents and what is invisible. Composed again at the end, as Hangul falls apart into letters
/// otherwise.
fn decomposed(chars: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    chars.nfkd().filter(|c| !is_combining_mark(*c) && !is_invisible(*c)).nfc()
}

/// Folded text that grows.
struct Folded {
    text: String,
    /// White space was seen that is not written yet.
    gap: bool,
}

impl Folded {
    fn push(&mut self, c: char) {
        if c.is_ascii_graphic() {
            if std::mem::take(&mut self.gap) {
                self.text.push(' ');
            }
            self.text.push(if c == '`' { '\'' } else { c.to_ascii_lowercase() });
            return;
        }
        if c.is_whitespace() {
            self.gap = !self.text.is_empty();
            return;
        }
        if is_invisible(c) {
            return;
        }
        if std::mem::take(&mut self.gap) {
            self.text.push(' ');
        }
        match c {
            '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{b4}' | '\u{2bc}' => self.text.push('\''),
            '\0'..='\x7f' => self.text.push(c.to_ascii_lowercase()),
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '«' | '»' => self.text.push('"'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => self.text.push('-'),
            'ı' => self.text.push('i'), // Turkish: lower-casing does not make i of it
            _ => self.text.extend(c.to_lowercase()),
        }
    }
}

/// The first so many characters of a text.
pub(crate) fn first_chars(text: &str, count: usize) -> &str {
    // No text has more characters than bytes.
    let end = if text.len() <= count { None } else { text.char_indices().nth(count) };
    end.map_or(text, |(end, _)| &text[..end])
}

/// The letters and digits of a string, folded: the key for "same words".
pub(crate) fn letters(text: &str) -> String {
    let mut folded = fold(text);
    folded.retain(char::is_alphanumeric);
    folded
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
    fn characters_that_are_looked_up_fold_as_all_others() {
        for c in ('\0'..END_OF_LATIN).chain(PUNCTUATION) {
            // a letter that is not looked up sends the whole text the other way
            let (one, both) = (fold(&format!("a{c}b")), fold(&format!("a{c}bя")));
            assert_eq!(format!("{one}я"), both, "{c:?}");
        }
    }

    #[test]
    fn likeness_compares_sets_of_words() {
        assert_eq!(likeness("un deux", "Deux, un !"), 1.0);
        assert_eq!(likeness("", ""), 0.0);
        assert!(likeness("la fin des trottinettes", "la fin des haricots") < 0.7);
    }
}
