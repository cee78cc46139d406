//! Lets the phrase rules judge the blocks of a page.

use super::block::{Fate, TextBlock};
use super::text::{Line, Phrases, Verdict};
use crate::article::BlockKind;

/// What the phrase rules say of these blocks, taken as the lines of one text.
pub fn judge(phrases: &Phrases, blocks: &[&TextBlock], language: Option<&str>) -> Vec<Verdict> {
    let lines: Vec<Line> = blocks.iter().map(|block| line(block)).collect();
    phrases.judge(&lines, language)
}

/// Removes and cuts what the phrase rules ask for, among the blocks that are kept so far.
pub fn apply(phrases: &Phrases, blocks: &mut [TextBlock], language: Option<&str>) {
    let kept: Vec<&TextBlock> = blocks.iter().filter(|block| is_line(block)).collect();
    let verdicts = judge(phrases, &kept, language);
    for (block, verdict) in blocks.iter_mut().filter(|block| is_line(block)).zip(verdicts) {
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
