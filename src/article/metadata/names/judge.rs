//! Judges a part of a byline: a person, a collective, or nothing.

use super::Trust;
use super::cut::{cut_tail, strip_prefixes};
use super::rules::BYLINES;
use crate::article::date::{Moment, Order};
use crate::article::metadata::words::{fold, letters};

/// A longer part is a sentence.
const MAX_NAME_CHARS: usize = 60;
/// The same in words: "María de los Ángeles García de la Torre" has eight.
const MAX_NAME_WORDS: usize = 8;
/// Most words of a name in running text.
const MAX_SEEN_WORDS: usize = 6;
/// `AFP`, `PhD`, `MS`: a lone word of capitals, this short, is no person.
const MAX_INITIALS: usize = 5;

/// What a part of a byline is.
pub(super) enum Part {
    Person(String),
    Collective,
    Nothing,
}

/// Judges the part at this place of the byline. `sites`: what the site is called, folded to letters.
pub(super) fn judge(part: &str, index: usize, sites: &[String], trust: Trust) -> Part {
    let part =
        cut_tail(strip_prefixes(part)).trim_matches(|c: char| !c.is_alphanumeric() && !")(.'’".contains(c));
    let part = part.trim_matches(['(', ')']).trim();
    let folded = fold(part);
    let words: Vec<&str> = folded.split(|c: char| c.is_whitespace() || c == '/' || c == '\'').collect();
    let rules = &*BYLINES;
    if part.chars().filter(|c| c.is_alphabetic()).count() < 2 || rules.nobodies.contains(&folded) {
        return Part::Nothing;
    }
    if rules.agencies.contains(&folded)
        || sites.contains(&letters(part))
        || words
            .iter()
            .any(|word| rules.collectives.contains(*word) || rules.agencies.contains(*word) && word.len() > 2)
    {
        return Part::Collective;
    }
    if let Some(person) = without_role(part, trust) {
        return Part::Person(person);
    }
    let has_role = words.iter().any(|word| rules.roles.contains(*word));
    let is_aside = index > 0 && (starts_lower(part) || is_initials(part));
    let is_long = part.chars().count() > MAX_NAME_CHARS || words.len() > MAX_NAME_WORDS;
    if has_role || is_aside || is_long || Moment::find(part, Order::DayFirst).is_some() || is_numeric(part) {
        return Part::Nothing;
    }
    if has_form_of_name(part, trust) { Part::Person(in_title_case(part)) } else { Part::Nothing }
}

/// "Journaliste Anne Le Gall" is Anne Le Gall; "Anne Le Gall Journaliste" stays what it is.
fn without_role(part: &str, trust: Trust) -> Option<String> {
    let (role, name) = part.split_once(' ')?;
    let role = fold(role);
    let is_role = role.rsplit('-').next().is_some_and(|word| BYLINES.roles.contains(word));
    let has_more = fold(name).split([' ', '/', '\'']).any(|word| BYLINES.roles.contains(word));
    let is_full = name.contains(' ') && !has_more && !name.starts_with(|c: char| c.is_lowercase());
    (is_role && is_full && has_form_of_name(name, Trust::Seen) && trust != Trust::Seen)
        .then(|| in_title_case(name))
}

/// Whether the words have the form of a name: capitals, particles, no other words.
fn has_form_of_name(part: &str, trust: Trust) -> bool {
    let rules = &*BYLINES;
    let words: Vec<&str> = part.split_whitespace().collect();
    let folded: Vec<String> =
        words.iter().map(|word| fold(word.trim_matches(|c: char| !c.is_alphanumeric()))).collect();
    let says_nothing = |word: &String| {
        [&rules.noise, &rules.calendar, &rules.prefixes].iter().any(|words| words.contains(word))
    };
    if folded.iter().all(says_nothing) {
        return false;
    }
    let is_small = |index: usize| starts_lower(words[index]) && !rules.particles.contains(&folded[index]);
    let small = (0..words.len()).filter(|index| is_small(*index)).count();
    match trust {
        // User names such as "framasoft" and "anne le gall" are names too.
        Trust::Told => words.len() == 1 || small * 2 <= words.len() || is_plain_name(&words, &folded),
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

/// First and last name typed without capitals.
fn is_plain_name(words: &[&str], folded: &[String]) -> bool {
    (2..=3).contains(&words.len())
        && words.iter().all(|word| word.chars().all(char::is_alphabetic))
        && !folded
            .iter()
            .any(|word| BYLINES.noise.contains(word) || BYLINES.prefixes.contains(word) && word.len() > 2)
}

/// Chinese, Japanese and Korean names have no spaces.
pub(super) fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Whether the first letter is a small one.
pub(super) fn starts_lower(text: &str) -> bool {
    text.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_lowercase)
}

fn is_initials(text: &str) -> bool {
    text.chars().count() <= MAX_INITIALS
        && !text.contains(' ')
        && !text.chars().any(char::is_lowercase)
        && text.is_ascii()
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
