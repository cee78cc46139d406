//! Footnotes: blocks that the article itself refers to by a number. They stand far from the prose, in boxes and lists
//! that look like links, and belong to the text all the same.
//!
//! - reference: a link of a kept block within the page, whose text is a number or a sign (`[1]`, `*`)
//! - note: the block that it leads to
//! - return: a link of a note back to its reference: an arrow

use super::block::{Fate, TextBlock};
use super::features::above;
use super::rules::OWN_MARK;
use super::{FastSet, Kind};
use crate::article::{BlockKind, Mark, Span};
use crate::parse::{Dom, NodeId};

/// Longest text of a reference.
const MAX_REFERENCE_CHARS: usize = 6;
/// More notes are the bibliography of a study, which readers of the text pass over.
const MAX_NOTES: usize = 25;
/// The name that a reference leads to stands on the note, at most so many elements above it ...
const MAX_LEVELS: usize = 2;
/// ... or on one of its first nodes below.
const MAX_BELOW: usize = 12;
/// Digits of a note's number.
const MAX_NUMBER_DIGITS: usize = 3;
/// Longest title above the notes.
const MAX_TITLE_BYTES: usize = 40;

/// Arrows that stand for "back to the text".
const RETURNS: &[char] = &['↩', '↑', '⇑', '⏎', '↵', '⤴', '^', '\u{fe0e}', '\u{fe0f}'];

/// Takes the arrows of returns out of kept blocks, and parts the number of a reference from the word before it, which
/// readers see as a superscript: `le fonds ancien[1]`.
pub fn write_references(blocks: &mut [TextBlock]) {
    for block in blocks.iter_mut().filter(|block| block.fate.kept && !block.spans.is_empty()) {
        let returns: Vec<_> =
            block.spans.iter().filter(|span| is_return(block, span)).map(|span| span.range.clone()).collect();
        if !returns.is_empty() && returns.iter().map(|range| range.len()).sum::<usize>() < block.text.len() {
            block.cut(&returns);
        }
        let glued: Vec<_> =
            block.spans.iter().filter(|span| is_glued(block, span)).map(|span| span.range.clone()).collect();
        for range in glued.into_iter().rev() {
            insert(block, range.end, ']');
            insert(block, range.start, '[');
        }
    }
}

fn is_return(block: &TextBlock, span: &Span) -> bool {
    let text = block.text[span.range.clone()].trim();
    leads_within(span) && !text.is_empty() && text.chars().all(|c| RETURNS.contains(&c))
}

/// A bare number that is the end of a word but for its link.
fn is_glued(block: &TextBlock, span: &Span) -> bool {
    let number = &block.text[span.range.clone()];
    leads_within(span)
        && (1..=MAX_NUMBER_DIGITS).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && block.text[..span.range.start].ends_with(|c: char| c.is_alphanumeric())
}

fn leads_within(span: &Span) -> bool {
    matches!(&span.mark, Mark::Link(address) if address.contains('#'))
}

/// Puts a bracket in. A span that ends there ends before it, one that begins there begins behind it.
fn insert(block: &mut TextBlock, at: usize, bracket: char) {
    block.text.insert(at, bracket);
    for span in &mut block.spans {
        span.range.start += usize::from(span.range.start >= at);
        span.range.end += usize::from(span.range.end > at);
    }
}

/// Brings back the notes that kept blocks refer to, and the title above them.
pub fn keep_notes(dom: &Dom, blocks: &mut [TextBlock]) {
    let targets: FastSet<String> =
        blocks.iter().filter(|block| block.fate.kept).flat_map(references).collect();
    if targets.is_empty() {
        return;
    }
    let is_note = |block: &TextBlock| {
        let may_be = !block.fate.kept
            && block.fate.rule != "prune.hidden"
            && !block.fate.rule.starts_with(OWN_MARK)
            && block.fate.kind != Some(Kind::Title)
            && block.text.len() > MAX_REFERENCE_CHARS;
        may_be && leads_here(dom, block.element, &targets)
    };
    let notes: Vec<usize> = (0..blocks.len()).filter(|index| is_note(&blocks[*index])).collect();
    let Some(&first) = notes.first().filter(|_| notes.len() <= MAX_NOTES) else { return };
    let title = first.checked_sub(1).filter(|above| is_title(dom, &blocks[*above], &blocks[first]));
    for index in title.into_iter().chain(notes) {
        blocks[index].fate = Fate { score: blocks[index].fate.score, ..Fate::kept("notes") };
    }
}

