//! Lets the phrase rules judge the blocks of a page.

use super::block::{Fate, TextBlock};
use super::text::{Line, Phrases, Reading, Verdict};
use crate::article::BlockKind;

/// What was read off the blocks of a page, by index.
#[derive(Default)]
pub struct Readings<'p>(Vec<Option<Reading<'p>>>);

/// What the phrase rules say of each block that nothing has removed, the undecided blocks taken as one text.
pub fn judge<'p>(
    phrases: &'p Phrases,
    blocks: &[TextBlock],
    language: Option<&str>,
    readings: &mut Readings<'p>,
) -> Vec<Verdict> {
    readings.0.resize_with(blocks.len(), || None);
    let asked: Vec<usize> = (0..blocks.len()).filter(|index| is_line(&blocks[*index])).collect();
    let lines: Vec<Line> = asked.iter().map(|index| line(&blocks[*index])).collect();
    let mut known: Vec<Option<Reading>> = asked.iter().map(|index| readings.0[*index].take()).collect();
    let mut verdicts = vec![Verdict::Keep; blocks.len()];
    for (index, verdict) in asked.iter().zip(phrases.judge_again(&lines, language, &mut known)) {
        verdicts[*index] = verdict;
    }
    for (index, reading) in asked.into_iter().zip(known) {
        readings.0[index] = reading;
    }
    verdicts
}

/// Cuts glued labels off before the blocks are measured, so that a paragraph is judged for what it is without them.
pub fn cut_labels(blocks: &mut [TextBlock], verdicts: &[Verdict], readings: &mut Readings<'_>) {
    for (index, (block, verdict)) in blocks.iter_mut().zip(verdicts).enumerate() {
        if let Verdict::Cut { ranges, kind, rule } = verdict {
            readings.0[index] = None;
            block.cut(ranges);
            block.fate = match block.text.is_empty() {
                true => Fate::removed(*kind, rule.clone()),
                false => block.fate.clone(),
            };
        }
    }
}

/// Removes and cuts what the phrase rules ask for, among the blocks that are kept so far.
pub fn apply<'p>(
    phrases: &'p Phrases,
    blocks: &mut [TextBlock],
    language: Option<&str>,
    mut readings: Readings<'p>,
) {
    let verdicts = judge(phrases, blocks, language, &mut readings);
    for (block, verdict) in blocks.iter_mut().zip(verdicts) {
        match verdict {
            Verdict::Keep => {}
            Verdict::Remove { kind, rule } => {
                block.fate = Fate { score: block.fate.score, ..Fate::removed(kind, rule) };
            }
            Verdict::Cut { ranges, kind, rule } => {
                block.cut(&ranges);
                block.fate = match block.text.is_empty() {
                    true => Fate::removed(kind, rule),
                    false => Fate { score: block.fate.score, ..Fate::kept(format!("{rule} (cut)")) },
                };
            }
        }
    }
}

/// Cells stand in rows and code is no prose: phrase rules are not for them.
fn is_line(block: &TextBlock) -> bool {
    block.fate.kept && !matches!(block.kind, BlockKind::Cell { .. } | BlockKind::Code)
}

fn line(block: &TextBlock) -> Line<'_> {
    Line {
        text: &block.text,
        links: block.links().collect(),
        html: true,
        heading: matches!(block.kind, BlockKind::Heading(_)),
        list_item: matches!(block.kind, BlockKind::ListItem { .. }),
    }
}
