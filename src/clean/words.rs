//! Words of a text, and which of them are stop words: frequent short words without a meaning of their own.

use std::sync::LazyLock;

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

/// Words by their keys, in a table with more room than words, so that a look-up ends at its first place nearly always: no
/// branch depends on whether a word is in the set, which no processor guesses.
#[derive(Debug)]
pub struct WordSet {
    /// As many as a power of two; 0 is none.
    places: Vec<u64>,
    count: usize,
}

impl WordSet {
    /// Whether it has the word with this key.
    #[inline]
    pub fn contains(&self, key: u64) -> bool {
        self.places[self.place_of(key)] == key
    }

    /// How many words it has.
    #[expect(clippy::len_without_is_empty, reason = "nobody asks")]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Where a key is, or would be.
    #[inline]
    fn place_of(&self, key: u64) -> usize {
        let mask = self.places.len() - 1;
        let mut place = key as usize & mask;
        while self.places[place] != key && self.places[place] != 0 {
            place = (place + 1) & mask;
        }
        place
    }
}

impl FromIterator<u64> for WordSet {
    fn from_iter<K: IntoIterator<Item = u64>>(keys: K) -> WordSet {
        let keys: Vec<u64> = keys.into_iter().collect();
        let mut set = WordSet { places: vec![0; (4 * keys.len() + 1).next_power_of_two()], count: 0 };
        for key in keys {
            let place = set.place_of(key);
            set.count += usize::from(set.places[place] != key);
            set.places[place] = key;
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
    let (mut at, mut is_small) = (0, true);
    loop {
        at += text.as_bytes()[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let odd = text[at..].chars().next().filter(|c| !c.is_ascii() && is_alphanumeric(*c));
        let Some(c) = odd else { break };
        is_small &= is_small_form(c);
        at += c.len_utf8();
    }
    (at, if is_small { key_of_small(text.as_bytes(), at) } else { word_key(&text[..at]) })
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
    let small = word.to_lowercase();
    key_of_small(small.as_bytes(), small.len())
}

/// Whether a letter is its own small form.
#[inline]
fn is_small_form(c: char) -> bool {
    matches!(c, 'ß'..='ÿ') || c.to_lowercase().eq([c])
}

/// The key of the word of so many bytes at the start of a text. Its letters are small, or of ASCII: eight bytes at a time
/// those are made small, by a bit that digits have anyway.
#[inline]
fn key_of_small(text: &[u8], length: usize) -> u64 {
    // a multiplier with bits all over, as in Fibonacci hashing
    const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut key = HASH_START;
    for at in (0..length).step_by(8) {
        let bytes = first_bytes(&text[at..]);
        let small = bytes | (!bytes & 0x8080_8080_8080_8080) >> 2;
        let own = u64::MAX >> (8 * 8_usize.saturating_sub(length - at));
        key = (key ^ (small & own)).wrapping_mul(MULTIPLIER);
    }
    // 0 is no word
    (key ^ (key >> 32)).max(1)
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
