//! Captions that no tag or name marks as such: the only text, credits aside, of a box that shows a picture.
//!
//! Of such text, an article's own is found about as often on pages at large; so the box must be named after its picture
//! or, in a paragraph, the text below the picture must be set off by emphasis.

use html5ever::local_name;

use super::Kind;
use super::block::{Fate, TextBlock};
use super::features::above;
use super::names::words_of;
use super::words::is_alphanumeric;
use crate::article::{BlockKind, Mark};
use crate::parse::{Dom, NodeId, NodeKind};

/// Longest caption.
const MAX_CAPTION_BYTES: usize = 400;
/// How far above the text the box may stand.
const MAX_LEVELS: usize = 4;
/// Letters beside a caption: who took the picture.
const MAX_LETTERS_BESIDE: usize = 60;
/// A box with more nodes holds more than a picture and its caption.
const MAX_NODES: usize = 60;
/// What boxes of pictures are called: words ...
const PICTURE_WORDS: [&str; 4] = ["pic", "figure", "visuel", "immagine"];
/// ... and what they begin ("imginline") or end with ("absatzbild").
const PICTURE_STARTS: [&str; 4] = ["img", "image", "photo", "pict"];
const PICTURE_ENDS: [&str; 6] = ["img", "image", "photo", "picture", "foto", "bild"];

/// Removes the captions among the kept blocks.
pub fn remove_captions(dom: &Dom, blocks: &mut [TextBlock]) {
    let may_be_caption = |block: &&mut TextBlock| {
        block.fate.kept
            && matches!(block.kind, BlockKind::Paragraph | BlockKind::Quote)
            && block.text.len() <= MAX_CAPTION_BYTES
    };
    for block in blocks.iter_mut().filter(may_be_caption) {
        if is_caption(dom, block) {
            block.fate = Fate { score: block.fate.score, ..Fate::removed(Kind::Caption, "caption.box") };
        }
    }
}

fn is_caption(dom: &Dom, block: &TextBlock) -> bool {
    let own = letters(&block.text);
    let mut words = String::new();
    for node in above(dom, block.element).take(MAX_LEVELS) {
        let Some(shown) = Shown::of(dom, node, own + MAX_LETTERS_BESIDE) else { return false };
        if shown.heading {
            return false;
        }
        if shown.picture_before_text {
            words_of(dom, node, &mut words);
            return words.split('-').any(is_picture_word) || (shown.letters <= own && is_emphasised(block));
        }
    }
    false
}

fn is_picture_word(word: &str) -> bool {
    PICTURE_WORDS.contains(&word)
        || PICTURE_STARTS.iter().any(|start| word.starts_with(start))
        || PICTURE_ENDS.iter().any(|end| word.ends_with(end))
}

/// What an element shows.
#[derive(Default)]
struct Shown {
    letters: usize,
    /// A card with a heading, not a picture with a caption.
    heading: bool,
    picture_before_text: bool,
}

impl Shown {
    /// `None` for an element with too many nodes or more letters than `most`; a long text is not read for each of them.
    fn of(dom: &Dom, element: NodeId, most: usize) -> Option<Shown> {
        let mut shown = Shown::default();
        for (count, node) in dom.descendants(element).enumerate() {
            if count >= MAX_NODES {
                return None;
            }
            match dom.kind(node) {
                NodeKind::Text if is_for_machines(dom, node) => {}
                NodeKind::Text => {
                    let letters = dom.text(node).chars().filter(|c| is_alphanumeric(*c));
                    shown.letters += letters.take(most + 1).count();
                    if shown.letters > most {
                        return None;
                    }
                }
                NodeKind::Element => {
                    let is_picture = matches!(
                        *dom.local_name(node),
                        local_name!("img") | local_name!("picture") | local_name!("video")
                    ) || dom.tag(node) == "amp-img";
                    shown.picture_before_text |= is_picture && shown.letters == 0;
                    shown.heading |= dom.heading_level(node).is_some();
                }
                _ => {}
            }
        }
        Some(shown)
    }
}

/// Whether nobody reads a text: rules of style, data, pictures for browsers without scripts.
fn is_for_machines(dom: &Dom, text: NodeId) -> bool {
    dom.parent(text).is_some_and(|parent| {
        let tag = dom.local_name(parent);
        matches!(*tag, local_name!("style") | local_name!("script") | local_name!("noscript"))
    })
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| is_alphanumeric(*c)).count()
}

/// Whether all of the text is emphasised.
fn is_emphasised(block: &TextBlock) -> bool {
    let is_emphasis = |mark: &Mark| matches!(mark, Mark::Emphasis);
    let emphasised: usize = block
        .spans
        .iter()
        .filter(|span| is_emphasis(&span.mark))
        .map(|span| letters(&block.text[span.range.clone()]))
        .sum();
    emphasised > 0 && emphasised >= letters(&block.text)
}

#[cfg(test)]
mod tests {
    use crate::Cleaner;

    fn text(figure: &str) -> String {
        let prose = "Le pont de pierre restera fermé jusqu’à lundi, a indiqué la capitainerie dans un bref communiqué.";
        let html = format!(
            "<title>Le pont est fermé</title><article><h1>Le pont est fermé</h1><p>{prose} Personne ne passe.</p>{figure}\
             <p>{prose} Nul ne sait la suite.</p><p>Les pêcheurs, eux, attendent. {prose}</p></article>"
        );
        Cleaner::default().clean(&html, None).unwrap().to_text()
    }

    #[test]
    fn the_only_text_of_a_box_named_after_its_picture_is_a_caption() {
        let caption = "Des habitants attendent devant la barrière du pont, mardi matin.";
        let named = text(&format!("<div class='media media-image'><img src=a.jpg>{caption}</div>"));
        assert!(!named.contains(caption), "{named}");
        let emphasised = text(&format!("<p><img src=a.jpg><em>{caption}</em></p>"));
        assert!(!emphasised.contains(caption), "{emphasised}");
    }

    #[test]
    fn a_credit_beside_the_caption_and_boxes_around_it_change_nothing_and_a_heading_does() {
        let caption = "Des habitants attendent devant la barrière du pont, mardi matin.";
        let figure = |more: &str| {
            format!(
                "<div class=absatzbild><div><img src=a.jpg><style>.a {{ color: red }}</style></div>\
                 <div><div><p>{caption}</p></div>{more}</div></div>"
            )
        };
        let credited = text(&figure("<span>Photographie de Anne Le Goff</span>"));
        assert!(!credited.contains(caption), "{credited}");
        let card = text(&figure("<h3>Attendre</h3>"));
        assert!(card.contains(caption), "{card}");
    }

    #[test]
    fn a_paragraph_with_a_picture_stays() {
        let prose =
            "Des habitants attendent devant la barrière du pont, et la mairie cherche un passage pour eux.";
        let kept = text(&format!("<p><img src=a.jpg>{prose}</p>"));
        assert!(kept.contains(prose), "{kept}");
    }
}
