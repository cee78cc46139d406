//! Which rules may hit a line: one pass over the line for all rules of a language.
//!
//! Two sets of patterns are asked: one anchored at the start of the line (whole lines, labels, beginnings), which
//! gives up after a few bytes on prose; one that looks anywhere, over short lines and the ends of long ones. The
//! regular expression of a single rule runs only after its set has named it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::{Regex, RegexSet, RegexSetBuilder};

use super::fold::Folded;
use super::rule::{Rule, Scope, compile};

/// The part of a long line, in folded bytes from its end, where phrases glued to a paragraph are looked for.
const TAIL: usize = 320;
/// What may stand before a phrase: bullets, arrows, opening brackets and quotes.
const BEFORE: &str = r#"^[-\s>|*•·▪▫●○■□►▶▸➤➜→⇒»+~_:"'(\[#/👉📷🎥⏱🕒✉⚡]*"#;
/// What may stand after a phrase that is a whole line.
const AFTER: &str = r#"[-\s>|*•·▪▫●○■□►▶▸➤➜→↓⇒+~_:"')\].!/…👇]*$"#;

/// The rules of one page: those of its language, of none, and the English ones.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    rules: Vec<Rule>,
    /// What saves a line from a rule, side by side with the rules.
    vetoes: Vec<Option<Regex>>,
    start: Set,
    anywhere: Set,
}

/// Patterns that are asked in one pass.
#[derive(Debug, Default)]
struct Set {
    sources: Vec<String>,
    /// The rule of each pattern.
    owners: Vec<usize>,
    all: OnceLock<RegexSet>,
    single: Vec<OnceLock<Option<Regex>>>,
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
    /// Found at the end of a paragraph rather than at its start.
    pub glued: bool,
}

impl Matcher {
    pub fn new<'r>(
        rules: impl Iterator<Item = &'r Rule>,
        definitions: &BTreeMap<String, String>,
    ) -> Matcher {
        let mut matcher = Matcher::default();
        for rule in rules.filter(|rule| !rule.off) {
            let owner = matcher.rules.len();
            for source in rule.sources(definitions) {
                match rule.scope {
                    Scope::Suffix | Scope::Contains => {
                        matcher.anywhere.add(owner, framed(rule.scope, &source));
                    }
                    scope => {
                        matcher.start.add(owner, framed(scope, &source));
                        if rule.at_end {
                            matcher.anywhere.add(owner, format!("(?:^|[^a-z0-9])({source})(?:[^a-z0-9]|$)"));
                        }
                    }
                }
            }
            matcher.vetoes.push(rule.veto(definitions).ok().flatten());
            matcher.rules.push(rule.clone());
        }
        matcher
    }

    /// The phrases of a line: in the order of the rules those at its start, then those anywhere.
    pub fn hits<'m>(&'m self, line: &Folded) -> Vec<Hit<'m>> {
        let text = line.as_str();
        let mut hits = Vec::new();
        self.start.hits(self, text, 0, &mut hits);
        self.anywhere.hits(self, text, tail_start(text), &mut hits);
        hits
    }
}

impl Set {
    fn add(&mut self, owner: usize, source: String) {
        self.sources.push(source);
        self.owners.push(owner);
        self.single.push(OnceLock::new());
    }

    fn hits<'m>(&'m self, matcher: &'m Matcher, text: &str, from: usize, hits: &mut Vec<Hit<'m>>) {
        let part = &text[from..];
        for index in self.set().matches(part) {
            let owner = self.owners[index];
            let rule = &matcher.rules[owner];
            let Some(regex) = self.single[index].get_or_init(|| compile(&self.sources[index]).ok()) else {
                continue;
            };
            let glued = !regex.as_str().starts_with('^') && rule.scope != Scope::Contains;
            let found = if glued { last_captures(regex, part) } else { regex.captures(part) };
            let Some(found) = found else { continue };
            let Some(label) = found.get(1) else { continue };
            let saved = || matcher.vetoes[owner].as_ref().is_some_and(|veto| veto.is_match(part));
            if cuts_a_word(part, label.end()) || saved() {
                continue;
            }
            hits.push(Hit {
                rule,
                start: from + label.start(),
                end: from + label.end(),
                group: found.iter().skip(2).flatten().next().map(|m| (from + m.start(), from + m.end())),
                glued,
            });
        }
    }

    /// A pattern that does not compile was told at loading; here it only stands aside.
    fn set(&self) -> &RegexSet {
        self.all.get_or_init(|| {
            let limit = 64 << 20; // bytes; some hundreds of patterns need about two million
            RegexSetBuilder::new(&self.sources)
                .size_limit(limit)
                .build()
                .unwrap_or_else(|_| RegexSet::empty())
        })
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
    let mut start = text.len().saturating_sub(TAIL);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    start
}

/// The last of the matches: a paragraph may speak of what stands glued to its end.
fn last_captures<'t>(regex: &Regex, text: &'t str) -> Option<regex::Captures<'t>> {
    regex.captures_iter(text).last()
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
