//! Furniture: paragraphs that a site puts below article after article, which no rule knows and the classifier took for
//! prose. Runs count them over the pages of a host (`job::lessons`); here the known ones leave a page.
//!
//! - print: the hash of a block's folded text, digits aside, so that "Lu 312 fois" is one print
//!
//! Articles repeat things as well: subheads ("Ingrédients"), answers ("Oui."), cells. So only running text of some
//! length has a print, and what would take a large part of a page stays.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Kind;
use super::block::{Fate, TextBlock};
use super::text::fold_text;
use crate::article::BlockKind;
use crate::hash;

/// The rule of what is removed here.
pub const RULE: &str = "furniture";
/// Shorter lines are answers, subheads and steps as often as furniture.
const MIN_CHARS: usize = 40;
/// Largest share of a page's kept text that is furniture; where it is more, the pages are of one mould.
const MAX_SHARE: f32 = 0.25;

/// The prints of known furniture, by host. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Furniture {
    by_host: Arc<HashMap<String, HashSet<u64>>>,
}

impl Furniture {
    /// From hosts and prints.
    pub fn new(known: impl IntoIterator<Item = (String, u64)>) -> Furniture {
        let mut by_host: HashMap<String, HashSet<u64>> = HashMap::new();
        for (host, print) in known {
            by_host.entry(host).or_default().insert(print);
        }
        Furniture { by_host: Arc::new(by_host) }
    }

    /// Removes what is furniture of this host from the blocks that are kept.
    pub fn remove(&self, host: &str, blocks: &mut [TextBlock]) {
        let Some(known) = self.by_host.get(host) else { return };
        let chars = |block: &TextBlock| block.text.chars().count();
        let kept: usize = blocks.iter().filter(|block| block.fate.kept).map(chars).sum();
        let is_known = |block: &TextBlock| print(block).is_some_and(|print| known.contains(&print));
        let found: Vec<usize> = (0..blocks.len()).filter(|index| is_known(&blocks[*index])).collect();
        let taken: usize = found.iter().map(|index| chars(&blocks[*index])).sum();
        if taken as f32 > MAX_SHARE * kept as f32 {
            return;
        }
        for index in found {
            let score = blocks[index].fate.score;
            blocks[index].fate = Fate { score, ..Fate::removed(Kind::Other, RULE) };
        }
    }
}

/// The print of a block that may be furniture: running text that is kept, of some length.
pub fn print(block: &TextBlock) -> Option<u64> {
    let may_be = block.fate.kept
        && matches!(block.kind, BlockKind::Paragraph)
        && block.text.chars().nth(MIN_CHARS - 1).is_some();
    may_be.then(|| print_of(&block.text))
}

/// The print of a text.
pub fn print_of(text: &str) -> u64 {
    let folded: String = fold_text(text).chars().filter(|c| !c.is_numeric()).collect();
    hash::stable(folded.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::Dom;

    const NOTE: &str =
        "Retrouvez toute l’actualité de la vallée, 24 heures sur 24, dans notre édition du soir.";

    fn block(text: &str) -> TextBlock {
        let element = Dom::new().document();
        let kind = BlockKind::Paragraph;
        TextBlock { element, kind, text: text.into(), spans: Vec::new(), fate: Fate::UNDECIDED }
    }

    fn kept(known: &str, texts: &[&str]) -> Vec<String> {
        let furniture = Furniture::new([("a.example".to_owned(), print_of(known))]);
        let mut blocks: Vec<TextBlock> = texts.iter().map(|text| block(text)).collect();
        furniture.remove("a.example", &mut blocks);
        blocks.into_iter().filter(|block| block.fate.kept).map(|block| block.text).collect()
    }

    #[test]
    fn known_furniture_goes_whatever_its_digits_and_the_rest_stays() {
        let prose = "La Loire est montée de deux mètres dans la nuit. ".repeat(9);
        let shown = NOTE.replace("24", "7");
        assert_eq!(kept(NOTE, &[&prose, &shown]), [prose.as_str()]);
        assert_eq!(kept("autre chose", &[&prose, &shown]).len(), 2);
    }

    #[test]
    fn a_large_part_of_a_page_is_never_furniture() {
        assert_eq!(kept(NOTE, &["La Loire est montée de deux mètres dans la nuit.", NOTE]).len(), 2);
    }

    #[test]
    fn short_lines_and_subheads_have_no_print() {
        assert_eq!(print(&block("Oui.")), None);
        let heading = TextBlock { kind: BlockKind::Heading(2), ..block(NOTE) };
        assert_eq!(print(&heading), None);
        assert!(print(&block(NOTE)).is_some());
    }
}
