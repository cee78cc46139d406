//! What can be measured of a block and of the page around it.

use super::FastMap;
use super::block::TextBlock;
use super::survey::text_weight;
use super::units::Units;
use crate::article::BlockKind;
use crate::parse::{Dom, NodeId};

/// Prose has at least this weight (characters, see [`text_weight`]) ...
const MIN_PROSE_WEIGHT: u32 = 80;
/// ... or this one, when it ends as a sentence does.
const MIN_SENTENCE_WEIGHT: u32 = 20;
/// Text of which more is links is a list of links.
const MAX_PROSE_LINK_DENSITY: f32 = 0.5;

/// Measurements of one block.
#[derive(Clone, Debug, Default)]
pub struct Features {
    /// Characters, dense scripts counted as several.
    pub weight: u32,
    /// Share of the characters that are links.
    pub link_density: f32,
    /// Ends as a sentence does.
    pub ends_sentence: bool,
    /// A heading.
    pub heading: bool,
    /// Running text.
    pub prose: bool,
    /// How often the same text stands in the page.
    pub repeats: u32,
    /// It stands in boxes in a row with linked headings.
    pub teaser: bool,
}

impl Features {
    /// Measures all blocks of a page.
    pub fn of(units: &Units, blocks: &[TextBlock]) -> Vec<Features> {
        let mut numbers: FastMap<&str, usize> = FastMap::default();
        let mut repeats: Vec<u32> = Vec::new();
        let mut number = |text| {
            let number = *numbers.entry(text).or_insert(repeats.len());
            repeats.resize(repeats.len().max(number + 1), 0);
            repeats[number] += 1;
            number
        };
        let texts: Vec<usize> = blocks.iter().map(|block| number(block.text.as_str())).collect();
        let measure = |(block, text): (&TextBlock, usize)| Features {
            teaser: units.is_teaser(block.element),
            ..Features::of_block(block, repeats[text])
        };
        blocks.iter().zip(texts).map(measure).collect()
    }

    fn of_block(block: &TextBlock, repeats: u32) -> Features {
        let weight = text_weight(&block.text);
        let linked: u32 = block.links().map(|range| text_weight(&block.text[range])).sum();
        let link_density = linked as f32 / weight.max(1) as f32;
        let ends_sentence = ends_sentence(&block.text);
        let heading = matches!(block.kind, BlockKind::Heading(_));
        let mass = weight - linked.min(weight);
        let prose = !heading
            && link_density <= MAX_PROSE_LINK_DENSITY
            && (mass >= MIN_PROSE_WEIGHT || (mass >= MIN_SENTENCE_WEIGHT && ends_sentence));
        Features { weight, link_density, ends_sentence, heading, prose, repeats, teaser: false }
    }

    /// Weight of the running text.
    pub fn mass(&self) -> u32 {
        if self.prose { (self.weight as f32 * (1.0 - self.link_density)) as u32 } else { 0 }
    }
}

/// An element and those above it.
pub fn above(dom: &Dom, element: NodeId) -> impl Iterator<Item = NodeId> {
    [element].into_iter().chain(dom.ancestors(element))
}

/// Whether a text ends with the mark of a sentence, quotes and brackets aside.
pub fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end_matches(|c: char| {
        c.is_whitespace() || matches!(c, '"' | '\'' | '”' | '’' | '»' | '“' | ')' | ']' | '」' | '』')
    });
    text.ends_with(['.', '!', '?', '…', '。', '！', '？', ':', ';', '؟', '।', '۔'])
}
