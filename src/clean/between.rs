//! What the classifier doubts between blocks that are sure to be the article: a subhead without markup, prose in a row,
//! quotations, code.

use super::FastMap;
use super::block::{Fate, TextBlock};
use super::features::ends_sentence;
use super::settle::is_sure;
use crate::article::BlockKind;
use crate::parse::{Dom, NodeId};

/// Between two sure paragraphs a subhead needs only this share of the threshold.
const BETWEEN_SHARE: f32 = 0.6;

/// Longest subhead.
const MAX_SUBHEAD_BYTES: usize = 100;

/// Brings back a line that the classifier doubts when it stands between two sure paragraphs beside it in the same
/// element: a subhead that is not marked up as one.
pub fn keep_subheads(dom: &Dom, blocks: &mut [TextBlock], threshold: f32) {
    for index in 1..blocks.len().saturating_sub(1) {
        let [before, block, after] = &blocks[index - 1..=index + 1] else { continue };
        let parent = dom.parent(block.element);
        let is_beside =
            [before, after].iter().all(|other| is_sure(other) && dom.parent(other.element) == parent);
        let score = block.fate.score.unwrap_or(0.0);
        let is_title_like =
            block.text.len() <= MAX_SUBHEAD_BYTES && !block.has_links() && !ends_sentence(&block.text);
        let is_likely = score >= threshold * BETWEEN_SHARE;
        if block.fate.rule == "model" && is_beside && is_title_like && is_likely {
            blocks[index].fate = Fate { score: Some(score), ..Fate::kept("settle.between") };
        }
    }
}

/// Between sure paragraphs beside it in the same element a paragraph that the rules keep needs only this share.
const PROSE_BETWEEN_SHARE: f32 = 0.4;

/// A paragraph that does not end as a sentence does, or holds links, needs this share.
const FRAGMENT_BETWEEN_SHARE: f32 = 0.67;

/// Brings back a paragraph that the classifier doubts and the rules do not, in the middle of sure ones that stand
/// beside it in the same element: prose in a row is one text.
pub fn keep_prose(dom: &Dom, blocks: &mut [TextBlock], threshold: f32) {
    let mut sure: FastMap<Option<NodeId>, (usize, usize)> = FastMap::default();
    for (index, block) in blocks.iter().enumerate() {
        if block.kind == BlockKind::Paragraph && is_sure(block) {
            sure.entry(dom.parent(block.element)).or_insert((index, index)).1 = index;
        }
    }
    for (index, block) in blocks.iter_mut().enumerate() {
        let within = sure
            .get(&dom.parent(block.element))
            .is_some_and(|(first, last)| (*first..*last).contains(&index));
        let is_prose = ends_sentence(&block.text) && !block.has_links();
        let share = if is_prose { PROSE_BETWEEN_SHARE } else { FRAGMENT_BETWEEN_SHARE };
        let is_likely = block.fate.score.is_some_and(|score| score >= threshold * share);
        let is_doubted = block.kind == BlockKind::Paragraph && block.fate.rule == "model" && !block.fate.kept;
        if is_doubted && within && is_likely {
            block.fate = Fate { score: block.fate.score, ..Fate::kept("settle.prose") };
        }
    }
}

/// How many blocks away the sure ones around a quotation may stand: posts in a row have names and dates between them.
const QUOTE_REACH: usize = 6;

/// Brings back a quotation that the classifier doubts between sure blocks: an embedded post is read as part of the
/// article, its name and date are not.
pub fn keep_quotes(dom: &Dom, blocks: &mut [TextBlock], threshold: f32) {
    for index in 0..blocks.len() {
        let block = &blocks[index];
        let is_likely = block.fate.score.is_some_and(|score| score >= threshold * PROSE_BETWEEN_SHARE);
        if block.kind != BlockKind::Quote || block.fate.rule != "model" || block.fate.kept || !is_likely {
            continue;
        }
        let before = &blocks[index.saturating_sub(QUOTE_REACH)..index];
        let after = &blocks[index + 1..(index + 1 + QUOTE_REACH).min(blocks.len())];
        if before.iter().any(is_sure) && after.iter().any(is_sure) && !names_source(dom, block) {
            blocks[index].fate = Fate { score: block.fate.score, ..Fate::kept("settle.quote") };
        }
    }
}

