//! A lesson becomes text: a selector in the file of a site, a phrase rule in the file of a language, or an exception
//! to a phrase rule; each with the examples that every later reading of the file checks.

use serde::{Deserialize, Serialize};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

use super::overlay::{Draft, Overlay};
use super::proposal::host;
use super::selectors::taken_in;
use super::{Aim, examples};
use crate::clean::Kind;
use crate::clean::text::Phrases;
use crate::error::Error;
use crate::inspect::Inspection;

/// Longest phrase that is taken; a longer one holds on one page only.
const MAX_PHRASE_CHARS: usize = 200;
/// Words of a phrase that go into the name of its rule.
const WORDS_OF_ID: usize = 4;

/// An aim with the selector or phrase that a person has chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Lesson {
    /// A selector for the site of the page.
    Selector {
        /// What is to become of what it matches.
        aim: Aim,
        /// CSS.
        selector: String,
    },
    /// Lines with a phrase are removed, on every site.
    Phrase {
        /// The words; case, accents and kinds of quotes do not matter.
        phrase: String,
        /// Where they stand.
        scope: PhraseScope,
        /// What such lines are.
        kind: Kind,
        /// ISO 639-1, or `any`.
        language: String,
        /// A line that must stay.
        keep: String,
    },
    /// Lines that begin with a phrase are spared by a rule.
    Exception {
        /// The rule.
        rule: String,
        /// The words.
        phrase: String,
    },
}

/// Where a phrase stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PhraseScope {
    /// It is the whole line.
    Line,
    /// The line begins with it.
    Begins,
    /// It stands anywhere in the line.
    Contains,
}

impl PhraseScope {
    fn name(self) -> &'static str {
        match self {
            PhraseScope::Line => "line",
            PhraseScope::Begins => "begins",
            PhraseScope::Contains => "contains",
        }
    }
}

fn wrong(message: impl Into<String>) -> Error {
    Error::Rules { origin: "of your own".to_owned(), message: message.into() }
}

impl Lesson {
    /// What the lesson changes in the overlay; `index` is the block that it was taught on. The first of some pairs of
    /// examples that holds is taken.
    pub fn draft(&self, overlay: &Overlay, page: &Inspection, index: usize) -> Result<Draft, Error> {
        if index >= page.blocks.len() {
            return Err(wrong("the page has no such block; load it again"));
        }
        let lectern = Lectern { overlay, page, index };
        match self {
            Lesson::Selector { aim, selector } => lectern.draft_selector(*aim, selector),
            Lesson::Phrase { .. } => self.draft_phrase(overlay, page, index),
            Lesson::Exception { rule, phrase } => lectern.draft_exception(rule, phrase),
        }
    }

    fn draft_phrase(&self, overlay: &Overlay, page: &Inspection, index: usize) -> Result<Draft, Error> {
        let Lesson::Phrase { phrase, scope, kind, language, keep } = self else {
            return Err(wrong("this lesson has no phrase"));
        };
        let is_language = |name: &str| {
            name == "any" || (name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_lowercase()))
        };
        if !is_language(language) {
            return Err(wrong(format!(
                "`{language}` is no language; write two letters, as in `fr`, or `any`"
            )));
        }
        let keep = keep.trim();
        if keep.is_empty() {
            return Err(wrong(
                "a phrase rule needs a line that it must keep; write one that is like it and is prose",
            ));
        }
        let pattern = pattern(phrase)?;
        let id = free_id(overlay, &format!("{language}.{}.own", kind.name()), phrase)?;
        let mut rule = Table::new();
        rule["id"] = value(id.as_str());
        rule["kind"] = value(kind.name());
        rule["scope"] = value(scope.name());
        rule["patterns"] = value(strings([pattern]));
        rule["max_chars"] = value(longest(&page.blocks[index].text));
        rule["remove"] = value(strings([examples::line(&page.blocks[index])]));
        rule["keep"] = value(strings([keep.to_owned()]));
        let draft = phrase_file(overlay, language, |rules| rules.push(rule))?;
        Ok(draft.checked_rule(id))
    }
}

/// Twice the length of the line that it was taught on, since headlines after a label differ.
fn longest(text: &str) -> i64 {
    const MIN: usize = 160;
    i64::try_from((text.chars().count() * 2).max(MIN)).unwrap_or(i64::MAX)
}

/// Where a lesson is taught.
#[derive(Clone, Copy)]
struct Lectern<'a> {
    overlay: &'a Overlay,
    page: &'a Inspection,
    /// The block.
    index: usize,
}

