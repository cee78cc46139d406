//! Which rules may hit a line: one pass over the line for all rules of a language.
//!
//! A pattern that begins with literals is found by the first bytes of the line, in one look-up. Any other has
//! literals of which one must stand in the line (see `literals`); one automaton finds those of all patterns at
//! once. The regular expression of a pattern runs only on such lines that also have its other parts and its end, and
//! is compiled when the first one comes.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::literals::{KEYS, Literals};
use super::pattern::{Found, Pattern, Which};
use super::rule::{Rule, Scope};
use crate::clean::FastMap;

/// The part of a long line, in folded bytes from its end, where phrases glued to a paragraph are looked for.
const TAIL: usize = 320;
/// So many labels are looked for in a paragraph.
const MAX_LABELS: usize = 12;
/// What may stand before a phrase: bullets, arrows, pictograms, opening brackets and quotes.
const BEFORE: &str =
    r#"^[- >|*•·+~_:"'(\[#/\u{2190}-\u{23ff}\u{25a0}-\u{27bf}\u{2b00}-\u{2bff}\u{1f000}-\u{1faff}]*"#;
/// What may stand after a phrase that is a whole line.
const AFTER: &str =
    r#"[- >|*•·+~_:"')\].!/…\u{2190}-\u{23ff}\u{25a0}-\u{27bf}\u{2b00}-\u{2bff}\u{1f000}-\u{1faff}]*$"#;

/// The rules of one page: those of its language, of none, and the English ones.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    rules: Vec<Rule>,
    /// What saves a line from a rule, side by side with the rules.
    vetoes: Vec<Option<Pattern>>,
    probes: Vec<Probe>,
    /// Probes by the first bytes of a line, bullets left out.
    by_start: FastMap<Vec<u8>, Vec<u32>>,
    /// Finds the literals of the other probes.
    literals: Option<AhoCorasick>,
    /// The probes of each literal.
    probes_of: Vec<Vec<u32>>,
    /// Probes without a literal.
    always: Vec<u32>,
}

/// One pattern of a rule, in its frame.
#[derive(Debug)]
struct Probe {
    /// The rule.
    owner: usize,
    pattern: Pattern,
    /// Looks anywhere in the line; otherwise at its start.
    anywhere: bool,
    /// Allows no more behind the phrase than [`AFTER`].
    closes: bool,
    /// Made when the first line comes.
    signs: OnceLock<Signs>,
}

impl Probe {
    fn signs(&self) -> &Signs {
        self.signs.get_or_init(|| Signs::of(&self.pattern, self.closes))
    }
}

/// What a text must have for a pattern to match. Most have not, and are done with before any engine is asked.
#[derive(Debug, Default)]
struct Signs {
    /// Parts of the pattern, each by literals of which one must stand in the text.
    parts: Vec<Vec<String>>,
    /// What the text ends with, what [`AFTER`] allows left out; empty when that is not known.
    ends: Vec<Vec<u8>>,
}

impl Signs {
    fn of(pattern: &Pattern, closes: bool) -> Signs {
        let Some(literals) = Literals::of_framed(pattern.source()) else { return Signs::default() };
        let ends = if closes { ends(&literals) } else { None };
        Signs { parts: literals.parts(), ends: ends.unwrap_or_default() }
    }

