//! Text that stands twice: pull quotes, which repeat a sentence of the body, copies of a paragraph in forms, and tables
//! of contents, which repeat the subheads.

use std::cell::LazyCell;

use memchr::memmem;

use super::between::names_source;
use super::block::{Fate, TextBlock};
use super::facts::letters_of;
use super::{FastSet, Kind};
use crate::article::BlockKind;
use crate::parse::Dom;

/// Shorter texts may be repeated with a reason.
const MIN_LETTERS: usize = 60;
/// Shorter quotations, too.
const MIN_QUOTE_LETTERS: usize = 24;
/// Longer texts are no pull quotes; two of them that are equal are still found.
const MAX_PULL_QUOTE_LETTERS: usize = 600;
/// So many bytes are found by the quickest search.
const QUICK_BYTES: usize = 32;
/// Beyond this much text the search would take longer than it is worth.
const MAX_TOTAL_LETTERS: usize = 300_000;

/// So many items of lists that are equal to a subhead make a table of contents.
const MIN_CONTENTS: usize = 2;

/// Removes kept blocks whose text stands in another kept block; of two equal ones the first stays, a subhead before an
/// item that announces it.
pub fn remove_doubled(dom: &Dom, blocks: &mut [TextBlock]) {
    remove_contents(blocks);
    let kept: Vec<usize> = (0..blocks.len()).filter(|index| blocks[*index].fate.kept).collect();
    let letters: Vec<String> = kept.iter().map(|index| letters_of(&blocks[*index].text)).collect();
    if letters.iter().map(String::len).sum::<usize>() > MAX_TOTAL_LETTERS {
        return;
    }
    let is_doubled = |one: usize| {
        let wanted = letters[one].as_bytes();
        // made once, and of the beginning: one of more bytes costs more to make than most texts to search
        let finder = LazyCell::new(|| memmem::Finder::new(&wanted[..QUICK_BYTES.min(wanted.len())]));
        let stands_in = |text: &[u8]| finder.find_iter(text).any(|at| text[at..].starts_with(wanted));
        let is_sibling = |other: usize| is_sibling(dom, &blocks[kept[one]], &blocks[kept[other]]);
        let holds = |(other, text): (usize, &String)| match text.len().cmp(&wanted.len()) {
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Equal => other < one && text.as_bytes() == wanted,
            std::cmp::Ordering::Greater => {
                wanted.len() <= MAX_PULL_QUOTE_LETTERS && stands_in(text.as_bytes()) && !is_sibling(other)
            }
        };
        let is_cell = matches!(blocks[kept[one]].kind, BlockKind::Cell { .. });
        let is_quote = blocks[kept[one]].kind == BlockKind::Quote;
        let enough = if is_quote { MIN_QUOTE_LETTERS } else { MIN_LETTERS };
        wanted.len() >= enough && !is_cell && letters.iter().enumerate().any(holds)
    };
    let doubled: Vec<usize> = (0..kept.len()).filter(|one| is_doubled(*one)).map(|one| kept[one]).collect();
    for index in doubled {
        let is_source = |block: &TextBlock| block.fate.kept && names_source(dom, block);
        let source = Some(index + 1).filter(|next| blocks.get(*next).is_some_and(is_source));
        for index in [Some(index), source].into_iter().flatten() {
            blocks[index].fate =
                Fate { score: blocks[index].fate.score, ..Fate::removed(Kind::Other, "doubled") };
        }
    }
}

/// Whether two blocks are paragraphs in a row: a text may quote itself, a pull quote is made otherwise.
fn is_sibling(dom: &Dom, one: &TextBlock, other: &TextBlock) -> bool {
    let (one, other) = (one.element, other.element);
    let is_paragraph = dom.tag(one) == "p" && dom.tag(other) == "p";
    is_paragraph
        && one != other
        && dom.parent(one) == dom.parent(other)
        && dom.attribute(one, "class") == dom.attribute(other, "class")
}