impl Lectern<'_> {
    fn draft_selector(&self, aim: Aim, selector: &str) -> Result<Draft, Error> {
        let Lectern { page, index, .. } = *self;
        let selector = selector.trim();
        let inside = taken_in(page, selector)
            .map_err(|error| wrong(format!("`{selector}` is no CSS selector: {error}")))?;
        if !inside[index] {
            return Err(wrong(format!("`{selector}` does not match this block, nor an element around it")));
        }
        let host = host(page).ok_or_else(|| {
            wrong(
                "the page does not say its address, so that no rule for its site can be made; load it with its address",
            )
        })?;
        let others = examples::others(page, index, aim);
        // a removal must prove that it leaves something; what a page removes otherwise may depend on the classifier
        let alone = (aim != Aim::Remove || others.is_empty()).then_some(None);
        let tried = others.into_iter().take(examples::MAX_TRIED).map(Some).chain(alone);
        let mut failure = None;
        for other in tried {
            let draft = self.site_draft(aim, selector, &host, other)?;
            match self.overlay.rules_with(&draft) {
                Ok(_) => return Ok(draft),
                Err(error) => failure = Some(error),
            }
        }
        Err(failure.unwrap_or_else(|| wrong("no example holds")))
    }

    fn site_draft(&self, aim: Aim, selector: &str, host: &str, other: Option<usize>) -> Result<Draft, Error> {
        let (file, before) = self.overlay.site_file(host)?;
        let mut document = parse(&file, before.as_deref())?;
        if before.is_none() {
            document["host"] = value(host);
        }
        let key = list_of(aim);
        let list = document.entry(key).or_insert(value(Array::new()));
        let list = list.as_array_mut().ok_or_else(|| wrong(format!("{file}: `{key}` is no list")))?;
        if !list.iter().any(|known| known.as_str() == Some(selector)) {
            // of several bodies the first that matches counts
            if aim == Aim::Body { list.insert(0, selector) } else { list.push(selector) }
        }
        let tests = document.entry("test").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
        let tests = tests
            .as_array_of_tables_mut()
            .ok_or_else(|| wrong(format!("{file}: write tests as [[test]]")))?;
        tests.push(self.site_test(aim, other));
        Ok(Draft::new(file, before, document.to_string()))
    }

    fn site_test(&self, aim: Aim, other: Option<usize>) -> Table {
        let Lectern { page, index, .. } = *self;
        let mut blocks: Vec<usize> = other.into_iter().chain([index]).collect();
        blocks.sort_unstable();
        let (own_key, other_key) =
            if aim == Aim::Remove { ("removes", "keeps") } else { ("keeps", "removes") };
        let mut test = Table::new();
        test["html"] = value(examples::small_page(page, &blocks));
        test[own_key] = value(strings([page.blocks[index].text.clone()]));
        if let Some(other) = other {
            test[other_key] = value(strings([page.blocks[other].text.clone()]));
        }
        test
    }

    fn draft_exception(&self, id: &str, phrase: &str) -> Result<Draft, Error> {
        let unknown = || wrong(format!("there is no built-in phrase rule `{id}` to make an exception to"));
        let (language, source) = Phrases::builtin_source(id).ok_or_else(unknown)?;
        let veto = format!("^{}", pattern(phrase)?);
        let example = examples::line(&self.page.blocks[self.index]);
        let source = toml::to_string(&source).map_err(|error| wrong(error.to_string()))?;
        let source: DocumentMut = source.parse().map_err(|_| unknown())?;
        let draft = phrase_file(self.overlay, &language, |rules| {
            let known = rules.iter().position(|rule| rule.get("id").and_then(Item::as_str) == Some(id));
            let at = known.unwrap_or_else(|| {
                rules.push(source.as_table().clone());
                rules.len() - 1
            });
            let Some(rule) = rules.get_mut(at) else { return };
            for (key, text) in [("unless", veto.clone()), ("keep", example.clone())] {
                let list = rule.entry(key).or_insert(value(Array::new()));
                if let Some(list) = list.as_array_mut() {
                    list.push(text);
                }
            }
        })?;
        Ok(draft.checked_rule(id.to_owned()))
    }
}

/// The key of a site's file for an aim.
fn list_of(aim: Aim) -> &'static str {
    match aim {
        Aim::Remove => "strip",
        Aim::Keep => "keep",
        Aim::Body => "body",
    }
}

/// A draft of the overlay's own file for a language.
fn phrase_file(
    overlay: &Overlay,
    language: &str,
    change: impl FnOnce(&mut ArrayOfTables),
) -> Result<Draft, Error> {
    let file = format!("phrases/{language}.toml");
    let before = overlay.read(&file)?;
    let mut document = parse(&file, before.as_deref())?;
    if before.is_none() {
        document["language"] = value(language);
    }
    let rules = document.entry("rule").or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    let rules =
        rules.as_array_of_tables_mut().ok_or_else(|| wrong(format!("{file}: write rules as [[rule]]")))?;
    change(rules);
    Ok(Draft::new(file, before, document.to_string()))
}

fn parse(file: &str, text: Option<&str>) -> Result<DocumentMut, Error> {
    let parsed = text.unwrap_or_default().parse();
    parsed.map_err(|error: toml_edit::TomlError| Error::Rules {
        origin: file.to_owned(),
        message: error.to_string(),
    })
}

fn strings<const N: usize>(texts: [String; N]) -> Array {
    texts.into_iter().collect()
}

/// The regular expression for some words as they are; white space may vary.
fn pattern(phrase: &str) -> Result<String, Error> {
    let words: Vec<&str> = phrase.split_whitespace().collect();
    let phrase = words.join(" ");
    if !phrase.chars().any(char::is_alphanumeric) {
        return Err(wrong("the phrase is empty; write the words by which such lines are known"));
    }
    if phrase.chars().nth(MAX_PHRASE_CHARS).is_some() {
        return Err(wrong(format!(
            "the phrase has more than {MAX_PHRASE_CHARS} characters; fewer words hold on more pages"
        )));
    }
    // braces would be read as placeholders
    let escaped = regex::escape(&phrase).replace("\\{", "\\x7b").replace("\\}", "\\x7d");
    Ok(escaped.replace(" :", " ?:"))
}

/// A name for a new rule that no rule in force has.
fn free_id(overlay: &Overlay, start: &str, phrase: &str) -> Result<String, Error> {
    let rules = overlay.rules()?;
    let taken: Vec<&str> = rules.phrases.rules().map(|rule| rule.id.as_str()).collect();
    let folded = crate::clean::text::fold_text(phrase);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let base = format!("{start}-{}", words.take(WORDS_OF_ID).collect::<Vec<_>>().join("-"));
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    let free = [base.clone()].into_iter().chain(numbered).find(|id| !taken.contains(&id.as_str()));
    free.ok_or_else(|| wrong("no name is free for the rule"))
}

#[cfg(test)]
mod tests;
