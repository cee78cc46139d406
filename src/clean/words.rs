//! Words of a text, and which of them are stop words: frequent short words without a meaning of their own.

use std::sync::LazyLock;

use super::FastSet;

/// Frequent words of the larger European languages, and of Arabic.
const STOP_WORDS: &str = "le la les l de des du un une et en que qui dans pour sur au aux par est ce se ne pas plus son sa ses \
avec il elle on nous vous ils a été qu d s c n the of and to in is that for it as was with be by he at are this have from his \
but not they an or which you had were their has will would der die das und ist von zu mit den im nicht ein eine auf für dem \
sich des er sie es auch als an wird bei aus nach wie dass el los las y una con del su no al lo como más pero sus le ha o di \
che il per non e della i da sono si con alla nel dei gli os as do em um uma na no mais ao foi se na het een van op te zijn \
dat niet voor met aan och att det som på är av för den till og i på er en av til å ikke и в на что с по о не он как это из \
за от к у но же бы его для w z się na i nie do jest to że о за та що до від на у з й і من في على أن إلى عن مع هذا التي الذي \
ve bir bu da de için ile και το της να με για από στο του η ο των";

static STOP_WORD_KEYS: LazyLock<WordSet> =
    LazyLock::new(|| STOP_WORDS.split_whitespace().map(word_key).collect());

/// Longest stop word in bytes; longer words need no look-up.
const MAX_STOP_WORD_BYTES: usize = 12;

/// Bits of the table of a [`WordSet`]: some ten times as many as there are stop words.
const SET_BITS: usize = 4096;

/// Words by their keys. Most words that are asked for are not in the set, which a table of a few bits of each key tells.
#[derive(Debug)]
pub struct WordSet {
    bits: [u64; SET_BITS / 64],
    keys: FastSet<u64>,
}

impl WordSet {
    /// Whether it has the word with this key.
    #[inline]
    pub fn contains(&self, key: u64) -> bool {
        let (word, bit) = WordSet::place(key);
        self.bits[word] & bit != 0 && self.keys.contains(&key)
    }

    /// How many words it has.
    #[expect(clippy::len_without_is_empty, reason = "nobody asks")]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// The word of the table, and its bit.
    #[inline]
    fn place(key: u64) -> (usize, u64) {
        let place = (key ^ (key >> 32)) as usize % SET_BITS;
        (place / 64, 1 << (place % 64))
    }
}

impl FromIterator<u64> for WordSet {
    fn from_iter<K: IntoIterator<Item = u64>>(keys: K) -> WordSet {
        let mut set = WordSet { bits: [0; SET_BITS / 64], keys: keys.into_iter().collect() };
        for key in &set.keys {
            let (word, bit) = WordSet::place(*key);
            set.bits[word] |= bit;
        }
        set
    }
}

/// The words of a text, which are its runs of letters and digits, each with its key (see [`word_key`]).
pub fn words(text: &str) -> impl Iterator<Item = (&str, u64)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += gap_length(&text[at..]);
        let (length, key) = first_word(&text[at..]);
        let word = &text[at..at + length];
        at += length;
        (length > 0).then_some((word, key))
    })
}

/// How many bytes stand before the first word.
#[inline]
fn gap_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let (is_word, length) = match byte {
            0..=0x7f => (byte.is_ascii_alphanumeric(), 1),
            _ => text[at..].chars().next().map_or((false, 1), |c| (is_alphanumeric(c), c.len_utf8())),
        };
        if is_word {
            break;
        }
        at += length;
    }
    at
}

/// How many bytes of a word a text begins with, and the key of that word.
#[inline]
fn first_word(text: &str) -> (usize, u64) {
    let bytes = text.as_bytes();
    let (mut at, mut key) = (0, HASH_START);
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_alphanumeric() {
            key = hash_step(key, u64::from(byte.to_ascii_lowercase()));
            at += 1;
            continue;
        }
        let odd = text[at..].chars().next().filter(|c| !c.is_ascii() && is_alphanumeric(*c));
        let Some(c) = odd else { break };
        key = key_step(key, c);
        at += c.len_utf8();
    }
    let word = &text[..at];
    (at, if !word.is_ascii() && word.contains(FINAL_FORMS) { word_key(word) } else { key })
}

/// [`char::is_alphanumeric`], quick for what Latin texts are made of.
#[inline]
pub fn is_alphanumeric(c: char) -> bool {
    match c {
        '\0'..='\x7f' => c.is_ascii_alphanumeric(),
        'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ɏ' => true,
        '\u{a0}' | '«' | '»' | '\u{2010}'..='\u{2027}' | '\u{202f}' => false,
        _ => c.is_alphanumeric(),
    }
}

/// A number that stands for a word, whatever its case: the hash of its lower-case form.
pub fn word_key(word: &str) -> u64 {
    if word.contains(FINAL_FORMS) {
        return word.to_lowercase().chars().map(u64::from).fold(HASH_START, hash_step);
    }
    word.chars().fold(HASH_START, key_step)
}

/// The one letter whose small form depends on its place, so that it needs the whole word.
const FINAL_FORMS: char = 'Σ';

/// The key of a word that goes on with this character.
#[inline]
fn key_step(key: u64, c: char) -> u64 {
    match c {
        '\0'..='\x7f' => hash_step(key, u64::from(c.to_ascii_lowercase())),
        'ß'..='ÿ' => hash_step(key, u64::from(c)),
        _ => c.to_lowercase().map(u64::from).fold(key, hash_step),
    }
}

/// The first eight bytes as a number, the first one lowest, zeros for those behind the end.
#[inline]
pub fn first_bytes(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)),
    }
}

/// Whether the word of this length in bytes and this key is a stop word.
pub fn is_stop_word(bytes: usize, key: u64) -> bool {
    bytes <= MAX_STOP_WORD_BYTES && STOP_WORD_KEYS.contains(key)
}

/// FNV-1a: the start ...
pub const HASH_START: u64 = 0xcbf2_9ce4_8422_2325;

/// ... and a step. A step a character, not a byte.
#[inline]
pub fn hash_step(key: u64, value: u64) -> u64 {
    (key ^ value).wrapping_mul(0x0100_0000_01b3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_words_and_stop_words() {
        let found: Vec<&str> = words("L’été, à Nice…").map(|(word, _)| word).collect();
        assert_eq!(found, ["L", "été", "à", "Nice"]);
        assert!(words("L’ÉTÉ à ΛΌΓΟΣ, Œuvre x2²").all(|(word, key)| key == word_key(word)));
        let is_stop = |word: &str| is_stop_word(word.len(), word_key(word));
        assert!(is_stop("Le") && is_stop("und") && !is_stop("Nice"));
    }

    #[test]
    fn letters_and_digits_are_those_of_the_standard_library() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_alphanumeric(c), c.is_alphanumeric(), "{c:?}");
        }
    }

    #[test]
    fn the_key_of_a_word_knows_no_case() {
        for (one, other) in [("ÉTÉ", "été"), ("Loire", "LOIRE"), ("ΛΌΓΟΣ", "λόγος")] {
            assert_eq!(word_key(one), word_key(other));
        }
        assert_ne!(word_key("ete"), word_key("été"));
    }
}
