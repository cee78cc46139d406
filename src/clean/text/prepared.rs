//! Rules as the matcher takes them: with placeholders filled in, and with what every match of a pattern must hold. Reading
//! patterns takes much longer than a page does, so `rules/prepare.rs` prepares the built-in rules; those of users are prepared
//! when they are needed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::frame::{Frame, is_before};
use super::literals::Literals;
use super::rule::Rule;

/// Bytes of a literal that are looked for.
const ENOUGH: usize = 8;

/// A rule and its patterns.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Prepared {
    /// The rule, without its examples.
    pub rule: Rule,
    pub outlines: Vec<Outline>,
    /// One pattern for all phrases that save a line.
    pub veto: Option<String>,
}

/// A pattern and what can be said of its matches.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Outline {
    pub source: String,
    pub frame: Frame,
    pub sign: Sign,
    /// Parts that every match holds, each by literals of which one must stand in the text.
    pub parts: Vec<Vec<String>>,
    /// What a match ends with; empty when that is not known.
    pub ends: Vec<Vec<u8>>,
    /// The bytes of the longest match, where the match is the whole line.
    pub longest: Option<usize>,
    /// Whether every match holds a digit.
    pub digit: bool,
}

/// How lines that may hold a match are found.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Sign {
    /// They begin with one of these bytes, bullets left out.
    Begins(Vec<Vec<u8>>),
    /// They hold one of these literals.
    Holds(Vec<String>),
    /// Any line may.
    Unknown,
}

impl Prepared {
    pub fn of(rule: &Rule, definitions: &BTreeMap<String, String>) -> Prepared {
        let mut outlines = Vec::new();
        for source in rule.sources(definitions) {
            let frame = Frame::of(rule.scope);
            // A label that may be glued to a paragraph is looked for twice.
            let frames = [Some(frame), rule.at_end.then_some(Frame::Anywhere)];
            let literals = Literals::of(&source);
            let outline = |frame| Outline::of(source.clone(), frame, literals.as_ref());
            outlines.extend(frames.into_iter().flatten().map(outline));
        }
        Prepared { rule: rule.without_examples(), outlines, veto: rule.veto_source(definitions) }
    }
}

impl Outline {
    fn of(source: String, frame: Frame, literals: Option<&Literals>) -> Outline {
        let begins = || if frame.is_open() { None } else { literals.and_then(beginnings) };
        let holds = || literals.and_then(Literals::required).map(shortened);
        let sign = begins().map(Sign::Begins).or_else(|| holds().map(Sign::Holds)).unwrap_or(Sign::Unknown);
        let ends = literals.filter(|_| frame.closes()).and_then(ends).unwrap_or_default();
        let longest = literals.filter(|_| frame == Frame::Whole).and_then(Literals::longest);
        let parts = literals.map(Literals::parts).unwrap_or_default();
        let digit = literals.is_some_and(Literals::have_digit);
        Outline { source, frame, sign, parts, ends, longest, digit }
    }
}

/// Literals without what makes them long: fewer bytes make a smaller automaton, which stays in the processor's cache.
fn shortened(mut literals: Vec<String>) -> Vec<String> {
    for literal in &mut literals {
        let end =
            (0..=ENOUGH.min(literal.len())).rev().find(|end| literal.is_char_boundary(*end)).unwrap_or(0);
        literal.truncate(end);
    }
    literals.sort_unstable();
    literals.dedup();
    literals
}

/// What the matches of a pattern begin with; none when one may begin with a bullet itself.
fn beginnings(literals: &Literals) -> Option<Vec<Vec<u8>>> {
    let keys = literals.prefixes()?;
    let begins_before = |key: &Vec<u8>| {
        let first = String::from_utf8_lossy(key).chars().next();
        first.is_none_or(|c| is_before(c) || c == char::REPLACEMENT_CHARACTER)
    };
    (!keys.iter().any(begins_before)).then_some(keys)
}

/// How the matches of a pattern end; none when one may end with what the frame allows behind it.
fn ends(literals: &Literals) -> Option<Vec<Vec<u8>>> {
    let ends = literals.suffixes()?;
    let is_plain = |end: &Vec<u8>| end.last().is_some_and(|byte| byte.is_ascii_alphanumeric());
    ends.iter().all(is_plain).then_some(ends)
}
