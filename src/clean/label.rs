//! Decides which blocks are the article, by rules: where the prose is densest, what stands beside it.
//!
//! 1. root: the element that holds the article: from the densest prose up or down to a named container
//! 2. members: blocks in the root that are prose or stand between prose
//! 3. standfirst: a prose block between the headline and the root
//! 4. edges: loose short blocks before the first and after the last prose go

use super::block::{Fate, TextBlock};
use super::features::{Features, above};
use super::headline::mark_headline;
use super::survey::Survey;
use super::{FastSet, Kind};
use crate::article::BlockKind;
use crate::parse::{Dom, NodeId, NodeKind};

/// A child that holds this share of its parent's prose is followed downwards.
const DOMINANT_SHARE: f32 = 0.85;
/// A named container counts when it holds this share of the page's prose.
const MIN_NAMED_SHARE: f32 = 0.3;
/// Above this link density a block between prose is links to elsewhere.
const MAX_LINK_DENSITY: f32 = 0.66;
/// A standfirst has between so much ...
const MIN_STANDFIRST_WEIGHT: u32 = 40;
/// ... and so much weight.
const MAX_STANDFIRST_WEIGHT: u32 = 1200;
/// With so much prose beside them, boxes in a row with linked headings are teasers, and not where the article is.
const MIN_MASS_BESIDE_TEASERS: u32 = 400;
/// A section of the article has so much mass.
const MIN_SECTION_MASS: u32 = 150;
/// So many elements, from the inside out, tell sections of one make.
const MAKE_LEVELS: usize = 4;
/// How many blocks before the root a standfirst may stand.
const STANDFIRST_REACH: usize = 12;

/// The rule by which a block beside the root is kept.
pub const STANDFIRST_RULE: &str = "label.standfirst";

/// Labels the undecided blocks and says which blocks stand in the root. `title` is the headline, where known.
pub fn label(
    dom: &Dom,
    survey: &Survey,
    blocks: &mut [TextBlock],
    features: &[Features],
    title: Option<&str>,
) -> Vec<bool> {
    let masses = masses(dom, blocks, features);
    let Some(root) = root(dom, survey, &masses) else {
        blocks
            .iter_mut()
            .filter(|block| block.fate.kept)
            .for_each(|block| block.fate = Fate::removed(Kind::Other, "label.no-root"));
        return vec![false; blocks.len()];
    };
    let inside = members(dom, root, &masses, blocks);
    mark_headline(blocks, features, title);
    label_members(blocks, features, &inside);
    keep_standfirst(dom, survey, blocks, features, &inside);
    trim_edges(blocks, features);
    inside
}

/// Mass of the undecided prose below each node, without teasers unless they are what the page is about.
fn masses(dom: &Dom, blocks: &[TextBlock], features: &[Features]) -> Vec<u32> {
    let mut masses = vec![0_u32; dom.len()];
    let undecided = || blocks.iter().zip(features).filter(|(block, _)| block.fate.kept);
    let beside: u32 =
        undecided().filter(|(_, features)| !features.teaser).map(|(_, features)| features.mass()).sum();
    for (block, features) in undecided() {
        let mass = features.mass();
        if mass > 0 && (!features.teaser || beside < MIN_MASS_BESIDE_TEASERS) {
            above(dom, block.element).for_each(|node| masses[node.index()] += mass);
        }
    }
    masses
}

/// The element that holds the article.
fn root(dom: &Dom, survey: &Survey, masses: &[u32]) -> Option<NodeId> {
    let body = dom.body()?;
    let total = masses[body.index()];
    if total == 0 {
        return None;
    }
    let top = descend(dom, masses, body);
    Some(best_named(dom, survey, masses, top).unwrap_or(top))
}

/// Follows the child that holds nearly all prose.
fn descend(dom: &Dom, masses: &[u32], from: NodeId) -> NodeId {
    let mut node = from;
    loop {
        let next = dom.children(node).max_by_key(|child| masses[child.index()]);
        match next {
            Some(child)
                if dom.kind(child) == NodeKind::Element
                    && masses[child.index()] as f32 >= DOMINANT_SHARE * masses[node.index()] as f32
                    && masses[child.index()] > 0
                    && !matches!(dom.tag(child), "p" | "li" | "blockquote" | "td" | "th") =>
            {
                node = child
            }
            _ => return node,
        }
    }
}

/// The best element below `top` that says by tag, role or name that it holds the article.
fn best_named(dom: &Dom, survey: &Survey, masses: &[u32], top: NodeId) -> Option<NodeId> {
    let total = masses[top.index()] as f32;
    let mut best: Option<(f32, NodeId)> = None;
    let mut waiting = vec![top];
    while let Some(node) = waiting.pop() {
        let mass = masses[node.index()] as f32;
        // so is all that is below it
        if dom.kind(node) != NodeKind::Element || mass < MIN_NAMED_SHARE * total {
            continue;
        }
        let first = waiting.len();
        waiting.extend(dom.children(node));
        waiting[first..].reverse();
        let Some(trust) = trust(dom, survey, node) else { continue };
        let score = mass * trust;
        if best.is_none_or(|(best, _)| score > best) {
            best = Some((score, node));
        }
    }
    best.map(|(_, node)| node)
}

