//! Paragraphs of one make share a fate: those of the same tag and class in the same element, and those of the same
//! class wherever they stand, in a box or before the paywall. So do headings that are links: names above the posts of a
//! thread, titles of teasers.

use super::block::{Fate, TextBlock};
use super::features::ends_sentence;
use super::{FastMap, Kind};
use crate::article::{BlockKind, Mark};
use crate::parse::Dom;

/// Paragraphs of one make share a fate from so many kept ones on ...
const MIN_AGREEING: usize = 4;
/// ... that are so much of their text ...
const AGREEING_SHARE: f32 = 0.8;
/// ... and a doubted one then needs this share of the threshold.
const CONSENSUS_SHARE: f32 = 0.5;
/// A long paragraph may hold links, or stand where the rules see no more article; it has so much text ...
const MIN_LONG_BYTES: usize = 200;
/// ... of which at most so much are links ...
const MAX_LINKED_SHARE: f32 = 0.5;
/// ... and needs this share.
const LONG_SHARE: f32 = 0.8;

/// Headings of one make that are links share a fate from so many on.
const MIN_LINKED_HEADINGS: usize = 3;

/// Paragraphs of one make.
#[derive(Default)]
struct Make {
    kept: usize,
    kept_text: usize,
    text: usize,
}

impl Make {
    /// Whether nearly all others are kept, one of them aside that is not.
    fn agrees(&self, removed: &TextBlock) -> bool {
        let others = self.text - removed.text.len();
        self.kept >= MIN_AGREEING && self.kept_text as f32 >= AGREEING_SHARE * others as f32
    }
}

/// Brings back paragraphs that the classifier doubts when nearly all others of their make are kept: scores sink towards
/// the end of long texts.
pub fn keep_alike(dom: &Dom, blocks: &mut [TextBlock], threshold: f32) {
    let makes_of = |block: &TextBlock| {
        let (tag, class) = (dom.tag(block.element), dom.attribute(block.element, "class"));
        let named = class.filter(|class| !class.is_empty()).map(|class| (None, tag, Some(class)));
        [Some((dom.parent(block.element), tag, class)), named].into_iter().flatten()
    };
    let is_doubted = |block: &TextBlock| {
        block.kind == BlockKind::Paragraph && !block.fate.kept && is_doubted_prose(block, threshold)
    };
    let doubted: Vec<usize> = (0..blocks.len()).filter(|index| is_doubted(&blocks[*index])).collect();
    if doubted.is_empty() {
        return;
    }
    let mut makes: FastMap<_, Make> = FastMap::default();
    for block in blocks.iter().filter(|block| block.kind == BlockKind::Paragraph) {
        for key in makes_of(block) {
            let make = makes.entry(key).or_default();
            make.text += block.text.len();
            if block.fate.kept {
                (make.kept, make.kept_text) = (make.kept + 1, make.kept_text + block.text.len());
            }
        }
    }
    for index in doubted {
        let block = &mut blocks[index];
        if makes_of(block).any(|key| makes.get(&key).is_some_and(|make| make.agrees(block))) {
            block.fate = Fate { score: block.fate.score, ..Fate::kept("settle.alike") };
        }
    }
}

/// Removes headings that are links when most of their make are removed: those of the same tag and class in elements of the
/// same class.
pub fn drop_linked_headings(dom: &Dom, blocks: &mut [TextBlock]) {
    let mut makes: FastMap<_, Vec<usize>> = FastMap::default();
    for (index, block) in blocks.iter().enumerate() {
        if matches!(block.kind, BlockKind::Heading(_)) && leads_away(block) {
            let class = |node| dom.attribute(node, "class");
            let key = (dom.tag(block.element), class(block.element), dom.parent(block.element).map(class));
            makes.entry(key).or_default().push(index);
        }
    }
    for make in makes.into_values().filter(|make| make.len() >= MIN_LINKED_HEADINGS) {
        let kept: Vec<usize> = make.iter().copied().filter(|index| blocks[*index].fate.kept).collect();
        if 2 * kept.len() < make.len() {
            for index in kept {
                let fate = &mut blocks[index].fate;
                *fate = Fate { score: fate.score, ..Fate::removed(Kind::Related, "settle.heading") };
            }
        }
    }
}

/// Whether all of a block is a link to elsewhere; headings often link to themselves.
fn leads_away(block: &TextBlock) -> bool {
    let elsewhere = |mark: &Mark| matches!(mark, Mark::Link(target) if !target.starts_with('#'));
    let links = block.spans.iter().filter(|span| elsewhere(&span.mark));
    let linked: usize = links.map(|span| span.range.len()).sum();
    linked > 0 && linked == block.text.len()
}

