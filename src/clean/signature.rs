//! Names around an article: the one below it, where the page says nowhere else who wrote it, and lines that repeat the
//! name of a known author.

use super::Kind;
use super::block::{Fate, TextBlock};
use crate::article::{BlockKind, Metadata, metadata::is_person};

/// A signature stands so many blocks after the last paragraph at most.
const REACH: usize = 2;
/// A longer line is not only a name.
const MAX_NAME_BYTES: usize = 80;
/// First and last name at least, and not a whole list of people.
const WORDS: std::ops::RangeInclusive<usize> = 2..=4;

/// Removes lines that are nothing but the name of an author.
pub fn remove_names(metadata: &Metadata, blocks: &mut [TextBlock]) {
    // one word may be anything
    let full = metadata.authors.iter().filter(|name| name.split_whitespace().count() >= *WORDS.start());
    let names: Vec<String> = full.map(|name| letters(name)).collect();
    let is_line = |block: &TextBlock| {
        block.fate.kept
            && matches!(block.kind, BlockKind::Paragraph | BlockKind::Heading(_))
            && block.text.len() <= MAX_NAME_BYTES
    };
    for block in blocks.iter_mut().filter(|block| is_line(block)) {
        if names.contains(&letters(&block.text)) {
            block.fate = Fate { score: block.fate.score, ..Fate::removed(Kind::Byline, "signature.author") };
        }
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect()
}

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
        && !block.has_links()
        && is_person(&block.text)
}
