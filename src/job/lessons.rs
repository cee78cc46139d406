//! What a run learns from its articles about rules and sites, gathered until there is enough to save.
//!
//! Terms:
//! - identity: by what an article is told from another, for counting: the hash of its title and its fingerprint
//! - streak: how often a container was seen, and the pages in a row since
//!
//! A killed run loses the lessons since they were last saved, which costs nothing but counts.

use std::collections::{BTreeMap, BTreeSet};

use super::page::{News, Tried};
use super::simhash::distance;
use crate::clean::text::fold_text;
use crate::clean::trace::{SiteTrace, Trace};
use crate::hash;
use crate::record::Record;

/// Articles after which lessons are saved: bounds memory to about 40,000 prints.
const ENOUGH: u64 = 2000;
/// Articles with one and the same paragraph that make it furniture. Three may be a series; four that differ in title
/// and text are a habit.
pub const ARTICLES: usize = 4;
/// Articles whose fingerprints differ in so many of 64 bits at most are related; unrelated ones differ in 32 +- 4.
const RELATED_BITS: u32 = 16;
/// In the place of a container: whether the user's own selectors for the body match.
pub const BODY_SELECTOR: &str = "body selector";

/// What was learned and is not saved yet.
#[derive(Debug, Default)]
pub(super) struct Lessons {
    /// Articles that were looked at.
    pub articles: u64,
    /// By rule; its parts are kept apart from cuts.
    pub rules: BTreeMap<String, RuleLesson>,
    /// By host.
    pub sites: BTreeMap<String, SiteLesson>,
    /// Hosts that were seen in this run, saved or not.
    pub hosts: BTreeSet<String>,
}

/// What a rule did.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct RuleLesson {
    pub pages: u64,
    pub blocks: u64,
    pub removed_chars: u64,
    /// Characters of the articles of these pages.
    pub article_chars: u64,
}

/// What the pages of a host showed.
#[derive(Debug, Default)]
pub(super) struct SiteLesson {
    pub pages: u64,
    pub containers: BTreeMap<String, Streak>,
    /// The articles that showed each print.
    pub furniture: BTreeMap<u64, Vec<Identity>>,
}

/// See the terms above.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Streak {
    pub seen: u64,
    pub misses: u64,
}

/// See the terms above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub title: u64,
    pub simhash: Option<u64>,
}

impl Lessons {
    /// Takes in a page that gave an article.
    pub fn take(&mut self, tried: &Tried) {
        let (News::First(record) | News::Changed(record) | News::Again(record)) = &tried.news else { return };
        let Some(trace) = record.article.as_ref().map(|article| &article.trace) else { return };
        self.articles += 1;
        self.take_rules(trace, record.text.chars().count() as u64);
        let Some(site) = &trace.site else { return };
        self.hosts.insert(site.host.clone());
        let lesson = self.sites.entry(site.host.clone()).or_default();
        lesson.take_shape(site);
        let is_new = matches!(tried.news, News::First(_)) && tried.copy.duplicate_of.is_none();
        let simhash = tried.copy.print.as_ref().and_then(|print| print.simhash);
        if let Some(identity) = Identity::of(record, simhash).filter(|_| is_new) {
            lesson.take_prints(&site.prints, identity);
        }
    }

    /// Whether there is enough to be worth a commit.
    pub fn is_enough(&self) -> bool {
        self.articles >= ENOUGH
    }

    /// Forgets what was saved.
    pub fn clear(&mut self) {
        let hosts = std::mem::take(&mut self.hosts);
        *self = Lessons { hosts, ..Lessons::default() };
    }

    fn take_rules(&mut self, trace: &Trace, article_chars: u64) {
        for (rule, hits) in &trace.hits {
            let sum = self.rules.entry(rule.trim_end_matches(" (cut)").to_owned()).or_default();
            sum.pages += 1;
            sum.blocks += hits.blocks as u64;
            sum.removed_chars += hits.removed_chars as u64;
            sum.article_chars += article_chars;
        }
    }
}

impl SiteLesson {
    fn take_shape(&mut self, site: &SiteTrace) {
        self.pages += 1;
        for (name, streak) in &mut self.containers {
            if name != BODY_SELECTOR {
                streak.misses += 1;
            }
        }
        if let Some(container) = &site.container {
            self.see(container);
        }
        match site.body_matched {
            Some(true) => self.see(BODY_SELECTOR),
            Some(false) => self.containers.entry(BODY_SELECTOR.to_owned()).or_default().misses += 1,
            None => {}
        }
    }

    fn see(&mut self, container: &str) {
        let streak = self.containers.entry(container.to_owned()).or_default();
        *streak = Streak { seen: streak.seen + 1, misses: 0 };
    }

    fn take_prints(&mut self, prints: &[u64], identity: Identity) {
        for print in prints {
            identity.join(self.furniture.entry(*print).or_default());
        }
    }
}

impl Identity {
    /// The identity of an article; none without a title.
    fn of(record: &Record, simhash: Option<u64>) -> Option<Identity> {
        let title = fold_text(record.title.as_deref()?);
        (!title.is_empty()).then(|| Identity { title: hash::stable(title.as_bytes()), simhash })
    }

    /// Adds itself to the articles that are known, if it is another article than all of them and they are too few.
    pub fn join(self, known: &mut Vec<Identity>) {
        if known.len() < ARTICLES && known.iter().all(|other| self.is_other_than(other)) {
            known.push(self);
        }
    }

    fn is_other_than(&self, other: &Identity) -> bool {
        let related = |one, other| distance(one, other) <= RELATED_BITS;
        self.title != other.title
            && !self.simhash.zip(other.simhash).is_some_and(|(one, other)| related(one, other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(title: u64, simhash: u64) -> Identity {
        Identity { title, simhash: Some(simhash) }
    }

    #[test]
    fn the_same_article_at_several_addresses_counts_once() {
        let mut known = Vec::new();
        for again in [identity(1, 0), identity(1, u64::MAX), identity(2, 0xff), identity(3, 1)] {
            again.join(&mut known);
        }
        assert_eq!(known, [identity(1, 0)], "one title, or texts that are related, are one article");
        identity(4, 0xffff_ffff).join(&mut known);
        assert_eq!(known.len(), 2);
    }

    #[test]
    fn no_more_articles_are_kept_than_are_needed() {
        let mut known = Vec::new();
        for number in 0..20 {
            Identity { title: number, simhash: None }.join(&mut known);
        }
        assert_eq!(known.len(), ARTICLES);
    }

    #[test]
    fn a_container_that_is_missing_has_a_growing_streak() {
        let mut lesson = SiteLesson::default();
        let page = |container: Option<&str>, body_matched| SiteTrace {
            container: container.map(str::to_owned),
            body_matched,
            ..SiteTrace::default()
        };
        for shape in [page(Some("div.a"), Some(true)), page(None, Some(false)), page(Some("div.b"), None)] {
            lesson.take_shape(&shape);
        }
        assert_eq!(lesson.containers["div.a"], Streak { seen: 1, misses: 2 });
        assert_eq!(lesson.containers["div.b"], Streak { seen: 1, misses: 0 });
        assert_eq!(lesson.containers[BODY_SELECTOR], Streak { seen: 1, misses: 1 });
    }
}