/// How much more an element counts because of what it says of itself.
fn trust(dom: &Dom, survey: &Survey, node: NodeId) -> Option<f32> {
    if dom.attribute(node, "itemprop").is_some_and(|value| value.eq_ignore_ascii_case("articleBody")) {
        return Some(1.5);
    }
    match dom.tag(node) {
        "article" => Some(1.3),
        "main" => Some(1.05),
        "body" | "html" => None,
        _ if dom.attribute(node, "role") == Some("main") => Some(1.05),
        _ if dom.attribute(node, "role") == Some("article") => Some(1.3),
        _ => survey.get(node).names.body.then_some(1.2),
    }
}

/// The blocks in the root or in an element like it: some pages cut an article into sections of the same make.
fn members(dom: &Dom, root: NodeId, masses: &[u32], blocks: &[TextBlock]) -> Vec<bool> {
    let mut sections = FastSet::from_iter([root]);
    if let Some(make) = Make::of(dom, root) {
        let depth = dom.depth(root);
        let mut waiting = vec![dom.body().unwrap_or(dom.document())];
        while let Some(node) = waiting.pop() {
            let is_heavy = masses[node.index()] >= MIN_SECTION_MASS;
            if is_heavy && Make::of(dom, node).as_ref() == Some(&make) && dom.depth(node) == depth {
                sections.insert(node);
            }
            // what has less mass holds no section either
            waiting.extend(dom.children(node).filter(|child| masses[child.index()] >= MIN_SECTION_MASS));
        }
    }
    blocks.iter().map(|block| above(dom, block.element).any(|node| sections.contains(&node))).collect()
}

/// Tag and class of an element and of those above it.
#[derive(PartialEq)]
struct Make<'a>([(&'a str, Option<&'a str>); MAKE_LEVELS]);

impl<'a> Make<'a> {
    /// `None` for an element without a class, which is like too many.
    fn of(dom: &'a Dom, node: NodeId) -> Option<Make<'a>> {
        dom.attribute(node, "class")?;
        let mut levels = [("", None); MAKE_LEVELS];
        for (level, node) in levels.iter_mut().zip(above(dom, node)) {
            *level = (dom.tag(node), dom.attribute(node, "class"));
        }
        Some(Make(levels))
    }
}

fn label_members(blocks: &mut [TextBlock], features: &[Features], inside: &[bool]) {
    for ((block, features), inside) in blocks.iter_mut().zip(features).zip(inside) {
        if !block.fate.kept {
            continue;
        }
        block.fate = if !inside {
            Fate::removed(Kind::Other, "label.outside")
        } else if features.prose {
            Fate::kept("label.prose")
        } else if features.link_density > MAX_LINK_DENSITY {
            Fate::removed(Kind::Related, "label.links")
        } else {
            Fate::kept("label.between")
        };
    }
}

/// A standfirst outside of the root: the last fitting block before it, close to the headline.
fn keep_standfirst(
    dom: &Dom,
    survey: &Survey,
    blocks: &mut [TextBlock],
    features: &[Features],
    inside: &[bool],
) {
    let Some(first) = inside.iter().position(|inside| *inside) else { return };
    let headline = blocks[..first].iter().rposition(|block| block.fate.kind == Some(Kind::Title));
    let from = headline.map_or(first.saturating_sub(STANDFIRST_REACH), |headline| headline + 1);
    for index in from..first {
        let found = &features[index];
        let named = || above(dom, blocks[index].element).any(|node| survey.get(node).names.standfirst);
        let near = headline.is_some() && index - from <= STANDFIRST_REACH;
        let fits = found.link_density < 0.3
            && (MIN_STANDFIRST_WEIGHT..=MAX_STANDFIRST_WEIGHT).contains(&found.weight);
        let undecided = blocks[index].fate.rule == "label.outside";
        if undecided && fits && ((near && (found.prose || found.heading)) || named()) {
            blocks[index].fate = Fate::kept(STANDFIRST_RULE);
        }
    }
}

/// Short loose blocks at both ends are labels, tags, dates.
fn trim_edges(blocks: &mut [TextBlock], features: &[Features]) {
    let prose: Vec<usize> = (0..blocks.len()).filter(|&i| blocks[i].fate.kept && features[i].prose).collect();
    let (Some(&first), Some(&last)) = (prose.first(), prose.last()) else { return };
    for index in (0..first).chain(last + 1..blocks.len()) {
        let block = &mut blocks[index];
        let belongs =
            matches!(block.kind, BlockKind::ListItem { .. } | BlockKind::Cell { .. } | BlockKind::Quote);
        let opens =
            index < first && features[index].heading && features[index].weight >= MIN_STANDFIRST_WEIGHT;
        if block.fate.kept && block.fate.rule == "label.between" && !opens && !(belongs && index > last) {
            block.fate = Fate::removed(Kind::Other, "label.edge");
        }
    }
}
