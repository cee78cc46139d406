//! Generic rules as data: `rules/generic.toml`, read once, compiled for matching.

use std::num::NonZeroU16;

use html5ever::LocalName;
use serde::Deserialize;

use super::names::NameMatcher;
use super::{FastMap, FastSet, Kind};
use crate::error::Error;

const BUILTIN: &str = include_str!("../../rules/generic.toml");

/// The rules that hold for any site.
#[derive(Clone, Debug)]
pub struct GenericRules {
    file: RuleFile,
    name_matcher: NameMatcher,
    name_rule_of_pattern: Vec<NameMeaning>,
    /// Tags whose text is never for readers.
    skipped: FastSet<LocalName>,
    /// Index of the first rule for a tag.
    rule_of_tag: FastMap<LocalName, usize>,
}

/// An element that matches is boilerplate of this kind, unless it holds too much prose.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoxRule {
    /// Name of the rule, unique in its table.
    pub id: String,
    /// What the box is.
    pub kind: Kind,
    /// Tags, roles or name patterns.
    #[serde(alias = "words")]
    pub names: Vec<String>,
    /// Largest share of the page's prose that such a box may hold.
    pub max_share: f32,
    /// It comes from a user's folder: the classifier has no say.
    #[serde(skip)]
    pub own: bool,
}

impl BoxRule {
    /// Name of its marks, as in `prune.name.share`; `own.` for those of users.
    pub fn mark(&self, source: &str) -> String {
        format!("{}{source}.{}", if self.own { OWN_MARK } else { "prune." }, self.id)
    }
}

/// What the names of marks by users' rules start with.
pub const OWN_MARK: &str = "own.";
/// The mark of windows of consent managers: a list page has less text than they.
pub const CONSENT_MANAGER_MARK: &str = "prune.name.consent-manager";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NameMeaning {
    Box(usize),
    Harmless,
    Body,
    Standfirst,
    Folded,
}

/// What an element's names say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NameEvidence {
    /// Number of the first box rule that matches.
    pub rule: Option<NonZeroU16>,
    /// What that rule takes the element for.
    pub kind: Option<Kind>,
    /// A name for the body of an article.
    pub body: bool,
    /// A name for a standfirst.
    pub standfirst: bool,
    /// A name for text that readers open.
    pub folded: bool,
}

/// A rule file as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct RuleFile {
    tags: Tags,
    tag: Vec<BoxRule>,
    role: Vec<BoxRule>,
    name: Vec<BoxRule>,
    harmless: Words,
    body: Words,
    standfirst: Words,
    folded: Words,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tags {
    skip: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    words: Vec<String>,
}

impl RuleFile {
    fn read(text: &str, origin: &str) -> Result<RuleFile, Error> {
        toml::from_str(text)
            .map_err(|error| Error::Rules { origin: origin.to_owned(), message: error.to_string() })
    }

    /// Adds the rules of another file, which win where an id is the same.
    fn extend(&mut self, other: RuleFile) {
        self.tags.skip.extend(other.tags.skip);
        let tables = [(&mut self.tag, other.tag), (&mut self.role, other.role), (&mut self.name, other.name)];
        for (mine, others) in tables {
            for rule in others.into_iter().map(|rule| BoxRule { own: true, ..rule }) {
                match mine.iter_mut().find(|known| known.id == rule.id) {
                    Some(known) => *known = rule,
                    None => mine.push(rule),
                }
            }
        }
        self.harmless.words.extend(other.harmless.words);
        self.body.words.extend(other.body.words);
        self.standfirst.words.extend(other.standfirst.words);
        self.folded.words.extend(other.folded.words);
    }
}

impl GenericRules {
    /// The rules that are built in.
    pub fn builtin() -> GenericRules {
        GenericRules::parse(BUILTIN, "generic.toml").expect("the built-in rules are tested")
    }

    /// These rules and those of another file, which win where an id is the same. The file needs only the tables that
    /// it changes; words for skipped tags, bodies, standfirsts and what is folded are added to the ones that are there.
    pub fn overlay(&self, text: &str, origin: &str) -> Result<GenericRules, Error> {
        let mut file = self.file.clone();
        file.extend(RuleFile::read(text, origin)?);
        Ok(GenericRules::compile(file))
    }

    /// The rules with their marks.
    pub fn marked(&self) -> impl Iterator<Item = (String, &BoxRule)> {
        let file = &self.file;
        let tables = [("tag", &file.tag), ("role", &file.role), ("name", &file.name)];
        tables.into_iter().flat_map(|(source, rules)| rules.iter().map(move |rule| (rule.mark(source), rule)))
    }