/// Whether a line of a quotation says whose it is.
pub fn names_source(dom: &Dom, block: &TextBlock) -> bool {
    let is_all = |node: NodeId| dom.tag(node) == "cite" && dom.text_content(node).trim() == block.text;
    block.kind == BlockKind::Quote && dom.children(block.element).any(is_all)
}

/// Brings back code between kept text: the classifier knows prose.
pub fn keep_code(blocks: &mut [TextBlock]) {
    let mut after_text = false;
    let runs =
        blocks.chunk_by_mut(|one, other| (one.kind == BlockKind::Code) == (other.kind == BlockKind::Code));
    let mut waiting: Option<&mut [TextBlock]> = None;
    for run in runs {
        if run[0].kind == BlockKind::Code {
            waiting = after_text.then_some(run);
            continue;
        }
        if let Some(code) = waiting.take().filter(|_| run[0].fate.kept) {
            for block in
                code.iter_mut().filter(|block| !block.fate.kept && !block.fate.rule.starts_with("prune."))
            {
                block.fate = Fate { score: block.fate.score, ..Fate::kept("settle.code") };
            }
        }
        after_text = run.last().is_some_and(|block| block.fate.kept);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::super::block::testing::block;
    use super::*;

    #[test]
    fn a_doubtful_quotation_between_sure_paragraphs_stays_and_its_author_goes() {
        let scored = |kind, score, kept: bool| {
            let fate = if kept { Fate::kept("test") } else { Fate::removed(Kind::Other, "model") };
            TextBlock { fate: Fate { score: Some(score), ..fate }, ..block(kind, "Texte.", None) }
        };
        let (text, quote) = (BlockKind::Paragraph, BlockKind::Quote);
        let mut blocks = vec![
            scored(quote, 0.5, false),
            scored(text, 0.95, true),
            scored(quote, 0.5, false),
            scored(quote, 0.1, false),
            scored(text, 0.95, true),
        ];
        keep_quotes(&Dom::new(), &mut blocks, 0.6);
        let kept: Vec<bool> = blocks.iter().map(|block| block.fate.kept).collect();
        assert_eq!(kept, [false, true, true, false, true]);
    }

    #[test]
    fn whose_a_quotation_is_does_not_come_back_with_it() {
        let html = "<p>Le pont ferme.<blockquote><p>Il tiendra.</p><cite>Anne Aubier</cite></blockquote><p>Puis rien.";
        let dom = crate::parse::parse(html, &crate::parse::Limits::default()).unwrap();
        let element = |tag| dom.descendants(dom.document()).find(|node| dom.tag(*node) == tag).unwrap();
        let kept = |tag, text| {
            let sure = || TextBlock {
                fate: Fate { score: Some(0.95), ..Fate::kept("test") },
                ..block(BlockKind::Paragraph, "Texte.", None)
            };
            let fate = Fate { score: Some(0.5), ..Fate::removed(Kind::Other, "model") };
            let quote = TextBlock { element: element(tag), fate, ..block(BlockKind::Quote, text, None) };
            let mut blocks = [sure(), quote, sure()];
            keep_quotes(&dom, &mut blocks, 0.6);
            blocks[1].fate.kept
        };
        assert!(!kept("blockquote", "Anne Aubier") && kept("blockquote", "Il tiendra."));
    }

    #[test]
    fn code_between_kept_text_stays_and_code_at_the_end_goes() {
        let (text, code, off) = (BlockKind::Paragraph, BlockKind::Code, Some(Kind::Other));
        let mut blocks = vec![
            block(text, "Il faut écrire :", None),
            block(code, "let x = 1;", off),
            block(code, "let y = 2;", off),
            block(text, "Puis :", None),
            block(code, "menu", off),
        ];
        keep_code(&mut blocks);
        let kept: Vec<bool> = blocks.iter().map(|block| block.fate.kept).collect();
        assert_eq!(kept, [true, true, true, true, false]);
    }
}
