//! UTF-8 that was taken for Latin-1 and encoded once more, as databases and proxies do it: "â\u{80}\u{99}" for "’".
//!
//! Such text holds control characters of U+0080 to U+009F, which nobody writes; so their presence in a sequence that
//! is UTF-8 when read as bytes is proof enough. Where a page has one, its sequences without a control character
//! ("Ã©") are read the same way. Of 2970 measured pages 30 have such text, mostly pasted into a page that is sound
//! otherwise, so each sequence is mended on its own.

use std::borrow::Cow;

use memchr::memchr_iter;

/// The first byte, in UTF-8, of the characters U+00C0 to U+00FF, which the first byte of a sequence became.
const LEAD: u8 = 0xc3;
/// The first byte, in UTF-8, of the characters U+0080 to U+00BF, which the other bytes of a sequence became.
const CONTINUATION: u8 = 0xc2;
/// Continuation bytes from here on are no control characters.
const FIRST_VISIBLE: u8 = 0xa0;

/// Mends what was encoded twice.
pub fn mend(text: Cow<'_, str>) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let sequences: Vec<Sequence> =
        memchr_iter(LEAD, bytes).filter_map(|at| Sequence::at(bytes, at)).collect();
    if !sequences.iter().any(|one| one.has_control) {
        return text;
    }
    let mut mended = String::with_capacity(text.len());
    let mut copied = 0;
    for one in sequences {
        mended.push_str(&text[copied..one.start]);
        mended.push(one.meant);
        copied = one.end;
    }
    mended.push_str(&text[copied..]);
    Cow::Owned(mended)
}

/// A character that was encoded twice.
struct Sequence {
    start: usize,
    end: usize,
    meant: char,
    has_control: bool,
}

impl Sequence {
    fn at(bytes: &[u8], start: usize) -> Option<Sequence> {
        // the second byte of U+00C0 to U+00FF has six of its eight bits, the other two are set
        let first = bytes.get(start + 1)? | 0xc0;
        let length = match first {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => return None,
        };
        let mut original = [first, 0, 0, 0];
        for (index, byte) in original[1..length].iter_mut().enumerate() {
            let at = start + 2 * (index + 1);
            *byte = (*bytes.get(at)? == CONTINUATION).then(|| bytes.get(at + 1).copied())??;
        }
        let original = &original[..length];
        let meant = std::str::from_utf8(original).ok()?.chars().next()?;
        let has_control = original[1..].iter().any(|byte| *byte < FIRST_VISIBLE);
        Some(Sequence { start, end: start + 2 * length, meant, has_control })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str) -> String {
        mend(Cow::Borrowed(text)).into_owned()
    }

    fn twice(text: &str) -> String {
        text.bytes().map(char::from).collect()
    }

    #[test]
    fn what_was_encoded_twice_is_read_as_it_was_meant() {
        let text = "L’été, c’est « déjà » fini… 12 €, 漢字 et 🙂";
        assert_eq!(mended(&twice(text)), text);
    }

    #[test]
    fn sound_text_beside_it_stays() {
        let text = format!("Déjà vu : {} – voilà", twice("l’été"));
        assert_eq!(mended(&text), "Déjà vu : l’été – voilà");
    }

    #[test]
    fn without_control_characters_nothing_is_known() {
        for text in ["AMANHÃ\u{a0}À NOITE", "Ã© veut dire é", "â€™ veut dire ’", "été", "", "Ã"]
        {
            assert!(matches!(mend(Cow::Borrowed(text)), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn a_sequence_that_is_cut_off_stays() {
        let text = format!("{} puis â\u{80}", twice("l’été"));
        assert_eq!(mended(&text), "l’été puis â\u{80}");
    }
}
