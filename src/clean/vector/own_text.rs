//! The columns of a block's own text: words, characters, how it begins and ends, what is emphasised.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use memchr::{memchr, memchr3};

use super::{Features, PageFacts, TextBlock, flag};
use crate::article::Mark;
use crate::clean::facts::Window;
use crate::clean::survey::{is_dense_script, may_be_dense};
use crate::clean::words::{is_stop_word, words};

/// Words of a block, counted in one pass.
#[derive(Default)]
pub(super) struct Words {
    pub all: u32,
    pub stop: u32,
    capital: u32,
    /// In the headline too.
    pub shared: u32,
    /// Shingles, and those of them that the announced body has; counted where there is one.
    pub shingles: u32,
    pub announced: u32,
}

impl Words {
    pub fn of(text: &str, facts: &PageFacts) -> Words {
        let (mut counts, mut window) = (Words::default(), Window::default());
        for (word, key) in words(text) {
            counts.all += 1;
            counts.stop += u32::from(is_stop_word(word.len(), key));
            counts.capital += u32::from(word.chars().next().is_some_and(char::is_uppercase));
            counts.shared += u32::from(facts.title_words.contains(key));
            if facts.has_hint
                && let Some(shingle) = window.shingle(key)
            {
                counts.shingles += 1;
                counts.announced += u32::from(facts.hint.contains(&shingle));
            }
        }
        counts
    }
}

/// Three counts lie in one number, so that a byte is counted without a branch that might be guessed wrong.
const COUNT_BITS: u32 = 20;
const MASK: u64 = (1 << COUNT_BITS) - 1;
/// So many bytes do not make a count run over.
const MAX_COUNTED: usize = MASK as usize;

/// What each byte adds: to the marks of punctuation, the capitals or the digits.
static SORTS: [u64; 256] = {
    let (mut sorts, mut byte) = ([0; 256], 0_u8);
    while byte < 0x80 {
        sorts[byte as usize] = match byte {
            b'.' | b',' | b';' | b':' | b'!' | b'?' => 1,
            b'A'..=b'Z' => 1 << COUNT_BITS,
            b'0'..=b'9' => 1 << (2 * COUNT_BITS),
            _ => 0,
        };
        byte += 1;
    }
    sorts
};

/// Characters of a block, counted in one pass.
#[derive(Default)]
struct Characters {
    all: u32,
    punctuation: u32,
    capital: u32,
    digit: u32,
    dense: u32,
    currency: bool,
}

impl Characters {
    fn of(text: &str) -> Characters {
        let mut counts = Characters {
            all: text.chars().count() as u32,
            currency: memchr(b'$', text.as_bytes()).is_some(),
            ..Characters::default()
        };
        let is_dense = may_be_dense(text);
        for (start, part) in (0..).step_by(MAX_COUNTED).zip(text.as_bytes().chunks(MAX_COUNTED)) {
            let mut sums = 0_u64;
            for (index, &byte) in part.iter().enumerate() {
                sums += SORTS[usize::from(byte)];
                // the first byte of a character
                if byte >= 0xc0 {
                    text[start + index..].chars().next().into_iter().for_each(|c| counts.add(c, is_dense));
                }
            }
            counts.punctuation += (sums & MASK) as u32;
            counts.capital += (sums >> COUNT_BITS & MASK) as u32;
            counts.digit += (sums >> (2 * COUNT_BITS)) as u32;
        }
        counts
    }

    /// Counts a character that is not ASCII.
    fn add(&mut self, c: char, may_be_dense: bool) {
        // small letters, by far most of them
        if matches!(c, 'ß'..='ÿ') {
            return;
        }
        self.punctuation += u32::from(matches!(c, '。' | '、' | '，' | '：'));
        self.capital += u32::from(c.is_uppercase());
        self.dense += u32::from(may_be_dense && is_dense_script(c));
        self.currency |= matches!(c, '€' | '£' | '¥' | '₽');
    }
}

/// Finds what addresses begin with; a finder costs more to make than most texts to search.
static ADDRESSES: LazyLock<[Finder<'static>; 2]> = LazyLock::new(|| ["http", "www."].map(Finder::new));

/// The columns of a block's own text, and whether it names a price, which is a column further on.
pub(super) struct OwnText {
    pub columns: TextColumns,
    pub currency: bool,
}

/// The columns of a block's own text ...
pub(super) type TextColumns = [f32; 25];
/// ... of which those of its neighbours are: the share of stop words ...
pub(super) const STOP_WORDS: usize = 3;
/// ... and of punctuation.
pub(super) const PUNCTUATION: usize = 6;

/// Measures the block's own text.
pub(super) fn read(block: &TextBlock, features: &Features, counts: &Words) -> OwnText {
    let text = &block.text;
    let characters = Characters::of(text);
    let chars = characters.all.max(1) as f32;
    let Words { all, stop, capital, .. } = *counts;
    let links = block.links().count();
    let has_sign = memchr3(b'|', b'@', b'/', text.as_bytes()).is_some();
    let words = all.max(1) as f32;
    let columns = [
        features.weight as f32,
        words,
        features.link_density,
        stop as f32 / words,
        capital as f32 / words,
        chars / words,
        characters.punctuation as f32 / chars,
        characters.capital as f32 / chars,
        characters.digit as f32 / chars,
        characters.dense as f32 / chars,
        flag(features.ends_sentence),
        flag(text.ends_with(':')),
        flag(text.chars().next().is_some_and(char::is_uppercase)),
        flag(text.chars().next().is_some_and(|c| c.is_ascii_digit())),
        flag(text.starts_with(['(', '[', '*', '>', '—', '-', '•', '|'])),
        flag(text.starts_with(['«', '"', '“', '„'])),
        flag(has_sign && text.contains('|')),
        flag(has_sign && text.contains('@')),
        flag(text.contains('©')),
        flag(ADDRESSES.iter().any(|finder| finder.find(text.as_bytes()).is_some())),
        flag(text.contains('\n')),
        flag(has_sign && text.contains('/')),
        block.spans.len() as f32,
        links as f32,
        strong_share(block),
    ];
    OwnText { columns, currency: characters.currency }
}

fn strong_share(block: &TextBlock) -> f32 {
    let strong: usize = block
        .spans
        .iter()
        .filter(|span| matches!(span.mark, Mark::Strong | Mark::Emphasis))
        .map(|span| span.range.len())
        .sum();
    (strong as f32 / block.text.len().max(1) as f32).min(1.0)
}
