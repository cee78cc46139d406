//! Phrase rules by language over lines of text: the same for blocks of a page and for dirty text.
//!
//! Every site ends its articles with the same few phrases of its language: "Lire aussi", "Leave a Reply",
//! "Photo: X / Agency". They are data (`rules/phrases/<lang>.toml`), each with lines that it must remove and
//! lines that it must leave; this module reads them and says of every line what they ask for.
//!
//! - line: one block's text, or one line of dirty text
//! - verdict: what the rules say of a line: keep, remove, or cut a part of it
//! - fold: lower case, without accents, one kind of quote, dash and space; patterns match folded text
//! - label: the phrase at the start of a line that announces something ("Lire aussi")
//! - need: evidence beyond the phrase that a rule asks for, since prose uses the same words
//!
//! The way of a line: `fold` it, ask the `matcher` which rules may hit (one pass for all of them), let the
//! `engine` test limits and needs in the order of the rules.

mod engine;
mod examples;
mod fold;
mod language;
mod literals;
mod matcher;
mod page;
mod pattern;
mod rule;
pub(crate) mod shape;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock, OnceLock};

use super::Kind;
use crate::error::Error;
use matcher::Matcher;
use rule::RuleFile;

pub(crate) use engine::Reading;
pub use language::{detect as detect_language, is_plainly};
pub use rule::{Need, Rule, Scope, Takes};

/// What the rules see of a block or of a line of dirty text.
#[derive(Clone, Debug, Default)]
pub struct Line<'a> {
    /// The text.
    pub text: &'a str,
    /// Byte ranges of `text` that are links, sorted. Dirty text has them only where it has Markdown links.
    pub links: Vec<Range<usize>>,
    /// Whether the line comes from HTML, so that missing links mean that there are none.
    pub html: bool,
    /// A heading (h1 to h6).
    pub heading: bool,
    /// An item of a list.
    pub list_item: bool,
}

/// What the rules say of a line.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Verdict {
    /// Leave it.
    #[default]
    Keep,
    /// Take the whole line away.
    Remove {
        /// Kind of boilerplate.
        kind: Kind,
        /// Id of the rule, as in `fr.related.lire-aussi`.
        rule: String,
    },
    /// Take these byte ranges away and keep the rest.
    Cut {
        /// Sorted, not overlapping byte ranges of the line's text.
        ranges: Vec<Range<usize>>,
        /// Kind of boilerplate.
        kind: Kind,
        /// Id of the rule.
        rule: String,
    },
}

/// The language whose rules hold on every page, since themes and plugins are left untranslated everywhere.
const EVERYWHERE: &str = "en";
/// The name of the rules that belong to no language.
const ANY: &str = "any";

/// The rule files that are built in.
const BUILTIN: [(&str, &str); 34] = [
    ("any.toml", include_str!("../../../rules/phrases/any.toml")),
    ("any-notes.toml", include_str!("../../../rules/phrases/any-notes.toml")),
    ("ar.toml", include_str!("../../../rules/phrases/ar.toml")),
    ("da.toml", include_str!("../../../rules/phrases/da.toml")),
    ("de.toml", include_str!("../../../rules/phrases/de.toml")),
    ("de-frame.toml", include_str!("../../../rules/phrases/de-frame.toml")),
    ("de-labels.toml", include_str!("../../../rules/phrases/de-labels.toml")),
    ("de-media.toml", include_str!("../../../rules/phrases/de-media.toml")),
    ("de-notes.toml", include_str!("../../../rules/phrases/de-notes.toml")),
    ("el.toml", include_str!("../../../rules/phrases/el.toml")),
    ("en.toml", include_str!("../../../rules/phrases/en.toml")),
    ("en-frame.toml", include_str!("../../../rules/phrases/en-frame.toml")),
    ("en-labels.toml", include_str!("../../../rules/phrases/en-labels.toml")),
    ("en-notes.toml", include_str!("../../../rules/phrases/en-notes.toml")),
    ("en-shop.toml", include_str!("../../../rules/phrases/en-shop.toml")),
    ("es.toml", include_str!("../../../rules/phrases/es.toml")),
    ("fi.toml", include_str!("../../../rules/phrases/fi.toml")),
    ("fr.toml", include_str!("../../../rules/phrases/fr.toml")),
    ("fr-boxes.toml", include_str!("../../../rules/phrases/fr-boxes.toml")),
    ("fr-frame.toml", include_str!("../../../rules/phrases/fr-frame.toml")),
    ("fr-invitations.toml", include_str!("../../../rules/phrases/fr-invitations.toml")),
    ("fr-labels.toml", include_str!("../../../rules/phrases/fr-labels.toml")),
    ("fr-notes.toml", include_str!("../../../rules/phrases/fr-notes.toml")),
    ("it.toml", include_str!("../../../rules/phrases/it.toml")),
    ("ja.toml", include_str!("../../../rules/phrases/ja.toml")),
    ("nl.toml", include_str!("../../../rules/phrases/nl.toml")),
    ("no.toml", include_str!("../../../rules/phrases/no.toml")),
    ("pl.toml", include_str!("../../../rules/phrases/pl.toml")),
    ("pt.toml", include_str!("../../../rules/phrases/pt.toml")),
    ("ru.toml", include_str!("../../../rules/phrases/ru.toml")),
    ("sv.toml", include_str!("../../../rules/phrases/sv.toml")),
    ("tr.toml", include_str!("../../../rules/phrases/tr.toml")),
    ("uk.toml", include_str!("../../../rules/phrases/uk.toml")),
    ("zh.toml", include_str!("../../../rules/phrases/zh.toml")),
];

