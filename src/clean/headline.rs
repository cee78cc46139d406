//! Marks the headline, which goes into the metadata: what shows the page's title, and the headings above it.

use super::block::{Fate, TextBlock};
use super::facts::letters_folded;
use super::features::Features;
use super::words::words;
use super::{FastSet, Kind};
use crate::article::BlockKind;

/// So many `<h1>` of which none shows the title head sections, but for the first.
const MIN_SECTION_HEADINGS: usize = 4;
/// Longer text that shows the title is a paragraph.
const MAX_TITLE_WEIGHT: u32 = 400;
/// Before prose of this weight a subhead may be the headline, where none shows the title as it is ...
const MIN_OPENING_WEIGHT: u32 = 200;
/// ... when it has so many words in common with the title ...
const MIN_COMMON_WORDS: usize = 4;
/// ... which are so much of the title.
const COMMON_SHARE: f32 = 0.75;

/// Marks the headline. Of several `<h1>` those after the one that shows the title head sections of the article.
pub fn mark_headline(blocks: &mut [TextBlock], features: &[Features], title: Option<&str>) {
    let title = title.unwrap_or_default();
    let letters: String = letters_folded(title).collect();
    let shows = |block: &TextBlock| !title.is_empty() && letters_folded(&block.text).eq(letters.chars());
    let top = |block: &TextBlock| block.kind == BlockKind::Heading(1);
    let last = blocks.iter().position(|block| top(block) && shows(block)).or_else(|| first_of_many(blocks));
    let is_shown = |block: &TextBlock| matches!(block.kind, BlockKind::Heading(_)) && shows(block);
    let opening = match last.is_some() || blocks.iter().any(|block| block.fate.kept && is_shown(block)) {
        true => 0,
        false => opening(features),
    };
    for (index, (block, features)) in blocks.iter_mut().zip(features).enumerate() {
        let is_title = match block.kind {
            BlockKind::Heading(2..=3) if index < opening && is_like(&block.text, title) => true,
            BlockKind::Heading(1) => last.is_none_or(|last| index <= last) || shows(block),
            _ => features.weight < MAX_TITLE_WEIGHT && shows(block),
        };
        if block.fate.kept && is_title {
            block.fate = Fate::removed(Kind::Title, "label.title");
        }
    }
}

/// The first of many `<h1>`.
fn first_of_many(blocks: &[TextBlock]) -> Option<usize> {
    let is_top = |index: &usize| blocks[*index].fate.kept && blocks[*index].kind == BlockKind::Heading(1);
    let mut tops = (0..blocks.len()).filter(is_top);
    let first = tops.next();
    first.filter(|_| 1 + tops.count() >= MIN_SECTION_HEADINGS)
}

/// How many blocks stand before the first long paragraph.
fn opening(features: &[Features]) -> usize {
    let is_long = |features: &Features| features.prose && features.weight >= MIN_OPENING_WEIGHT;
    features.iter().position(is_long).unwrap_or(0)
}

/// Whether a text says what the title says, perhaps below a kicker.
fn is_like(text: &str, title: &str) -> bool {
    let set = |text: &str| -> FastSet<u64> { words(text).map(|(_, key)| key).collect() };
    let (one, other) = (set(text), set(title));
    let common = one.intersection(&other).count();
    common >= MIN_COMMON_WORDS && common as f32 >= COMMON_SHARE * other.len() as f32
}

#[cfg(test)]
mod tests {
    use super::super::block::testing::block;
    use super::*;

    /// The texts that are marked; the last block is a long paragraph.
    fn marked(headings: &[(u8, &str)], title: &str) -> Vec<String> {
        let heads = headings.iter().map(|(level, text)| block(BlockKind::Heading(*level), text, None));
        let mut blocks: Vec<TextBlock> =
            heads.chain([block(BlockKind::Paragraph, "Un texte.", None)]).collect();
        let mut features = vec![Features::default(); blocks.len()];
        features[headings.len()] = Features { prose: true, weight: 300, ..Features::default() };
        mark_headline(&mut blocks, &features, Some(title));
        blocks.into_iter().filter(|block| !block.fate.kept).map(|block| block.text).collect()
    }

    #[test]
    fn of_many_top_headings_without_the_title_only_the_first_is_the_headline() {
        let heads = [(1, "Un"), (1, "Deux"), (1, "Trois"), (1, "Quatre"), (1, "Cinq")];
        assert_eq!(marked(&heads, "Le pont"), ["Un"]);
        assert_eq!(marked(&heads[..2], "Le pont"), ["Un", "Deux"]);
    }

    #[test]
    fn a_subhead_that_says_the_title_below_a_kicker_is_the_headline() {
        let title = "Le pont de pierre reste fermé";
        assert_eq!(marked(&[(2, "Crue : le pont de pierre reste fermé")], title).len(), 1);
        assert_eq!(marked(&[(2, "Le pont rouvre")], title).len(), 0);
        let both = [(2, title), (2, "Crue : le pont de pierre reste fermé")];
        assert_eq!(marked(&both, title), [title]);
    }
}
