//! A consumer for tests: writes tokens down, adjacent text in one line.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Doctype, Tag, TagKind, Token, TokenSink, TokenSinkResult};

use super::Consumer;

/// Writes tokens down.
#[derive(Default)]
pub(super) struct Recorder {
    tokens: RefCell<Vec<String>>,
    /// Whether the current element is said to be SVG or MathML.
    in_foreign_content: bool,
}

impl Recorder {
    pub fn new(in_foreign_content: bool) -> Recorder {
        Recorder { in_foreign_content, ..Recorder::default() }
    }

    pub fn tokens(self) -> Vec<String> {
        self.tokens.into_inner()
    }

    fn add(&self, token: String) {
        self.tokens.borrow_mut().push(token);
    }

    /// html5ever hands over empty text where a page ends in some states.
    fn add_text(&self, text: &str) {
        if text.is_empty() {
            return;
        }
        let mut tokens = self.tokens.borrow_mut();
        match tokens.last_mut().filter(|last| last.starts_with("text ")) {
            Some(last) => last.push_str(text),
            None => tokens.push(format!("text {text}")),
        }
    }
}

impl TokenSink for Recorder {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        match token {
            Token::DoctypeToken(doctype) => self.add(doctype_line(&doctype)),
            Token::TagToken(tag) => self.add(tag_line(&tag)),
            Token::CommentToken(text) => self.add(format!("comment {text}")),
            Token::CharacterTokens(text) => self.add_text(&text),
            Token::NullCharacterToken => self.add_text("\0"),
            Token::EOFToken | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.in_foreign_content
    }
}

impl Consumer for Recorder {}

fn doctype_line(doctype: &Doctype) -> String {
    let part = |part: &Option<StrTendril>| part.as_ref().map_or("-".to_owned(), |text| format!("\"{text}\""));
    let (name, public, system) = (part(&doctype.name), part(&doctype.public_id), part(&doctype.system_id));
    format!("doctype {name} {public} {system}{}", if doctype.force_quirks { " quirks" } else { "" })
}

/// Attributes of end tags and their self-closing flag mean nothing.
fn tag_line(tag: &Tag) -> String {
    if tag.kind == TagKind::EndTag {
        return format!("</{}>", tag.name);
    }
    let attributes = tag.attrs.iter().map(|one| format!(" {}=\"{}\"", one.name.local, one.value));
    format!("<{}{}{}>", tag.name, attributes.collect::<String>(), if tag.self_closing { " /" } else { "" })
}
