//! Lines that live on what follows them: headings, and lead-ins that end in a colon.
//!
//! - a heading goes with what stands below it
//! - what a sure line announces with a colon stays, and a short line goes with the list of links that it announces

use super::block::{Fate, TextBlock};
use super::features::above;
use super::settle::{is_sure, owner};
use super::{FastMap, Kind};
use crate::article::{BlockKind, Mark};
use crate::parse::{Dom, NodeId};

/// Above a kept block a heading needs only this share of the threshold.
const HEADING_SHARE: f32 = 0.5;
/// Below a heading that is a link stands so much text, or it heads a teaser.
const MIN_BELOW_LINK_BYTES: usize = 200;
/// What follows a line stands beside it, or at most so many elements below.
const MAX_LEVELS: usize = 3;
/// Longer headings are text that is set as one.
const MAX_HEADING_BYTES: usize = 120;
/// Shorter lines with a colon are labels ("Informations :").
const MIN_ANNOUNCING_BYTES: usize = 60;
/// So many numbered headings make a list whose entries may be pictures.
const MIN_SERIES: usize = 4;
/// Longest line that is there for a list of links only.
const MAX_LEAD_IN_BYTES: usize = 100;

/// Brings back headings that the classifier or the rules doubt when what follows in the same element is kept: after
/// the first paragraph, or when further headings beside it are kept.
pub fn keep_headings(dom: &Dom, blocks: &mut [TextBlock], threshold: f32) {
    let parallels = Parallels::of(dom, blocks);
    let mut begun = false;
    for index in 0..blocks.len() {
        let block = &blocks[index];
        begun |= block.fate.kept && block.kind == BlockKind::Paragraph;
        let is_doubted = matches!(block.kind, BlockKind::Heading(_))
            && !block.fate.kept
            && block.fate.kind != Some(Kind::Title)
            && (leads_nowhere(block) || parallels.follow(dom, blocks, index))
            && block.fate.score.is_some_and(|score| score >= threshold * HEADING_SHARE);
        let Some(next) = next_text(blocks, index).filter(|next| is_doubted && next.fate.kept) else {
            continue;
        };
        if !leads_nowhere(block) && next.text.len() < MIN_BELOW_LINK_BYTES {
            continue;
        }
        // what was pruned with its box comes back with its box
        let with_box = block.fate.rule.starts_with("prune.") && next.fate.rule == "model";
        let heads_next = (is_by_score(block) || with_box) && is_beside(dom, next, place(dom, blocks, index));
        if heads_next && (begun || parallels.follow(dom, blocks, index)) {
            blocks[index].fate = Fate { score: block.fate.score, ..Fate::kept("heads.heading") };
        }
    }
}

/// Whether a block has no link, or only one to itself (`#section-2`).
fn leads_nowhere(block: &TextBlock) -> bool {
    block.spans.iter().all(|span| !matches!(&span.mark, Mark::Link(to) if !to.starts_with('#')))
}

/// The element that a heading stands in; not one that holds nothing else.
fn place(dom: &Dom, blocks: &[TextBlock], index: usize) -> Option<NodeId> {
    let parent = dom.parent(blocks[index].element)?;
    let is_inside = |other: Option<&TextBlock>| {
        other.is_some_and(|other| above(dom, other.element).any(|node| node == parent))
    };
    let is_alone =
        !is_inside(index.checked_sub(1).map(|before| &blocks[before])) && !is_inside(blocks.get(index + 1));
    if is_alone { dom.parent(parent) } else { Some(parent) }
}

/// The last kept heading of each make.
#[derive(Default)]
struct Parallels(FastMap<(u8, Option<NodeId>), usize>);

impl Parallels {
    fn of(dom: &Dom, blocks: &[TextBlock]) -> Parallels {
        let kept = blocks.iter().enumerate().filter(|(_, block)| block.fate.kept);
        Parallels(kept.filter_map(|(index, block)| Some((make(dom, block)?, index))).collect())
    }

    /// Whether a heading of the same make is kept further below.
    fn follow(&self, dom: &Dom, blocks: &[TextBlock], index: usize) -> bool {
        make(dom, &blocks[index]).and_then(|make| self.0.get(&make)).is_some_and(|last| *last > index)
    }
}

