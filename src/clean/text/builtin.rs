//! The phrase rules that are built in: as written, and as `rules/prepare.rs` has prepared them.

use std::sync::Arc;

use super::matcher::Ready;
use super::prepared::Prepared;
use super::rule::{RuleFile, Written};

// `FILES`: the files of rules/phrases, by name. `PREPARED`: the rules of each language, as bytes.
include!(concat!(env!("OUT_DIR"), "/phrases.rs"));

/// The rules as written.
pub(super) fn written() -> Written {
    let mut written = Written::default();
    for (_, text) in FILES {
        written.add(RuleFile::parse(text).expect("rules/prepare.rs has read the same text"), false);
    }
    written
}

/// The languages that have rules.
pub(super) fn languages() -> impl Iterator<Item = &'static str> {
    PREPARED.iter().map(|(language, _)| *language)
}

/// The rules of a language, ready to be asked.
pub(super) fn ready(language: &str) -> Vec<Arc<Ready>> {
    let bytes = PREPARED.iter().find(|(name, _)| *name == language).map_or(&[][..], |(_, bytes)| bytes);
    let prepared: Vec<Prepared> = postcard::from_bytes(bytes).unwrap_or_default();
    prepared.into_iter().map(|prepared| Arc::new(Ready::from(prepared))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_rule_takes_the_place_of_another_file() {
        let files = FILES.iter().map(|(_, text)| RuleFile::parse(text).unwrap());
        let mut ids: Vec<String> = files.flat_map(|file| file.rule).map(|rule| rule.id).collect();
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all, "two rules have one id, and the later one wins without a word");
    }
}
