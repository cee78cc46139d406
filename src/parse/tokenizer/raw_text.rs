//! Raw text: the RCDATA, RAWTEXT and script data states (13.2.5.2-4, 13.2.5.9-31).
//!
//! All of them are a search for the *appropriate end tag*: the one that has the name of the last start tag.

use html5ever::tokenizer::TagKind;
use memchr::{memchr, memchr_iter, memchr2};

use super::character_reference::{Context, push_decoded};
use super::input::{ends_name, push_without_null, starts_with_ignoring_case};
use super::{Consumer, Tokenizer};

const SCRIPT: &[u8] = b"script";

/// Whether `bytes` begin with `name`, in any case, and the name ends there.
fn begins_with_name(bytes: &[u8], name: &[u8]) -> bool {
    starts_with_ignoring_case(bytes, name) && bytes.get(name.len()).is_some_and(|&byte| ends_name(byte))
}

/// Whether `bytes`, which follow a `<`, make an end tag of this name.
fn is_end_tag(bytes: &[u8], name: &[u8]) -> bool {
    !name.is_empty() && bytes.strip_prefix(b"/").is_some_and(|bytes| begins_with_name(bytes, name))
}

impl<C: Consumer> Tokenizer<'_, C> {
    /// RCDATA state, less-than sign, end tag open and end tag name states (13.2.5.2, 13.2.5.9-11).
    pub(super) fn rcdata_state(&mut self) {
        let start = self.input.position();
        let end = self.find_appropriate_end_tag();
        self.input.move_to(end);
        if self.input.needs_decoding(start..end) {
            self.scratch.clear();
            for (index, piece) in self.input.slice(start..end).split('\0').enumerate() {
                if index > 0 {
                    push_without_null("\0", &mut self.scratch);
                }
                push_decoded(piece, Context::Text, &mut self.scratch);
            }
            self.emit_scratch();
        } else {
            self.emit_raw(start..end);
        }
        self.read_appropriate_end_tag();
    }

    /// RAWTEXT state and its like (13.2.5.3, 13.2.5.12-14).
    pub(super) fn rawtext_state(&mut self) {
        let start = self.input.position();
        let end = self.find_appropriate_end_tag();
        self.input.move_to(end);
        self.emit_raw(start..end);
        self.read_appropriate_end_tag();
    }

    /// Script data state and its like (13.2.5.4, 13.2.5.15-31).
    pub(super) fn script_data_state(&mut self) {
        let start = self.input.position();
        let end = start + end_of_script(self.input.rest(), self.last_start_tag.as_bytes());
        self.input.move_to(end);
        self.emit_raw(start..end);
        self.read_appropriate_end_tag();
    }

    /// Where the appropriate end tag begins; the end of the page if there is none.
    fn find_appropriate_end_tag(&self) -> usize {
        let rest = self.input.rest();
        let name = self.last_start_tag.as_bytes();
        let offset = memchr_iter(b'<', rest).find(|&at| is_end_tag(&rest[at + 1..], name));
        self.input.position() + offset.unwrap_or(rest.len())
    }

    fn read_appropriate_end_tag(&mut self) {
        if !self.input.is_at_end() {
            self.read_tag(TagKind::EndTag);
        }
    }
}

/// Which of the script data states a place in a script is in.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Escape {
    /// Script data state.
    None,
    /// After `<!--`: script data escaped state.
    Escaped,
    /// After `<!--` and `<script`: script data double escaped state, in which `</script>` ends no script.
    DoubleEscaped,
}

/// How long the script is that `bytes` begin with; `name` is that of the appropriate end tag.
///
/// The dash states need no memory: two dashes right before a `>` are what they remember, those of `<!--`
/// included.
fn end_of_script(bytes: &[u8], name: &[u8]) -> usize {
    let mut escape = Escape::None;
    let mut at = 0;
    while let Some(offset) = next_candidate(&bytes[at..], escape) {
        at += offset;
        let after = &bytes[at + 1..];
        if bytes[at] == b'<' && escape != Escape::DoubleEscaped && is_end_tag(after, name) {
            return at;
        }
        let (next, consumed) = escape_after(escape, &bytes[..=at], after);
        escape = next;
        at += consumed;
    }
    bytes.len()
}

/// The next `<`, or `>` where it may end an escape.
fn next_candidate(bytes: &[u8], escape: Escape) -> Option<usize> {
    if escape == Escape::None { memchr(b'<', bytes) } else { memchr2(b'<', b'>', bytes) }
}

/// The state after the `<` or `>` that `before` ends with, and how many bytes from there on are consumed.
fn escape_after(escape: Escape, before: &[u8], after: &[u8]) -> (Escape, usize) {
    if before.ends_with(b"-->") {
        return (Escape::None, 1);
    }
    if before.ends_with(b">") {
        return (escape, 1);
    }
    match escape {
        Escape::None if after.starts_with(b"!--") => (Escape::Escaped, 4),
        Escape::Escaped if begins_with_name(after, SCRIPT) => (Escape::DoubleEscaped, 1 + SCRIPT.len()),
        Escape::DoubleEscaped if is_end_tag(after, SCRIPT) => (Escape::Escaped, 2 + SCRIPT.len()),
        _ => (escape, 1),
    }
}
