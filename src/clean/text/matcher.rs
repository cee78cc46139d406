//! Which rules may hit a line: one pass over the line for all rules of a language.
//!
//! A pattern that begins with literals is found by the first bytes of the line, in one look-up. Any other has
//! literals of which one must stand in the line (see `literals`); those of all patterns are found in one pass. Such a
//! line that also has the other parts and the end of the pattern is a candidate. The regular expression runs when
//! somebody asks where the phrase is, and is compiled when it runs first.

use std::cell::{LazyCell, OnceCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::finder::Finder;
use super::frame::{Frame, is_after, is_before};
use super::literals::KEYS;
use super::pattern::{Found, Pattern, Which};
use super::prepared::{Outline, Prepared, Sign};
use super::rule::{Rule, Scope};
use crate::clean::FastMap;

/// The part of a long line, in folded bytes from its end, where phrases glued to a paragraph are looked for.
const TAIL: usize = 320;
/// So many labels are looked for in a paragraph.
const MAX_LABELS: usize = 12;

/// A rule that can be asked; shared by the matchers of all languages that it holds for.
#[derive(Debug)]
pub(super) struct Ready {
    pub rule: Rule,
    probes: Vec<Probe>,
    /// What saves a line from the rule.
    veto: Option<Pattern>,
}

/// One pattern of a rule, in its frame.
#[derive(Debug)]
struct Probe {
    pattern: Pattern,
    /// Looks anywhere in the line; otherwise at its start.
    anywhere: bool,
    sign: Sign,
    /// What a text must have for the pattern to match: parts, each by literals of which one must stand in it. Most texts
    /// have not, and are done with before any engine is asked.
    parts: Vec<Vec<String>>,
    /// What the text ends with, what a frame allows behind it left out; empty when that is not known.
    ends: Vec<Vec<u8>>,
    /// How long a text may be, what a frame allows around the match left out, where the match is all of it.
    longest: Option<usize>,
    /// Whether a text must have a digit.
    digit: bool,
}

impl From<Prepared> for Ready {
    fn from(prepared: Prepared) -> Ready {
        let Prepared { rule, outlines, veto } = prepared;
        let veto = veto.map(|source| Pattern::new(source, Frame::Bare));
        Ready { rule, probes: outlines.into_iter().map(Probe::new).collect(), veto }
    }
}

impl Probe {
    fn new(outline: Outline) -> Probe {
        let Outline { source, frame, sign, parts, ends, longest, digit } = outline;
        let (pattern, anywhere) = (Pattern::new(source, frame), frame.is_open());
        Probe { pattern, anywhere, sign, parts, ends, longest, digit }
    }

    /// Whether it may match what begins at `from`.
    fn may_match(&self, line: &Outer<'_>, from: usize) -> bool {
        let text = &line.text[from..];
        self.longest.is_none_or(|longest| line.inner <= longest)
            && (!self.digit || line.digit)
            && (self.ends.is_empty() || self.ends.iter().any(|one| line.bare.as_bytes().ends_with(one)))
            && self.parts.iter().all(|part| part.iter().any(|literal| text.contains(literal.as_str())))
    }
}

/// A folded line from without.
struct Outer<'t> {
    text: &'t str,
    /// Without what a frame allows behind a match.
    bare: &'t str,
    /// Bytes without what a frame allows around it.
    inner: usize,
    /// Whether it has a digit.
    digit: bool,
}

impl Outer<'_> {
    fn of(text: &str) -> Outer<'_> {
        let bare = text.trim_end_matches(is_after);
        let inner = bare.trim_start_matches(is_before).len();
        Outer { text, bare, inner, digit: text.bytes().any(|byte| byte.is_ascii_digit()) }
    }
}

/// The rules of one page: those of its language, of none, and the English ones.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    rules: Vec<Arc<Ready>>,
    /// The patterns of all rules, in their order: those at the start of a line, then those anywhere.
    places: Vec<Place>,
    /// Patterns by the first bytes of a line, bullets left out.
    by_start: FastMap<Vec<u8>, Vec<u32>>,
    /// Finds the literals of the others.
    literals: Finder,
    /// The patterns of each literal.
    of_literal: Vec<Vec<u32>>,
    /// Patterns without a literal.
    always: Vec<u32>,
}

/// Where a pattern is: the rule and which of its own.
#[derive(Clone, Copy, Debug)]
struct Place {
    rule: u32,
    probe: u32,
}

/// A phrase found in a line.
#[derive(Clone, Debug)]
pub(super) struct Hit<'m> {
    pub rule: &'m Rule,
    /// The phrase, in bytes of the folded line.
    pub start: usize,
    pub end: usize,
    /// The pattern's own capture group.
    pub group: Option<(usize, usize)>,
    /// Found after a sentence of a paragraph rather than at the start of a line.
    pub glued: bool,
}

impl Matcher {
    pub fn new(rules: impl Iterator<Item = Arc<Ready>>) -> Matcher {
        let mut matcher =
            Matcher { rules: rules.filter(|ready| !ready.rule.off).collect(), ..Matcher::default() };
        let mut by_literal: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        let all = matcher.rules.iter().enumerate().flat_map(|(rule, ready)| {
            ready.probes.iter().enumerate().map(move |(probe, found)| ((rule as u32, probe as u32), found))
        });
        let mut all: Vec<((u32, u32), &Probe)> = all.collect();
        all.sort_by_key(|(_, probe)| probe.anywhere);
        for (place, ((rule, index), probe)) in (0..).zip(all) {
            matcher.places.push(Place { rule, probe: index });
            match &probe.sign {
                Sign::Begins(keys) => {
                    keys.iter().for_each(|key| matcher.by_start.entry(key.clone()).or_default().push(place));
                }
                Sign::Holds(literals) => {
                    literals.iter().for_each(|one| by_literal.entry(one).or_default().push(place));
                }
                Sign::Unknown => matcher.always.push(place),
            }
        }
        matcher.literals = Finder::new(by_literal.keys().copied());
        matcher.of_literal = by_literal.into_values().collect();
        matcher
    }