/// Whether the score alone, and not by much, speaks against a paragraph.
fn is_doubted_prose(block: &TextBlock, threshold: f32) -> bool {
    let linked: usize = block.links().map(|link| link.len()).sum();
    let is_long =
        block.text.len() >= MIN_LONG_BYTES && linked as f32 <= MAX_LINKED_SHARE * block.text.len() as f32;
    let share = match &*block.fate.rule {
        "model" if linked == 0 => CONSENSUS_SHARE,
        "model" | "label.edge" | "label.outside" if is_long => LONG_SHARE,
        _ => return false,
    };
    ends_sentence(&block.text) && block.fate.score.is_some_and(|score| score >= threshold * share)
}

#[cfg(test)]
mod tests {
    use super::super::block::testing::block;
    use super::*;
    use crate::article::Span;

    /// Whether the last paragraph comes back; all others are kept.
    fn comes_back(last: &str, fate: Fate, linked: usize) -> bool {
        let html = format!(
            "<div>{}{}</div>{last}",
            "<p>Un texte.</p>".repeat(5),
            "<p class=a>Un texte.</p>".repeat(5)
        );
        let dom = crate::parse::parse(&html, &crate::parse::Limits::default()).unwrap();
        let elements = dom.descendants(dom.document()).filter(|node| dom.tag(*node) == "p");
        let made = elements.map(|element| TextBlock {
            element,
            ..block(BlockKind::Paragraph, &dom.text_content(element), None)
        });
        let mut blocks: Vec<TextBlock> = made.collect();
        let last = blocks.last_mut().unwrap();
        last.fate = fate;
        last.spans.push(Span { range: 0..linked, mark: Mark::Link("/a".to_owned()) });
        keep_alike(&dom, &mut blocks, 0.6);
        blocks.last().unwrap().fate.kept
    }

    fn removed(rule: &'static str, score: f32) -> Fate {
        Fate { score: Some(score), ..Fate::removed(Kind::Other, rule) }
    }

    #[test]
    fn a_doubted_paragraph_stays_when_nearly_all_of_its_make_are_kept() {
        let in_box = |class: &str| format!("<section><p class={class}>Encore.</section>");
        assert!(comes_back(&in_box("a"), removed("model", 0.4), 0));
        assert!(!comes_back(&in_box("encart"), removed("model", 0.4), 0));
        assert!(!comes_back(&in_box("a"), removed("label.outside", 0.55), 0));
    }

    #[test]
    fn headings_that_are_links_go_with_most_of_their_make() {
        let kept_of = |fates: &[bool], linked: usize| {
            let html = "<div class=user><h4>Anne Le Goff</h4></div>".repeat(fates.len());
            let dom = crate::parse::parse(&html, &crate::parse::Limits::default()).unwrap();
            let elements = dom.descendants(dom.document()).filter(|node| dom.tag(*node) == "h4");
            let made = elements.zip(fates).map(|(element, kept)| TextBlock {
                element,
                fate: if *kept { Fate::kept("model") } else { removed("model", 0.2) },
                spans: vec![Span { range: 0..linked, mark: Mark::Link("/u".to_owned()) }],
                ..block(BlockKind::Heading(4), "Anne Le Goff", None)
            });
            let mut blocks: Vec<TextBlock> = made.collect();
            drop_linked_headings(&dom, &mut blocks);
            blocks.iter().filter(|block| block.fate.kept).count()
        };
        assert_eq!(kept_of(&[true, false, false], 12), 0);
        assert_eq!(kept_of(&[true, false, false], 5), 1);
        assert_eq!(kept_of(&[true, true, false], 12), 2);
        assert_eq!(kept_of(&[true, false], 12), 1);
    }

    #[test]
    fn a_long_paragraph_may_hold_links_and_stand_before_the_rest() {
        let long = "La Loire est montée de deux mètres dans la nuit, a indiqué la préfecture. ".repeat(4);
        let page = format!("<section><p class=a>{long}</section>");
        assert!(comes_back(&page, removed("label.outside", 0.5), 20));
        assert!(!comes_back(&page, removed("label.outside", 0.4), 20));
        assert!(!comes_back(&page, removed("label.outside", 0.5), 200));
        assert!(!comes_back(&page, removed("prune.name.related", 0.5), 20));
    }
}
