//! The signature behind the last paragraph: "Marine Ledoux avec agences".

use super::super::Kind;
use super::super::text::shape::{is_names, is_prose};
use super::{DirtyResult, Item};
use crate::article::BlockKind;

/// Most words of a name.
const NAME_WORDS: usize = 4;
/// Bytes of the longest signature, with its agencies.
const MAX_SIGNATURE: usize = 200;
/// Fewest paragraphs of prose of a text that can be signed; a shorter one may be a list of names.
const MIN_PROSE: usize = 2;

/// Takes the signature for the author; also the byline that the phrase rules found.
pub(super) fn take_signature(items: &mut [Item], found: &mut DirtyResult) {
    let bylines = items.iter().filter_map(|item| match &item.removed {
        Some((Kind::Byline, rule)) if rule != "dirty.field" => Some((item.text.as_str(), rule.as_str())),
        _ => None,
    });
    let name_of = |(line, rule): (&str, &str)| match rule.ends_with(".signature") {
        true => signature(line),
        false => name_of_byline(line),
    };
    if let Some(name) = bylines.filter_map(name_of).next() {
        found.author.get_or_insert(name);
    }
    if items.iter().filter(|item| item.is_kept() && is_prose(&item.text)).count() < MIN_PROSE {
        return;
    }
    let mut kept = items.iter_mut().rev().filter(|item| item.is_kept());
    let (Some(last), Some(before)) = (kept.next(), kept.next()) else { return };
    let ends_the_text =
        is_prose(&before.text) || matches!(before.kind, BlockKind::ListItem { .. } | BlockKind::Quote);
    if !last.is_paragraph() || !ends_the_text {
        return;
    }
    if let Some(name) = signature(&last.text) {
        found.author.get_or_insert(name);
        last.remove(Kind::Byline, "dirty.signature");
    }
}

/// The name in a line that is nothing but a signature.
fn signature(line: &str) -> Option<String> {
    if line.len() > MAX_SIGNATURE {
        return None;
    }
    let line = line.trim().trim_start_matches(['-', '–', '—', '(']).trim_end_matches(')').trim();
    let name = without_agencies(line);
    let words: Vec<&str> = name.split_whitespace().collect();
    let named = (2..=NAME_WORDS).contains(&words.len()) || (name.len() < line.len() && words.len() == 1);
    let capital = |word: &&str| word.starts_with(char::is_uppercase);
    let ends = words.first().is_some_and(capital) && words.last().is_some_and(capital);
    (named && ends && is_names(line) && !line.ends_with(['.', ',', '?', '!'])).then(|| name.to_owned())
}

/// `Marine Ledoux avec agences` without the agencies.
fn without_agencies(line: &str) -> &str {
    const WITH: [&str; 9] =
        [" avec ", ", avec ", " with ", " mit ", " con ", " com ", " met ", " und dpa", " (avec "];
    let cut = WITH.iter().filter_map(|with| line.find(with)).min();
    line[..cut.unwrap_or(line.len())].trim_end_matches([',', '('])
}

/// The name behind "Par", "By", "Von"...: from the first capital after the label on.
fn name_of_byline(line: &str) -> Option<String> {
    let rest = line.trim().split_once([' ', ':'])?.1.trim_start_matches([' ', ':']);
    let rest = without_agencies(rest);
    let name: Vec<&str> = rest
        .split([',', '|', '•', '-'])
        .next()?
        .split_whitespace()
        .skip_while(|word| !word.starts_with(char::is_uppercase))
        .take_while(|word| !word.starts_with(|c: char| c.is_ascii_digit()) && *word != "le")
        .collect();
    (1..=NAME_WORDS).contains(&name.len()).then(|| name.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_names_with_or_without_agencies() {
        assert_eq!(signature("Marine Ledoux avec agences").as_deref(), Some("Marine Ledoux"));
        assert_eq!(signature("Jeanne Aubier").as_deref(), Some("Jeanne Aubier"));
        assert_eq!(signature("(Anna Berg mit dpa)").as_deref(), Some("Anna Berg"));
        for other in ["Nous verrons bien", "Il a dit non.", "Jeanne Aubier est partie", "Paris", "À suivre"]
        {
            assert_eq!(signature(other), None, "{other}");
        }
    }

    #[test]
    fn bylines_give_their_name() {
        assert_eq!(name_of_byline("Par Matthieu Hy le 07 Mai 2020").as_deref(), Some("Matthieu Hy"));
        assert_eq!(name_of_byline("Propos recueillis par Jeanne Aubier").as_deref(), Some("Jeanne Aubier"));
        assert_eq!(name_of_byline("Par").as_deref(), None);
    }
}