/// Phrase rules of all languages, ready to judge lines. Cheap to clone, without state between pages.
///
/// ```
/// use tamis::clean::text::{Line, Phrases, Verdict};
///
/// let lines = ["Le texte de l’article.", "À lire aussi : La Loire au plus bas"];
/// let lines: Vec<Line> = lines.iter().map(|text| Line { text, ..Line::default() }).collect();
/// let verdicts = Phrases::builtin().judge(&lines, Some("fr"));
/// assert_eq!(verdicts[0], Verdict::Keep);
/// assert!(matches!(&verdicts[1], Verdict::Remove { rule, .. } if rule == "fr.related.lire-aussi"));
/// ```
#[derive(Clone, Debug)]
pub struct Phrases {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Languages with their rules, in the order of the files.
    rules: BTreeMap<String, Vec<Rule>>,
    /// What placeholders in patterns stand for.
    definitions: BTreeMap<String, String>,
    /// One matcher a language, made at its first page; the empty name is for languages without rules.
    matchers: BTreeMap<String, OnceLock<Matcher>>,
}

impl Default for Phrases {
    fn default() -> Phrases {
        Phrases::builtin()
    }
}

impl Phrases {
    /// The rules that are built in.
    pub fn builtin() -> Phrases {
        static CACHE: LazyLock<Phrases> =
            LazyLock::new(|| Phrases::load(&BUILTIN).expect("the embedded rules are tested"));
        CACHE.clone()
    }

    /// Reads rule files, given as name and TOML text. A later rule wins over an earlier one of the same id.
    pub fn load(files: &[(&str, &str)]) -> Result<Phrases, Error> {
        Phrases::extend(BTreeMap::new(), BTreeMap::new(), files, false)
    }

    /// These rules and those of more files, which win where an id is the same.
    pub fn overlay(&self, files: &[(&str, &str)]) -> Result<Phrases, Error> {
        let more = Phrases::extend(self.inner.rules.clone(), self.inner.definitions.clone(), files, true)?;
        more.compile_all(files)?;
        Ok(more)
    }

    fn extend(
        mut rules: BTreeMap<String, Vec<Rule>>,
        mut definitions: BTreeMap<String, String>,
        files: &[(&str, &str)],
        own: bool,
    ) -> Result<Phrases, Error> {
        for (origin, text) in files {
            let file = RuleFile::parse(origin, text)?;
            definitions.extend(file.define);
            let known = rules.entry(file.language).or_default();
            for rule in file.rule.into_iter().map(|rule| Rule { own, ..rule }) {
                match known.iter_mut().find(|other| other.id == rule.id) {
                    Some(other) => *other = rule,
                    None => known.push(rule),
                }
            }
        }
        let languages = rules.keys().cloned().chain([String::new()]);
        let matchers = languages.map(|language| (language, OnceLock::new())).collect();
        Ok(Phrases { inner: Arc::new(Inner { rules, definitions, matchers }) })
    }

    /// Compiles every pattern now, so that a mistake in a user's file is told with its name.
    fn compile_all(&self, files: &[(&str, &str)]) -> Result<(), Error> {
        let origin = files.iter().map(|(origin, _)| *origin).collect::<Vec<_>>().join(", ");
        let wrong = |message| Error::Rules { origin: origin.clone(), message };
        self.rules().try_for_each(|rule| rule.compile(&self.inner.definitions).map(drop).map_err(wrong))
    }

