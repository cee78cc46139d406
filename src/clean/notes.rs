//! Footnotes: blocks that the article itself refers to by a number. They stand far from the prose, in boxes and lists
//! that look like links, and belong to the text all the same.
//!
//! - reference: a link of a kept block within the page, whose text is a number or a sign (`[1]`, `*`)
//! - note: the block that it leads to

use super::block::{Fate, TextBlock};
use super::features::above;
use super::rules::OWN_MARK;
use super::{FastSet, Kind};
use crate::article::{BlockKind, Mark};
use crate::parse::{Dom, NodeId};

/// Longest text of a reference.
const MAX_REFERENCE_CHARS: usize = 6;
/// More notes are the bibliography of a study, which readers of the text pass over.
const MAX_NOTES: usize = 25;
/// The name that a reference leads to stands on the note, at most so many elements above it ...
const MAX_LEVELS: usize = 2;
/// ... or on one of its first nodes below.
const MAX_BELOW: usize = 12;
/// Longest title above the notes.
const MAX_TITLE_BYTES: usize = 40;

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
    fn what_no_text_refers_to_stays_away() {
        let html = page("<aside><h4>À la une</h4><p id=nb2>Le marché couvert rouvre ce samedi.</p></aside>");
        let text = Cleaner::default().clean(&html, None).unwrap().to_text();
        assert!(!text.contains("marché"), "{text}");
    }
}
