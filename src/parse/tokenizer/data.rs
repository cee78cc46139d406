//! Text and what `<` begins: the data, tag open, end tag open and markup declaration open states, CDATA
//! sections.

use std::ops::Range;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{TagKind, Token};
use memchr::{memchr, memchr3, memmem};

use super::character_reference::{Context, push_decoded};
use super::input::starts_with_ignoring_case;
use super::{Consumer, State, Tokenizer};

const CDATA_START: &[u8] = b"<![CDATA[";
const CDATA_END: &[u8] = b"]]>";
const DOCTYPE_START: &[u8] = b"<!doctype";

/// Whether what follows a `<` makes markup of it: the tag open and end tag open states, which take it for
/// text otherwise.
fn begins_markup(after: &[u8]) -> bool {
    match after {
        [] | [b'/'] => false,
        [first, ..] => first.is_ascii_alphabetic() || matches!(first, b'/' | b'!' | b'?'),
    }
}

impl<C: Consumer> Tokenizer<'_, C> {
    /// Data state (13.2.5.1): text, then one piece of markup.
    pub(super) fn data_state(&mut self) {
        let start = self.input.position();
        let (end, is_plain) = self.end_of_text();
        self.input.move_to(end);
        if is_plain && start < end {
            self.emit(Token::CharacterTokens(self.input.share(start..end)));
        } else if start < end {
            self.emit_decoded_text(start..end);
        }
        if !self.input.is_at_end() {
            self.tag_open_state();
        }
    }

    /// Where the text ends, and whether it has neither character references nor NUL.
    fn end_of_text(&self) -> (usize, bool) {
        let bytes = self.input.bytes();
        let mut at = self.input.position();
        let mut is_plain = true;
        while let Some(offset) = memchr3(b'<', b'&', 0, &bytes[at..]) {
            at += offset;
            if bytes[at] != b'<' {
                is_plain = false;
            } else if begins_markup(&bytes[at + 1..]) {
                return (at, is_plain);
            }
            at += 1;
        }
        (bytes.len(), is_plain)
    }

    /// Text with character references. NUL is a token of its own: what becomes of it is up to the tree
    /// construction.
    fn emit_decoded_text(&mut self, range: Range<usize>) {
        for (index, piece) in self.input.slice(range).split('\0').enumerate() {
            if index > 0 {
                self.emit(Token::NullCharacterToken);
            }
            self.scratch.clear();
            push_decoded(piece, Context::Text, &mut self.scratch);
            self.emit_scratch();
        }
    }

    /// Tag open state (13.2.5.6), end tag open state (13.2.5.7), at a `<` that begins markup.
    fn tag_open_state(&mut self) {
        match self.input.rest() {
            [_, b'/', b'>', ..] => self.input.advance(3), // missing-end-tag-name
            [_, b'/', first, ..] if first.is_ascii_alphabetic() => self.read_tag(TagKind::EndTag),
            [_, b'/', ..] => self.bogus_comment_state(2),
            [_, b'!', ..] => self.markup_declaration_open_state(),
            [_, b'?', ..] => self.bogus_comment_state(1),
            _ => self.read_tag(TagKind::StartTag),
        }
    }

    /// Markup declaration open state (13.2.5.42).
    fn markup_declaration_open_state(&mut self) {
        let rest = self.input.rest();
        if rest.starts_with(b"<!--") {
            self.input.advance(4);
            self.comment_state();
        } else if starts_with_ignoring_case(rest, DOCTYPE_START) {
            self.input.advance(DOCTYPE_START.len());
            self.doctype_state();
        } else if rest.starts_with(CDATA_START) && self.is_in_foreign_content() {
            self.input.advance(CDATA_START.len());
            self.state = State::CdataSection;
        } else {
            self.bogus_comment_state(2);
        }
    }

    fn is_in_foreign_content(&self) -> bool {
        self.consumer.adjusted_current_node_present_but_not_in_html_namespace()
    }

    /// Bogus comment state (13.2.5.41): a comment up to `>`, whose text starts `skipped` bytes from here.
    fn bogus_comment_state(&mut self, skipped: usize) {
        self.input.advance(skipped);
        let start = self.input.position();
        let range = self.input.take_through(b'>').unwrap_or_else(|| {
            self.input.move_to_end();
            start..self.input.len()
        });
        self.emit_comment(range);
    }

    /// CDATA section state, CDATA section bracket state, CDATA section end state (13.2.5.69-71).
    pub(super) fn cdata_section_state(&mut self) {
        let start = self.input.position();
        let end = memmem::find(self.input.rest(), CDATA_END).map(|offset| start + offset);
        self.emit_text_with_null(start..end.unwrap_or(self.input.len()));
        self.input.move_to(end.map_or(self.input.len(), |end| end + CDATA_END.len()));
        self.state = State::Data;
    }

    /// Text without character references, with NUL as a token of its own.
    fn emit_text_with_null(&self, range: Range<usize>) {
        let mut start = range.start;
        while let Some(offset) = memchr(0, &self.input.bytes()[start..range.end]) {
            self.emit_shared(start..start + offset);
            self.emit(Token::NullCharacterToken);
            start += offset + 1;
        }
        self.emit_shared(start..range.end);
    }

    fn emit_shared(&self, range: Range<usize>) {
        if !range.is_empty() {
            self.emit(Token::CharacterTokens(self.input.share(range)));
        }
    }

    /// PLAINTEXT state (13.2.5.5).
    pub(super) fn plaintext_state(&mut self) {
        let range = self.input.position()..self.input.len();
        self.input.move_to_end();
        self.emit_raw(range);
    }

    /// Emits a comment whose text is a range of the page.
    pub(super) fn emit_comment(&mut self, range: Range<usize>) {
        let text: StrTendril = self.input.share_without_null(range, &mut self.scratch);
        self.emit(Token::CommentToken(text));
    }
}
