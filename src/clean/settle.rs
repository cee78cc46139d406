//! What belongs together stays together: decisions about blocks that make sense only for a whole table, list or row.
//!
//! - a table is kept or removed as a whole; one that the rules keep beside sure paragraphs stays, since the classifier
//!   sees few words in its cells
//! - a list follows the mean score of its items
//! - terms and what is said of them (`<dl>`) share a fate as the cells of a table do
//! - embedded posts share a fate

use html5ever::{LocalName, local_name};

use super::block::{Fate, TextBlock};
use super::features::{above, ends_sentence};
use super::{FastMap, FastSet, Kind};
use crate::article::BlockKind;
use crate::parse::{Dom, NodeId};

/// So many elements around a table may be only for its looks: a figure, a box that scrolls.
const MAX_WRAPPERS: usize = 4;

/// A list with so many items for each that is a link is no list of links.
const MIN_ITEMS_PER_LINK: usize = 3;

/// What is known of the blocks of a table or list.
#[derive(Default)]
struct Group {
    blocks: Vec<usize>,
    scores: f32,
    /// The same, and what they are compared with, by length of text: numbers and short cells say little.
    weighted_scores: f32,
    text: usize,
    /// Blocks that the rules keep.
    by_rules: usize,
}

/// Makes the blocks of each table and list agree.
pub fn settle_groups(dom: &Dom, blocks: &mut [TextBlock], threshold: f32) {
    let mut groups: FastMap<NodeId, Group> = FastMap::default();
    for (index, block) in blocks.iter().enumerate() {
        let Some(owner) = owner(dom, block) else { continue };
        let group = groups.entry(owner).or_default();
        group.blocks.push(index);
        let score = block.fate.score.unwrap_or(0.0);
        group.scores += score;
        group.weighted_scores += score * block.text.len() as f32;
        group.text += block.text.len();
        group.by_rules += usize::from(block.fate.kept || block.fate.rule == "model");
    }
    let prose_around = sure_parents(dom, blocks);
    let last_sure = blocks.iter().rposition(is_sure);
    for (owner, group) in groups {
        // cells of a table, terms and what is said of them
        let is_grid = !matches!(blocks[group.blocks[0]].kind, BlockKind::ListItem { .. });
        let likely_text = group.text > 0 && group.weighted_scores >= threshold * group.text as f32;
        let is_likely = group.scores >= threshold * group.blocks.len() as f32
            || (is_grid && likely_text && !is_nested(dom, owner));
        let by_rules = 2 * group.by_rules > group.blocks.len();
        // beside prose, or in a box between the first and the last of it
        let wrappers = if last_sure > group.blocks.last().copied() { MAX_WRAPPERS } else { 1 };
        let is_among_prose =
            || above(dom, owner).skip(1).take(wrappers).any(|node| prose_around.contains(&Some(node)));
        let is_kept = is_likely || (is_grid && by_rules && is_among_prose());
        let linked = |index: &&usize| blocks[**index].fate.rule == "label.links";
        let few_linked =
            MIN_ITEMS_PER_LINK * group.blocks.iter().filter(linked).count() <= group.blocks.len();
        for index in group.blocks {
            let block = &mut blocks[index];
            let may_return = match &*block.fate.rule {
                "model" => true,
                "label.links" => is_grid || few_linked,
                "label.outside" => is_grid || (!block.has_links() && ends_sentence(&block.text)),
                _ => is_grid,
            };
            settle(block, is_kept, may_return);
        }
    }
}

/// Whether a table stands in another one or holds one: tables for looks do.
fn is_nested(dom: &Dom, table: NodeId) -> bool {
    dom.ancestors(table).chain(dom.descendants(table).skip(1)).any(|node| dom.tag(node) == "table")
}

/// Elements that hold paragraphs that are sure to be the article.
fn sure_parents(dom: &Dom, blocks: &[TextBlock]) -> FastSet<Option<NodeId>> {
    let sure = blocks.iter().filter(|block| block.kind == BlockKind::Paragraph && is_sure(block));
    sure.map(|block| dom.parent(block.element)).collect()
}

/// A block that the classifier has no doubt about.
pub fn is_sure(block: &TextBlock) -> bool {
    block.fate.kept && block.fate.score.is_some_and(|score| score >= SURE)
}

/// Whether only looks speak against a block.
pub fn is_doubted(block: &TextBlock) -> bool {
    let rule = &*block.fate.rule;
    let by_looks = matches!(rule, "model" | "settle.group") || rule.starts_with("label.");
    !block.fate.kept && by_looks && !block.text.is_empty() && block.fate.kind != Some(Kind::Title)
}

