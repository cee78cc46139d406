//! Typography on request: text is left as found unless a caller asks for one of two conventions.
//!
//! - french: no-break space before `: ; ! ? »` and after `«`, curly apostrophes, one character for three dots
//! - plain: straight quotes and apostrophes, ordinary spaces, hyphens for dashes, three dots, for tools that know ASCII
//!
//! Code is never touched. Spans follow the text.

use serde::{Deserialize, Serialize};

use super::{Article, Block, BlockKind};

/// Which convention to follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalize {
    /// As found.
    #[default]
    None,
    /// French typography.
    French,
    /// Characters of a typewriter.
    Plain,
}

/// No-break space, and the narrow one.
const NO_BREAK: char = '\u{a0}';
const NARROW_NO_BREAK: char = '\u{202f}';

impl Article {
    /// Rewrites all texts in the convention that was asked for.
    pub(crate) fn normalize(&mut self, normalize: Normalize) {
        let rewrite = match normalize {
            Normalize::None => return,
            Normalize::French => french,
            Normalize::Plain => plain,
        };
        for block in self.blocks.iter_mut().filter(|block| block.kind != BlockKind::Code) {
            rewrite_block(block, rewrite);
        }
        self.metadata.title = self.metadata.title.take().map(|title| rewrite_text(&title, rewrite).0);
    }
}

/// What a character becomes, given its neighbours (those before as rewritten already): nothing changes with `None`.
type Rewrite = fn(before: &str, c: char, after: Option<char>) -> Option<&'static str>;

fn rewrite_block(block: &mut Block, rewrite: Rewrite) {
    let (text, moved) = rewrite_text(&block.text, rewrite);
    for span in &mut block.spans {
        span.range = moved[span.range.start]..moved[span.range.end];
    }
    block.text = text;
}

/// The new text, and where each byte of the old one stands in it.
fn rewrite_text(text: &str, rewrite: Rewrite) -> (String, Vec<usize>) {
    let mut out = String::with_capacity(text.len());
    let mut moved = vec![0; text.len() + 1];
    for (at, c) in text.char_indices() {
        moved[at..at + c.len_utf8()].fill(out.len());
        let after = text[at + c.len_utf8()..].chars().next();
        match rewrite(&out, c, after) {
            Some(new) => out.push_str(new),
            None => out.push(c),
        }
    }
    moved[text.len()] = out.len();
    (out, moved)
}

fn french(before: &str, c: char, after: Option<char>) -> Option<&'static str> {
    let is_space = |c: char| matches!(c, ' ' | NO_BREAK | NARROW_NO_BREAK);
    let in_word = before.ends_with(char::is_alphabetic) && after.is_some_and(char::is_alphabetic);
    match c {
        '\'' if in_word => Some("’"),
        _ if is_space(c) && after.is_some_and(|c| matches!(c, ':' | ';' | '!' | '?' | '»')) => {
            Some("\u{a0}")
        }
        _ if is_space(c) && before.ends_with('«') => Some("\u{a0}"),
        _ => None,
    }
}

fn plain(_: &str, c: char, _: Option<char>) -> Option<&'static str> {
    Some(match c {
        '’' | '‘' | '‛' | '′' => "'",
        '“' | '”' | '„' | '«' | '»' | '″' => "\"",
        '–' | '—' | '‐' | '‑' | '−' => "-",
        '…' => "...",
        NO_BREAK | NARROW_NO_BREAK | '\u{2009}' | '\u{2002}' | '\u{2003}' => " ",
        '\u{ad}' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::{Mark, Span};

    fn block(text: &str, linked: &str) -> Block {
        let start = text.find(linked).unwrap();
        Block {
            kind: BlockKind::Paragraph,
            text: text.to_owned(),
            spans: vec![Span { range: start..start + linked.len(), mark: Mark::Strong }],
            boilerplate: None,
        }
    }

    fn normalized(text: &str, linked: &str, normalize: Normalize) -> (String, String) {
        let mut article = Article { blocks: vec![block(text, linked)], ..Article::default() };
        article.normalize(normalize);
        let block = article.blocks.remove(0);
        let linked = block.text[block.spans[0].range.clone()].to_owned();
        (block.text, linked)
    }

    #[test]
    fn french_spaces_and_apostrophes() {
        let (text, linked) = normalized("« L'été ? » dit-il : oui", "L'été", Normalize::French);
        assert_eq!(text, "«\u{a0}L’été\u{a0}?\u{a0}» dit-il\u{a0}: oui");
        assert_eq!(linked, "L’été");
        // a time or an address has no space there, and gets none
        assert_eq!(
            normalized("à 12:30, http://a.example", "12:30", Normalize::French).0,
            "à 12:30, http://a.example"
        );
    }

    #[test]
    fn plain_is_for_typewriters() {
        let (text, linked) = normalized("«\u{a0}L’été…\u{a0}» – oui", "L’été…", Normalize::Plain);
        assert_eq!((text.as_str(), linked.as_str()), ("\" L'été... \" - oui", "L'été..."));
    }

    #[test]
    fn as_found_without_a_wish() {
        assert_eq!(normalized("« L'été » : oui", "L'été", Normalize::None).0, "« L'été » : oui");
    }
}
