//! Short lines and lists that the rules and the classifier doubt, right beside text that is kept: the last "Oui." of an
//! interview, "Un mort." before the first paragraph, a line of a poem, a list between two paragraphs, the article in brief.
//!
//! Alone such a line says nothing; that it is of the same make as the paragraph next to it, and a sentence, says enough.

use super::block::{Fate, TextBlock};
use super::features::ends_sentence;
use super::settle::{is_doubted, is_sure, owner};
use crate::article::BlockKind;
use crate::parse::{Dom, NodeKind};

/// A line at the edge needs this score; signatures, sources and copyright notices have less.
const LINE_SCORE: f32 = 0.08;
/// One before the text: labels stand there, too.
const FIRST_LINE_SCORE: f32 = 0.2;
/// The mean score of the parts of a list between sure paragraphs.
const LIST_SCORE: f32 = 0.1;
/// What an article has in brief stands as a list before its first paragraph: so many sentences with such a mean score.
const MIN_SUMMARY: usize = 3;
const SUMMARY_SCORE: f32 = 0.4;
/// Letters of a line.
const MIN_LETTERS: usize = 3;

/// Brings them back.
pub fn keep_beside(dom: &Dom, blocks: &mut [TextBlock], threshold: f32) {
    for index in 1..blocks.len() {
        let [one, other] = &blocks[index - 1..=index] else { continue };
        if one.fate.kept && is_line(other, LINE_SCORE) && are_next(dom, one, other) {
            keep(&mut blocks[index], "settle.line");
        }
    }
    for index in (1..blocks.len()).rev() {
        let [one, other] = &blocks[index - 1..=index] else { continue };
        if other.fate.kept && is_line(one, FIRST_LINE_SCORE) && are_next(dom, one, other) {
            keep(&mut blocks[index - 1], "settle.line");
        }
    }
    keep_within(dom, blocks, threshold);
    keep_lists(dom, blocks);
}

/// Whether a block was removed for nothing but being short and loose, and reads as a sentence.
fn is_line(block: &TextBlock, least: f32) -> bool {
    block.fate.rule == "label.edge"
        && block.kind == BlockKind::Paragraph
        && !block.has_links()
        && block.fate.score.is_some_and(|score| score >= least)
        && ends_sentence(&block.text)
        // announces what is not there
        && !block.text.ends_with([':', '：'])
        && block.text.chars().filter(|character| character.is_alphabetic()).count() >= MIN_LETTERS
}

/// Whether one element follows another of its make: tag and class.
fn are_next(dom: &Dom, one: &TextBlock, other: &TextBlock) -> bool {
    let make = |node| (dom.tag(node), dom.attribute(node, "class"));
    let after = std::iter::successors(dom.next_sibling(one.element), |node| dom.next_sibling(*node));
    let next = after.into_iter().find(|node| dom.kind(*node) == NodeKind::Element);
    next == Some(other.element) && make(one.element) == make(other.element)
}

/// A line with a score that is enough for what the rules keep, in the middle of kept text.
fn keep_within(dom: &Dom, blocks: &mut [TextBlock], threshold: f32) {
    for index in 1..blocks.len().saturating_sub(1) {
        let [one, block, other] = &blocks[index - 1..=index + 1] else { continue };
        let parent = dom.parent(block.element);
        let is_within =
            [one, other].iter().all(|other| other.fate.kept && dom.parent(other.element) == parent);
        let is_likely = block.fate.score.is_some_and(|score| score >= threshold);
        if is_within && is_likely && block.fate.rule == "label.edge" && !block.has_links() {
            keep(&mut blocks[index], "settle.line");
        }
    }
}

/// A list without links whose parts the classifier alone doubts, between two sure paragraphs beside it, and one of sentences
/// right before the first sure paragraph.
fn keep_lists(dom: &Dom, blocks: &mut [TextBlock]) {
    let first_sure = blocks.iter().position(is_sure);
    let mut start = 0;
    while start < blocks.len() {
        let Some(list) = owner(dom, &blocks[start]) else {
            start += 1;
            continue;
        };
        let length = blocks[start..].iter().take_while(|block| owner(dom, block) == Some(list)).count();
        let end = start + length;
        let is_beside = |block: Option<&TextBlock>| {
            block.is_some_and(|block| is_sure(block) && dom.parent(block.element) == dom.parent(list))
        };
        let parts = &blocks[start..end];
        let by_classifier = |block: &TextBlock| matches!(&*block.fate.rule, "model" | "settle.group");
        let are_doubted =
            parts.iter().all(|block| block.fate.kept || (by_classifier(block) && !block.has_links()));
        let scores: f32 = parts.iter().filter_map(|block| block.fate.score).sum();
        if first_sure == Some(end) && scores >= SUMMARY_SCORE * length as f32 && is_summary(parts) {
            blocks[start..end].iter_mut().for_each(|block| keep(block, "settle.summary"));
        } else if are_doubted
            && scores >= LIST_SCORE * length as f32
            && is_beside(start.checked_sub(1).and_then(|before| blocks.get(before)))
            && is_beside(blocks.get(end))
        {
            let removed = blocks[start..end].iter_mut().filter(|block| !block.fate.kept);
            removed.for_each(|block| keep(block, "settle.list"));
        }
        start = end;
    }
}