/// The level of a heading, and what it stands in.
fn make(dom: &Dom, block: &TextBlock) -> Option<(u8, Option<NodeId>)> {
    match block.kind {
        BlockKind::Heading(level) => Some((level, dom.parent(block.element))),
        _ => None,
    }
}

/// Brings back the block, or the whole list, that a sure line announces with a colon.
pub fn keep_announced(dom: &Dom, blocks: &mut [TextBlock]) {
    for index in 1..blocks.len() {
        let line = &blocks[index - 1];
        let announces = is_sure(line) && ends_in_colon(line) && line.text.len() >= MIN_ANNOUNCING_BYTES;
        if !announces
            || !is_by_score(&blocks[index])
            || !is_beside(dom, &blocks[index], dom.parent(line.element))
        {
            continue;
        }
        let list = owner(dom, &blocks[index]);
        let of_list = |block: &&TextBlock| list.is_some() && owner(dom, block) == list;
        let count = blocks[index..].iter().take_while(of_list).count().max(1);
        for block in blocks[index..].iter_mut().take(count).filter(|block| is_by_score(block)) {
            block.fate = Fate { score: block.fate.score, ..Fate::kept("heads.announced") };
        }
    }
}

/// Removes lines that announce a list of links or contents that was removed.
pub fn drop_lead_ins(blocks: &mut [TextBlock]) {
    for index in 0..blocks.len() {
        let block = &blocks[index];
        let may_be = block.fate.kept && block.text.len() <= MAX_LEAD_IN_BYTES && ends_in_colon(block);
        let is_links = |next: &TextBlock| {
            let by = &*next.fate.rule;
            let linked = next.fate.kind == Some(Kind::Related) || by == "doubled.contents";
            !next.fate.kept && linked && matches!(next.kind, BlockKind::ListItem { .. })
        };
        if may_be && next_text(blocks, index).is_some_and(is_links) {
            blocks[index].fate =
                Fate { score: block.fate.score, ..Fate::removed(Kind::Related, "heads.lead-in") };
        }
    }
}

/// Removes headings after which the article ends, and headings of boxes: what stood below was removed, and the next
/// thing that is kept is a heading again.
pub fn drop_lone_headings(blocks: &mut [TextBlock]) {
    let (mut next_is_section, mut removed_below) = (true, true);
    let counted = |block: &TextBlock| {
        block.fate.kept && matches!(block.kind, BlockKind::Heading(_)) && is_numbered(&block.text)
    };
    let is_series = blocks.iter().filter(|block| counted(block)).count() >= MIN_SERIES;
    for block in blocks.iter_mut().rev().filter(|block| !block.text.is_empty()) {
        if !block.fate.kept {
            removed_below |= block.fate.kind.is_some_and(is_box);
            continue;
        }
        let is_heading = matches!(block.kind, BlockKind::Heading(_))
            && block.text.len() <= MAX_HEADING_BYTES
            && !(is_series && is_numbered(&block.text));
        let heads_nothing = is_heading && next_is_section && removed_below && !block.has_links();
        if heads_nothing {
            block.fate = Fate { score: block.fate.score, ..Fate::removed(Kind::Other, "heads.lone") };
        } else {
            (next_is_section, removed_below) = (is_heading, false);
        }
    }
}

/// Whether a heading begins with a number and a point.
fn is_numbered(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < text.len() && rest.starts_with(['.', ')', ':'])
}

/// Kinds that stand in boxes with a heading of their own, unlike those that stand between paragraphs.
fn is_box(kind: Kind) -> bool {
    !matches!(kind, Kind::Caption | Kind::Credit | Kind::Advert | Kind::DateLine | Kind::Byline)
}

/// Whether a block was removed for its looks, not for what it says or is named.
fn is_by_score(block: &TextBlock) -> bool {
    !block.fate.kept && matches!(&*block.fate.rule, "model" | "label.edge" | "label.outside" | "label.links")
}

