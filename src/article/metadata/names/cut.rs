//! Cuts a byline into parts: introductions, brackets, addresses and places go, joiners part the names.

use super::judge::starts_lower;
use super::rules::BYLINES;
use crate::article::metadata::words::{fold, tidy};

/// Words of the longest introduction in the rules.
const MAX_PREFIX_WORDS: usize = 6;
/// Words of the longest tail in the rules, and one behind it.
const MAX_TAIL_WORDS: usize = 4;

/// Last words of a byline whose end stands in an element of its own: "Anne Le Gall in" and a link to the rubric.
const DANGLING: [&str; 6] = ["in", "on", "at", "for", "from", "pour"];

/// Cuts at joiners, commas, bars, bullets.
pub(super) fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for piece in text.split([',', ';', '|', '•', '·', '\n', '、', '，', '/']) {
        for piece in
            piece.split(" - ").flat_map(|piece| piece.split(" – ")).flat_map(|piece| piece.split(" — "))
        {
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
        if !before.is_empty()
            && !after.is_empty()
            && (BYLINES.joiners.contains(&folded) || (is_weak && folded != "a" && are_names()))
        {
            parts.push(before);
            start = end;
        }
        at = end + 1;
    }
    parts.push(piece[start..].trim());
}

/// Strips "Par", "By", "Propos recueillis par :" from the front, the longest that fits first, again and again.
pub(super) fn strip_prefixes(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(rest) = (1..=MAX_PREFIX_WORDS).rev().find_map(|words| strip_prefix(text, words)) {
        text = rest;
    }
    text
}

/// What follows the first so many words, if they are an introduction.
fn strip_prefix(text: &str, words: usize) -> Option<&str> {
    let (front, behind) = text.split_at(nth_gap(text, words)?);
    let rest = behind.trim_start_matches(|c: char| c.is_whitespace() || c == ':' || c == '：');
    let prefix = fold(front);
    // "De Gaulle" and "Di Maio" are names, "de Jean" is an introduction.
    let is_name = matches!(prefix.as_str(), "de" | "di" | "av" | "af" | "aus" | "ein")
        && !starts_lower(front)
        && !behind.starts_with(':');
    (BYLINES.prefixes.contains(&prefix) && !is_name && !rest.is_empty()).then_some(rest)
}

/// The end of the first `count` words; a colon ends a word too.
fn nth_gap(text: &str, count: usize) -> Option<usize> {
    let is_gap = |c: char| c.is_whitespace() || c == ':' || c == '：';
    let mut ends =
        text.char_indices().zip(text.chars().skip(1)).filter(|((_, c), next)| !is_gap(*c) && is_gap(*next));
    ends.nth(count - 1).map(|((index, c), _)| index + c.len_utf8())
}

/// Cuts "à Paris", "in Berlin", "pour Le Site", "Publié le ...".
pub(super) fn cut_tail(text: &str) -> &str {
    let mut at = 0;
    for (index, word) in text.split(' ').enumerate() {
        let is_tail = index >= 1 && {
            let rest =
                fold(&text[at..nth_gap(&text[at..], MAX_TAIL_WORDS).map_or(text.len(), |end| at + end)]);
            let begins =
                |tail: &String| rest.strip_prefix(tail.as_str()).is_some_and(|rest| rest.starts_with(' '));
            let dangles = index >= 2 && DANGLING.contains(&rest.as_str());
            dangles
                || BYLINES.tails.iter().any(begins)
                    && (starts_lower(word) || index >= 2 && !BYLINES.particles.contains(&fold(word)))
        };
        if is_tail {
            return text[..at].trim();
        }
        at += word.len() + 1;
    }
    text
}

/// Drops what stands in brackets, unless that is all there is.
pub(super) fn without_brackets(text: &str) -> String {
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
pub(super) fn without_addresses(text: &str) -> String {
    let is_address = |word: &&str| word.contains('@') || word.contains("://") || word.starts_with("www.");
    text.split(' ').filter(|word| !is_address(word)).collect::<Vec<_>>().join(" ")
}