    /// Whether a mark (`prune.name.comments`) is of a rule for readers' comments.
    pub fn is_comments(&self, mark: &str) -> bool {
        let id = mark.trim_start_matches("prune.name.");
        self.file.name.iter().any(|rule| rule.id == id && rule.kind == Kind::Comments)
    }

    /// Reads rules from TOML; `origin` names the file in messages.
    pub fn parse(text: &str, origin: &str) -> Result<GenericRules, Error> {
        RuleFile::read(text, origin).map(GenericRules::compile)
    }

    fn compile(file: RuleFile) -> GenericRules {
        let mut patterns: Vec<&str> = Vec::new();
        let mut meanings = Vec::new();
        let mut add = |words: &'_ [String], meaning| {
            meanings.resize(meanings.len() + words.len(), meaning);
        };
        for (index, rule) in file.name.iter().enumerate() {
            patterns.extend(rule.names.iter().map(String::as_str));
            add(&rule.names, NameMeaning::Box(index));
        }
        for (words, meaning) in [
            (&file.harmless.words, NameMeaning::Harmless),
            (&file.body.words, NameMeaning::Body),
            (&file.standfirst.words, NameMeaning::Standfirst),
            (&file.folded.words, NameMeaning::Folded),
        ] {
            patterns.extend(words.iter().map(String::as_str));
            add(words, meaning);
        }
        let name_matcher = NameMatcher::new(patterns);
        let skipped = file.tags.skip.iter().map(|tag| LocalName::from(tag.as_str())).collect();
        let mut rule_of_tag = FastMap::default();
        for (index, rule) in file.tag.iter().enumerate() {
            for tag in &rule.names {
                rule_of_tag.entry(LocalName::from(tag.as_str())).or_insert(index);
            }
        }
        GenericRules { name_matcher, name_rule_of_pattern: meanings, skipped, rule_of_tag, file }
    }

    /// Whether text in elements of this tag is never for readers.
    pub fn skips(&self, tag: &LocalName) -> bool {
        self.skipped.contains(tag)
    }

    /// The rule for a tag.
    pub fn tag(&self, tag: &LocalName) -> Option<&BoxRule> {
        self.rule_of_tag.get(tag).map(|index| &self.file.tag[*index])
    }

    /// The rule for a role.
    pub fn role(&self, role: &str) -> Option<&BoxRule> {
        self.file.role.iter().find(|rule| rule.names.iter().any(|name| role.eq_ignore_ascii_case(name)))
    }

    /// The name rule with this number.
    pub fn name(&self, number: NonZeroU16) -> &BoxRule {
        &self.file.name[usize::from(number.get()) - 1]
    }

    /// What the words of an element's names say (see [`super::names::words_of`]).
    pub fn judge_names(&self, words: &str) -> NameEvidence {
        let mut evidence = NameEvidence::default();
        let mut harmless = false;
        self.name_matcher.find(words, |pattern| match self.name_rule_of_pattern[pattern] {
            NameMeaning::Box(rule) => {
                let rule = NonZeroU16::MIN.saturating_add(rule as u16);
                evidence.rule = Some(evidence.rule.map_or(rule, |first| first.min(rule)));
            }
            NameMeaning::Harmless => harmless = true,
            NameMeaning::Body => evidence.body = true,
            NameMeaning::Standfirst => evidence.standfirst = true,
            NameMeaning::Folded => evidence.folded = true,
        });
        if harmless {
            evidence.rule = None;
        }
        evidence.kind = evidence.rule.map(|rule| self.name(rule).kind);
        evidence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtin_rules_load() {
        let rules = GenericRules::builtin();
        assert!(rules.skips(&"script".into()));
        assert_eq!(rules.tag(&"nav".into()).map(|rule| rule.kind), Some(Kind::Navigation));
        let evidence = rules.judge_names("-article-body-share-bar-");
        assert!(evidence.body);
        assert_eq!(evidence.rule.map(|rule| rules.name(rule).kind), Some(Kind::Share));
    }

    #[test]
    fn names_the_file_when_a_rule_is_wrong() {
        let error = GenericRules::parse("[tags]\nskip = 3", "mine.toml").unwrap_err().to_string();
        assert!(error.contains("mine.toml") && error.contains("skip"), "{error}");
    }
}
