//! Markdown of an article (CommonMark with GitHub's tables). Links go to http, https and mailto only, as in HTML.

use super::html::is_safe_target;
use super::plain::{list_marker, separator};
use super::{Block, BlockKind, Mark};

/// Renders the blocks; ends without a line break.
pub fn render(blocks: &[Block]) -> String {
    let mut out = String::new();
    let mut previous: Option<BlockKind> = None;
    let mut blocks = blocks.iter().peekable();
    while let Some(block) = blocks.next() {
        if let Some(previous) = previous {
            out.push_str(separator(previous, block.kind));
        }
        previous = Some(block.kind);
        match block.kind {
            BlockKind::Cell { .. } => {
                let mut table = vec![block];
                while let Some(cell) = blocks.next_if(|next| matches!(next.kind, BlockKind::Cell { .. })) {
                    table.push(cell);
                }
                push_table(&mut out, &table);
            }
            _ => push_block(&mut out, block),
        }
    }
    out
}

fn push_block(out: &mut String, block: &Block) {
    match block.kind {
        BlockKind::Heading(level) => {
            out.push_str(&"#".repeat(level.clamp(2, 6).into()));
            out.push(' ');
            out.push_str(&inline(block).replace('\n', " "));
        }
        BlockKind::ListItem { depth, number } => {
            let marker = list_marker(depth, number);
            let indent = " ".repeat(marker.len());
            out.push_str(&marker);
            out.push_str(&inline(block).replace('\n', &format!("  \n{indent}")));
        }
        BlockKind::Quote => {
            out.push_str("> ");
            out.push_str(&inline(block).replace('\n', "  \n> "));
        }
        BlockKind::Code => push_code(out, &block.text),
        BlockKind::Paragraph | BlockKind::Cell { .. } => {
            if let Some(kind) = block.boilerplate {
                out.push_str(&format!("<!-- {} -->\n", kind.name()));
            }
            out.push_str(&inline(block).replace('\n', "  \n"));
        }
    }
}

/// A fence longer than any run of backticks inside.
fn push_code(out: &mut String, text: &str) {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    out.push_str(&format!("{fence}\n{}\n{fence}", text.trim_end_matches('\n')));
}

fn push_table(out: &mut String, cells: &[&Block]) {
    let mut rows: Vec<Vec<&Block>> = Vec::new();
    for cell in cells {
        match rows.last_mut() {
            Some(row) if !matches!(cell.kind, BlockKind::Cell { first: true, .. }) => row.push(cell),
            _ => rows.push(vec![cell]),
        }
    }
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        out.push('|');
        for column in 0..width {
            let text = row.get(column).map(|cell| inline(cell).replace('\n', " ").replace('|', "\\|"));
            out.push_str(&format!(" {} |", text.unwrap_or_default()));
        }
        if index == 0 {
            out.push_str("\n|");
            out.push_str(&" --- |".repeat(width));
        }
    }
}

/// The text with links and emphasis. Marks that overlap without nesting are left out.
fn inline(block: &Block) -> String {
    let mut out = String::new();
    render_range(block, 0, block.text.len(), 0, &mut out);
    out
}

/// Renders `start..end` with the spans from `next` on; gives the first span behind it, so that none is looked at
/// twice.
fn render_range(block: &Block, start: usize, end: usize, mut next: usize, out: &mut String) -> usize {
    let mut at = start;
    while let Some(span) = block.spans.get(next).filter(|span| span.range.start < end) {
        let range = &span.range;
        next += 1;
        if range.start < at || range.end > end || range.is_empty() {
            continue;
        }
        out.push_str(&escape(&block.text[at..range.start], out.is_empty()));
        let mut inner = String::new();
        if span.mark == Mark::Code {
            inner.push_str(&block.text[range.clone()]);
        } else {
            next = render_range(block, range.start, range.end, next, &mut inner);
        }
        push_marked(out, &span.mark, &inner);
        at = range.end;
    }
    out.push_str(&escape(&block.text[at..end], out.is_empty()));
    next
}

