//! The articles of a run that a person should look at first: the cleaner doubts itself, the text is much shorter than
//! others of the same site, or other rules decided its blocks than those of the site's other pages.

use std::collections::BTreeMap;

use serde::Serialize;
use url::Url;

use crate::record::Record;

/// Articles that are compared; a larger run is judged by its first ones.
const MAX_COMPARED: usize = 50_000;
/// A site needs so many articles before one of them can be unlike the others.
const MIN_OF_SITE: usize = 5;
/// Shorter than this share of the site's median is short.
const SHORT_SHARE: usize = 4;
/// Below this likeness (cosine of the counts by sort of rule, 0 to 1) a page is built otherwise than its site. Pages of
/// one template have .9 and more.
const MIN_LIKENESS: f64 = 0.6;
/// Pages that are named.
const MAX_NAMED: usize = 40;
/// Parts of a rule's name that tell its sort: `prune.tag`, `fr.related`.
const PARTS_OF_SORT: usize = 2;
/// What the warning of a doubtful result starts with.
const SUSPICIOUS: &str = "suspicious";

/// What is known of the articles of a run, to compare them at its end.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pages {
    pages: Vec<Page>,
}

#[derive(Clone, Debug, PartialEq)]
struct Page {
    source: String,
    title: Option<String>,
    site: String,
    chars: usize,
    doubt: Option<String>,
    /// How many blocks each sort of rule decided.
    shape: BTreeMap<String, u32>,
}

/// An article to look at, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LookAt {
    /// As given.
    pub source: String,
    /// Headline.
    pub title: Option<String>,
    /// `suspicious`, `short` or `shape`.
    pub sign: &'static str,
    /// One sentence.
    pub reason: String,
}

impl Pages {
    /// Notes an article. One that does not say its address is compared with none.
    pub fn add(&mut self, record: &Record) {
        let Some(article) = record.article.as_ref().filter(|_| self.pages.len() < MAX_COMPARED) else {
            return;
        };
        let mut shape = BTreeMap::new();
        for (rule, hits) in &article.trace.hits {
            *shape.entry(sort(rule)).or_default() += u32::try_from(hits.blocks).unwrap_or(u32::MAX);
        }
        self.pages.push(Page {
            source: record.source.clone(),
            title: record.title.clone(),
            site: site(record).unwrap_or_else(|| record.source.clone()),
            chars: record.text.chars().count(),
            doubt: record.warnings.iter().find(|warning| warning.starts_with(SUSPICIOUS)).cloned(),
            shape,
        });
    }

    /// The articles to look at, the surest signs first.
    pub fn look_at(&self) -> Vec<LookAt> {
        let mut sites: BTreeMap<&str, Vec<&Page>> = BTreeMap::new();
        for page in &self.pages {
            sites.entry(&page.site).or_default().push(page);
        }
        let mut found: Vec<LookAt> = sites.values().flat_map(|pages| of_site(pages)).collect();
        found.sort_by_key(|page| match page.sign {
            SUSPICIOUS => 0,
            "shape" => 1,
            _ => 2,
        });
        found.truncate(MAX_NAMED);
        found
    }
}

/// The host by which pages are compared, without `www.`.
fn site(record: &Record) -> Option<String> {
    let address = record.final_url.as_deref().or(record.canonical.as_deref())?;
    let url = Url::parse(address).ok()?;
    Some(url.host_str()?.trim_start_matches("www.").to_owned())
}

fn sort(rule: &str) -> String {
    rule.split('.').take(PARTS_OF_SORT).collect::<Vec<_>>().join(".")
}

fn of_site(pages: &[&Page]) -> Vec<LookAt> {
    let mut lengths: Vec<usize> = pages.iter().map(|page| page.chars).collect();
    lengths.sort_unstable();
    let median = lengths.get(lengths.len() / 2).copied().unwrap_or(0);
    let mut sum: BTreeMap<&str, f64> = BTreeMap::new();
    for (sort, count) in pages.iter().flat_map(|page| &page.shape) {
        *sum.entry(sort).or_default() += f64::from(*count);
    }
    let is_known = pages.len() >= MIN_OF_SITE;
    let judge = |page: &&&Page| -> Option<LookAt> {
        let likeness = likeness(&page.shape, &sum);
        let (sign, reason) = if let Some(doubt) = &page.doubt {
            (SUSPICIOUS, doubt.clone())
        } else if is_known && likeness < MIN_LIKENESS {
            let percent = likeness * 100.0;
            (
                "shape",
                format!(
                    "other rules decided its blocks than on other pages of {} ({percent:.0}% alike)",
                    page.site
                ),
            )
        } else if is_known && page.chars * SHORT_SHARE < median {
            ("short", format!("{} characters; the median of {} is {median}", page.chars, page.site))
        } else {
            return None;
        };
        Some(LookAt { source: page.source.clone(), title: page.title.clone(), sign, reason })
    };
    pages.iter().filter_map(|page| judge(&page)).collect()
}

/// The cosine of a page's counts and those of the site's other pages.
fn likeness(page: &BTreeMap<String, u32>, sum: &BTreeMap<&str, f64>) -> f64 {
    let (mut dot, mut own, mut others) = (0.0, 0.0, 0.0);
    for (sort, all) in sum {
        let count = f64::from(page.get(*sort).copied().unwrap_or(0));
        let rest = all - count;
        dot += count * rest;
        own += count * count;
        others += rest * rest;
    }
    if own == 0.0 || others == 0.0 { 1.0 } else { dot / (own * others).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Article;
    use crate::clean::trace::{Hits, Trace};

    fn record(number: usize, chars: usize, rules: &[(&str, usize)], warning: &str) -> Record {
        let hits = |blocks| Hits { blocks, ..Hits::default() };
        let hits = rules.iter().map(|(rule, blocks)| ((*rule).to_owned(), hits(*blocks))).collect();
        let trace = Trace { hits, ..Trace::default() };
        Record {
            source: format!("https://a.example/{number}"),
            final_url: Some(format!("https://www.a.example/{number}")),
            text: "x".repeat(chars),
            warnings: vec![warning.to_owned()],
            article: Some(Article { trace, ..Article::default() }),
            ..Record::default()
        }
    }

    fn signs(records: &[Record]) -> Vec<(String, &'static str)> {
        let mut pages = Pages::default();
        records.iter().for_each(|record| pages.add(record));
        pages.look_at().into_iter().map(|page| (page.source, page.sign)).collect()
    }

    const USUAL: [(&str, usize); 2] = [("rules.body", 20), ("prune.tag.nav", 10)];

    #[test]
    fn doubtful_unlike_and_short_pages_are_named_in_this_order() {
        let mut records: Vec<Record> = (0..6).map(|number| record(number, 4000, &USUAL, "")).collect();
        records.push(record(6, 900, &USUAL, ""));
        records.push(record(7, 4000, &[("model", 9)], ""));
        records.push(record(8, 4000, &USUAL, "suspicious: much was removed"));
        let at = |number: usize| format!("https://a.example/{number}");
        assert_eq!(signs(&records), [(at(8), "suspicious"), (at(7), "shape"), (at(6), "short")]);
    }

    #[test]
    fn few_pages_of_a_site_say_nothing_of_one_another() {
        assert!(signs(&[record(0, 4000, &USUAL, ""), record(1, 10, &[("model", 1)], "")]).is_empty());
    }

    #[test]
    fn pages_without_an_article_are_not_compared() {
        assert!(signs(&[Record::failure("u", "timeout", "It timed out.")]).is_empty());
    }
}
