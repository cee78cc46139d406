//! The name below an article: who wrote it, where the page says so nowhere else.

use super::Kind;
use super::block::{Fate, TextBlock};
use crate::article::{BlockKind, Metadata, metadata::is_person};

/// A signature stands so many blocks after the last paragraph at most.
const REACH: usize = 2;
/// First and last name at least, and not a whole list of people.
const WORDS: std::ops::RangeInclusive<usize> = 2..=4;

/// Takes a signature into the metadata when no author is known.
pub fn sign(metadata: &mut Metadata, blocks: &mut [TextBlock]) {
    let Some(last) = blocks.iter().rposition(|block| block.fate.kept) else { return };
    if !metadata.authors.is_empty() {
        return;
    }
    let below = blocks.iter_mut().skip(last + 1).take(REACH);
    if let Some(block) = below.into_iter().find(|block| is_signature(block)) {
        metadata.authors = vec![block.text.clone()];
        block.fate = Fate { score: block.fate.score, ..Fate::removed(Kind::Byline, "signature") };
    }
}

fn is_signature(block: &TextBlock) -> bool {
    // A line in capitals is a heading, and headings, items and cells that look like names are labels of the page.
    let is_plain = block.kind == BlockKind::Paragraph && block.text.chars().any(char::is_lowercase);
    WORDS.contains(&block.text.split_whitespace().count())
        && is_plain
        && block.links().is_empty()
        && is_person(&block.text)
}
