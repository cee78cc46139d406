//! Phrase rules by language over lines of text: the same for blocks of a page and for dirty text.
//!
//! - line: one block's text, or one line of dirty text
//! - verdict: what the rules say of a line: keep, remove, or cut a part of it

use std::ops::Range;

use super::Kind;

/// What the rules see of a block or of a line of dirty text.
#[derive(Clone, Debug, Default)]
pub struct Line<'a> {
    /// The text.
    pub text: &'a str,
    /// Byte ranges of `text` that are links, sorted; always empty in dirty text.
    pub links: Vec<Range<usize>>,
    /// Whether the line comes from HTML, so that missing links mean that there are none.
    pub html: bool,
    /// A heading (h1 to h6).
    pub heading: bool,
    /// An item of a list.
    pub list_item: bool,
}

/// What the rules say of a line.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Verdict {
    /// Leave it.
    #[default]
    Keep,
    /// Take the whole line away.
    Remove {
        /// Kind of boilerplate.
        kind: Kind,
        /// Id of the rule, as in `fr.related.lire-aussi`.
        rule: String,
    },
    /// Take these byte ranges away and keep the rest.
    Cut {
        /// Sorted, not overlapping byte ranges of the line's text.
        ranges: Vec<Range<usize>>,
        /// Kind of boilerplate.
        kind: Kind,
        /// Id of the rule.
        rule: String,
    },
}