/// The table, the list of terms or the outermost list that a block belongs to.
pub fn owner(dom: &Dom, block: &TextBlock) -> Option<NodeId> {
    let is_list = |node: &NodeId| matches!(*dom.local_name(*node), local_name!("ul") | local_name!("ol"));
    let nearest = |tag: LocalName| above(dom, block.element).find(|node| *dom.local_name(*node) == tag);
    match block.kind {
        BlockKind::Cell { .. } => nearest(local_name!("table")),
        BlockKind::ListItem { .. } => above(dom, block.element).filter(is_list).last(),
        BlockKind::Paragraph if matches!(dom.tag(block.element), "dt" | "dd") => nearest(local_name!("dl")),
        _ => None,
    }
}

/// A removed cell comes back with its table; an item, when the classifier alone took it, it is one of few links, or a
/// sentence of a list beside the body ("L’essentiel").
fn settle(block: &mut TextBlock, is_kept: bool, may_return: bool) {
    let score = block.fate.score;
    let fate = match (is_kept, block.fate.kept) {
        (true, false) if may_return => Fate::kept("settle.group"),
        (false, true) => Fate::removed(Kind::Other, "settle.group"),
        _ => return,
    };
    block.fate = Fate { score, ..fate };
}

/// A block is sure to be the article from this score on.
const SURE: f32 = 0.9;

/// What scripts of the network turn into a post.
const POST_CLASS: &str = "twitter-tweet";

/// Embedded posts of a page are kept or removed together.
pub fn settle_posts(dom: &Dom, blocks: &mut [TextBlock]) {
    let is_post = |block: &TextBlock| {
        let by_score = block.fate.rule == "model" || block.fate.rule.starts_with("label.");
        block.kind == BlockKind::Quote
            && (by_score || block.fate.kept)
            // the author and date stand beside the paragraph
            && dom.tag(block.element) == "p"
            && above(dom, block.element).take(3).any(|node| dom.has_class(node, POST_CLASS))
    };
    let posts: Vec<usize> = (0..blocks.len()).filter(|index| is_post(&blocks[*index])).collect();
    let kept = posts.iter().filter(|index| blocks[**index].fate.kept).count();
    if kept > 0 && 2 * kept >= posts.len() {
        for index in posts {
            let block = &mut blocks[index];
            if !block.fate.kept {
                block.fate = Fate { score: block.fate.score, ..Fate::kept("settle.post") };
            }
        }
    }
}

