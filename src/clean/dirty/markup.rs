//! Reads the Markdown that scrapers leave: images and one-cell tables go, headings, lists, quotes, code and tables
//! become blocks of their kind, links and strong text become spans.

use memchr::memchr3;

use super::super::Kind;
use super::super::text::shape::ends_sentence;
use super::Item;
use super::brackets::Brackets;
use crate::article::{BlockKind, Mark, Span};

/// Longest text of a one-cell table that is a caption; a longer one is a page that was laid out with a table.
const MAX_CAPTION: usize = 500;

/// Turns paragraphs into items.
pub(super) fn read(paragraphs: Vec<String>) -> Vec<Item> {
    let mut items = Vec::with_capacity(paragraphs.len());
    let mut rest = &paragraphs[..];
    while let Some(line) = rest.first() {
        let taken = if is_fence(line) {
            read_code(rest, &mut items)
        } else if is_row(line) {
            read_table(rest, &mut items)
        } else if rest.get(1).is_some_and(|next| is_underline(next)) {
            items.push(inline(BlockKind::Heading(1), line.trim()));
            2
        } else {
            items.push(read_line(line, rest.get(1).map(String::as_str)));
            1
        };
        rest = &rest[taken..];
    }
    items.retain(|item| !item.text.trim().is_empty());
    items
}

fn is_fence(line: &str) -> bool {
    line.trim_start().starts_with("```")
}

/// A code block, when its fence is closed; otherwise the fence is a line of text.
fn read_code(lines: &[String], items: &mut Vec<Item>) -> usize {
    match lines.iter().skip(1).position(|line| is_fence(line)) {
        Some(length) => {
            items.push(Item::new(BlockKind::Code, lines[1..=length].join("\n")));
            length + 2
        }
        None => {
            items.push(Item::new(BlockKind::Paragraph, lines[0].clone()));
            1
        }
    }
}

/// `=====` below a heading. Dashes may as well part two paragraphs.
fn is_underline(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && line.bytes().all(|byte| byte == b'=')
}

fn is_row(line: &str) -> bool {
    let line = line.trim();
    line.len() > 2 && line.starts_with('|') && line.ends_with('|')
}

fn cells(row: &str) -> Vec<String> {
    let inner = row.trim().trim_start_matches('|').trim_end_matches('|');
    inner.replace("\\|", "\u{0}").split('|').map(|cell| cell.trim().replace('\u{0}', "|")).collect()
}

/// `| --- | :-: |`
fn is_rule(row: &str) -> bool {
    let mut dashes = false;
    let plain = row.chars().all(|c| {
        dashes |= c == '-';
        matches!(c, '|' | '-' | ':' | ' ')
    });
    plain && dashes
}

/// A run of rows. One cell a row is the frame around a picture: its text is the caption.
fn read_table(lines: &[String], items: &mut Vec<Item>) -> usize {
    let rows = lines.iter().take_while(|line| is_row(line)).count();
    let table: Vec<Vec<String>> =
        lines[..rows].iter().filter(|row| !is_rule(row)).map(|row| cells(row)).collect();
    let filled = |row: &Vec<String>| row.iter().filter(|cell| !cell.is_empty()).count();
    let columns = table.iter().map(filled).max().unwrap_or(0);
    let has_rule = lines[..rows].iter().any(|row| is_rule(row));
    for (index, row) in table.iter().enumerate() {
        if columns > 1 && (rows > 1 || has_rule) {
            let header = has_rule && index == 0;
            for (column, cell) in row.iter().enumerate() {
                items.push(inline(BlockKind::Cell { first: column == 0, header }, cell));
            }
        } else {
            items.push(frame(&row.join(" ")));
        }
    }
    rows
}

/// The text of a table of one cell or one row.
fn frame(text: &str) -> Item {
    let mut item = inline(BlockKind::Paragraph, text.trim());
    if item.text.chars().count() <= MAX_CAPTION {
        item.remove(Kind::Caption, "dirty.caption-table");
    }
    item
}

/// One line that is neither code nor table. `next` helps to tell a quote from a line that only begins with `>`.
fn read_line(line: &str, next: Option<&str>) -> Item {
    let trimmed = line.trim_start();
    let indent = line.len() - trimmed.len();
    if let Some(item) = heading(trimmed).or_else(|| list_item(trimmed, indent)) {
        return item;
    }
    let quoted = |line: &str| line.trim_start().strip_prefix("> ").is_some_and(|rest| !rest.starts_with('>'));
    // A short line may begin with an arrow: "> Atelier de collage".
    if quoted(trimmed) && (ends_sentence(trimmed) || next.is_some_and(quoted)) {
        return inline(BlockKind::Quote, trimmed[2..].trim());
    }
    inline(BlockKind::Paragraph, trimmed)
}

fn heading(line: &str) -> Option<Item> {
    let marks = line.bytes().take_while(|byte| *byte == b'#').count();
    let text = line[marks..].strip_prefix(' ')?;
    let level = u8::try_from(marks).ok().filter(|level| (1..=6).contains(level))?;
    Some(inline(BlockKind::Heading(level), text.trim().trim_end_matches('#').trim_end()))
}

