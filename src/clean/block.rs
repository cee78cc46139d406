//! A text block: what a reader sees as one paragraph, heading, list item or cell, with where it stands.

use std::borrow::Cow;
use std::ops::Range;

use super::Kind;
use crate::article::{BlockKind, Mark, Span};
use crate::parse::NodeId;

/// A text block of a page.
#[derive(Clone, Debug)]
pub struct TextBlock {
    /// The innermost block-level element around the text.
    pub element: NodeId,
    /// What it is.
    pub kind: BlockKind,
    /// White space folded, lines parted by `\n`.
    pub text: String,
    /// Links and emphasis, sorted by start.
    pub spans: Vec<Span>,
    /// What became of it so far.
    pub fate: Fate,
}

/// What became of a block, and who decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Fate {
    /// Whether it is part of the article.
    pub kept: bool,
    /// What it is, when it is boilerplate.
    pub kind: Option<Kind>,
    /// The step or rule that decided.
    pub rule: Cow<'static, str>,
    /// The labeller's score, from 0 (boilerplate) to 1 (article).
    pub score: Option<f32>,
}

impl Fate {
    /// Nothing has decided.
    pub const UNDECIDED: Fate =
        Fate { kept: true, kind: None, rule: Cow::Borrowed("undecided"), score: None };

    /// Kept by a step.
    pub fn kept(rule: impl Into<Cow<'static, str>>) -> Fate {
        Fate { kept: true, kind: None, rule: rule.into(), score: None }
    }

    /// Removed by a step.
    pub fn removed(kind: Kind, rule: impl Into<Cow<'static, str>>) -> Fate {
        Fate { kept: false, kind: Some(kind), rule: rule.into(), score: None }
    }
}

impl TextBlock {
    /// Byte ranges of the text that are links, sorted, not overlapping.
    pub fn links(&self) -> impl Iterator<Item = Range<usize>> {
        let is_link = |span: &&Span| matches!(span.mark, Mark::Link(_));
        let mut ranges = self.spans.iter().filter(is_link).map(|span| span.range.clone()).peekable();
        std::iter::from_fn(move || {
            let mut link = ranges.next()?;
            while let Some(next) = ranges.next_if(|next| next.start <= link.end) {
                link.end = link.end.max(next.end);
            }
            Some(link)
        })
    }

    /// Whether a part of it is a link.
    pub fn has_links(&self) -> bool {
        self.spans.iter().any(|span| matches!(span.mark, Mark::Link(_)))
    }

    /// Takes byte ranges (sorted, not overlapping, on character boundaries) out of the text; spans follow.
    pub fn cut(&mut self, ranges: &[Range<usize>]) {
        for range in ranges.iter().rev() {
            if range.end <= self.text.len() && range.start < range.end {
                self.remove_range(range.start, range.end);
            }
        }
        let end = self.text.trim_end().len();
        self.remove_range(end, self.text.len());
        let start = self.text.len() - self.text.trim_start().len();
        self.remove_range(0, start);
    }

    fn remove_range(&mut self, start: usize, end: usize) {
        if start >= end {
            return;
        }
        self.text.replace_range(start..end, "");
        let moved = |at: usize| if at <= start { at } else { at.max(end) - (end - start) };
        for span in &mut self.spans {
            span.range = moved(span.range.start)..moved(span.range.end);
        }
        self.spans.retain(|span| !span.range.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::Dom;

    #[test]
    fn spans_follow_a_cut() {
        let link = |range| Span { range, mark: Mark::Link("x".into()) };
        let mut block = TextBlock {
            element: Dom::new().document(),
            kind: BlockKind::Paragraph,
            text: "À lire aussi Titre. Le vrai texte.".into(),
            spans: vec![link(0..20), link(24..29)],
            fate: Fate::UNDECIDED,
        };
        block.cut(std::slice::from_ref(&(0..20)));
        assert_eq!(block.text, "Le vrai texte.");
        assert_eq!(block.spans, vec![link(3..8)]);
    }
}

/// Blocks for tests.
#[cfg(test)]
pub(super) mod testing {
    use super::*;
    use crate::parse::Dom;

    /// A block that stands nowhere, kept or removed as a kind.
    pub fn block(kind: BlockKind, text: &str, removed: Option<Kind>) -> TextBlock {
        TextBlock {
            element: Dom::new().document(),
            kind,
            text: text.to_owned(),
            spans: Vec::new(),
            fate: removed.map_or(Fate::kept("test"), |kind| Fate::removed(kind, "test")),
        }
    }
}
