//! The page and the place in it: preprocessing (section 13.2.3.5), looking ahead, sharing slices.

use std::ops::Range;

use html5ever::tendril::StrTendril;
use memchr::{memchr, memchr_iter, memchr2};

/// What NUL becomes nearly everywhere.
pub(super) const REPLACEMENT: char = '\u{fffd}';

/// Turns CR LF and single CR into LF, as "preprocessing the input stream" wants. The copy is one from which tokens can
/// be cut.
pub(in crate::parse) fn normalise_newlines(page: &str) -> StrTendril {
    let mut normalised = StrTendril::with_capacity(page.len() as u32);
    let mut start = 0;
    for end in memchr_iter(b'\r', page.as_bytes()) {
        normalised.push_slice(&page[start..end]);
        start = end + 1;
        if page.as_bytes().get(start) != Some(&b'\n') {
            normalised.push_slice("\n");
        }
    }
    normalised.push_slice(&page[start..]);
    normalised
}

/// The whitespace of the standard's tokenizer states; CR is gone by then.
pub(super) fn is_whitespace(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0C' | b' ')
}

/// Whether a byte ends a tag name or an attribute name.
pub(super) fn ends_name(byte: u8) -> bool {
    is_whitespace(byte) || matches!(byte, b'/' | b'>')
}

/// Whether `bytes` begin with `prefix`, given in lower case, in any case.
pub(super) fn starts_with_ignoring_case(bytes: &[u8], prefix: &[u8]) -> bool {
    bytes.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// A page and the place up to which it is consumed.
pub(super) struct Input<'page> {
    text: &'page str,
    /// The same text, to cut tokens from without copying.
    shared: StrTendril,
    position: usize,
}

impl<'page> Input<'page> {
    pub fn new(text: &'page StrTendril) -> Self {
        Input { text, shared: text.clone(), position: 0 }
    }

    pub fn position(&self) -> usize {
        self.position
    }

    pub fn len(&self) -> usize {
        self.text.len()
    }

    pub fn is_at_end(&self) -> bool {
        self.position >= self.text.len()
    }

    /// All bytes of the page.
    pub fn bytes(&self) -> &'page [u8] {
        self.text.as_bytes()
    }

    /// The bytes that are not consumed.
    pub fn rest(&self) -> &'page [u8] {
        &self.text.as_bytes()[self.position..]
    }

    /// The next byte, which stays.
    pub fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    /// Consumes `count` bytes that are known to be there.
    pub fn advance(&mut self, count: usize) {
        self.position += count;
    }

    /// Consumes everything up to `position`.
    pub fn move_to(&mut self, position: usize) {
        self.position = position;
    }

    /// Consumes the rest of the page: an end of file inside a token.
    pub fn move_to_end(&mut self) {
        self.position = self.text.len();
    }

    pub fn skip_whitespace(&mut self) {
        self.position += self.rest().iter().take_while(|&&byte| is_whitespace(byte)).count();
    }

    /// Consumes up to the first byte that `ends` accepts or the end of the page; gives the range.
    pub fn take_until(&mut self, ends: impl Fn(u8) -> bool) -> Range<usize> {
        let start = self.position;
        let rest = self.rest();
        self.position += rest.iter().position(|&byte| ends(byte)).unwrap_or(rest.len());
        start..self.position
    }

    /// Consumes up to `byte`, and `byte` too; gives the range before it, or nothing if the page ends first.
    pub fn take_through(&mut self, byte: u8) -> Option<Range<usize>> {
        let start = self.position;
        let end = start + memchr(byte, self.rest())?;
        self.position = end + 1;
        Some(start..end)
    }

    pub fn slice(&self, range: Range<usize>) -> &'page str {
        &self.text[range]
    }

    /// A slice that keeps the page's buffer alive instead of copying.
    pub fn share(&self, range: Range<usize>) -> StrTendril {
        self.shared.subtendril(range.start as u32, range.len() as u32)
    }

    /// As [`Input::share`], with NUL replaced by U+FFFD; only a slice that has NUL is copied, by way of
    /// `scratch`.
    pub fn share_without_null(&self, range: Range<usize>, scratch: &mut String) -> StrTendril {
        let text = self.slice(range.clone());
        if memchr(0, text.as_bytes()).is_none() {
            return self.share(range);
        }
        scratch.clear();
        push_without_null(text, scratch);
        StrTendril::from_slice(scratch)
    }

    /// Whether a range has a byte that keeps it from being shared as it is: a character reference or NUL.
    pub fn needs_decoding(&self, range: Range<usize>) -> bool {
        memchr2(b'&', 0, &self.bytes()[range]).is_some()
    }
}

/// Appends text with NUL replaced by U+FFFD.
pub(super) fn push_without_null(text: &str, output: &mut String) {
    output.extend(text.chars().map(|character| if character == '\0' { REPLACEMENT } else { character }));
}
