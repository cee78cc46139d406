//! HTML of an article: a few plain elements, everything escaped, links to http, https and mailto only.

use super::{Block, BlockKind, Mark};

/// A line break within an element.
const LINE_BREAK: &str = "<br>\n";

/// Renders the blocks as a fragment behind what `out` holds; a line an element.
pub fn render(blocks: &[Block], out: &mut String) {
    let mut rest = blocks;
    while let Some(block) = rest.first() {
        let same = |other: &Block| std::mem::discriminant(&other.kind) == std::mem::discriminant(&block.kind);
        let run = match block.kind {
            BlockKind::ListItem { .. } | BlockKind::Cell { .. } | BlockKind::Quote => {
                rest.iter().take_while(|other| same(other)).count()
            }
            _ => 1,
        };
        let (now, later) = rest.split_at(run);
        match block.kind {
            BlockKind::ListItem { .. } => push_list(out, now),
            BlockKind::Cell { .. } => push_table(out, now),
            BlockKind::Quote => {
                out.push_str("<blockquote>\n");
                now.iter().for_each(|quote| push_element(out, "p", quote));
                out.push_str("</blockquote>\n");
            }
            BlockKind::Heading(level) => push_element(out, &format!("h{}", level.clamp(2, 6)), block),
            BlockKind::Code => {
                out.push_str("<pre>");
                push_escaped(&block.text, "\n", out);
                out.push_str("</pre>\n");
            }
            BlockKind::Paragraph => push_element(out, "p", block),
        }
        rest = later;
    }
}

fn push_element(out: &mut String, name: &str, block: &Block) {
    match block.boilerplate {
        Some(kind) => out.push_str(&format!("<{name} class=\"{}\">", kind.name())),
        None => out.push_str(&format!("<{name}>")),
    }
    push_inline(block, out);
    out.push_str(&format!("</{name}>\n"));
}

/// A list may change between ordered and unordered, and go deeper and back, from item to item.
fn push_list(out: &mut String, items: &[Block]) {
    let mut open: Vec<&str> = Vec::new();
    for item in items {
        let BlockKind::ListItem { depth, number } = item.kind else { continue };
        let list = if number.is_some() { "ol" } else { "ul" };
        let depth = usize::from(depth).min(open.len());
        while open.len() > depth + 1 {
            close_list(out, &mut open);
        }
        if open.len() == depth + 1 {
            if open[depth] == list {
                out.push_str("</li>\n");
            } else {
                close_list(out, &mut open);
            }
        }
        if open.len() == depth {
            let start =
                number.filter(|number| *number != 1).map(|n| format!(" start=\"{n}\"")).unwrap_or_default();
            out.push_str(&format!("<{list}{start}>\n"));
            open.push(list);
        }
        out.push_str("<li>");
        push_inline(item, out);
    }
    while !open.is_empty() {
        close_list(out, &mut open);
    }
}

fn close_list(out: &mut String, open: &mut Vec<&str>) {
    if let Some(list) = open.pop() {
        out.push_str(&format!("</li>\n</{list}>\n"));
    }
}

fn push_table(out: &mut String, cells: &[Block]) {
    out.push_str("<table>");
    let mut in_row = false;
    for cell in cells {
        let BlockKind::Cell { first, header } = cell.kind else { continue };
        if first || !in_row {
            out.push_str(if in_row { "</tr>\n<tr>" } else { "\n<tr>" });
            in_row = true;
        }
        let name = if header { "th" } else { "td" };
        out.push_str(&format!("<{name}>"));
        push_inline(cell, out);
        out.push_str(&format!("</{name}>"));
    }
    out.push_str("</tr>\n</table>\n");
}

fn push_inline(block: &Block, out: &mut String) {
    push_range(block, 0, block.text.len(), 0, out);
}

/// Renders `start..end` with the spans from `next` on; gives the first span behind it, so that none is looked at
/// twice.
fn push_range(block: &Block, start: usize, end: usize, mut next: usize, out: &mut String) -> usize {
    let mut at = start;
    while let Some(span) = block.spans.get(next).filter(|span| span.range.start < end) {
        let range = &span.range;
        next += 1;
        if range.start < at || range.end > end || range.is_empty() {
            continue;
        }
        push_escaped(&block.text[at..range.start], LINE_BREAK, out);
        let (open, close) = tags(&span.mark);
        out.push_str(&open);
        next = push_range(block, range.start, range.end, next, out);
        out.push_str(close);
        at = range.end;
    }
    push_escaped(&block.text[at..end], LINE_BREAK, out);
    next
}

fn tags(mark: &Mark) -> (String, &'static str) {
    match mark {
        Mark::Link(target) if is_safe_target(target) => (format!("<a href=\"{}\">", escape(target)), "</a>"),
        Mark::Link(_) => (String::new(), ""),
        Mark::Strong => ("<strong>".to_owned(), "</strong>"),
        Mark::Emphasis => ("<em>".to_owned(), "</em>"),
        Mark::Code => ("<code>".to_owned(), "</code>"),
    }
}

/// A link target without a scheme stays relative; of the schemes only these three can do no harm.
pub fn is_safe_target(target: &str) -> bool {
    let target = target.trim_start_matches(|c: char| c.is_whitespace() || c.is_control());
    let before_path = target.split(['/', '?', '#']).next().unwrap_or("");
    match before_path.split_once(':') {
        None => true,
        Some((scheme, _)) => ["http", "https", "mailto"].iter().any(|safe| scheme.eq_ignore_ascii_case(safe)),
    }
}

/// Escapes text for elements and quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_escaped(text, "\n", &mut out);
    out
}

/// Adds escaped text; `line_break` stands for its line breaks.
fn push_escaped(text: &str, line_break: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'', '\n']) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'\'' => "&#39;",
            _ => line_break,
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Span;

    fn rendered(blocks: &[Block]) -> String {
        let mut out = String::new();
        render(blocks, &mut out);
        out
    }

    #[test]
    fn nests_lists_and_restarts_them() {
        let item = |depth, number, text| Block::plain(BlockKind::ListItem { depth, number }, text);
        let list = [item(0, None, "a"), item(1, Some(3), "b"), item(0, None, "c"), item(0, Some(1), "d")];
        assert_eq!(
            rendered(&list).replace('\n', ""),
            "<ul><li>a<ol start=\"3\"><li>b</li></ol></li><li>c</li></ul><ol><li>d</li></ol>"
        );
    }

    #[test]
    fn refuses_script_targets_and_escapes_all_text() {
        let mut block = Block::plain(BlockKind::Paragraph, "<b>&\"");
        block.spans = vec![Span { range: 0..3, mark: Mark::Link("java\tscript:alert(1)".into()) }];
        assert_eq!(rendered(&[block]), "<p>&lt;b&gt;&amp;&quot;</p>\n");
        assert!(is_safe_target("/a:b"));
        assert!(is_safe_target("https://a.example/?q=javascript:1"));
        assert!(!is_safe_target(" data:text/html,x"));
    }

    #[test]
    fn writes_tables_and_quotes() {
        let cell = |first, header, text| Block::plain(BlockKind::Cell { first, header }, text);
        assert_eq!(
            rendered(&[cell(true, true, "a"), cell(true, false, "b"), Block::plain(BlockKind::Quote, "q")]),
            "<table>\n<tr><th>a</th></tr>\n<tr><td>b</td></tr>\n</table>\n<blockquote>\n<p>q</p>\n</blockquote>\n"
        );
    }
}
