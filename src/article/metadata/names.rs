//! Names out of bylines: "Propos recueillis par Anne Le Gall et JEAN PETIT (avec AFP), à Brest" is two people.
//!
//! Terms:
//! - part: a piece of a byline between joiners ("et", "," ...), perhaps a name
//! - collective: an agency, a newsroom or the site itself
//! - nobody: "admin", "Unknown"

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::words::{fold, letters, tidy};
use crate::article::date::{Moment, Order};

const RULES: &str = include_str!("../../../rules/bylines.toml");
/// A longer part is a sentence.
const MAX_NAME_CHARS: usize = 60;
/// The same in words: "María de los Ángeles García de la Torre" has eight.
const MAX_NAME_WORDS: usize = 8;
/// Most words of a name in running text.
const MAX_SEEN_WORDS: usize = 6;
/// More names than this are a list of contributors of the whole site.
const MAX_PEOPLE: usize = 25;
/// `AFP`, `PhD`, `MS`: a lone word of capitals, this short, is no person.
const MAX_INITIALS: usize = 5;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    prefixes: Vec<String>,
    joiners: BTreeSet<String>,
    weak_joiners: BTreeSet<String>,
    tails: Vec<String>,
    agencies: BTreeSet<String>,
    collectives: BTreeSet<String>,
    nobodies: BTreeSet<String>,
    roles: BTreeSet<String>,
    noise: BTreeSet<String>,
    particles: BTreeSet<String>,
}

/// How much a source is trusted to hold nothing but names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// Written for machines: JSON-LD and metas.
    Told,
    /// An element that is marked as the author: a single word may be a name.
    Marked,
    /// Running text: only what has the form of a full name.
    Seen,
}

static BYLINES: LazyLock<Rules> = LazyLock::new(|| {
    let mut rules: Rules = toml::from_str(RULES).unwrap_or_default();
    // Longest first, so that "propos recueillis par" goes before "propos".
    rules.prefixes.sort_by_key(|prefix| std::cmp::Reverse(prefix.len()));
    rules
});

/// What a byline names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Byline {
    /// Persons, in order.
    pub people: Vec<String>,
    /// The byline as it stands, without its introduction, when it names an agency, a newsroom or the site.
    pub collective: Option<String>,
    /// The collective is a press agency.
    pub is_agency: bool,
}

impl Byline {
    /// Reads a byline. `sites`: what the site is called, folded to letters.
    pub fn read(text: &str, sites: &[String], trust: Trust) -> Byline {
        let text = strip_prefixes(&without_addresses(&without_brackets(&tidy(text)))).to_owned();
        let mut byline = Byline::default();
        let parts = split(&text);
        for (index, part) in parts.iter().enumerate() {
            match judge(part, index, sites, trust) {
                Part::Person(name) if byline.people.len() < MAX_PEOPLE => byline.add(name),
                Part::Collective => {
                    byline.is_agency |= BYLINES.agencies.contains(&fold(part.trim()));
                    byline.collective = Some(text.clone());
                }
                _ => {}
            }
        }
        if text.contains(", ") {
            byline.unite_surname(&parts);
        }
        byline
    }

    /// Whether a person is named in full, not by a single word.
    pub fn has_full_name(&self) -> bool {
        self.people.iter().any(|name| name.contains(' ') || name.chars().any(is_ideograph))
    }

    /// Adds a name that is not there yet.
    pub fn add(&mut self, name: String) {
        if !self.people.iter().any(|known| letters(known) == letters(&name)) {
            self.people.push(name);
        }
    }

    /// Takes over the people of another byline, and its collective where there is none.
    pub fn merge(&mut self, other: Byline) {
        other.people.into_iter().for_each(|name| self.add(name));
        self.is_agency |= other.is_agency;
        self.collective = self.collective.take().or(other.collective);
    }

    /// "Le Gall, Anne" is one person, as library catalogues write it.
    fn unite_surname(&mut self, parts: &[&str]) {
        if let ([surname, given], [_, _]) = (self.people.as_slice(), parts)
            && !given.contains(' ')
            && (!surname.contains(' ') || starts_with_particle(surname))
        {
            self.people = vec![format!("{given} {surname}")];
        }
    }
}

fn starts_with_particle(name: &str) -> bool {
    name.split(' ').next().is_some_and(|word| BYLINES.particles.contains(&fold(word)))
}

enum Part {
    Person(String),
    Collective,
    Nothing,
}

