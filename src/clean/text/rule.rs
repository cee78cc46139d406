//! Rules as data: what a rule file may say, and how a pattern becomes a regular expression.
//!
//! ```toml
//! language = "fr"
//!
//! [define]
//! ici = "ci-(contre|dessous)"            # `{ici}` in a pattern stands for this
//!
//! [[rule]]
//! id = "fr.related.lire-aussi"
//! kind = "related"
//! scope = "lead-in"
//! patterns = ["(à )?lire (aussi|également)"]
//! remove = ["Lire aussi : La Loire au plus bas", ["À lire aussi", "La Loire au plus bas depuis 1976"]]
//! keep = ["Lire aussi souvent que possible est utile."]
//! cut = [["<p><a>Lire aussi La Loire au plus bas</a> Le préfet s’inquiète.", "Le préfet s’inquiète."]]
//! ```
//!
//! Patterns are regular expressions over folded text (see `fold`); they may be written with accents and capitals.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fold::fold_pattern;
use crate::clean::Kind;

/// Placeholders may use others, so deep at most; what is deeper goes in circles.
const MAX_EXPANSIONS: usize = 6;

/// Where a rule's phrase stands and what is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The phrase is the whole line.
    Line,
    /// A line that begins with the phrase, up to `max_chars`.
    Begins,
    /// A line that holds the phrase, up to `max_chars`.
    Contains,
    /// A label that announces something. Goes with the rest of the line when that is empty, a link or a
    /// headline; when prose follows a link, only label and link are cut; otherwise the line is prose and stays.
    LeadIn,
    /// The phrase is glued to the end of a paragraph and is cut off.
    Suffix,
    /// The phrase is the whole line, and everything after it goes too.
    FromHere,
}

/// Evidence that a rule asks for beyond its phrase. Needs about words look at the pattern's capture group where
/// it has one, at the whole line otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// Names of people or houses: capitalised words and the little words between them, no digits, no full stop.
    Names,
    /// Looks like a headline: starts like a sentence, has no final full stop.
    Headline,
    /// Begins with a capital, a digit or a script without capitals.
    Capital,
    /// Does not end as a sentence does.
    NoStop,
    /// All of it is links.
    Link,
    /// Written in capitals.
    Upper,
    /// Is no heading: a subhead of the article may say "Partager" or "Newsletter".
    NotHeading,
    /// No line of prose comes before.
    Start,
    /// No line of prose comes after.
    End,
    /// No line of prose comes before, or none comes after.
    Edge,
    /// The next line is a link or a headline, or no prose comes after.
    Announces,
    /// The line comes from a page.
    Html,
    /// The line comes from dirty text.
    Text,
}

/// Which lines go along with a label that stands alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Takes {
    /// None.
    None,
    /// The next one, when it is a link or a headline.
    #[default]
    Next,
    /// All that follow, as long as they are links or headlines.
    Run,
}

/// One phrase rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Unique name: language, kind, phrase, as in `fr.related.lire-aussi`.
    pub id: String,
    /// What it removes.
    pub kind: Kind,
    /// Where its phrase stands.
    pub scope: Scope,
    /// The phrases, as regular expressions over folded text.
    #[serde(default)]
    pub patterns: Vec<String>,
    /// Phrases that save a line, as regular expressions over folded text.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Longest line (in characters) that it may touch; each scope has its own default.
    pub max_chars: Option<usize>,
    /// Most words of a line that it may touch.
    pub max_words: Option<usize>,
    /// Evidence that it asks for, all of it.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// For labels: which lines go along.
    #[serde(default)]
    pub takes: Takes,
    /// For labels: also after a sentence of a paragraph: at its end, or within it when a link follows.
    #[serde(default)]
    pub at_end: bool,
    /// For labels: a capital after the label is evidence enough, no colon needed.
    #[serde(default)]
    pub strong: bool,
    /// For `from-here`: largest share of the text's prose that may go.
    pub guard: Option<f32>,
    /// Switches a built-in rule off.
    #[serde(default)]
    pub off: bool,
    /// It comes from a user's folder.
    #[serde(skip)]
    pub own: bool,
    /// Lines that it must remove.
    #[serde(default)]
    pub remove: Vec<Example>,
    /// Lines that must stay.
    #[serde(default)]
    pub keep: Vec<Example>,
    /// Lines that it must shorten: the line and what must be left.
    #[serde(default)]
    pub cut: Vec<[String; 2]>,
}

/// A line, or a few in a row. `<p>`, `<h2>` or `<li>` in front and `<a>..</a>` inside make it a line of a page;
/// `= ` in front marks a line that must stay although its neighbours go.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Example {
    /// A line.
    One(String),
    /// Lines in a row.
    Many(Vec<String>),
}

/// A rule file as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleFile {
    pub language: String,
    #[serde(default)]
    pub define: BTreeMap<String, String>,
    #[serde(default)]
    pub rule: Vec<Rule>,
}

/// Rules by language in the order of their files, and what placeholders stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    pub rules: BTreeMap<String, Vec<Rule>>,
    pub definitions: BTreeMap<String, String>,
}