/// Removes lines of dashes and stars.
pub fn drop_ornaments(blocks: &mut [TextBlock]) {
    let is_ornament = |block: &TextBlock| {
        let may_be = block.fate.kept && !matches!(block.kind, BlockKind::Cell { .. } | BlockKind::Code);
        may_be && !block.text.is_empty() && !block.text.chars().any(char::is_alphanumeric)
    };
    for block in blocks.iter_mut().filter(|block| is_ornament(block)) {
        block.fate = Fate { score: block.fate.score, ..Fate::removed(Kind::Other, "settle.ornament") };
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::testing::block;
    use super::*;

    #[test]
    fn lines_without_letters_go_and_cells_without_letters_stay() {
        let cell = BlockKind::Cell { first: true, header: false };
        let mut blocks = vec![
            block(BlockKind::Paragraph, "* * *", None),
            block(cell, "-", None),
            block(BlockKind::Code, "}", None),
        ];
        drop_ornaments(&mut blocks);
        let kept: Vec<bool> = blocks.iter().map(|block| block.fate.kept).collect();
        assert_eq!(kept, [false, true, true]);
    }

    /// The blocks of a page, each `<p>` or `<li>` with a fate.
    fn of_page(html: &str, kind: BlockKind, fates: &[Fate]) -> (Dom, Vec<TextBlock>) {
        let dom = crate::parse::parse(html, &crate::parse::Limits::default()).unwrap();
        let elements = dom.descendants(dom.document()).filter(|node| matches!(dom.tag(*node), "p" | "li"));
        let made = elements.zip(fates).map(|(element, fate)| TextBlock {
            element,
            fate: fate.clone(),
            ..block(kind, &dom.text_content(element), None)
        });
        let made = made.collect();
        (dom, made)
    }

    #[test]
    fn terms_between_sure_paragraphs_stay_and_news_that_roll_beside_the_article_go() {
        let scored = |rule: &'static str, score, kept| {
            let fate = if kept { Fate::kept(rule) } else { Fate::removed(Kind::Other, rule) };
            Fate { score: Some(score), ..fate }
        };
        let left = |html: &str, term: Fate, detail: Fate| {
            let sure = || scored("label.prose", 0.95, true);
            let fates = [sure(), term.clone(), detail.clone(), term, detail, sure()];
            let dom = crate::parse::parse(html, &crate::parse::Limits::default()).unwrap();
            let is_text = |node: &NodeId| matches!(dom.tag(*node), "p" | "dt" | "dd");
            let elements = dom.descendants(dom.document()).filter(is_text);
            let of = |(element, fate)| TextBlock {
                element,
                fate,
                ..block(BlockKind::Paragraph, &dom.text_content(element), None)
            };
            let mut blocks: Vec<TextBlock> = elements.zip(fates).map(of).collect();
            settle_groups(&dom, &mut blocks, 0.6);
            blocks.iter().filter(|block| block.fate.kept).count()
        };
        let list = "<dl><dt>Hauteur<dd>Douze mètres<dt>Arches<dd>Neuf</dl>";
        let within = format!("<p>Le pont ferme.</p>{list}<p>Personne ne passe.</p>");
        let beside = format!("<p>Le pont ferme.</p><div><div>{list}</div></div><p>Personne ne passe.</p>");
        let doubted = || scored("model", 0.2, false);
        assert_eq!(left(&within, doubted(), doubted()), 6);
        let outside = || scored("label.outside", 0.1, false);
        assert_eq!(left(&beside, outside(), scored("model", 0.61, true)), 2);
    }

    #[test]
    fn embedded_posts_stay_together_without_their_signatures() {
        let post = "<blockquote class=twitter-tweet><p>Un message.</p>— Anne</blockquote>";
        let fates = [Fate::kept("model"), Fate::removed(Kind::Other, "model"), Fate::kept("model")];
        let (dom, mut blocks) = of_page(&post.repeat(3), BlockKind::Quote, &fates);
        settle_posts(&dom, &mut blocks);
        assert!(blocks.iter().all(|block| block.fate.kept));
        let (dom, mut blocks) =
            of_page(&post.repeat(3).replace("twitter-tweet", "x"), BlockKind::Quote, &fates);
        settle_posts(&dom, &mut blocks);
        assert!(!blocks[1].fate.kept);
    }

    #[test]
    fn one_link_in_a_kept_list_stays_and_a_list_of_links_does_not_come_back() {
        let item = BlockKind::ListItem { depth: 0, number: None };
        let kept = || Fate { score: Some(0.9), ..Fate::kept("label.prose") };
        let link = || Fate { score: Some(0.3), ..Fate::removed(Kind::Related, "label.links") };
        let left = |fates: &[Fate]| {
            let (dom, mut blocks) = of_page("<ul><li>a<li>b<li>c</ul>", item, fates);
            settle_groups(&dom, &mut blocks, 0.6);
            blocks.iter().filter(|block| block.fate.kept).count()
        };
        assert_eq!(left(&[kept(), link(), kept()]), 3);
        assert_eq!(left(&[link(), link(), kept()]), 0);
    }

    #[test]
    fn a_table_of_long_cells_stays_whatever_its_numbers_score_and_a_table_for_looks_does_not() {
        let cell = BlockKind::Cell { first: true, header: false };
        let scored = |score| Fate { score: Some(score), ..Fate::removed(Kind::Other, "label.outside") };
        let left = |html: &str| {
            let (dom, mut blocks) = of_page(html, cell, &[scored(0.1), scored(0.1), scored(0.9)]);
            settle_groups(&dom, &mut blocks, 0.6);
            blocks.iter().filter(|block| block.fate.kept).count()
        };
        let table =
            "<table><tr><td><p>1</p><p>2</p><td><p>Le pont de pierre reste fermé jusqu’à lundi.</table>";
        assert_eq!(left(table), 3);
        assert_eq!(left(&format!("<table><tr><td>{table}</table>")), 0);
    }

    #[test]
    fn a_list_of_sentences_beside_the_body_comes_back_and_one_of_titles_does_not() {
        let item = BlockKind::ListItem { depth: 0, number: None };
        let outside = || Fate { score: Some(0.65), ..Fate::removed(Kind::Other, "label.outside") };
        let left = |html: &str| {
            let (dom, mut blocks) = of_page(html, item, &[outside(), outside()]);
            settle_groups(&dom, &mut blocks, 0.6);
            blocks.iter().filter(|block| block.fate.kept).count()
        };
        assert_eq!(left("<ul><li>Le pont est fermé.<li>La crue baisse.</ul>"), 2);
        assert_eq!(left("<ul><li>Le pont fermé<li>La crue</ul>"), 0);
    }
}