/// Removes the items that announce subheads.
fn remove_contents(blocks: &mut [TextBlock]) {
    let letters = |block: &TextBlock| letters_of(&block.text);
    let heads = |block: &&TextBlock| block.fate.kept && matches!(block.kind, BlockKind::Heading(_));
    let subheads: FastSet<String> = blocks.iter().filter(heads).map(letters).collect();
    if subheads.is_empty() {
        return;
    }
    let announces = |block: &TextBlock| {
        block.fate.kept
            && matches!(block.kind, BlockKind::ListItem { .. })
            && subheads.contains(&letters(block))
    };
    let items: Vec<usize> = (0..blocks.len()).filter(|index| announces(&blocks[*index])).collect();
    if items.len() >= MIN_CONTENTS {
        for index in items {
            let score = blocks[index].fate.score;
            blocks[index].fate = Fate { score, ..Fate::removed(Kind::Navigation, "doubled.contents") };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pull_quotes_and_copies_go_and_refrains_stay() {
        let long = "On ne vend pas du vide, on vend ce que l’on entend quand tout le reste s’arrête enfin.";
        let quoted = format!("« {} »", long.trim_end_matches('.'));
        let whole = format!("Le maire le dit ainsi : {long} Puis il se tait.");
        let texts = [quoted.as_str(), "Il a dit non.", whole.as_str(), "Il a dit non.", whole.as_str()];
        let block = |text: &&str| TextBlock {
            element: Dom::new().document(),
            kind: BlockKind::Paragraph,
            text: (*text).to_owned(),
            spans: Vec::new(),
            fate: Fate::kept("test"),
        };
        let mut blocks: Vec<TextBlock> = texts.iter().map(block).collect();
        remove_doubled(&Dom::new(), &mut blocks);
        let kept: Vec<bool> = blocks.iter().map(|block| block.fate.kept).collect();
        assert_eq!(kept, [false, true, true, true, false]);
    }

    #[test]
    fn a_short_pull_quote_goes_with_its_source_and_a_short_refrain_stays() {
        let html = "<p>Il y a le poids de la rive, dit-elle.<blockquote><p>Le poids de la rive</p><cite>Anne Aubier</cite>";
        let dom = crate::parse::parse(html, &crate::parse::Limits::default()).unwrap();
        let quote = dom.descendants(dom.document()).find(|node| dom.tag(*node) == "blockquote").unwrap();
        let left = |kind| {
            let block = |text: &str, kind, element| TextBlock {
                element,
                kind,
                text: text.to_owned(),
                spans: Vec::new(),
                fate: Fate::kept("test"),
            };
            let mut blocks = [
                block(
                    "Il y a, d’abord, le poids de la rive, dit-elle.",
                    BlockKind::Paragraph,
                    dom.document(),
                ),
                block("Il y a, d’abord, le poids de la rive", kind, quote),
                block("Anne Aubier", BlockKind::Quote, quote),
            ];
            remove_doubled(&dom, &mut blocks);
            blocks.iter().filter(|block| block.fate.kept).count()
        };
        assert_eq!((left(BlockKind::Quote), left(BlockKind::Paragraph)), (1, 3));
    }

    #[test]
    fn a_table_of_contents_goes_and_the_subheads_stay() {
        let item = BlockKind::ListItem { depth: 0, number: None };
        let (heading, text) = (BlockKind::Heading(2), BlockKind::Paragraph);
        let page = [
            (item, "Les faits"),
            (item, "La suite"),
            (item, "Un détail que rien n’annonce"),
            (heading, "Les faits"),
            (text, "Le pont a cédé."),
            (heading, "La suite"),
            (text, "On attend."),
        ];
        let block = |(kind, text): (BlockKind, &str)| TextBlock {
            element: Dom::new().document(),
            kind,
            text: text.to_owned(),
            spans: Vec::new(),
            fate: Fate::kept("test"),
        };
        let mut blocks: Vec<TextBlock> = page.into_iter().map(block).collect();
        remove_doubled(&Dom::new(), &mut blocks);
        let kept: Vec<bool> = blocks.iter().map(|block| block.fate.kept).collect();
        assert_eq!(kept, [false, false, true, true, true, true, true]);
    }

    #[test]
    fn a_paragraph_that_quotes_one_beside_it_stays() {
        let long = "On ne vend pas du vide, on vend ce que l’on entend quand tout le reste s’arrête enfin";
        let html = |class: &str| format!("<p>Il dit : {long}. Puis il se tait.</p><p {class}>« {long} »</p>");
        let left = |html: &str| {
            let dom = crate::parse::parse(html, &crate::parse::Limits::default()).unwrap();
            let paragraphs = dom.descendants(dom.document()).filter(|node| dom.tag(*node) == "p");
            let block = |element| TextBlock {
                element,
                kind: BlockKind::Paragraph,
                text: dom.text_content(element),
                spans: Vec::new(),
                fate: Fate::kept("test"),
            };
            let mut blocks: Vec<TextBlock> = paragraphs.map(block).collect();
            remove_doubled(&dom, &mut blocks);
            blocks.iter().filter(|block| block.fate.kept).count()
        };
        assert_eq!((left(&html("")), left(&html("class=pullquote"))), (2, 1));
    }
}
