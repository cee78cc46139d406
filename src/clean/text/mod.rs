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

mod builtin;
mod engine;
mod examples;
mod finder;
mod fold;
mod frame;
mod language;
mod literals;
mod matcher;
mod page;
mod pattern;
mod prepared;
mod reported;
mod rule;
pub(crate) mod shape;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock, OnceLock};

use super::Kind;
use crate::error::Error;
use matcher::{Matcher, Ready};
use prepared::Prepared;
use rule::{RuleFile, Written};

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
    /// The rules as written. Those that are built in are read when somebody asks for them.
    written: OnceLock<Written>,
    origin: Origin,
    /// The rules of each language, made ready when a page needs them.
    packs: BTreeMap<String, OnceLock<Vec<Arc<Ready>>>>,
    /// One matcher a language, made at its first page; the empty name is for languages without rules.
    matchers: BTreeMap<String, OnceLock<Matcher>>,
}

/// Where rules come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// The built-in ones alone, as the build has prepared them.
    Builtin,
    /// Others besides, which leave the built-in ones as the build has prepared them.
    Extended,
    /// Others alone, or with placeholders that change the built-in ones.
    Own,
}

impl Inner {
    fn new(written: OnceLock<Written>, origin: Origin, languages: &[&str]) -> Inner {
        let owned = || languages.iter().map(|language| (*language).to_owned());
        let packs = owned().map(|language| (language, OnceLock::new())).collect();
        let matchers = owned().chain([String::new()]).map(|language| (language, OnceLock::new())).collect();
        Inner { written, origin, packs, matchers }
    }
}

impl Default for Phrases {
    fn default() -> Phrases {
        Phrases::builtin()
    }
}

impl Phrases {
    /// The rules that are built in.
    pub fn builtin() -> Phrases {
        static CACHE: LazyLock<Phrases> = LazyLock::new(|| {
            let languages: Vec<&str> = builtin::languages().collect();
            Phrases { inner: Arc::new(Inner::new(OnceLock::new(), Origin::Builtin, &languages)) }
        });
        CACHE.clone()
    }

    /// Reads rule files, given as name and TOML text. A later rule wins over an earlier one of the same id.
    pub fn load(files: &[(&str, &str)]) -> Result<Phrases, Error> {
        Phrases::extend(Written::default(), files, Origin::Own)
    }

    /// These rules and those of more files, which win where an id is the same.
    pub fn overlay(&self, files: &[(&str, &str)]) -> Result<Phrases, Error> {
        let more = Phrases::extend(self.written().clone(), files, self.inner.origin)?;
        more.compile_own(files)?;
        Ok(more)
    }

    fn extend(mut written: Written, files: &[(&str, &str)], base: Origin) -> Result<Phrases, Error> {
        let before = written.definitions.clone();
        for (origin, text) in files {
            let wrong = |message| Error::Rules { origin: (*origin).to_owned(), message };
            written.add(RuleFile::parse(text).map_err(wrong)?, true);
        }
        let is_kept = |(name, text): (&String, &String)| written.definitions.get(name) == Some(text);
        let is_extended = base != Origin::Own && before.iter().all(is_kept);
        let origin = if is_extended { Origin::Extended } else { Origin::Own };
        let languages: Vec<String> = written.rules.keys().cloned().collect();
        let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
        Ok(Phrases { inner: Arc::new(Inner::new(OnceLock::from(written), origin, &languages)) })
    }

    /// Compiles the patterns that are not as they were built in, so that a mistake in a user's file is told with its name.
    fn compile_own(&self, files: &[(&str, &str)]) -> Result<(), Error> {
        let origin = files.iter().map(|(origin, _)| *origin).collect::<Vec<_>>().join(", ");
        let wrong = |message| Error::Rules { origin: origin.clone(), message };
        let mut changed = self.rules().filter(|rule| rule.own || self.inner.origin == Origin::Own);
        changed.try_for_each(|rule| rule.compile(&self.written().definitions).map_err(wrong))
    }

