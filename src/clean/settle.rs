//! What belongs together stays together: decisions about blocks that make sense only for a whole table or list.
//!
//! - a table is kept or removed as a whole; the rules know tables better than the classifier, which sees few words
//! - a list follows the mean score of its items
//! - a heading that nothing follows heads what was removed

use std::collections::HashMap;

use super::Kind;
use super::block::{Fate, TextBlock};
use super::features::above;
use crate::article::BlockKind;
use crate::parse::{Dom, NodeId};

/// What is known of the blocks of a table or list.
#[derive(Default)]
struct Group {
    blocks: Vec<usize>,
    scores: f32,
    /// Blocks that the rules keep.
    by_rules: usize,
}

/// Makes the blocks of each table and list agree.
pub fn settle_groups(dom: &Dom, blocks: &mut [TextBlock], threshold: f32) {
    let mut groups: HashMap<NodeId, Group> = HashMap::new();
    for (index, block) in blocks.iter().enumerate() {
        let Some(owner) = owner(dom, block) else { continue };
        let group = groups.entry(owner).or_default();
        group.blocks.push(index);
        group.scores += block.fate.score.unwrap_or(0.0);
        group.by_rules += usize::from(block.fate.kept || block.fate.rule == "model");
    }
    for group in groups.into_values() {
        let is_table = matches!(blocks[group.blocks[0]].kind, BlockKind::Cell { .. });
        let is_kept = match is_table {
            true => 2 * group.by_rules > group.blocks.len(),
            false => group.scores >= threshold * group.blocks.len() as f32,
        };
        for index in group.blocks {
            settle(&mut blocks[index], is_kept, is_table);
        }
    }
}

/// The table or the outermost list that a block belongs to.
fn owner(dom: &Dom, block: &TextBlock) -> Option<NodeId> {
    let tags: &[&str] = match block.kind {
        BlockKind::Cell { .. } => &["table"],
        BlockKind::ListItem { .. } => &["ul", "ol"],
        _ => return None,
    };
    let lists = above(dom, block.element).filter(|node| tags.contains(&dom.tag(*node)));
    if tags.len() == 1 { lists.take(1).last() } else { lists.last() }
}

/// A removed item comes back only when the classifier alone took it.
fn settle(block: &mut TextBlock, is_kept: bool, is_table: bool) {
    let score = block.fate.score;
    let fate = match (is_kept, block.fate.kept) {
        (true, false) if is_table || block.fate.rule == "model" => Fate::kept("settle.group"),
        (false, true) => Fate::removed(Kind::Other, "settle.group"),
        _ => return,
    };
    block.fate = Fate { score, ..fate };
}

/// Removes headings after which the article ends.
pub fn drop_lone_headings(blocks: &mut [TextBlock]) {
    let mut is_last = true;
    for block in blocks.iter_mut().rev().filter(|block| block.fate.kept && !block.text.is_empty()) {
        match block.kind {
            BlockKind::Heading(_) if is_last => {
                block.fate =
                    Fate { score: block.fate.score, ..Fate::removed(Kind::Other, "settle.lone-heading") };
            }
            _ => is_last = false,
        }
    }
}
