//! The block classifier: a small forest that gives each block the probability that it belongs to the article.
//!
//! Trained by `model/train.py` on the columns of [`super::vector`], which see the neighbours of a block as well as
//! the block itself; so one pass is enough. The rules' decision is one of the columns.

use super::Kind;
use super::block::{Fate, TextBlock};
use super::forest::Forest;
use super::label::STANDFIRST_RULE;
use super::vector::{Table, WIDTH};

const BUILTIN: &[u8] = include_bytes!("../../model/blocks.bin");

/// A standfirst stands alone between the headline and the body, which the classifier takes for a teaser; the rules
/// look at the whole. So theirs is kept from this share of the threshold on.
const STANDFIRST_SHARE: f32 = 0.4;

/// What the rules remove needs so much more than what they keep: where the two disagree out of site, the rules are
/// right more often than the score says.
const REMOVED_EXTRA: f32 = 0.15;

/// What a tag, role or name marks comes back only when the classifier is sure.
const PRUNED_THRESHOLD: f32 = 0.8;

/// The block classifier.
#[derive(Clone, Debug)]
pub struct Classifier {
    forest: Forest,
}

impl Classifier {
    /// The classifier that is built in.
    pub fn builtin() -> Classifier {
        Classifier::read(BUILTIN).expect("the built-in model is tested")
    }

    /// Reads a model file; `None` when it is damaged.
    pub fn read(mut bytes: &[u8]) -> Option<Classifier> {
        let forest = Forest::read(&mut bytes)?;
        bytes.is_empty().then_some(Classifier { forest })
    }

    /// Whether it was trained on the columns that blocks have.
    pub fn fits(&self) -> bool {
        self.forest.width() == WIDTH
    }

    /// Decides every block but the headline: kept from `threshold` on. A block that the rules removed keeps their
    /// reason; one that they kept is of no known kind.
    pub fn decide(&self, table: &Table, blocks: &mut [TextBlock], threshold: f32, is_forum: bool) {
        if !self.fits() {
            return;
        }
        for (index, block) in blocks.iter_mut().enumerate() {
            if block.fate.kind == Some(Kind::Title) {
                continue;
            }
            let score = self.forest.ask(table.row(index));
            let needed = needed(block, threshold, is_forum);
            let fate = match (score >= needed, block.fate.kept) {
                (true, true) | (false, false) => block.fate.clone(),
                (true, false) => Fate::kept("model"),
                (false, true) => Fate::removed(Kind::Other, "model"),
            };
            block.fate = Fate { score: Some(score), ..fate };
        }
    }
}

/// The score that a block needs: less where the rules see what the classifier cannot, more where they removed it.
/// Readers' comments look like an article to the classifier; they come back only in a forum, where they are the text.
fn needed(block: &TextBlock, threshold: f32, is_forum: bool) -> f32 {
    let by_mark = block.fate.rule.starts_with("prune.");
    match block.fate.kept {
        true if block.fate.rule == STANDFIRST_RULE => threshold * STANDFIRST_SHARE,
        true => threshold,
        false if block.fate.kind == Some(Kind::Comments) && is_forum => threshold,
        false if block.fate.kind == Some(Kind::Comments) => f32::INFINITY,
        false if by_mark => threshold.max(PRUNED_THRESHOLD),
        false => (threshold + REMOVED_EXTRA).min(PRUNED_THRESHOLD).max(threshold),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtin_model_loads_is_small_and_fits_the_columns() {
        let classifier = Classifier::builtin();
        assert!(classifier.fits());
        assert!(BUILTIN.len() <= 600_000, "{} bytes", BUILTIN.len());
    }
}