fn judge(part: &str, index: usize, sites: &[String], trust: Trust) -> Part {
    let part = cut_tail(strip_prefixes(part)).trim_matches(|c: char| !c.is_alphanumeric() && !")(.'’".contains(c));
    let part = part.trim_matches(['(', ')']).trim();
    let folded = fold(part);
    let words: Vec<&str> = folded.split(|c: char| c.is_whitespace() || c == '/' || c == '\'').collect();
    let rules = &*BYLINES;
    if part.chars().filter(|c| c.is_alphabetic()).count() < 2 || rules.nobodies.contains(&folded) {
        return Part::Nothing;
    }
    if rules.agencies.contains(&folded)
        || sites.contains(&letters(part))
        || words.iter().any(|word| rules.collectives.contains(*word) || rules.agencies.contains(*word) && word.len() > 2)
    {
        return Part::Collective;
    }
    let has_role = words.iter().any(|word| rules.roles.contains(*word));
    let is_aside = index > 0 && (starts_lower(part) || is_initials(part));
    let is_long = part.chars().count() > MAX_NAME_CHARS || words.len() > MAX_NAME_WORDS;
    if has_role || is_aside || is_long || Moment::find(part, Order::DayFirst).is_some() || is_numeric(part) {
        return Part::Nothing;
    }
    if has_form_of_name(part, trust) { Part::Person(in_title_case(part)) } else { Part::Nothing }
}

/// Whether the words have the form of a name: capitals, particles, no other words.
fn has_form_of_name(part: &str, trust: Trust) -> bool {
    let rules = &*BYLINES;
    let words: Vec<&str> = part.split_whitespace().collect();
    let folded: Vec<String> = words.iter().map(|word| fold(word.trim_matches(|c: char| !c.is_alphanumeric()))).collect();
    if folded.iter().all(|word| rules.noise.contains(word) || rules.prefixes.contains(word)) {
        return false;
    }
    let is_small = |index: usize| starts_lower(words[index]) && !rules.particles.contains(&folded[index]);
    let small = (0..words.len()).filter(|index| is_small(*index)).count();
    match trust {
        // User names such as "framasoft" are names too.
        Trust::Told => words.len() == 1 || small * 2 <= words.len(),
        Trust::Marked if words.len() == 1 => true,
        Trust::Marked | Trust::Seen => {
            let is_full = words.len() > 1 || part.chars().any(is_ideograph);
            is_full
                && small == 0
                && words.len() <= MAX_SEEN_WORDS
                && !part.contains(|c: char| c.is_ascii_digit())
                && !folded.iter().any(|word| rules.noise.contains(word))
        }
    }
}

/// Chinese, Japanese and Korean names have no spaces.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Cuts at joiners, commas, bars, bullets.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for piece in text.split([',', ';', '|', '•', '·', '\n', '、', '，', '/']) {
        for piece in piece.split(" - ").flat_map(|piece| piece.split(" – ")).flat_map(|piece| piece.split(" — ")) {
            split_at_joiners(piece, &mut parts);
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

fn split_at_joiners<'a>(piece: &'a str, parts: &mut Vec<&'a str>) {
    let mut start = 0;
    let mut at = 0;
    for word in piece.split(' ') {
        let end = at + word.len();
        let folded = fold(word);
        let before = piece[start..at].trim();
        let after = piece[end..].trim();
        let is_weak = BYLINES.weak_joiners.contains(&folded) && starts_lower(word);
        let are_names = || before.split(' ').count() > 1 && after.split(' ').count() > 1;
        if !before.is_empty() && !after.is_empty() && (BYLINES.joiners.contains(&folded) || (is_weak && folded != "a" && are_names())) {
            parts.push(before);
            start = end;
        }
        at = end + 1;
    }
    parts.push(piece[start..].trim());
}

/// Strips "Par", "By", "Propos recueillis par :" from the front.
fn strip_prefixes(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(rest) = BYLINES.prefixes.iter().find_map(|prefix| strip_prefix(text, prefix)) {
        text = rest;
    }
    text
}

fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let words = prefix.split(' ').count();
    let end = nth_gap(text, words)?;
    let (front, rest) = text.split_at(end);
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ':' || c == '：');
    let is_prefix = fold(front.trim_end_matches(':').trim_end()) == *prefix;
    // "De Gaulle" and "Di Maio" are names, "de Jean" is an introduction.
    let is_particle = matches!(prefix, "de" | "di" | "av" | "af" | "aus" | "ein") && !starts_lower(front) && !text[end..].starts_with(':');
    (is_prefix && !is_particle && !rest.is_empty()).then_some(rest)
}

