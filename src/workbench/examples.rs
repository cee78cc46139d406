//! The examples of a taught rule: the block itself, and another one of the page that must fare otherwise.

use super::Aim;
use crate::article::{BlockKind, escape_html};
use crate::clean::block::TextBlock;
use crate::clean::features::above;
use crate::clean::text::fold_text;
use crate::inspect::Inspection;
use crate::parse::NodeId;

/// Attributes that an example keeps, so that selectors find its elements.
const NAMING: [&str; 6] = ["id", "class", "itemprop", "role", "data-testid", "data-component"];
/// Shorter lines prove little.
const MIN_EXAMPLE_CHARS: usize = 30;
/// Longer lines make rule files hard to read.
const MAX_EXAMPLE_CHARS: usize = 300;
/// Blocks that are tried as the other example.
pub const MAX_TRIED: usize = 5;

/// A block with the elements above it as a small page, which selectors match as they match the real one.
pub fn small_page(page: &Inspection, blocks: &[usize]) -> String {
    blocks.iter().filter_map(|index| page.blocks.get(*index)).map(|block| skeleton(page, block)).collect()
}

fn skeleton(page: &Inspection, block: &TextBlock) -> String {
    let text = escape_html(&block.text).replace('\n', "<br>");
    above(&page.dom, block.element)
        .take_while(|node| !matches!(page.dom.tag(*node), "body" | "html" | ""))
        .fold(text, |inner, node| {
            let tag = page.dom.tag(node);
            format!("<{tag}{}>{inner}</{tag}>", attributes(page, node))
        })
}

fn attributes(page: &Inspection, node: NodeId) -> String {
    let named = NAMING.iter().filter_map(|name| Some((name, page.dom.attribute(node, name)?)));
    named.map(|(name, value)| format!(" {name}=\"{}\"", escape_html(value))).collect()
}

/// A block as an example of a phrase rule writes it: with its tag and its links.
pub fn line(block: &TextBlock) -> String {
    let tag = match block.kind {
        BlockKind::Heading(_) => "<h2>",
        BlockKind::ListItem { .. } => "<li>",
        _ => "<p>",
    };
    let mut out = tag.to_owned();
    let mut at = 0;
    for link in block.links() {
        let (Some(before), Some(inside)) = (block.text.get(at..link.start), block.text.get(link.clone()))
        else {
            break;
        };
        out.push_str(&format!("{before}<a>{inside}</a>"));
        at = link.end;
    }
    out + block.text.get(at..).unwrap_or_default()
}

/// Blocks that may stand as the other example, best first: for a removal, kept ones that share a word with the phrase;
/// else removed ones, those first that the surest rules remove.
pub fn others(page: &Inspection, index: usize, aim: Aim) -> Vec<usize> {
    let wants_kept = aim == Aim::Remove;
    let word = first_word(page.blocks.get(index).map_or("", |block| &block.text));
    let mut others: Vec<usize> = (0..page.blocks.len())
        .filter(|at| *at != index && page.blocks[*at].fate.kept == wants_kept)
        .filter(|at| page.blocks[*at].text.chars().nth(MAX_EXAMPLE_CHARS).is_none())
        .collect();
    others.sort_by_key(|at| {
        let block = &page.blocks[*at];
        let is_short = block.text.chars().nth(MIN_EXAMPLE_CHARS).is_none();
        let doubt = match wants_kept {
            true if word.len() > 3 && fold_text(&block.text).contains(&word) => 0,
            true => 1,
            false => sureness(&block.fate.rule),
        };
        (doubt, wants_kept && is_short, block.text.len())
    });
    others
}

/// What a tag removes stays removed, whatever a later model thinks of it.
fn sureness(rule: &str) -> u8 {
    match rule {
        _ if rule.starts_with("prune.tag") => 0,
        _ if rule.starts_with("prune.") => 1,
        "model" => 3,
        _ => 2,
    }
}

fn first_word(text: &str) -> String {
    fold_text(text).split_whitespace().find(|word| word.len() > 3).unwrap_or_default().to_owned()
}
