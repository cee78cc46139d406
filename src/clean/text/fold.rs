//! Folding: what two writings of one phrase have in common.
//!
//! "À LIRE AUSSI", "A lire aussi" and "À&nbsp;lire aus&shy;si" fold to "a lire aussi". For every byte of the folded
//! text it can be told where it comes from, so that a match can be cut out of the original.

use unicode_normalization::char::decompose_canonical;

/// A line's folded text with the way back to the original.
#[derive(Debug, Default)]
pub(crate) struct Folded<'t> {
    original: &'t str,
    text: String,
}

impl<'t> Folded<'t> {
    pub fn new(original: &'t str) -> Folded<'t> {
        let mut text = String::with_capacity(original.len());
        let mut rest = original;
        while let Some(first) = rest.as_bytes().first() {
            if first.is_ascii_graphic() {
                // most of all text, a word at a time; the same as below
                let word = rest.bytes().take_while(u8::is_ascii_graphic).count();
                let start = text.len();
                text.push_str(&rest[..word]);
                text[start..].make_ascii_lowercase();
                rest = &rest[word..];
            } else {
                let mut chars = rest.chars();
                chars.next().into_iter().for_each(|c| push(c, &mut text));
                rest = chars.as_str();
            }
        }
        if text.ends_with(' ') {
            text.pop();
        }
        Folded { original, text }
    }

    /// The same of a text that was folded before.
    pub fn again(original: &'t str, text: String) -> Folded<'t> {
        Folded { original, text }
    }

    pub fn into_text(self) -> String {
        self.text
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The place in the original of a byte offset of the folded text; always between two characters. Few lines are asked,
    /// so that they are folded once more.
    pub fn original(&self, offset: usize) -> usize {
        if offset >= self.text.len() {
            return self.original.trim_end_matches(is_space).len();
        }
        let mut text = String::with_capacity(offset + 1);
        let origin = self.original.char_indices().find(|(_, c)| {
            push(*c, &mut text);
            text.len() > offset
        });
        origin.map_or(self.original.len(), |(index, _)| index)
    }
}

/// Folds one more character. Runs of white space become one space; none stands at the start.
fn push(c: char, text: &mut String) {
    match c {
        // most of all text; the same as below
        '!'..='~' => text.push(c.to_ascii_lowercase()),
        _ if !is_space(c) => fold_char(c, text),
        _ if text.is_empty() || text.ends_with(' ') => {}
        _ => text.push(' '),
    }
}

/// Folds a pattern: a character after a backslash is syntax and stays, white space stays as written.
pub(crate) fn fold_pattern(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                out.push(c);
                out.extend(chars.next());
            }
            _ if is_space(c) => out.push(' '),
            _ => fold_char(c, &mut out),
        }
    }
    out
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{2800}'
}

fn fold_char(c: char, out: &mut String) {
    match c {
        '\0'..='\x7f' => out.push(c.to_ascii_lowercase()),
        // the accents of most Latin text; the same as at the end
        'à'..='å' | 'À'..='Å' => out.push('a'),
        'è'..='ë' | 'È'..='Ë' => out.push('e'),
        'ì'..='ï' | 'Ì'..='Ï' => out.push('i'),
        'ò'..='ö' | 'Ò'..='Ö' => out.push('o'),
        'ù'..='ü' | 'Ù'..='Ü' => out.push('u'),
        'ç' | 'Ç' => out.push('c'),
        'ñ' | 'Ñ' => out.push('n'),
        '’' | '‘' | 'ʼ' | '‛' | '´' | '′' | '‹' | '›' => out.push('\''),
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' => out.push('"'),
        '‐'..='―' | '−' | '⁃' => out.push('-'),
        '…' => out.push_str("..."),
        'ß' | 'ẞ' => out.push_str("ss"),
        'œ' | 'Œ' => out.push_str("oe"),
        'æ' | 'Æ' => out.push_str("ae"),
        'ø' | 'Ø' => out.push('o'),
        'ł' | 'Ł' => out.push('l'),
        'đ' | 'Đ' => out.push('d'),
        'ı' => out.push('i'),
        // Full-width forms of ASCII.
        '\u{ff01}'..='\u{ff5e}' => {
            let narrow = u8::try_from(u32::from(c) - 0xfee0).unwrap_or(b'?');
            out.push(char::from(narrow.to_ascii_lowercase()));
        }
        _ if is_invisible(c) => {}
        // CJK and Hangul have neither case nor accents.
        '\u{2e80}'..='\u{faff}' => out.push(c),
        _ => decompose(c, out),
    }
}

fn decompose(c: char, out: &mut String) {
    for lower in c.to_lowercase() {
        decompose_canonical(lower, |part| {
            if !is_mark(part) {
                out.push(part);
            }
        });
    }
}

/// Soft hyphens, joiners, direction marks, variation selectors, the Arabic tatweel.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{640}')
        || is_mark(c)
}

/// Accents of Latin, Greek and Cyrillic, vowel signs and hamza of Arabic.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(text: &str) -> String {
        Folded::new(text).as_str().to_owned()
    }

    #[test]
    fn case_accents_quotes_dashes_and_spaces_do_not_matter() {
        assert_eq!(fold("  À\u{a0}LIRE\u{202f}\u{a0}aus\u{ad}si\n:  "), "a lire aussi :");
        assert_eq!(fold("L’« Été » – c’est…"), "l'\" ete \" - c'est...");
        assert_eq!(
            fold("Œuvre, STRASSE, Straße, Żółw, İstanbul"),
            "oeuvre, strasse, strasse, zolw, istanbul"
        );
        assert_eq!(fold("e\u{301}te\u{301}"), "ete");
        assert_eq!(fold("Читайте ещё ＡＢＣ：関連"), "читаите еще abc:関連");
        assert_eq!(fold("اقرأ أيضًا"), "اقرا ايضا");
    }

    #[test]
    fn accents_that_are_known_fold_as_all_others() {
        for c in ('à'..='ý').chain('À'..='Ý').filter(|c| !"æðø×÷ÆÐØ".contains(*c)) {
            let (mut known, mut other) = (String::new(), String::new());
            fold_char(c, &mut known);
            decompose(c, &mut other);
            assert_eq!(known, other, "{c:?}");
        }
    }

    #[test]
    fn every_offset_leads_back_to_a_character_boundary() {
        for text in ["  À lire…  ", "e\u{301}x", "\u{ad}\u{ad}", "", "日本\u{3000}語 ", "ﬀ İ ẞ"] {
            let folded = Folded::new(text);
            let mut last = 0;
            for offset in 0..=folded.as_str().len() + 1 {
                let place = folded.original(offset);
                assert!(text.is_char_boundary(place), "{text:?} at {offset}");
                assert!(place >= last, "{text:?} goes back at {offset}");
                last = place;
            }
        }
        let folded = Folded::new("  À lire : oui");
        assert_eq!(&"  À lire : oui"[folded.original(7)..], ": oui");
    }

    #[test]
    fn patterns_keep_their_syntax() {
        assert_eq!(fold_pattern(r"À lire (Aussi|également) ?:\S+"), r"a lire (aussi|egalement) ?:\S+");
    }
}
