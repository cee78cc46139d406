//! DOCTYPE (13.2.5.53-68).
//!
//! The states are walked through in order, each consuming its part; `Flow` says when one of them met the end.

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Doctype, Token};
use memchr::memchr2;

use super::input::{is_whitespace, push_without_null, starts_with_ignoring_case};
use super::{Consumer, Tokenizer};

/// How a DOCTYPE ends.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum End {
    /// At `>` or the end of the page; the DOCTYPE is as good as it was.
    Regular,
    /// At `>` or the end of the page, too early: the page is in quirks mode.
    Abrupt,
    /// Garbage follows, up to `>`, and does no harm.
    Garbage,
    /// Garbage follows, up to `>`: the page is in quirks mode.
    Broken,
}

/// `Some`: the DOCTYPE ends here. `None`: go on with the next state.
type Flow = Option<End>;

impl<C: Consumer> Tokenizer<'_, C> {
    /// DOCTYPE state (13.2.5.53) and all that follow, from the first byte after the keyword.
    pub(super) fn doctype_state(&mut self) {
        let mut doctype = Doctype::default();
        let end = self.read_doctype(&mut doctype);
        doctype.force_quirks = matches!(end, End::Abrupt | End::Broken);
        self.finish_doctype();
        self.emit(Token::DoctypeToken(doctype));
    }

    /// Bogus DOCTYPE state (13.2.5.68); nothing is left but `>` where there is no garbage.
    fn finish_doctype(&mut self) {
        if self.input.take_through(b'>').is_none() {
            self.input.move_to_end();
        }
    }

    fn read_doctype(&mut self, doctype: &mut Doctype) -> End {
        if let Some(end) = self.doctype_name_state(doctype) {
            return end;
        }
        let rest = self.input.rest();
        if starts_with_ignoring_case(rest, b"public") {
            self.input.advance(6);
            self.doctype_public_identifier_state(doctype)
        } else if starts_with_ignoring_case(rest, b"system") {
            self.input.advance(6);
            self.doctype_system_identifier_state(doctype)
        } else {
            End::Broken // invalid-character-sequence-after-doctype-name
        }
    }

    /// Before DOCTYPE name, DOCTYPE name and after DOCTYPE name states (13.2.5.54-56).
    fn doctype_name_state(&mut self, doctype: &mut Doctype) -> Flow {
        if let Some(end) = self.end_of_doctype(End::Abrupt) {
            return Some(end);
        }
        let range = self.input.take_until(|byte| is_whitespace(byte) || byte == b'>');
        self.scratch.clear();
        push_without_null(self.input.slice(range), &mut self.scratch);
        self.scratch.make_ascii_lowercase();
        doctype.name = Some(StrTendril::from_slice(&self.scratch));
        self.end_of_doctype(End::Regular)
    }

    /// After DOCTYPE public keyword, before and in and after public identifier states (13.2.5.57-61).
    fn doctype_public_identifier_state(&mut self, doctype: &mut Doctype) -> End {
        if let Some(end) = self.end_of_doctype(End::Abrupt) {
            return end;
        }
        if let Some(end) = self.doctype_identifier_state(&mut doctype.public_id) {
            return end;
        }
        if let Some(end) = self.end_of_doctype(End::Regular) {
            return end;
        }
        self.system_identifier_and_end(doctype)
    }

    /// After DOCTYPE system keyword and before system identifier states (13.2.5.63-64).
    fn doctype_system_identifier_state(&mut self, doctype: &mut Doctype) -> End {
        if let Some(end) = self.end_of_doctype(End::Abrupt) {
            return end;
        }
        self.system_identifier_and_end(doctype)
    }

    /// DOCTYPE system identifier states, after DOCTYPE system identifier state (13.2.5.65-67).
    fn system_identifier_and_end(&mut self, doctype: &mut Doctype) -> End {
        if let Some(end) = self.doctype_identifier_state(&mut doctype.system_id) {
            return end;
        }
        self.end_of_doctype(End::Regular).unwrap_or(End::Garbage)
    }

    /// A quoted identifier, which must begin here.
    fn doctype_identifier_state(&mut self, identifier: &mut Option<StrTendril>) -> Flow {
        let Some(quote @ (b'"' | b'\'')) = self.input.peek() else { return Some(End::Broken) };
        self.input.advance(1);
        let start = self.input.position();
        let end = memchr2(quote, b'>', self.input.rest()).map_or(self.input.len(), |offset| start + offset);
        *identifier = Some(self.input.share_without_null(start..end, &mut self.scratch));
        self.input.move_to(end);
        if self.input.peek() != Some(quote) {
            return Some(End::Abrupt);
        }
        self.input.advance(1);
        None
    }

    /// Skips whitespace. At `>` the DOCTYPE ends as `at_greater_than` says; at the end of the page always
    /// abruptly.
    fn end_of_doctype(&mut self, at_greater_than: End) -> Flow {
        self.input.skip_whitespace();
        match self.input.peek() {
            Some(b'>') => Some(at_greater_than),
            Some(_) => None,
            None => Some(End::Abrupt),
        }
    }
}
