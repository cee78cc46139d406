//! What must hold of every output.

use tamis::{Article, format::Format, record::Record};

/// Control characters: they move a terminal's cursor, or worse. Line break and tab are text.
pub fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

/// Renders an article in every format and looks at what comes out.
pub fn check_article(source: &str, article: Article) {
    let record = Record::of(source, Ok(article));
    for format in [Format::Txt, Format::Md, Format::Html, Format::Json, Format::Jsonl] {
        let output = format.render(&record);
        assert!(!output.contains(is_control), "{format:?} holds control characters: {output:?}");
        if format == Format::Jsonl {
            assert_eq!(output.matches('\n').count(), 1, "a record is one line");
        }
    }
}