    /// All rules, by language.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.inner.rules.values().flatten()
    }

    /// Says of every line what the rules ask for. `language` is ISO 639-1 (`fr`, `fr-CA`); it is detected when
    /// unknown. There are as many verdicts as lines.
    pub fn judge(&self, lines: &[Line<'_>], language: Option<&str>) -> Vec<Verdict> {
        let mut known: Vec<Option<Reading<'_>>> = lines.iter().map(|_| None).collect();
        self.judge_again(lines, language, &mut known)
    }

    /// [`Phrases::judge`] for lines of which some were read before; `known` has as many places as there are lines.
    pub(crate) fn judge_again<'p>(
        &'p self,
        lines: &[Line<'_>],
        language: Option<&str>,
        known: &mut [Option<Reading<'p>>],
    ) -> Vec<Verdict> {
        let language = match language.map(primary) {
            Some(named) if named == EVERYWHERE => self.unless_other(named, lines),
            Some(named) => named,
            None => language::detect_lines(lines).unwrap_or_default().to_owned(),
        };
        engine::judge(self.matcher(&language), lines, known)
    }

    /// Themes name English when nobody told them better, so that name is checked against the text.
    fn unless_other(&self, named: String, lines: &[Line<'_>]) -> String {
        let found =
            language::detect_other(&named, lines).filter(|found| self.inner.rules.contains_key(*found));
        found.map_or(named, str::to_owned)
    }

    /// Runs the examples of all rules and describes each that fails; empty when all hold.
    pub fn check_examples(&self) -> Vec<String> {
        let all = self.inner.rules.iter();
        all.flat_map(|(language, rules)| rules.iter().map(move |rule| (language, rule)))
            .flat_map(|(language, rule)| examples::check(self, language, rule))
            .collect()
    }

    /// Runs the examples of the rules with this id and describes each that fails.
    pub fn check_examples_of(&self, id: &str) -> Vec<String> {
        let all = self.inner.rules.iter();
        all.flat_map(|(language, rules)| rules.iter().map(move |rule| (language, rule)))
            .filter(|(_, rule)| rule.id == id)
            .flat_map(|(language, rule)| examples::check(self, language, rule))
            .collect()
    }

    /// The source of a built-in rule, as a table of TOML, with its language.
    pub fn builtin_source(id: &str) -> Option<(String, toml::Table)> {
        let has_rule = |text: &str| text.contains(&format!("\"{id}\""));
        let files = BUILTIN.iter().filter(|(_, text)| has_rule(text));
        let mut files = files.filter_map(|(_, text)| text.parse::<toml::Table>().ok());
        files.find_map(|file| {
            let language = file.get("language")?.as_str()?.to_owned();
            let rules = file.get("rule")?.as_array()?.iter().filter_map(toml::Value::as_table);
            let rule =
                rules.into_iter().find(|rule| rule.get("id").and_then(toml::Value::as_str) == Some(id))?;
            Some((language, rule.clone()))
        })
    }

    /// One rule alone, with the definitions of all.
    fn only(&self, language: &str, rule: &Rule) -> Phrases {
        let rules = BTreeMap::from([(language.to_owned(), vec![rule.clone()])]);
        let matchers = BTreeMap::from([(language.to_owned(), OnceLock::new())]);
        Phrases { inner: Arc::new(Inner { rules, definitions: self.inner.definitions.clone(), matchers }) }
    }

    /// The matcher of a language: its own rules, those of no language, the English ones.
    fn matcher(&self, language: &str) -> &Matcher {
        static NOTHING: LazyLock<Matcher> = LazyLock::new(Matcher::default);
        let name = if self.inner.rules.contains_key(language) { language } else { "" };
        let Some(cell) = self.inner.matchers.get(name) else { return &NOTHING };
        cell.get_or_init(|| {
            let mut languages = vec![name];
            languages.extend([ANY, EVERYWHERE].into_iter().filter(|other| *other != name));
            let rules = languages.iter().filter_map(|name| self.inner.rules.get(*name)).flatten();
            Matcher::new(rules, &self.inner.definitions)
        })
    }
}

/// `fr` of `fr-CA` or `FR_fr`; both ways of writing Norwegian are one language.
fn primary(language: &str) -> String {
    let primary = language.split(['-', '_']).next().unwrap_or_default().trim().to_ascii_lowercase();
    if matches!(primary.as_str(), "nb" | "nn") { "no".to_owned() } else { primary }
}

/// The folded form of a text, for comparisons.
pub(crate) fn fold_text(text: &str) -> String {
    fold::Folded::new(text).as_str().to_owned()
}

/// What is left of a text when ranges are cut out of it, without white space at its ends.
pub fn apply_cut(text: &str, ranges: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges {
        out.push_str(text.get(at..range.start).unwrap_or_default());
        at = at.max(range.end);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_pattern_compiles() {
        let phrases = Phrases::builtin();
        let wrong: Vec<String> =
            phrases.rules().filter_map(|rule| rule.compile(&phrases.inner.definitions).err()).collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn every_built_in_pattern_reads_its_examples_alike_with_both_engines() {
        let phrases = Phrases::builtin();
        let mut wrong = Vec::new();
        for rule in phrases.rules() {
            let examples = rule.remove.iter().chain(&rule.keep).flat_map(|example| match example {
                rule::Example::One(line) => std::slice::from_ref(line),
                rule::Example::Many(lines) => lines,
            });
            let lines: Vec<fold::Folded> = examples.map(|line| fold::Folded::new(line)).collect();
            for source in rule.sources(&phrases.inner.definitions) {
                let pattern = pattern::Pattern::new(matcher::framed(rule.scope, &source));
                let differs = |line: &&fold::Folded| !pattern.reads_alike_in(line.as_str());
                wrong
                    .extend(lines.iter().find(differs).map(|line| format!("{}: {}", rule.id, line.as_str())));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn only_the_first_part_of_a_language_tag_counts() {
        assert_eq!(primary("FR_ca"), "fr");
        assert_eq!(primary("nb-NO"), "no");
        assert_eq!(primary(""), "");
    }
}
