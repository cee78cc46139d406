//! The loss guard: undoes or reports decisions that took an implausible share of the article.
//!
//! Two witnesses: what the page's JSON-LD calls the article, and the element that holds most prose. The first brings
//! blocks back; the second only warns, since it may be a list of teasers or a discussion.

use super::block::{Fate, TextBlock};
use super::facts::shingles;
use super::survey::text_weight;
use super::{FastMap, FastSet, Kind};
use crate::parse::{Dom, NodeId};

/// Less of the announced text than this is an implausible loss.
const MIN_COVERED: f32 = 0.5;
/// A block belongs to the announced text when this share of its shingles does.
const MIN_SHARED: f32 = 0.6;
/// Shorter announcements are summaries.
const MIN_SHINGLES: usize = 60;
/// Of the element with most prose less than this is implausibly little ...
const MIN_KEPT_OF_DENSEST: f32 = 0.3;
/// ... when it holds so much more than all that is kept.
const DENSEST_EXCESS: f32 = 2.0;
/// Lighter blocks are no prose.
const MIN_PROSE_WEIGHT: u32 = 80;
/// The rule of what is brought back.
const RULE: &str = "loss.announced";

/// Brings back what the page's own description says is the article, and says what is suspicious.
pub fn guard(dom: &Dom, blocks: &mut [TextBlock], announced: &FastSet<u64>) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(share) = bring_back(blocks, announced) {
        let percent = (100.0 * share) as u32;
        warnings.push(format!(
            "suspicious: {percent}% of the text that the page's JSON-LD announces was taken for boilerplate; it was brought back"
        ));
    }
    if let Some(percent) = densest_lost(dom, blocks) {
        warnings.push(format!(
            "suspicious: only {percent}% of the longest run of prose was kept; `tamis explain` shows why"
        ));
    }
    warnings
}

/// The share of the announced text that comes back, when what was kept covers too little of it.
fn bring_back(blocks: &mut [TextBlock], wanted: &FastSet<u64>) -> Option<f32> {
    if wanted.len() < MIN_SHINGLES {
        return None;
    }
    let kept = blocks.iter().filter(|block| block.fate.kept).flat_map(|block| shingles(&block.text));
    let mut covered: FastSet<u64> = FastSet::default();
    for shingle in kept.filter(|shingle| wanted.contains(shingle)) {
        covered.insert(shingle);
        if covered.len() as f32 >= MIN_COVERED * wanted.len() as f32 {
            return None;
        }
    }
    let own: Vec<FastSet<u64>> = blocks.iter().map(|block| shingles(&block.text).collect()).collect();
    let before = covered.len();
    for (block, own) in blocks.iter_mut().zip(&own) {
        let shared = own.intersection(wanted).count();
        let is_new = own.intersection(wanted).any(|shingle| !covered.contains(shingle));
        if !block.fate.kept
            && block.fate.kind != Some(Kind::Title)
            && is_new
            && shared as f32 >= MIN_SHARED * own.len() as f32
        {
            covered.extend(own.intersection(wanted));
            block.fate = Fate { score: block.fate.score, ..Fate::kept(RULE) };
        }
    }
    (covered.len() > before).then(|| (covered.len() - before) as f32 / wanted.len() as f32)
}

/// How many percent are kept of the element with most prose, when that is implausibly little.
fn densest_lost(dom: &Dom, blocks: &[TextBlock]) -> Option<u32> {
    let mut sums: FastMap<NodeId, (u32, u32)> = FastMap::default();
    let mut kept = 0;
    for block in blocks {
        let weight = text_weight(&block.text);
        let is_elsewhere = matches!(block.fate.kind, Some(Kind::Comments | Kind::Consent | Kind::Footer));
        if weight < MIN_PROSE_WEIGHT || is_elsewhere || block.has_links() {
            continue;
        }
        kept += if block.fate.kept { weight } else { 0 };
        if let Some(parent) = dom.parent(block.element) {
            let sum = sums.entry(parent).or_default();
            sum.0 += weight;
            sum.1 += if block.fate.kept { weight } else { 0 };
        }
    }
    let (all, own) = sums.into_values().max()?;
    let share = own as f32 / all as f32;
    (share < MIN_KEPT_OF_DENSEST && all as f32 > DENSEST_EXCESS * kept as f32)
        .then_some((100.0 * share) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::BlockKind;

    fn block(text: &str, kept: bool) -> TextBlock {
        TextBlock {
            element: Dom::new().document(),
            kind: BlockKind::Paragraph,
            text: text.to_owned(),
            spans: Vec::new(),
            fate: if kept { Fate::kept("test") } else { Fate::removed(Kind::Related, "test") },
        }
    }

    fn prose(start: usize) -> String {
        (start..start + 40).map(|number| format!("mot{number}")).collect::<Vec<_>>().join(" ") + "."
    }

    #[test]
    fn what_the_page_announces_comes_back_and_is_told() {
        let mut blocks =
            [block(&prose(0), true), block(&prose(100), false), block("Un autre titre ici.", false)];
        let announced = format!("{} {} {}", prose(0), prose(100), prose(200));
        let warnings = guard(&Dom::new(), &mut blocks, &shingles(&announced).collect());
        assert_eq!(blocks.each_ref().map(|block| block.fate.kept), [true, true, false]);
        assert!(warnings[0].starts_with("suspicious: 3"), "{warnings:?}");
    }

    #[test]
    fn a_plausible_result_is_left_alone() {
        let mut blocks = [block(&prose(0), true), block(&prose(100), true), block(&prose(300), false)];
        let announced = format!("{} {}", prose(0), prose(100));
        assert!(guard(&Dom::new(), &mut blocks, &shingles(&announced).collect()).is_empty());
        assert!(!blocks[2].fate.kept);
    }
}