/// Marks must hug the text: white space moves outside of them.
fn push_marked(out: &mut String, mark: &Mark, inner: &str) {
    let text = inner.trim();
    if text.is_empty() {
        out.push_str(inner);
        return;
    }
    let lead = &inner[..inner.len() - inner.trim_start().len()];
    let tail = &inner[inner.trim_end().len()..];
    out.push_str(lead);
    match mark {
        Mark::Link(target) if !is_safe_target(target) => out.push_str(text),
        Mark::Link(target) => out.push_str(&format!("[{text}](<{}>)", escape_target(target))),
        Mark::Strong => out.push_str(&format!("**{text}**")),
        Mark::Emphasis => out.push_str(&format!("*{text}*")),
        Mark::Code => {
            let fence = if text.contains('`') { "``" } else { "`" };
            let pad = if text.contains('`') { " " } else { "" };
            out.push_str(&format!("{fence}{pad}{text}{pad}{fence}"));
        }
    }
    out.push_str(tail);
}

fn escape_target(target: &str) -> String {
    target.replace('<', "%3C").replace('>', "%3E").replace(['\n', '\r'], "")
}

/// Escapes what Markdown would read as markup. `at_start`: the text opens a block.
pub fn escape(text: &str, at_start: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut line_start = at_start;
    for (index, c) in text.char_indices() {
        let special = match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' => true,
            '#' | '+' | '>' | '~' | '=' => line_start,
            '-' => line_start && text[index + 1..].starts_with([' ', '-']),
            '.' | ')' => line_start_number(&text[..index], at_start) && text[index + 1..].starts_with(' '),
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
        line_start = c == '\n' || (line_start && c == ' ');
    }
    out
}

/// Most digits of a list's number in CommonMark.
const MAX_LIST_DIGITS: usize = 9;

/// Whether `before` ends in a line that has only digits, which a full stop would make a list item. A line is not
/// searched for its start: there may be one of megabytes with a full stop at each sentence.
fn line_start_number(before: &str, at_start: bool) -> bool {
    let digits = before.bytes().rev().take(MAX_LIST_DIGITS + 1).take_while(u8::is_ascii_digit).count();
    let line_start = &before[..before.len() - digits];
    let starts_line = if line_start.is_empty() { at_start } else { line_start.ends_with('\n') };
    (1..=MAX_LIST_DIGITS).contains(&digits) && starts_line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Span;

    fn span(range: std::ops::Range<usize>, mark: Mark) -> Span {
        Span { range, mark }
    }

    #[test]
    fn nests_links_and_emphasis() {
        let mut block = Block::plain(BlockKind::Paragraph, "Voir le rapport entier ici.");
        block.spans = vec![span(5..22, Mark::Link("https://a.example/x".into())), span(8..15, Mark::Strong)];
        assert_eq!(render(&[block]), "Voir [le **rapport** entier](<https://a.example/x>) ici.");
    }

    #[test]
    fn escapes_what_would_be_markup() {
        let block = |text| render(&[Block::plain(BlockKind::Paragraph, text)]);
        assert_eq!(block("1. Un *mot*"), "1\\. Un \\*mot\\*");
        assert_eq!(block("# pas un titre"), "\\# pas un titre");
        assert_eq!(block("- pas une liste"), "\\- pas une liste");
        assert_eq!(block("<script>"), "\\<script>");
        assert_eq!(block("prix : 3 - 4 #1"), "prix : 3 - 4 #1");
    }

    #[test]
    fn writes_tables_of_uneven_rows() {
        let cell = |first, text| Block::plain(BlockKind::Cell { first, header: first }, text);
        let table = [cell(true, "a"), cell(false, "b|c"), cell(true, "d")];
        assert_eq!(render(&table), "| a | b\\|c |\n| --- | --- |\n| d |  |");
    }

    #[test]
    fn fences_outlast_backticks() {
        assert_eq!(render(&[Block::plain(BlockKind::Code, "a\n```\nb")]), "````\na\n```\nb\n````");
    }
}
