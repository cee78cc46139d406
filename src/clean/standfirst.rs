//! Standfirsts that the classifier does not see as part of the article: they stand alone in the header of the page, in
//! boxes with dates and share buttons.
//!
//! - each step looks between the headline and the first sure paragraph, and does nothing when something is kept there

use std::ops::Range;

use super::Kind;
use super::block::{Fate, TextBlock};
use super::facts::letters_of;
use super::names::words_of;
use super::rules::{GenericRules, OWN_MARK};
use super::settle::is_sure;
use crate::parse::Dom;

/// Beside the body a standfirst needs only this share of the threshold.
const LEAD_SHARE: f32 = 0.7;
/// How many blocks after the headline a standfirst may stand ...
const LEAD_REACH: usize = 12;
/// ... when nothing but its looks tells it, and when more does.
const TOLD_REACH: usize = 25;
/// Shortest standfirst that is told by its looks only, and shortest one.
const MIN_LEAD_BYTES: usize = 60;
const MIN_TOLD_BYTES: usize = 25;
/// Shortest description that tells a standfirst, in letters.
const MIN_DESCRIPTION_LETTERS: usize = 30;
/// What the classifier is sure to be no article is none, whatever it is named.
const MIN_TOLD_SCORE: f32 = 0.05;

/// Brings back the standfirst: a block that is named one or repeats the page's description, or else the likeliest line.
pub fn keep_standfirst(
    dom: &Dom,
    rules: &GenericRules,
    blocks: &mut [TextBlock],
    description: Option<&str>,
    threshold: f32,
) {
    let Some(between) = gap(blocks) else { return };
    let description = description.map(letters_of).filter(|letters| letters.len() >= MIN_DESCRIPTION_LETTERS);
    let told = |index: &usize| {
        let block = &blocks[*index];
        may_return(block)
            && (is_named(dom, rules, block)
                || description.as_deref().is_some_and(|description| repeats(block, description)))
    };
    let score = |index: &usize| blocks[*index].fate.score.unwrap_or(0.0);
    let is_likely = |index: &usize| {
        let block = &blocks[*index];
        block.fate.rule == "label.outside"
            && block.text.len() >= MIN_LEAD_BYTES
            && !block.has_links()
            && score(index) >= threshold * LEAD_SHARE
    };
    let found = between.clone().take(TOLD_REACH).find(told).or_else(|| {
        let near = between.take(LEAD_REACH).filter(is_likely);
        near.max_by(|one, other| score(one).total_cmp(&score(other)))
    });
    if let Some(index) = found {
        blocks[index].fate = Fate { score: blocks[index].fate.score, ..Fate::kept("settle.standfirst") };
    }
}

/// The blocks between the headline and the first sure paragraph, none of which is kept.
fn gap(blocks: &[TextBlock]) -> Option<Range<usize>> {
    let first = blocks.iter().position(is_sure)?;
    let headline = blocks[..first].iter().rposition(|block| block.fate.kind == Some(Kind::Title))?;
    let is_open = !blocks[headline..first].iter().any(|block| block.fate.kept);
    is_open.then_some(headline + 1..first)
}

fn may_return(block: &TextBlock) -> bool {
    let rule = &*block.fate.rule;
    block.text.len() >= MIN_TOLD_BYTES
        && !block.has_links()
        && rule != "prune.hidden"
        && !rule.starts_with(OWN_MARK)
        && block.fate.score.is_some_and(|score| score >= MIN_TOLD_SCORE)
}

/// Whether the element itself is named a standfirst; what it stands in may be named anything.
fn is_named(dom: &Dom, rules: &GenericRules, block: &TextBlock) -> bool {
    let mut words = String::new();
    words_of(dom, block.element, &mut words);
    dom.attribute(block.element, "itemprop") == Some("description")
        || (!words.is_empty() && rules.judge_names(&words).standfirst)
}

/// Whether a text and the description begin alike over at least half of the longer one.
fn repeats(block: &TextBlock, description: &str) -> bool {
    let own = letters_of(&block.text);
    let (short, long) =
        if own.len() < description.len() { (&*own, description) } else { (description, &*own) };
    short.len() >= MIN_DESCRIPTION_LETTERS && long.starts_with(short) && 2 * short.len() >= long.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rules;
    use crate::article::BlockKind;
    use crate::parse::{Limits, parse};

    /// The block that comes back of a headline, lines that were removed and a sure paragraph.
    fn found(lines: &str, description: Option<&str>) -> Option<String> {
        let dom =
            parse(&format!("<h1>Crue</h1>{lines}<p>La Loire est montée.</p>"), &Limits::default()).unwrap();
        let is_block = |node: &crate::parse::NodeId| matches!(dom.tag(*node), "h1" | "p");
        let mut blocks: Vec<TextBlock> = dom
            .descendants(dom.document())
            .filter(is_block)
            .map(|element| TextBlock {
                element,
                kind: BlockKind::Paragraph,
                text: dom.text_content(element),
                spans: Vec::new(),
                fate: Fate { score: Some(0.2), ..Fate::removed(Kind::Share, "prune.name.share") },
            })
            .collect();
        let last = blocks.len() - 1;
        blocks[0].fate = Fate::removed(Kind::Title, "label.title");
        blocks[last].fate = Fate { score: Some(0.95), ..Fate::kept("label.prose") };
        keep_standfirst(&dom, &Rules::builtin().generic, &mut blocks, description, 0.6);
        blocks.into_iter().take(last).find(|block| block.fate.kept).map(|block| block.text)
    }

    #[test]
    fn a_line_that_is_named_a_standfirst_comes_back_from_any_box() {
        let lead = "Le fleuve menace trois villages et la route de la côte";
        let lines = format!("<p>12 partages de cet article</p><p class=strapline>{lead}</p>");
        assert_eq!(found(&lines, None).as_deref(), Some(lead));
        assert_eq!(found(&lines.replace("strapline", "x"), None), None);
    }

    #[test]
    fn a_line_that_repeats_the_description_comes_back() {
        let lead = "Le fleuve menace trois villages et la route de la côte";
        let lines = format!("<p>Publié par la rédaction du journal</p><p>{lead}.</p>");
        assert_eq!(found(&lines, Some(lead)), Some(format!("{lead}.")));
        assert_eq!(found(&lines, Some(&format!("Publié par la rédaction du journal. {lead}{lead}"))), None);
    }
}
