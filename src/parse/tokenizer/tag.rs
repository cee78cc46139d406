//! Tags and their attributes: the tag name, attribute and self-closing start tag states (13.2.5.8,
//! 13.2.5.32-40).

use std::ops::Range;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind, Token};
use html5ever::{Attribute, QualName, ns};

use super::character_reference::{Context, push_decoded};
use super::input::{ends_name, is_whitespace, push_without_null};
use super::{Consumer, Tokenizer};

/// The page ended inside a tag, which is dropped then.
struct EndOfFile;

/// What was found where an attribute may begin.
enum BeforeAttribute {
    Attribute,
    TagEnd { self_closing: bool },
}

impl<C: Consumer> Tokenizer<'_, C> {
    /// Reads a whole tag from its `<` on and emits it.
    pub(super) fn read_tag(&mut self, kind: TagKind) {
        match self.tag_name_state(kind) {
            Ok(tag) => self.emit_tag(tag),
            Err(EndOfFile) => self.input.move_to_end(),
        }
    }

    fn emit_tag(&mut self, tag: Tag) {
        if tag.kind == TagKind::StartTag {
            self.last_start_tag = tag.name.clone();
        }
        self.state = self.hand_over(Token::TagToken(tag));
    }

    /// Tag name state (13.2.5.8) and all that follow.
    fn tag_name_state(&mut self, kind: TagKind) -> Result<Tag, EndOfFile> {
        self.input.advance(if kind == TagKind::EndTag { 2 } else { 1 });
        let range = self.input.take_until(ends_name);
        let name = self.names.intern(lower_case_name(self.input.slice(range), &mut self.scratch));
        let mut tag =
            Tag { kind, name, self_closing: false, attrs: Vec::new(), had_duplicate_attributes: false };
        loop {
            match self.before_attribute_name_state()? {
                BeforeAttribute::Attribute => self.attribute_name_state(&mut tag)?,
                BeforeAttribute::TagEnd { self_closing } => {
                    tag.self_closing = self_closing;
                    return Ok(tag);
                }
            }
        }
    }

    /// Before attribute name, after attribute value (quoted) and self-closing start tag states (13.2.5.32,
    /// 39, 40).
    fn before_attribute_name_state(&mut self) -> Result<BeforeAttribute, EndOfFile> {
        loop {
            self.input.skip_whitespace();
            match self.input.rest() {
                [] | [b'/'] => return Err(EndOfFile),
                [b'>', ..] => {
                    self.input.advance(1);
                    return Ok(BeforeAttribute::TagEnd { self_closing: false });
                }
                [b'/', b'>', ..] => {
                    self.input.advance(2);
                    return Ok(BeforeAttribute::TagEnd { self_closing: true });
                }
                [b'/', ..] => self.input.advance(1), // unexpected-solidus-in-tag
                _ => return Ok(BeforeAttribute::Attribute),
            }
        }
    }

    /// Attribute name and after attribute name states (13.2.5.33-34), then the value if there is one.
    fn attribute_name_state(&mut self, tag: &mut Tag) -> Result<(), EndOfFile> {
        let start = self.input.position();
        self.input.advance(1); // even `=` is part of the name in first place
        let name = start..self.input.take_until(|byte| ends_name(byte) || byte == b'=').end;
        self.input.skip_whitespace();
        let value = if self.input.peek() == Some(b'=') {
            self.input.advance(1);
            self.before_attribute_value_state()?
        } else {
            start..start
        };
        self.add_attribute(tag, name, value);
        Ok(())
    }

    /// Before attribute value state (13.2.5.35); the range is empty where the value is missing.
    fn before_attribute_value_state(&mut self) -> Result<Range<usize>, EndOfFile> {
        self.input.skip_whitespace();
        match self.input.peek() {
            None => Err(EndOfFile),
            Some(quote @ (b'"' | b'\'')) => self.quoted_attribute_value_state(quote),
            Some(_) => Ok(self.input.take_until(|byte| is_whitespace(byte) || byte == b'>')),
        }
    }

    /// Attribute value (double-quoted) and (single-quoted) states (13.2.5.36-37).
    fn quoted_attribute_value_state(&mut self, quote: u8) -> Result<Range<usize>, EndOfFile> {
        self.input.advance(1);
        self.input.take_through(quote).ok_or(EndOfFile)
    }

    /// Adds an attribute unless it is of no use or its name is there already.
    fn add_attribute(&mut self, tag: &mut Tag, name: Range<usize>, value: Range<usize>) {
        if tag.attrs.len() >= self.consumer.max_attributes() {
            return;
        }
        let name = lower_case_name(self.input.slice(name), &mut self.scratch);
        if !self.consumer.wants_attribute(&tag.name, name, value.len()) {
            return;
        }
        let name = self.names.intern(name);
        if tag.attrs.iter().any(|other| other.name.local == name) {
            tag.had_duplicate_attributes = true;
            return;
        }
        let value = self.attribute_value(value);
        if tag.attrs.capacity() == 0 {
            tag.attrs = self.consumer.attribute_room();
        }
        tag.attrs.push(Attribute { name: QualName::new(None, ns!(), name), value });
    }

    /// The value of an attribute, character references decoded, NUL replaced.
    fn attribute_value(&mut self, range: Range<usize>) -> StrTendril {
        if !self.input.needs_decoding(range.clone()) {
            return self.input.share(range);
        }
        self.scratch.clear();
        push_decoded(self.input.slice(range), Context::Attribute, &mut self.scratch);
        without_null(&self.scratch)
    }
}

/// A name as the standard wants it: ASCII letters in lower case, NUL replaced; copied to `scratch` only if it
/// is not so yet.
fn lower_case_name<'a>(name: &'a str, scratch: &'a mut String) -> &'a str {
    if !name.bytes().any(|byte| byte.is_ascii_uppercase() || byte == 0) {
        return name;
    }
    scratch.clear();
    push_without_null(name, scratch);
    scratch.make_ascii_lowercase();
    scratch
}

fn without_null(text: &str) -> StrTendril {
    if !text.contains('\0') {
        return StrTendril::from_slice(text);
    }
    let mut replaced = String::with_capacity(text.len());
    push_without_null(text, &mut replaced);
    StrTendril::from_slice(&replaced)
}
