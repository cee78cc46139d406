//! What rules and sites did on a page: runs remember it over pages (`job::lessons`).
//!
//! - container: the element that holds nearly all of the article, named so that other pages of the site name it alike

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::block::TextBlock;
use super::features::above;
use super::furniture;
use crate::parse::{Dom, NodeId};

/// Share of the article's text that its container holds.
const MIN_SHARE: f32 = 0.8;

/// What rules and sites did on a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// What each rule decided, kept blocks included.
    pub hits: BTreeMap<String, Hits>,
    /// What only runs ask for.
    pub site: Option<SiteTrace>,
}

/// What a rule decided.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Hits {
    /// How many blocks.
    pub blocks: usize,
    /// Characters of them that are no part of the article.
    pub removed_chars: usize,
}

/// What a page tells of its site.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SiteTrace {
    /// The host, by the address of the page or the one that it gives as canonical.
    pub host: String,
    /// The container of the article, as a selector.
    pub container: Option<String>,
    /// Whether the user's selectors for the body match, where there are any.
    pub body_matched: Option<bool>,
    /// Prints of paragraphs that may be furniture, known furniture included.
    pub prints: Vec<u64>,
}

impl Trace {
    /// Counts what became of the blocks. A rule of a site is counted with its host, as in `site.strip@a.example`.
    pub fn count(&mut self, blocks: &[TextBlock], site: Option<&str>) {
        for block in blocks {
            let rule = at_site(&block.fate.rule, site);
            let chars = if block.fate.kept { 0 } else { block.text.chars().count() };
            match self.hits.get_mut(rule.as_ref()) {
                Some(hits) => hits.add(chars),
                None => drop(self.hits.insert(rule.into_owned(), Hits { blocks: 1, removed_chars: chars })),
            }
        }
    }
}

fn at_site<'r>(rule: &'r str, site: Option<&str>) -> Cow<'r, str> {
    match site {
        Some(host) if rule.starts_with("site.") => format!("{rule}@{host}").into(),
        _ => Cow::Borrowed(rule),
    }
}

impl Hits {
    fn add(&mut self, removed_chars: usize) {
        self.blocks += 1;
        self.removed_chars += removed_chars;
    }
}

impl SiteTrace {
    /// What the blocks of a page tell before furniture is removed.
    pub fn of(dom: &Dom, host: &str, blocks: &[TextBlock]) -> SiteTrace {
        let mut prints: Vec<u64> = blocks.iter().filter_map(furniture::print).collect();
        prints.sort_unstable();
        prints.dedup();
        SiteTrace { host: host.to_owned(), container: container(dom, blocks), body_matched: None, prints }
    }
}

/// The innermost element with nearly all of the article that has a name to know it by.
fn container(dom: &Dom, blocks: &[TextBlock]) -> Option<String> {
    let mut held: BTreeMap<NodeId, usize> = BTreeMap::new();
    let mut all = 0;
    for block in blocks.iter().filter(|block| block.fate.kept) {
        all += block.text.len();
        for node in above(dom, block.element) {
            *held.entry(node).or_default() += block.text.len();
        }
    }
    let is_enough = |node: &NodeId| held.get(node).is_some_and(|held| *held as f32 >= MIN_SHARE * all as f32);
    let first = blocks.iter().find(|block| {
        block.fate.kept && above(dom, block.element).any(|node| dom.tag(node) != "body" && is_enough(&node))
    })?;
    above(dom, first.element).filter(is_enough).find_map(|node| name(dom, node))
}

/// Tag and stable class or id; a number in a name is that of the page.
fn name(dom: &Dom, node: NodeId) -> Option<String> {
    let is_stable = |name: &&str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_'))
    };
    let class = dom.attribute(node, "class").and_then(|class| class.split_ascii_whitespace().find(is_stable));
    let id = dom.attribute(node, "id").filter(is_stable);
    match (dom.tag(node), class, id) {
        ("body" | "html" | "", ..) => None,
        (tag, Some(class), _) => Some(format!("{tag}.{class}")),
        (tag, None, Some(id)) => Some(format!("{tag}#{id}")),
        (tag @ ("article" | "main"), ..) => Some(tag.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::clean::furniture::Furniture;
    use crate::{CleanOptions, Cleaner, Rules};

    const PROSE: &str = "<p>Le préfet a signé hier l’arrêté qui interdit l’arrosage dans douze communes.</p>\
        <p>La Loire est à son plus bas depuis quarante ans, et la pluie n’est pas attendue avant lundi.</p>";

    fn container(html: &str) -> Option<String> {
        let cleaner = Cleaner::new(Rules::builtin(), CleanOptions::default());
        let url = "https://www.site.example/a".parse().unwrap();
        let article = cleaner.with_furniture(Furniture::default()).clean(html, Some(&url)).unwrap();
        article.trace.site.and_then(|site| site.container)
    }

    #[test]
    fn the_container_is_named_alike_on_all_pages_of_a_site() {
        for number in 1..3 {
            let html = format!(
                "<main><div id=post-{number} class='p{number} story-body'><div>{PROSE}</div></div></main>"
            );
            assert_eq!(container(&html).as_deref(), Some("div.story-body"));
        }
        assert_eq!(container(&format!("<article>{PROSE}</article>")).as_deref(), Some("article"));
        assert_eq!(container(PROSE), None);
    }

    #[test]
    fn only_runs_pay_for_the_trace_of_a_site() {
        let article = Cleaner::default().clean(&format!("<article>{PROSE}</article>"), None).unwrap();
        assert_eq!(article.trace.site, None);
        assert!(article.trace.hits.values().map(|hits| hits.blocks).sum::<usize>() >= 2);
    }
}