/// The names in the page that a block refers to.
fn references(block: &TextBlock) -> Vec<String> {
    let target = |mark: &Mark| match mark {
        Mark::Link(address) => address.split_once('#').map(|(_, name)| name.to_owned()),
        _ => None,
    };
    let is_reference = |text: &str| {
        text.chars().count() <= MAX_REFERENCE_CHARS
            && text.contains(|c: char| c.is_ascii_digit() || "*†‡".contains(c))
            && text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "[]()*†‡".contains(c))
    };
    let references = block.spans.iter().filter(|span| is_reference(&block.text[span.range.clone()]));
    references.filter_map(|span| target(&span.mark)).filter(|name| !name.is_empty()).collect()
}

fn leads_here(dom: &Dom, element: NodeId, targets: &FastSet<String>) -> bool {
    let is_named = |node: NodeId| {
        ["id", "name"]
            .iter()
            .any(|name| dom.attribute(node, name).is_some_and(|value| targets.contains(value)))
    };
    above(dom, element).take(MAX_LEVELS).chain(dom.descendants(element).take(MAX_BELOW)).any(is_named)
}

/// A short line beside the first note.
fn is_title(dom: &Dom, block: &TextBlock, note: &TextBlock) -> bool {
    let parents = |block: &TextBlock| above(dom, block.element).skip(1).take(MAX_LEVELS).collect::<Vec<_>>();
    let around = parents(note);
    matches!(block.kind, BlockKind::Heading(_) | BlockKind::Paragraph)
        && !block.fate.kept
        && block.fate.kind != Some(Kind::Title)
        && (1..=MAX_TITLE_BYTES).contains(&block.text.len())
        && parents(block).iter().any(|parent| around.contains(parent))
}

#[cfg(test)]
mod tests {
    use crate::Cleaner;

    fn page(body: &str) -> String {
        let prose = "Le pont de pierre restera fermé jusqu’à lundi, a indiqué la capitainerie dans un bref communiqué.";
        format!(
            "<title>Le pont est fermé</title><article><h1>Le pont est fermé</h1><p>{prose}</p>\
             <p>Un témoin<a href='#nb1'>[1]</a> raconte la nuit. {prose}</p><p>{prose} Nul ne sait la suite.</p></article>{body}"
        )
    }

    #[test]
    fn a_note_that_the_text_refers_to_stays_with_its_title() {
        let html = page("<aside><h4>Notes</h4><p id=nb1>[1] Le prénom est d’emprunt.</p></aside>");
        let text = Cleaner::default().clean(&html, None).unwrap().to_text();
        assert!(text.ends_with("Notes\n\n[1] Le prénom est d’emprunt."), "{text}");
    }

    #[test]
    fn numbers_of_notes_are_parted_from_words_and_arrows_back_go() {
        let html = page("")
            .replace("Un témoin<a href='#nb1'>[1]</a>", "Le fonds ancien<sup><a href='#n1'>12</a></sup>")
            .replace(
                "Nul ne sait la suite.",
                "Le palier est haut de 3 m<sup>2</sup>, dit-on. <a href='#r1'>↩</a>",
            );
        let article = Cleaner::default().clean(&html, None).unwrap();
        let text = article.to_text();
        assert!(text.contains("Le fonds ancien[12] raconte") && text.ends_with("3 m2, dit-on."), "{text}");
        let markdown = article.to_markdown();
        assert!(markdown.contains(r"ancien\[[12](<#n1>)\] raconte"), "{markdown}");
    }

    #[test]
    fn what_no_text_refers_to_stays_away() {
        let html = page("<aside><h4>À la une</h4><p id=nb2>Le marché couvert rouvre ce samedi.</p></aside>");
        let text = Cleaner::default().clean(&html, None).unwrap().to_text();
        assert!(!text.contains("marché"), "{text}");
    }
}
