//! Phrases that lines of several pages share, none of which is wanted anywhere.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::align::Wanted;
use super::sheet::Sheet;
use crate::clean::text::fold_text;
use crate::workbench::lesson::PhraseScope;

/// Pages that must share a line or a selector.
pub const MIN_PAGES: usize = 2;
/// Pages whose lines must begin alike.
const MIN_PAGES_BEGUN: usize = 3;
/// Most words of a phrase that a line begins with.
const MAX_WORDS: usize = 8;
/// Fewer words are shared by chance; a label with a colon may be one word.
const MIN_WORDS: usize = 3;
/// Longer lines are prose: a rule for all that begin alike would be too bold.
const MAX_LINE_CHARS: usize = 240;
/// Longest line that is taken as a whole, in words.
const MAX_WHOLE_WORDS: usize = 20;

/// A phrase with the lines that it explains.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The words as the first line has them.
    pub phrase: String,
    /// Whether it is the whole line.
    pub scope: PhraseScope,
    /// ISO 639-1, or `any`.
    pub language: String,
    /// Sheet and block of each line.
    pub lines: Vec<(usize, usize)>,
}

/// By language, whether it is the whole line, and the folded phrase.
type Key = (String, bool, String);

/// The phrases that explain most of these lines (sheet and block), each line by one phrase.
pub fn groups(sheets: &[Sheet], lines: &[(usize, usize)]) -> Vec<Group> {
    let wanted = wanted_starts(sheets);
    let mut candidates: BTreeMap<Key, Vec<(usize, usize)>> = BTreeMap::new();
    for (at, index) in lines {
        let sheet = &sheets[*at];
        for (is_whole, phrase) in phrases_of(sheet.text(*index)) {
            let key = (sheet.language.clone(), is_whole, phrase);
            candidates.entry(key).or_default().push((*at, *index));
        }
    }
    candidates.retain(|(_, is_whole, phrase), lines| {
        let is_free = !wanted.get(phrase).is_some_and(|whole| !*is_whole || *whole);
        is_free && pages(lines) >= needed(*is_whole)
    });
    choose(candidates, sheets)
}

fn needed(is_whole: bool) -> usize {
    if is_whole { MIN_PAGES } else { MIN_PAGES_BEGUN }
}

fn pages(lines: &[(usize, usize)]) -> usize {
    lines.iter().map(|(sheet, _)| sheet).collect::<BTreeSet<_>>().len()
}

/// How wanted lines begin; true where the phrase is a whole line.
fn wanted_starts(sheets: &[Sheet]) -> HashMap<String, bool> {
    let mut starts = HashMap::new();
    let mut add = |text: &str| {
        let words = folded_words(text);
        for count in 1..=words.len().min(MAX_WHOLE_WORDS) {
            *starts.entry(words[..count].join(" ")).or_default() |= count == words.len();
        }
    };
    for sheet in sheets {
        sheet.pair.wanted.lines().for_each(&mut add);
        let blocks = sheet.page.blocks.iter().zip(&sheet.wanted);
        blocks.filter(|(_, wanted)| **wanted != Wanted::No).for_each(|(block, _)| add(&block.text));
    }
    starts
}

/// The phrases by which a line could be known: its first words, and all of it.
fn phrases_of(text: &str) -> Vec<(bool, String)> {
    let words = folded_words(text);
    let mut phrases = Vec::new();
    if words.len() <= MAX_WHOLE_WORDS && text.chars().any(char::is_alphabetic) {
        phrases.push((true, words.join(" ")));
    }
    if text.chars().nth(MAX_LINE_CHARS).is_some() {
        return phrases;
    }
    // a number is of this page
    let end = words.iter().position(|word| word.chars().any(char::is_numeric)).unwrap_or(words.len());
    for count in 1..=end.min(MAX_WORDS).min(words.len().saturating_sub(1)) {
        let phrase = words[..count].join(" ");
        let is_label = phrase.ends_with(':');
        if is_label || count >= MIN_WORDS {
            phrases.push((false, phrase));
        }
    }
    phrases
}

fn folded_words(text: &str) -> Vec<String> {
    fold_text(text).split_whitespace().map(str::to_owned).collect()
}

/// The phrase of most pages first, of those the one that says most; lines that it explains are done with.
fn choose(mut candidates: BTreeMap<Key, Vec<(usize, usize)>>, sheets: &[Sheet]) -> Vec<Group> {
    let mut chosen = Vec::new();
    loop {
        let rank =
            |(key, lines): &(&Key, &Vec<(usize, usize)>)| (pages(lines), lines.len(), key.1, key.2.len());
        let best = candidates.iter().max_by_key(rank).map(|(key, lines)| (key.clone(), lines.clone()));
        let Some(((language, is_whole, phrase), lines)) = best else { return chosen };
        candidates.retain(|(_, is_whole, _), others| {
            others.retain(|line| !lines.contains(line));
            pages(others) >= needed(*is_whole)
        });
        let (sheet, index) = lines[0];
        let count = phrase.split(' ').count();
        let shown: Vec<&str> = sheets[sheet].text(index).split_whitespace().take(count).collect();
        let scope = if is_whole { PhraseScope::Line } else { PhraseScope::Begins };
        chosen.push(Group { phrase: shown.join(" "), scope, language, lines });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_known_by_its_first_words_up_to_a_number_or_as_a_whole() {
        let phrases = phrases_of("Lire la suite en page 12 du journal");
        assert_eq!(phrases[0], (true, "lire la suite en page 12 du journal".to_owned()));
        let starts: Vec<&str> = phrases[1..].iter().map(|(_, phrase)| phrase.as_str()).collect();
        assert_eq!(starts, ["lire la suite", "lire la suite en", "lire la suite en page"]);
        assert!(phrases_of("Podcast : la Loire").contains(&(false, "podcast :".to_owned())));
    }
}
