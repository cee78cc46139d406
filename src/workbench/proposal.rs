//! What could be taught about a block: selectors for its site, a phrase for every site.

use serde::Serialize;
use url::Url;

use super::Aim;
use super::examples;
use super::selectors::{self, Candidate};
use crate::clean::Kind;
use crate::clean::text::Phrases;
use crate::inspect::Inspection;

/// A line up to this length is taken as a phrase as a whole.
const MAX_WHOLE_CHARS: usize = 60;
/// Words of a longer line that are taken.
const WORDS: usize = 4;
/// Words of a line that a rule is to spare.
const WORDS_SPARED: usize = 8;

/// What could be taught about a block.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proposal {
    /// The site, without `www.`; rules for sites need it.
    pub host: Option<String>,
    /// Selectors for the site, best first.
    pub selectors: Vec<Candidate>,
    /// A phrase, where one makes sense.
    pub phrase: Option<PhraseProposal>,
}

/// A phrase that could be taught.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PhraseProposal {
    /// The words.
    pub phrase: String,
    /// Where they stand: `line` or `begins`.
    pub scope: &'static str,
    /// The language of the page, ISO 639-1.
    pub language: String,
    /// What the block is.
    pub kind: Kind,
    /// The rule that removed it, when an exception to that rule is what is proposed.
    pub exception_to: Option<String>,
    /// A line that must stay.
    pub keep: Option<String>,
}

/// What could be taught so that the aim is reached.
pub fn propose(page: &Inspection, index: usize, aim: Aim) -> Proposal {
    let host = host(page);
    let selectors = match host {
        Some(_) => selectors::candidates(page, index, aim),
        None => Vec::new(),
    };
    Proposal { host, selectors, phrase: phrase(page, index, aim) }
}

/// The host of a page by its address or the one that it names, without `www.`.
pub fn host(page: &Inspection) -> Option<String> {
    let canonical = page.metadata.canonical.as_deref().and_then(|address| Url::parse(address).ok());
    site_of(page.url.as_ref().or(canonical.as_ref())?)
}

/// The site of an address: its host without `www.`.
pub fn site_of(url: &Url) -> Option<String> {
    Some(url.host_str()?.trim_start_matches("www.").to_lowercase())
}

fn phrase(page: &Inspection, index: usize, aim: Aim) -> Option<PhraseProposal> {
    let block = page.blocks.get(index)?;
    let exception_to = Phrases::builtin_source(&block.fate.rule).map(|_| block.fate.rule.to_string());
    let is_possible = match aim {
        Aim::Remove => true,
        Aim::Keep => exception_to.is_some(),
        Aim::Body => false,
    };
    let (phrase, scope) = match aim {
        // an exception must not undo the rule
        Aim::Keep => (first_words(&block.text, WORDS_SPARED), "begins"),
        _ => words(&block.text),
    };
    let other = examples::others(page, index, aim).into_iter().next();
    is_possible.then(|| PhraseProposal {
        phrase,
        scope,
        language: page.metadata.language.clone().unwrap_or_else(|| "any".to_owned()),
        kind: block.fate.kind.filter(|kind| *kind != Kind::Title).unwrap_or(Kind::Other),
        exception_to: exception_to.filter(|_| aim == Aim::Keep),
        keep: other.filter(|_| aim == Aim::Remove).map(|other| examples::line(&page.blocks[other])),
    })
}

fn first_words(text: &str, count: usize) -> String {
    text.split_whitespace().take(count).collect::<Vec<_>>().join(" ")
}

/// A short line as a whole, else its label (what stands before a colon) or its first words.
fn words(text: &str) -> (String, &'static str) {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().nth(MAX_WHOLE_CHARS).is_none() && !line.contains(':') {
        return (line, "line");
    }
    let label = line.split_once(':').map(|(label, _)| label.trim()).filter(|label| {
        let words = label.split(' ').count();
        !label.is_empty() && words <= WORDS * 2
    });
    match label {
        Some(label) => (format!("{label} :"), "begins"),
        None => (first_words(&line, WORDS), "begins"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_the_line_its_label_or_its_first_words() {
        assert_eq!(words("Suivez-nous  sur WhatsApp"), ("Suivez-nous sur WhatsApp".into(), "line"));
        assert_eq!(words("Notre dossier : La Loire en crue"), ("Notre dossier :".into(), "begins"));
        let long = "Vous pouvez retrouver tous nos reportages dans notre application pour téléphones mobiles";
        assert_eq!(words(long), ("Vous pouvez retrouver tous".into(), "begins"));
    }

    #[test]
    fn sites_are_hosts_without_www() {
        assert_eq!(site_of(&Url::parse("https://WWW.a.example/x").unwrap()).as_deref(), Some("a.example"));
    }
}
