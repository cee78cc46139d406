//! Which blocks of a page are wanted, by the text that somebody wants of it.
//!
//! - shingle: four words in a row, as in `eval`

use std::collections::HashSet;

use crate::clean::text::fold_text;

/// Words in a shingle.
const SHINGLE_WORDS: usize = 4;
/// Share of a block's shingles in the wanted text from which on the block is wanted.
const WANTED_SHARE: f32 = 0.9;
/// Up to this share it is not.
const UNWANTED_SHARE: f32 = 0.1;

/// Whether a block is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it.
    Yes,
    /// Nothing of it.
    No,
    /// A part, or words that occur elsewhere: nothing is learned from it.
    Unclear,
}

/// A wanted text, ready to be asked.
pub struct Gold {
    /// Its lines as folded words.
    lines: HashSet<String>,
    shingles: HashSet<String>,
    /// All words, with a space around.
    whole: String,
}

impl Gold {
    /// Of a text with a paragraph a line, Markdown or not.
    pub fn new(text: &str) -> Gold {
        let words = words(text);
        let shingles = words.windows(SHINGLE_WORDS).map(|shingle| shingle.join(" ")).collect();
        let lines = text.lines().map(|line| self::words(line).join(" ")).filter(|line| !line.is_empty());
        Gold { lines: lines.collect(), shingles, whole: format!(" {} ", words.join(" ")) }
    }

    /// Whether a block is wanted.
    pub fn wants(&self, block: &str) -> Wanted {
        let words = words(block);
        let joined = words.join(" ");
        if words.is_empty() {
            return Wanted::Unclear;
        }
        if self.lines.contains(&joined) {
            return Wanted::Yes;
        }
        if words.len() < SHINGLE_WORDS {
            return if self.whole.contains(&format!(" {joined} ")) { Wanted::Unclear } else { Wanted::No };
        }
        let all = words.len() - SHINGLE_WORDS + 1;
        let is_there = |shingle: &&[String]| self.shingles.contains(&shingle.join(" "));
        let share = words.windows(SHINGLE_WORDS).filter(is_there).count() as f32 / all as f32;
        match () {
            () if share >= WANTED_SHARE => Wanted::Yes,
            () if share <= UNWANTED_SHARE => Wanted::No,
            () => Wanted::Unclear,
        }
    }
}

/// Folded words without punctuation.
fn words(text: &str) -> Vec<String> {
    let folded = fold_text(text);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_wanted_in_full_in_part_or_not_at_all() {
        let gold = Gold::new("# Crue\n\nLa Loire est montée de deux mètres dans la nuit.\n\n- Oui\n");
        for (block, wanted) in [
            ("La Loire est montée de deux mètres dans la nuit.", Wanted::Yes),
            ("CRUE", Wanted::Yes),
            ("Oui", Wanted::Yes),
            ("–", Wanted::Unclear),
            ("la nuit", Wanted::Unclear),
            ("Lire aussi", Wanted::No),
            ("Lire aussi : le pont de la ville est fermé", Wanted::No),
            ("La Loire est montée de trois mètres et le pont de la ville est fermé", Wanted::Unclear),
        ] {
            assert_eq!(gold.wants(block), wanted, "{block}");
        }
    }
}