    /// The patterns that may match a folded line: in the order of the rules those at its start, then those anywhere.
    /// `places` is room.
    pub fn candidates<'m>(&'m self, text: &str, places: &mut Vec<u32>) -> Vec<Candidate<'m>> {
        places.clear();
        if text.is_empty() {
            return Vec::new();
        }
        self.find(text, places);
        places.sort_unstable();
        places.dedup();
        let candidate = |place: &u32| {
            let place = self.places[*place as usize];
            let ready = &self.rules[place.rule as usize];
            Candidate { ready, probe: &ready.probes[place.probe as usize], hits: OnceCell::new() }
        };
        let line = LazyCell::new(|| Outer::of(text));
        places.iter().map(candidate).filter(|candidate| candidate.may_match(&line)).collect()
    }

    /// Patterns whose literal stands in the line, in any order, with repetitions.
    fn find(&self, text: &str, found: &mut Vec<u32>) {
        found.extend(&self.always);
        // a long line repeats itself; with repetitions taken out it names no pattern twice
        let enough = 2 * self.places.len();
        let start = text.trim_start_matches(is_before).as_bytes();
        let keys = KEYS.iter().filter_map(|length| start.get(..*length));
        keys.filter_map(|key| self.by_start.get(key)).for_each(|places| found.extend(places));
        self.literals.find(text.as_bytes(), |literal| {
            found.extend(&self.of_literal[literal]);
            if found.len() > enough {
                found.sort_unstable();
                found.dedup();
            }
        });
    }
}

/// A pattern that may match a line.
pub(super) struct Candidate<'m> {
    ready: &'m Ready,
    probe: &'m Probe,
    /// Once it was asked for them.
    hits: OnceCell<Vec<Hit<'m>>>,
}

impl<'m> Candidate<'m> {
    pub fn rule(&self) -> &'m Rule {
        &self.ready.rule
    }

    /// Whether it looks for phrases after a sentence of a paragraph.
    pub fn is_glued(&self) -> bool {
        self.probe.anywhere && self.rule().scope != Scope::Contains
    }

    fn is_label(&self) -> bool {
        self.is_glued() && self.rule().scope == Scope::LeadIn
    }

    /// Where the part of a line begins that it looks at.
    fn start(&self, text: &str) -> usize {
        if self.probe.anywhere && !self.is_label() { tail_start(text) } else { 0 }
    }

    fn may_match(&self, line: &Outer<'_>) -> bool {
        let (text, max) = (line.text, self.rule().max_chars());
        // Folding makes a line hardly longer; the engine counts exactly.
        let is_long = || text.len() / 2 > max && text.chars().count() / 2 > max;
        (self.is_glued() || !is_long()) && self.probe.may_match(line, self.start(text))
    }

    /// The phrases in its line, folded.
    pub fn hits(&self, text: &str) -> &[Hit<'m>] {
        self.hits.get_or_init(|| self.find(text))
    }

    fn find(&self, text: &str) -> Vec<Hit<'m>> {
        let (rule, glued, from) = (self.rule(), self.is_glued(), self.start(text));
        let part = &text[from..];
        let which = match (self.is_label(), glued) {
            (true, _) => Which::Upto(MAX_LABELS),
            // a paragraph may speak of what stands glued to its end
            (false, true) => Which::Last,
            (false, false) => Which::Upto(1),
        };
        let is_saved = || self.ready.veto.as_ref().is_some_and(|veto| veto.is_match(part));
        let counts = |found: &Found| !cuts_a_word(part, found.label.end) && !is_saved();
        let hit = |Found { label, group }: Found| Hit {
            rule,
            start: from + label.start,
            end: from + label.end,
            group: group.map(|(start, end)| (from + start, from + end)),
            glued,
        };
        self.probe.pattern.find(part, which).into_iter().filter(counts).map(hit).collect()
    }
}

/// Where the part begins that is searched for phrases anywhere: the whole of a short line, the end of a long one.
fn tail_start(text: &str) -> usize {
    boundary(text, text.len().saturating_sub(TAIL))
}

/// The next place between two characters.
fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// Whether the phrase stops in the middle of a word. Scripts without spaces have no such middle.
fn cuts_a_word(text: &str, end: usize) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() && !('\u{e00}'..='\u{eff}').contains(&c) && c < '\u{2e80}';
    let before = text[..end].chars().next_back();
    let after = text[end..].chars().next();
    before.is_some_and(is_letter) && after.is_some_and(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_ends_with_a_word() {
        assert!(cuts_a_word("реклама", 8));
        assert!(!cuts_a_word("реклама", 14));
        assert!(!cuts_a_word("関連記事", 6));
    }

    #[test]
    fn the_tail_starts_at_a_character() {
        let text = "é".repeat(400);
        assert!(text.is_char_boundary(tail_start(&text)));
        assert_eq!(tail_start("court"), 0);
    }
}