impl Written {
    /// Adds a file; its rules win over those of the same id.
    pub fn add(&mut self, file: RuleFile, own: bool) {
        self.definitions.extend(file.define);
        let known = self.rules.entry(file.language).or_default();
        for rule in file.rule.into_iter().map(|rule| Rule { own, ..rule }) {
            match known.iter_mut().find(|other| other.id == rule.id) {
                Some(other) => *other = rule,
                None => known.push(rule),
            }
        }
    }
}

impl RuleFile {
    /// Reads a file; an error says what is wrong, not where.
    pub fn parse(text: &str) -> Result<RuleFile, String> {
        let file: RuleFile = toml::from_str(text).map_err(|error| error.to_string())?;
        file.rule.iter().try_for_each(|rule| rule.validate(&file.language))?;
        Ok(file)
    }
}

impl Rule {
    /// A rule must prove itself: it names its language and has examples of both sorts.
    fn validate(&self, language: &str) -> Result<(), String> {
        let id = &self.id;
        if !id.starts_with(&format!("{language}.")) {
            return Err(format!("the id `{id}` must start with `{language}.`, the language of the file"));
        }
        if self.off {
            return Ok(());
        }
        if self.patterns.is_empty() {
            return Err(format!("rule `{id}` has no patterns; write `off = true` to switch it off"));
        }
        if self.remove.is_empty() && self.cut.is_empty() {
            return Err(format!(
                "rule `{id}` needs an example that it removes (`remove`) or shortens (`cut`)"
            ));
        }
        if self.keep.is_empty() {
            return Err(format!("rule `{id}` needs an example that it must leave (`keep`)"));
        }
        Ok(())
    }

    /// The rule's patterns with placeholders filled in, as sources of regular expressions.
    pub(super) fn sources(&self, definitions: &BTreeMap<String, String>) -> Vec<String> {
        self.patterns.iter().map(|pattern| fold_pattern(&expand(pattern, definitions))).collect()
    }

    /// One regular expression for all phrases that save a line.
    pub(super) fn veto_source(&self, definitions: &BTreeMap<String, String>) -> Option<String> {
        let folded = self.unless.iter().map(|pattern| fold_pattern(&expand(pattern, definitions)));
        let sources: Vec<String> = folded.collect();
        (!sources.is_empty()).then(|| sources.join("|"))
    }

    /// The rule as the matcher needs it.
    pub(super) fn without_examples(&self) -> Rule {
        Rule { remove: Vec::new(), keep: Vec::new(), cut: Vec::new(), ..self.clone() }
    }

    /// Longest line that the rule may touch.
    pub(super) fn max_chars(&self) -> usize {
        self.max_chars.unwrap_or(match self.scope {
            // A label with a headline; headlines of two lines have about 160 characters.
            Scope::LeadIn => 260,
            Scope::Suffix => usize::MAX,
            Scope::Line | Scope::FromHere => 160,
            Scope::Begins | Scope::Contains => 240,
        })
    }
}

/// Fills in placeholders: `{month}` becomes its definition in a group. Unknown names stay, and fail to compile.
fn expand(pattern: &str, definitions: &BTreeMap<String, String>) -> String {
    let mut out = pattern.to_owned();
    for _ in 0..MAX_EXPANSIONS {
        let Some(next) = expand_once(&out, definitions) else { break };
        out = next;
    }
    out
}

fn expand_once(pattern: &str, definitions: &BTreeMap<String, String>) -> Option<String> {
    let mut out = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern;
    let mut found = false;
    while let Some(open) = rest.find('{') {
        let (before, after) = rest.split_at(open);
        out.push_str(before);
        let closed = after[1..].split_once('}');
        match closed.and_then(|(name, rest)| Some((definitions.get(name)?, rest))) {
            Some((definition, after)) => {
                found = true;
                out.push_str(&format!("(?:{definition})"));
                rest = after;
            }
            None => {
                out.push('{');
                rest = &after[1..];
            }
        }
    }
    out.push_str(rest);
    found.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_in_and_circles_end() {
        let definitions = [("a", "x{b}"), ("b", "y+"), ("loop", "{loop}")];
        let definitions = definitions.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
        assert_eq!(expand("^{a}{2,3}{nobody}", &definitions), "^(?:x(?:y+)){2,3}{nobody}");
        assert!(expand("{loop}", &definitions).contains("{loop}"));
        assert_eq!(expand("{a", &definitions), "{a", "an open brace is left to the regex parser");
    }

    #[test]
    fn a_rule_without_examples_or_with_a_foreign_id_is_refused_by_name() {
        let rule = |id: &str, examples: &str| {
            let text = format!(
                "language = \"fr\"\n[[rule]]\nid = \"{id}\"\nkind = \"share\"\nscope = \"line\"\npatterns = [\"x\"]\n{examples}"
            );
            RuleFile::parse(&text).map(drop)
        };
        assert!(rule("fr.share.x", "remove = [\"x\"]\nkeep = [\"y\"]").is_ok());
        assert!(rule("fr.share.x", "remove = [\"x\"]").unwrap_err().contains("fr.share.x"));
        assert!(
            rule("de.share.x", "remove = [\"x\"]\nkeep = [\"y\"]")
                .unwrap_err()
                .contains("must start with `fr.`")
        );
        assert!(rule("fr.share.x", "remoev = [\"x\"]").unwrap_err().contains("remoev"));
    }
}