/// Whether a list is of sentences against which only looks speak.
fn is_summary(parts: &[TextBlock]) -> bool {
    let is_sentence =
        |block: &TextBlock| is_doubted(block) && !block.has_links() && ends_sentence(&block.text);
    parts.len() >= MIN_SUMMARY && parts.iter().all(is_sentence)
}

fn keep(block: &mut TextBlock, rule: &'static str) {
    block.fate = Fate { score: block.fate.score, ..Fate::kept(rule) };
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::super::block::testing::block;
    use super::*;

    /// Which elements are kept, of a page's `<p>`, `<li>`, `<dt>` and `<dd>` with a rule and a score each; without a rule
    /// they are kept.
    fn kept(html: &str, fates: &[(&'static str, f32)]) -> Vec<bool> {
        let dom = crate::parse::parse(html, &crate::parse::Limits::default()).unwrap();
        let elements =
            dom.descendants(dom.document()).filter(|node| matches!(dom.tag(*node), "p" | "li" | "dt" | "dd"));
        let made = elements.zip(fates).map(|(element, &(rule, score))| {
            let fate = if rule.is_empty() { Fate::kept("model") } else { Fate::removed(Kind::Other, rule) };
            let kind = match dom.tag(element) {
                "li" => BlockKind::ListItem { depth: 0, number: None },
                _ => BlockKind::Paragraph,
            };
            let fate = Fate { score: Some(score), ..fate };
            TextBlock { element, fate, ..block(kind, &dom.text_content(element), None) }
        });
        let mut blocks: Vec<TextBlock> = made.collect();
        keep_beside(&dom, &mut blocks, 0.6);
        blocks.iter().map(|block| block.fate.kept).collect()
    }

    #[test]
    fn what_the_article_has_in_brief_stays_before_its_first_paragraph() {
        let doubted = [("label.outside", 0.5), ("label.outside", 0.4), ("model", 0.5)];
        let fates = [doubted.as_slice(), &[("", 0.95)]].concat();
        let list = |end: &str| format!("<ul><li>Un pont ferme.<li>La crue baisse.<li>Nul ne passe{end}</ul>");
        let paragraph = "<p>Serez-vous candidat ?";
        assert_eq!(kept(&format!("{}{paragraph}", list(".")), &fates), [true; 4]);
        assert_eq!(kept(&format!("{}{paragraph}", list("")), &fates), [false, false, false, true]);
        let behind = [("", 0.95)].into_iter().chain(doubted).collect::<Vec<_>>();
        assert_eq!(kept(&format!("{paragraph}{}", list(".")), &behind), [true, false, false, false]);
    }

    #[test]
    fn the_last_answer_and_a_short_first_sentence_stay() {
        let fates = [("label.edge", 0.25), ("", 0.9), ("label.edge", 0.1)];
        assert_eq!(kept("<p>Un mort.<p>Serez-vous candidat ?<p>Oui.", &fates), [true; 3]);
        let page = "<p>Nantes<p>Serez-vous candidat ?<p class=signature>Anne.";
        assert_eq!(kept(page, &fates), [false, true, false]);
        assert_eq!(kept("<p>Par :<p>Serez-vous candidat ?<p>Voir aussi :", &fates), [false, true, false]);
    }

    #[test]
    fn a_likely_line_within_kept_text_stays() {
        let fates = |score| [("", 0.8), ("label.edge", score), ("", 0.8)];
        let poem = "<p>Un trou de verdure<p>Accrochant des haillons<p>D’argent";
        assert_eq!(kept(poem, &fates(0.7)), [true; 3]);
        assert_eq!(kept(poem, &fates(0.5)), [true, false, true]);
    }

    #[test]
    fn a_list_between_sure_paragraphs_stays_and_one_after_them_goes() {
        let list = "<p>Le projet en bref.</p><dl><dt>Surface<dd>4 200 m²</dl><p>Le chantier commence.</p>";
        let fates = [("", 0.95), ("model", 0.2), ("settle.group", 0.1), ("", 0.95)];
        assert_eq!(kept(list, &fates), [true; 4]);
        assert_eq!(
            kept(&list.replace("dl", "ul").replace("dt", "li").replace("dd", "li"), &fates),
            [true; 4]
        );
        let low = [("", 0.95), ("model", 0.05), ("model", 0.05), ("", 0.95)];
        assert_eq!(kept(list, &low), [true, false, false, true]);
        let last = [("", 0.95), ("model", 0.2), ("model", 0.2), ("model", 0.1)];
        assert_eq!(kept(list, &last), [true, false, false, false]);
    }
}