    fn stand_in(&self, text: &str) -> bool {
        let end = text.trim_end_matches(is_after).as_bytes();
        (self.ends.is_empty() || self.ends.iter().any(|one| end.ends_with(one)))
            && self.parts.iter().all(|part| part.iter().any(|literal| text.contains(literal.as_str())))
    }
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
    pub fn new<'r>(rules: impl Iterator<Item = &'r Rule>, definitions: &BTreeMap<String, String>) -> Matcher {
        let mut matcher = Matcher::default();
        let mut by_literal: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for rule in rules.filter(|rule| !rule.off) {
            for source in rule.sources(definitions) {
                matcher.add(rule, &source, &mut by_literal);
            }
            matcher.vetoes.push(rule.veto_source(definitions).map(Pattern::new));
            matcher.rules.push(rule.clone());
        }
        matcher.literals = AhoCorasick::new(by_literal.keys()).ok();
        matcher.probes_of = by_literal.into_values().collect();
        matcher
    }

    /// Adds a pattern; a label that may be glued to a paragraph is looked for twice.
    fn add(&mut self, rule: &Rule, pattern: &str, by_literal: &mut BTreeMap<String, Vec<u32>>) {
        let anywhere = matches!(rule.scope, Scope::Suffix | Scope::Contains);
        let closes = matches!(rule.scope, Scope::Line | Scope::FromHere | Scope::Suffix);
        let mut framed = vec![(anywhere, closes, framed(rule.scope, pattern))];
        if rule.at_end {
            framed.push((true, false, format!("(?:^|[^a-z0-9])({pattern})(?:[^a-z0-9]|$)")));
        }
        let literals = Literals::of(pattern);
        for (anywhere, closes, source) in framed {
            let probe = self.probes.len() as u32;
            let (owner, pattern) = (self.rules.len(), Pattern::new(source));
            self.probes.push(Probe { owner, pattern, anywhere, closes, signs: OnceLock::new() });
            let keys = if anywhere { None } else { literals.as_ref().and_then(keys) };
            if let Some(keys) = keys {
                keys.into_iter().for_each(|key| self.by_start.entry(key).or_default().push(probe));
            } else if let Some(literals) = literals.as_ref().and_then(Literals::required) {
                literals.into_iter().for_each(|one| by_literal.entry(one).or_default().push(probe));
            } else {
                self.always.push(probe);
            }
        }
    }

    /// The phrases of a folded line: in the order of the rules those at its start, then those anywhere.
    pub fn hits<'m>(&'m self, text: &str) -> Vec<Hit<'m>> {
        if text.is_empty() {
            return Vec::new();
        }
        let chars = text.chars().count();
        let mut probes = self.candidates(text);
        probes.sort_unstable_by_key(|probe| (self.probes[*probe as usize].anywhere, *probe));
        probes.dedup();
        probes
            .into_iter()
            .flat_map(|probe| self.try_probe(&self.probes[probe as usize], text, chars))
            .collect()
    }

    /// Probes whose literal stands in the line, in any order, with repetitions.
    fn candidates(&self, text: &str) -> Vec<u32> {
        let mut found = self.always.clone();
        let start = text.trim_start_matches(is_before).as_bytes();
        let keys = KEYS.iter().filter_map(|length| start.get(..*length));
        keys.filter_map(|key| self.by_start.get(key)).for_each(|probes| found.extend(probes));
        for literal in self.literals.iter().flat_map(|literals| literals.find_overlapping_iter(text)) {
            found.extend(&self.probes_of[literal.pattern().as_usize()]);
        }
        found
    }

    fn try_probe<'m>(&'m self, probe: &'m Probe, text: &str, chars: usize) -> Vec<Hit<'m>> {
        let rule = &self.rules[probe.owner];
        let glued = probe.anywhere && rule.scope != Scope::Contains;
        // Folding makes a line hardly longer; the engine counts exactly.
        if !glued && chars / 2 > rule.max_chars() {
            return Vec::new();
        }
        let is_label = glued && rule.scope == Scope::LeadIn;
        let from = if probe.anywhere && !is_label { tail_start(text) } else { 0 };
        let part = &text[from..];
        if !probe.signs().stand_in(part) {
            return Vec::new();
        }
        let which = match (is_label, glued) {
            (true, _) => Which::Upto(MAX_LABELS),
            // a paragraph may speak of what stands glued to its end
            (false, true) => Which::Last,
            (false, false) => Which::Upto(1),
        };
        let is_saved = || self.vetoes[probe.owner].as_ref().is_some_and(|veto| veto.is_match(part));
        let counts = |found: &Found| !cuts_a_word(part, found.label.end) && !is_saved();
        let hit = |Found { label, group }: Found| Hit {
            rule,
            start: from + label.start,
            end: from + label.end,
            group: group.map(|(start, end)| (from + start, from + end)),
            glued,
        };
        probe.pattern.find(part, which).into_iter().filter(counts).map(hit).collect()
    }
}

