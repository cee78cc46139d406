//! A fingerprint of 64 bits in which texts that are nearly alike differ in few bits.
//!
//! M. Charikar: Similarity Estimation Techniques from Rounding Algorithms, STOC 2002. Each shingle of a text
//! votes with the bits of its hash, once however often it occurs, so that a refrain does not drown the rest; a bit
//! of the fingerprint is what most shingles say.
//! Texts that have nothing in common differ in 32 bits, give or take 4.

use std::collections::HashSet;

use crate::sink::hash;

/// Words in a shingle: a changed word changes three of them, a moved paragraph nearly none.
const SHINGLE_WORDS: usize = 3;
/// Texts of fewer words have too few shingles for a vote that means something.
const MIN_WORDS: usize = 40;
const BITS: usize = 64;

/// The fingerprint of a text; none if it is too short for one. Case and punctuation play no part.
pub fn simhash(text: &str) -> Option<u64> {
    let text = text.to_lowercase();
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.len() < MIN_WORDS {
        return None;
    }
    let mut votes = [0i64; BITS];
    let hash = |shingle: &[&str]| hash::stable(shingle.join(" ").as_bytes());
    let hashes: HashSet<u64> = words.windows(SHINGLE_WORDS).map(hash).collect();
    for hash in hashes {
        for (bit, vote) in votes.iter_mut().enumerate() {
            *vote += if hash >> bit & 1 == 1 { 1 } else { -1 };
        }
    }
    Some(votes.iter().rev().fold(0, |print, vote| print << 1 | u64::from(*vote > 0)))
}

/// In how many bits two fingerprints differ.
pub fn distance(one: u64, other: u64) -> u32 {
    (one ^ other).count_ones()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text of sentences that differ from those of every other seed.
    fn text(seed: u64, sentences: u64) -> String {
        let word = |number: u64| hash::short(&format!("{seed} {number}"));
        (0..sentences * 12).map(|number| word(number) + if number % 12 == 11 { ". " } else { " " }).collect()
    }

    #[test]
    fn one_changed_word_in_a_long_text_changes_few_bits() {
        for seed in 0..20 {
            let whole = text(seed, 40);
            let changed = whole.replacen(&hash::short(&format!("{seed} 200")), "corrigé", 1);
            assert_ne!(whole, changed);
            let bits = distance(simhash(&whole).unwrap(), simhash(&changed).unwrap());
            assert!(bits <= 6, "seed {seed}: {bits} bits");
        }
    }

    #[test]
    fn texts_with_nothing_in_common_differ_in_half_of_the_bits() {
        for seed in 0..50 {
            let one = simhash(&text(seed, 30)).unwrap();
            let bits = distance(one, simhash(&text(seed + 1000, 30)).unwrap());
            assert!((16..=48).contains(&bits), "seed {seed}: {bits} bits");
        }
    }

    #[test]
    fn case_and_punctuation_play_no_part() {
        let whole = text(1, 10);
        assert_eq!(simhash(&whole), simhash(&whole.to_uppercase().replace(". ", " — ")));
    }

    #[test]
    fn short_texts_have_none() {
        assert_eq!(simhash("Une brève de quelques mots."), None);
        assert_eq!(simhash(""), None);
    }
}