fn list_item(line: &str, indent: usize) -> Option<Item> {
    let depth = u8::try_from(indent / 2).unwrap_or(0).min(4); // deeper nesting is a scraper's accident
    if let Some(text) = ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark)) {
        return Some(inline(BlockKind::ListItem { depth, number: None }, text.trim()));
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    // A leading zero would be lost.
    if digits == 0 || digits > 3 || line.starts_with('0') {
        return None;
    }
    let text = line[digits..].strip_prefix(". ")?;
    let number = line[..digits].parse().ok();
    Some(inline(BlockKind::ListItem { depth, number }, text.trim()))
}

/// The text of an item without the marks of images, links and strong text.
fn inline(kind: BlockKind, source: &str) -> Item {
    let mut item = Item::new(kind, "");
    let brackets = Brackets::of(source);
    let mut images = false;
    let mut at = 0;
    while at < source.len() {
        if let Some(end) = brackets.image(at) {
            images = true;
            at = end;
        } else if let Some((text, target, end)) = brackets.link(at) {
            let start = item.text.len();
            item.text.push_str(text);
            item.spans.push(Span { range: start..item.text.len(), mark: Mark::Link(target.to_owned()) });
            at = end;
        } else if let Some((text, end)) = strong(source, at) {
            let start = item.text.len();
            item.text.push_str(text);
            item.spans.push(Span { range: start..item.text.len(), mark: Mark::Strong });
            at = end;
        } else {
            let signs = source.as_bytes().get(at + 1..).unwrap_or_default();
            let end = memchr3(b'!', b'[', b'*', signs).map_or(source.len(), |length| at + 1 + length);
            item.text.push_str(&source[at..end]);
            at = end;
        }
    }
    if images && item.text.trim().is_empty() {
        item.text = source.to_owned();
        item.spans.clear();
        item.remove(Kind::Caption, "dirty.image");
    }
    item.spans.retain(|span| !span.range.is_empty());
    item
}

/// The inside and end of `**strong**` that starts here.
fn strong(source: &str, at: usize) -> Option<(&str, usize)> {
    let inside = source[at..].strip_prefix("**")?;
    let end = inside.find("**").filter(|end| *end > 0)?;
    let text = &inside[..end];
    let hugs = !text.starts_with(char::is_whitespace) && !text.ends_with(char::is_whitespace);
    (hugs && !text.contains('*') && !text.contains('[')).then_some((text, at + end + 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(line: &str) -> Item {
        read(vec![line.to_owned()]).remove(0)
    }

    #[test]
    fn lines_of_images_go_and_images_in_prose_are_cut() {
        assert!(!one("![[Photo] Le congrès](https://a.example/x_(1).webp)").is_kept());
        assert!(!one("[![Le congrès](https://a.example/x.webp)](https://a.example) ![](b.png)").is_kept());
        let item = one("Un mot ![logo](l.png) puis [un lien](https://a.example) et **du gras**.");
        assert_eq!(item.text, "Un mot  puis un lien et du gras.");
        assert_eq!(item.spans.len(), 2);
    }

    #[test]
    fn brackets_in_prose_stay() {
        for prose in [
            "“[ . . . ] nous avons convenu”",
            "Tokaïev [président kazakh] soit",
            "tableau[0](1 + 2)",
            "[a",
            "2 ** 3 ** 4",
        ] {
            assert_eq!(one(prose).text, prose);
        }
    }

    #[test]
    fn headings_lists_and_quotes_become_blocks() {
        assert_eq!(one("## Le pont").kind, BlockKind::Heading(2));
        let underlined = read(["Le pont", "=======", "La pile tient."].map(str::to_owned).to_vec());
        assert_eq!((underlined.len(), underlined[0].kind), (2, BlockKind::Heading(1)));
        assert_eq!(one("  - la pile").kind, BlockKind::ListItem { depth: 1, number: None });
        assert_eq!(one("3. la pile").kind, BlockKind::ListItem { depth: 0, number: Some(3) });
        assert_eq!(one("> La pile tient.").kind, BlockKind::Quote);
        for paragraph in ["#loire", "1914. La guerre", "007. Bond", "-5 degrés", ">> A lire", "> Atelier"] {
            assert_eq!(one(paragraph).kind, BlockKind::Paragraph, "{paragraph}");
        }
    }

    #[test]
    fn a_table_of_one_cell_is_a_caption_and_a_real_one_stays() {
        let caption = one("| Le président à Moscou. (Source : TASS) | ");
        assert_eq!(caption.removed, Some((Kind::Caption, "dirty.caption-table".to_owned())));
        let rows = ["| Ville | Crue |", "| --- | --- |", "| Tours | 4,2 |"].map(str::to_owned);
        let items = read(rows.to_vec());
        assert_eq!(items.len(), 4);
        assert!(items.iter().all(Item::is_kept));
        assert_eq!(items[0].kind, BlockKind::Cell { first: true, header: true });
    }

    #[test]
    fn code_needs_a_closed_fence() {
        let lines = ["```", "let a = 1;", "Partager", "```", "Fin."].map(str::to_owned);
        let items = read(lines.to_vec());
        assert_eq!((items[0].kind, items[0].text.as_str()), (BlockKind::Code, "let a = 1;\nPartager"));
        assert_eq!(read(vec!["```".to_owned(), "ouvert".to_owned()]).len(), 2);
    }
}