/// The end of the first `count` words; a colon ends a word too.
fn nth_gap(text: &str, count: usize) -> Option<usize> {
    let is_gap = |c: char| c.is_whitespace() || c == ':' || c == '：';
    let mut ends = text.char_indices().zip(text.chars().skip(1)).filter(|((_, c), next)| !is_gap(*c) && is_gap(*next));
    ends.nth(count - 1).map(|((index, c), _)| index + c.len_utf8())
}

/// Cuts "à Paris", "in Berlin", "pour Le Site", "Publié le ...".
fn cut_tail(text: &str) -> &str {
    let mut at = 0;
    for (index, word) in text.split(' ').enumerate() {
        let is_tail = index >= 1 && {
            let rest = fold(&text[at..]);
            let begins = |tail: &String| rest.strip_prefix(tail.as_str()).is_some_and(|rest| rest.starts_with(' '));
            BYLINES.tails.iter().any(begins) && (starts_lower(word) || index >= 2)
        };
        if is_tail {
            return text[..at].trim();
        }
        at += word.len() + 1;
    }
    text
}

fn without_brackets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut depth = 0_usize;
    for c in text.chars() {
        match c {
            '(' | '[' | '（' => depth += 1,
            ')' | ']' | '）' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    if out.trim().is_empty() { text.to_owned() } else { tidy(&out) }
}

/// Drops e-mail addresses, links and handles.
fn without_addresses(text: &str) -> String {
    let is_address = |word: &&str| {
        word.contains('@') || word.contains("://") || word.starts_with("www.")
    };
    text.split(' ').filter(|word| !is_address(word)).collect::<Vec<_>>().join(" ")
}

fn starts_lower(text: &str) -> bool {
    text.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_lowercase)
}

fn is_initials(text: &str) -> bool {
    text.chars().count() <= MAX_INITIALS && !text.contains(' ') && !text.chars().any(char::is_lowercase) && text.is_ascii()
}

fn is_numeric(text: &str) -> bool {
    text.chars().filter(char::is_ascii_digit).count() * 2 > text.chars().count()
}

/// `ANNE LE GALL` becomes `Anne Le Gall`; a lone word and mixed case stay.
fn in_title_case(name: &str) -> String {
    if name.chars().any(char::is_lowercase) || !name.contains(' ') {
        return name.to_owned();
    }
    let mut starts = true;
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if starts {
            out.push(c);
        } else {
            out.extend(c.to_lowercase());
        }
        starts = !c.is_alphanumeric();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(text: &str) -> Vec<String> {
        Byline::read(text, &["lemeridien".to_owned()], Trust::Told).people
    }

    #[test]
    fn finds_the_names_in_a_byline() {
        for (given, expected) in [
            ("Par Anne Le Gall", vec!["Anne Le Gall"]),
            ("Propos recueillis par Anne Le Gall et JEAN PETIT (avec AFP)", vec!["Anne Le Gall", "Jean Petit"]),
            ("By Ann Lee, Bob Ray and Cy Fox", vec!["Ann Lee", "Bob Ray", "Cy Fox"]),
            ("Von Eva Maier und Jan Roth, dpa", vec!["Eva Maier", "Jan Roth"]),
            ("Anne Le Gall, journaliste au Méridien", vec!["Anne Le Gall"]),
            ("Anne Le Gall à Brest", vec!["Anne Le Gall"]),
            ("Anne Le Gall @annelegall anne@lemeridien.example", vec!["Anne Le Gall"]),
            ("Anne Le Gall | Le Méridien", vec!["Anne Le Gall"]),
            ("Anne Le Gall - Publié le 3 mars 2021", vec!["Anne Le Gall"]),
            ("Le Gall, Anne", vec!["Anne Le Gall"]),
            ("José Ortega y Gasset", vec!["José Ortega y Gasset"]),
            ("Ana Gil y Juan Ros", vec!["Ana Gil", "Juan Ros"]),
            ("Anne Le Gall, Anne Le Gall", vec!["Anne Le Gall"]),
            ("文 : 松岡大地", vec!["松岡大地"]),
        ] {
            assert_eq!(people(given), expected, "{given}");
        }
    }

    #[test]
    fn agencies_newsrooms_and_the_site_are_no_people() {
        for given in ["AFP", "La rédaction", "Le Méridien avec AFP", "Reuters", "Par la rédaction avec agences"] {
            let byline = Byline::read(given, &["lemeridien".to_owned()], Trust::Seen);
            assert!(byline.people.is_empty(), "{given}: {byline:?}");
            assert!(byline.collective.is_some(), "{given}");
        }
        assert_eq!(Byline::read("admin", &[], Trust::Told), Byline::default());
        assert_eq!(Byline::read("https://www.facebook.com/lemeridien", &[], Trust::Told), Byline::default());
    }
}
