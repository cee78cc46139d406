//! The tokenizer of the HTML standard (section 13.2.5), over a complete `&str`.
//!
//! It cuts the same tokens as html5ever's tokenizer, which works character by character and is most of the
//! cost of a parse. Having the whole page at hand, this one looks for the next byte that matters (`<`, `&`, a
//! quote, `>`) by `memchr` and takes what is in between in one piece, as a shared slice of the input.
//!
//! Every state of the standard has its place, if not always a function of its own: each function says which
//! states it implements. Parse errors are not reported, for nobody reads them. A token that the end of the
//! page cuts short is treated as the standard says: tags are dropped, comments and DOCTYPEs are emitted, the
//! rest is text.
//!
//! Terms: *markup* is what `<` begins; *raw text* is the content of an element that has no markup inside but
//! its own end tag.

mod character_reference;
mod comment;
mod data;
mod doctype;
mod input;
mod names;
mod raw_text;
mod tag;

#[cfg(test)]
pub(super) mod conformance;
#[cfg(test)]
mod differential;
#[cfg(test)]
mod recorder;
#[cfg(test)]
mod tests;

pub(super) use input::normalise_newlines;

use std::ops::Range;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Token, TokenSink, TokenSinkResult};
use html5ever::{Attribute, LocalName, local_name};

use input::Input;
use names::Names;

/// Takes tokens, and says what is of no use to it.
pub(super) trait Consumer: TokenSink {
    /// Whether further tokens are of no use.
    fn is_full(&self) -> bool {
        false
    }

    /// Whether an attribute of this name, with a value of so many bytes of markup, is of use in a tag of this name. Others
    /// are not even decoded.
    fn wants_attribute(&self, _tag: &LocalName, _attribute: &str, _bytes: usize) -> bool {
        true
    }

    /// Room for the attributes of a tag, perhaps that of one before.
    fn attribute_room(&self) -> Vec<Attribute> {
        Vec::new()
    }

    /// How many attributes of one tag are of use.
    fn max_attributes(&self) -> usize {
        usize::MAX
    }
}

/// In which state the tokenizer is between two tokens.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// Markup and character references.
    Data,
    /// Character references, and no markup but the element's end tag: `<title>`, `<textarea>`.
    Rcdata,
    /// No markup but the element's end tag: `<style>`, `<iframe>`...
    Rawtext,
    /// As [`State::Rawtext`], with rules of its own for `<!--`: `<script>`.
    ScriptData,
    /// Text to the end of the page.
    Plaintext,
    /// Text up to `]]>`, in SVG and MathML.
    CdataSection,
}

/// The tree builder has no use for line numbers.
const NO_LINE: u64 = 1;

/// Cuts one page into tokens.
pub(super) struct Tokenizer<'page, C> {
    input: Input<'page>,
    consumer: C,
    state: State,
    /// The only name that an end tag inside raw text may have.
    last_start_tag: LocalName,
    names: Names,
    /// For text that differs from the page: decoded, lower-cased...
    scratch: String,
}

impl<'page, C: Consumer> Tokenizer<'page, C> {
    /// A tokenizer for a page whose newlines are normalised (see [`normalise_newlines`]), of less than 4 GiB.
    pub fn new(page: &'page StrTendril, consumer: C) -> Self {
        Tokenizer {
            input: Input::new(page),
            consumer,
            state: State::Data,
            last_start_tag: local_name!(""),
            names: Names::new(),
            scratch: String::new(),
        }
    }

    /// Starts inside an element instead.
    #[cfg(test)]
    pub fn starting_in(mut self, state: State, last_start_tag: &str) -> Self {
        self.state = state;
        self.last_start_tag = LocalName::from(last_start_tag);
        self
    }

    /// Feeds the consumer until the page ends or the consumer is full; gives the consumer back.
    pub fn run(mut self) -> C {
        while !self.input.is_at_end() && !self.consumer.is_full() {
            match self.state {
                State::Data => self.data_state(),
                State::Rcdata => self.rcdata_state(),
                State::Rawtext => self.rawtext_state(),
                State::ScriptData => self.script_data_state(),
                State::Plaintext => self.plaintext_state(),
                State::CdataSection => self.cdata_section_state(),
            }
        }
        self.emit(Token::EOFToken);
        self.consumer.end();
        self.consumer
    }

    /// Hands a token over that does not change the state.
    fn emit(&self, token: Token) {
        self.hand_over(token);
    }

    /// Hands a token over; gives the state that the tree construction asks for.
    fn hand_over(&self, token: Token) -> State {
        match self.consumer.process_token(token, NO_LINE) {
            TokenSinkResult::Plaintext => State::Plaintext,
            TokenSinkResult::RawData(RawKind::Rcdata) => State::Rcdata,
            TokenSinkResult::RawData(RawKind::Rawtext) => State::Rawtext,
            TokenSinkResult::RawData(RawKind::ScriptData | RawKind::ScriptDataEscaped(_)) => {
                State::ScriptData
            }
            // Scripts are not run, and the page is decoded already.
            TokenSinkResult::Continue
            | TokenSinkResult::Script(_)
            | TokenSinkResult::EncodingIndicator(_) => State::Data,
        }
    }

    /// Emits a non-empty range of the page as text, NUL replaced.
    fn emit_raw(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            let text = self.input.share_without_null(range, &mut self.scratch);
            self.emit(Token::CharacterTokens(text));
        }
    }

    /// Emits non-empty text that is not a range of the page.
    fn emit_scratch(&self) {
        if !self.scratch.is_empty() {
            self.emit(Token::CharacterTokens(StrTendril::from_slice(&self.scratch)));
        }
    }
}