fn next_text(blocks: &[TextBlock], index: usize) -> Option<&TextBlock> {
    blocks[index + 1..].iter().find(|block| !block.text.is_empty())
}

fn is_beside(dom: &Dom, block: &TextBlock, parent: Option<NodeId>) -> bool {
    above(dom, block.element).skip(1).take(MAX_LEVELS).any(|node| Some(node) == parent)
}

fn ends_in_colon(block: &TextBlock) -> bool {
    block.text.trim_end().ends_with(':')
}

#[cfg(test)]
mod tests {
    use super::super::block::testing::block;
    use super::*;

    fn left(blocks: Vec<TextBlock>) -> Vec<String> {
        blocks.into_iter().filter(|block| block.fate.kept).map(|block| block.text).collect()
    }

    #[test]
    fn headings_of_removed_boxes_go_and_those_of_sections_stay() {
        let (heading, text) = (BlockKind::Heading(2), BlockKind::Paragraph);
        let mut page = vec![
            block(heading, "Les faits", None),
            block(text, "Photo : X", Some(Kind::Caption)),
            block(text, "Le texte.", None),
            block(heading, "Lettre d’information", None),
            block(text, "Recevez notre lettre", Some(Kind::Newsletter)),
            block(heading, "La suite", None),
            block(text, "Encore du texte.", None),
            block(heading, "À lire", None),
        ];
        drop_lone_headings(&mut page);
        assert_eq!(left(page), ["Les faits", "Le texte.", "La suite", "Encore du texte."]);
    }

    #[test]
    fn a_lead_in_goes_with_its_links_and_stays_with_its_list() {
        let (text, item) = (BlockKind::Paragraph, BlockKind::ListItem { depth: 0, number: None });
        let mut page = vec![
            block(text, "Nos conseils :", None),
            block(item, "Dix recettes", Some(Kind::Related)),
            block(text, "Il faut :", None),
            block(item, "Un pont", None),
        ];
        drop_lead_ins(&mut page);
        assert_eq!(left(page), ["Il faut :", "Un pont"]);
    }

    /// A page whose blocks are siblings; each is (kind, text, score); kept from 0.6 on.
    fn siblings(blocks: &[(BlockKind, &str, f32)]) -> (Dom, Vec<TextBlock>) {
        let html: String = blocks.iter().map(|(_, text, _)| format!("<p>{text}</p>")).collect();
        let dom = crate::parse::parse(&html, &crate::parse::Limits::default()).unwrap();
        let elements: Vec<NodeId> =
            dom.descendants(dom.document()).filter(|node| dom.tag(*node) == "p").collect();
        let made = blocks.iter().zip(elements).map(|((kind, text, score), element)| {
            let fate =
                if *score >= 0.6 { Fate::kept("label.prose") } else { Fate::removed(Kind::Other, "model") };
            TextBlock { element, fate: Fate { score: Some(*score), ..fate }, ..block(*kind, text, None) }
        });
        let made = made.collect();
        (dom, made)
    }

    #[test]
    fn a_doubtful_heading_above_kept_text_stays() {
        let (heading, text) = (BlockKind::Heading(2), BlockKind::Paragraph);
        let (dom, mut blocks) = siblings(&[
            (heading, "Politique", 0.4),
            (text, "Le pont est fermé.", 0.9),
            (heading, "Les faits", 0.4),
            (text, "Il a cédé.", 0.9),
            (heading, "À lire", 0.4),
            (text, "Dix recettes", 0.1),
        ]);
        keep_headings(&dom, &mut blocks, 0.6);
        assert_eq!(left(blocks), ["Le pont est fermé.", "Les faits", "Il a cédé."]);
    }

    #[test]
    fn what_a_sure_line_announces_stays() {
        let (text, code) = (BlockKind::Paragraph, BlockKind::Code);
        let line = "La commande suivante règle de nouveau la taille du tampon de réception :";
        let (dom, mut blocks) =
            siblings(&[(text, line, 0.95), (code, "netsh tcp", 0.3), (text, "Menu", 0.3)]);
        keep_announced(&dom, &mut blocks);
        assert_eq!(left(blocks), [line, "netsh tcp"]);
    }
}
