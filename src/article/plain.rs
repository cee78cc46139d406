//! Plain text of an article.

use super::{Block, BlockKind};

/// Paragraphs parted by one blank line; items of a list and rows of a table on consecutive lines.
pub fn render(blocks: &[Block]) -> String {
    let mut out = String::new();
    let mut previous: Option<&Block> = None;
    for block in blocks {
        if let Some(previous) = previous {
            out.push_str(separator(previous.kind, block.kind));
        }
        if let BlockKind::ListItem { depth, number } = block.kind {
            out.push_str(&list_marker(depth, number));
        }
        out.push_str(&block.text);
        previous = Some(block);
    }
    out
}

/// What stands between two blocks.
pub(super) fn separator(before: BlockKind, after: BlockKind) -> &'static str {
    match (before, after) {
        (BlockKind::Cell { .. }, BlockKind::Cell { first: false, .. }) => " | ",
        (BlockKind::Cell { .. }, BlockKind::Cell { first: true, .. }) => "\n",
        (BlockKind::ListItem { .. }, BlockKind::ListItem { .. }) => "\n",
        _ => "\n\n",
    }
}

/// `- ` or `3. `, indented by two spaces a level.
pub(super) fn list_marker(depth: u8, number: Option<u32>) -> String {
    let indent = "  ".repeat(depth.into());
    match number {
        Some(number) => format!("{indent}{number}. "),
        None => format!("{indent}- "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_paragraphs_lists_and_tables() {
        let item = |text| Block::plain(BlockKind::ListItem { depth: 0, number: None }, text);
        let cell = |first, text| Block::plain(BlockKind::Cell { first, header: false }, text);
        let blocks = [
            Block::plain(BlockKind::Paragraph, "Un."),
            item("a"),
            item("b"),
            Block::plain(BlockKind::Heading(2), "Deux"),
            cell(true, "x"),
            cell(false, "1"),
            cell(true, "y"),
            cell(false, "2"),
            Block::plain(BlockKind::Paragraph, "Fin."),
        ];
        assert_eq!(render(&blocks), "Un.\n\n- a\n- b\n\nDeux\n\nx | 1\ny | 2\n\nFin.");
    }
}
