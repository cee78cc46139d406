//! Lists of articles: pages of headlines that are links, each with a short teaser.

use super::block::TextBlock;
use super::survey::text_weight;

/// A list of articles has at least so many teasers ...
const MIN_TEASERS: usize = 5;
/// ... which make this share of what is kept.
const MIN_TEASER_SHARE: f32 = 0.7;
/// Longest teaser.
const MAX_TEASER_WEIGHT: u32 = 400;
/// Shortest headline of a teaser.
const MIN_HEADLINE_BYTES: usize = 20;
/// A teaser stands at most so many blocks after the linked headline it belongs to.
const TEASER_REACH: usize = 2;
/// Whether what is kept are teasers: short texts, each below a headline that is a link.
pub fn is_list(blocks: &[TextBlock]) -> bool {
    let is_link = |block: &TextBlock| {
        let linked: usize = block.links().map(|range| range.len()).sum();
        block.text.len() >= MIN_HEADLINE_BYTES && 10 * linked > 8 * block.text.len()
    };
    let (mut teasers, mut teaser_weight, mut weight) = (0, 0, 0_u32);
    for (index, block) in blocks.iter().enumerate().filter(|(_, block)| block.fate.kept) {
        let own = text_weight(&block.text);
        weight += own;
        let before = &blocks[index.saturating_sub(TEASER_REACH)..index];
        if own <= MAX_TEASER_WEIGHT && (is_link(block) || before.iter().any(is_link)) {
            teasers += 1;
            teaser_weight += own;
        }
    }
    teasers >= MIN_TEASERS && teaser_weight as f32 >= MIN_TEASER_SHARE * weight as f32
}
