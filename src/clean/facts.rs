//! What the classifier's columns need to know of the page as a whole.

use super::block::TextBlock;
use super::context::Context;
use super::features::Features;
use super::words::{WordSet, hash_step, is_alphanumeric, words};
use super::{FastMap, FastSet, Kind};
use crate::article::{BlockKind, Metadata};

/// What is known of the page as a whole.
pub struct PageFacts<'h> {
    /// Weight of all blocks.
    pub total_weight: f32,
    /// Keys of the words of the headline.
    pub title_words: WordSet,
    /// Letters of the description in the head.
    pub description: String,
    /// Shingles of the `articleBody` of JSON-LD.
    pub hint: &'h FastSet<u64>,
    /// Whether there is one.
    pub has_hint: bool,
    /// Index of the block that shows the headline.
    pub headline: Option<usize>,
    /// The start of each block's text, digits made equal (see [`digits_folded`]).
    pub starts: Vec<u64>,
    /// How often such a start stands in the page.
    pub repeats: FastMap<u64, u32>,
    /// Blocks by path.
    pub path_count: FastMap<u64, u32>,
    /// Mass by path.
    pub path_mass: FastMap<u64, f32>,
    /// Mass of longer blocks by the path of the element around.
    pub parent_mass: FastMap<u64, f32>,
    /// The largest of those.
    pub best_parent: f32,
    /// The largest mass of a path.
    pub best_path: f32,
}

impl<'h> PageFacts<'h> {
    /// Gathers the facts from all blocks. `parents` are the paths of the elements around theirs, `hint` the shingles of
    /// the body that the metadata announce.
    pub fn of(
        blocks: &[TextBlock],
        features: &[Features],
        above: &[&Context],
        parents: &[u64],
        metadata: &Metadata,
        hint: &'h FastSet<u64>,
    ) -> PageFacts<'h> {
        let mut facts = PageFacts {
            total_weight: features.iter().map(|features| features.weight as f32).sum::<f32>().max(1.0),
            title_words: metadata.title.iter().flat_map(|title| words(title)).map(|(_, key)| key).collect(),
            description: letters_of(metadata.description.as_deref().unwrap_or("")),
            hint,
            has_hint: metadata.body_hint.is_some(),
            headline: blocks.iter().position(|block| block.kind == BlockKind::Heading(1)),
            starts: blocks.iter().map(|block| digits_folded(&block.text)).collect(),
            repeats: FastMap::default(),
            path_count: FastMap::default(),
            path_mass: FastMap::default(),
            parent_mass: FastMap::default(),
            best_parent: 1.0,
            best_path: 1.0,
        };
        if let Some(title) = metadata.title.as_deref().map(letters_of) {
            let shows_title = |block: &TextBlock| {
                block.fate.kind == Some(Kind::Title) || letters_folded(&block.text).eq(title.chars())
            };
            facts.headline = blocks.iter().position(shows_title).or(facts.headline);
        }
        for index in 0..blocks.len() {
            let mass = features[index].weight as f32 * (1.0 - features[index].link_density);
            *facts.repeats.entry(facts.starts[index]).or_default() += 1;
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

/// The start of a text, digits made equal, as a hash, to see what repeats.
pub fn digits_folded(text: &str) -> u64 {
    // no letter of Latin scripts is a number
    let is_number = |c: char| !('À'..='ɏ').contains(&c) && c.is_numeric();
    let equal = text.chars().take(80).map(|c| if is_number(c) { '#' } else { c });
    equal.fold(0, |hash, c| hash_step(hash, u64::from(c)))
}

/// [`letters_folded`] in one piece.
pub fn letters_of(text: &str) -> String {
    let mut letters = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\0'..='\x7f' if c.is_ascii_alphanumeric() => letters.push(c.to_ascii_lowercase()),
            '\0'..='\x7f' => {}
            _ if is_alphanumeric(c) => letters.extend(c.to_lowercase()),
            _ => {}
        }
    }
    letters
}

/// The letters and digits of a text in lower case.
pub fn letters_folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| is_alphanumeric(*c)).flat_map(char::to_lowercase)
}

/// Shingles of the body that the metadata announce.
pub fn announced(metadata: &Metadata) -> FastSet<u64> {
    metadata.body_hint.iter().flat_map(|hint| shingles(hint)).collect()
}

/// Words of one shingle.
const SHINGLE_WORDS: usize = 4;

/// The last words of a text that is read.
#[derive(Default)]
pub struct Window {
    keys: [u64; SHINGLE_WORDS],
    count: usize,
}

impl Window {
    /// Goes on by a word, given by its key; the hash of the shingle that ends with it.
    #[inline]
    pub fn shingle(&mut self, key: u64) -> Option<u64> {
        let [_, second, third, fourth] = self.keys;
        self.keys = [second, third, fourth, key];
        self.count += 1;
        (self.count >= SHINGLE_WORDS).then(|| self.keys.into_iter().fold(0, hash_step))
    }
}

/// Hashes of the four-word shingles of a text.
pub fn shingles(text: &str) -> impl Iterator<Item = u64> {
    let mut window = Window::default();
    words(text).filter_map(move |(_, key)| window.shingle(key))
}
