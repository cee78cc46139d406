//! The words of bylines, from `rules/bylines.toml`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

const RULES: &str = include_str!("../../../../rules/bylines.toml");

/// The lists of the file, under their names there.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::article::metadata) struct Rules {
    pub prefixes: BTreeSet<String>,
    pub joiners: BTreeSet<String>,
    pub weak_joiners: BTreeSet<String>,
    pub tails: Vec<String>,
    pub agencies: BTreeSet<String>,
    pub collectives: BTreeSet<String>,
    pub nobodies: BTreeSet<String>,
    pub roles: BTreeSet<String>,
    pub noise: BTreeSet<String>,
    pub calendar: BTreeSet<String>,
    pub particles: BTreeSet<String>,
    pub introductions: BTreeSet<String>,
    pub plain_introductions: BTreeSet<String>,
    pub last_words: BTreeSet<String>,
    pub labels: BTreeSet<String>,
    pub name_classes: BTreeSet<String>,
    pub author_paths: BTreeSet<String>,
    pub ages: BTreeSet<String>,
}

/// The embedded rules.
pub(in crate::article::metadata) static BYLINES: LazyLock<Rules> =
    LazyLock::new(|| toml::from_str(RULES).unwrap_or_default());

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::metadata::words::fold;

    #[test]
    fn the_embedded_rules_are_well_formed_and_folded() {
        let rules: Rules = toml::from_str(RULES).unwrap();
        let sets = [
            &rules.joiners,
            &rules.agencies,
            &rules.collectives,
            &rules.nobodies,
            &rules.roles,
            &rules.noise,
            &rules.introductions,
            &rules.plain_introductions,
            &rules.last_words,
            &rules.labels,
            &rules.ages,
        ];
        let all = sets.into_iter().flatten().chain(&rules.prefixes).chain(&rules.tails);
        let unfolded: Vec<&String> = all.filter(|word| fold(word) != **word).collect();
        assert!(unfolded.is_empty(), "{unfolded:?}");
    }
}
