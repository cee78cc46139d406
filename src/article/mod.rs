//! The result: an [`Article`] is a list of [`Block`]s and its [`Metadata`].
//!
//! - block: a paragraph, heading, list item, quote, code listing or table cell, in the order of the page
//! - span: a byte range of a block's text that is a link, strong, emphasised or code

pub(crate) mod date;
mod html;
pub(crate) mod jsonld;
mod markdown;
pub mod metadata;
mod plain;
mod typography;

use std::ops::Range;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::clean::Kind;
use crate::clean::trace::Trace;
pub use metadata::Metadata;
pub use typography::Normalize;

/// Escapes text for HTML elements and quoted attributes.
pub fn escape_html(text: &str) -> String {
    html::escape(text)
}

/// Escapes a line of text that Markdown must not read as markup.
pub fn escape_markdown(text: &str) -> String {
    markdown::escape(text, true)
}

/// Whether a character is for a terminal and not for readers.
pub(crate) fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

fn drop_controls(text: &mut String) {
    if text.contains(is_control) {
        text.retain(|c| !is_control(c));
    }
}

/// Longest address of a page that relative links are completed by, and bytes of all completed links: each link has a
/// copy of it.
const MAX_BASE_BYTES: usize = 4_096;
const MAX_COMPLETED_BYTES: usize = 8 << 20;

/// A cleaned page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Article {
    /// What stands in the article, in order.
    pub blocks: Vec<Block>,
    /// Readers' comments in the order of the page, where they were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<String>,
    /// What rules and sites did on the page, for the memory of runs; not part of records.
    #[serde(skip)]
    pub trace: Trace,
    /// Title, authors, date...
    pub metadata: Metadata,
    /// What a careful reader should know, such as `suspicious: ...`.
    pub warnings: Vec<String>,
}

/// One block of an article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its text: white space folded, lines of one block parted by `\n`.
    pub text: String,
    /// Links and emphasis, sorted by start; byte ranges of `text`.
    pub spans: Vec<Span>,
    /// Set when the block is boilerplate that was kept on request (`keep = ["caption"]`).
    pub boilerplate: Option<Kind>,
}

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlockKind {
    /// Running text.
    Paragraph,
    /// A subhead; level 2 to 6.
    Heading(u8),
    /// An item of a list. `depth` is 0 in an outermost list, `number` is set in an ordered one.
    ListItem {
        /// Nesting, 0 for the outermost list.
        depth: u8,
        /// The number of the item in an ordered list.
        number: Option<u32>,
    },
    /// A paragraph of a quotation.
    Quote,
    /// Preformatted text; its white space is kept.
    Code,
    /// A cell of a table; `first` in its row, `header` when it is a `<th>`.
    Cell {
        /// Starts a row.
        first: bool,
        /// A header cell.
        header: bool,
    },
}

/// A byte range of a block's text with a meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// What it means.
    pub mark: Mark,
}

/// The meaning of a [`Span`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// A link to this address, as the page gives it (made absolute when the page's address is known).
    Link(String),
    /// `<strong>`, `<b>`
    Strong,
    /// `<em>`, `<i>`
    Emphasis,
    /// `<code>`
    Code,
}

impl Article {
    /// Takes control characters out of the metadata and of the addresses of links; blocks are read without any.
    pub(crate) fn drop_controls(&mut self) {
        self.metadata.drop_controls();
        for span in self.blocks.iter_mut().flat_map(|block| &mut block.spans) {
            if let Mark::Link(target) = &mut span.mark {
                drop_controls(target);
            }
        }
    }

    /// Completes relative links by the page's address: the one given, else its canonical one.
    pub(crate) fn make_links_absolute(&mut self, url: Option<&Url>) {
        let canonical = self.metadata.canonical.as_deref().and_then(|canonical| Url::parse(canonical).ok());
        let base = url.or(canonical.as_ref()).filter(|base| base.as_str().len() <= MAX_BASE_BYTES);
        let Some(base) = base else { return };
        let mut completed = 0;
        for span in self.blocks.iter_mut().flat_map(|block| &mut block.spans) {
            if let Mark::Link(target) = &mut span.mark
                && completed <= MAX_COMPLETED_BYTES
                && let Ok(absolute) = base.join(target)
            {
                completed += absolute.as_str().len();
                *target = absolute.into();
            }
        }
    }

    /// The text: paragraphs parted by one blank line, items of one list on consecutive lines, a line a table row.
    pub fn to_text(&self) -> String {
        plain::render(&self.blocks)
    }

    /// Markdown of the body, without the title.
    pub fn to_markdown(&self) -> String {
        markdown::render(&self.blocks)
    }

    /// HTML of the body: a fragment of a few plain elements, everything escaped, only http(s) and mailto links.
    pub fn to_html(&self) -> String {
        let mut out = String::new();
        self.push_html(&mut out);
        out
    }

    /// Adds what [`Article::to_html`] gives to a page.
    pub(crate) fn push_html(&self, page: &mut String) {
        html::render(&self.blocks, page);
    }
}

impl Block {
    /// A block of plain text without spans.
    pub fn plain(kind: BlockKind, text: impl Into<String>) -> Block {
        Block { kind, text: text.into(), spans: Vec::new(), boilerplate: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_completed_by_the_address_given_or_else_the_canonical_one() {
        let link = |target: &str| Span { range: 0..1, mark: Mark::Link(target.to_owned()) };
        let mut block = Block::plain(BlockKind::Paragraph, "x");
        block.spans = vec![link("../a"), link("https://other.example/b")];
        let metadata = Metadata { canonical: Some("https://c.example/p/q".into()), ..Metadata::default() };
        let page = Article { blocks: vec![block], metadata, ..Article::default() };
        let targets = |url: Option<&str>| {
            let mut page = page.clone();
            page.make_links_absolute(url.map(|url| url.parse().unwrap()).as_ref());
            page.blocks[0].spans.clone()
        };
        assert_eq!(
            targets(Some("https://g.example/x/y/z")),
            [link("https://g.example/x/a"), link("https://other.example/b")]
        );
        assert_eq!(targets(None), [link("https://c.example/a"), link("https://other.example/b")]);
    }
}