/// A pattern in the frame of its scope; group 1 is the phrase.
pub(super) fn framed(scope: Scope, source: &str) -> String {
    match scope {
        Scope::Line | Scope::FromHere => format!("{BEFORE}({source}){AFTER}"),
        Scope::Begins | Scope::LeadIn => format!("{BEFORE}({source})(?:[^a-z0-9]|$)"),
        Scope::Contains => format!("(?:^|[^a-z0-9])({source})(?:[^a-z0-9]|$)"),
        Scope::Suffix => format!("(?:^|[^a-z0-9])({source}){AFTER}"),
    }
}

/// Where the part begins that is searched for phrases anywhere: the whole of a short line, the end of a long one.
fn tail_start(text: &str) -> usize {
    boundary(text, text.len().saturating_sub(TAIL))
}

/// The keys by which a pattern is found at the start of a line; none when it may begin with a bullet itself.
fn keys(literals: &Literals) -> Option<Vec<Vec<u8>>> {
    let keys = literals.prefixes()?;
    let begins_before = |key: &Vec<u8>| {
        let first = String::from_utf8_lossy(key).chars().next();
        first.is_none_or(|c| is_before(c) || c == char::REPLACEMENT_CHARACTER)
    };
    (!keys.iter().any(begins_before)).then_some(keys)
}

/// How the matches of a pattern end; none when one may end with what [`AFTER`] allows behind it.
fn ends(literals: &Literals) -> Option<Vec<Vec<u8>>> {
    let ends = literals.suffixes()?;
    let is_plain = |end: &Vec<u8>| end.last().is_some_and(|byte| byte.is_ascii_alphanumeric());
    ends.iter().all(is_plain).then_some(ends)
}

/// The characters of [`AFTER`].
fn is_after(c: char) -> bool {
    "- >|*•·+~_:\"')].!/…".contains(c)
        || matches!(c, '\u{2190}'..='\u{23ff}' | '\u{25a0}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// The characters of [`BEFORE`].
fn is_before(c: char) -> bool {
    "- >|*•·+~_:\"'([#/".contains(c)
        || matches!(c, '\u{2190}'..='\u{23ff}' | '\u{25a0}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
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
    use regex::Regex;

    use super::*;

    #[test]
    fn a_phrase_ends_with_a_word() {
        assert!(cuts_a_word("реклама", 8));
        assert!(!cuts_a_word("реклама", 14));
        assert!(!cuts_a_word("関連記事", 6));
    }

    #[test]
    fn what_stands_before_is_the_same_for_both_ways() {
        let regex = Regex::new(&format!("{BEFORE}$")).unwrap();
        for c in (0..0x1_0000u32).chain(0x1_f300..0x1_f700).filter_map(char::from_u32).filter(|c| *c != '\n')
        {
            assert_eq!(regex.is_match(&c.to_string()), is_before(c), "{c:?}");
        }
    }

    #[test]
    fn what_may_stand_behind_is_the_same_for_both_ways() {
        let regex = Regex::new(&format!("^{AFTER}")).unwrap();
        for c in (0..0x1_0000u32).chain(0x1_f300..0x1_f700).filter_map(char::from_u32).filter(|c| *c != '\n')
        {
            assert_eq!(regex.is_match(&c.to_string()), is_after(c), "{c:?}");
        }
    }

    #[test]
    fn the_tail_starts_at_a_character() {
        let text = "é".repeat(400);
        assert!(text.is_char_boundary(tail_start(&text)));
        assert_eq!(tail_start("court"), 0);
    }
}
