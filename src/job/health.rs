//! The health of rules over runs: which never decide anything, and which take more than a rule should.

use super::memory::RuleCount;
use crate::rules::RuleEntry;

/// With fewer articles nothing can be said of a rule that never hits.
pub const MIN_ARTICLES: u64 = 100;
/// With fewer pages a large share is no habit.
const MIN_PAGES: u64 = 5;
/// A rule that takes more than this share of the text of its pages, on average, is greedy.
const GREEDY_SHARE: f64 = 0.3;

/// What is to be said of a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// It decided nothing in so many articles.
    Dead {
        /// Articles since it was first known.
        articles: u64,
    },
    /// It takes this share of the text of the pages that it hits.
    Greedy {
        /// From 0 to 1.
        share: f64,
        /// How many pages that is known of.
        pages: u64,
    },
}

/// The rules of which something is to be said, in the order of the catalogue.
pub fn examine<'r>(catalogue: &'r [RuleEntry], counts: &[RuleCount]) -> Vec<(&'r RuleEntry, Finding)> {
    let articles = articles(counts);
    let judged = catalogue.iter().map(|rule| {
        let count = counts.iter().find(|count| count.rule == rule.rule);
        (rule, judge(rule, count, articles))
    });
    judged.filter_map(|(rule, finding)| Some((rule, finding?))).collect()
}

/// How many articles were counted in all.
pub fn articles(counts: &[RuleCount]) -> u64 {
    counts.iter().find(|count| count.rule.is_empty()).map_or(0, |all| all.pages)
}

fn judge(rule: &RuleEntry, count: Option<&RuleCount>, articles: u64) -> Option<Finding> {
    let seen = articles.saturating_sub(count.map_or(0, |count| count.before));
    match count.filter(|count| count.pages > 0) {
        None => (seen >= MIN_ARTICLES).then_some(Finding::Dead { articles: seen }),
        Some(count) => {
            let all = (count.removed_chars + count.article_chars).max(1);
            let share = count.removed_chars as f64 / all as f64;
            let is_greedy = count.pages >= MIN_PAGES && share > GREEDY_SHARE && !is_box(rule);
            is_greedy.then_some(Finding::Greedy { share, pages: count.pages })
        }
    }
}

/// Built-in rules for boxes may take comments and menus that are longer than the article.
fn is_box(rule: &RuleEntry) -> bool {
    !rule.own && rule.rule.starts_with("prune.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(rule: &str, pages: u64, removed_chars: u64, before: u64) -> RuleCount {
        RuleCount {
            rule: rule.into(),
            pages,
            removed_chars,
            article_chars: 1000,
            before,
            ..RuleCount::default()
        }
    }

    #[test]
    fn dead_and_greedy_rules_are_found_and_new_or_modest_ones_are_not() {
        let names =
            ["fr.a.never", "fr.a.new", "fr.a.greedy", "fr.a.modest", "prune.name.comments", "fr.a.rare"];
        let entry = |name: &str, own| RuleEntry { rule: name.to_owned(), kind: "other".to_owned(), own };
        let mut catalogue: Vec<RuleEntry> = names.map(|name| entry(name, false)).to_vec();
        catalogue.push(entry("prune.name.mine", true));
        let counts = [
            count("", 150, 0, 0),
            count("fr.a.new", 0, 0, 100),
            count("fr.a.greedy", 9, 1000, 0),
            count("fr.a.modest", 140, 100, 0),
            count("prune.name.comments", 40, 9000, 0),
            count("prune.name.mine", 9, 1000, 0),
            count("fr.a.rare", 2, 5000, 0),
        ];
        let found: Vec<_> = examine(&catalogue, &counts)
            .into_iter()
            .map(|(rule, finding)| (rule.rule.as_str(), finding))
            .collect();
        let greedy = Finding::Greedy { share: 0.5, pages: 9 };
        let dead = Finding::Dead { articles: 150 };
        assert_eq!(
            found,
            [("fr.a.never", dead), ("fr.a.greedy", greedy.clone()), ("prune.name.mine", greedy)]
        );
    }

    #[test]
    fn without_articles_nothing_is_dead() {
        let rule = RuleEntry { rule: "r".to_owned(), kind: "other".to_owned(), own: true };
        assert_eq!(examine(&[rule], &[]), []);
    }
}
