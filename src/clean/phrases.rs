//! Lets the phrase rules judge the blocks of a page.

use super::block::{Fate, TextBlock};
use super::text::{Line, Phrases, Verdict};
use crate::article::BlockKind;

/// What the phrase rules say of each block that nothing has removed, the undecided blocks taken as one text.
pub fn judge(phrases: &Phrases, blocks: &[TextBlock], language: Option<&str>) -> Vec<Verdict> {
    let lines: Vec<Line> = blocks.iter().filter(|block| is_line(block)).map(line).collect();
    let mut verdicts = phrases.judge(&lines, language).into_iter();
    let verdict = |block: &TextBlock| if is_line(block) { verdicts.next() } else { None };
    blocks.iter().map(verdict).map(Option::unwrap_or_default).collect()
}

/// Cuts glued labels off before the blocks are measured, so that a paragraph is judged for what it is without them.
pub fn cut_labels(blocks: &mut [TextBlock], verdicts: &[Verdict]) {
    for (block, verdict) in blocks.iter_mut().zip(verdicts) {
        if let Verdict::Cut { ranges, kind, rule } = verdict {
            block.cut(ranges);
            block.fate = match block.text.is_empty() {
                true => Fate::removed(*kind, rule.clone()),
                false => block.fate.clone(),
            };
        }
    }
}

/// Removes and cuts what the phrase rules ask for, among the blocks that are kept so far.
pub fn apply(phrases: &Phrases, blocks: &mut [TextBlock], language: Option<&str>) {
    let verdicts = judge(phrases, blocks, language);
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
        links: block.links(),
        html: true,
        heading: matches!(block.kind, BlockKind::Heading(_)),
        list_item: matches!(block.kind, BlockKind::ListItem { .. }),
    }
}
