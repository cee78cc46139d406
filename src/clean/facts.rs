//! What the classifier's columns need to know of the page as a whole.

use std::collections::{HashMap, HashSet};

use super::Kind;
use super::block::TextBlock;
use super::context::Context;
use super::features::Features;
use super::words::words;
use crate::article::{BlockKind, Metadata};

/// What is known of the page as a whole.
pub struct PageFacts {
    /// Weight of all blocks.
    pub total_weight: f32,
    /// Words of the headline.
    pub title_words: HashSet<String>,
    /// Letters of the description in the head.
    pub description: String,
    /// Shingles of the `articleBody` of JSON-LD.
    pub hint: HashSet<[u64; 1]>,
    /// Whether there is one.
    pub has_hint: bool,
    /// Index of the block that shows the headline.
    pub headline: Option<usize>,
    /// How often a text stands in the page, digits made equal.
    pub repeats: HashMap<String, u32>,
    /// Blocks by path.
    pub path_count: HashMap<u64, u32>,
    /// Mass by path.
    pub path_mass: HashMap<u64, f32>,
    /// Mass of longer blocks by the path of the element around.
    pub parent_mass: HashMap<u64, f32>,
    /// The largest of those.
    pub best_parent: f32,
    /// The largest mass of a path.
    pub best_path: f32,
}

impl PageFacts {
    /// Gathers the facts from all blocks. `parents` are the paths of the elements around theirs.
    pub fn of(
        blocks: &[TextBlock],
        features: &[Features],
        above: &[Context],
        parents: &[u64],
        metadata: &Metadata,
    ) -> PageFacts {
        let mut facts = PageFacts {
            total_weight: features.iter().map(|features| features.weight as f32).sum::<f32>().max(1.0),
            title_words: metadata
                .title
                .iter()
                .flat_map(|title| words(title))
                .map(str::to_lowercase)
                .collect(),
            description: letters_folded(metadata.description.as_deref().unwrap_or("")),
            hint: metadata
                .body_hint
                .iter()
                .flat_map(|hint| shingles(hint))
                .map(|shingle| [shingle])
                .collect(),
            has_hint: metadata.body_hint.is_some(),
            headline: blocks.iter().position(|block| block.kind == BlockKind::Heading(1)),
            repeats: HashMap::new(),
            path_count: HashMap::new(),
            path_mass: HashMap::new(),
            parent_mass: HashMap::new(),
            best_parent: 1.0,
            best_path: 1.0,
        };
        if let Some(title) = metadata.title.as_deref().map(letters_folded) {
            facts.headline = blocks
                .iter()
                .position(|block| {
                    block.fate.kind == Some(Kind::Title) || letters_folded(&block.text) == title
                })
                .or(facts.headline);
        }
        for index in 0..blocks.len() {
            let mass = features[index].weight as f32 * (1.0 - features[index].link_density);
            *facts.repeats.entry(digits_folded(&blocks[index].text)).or_default() += 1;
            *facts.path_count.entry(above[index].path).or_default() += 1;
            *facts.path_mass.entry(above[index].path).or_default() += mass;
            if mass > 40.0 {
                *facts.parent_mass.entry(parents[index]).or_default() += mass;
            }
        }
        facts.best_parent = facts.parent_mass.values().copied().fold(1.0, f32::max);
        facts.best_path = facts.path_mass.values().copied().fold(1.0, f32::max);
        facts
    }
}

/// The start of a text, digits made equal, to see what repeats.
pub fn digits_folded(text: &str) -> String {
    text.chars().take(80).map(|c| if c.is_numeric() { '#' } else { c }).collect()
}

/// The letters and digits of a text in lower case.
pub fn letters_folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Words of one shingle.
const SHINGLE_WORDS: usize = 4;

/// Hashes of the four-word shingles of a text.
pub fn shingles(text: &str) -> Vec<u64> {
    use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
    let words: Vec<String> = words(text).map(str::to_lowercase).collect();
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    words.windows(SHINGLE_WORDS).map(|window| hasher.hash_one(window)).collect()
}