    fn written(&self) -> &Written {
        self.inner.written.get_or_init(builtin::written)
    }

    /// All rules, by language.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.written().rules.values().flatten()
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
            language::detect_other(&named, lines).filter(|found| self.inner.packs.contains_key(*found));
        found.map_or(named, str::to_owned)
    }

    /// Runs the examples of all rules and describes each that fails; empty when all hold.
    pub fn check_examples(&self) -> Vec<String> {
        let all = self.written().rules.iter();
        all.flat_map(|(language, rules)| rules.iter().map(move |rule| (language, rule)))
            .flat_map(|(language, rule)| examples::check(self, language, rule))
            .collect()
    }

    /// Runs the examples of the rules with this id and describes each that fails.
    pub fn check_examples_of(&self, id: &str) -> Vec<String> {
        let all = self.written().rules.iter();
        all.flat_map(|(language, rules)| rules.iter().map(move |rule| (language, rule)))
            .filter(|(_, rule)| rule.id == id)
            .flat_map(|(language, rule)| examples::check(self, language, rule))
            .collect()
    }

    /// The source of a built-in rule, as a table of TOML, with its language.
    pub fn builtin_source(id: &str) -> Option<(String, toml::Table)> {
        let has_rule = |text: &str| text.contains(&format!("\"{id}\""));
        let files = builtin::FILES.iter().filter(|(_, text)| has_rule(text));
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
        let written = Written { rules, definitions: self.written().definitions.clone() };
        Phrases { inner: Arc::new(Inner::new(OnceLock::from(written), Origin::Own, &[language])) }
    }

    /// The matcher of a language: its own rules, those of no language, the English ones.
    fn matcher(&self, language: &str) -> &Matcher {
        static NOTHING: LazyLock<Matcher> = LazyLock::new(Matcher::default);
        let name = if self.inner.packs.contains_key(language) { language } else { "" };
        let Some(cell) = self.inner.matchers.get(name) else { return &NOTHING };
        cell.get_or_init(|| {
            let mut languages = vec![name];
            languages.extend([ANY, EVERYWHERE].into_iter().filter(|other| *other != name));
            Matcher::new(languages.iter().flat_map(|name| self.pack(name)).cloned())
        })
    }

    /// The rules of a language, ready to be asked.
    fn pack(&self, language: &str) -> &[Arc<Ready>] {
        let Some(cell) = self.inner.packs.get(language) else { return &[] };
        cell.get_or_init(|| match self.inner.origin {
            Origin::Builtin => builtin::ready(language),
            Origin::Extended | Origin::Own => {
                let rules = self.written().rules.get(language).into_iter().flatten();
                rules.map(|rule| self.ready(language, rule)).collect()
            }
        })
    }

    fn ready(&self, language: &str, rule: &Rule) -> Arc<Ready> {
        let builtin = Phrases::builtin();
        let as_built = || builtin.pack(language).iter().find(|ready| ready.rule.id == rule.id);
        match as_built().filter(|_| self.inner.origin == Origin::Extended && !rule.own) {
            Some(ready) => ready.clone(),
            None => Arc::new(Ready::from(Prepared::of(rule, &self.written().definitions))),
        }
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
        let definitions = &phrases.written().definitions;
        let wrong: Vec<String> = phrases.rules().filter_map(|rule| rule.compile(definitions).err()).collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn what_the_build_has_prepared_is_what_is_prepared_here() {
        let phrases = Phrases::builtin();
        for (language, rules) in &phrases.written().rules {
            let ready = builtin::ready(language);
            assert_eq!(ready.len(), rules.len(), "{language}");
            for (ready, rule) in ready.iter().zip(rules) {
                let here = Ready::from(Prepared::of(rule, &phrases.written().definitions));
                assert_eq!(format!("{ready:?}"), format!("{here:?}"));
            }
        }
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
            for source in rule.sources(&phrases.written().definitions) {
                let pattern = pattern::Pattern::new(source, frame::Frame::of(rule.scope));
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
