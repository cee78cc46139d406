//! What stands around a block, as columns for the classifier: repeated boxes, the way to the element that holds most
//! prose, the heading above, what the rules keep before and after.

use super::block::TextBlock;
use super::context::Contexts;
use super::declared::Declared;
use super::features::{Features, above};
use super::units::Units;
use super::vector::{Evidence, flag, kind_number};
use super::{FastMap, Kind};
use crate::article::BlockKind;
use crate::parse::{Dom, NodeId};

/// Kinds of names that are looked for at any distance above a block.
const KINDS_ABOVE: [Kind; 11] = [
    Kind::Navigation,
    Kind::Caption,
    Kind::Byline,
    Kind::Related,
    Kind::Newsletter,
    Kind::Share,
    Kind::Tags,
    Kind::AuthorBio,
    Kind::Comments,
    Kind::Advert,
    Kind::Footer,
];
/// Larger distances are as good as this one.
const FAR: usize = 30;
/// Blocks of less weight do not say where the prose is.
const MIN_PROSE_WEIGHT: u32 = 40;

/// Names of the columns.
pub fn names() -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for unit in ["own-unit", "unit", "outer-unit"] {
        names
            .extend(["count", "up", "text", "links", "linked-headings"].map(|name| format!("{unit}-{name}")));
    }
    names.extend(KINDS_ABOVE.map(|kind| format!("above-{}", kind.name())));
    let rest = "body-up body-down heading-before heading-before-phrase heading-before-links heading-before-rules \
        heading-before-level rules-before rules-after since-rules until-rules since-path until-path page-links page-units \
        ends-ellipsis ends-question currency starts-link ends-link same-parent teaser \
        says-article says-forum says-product says-documentation says-collection";
    names.extend(rest.split_whitespace().map(str::to_owned));
    names
}

/// What is known of a whole page.
pub struct Surroundings<'u> {
    units: &'u Units,
    /// Depth of each element on the way to the one that holds most prose.
    body_way: FastMap<NodeId, usize>,
    body_depth: usize,
    /// Weight that the rules keep before each block, and in all.
    kept_before: Vec<f32>,
    kept: f32,
    /// Index of the heading before each block.
    heading_before: Vec<Option<usize>>,
    since_rules: Vec<usize>,
    until_rules: Vec<usize>,
    since_path: Vec<usize>,
    until_path: Vec<usize>,
    page_links: f32,
    page_units: f32,
    declared: Declared,
}

impl<'u> Surroundings<'u> {
    /// Looks at all blocks of a page.
    #[expect(clippy::too_many_arguments, reason = "a page is described by all that is known of it")]
    pub fn of(
        dom: &Dom,
        units: &'u Units,
        blocks: &[TextBlock],
        features: &[Features],
        contexts: &Contexts,
        evidence: &[Evidence],
        declared: Declared,
    ) -> Surroundings<'u> {
        let (body_way, body_depth) = way_to_body(dom, blocks, features);
        let mut kept_before = Vec::with_capacity(blocks.len());
        let mut kept = 0.0;
        for (features, evidence) in features.iter().zip(evidence) {
            kept_before.push(kept);
            if evidence.kept_by_rules {
                kept += features.weight as f32;
            }
        }
        let heavy = |index: usize| features[index].weight >= MIN_PROSE_WEIGHT;
        let by_rules: Vec<bool> =
            (0..blocks.len()).map(|index| evidence[index].kept_by_rules && heavy(index)).collect();
        let path = best_path(blocks, features, contexts);
        let on_path: Vec<bool> = (0..blocks.len())
            .map(|index| contexts.get(blocks[index].element).path == path && heavy(index))
            .collect();
        let weight: f32 = features.iter().map(|features| features.weight as f32).sum();
        let linked: f32 =
            features.iter().map(|features| features.weight as f32 * features.link_density).sum();
        let in_units =
            blocks.iter().filter(|block| units.around(block.element)[1].0.linked_headings > 0.0).count();
        Surroundings {
            units,
            body_way,
            body_depth,
            kept_before,
            kept: kept.max(1.0),
            heading_before: headings_before(blocks),
            since_rules: since(by_rules.iter()),
            until_rules: until(&by_rules),
            since_path: since(on_path.iter()),
            until_path: until(&on_path),
            page_links: linked / weight.max(1.0),
            page_units: in_units as f32 / blocks.len().max(1) as f32,
            declared,
        }
    }

    /// Writes the columns of a block.
    #[expect(clippy::too_many_arguments, reason = "a row is filled from all that is known of the block")]
    pub fn columns(
        &self,
        row: &mut Vec<f32>,
        index: usize,
        dom: &Dom,
        blocks: &[TextBlock],
        features: &[Features],
        contexts: &Contexts,
        evidence: &[Evidence],
        currency: bool,
    ) {
        let block = &blocks[index];
        for (unit, up) in self.units.around(block.element) {
            row.extend([unit.count as f32, f32::from(up), unit.text, unit.links, unit.linked_headings]);
        }
        let kinds = contexts.get(block.element).kinds;
        row.extend(KINDS_ABOVE.map(|kind| flag(kinds & (1 << kind as u32) != 0)));
        row.extend(self.body_distance(dom, block));
        row.extend(self.heading_columns(index, blocks, features, evidence));
        let own = if evidence[index].kept_by_rules { features[index].weight as f32 } else { 0.0 };
        row.extend([
            self.kept_before[index] / self.kept,
            (self.kept - self.kept_before[index] - own) / self.kept,
        ]);
        row.extend(
            [&self.since_rules, &self.until_rules, &self.since_path, &self.until_path]
                .map(|far| far[index] as f32),
        );
        row.extend([self.page_links, self.page_units]);
        text_columns(row, block, currency);
        let is_beside = |other: usize| {
            blocks.get(other).is_some_and(|other| dom.parent(other.element) == dom.parent(block.element))
        };
        row.push(f32::from(u8::from(index > 0 && is_beside(index - 1)) + u8::from(is_beside(index + 1))));
        row.push(flag(features[index].teaser));
        let Declared { article, forum, product, documentation, collection } = self.declared;
        row.extend([article, forum, product, documentation, collection].map(flag));
    }

    /// Steps up to the first element on the way to the body, and down from there.
    fn body_distance(&self, dom: &Dom, block: &TextBlock) -> [f32; 2] {
        let met = above(dom, block.element)
            .enumerate()
            .find_map(|(up, node)| Some((up, *self.body_way.get(&node)?)));
        met.map_or([-1.0, -1.0], |(up, depth)| [up as f32, (self.body_depth - depth) as f32])
    }

    fn heading_columns(
        &self,
        index: usize,
        blocks: &[TextBlock],
        features: &[Features],
        evidence: &[Evidence],
    ) -> [f32; 5] {
        let Some(heading) = self.heading_before[index] else { return [-1.0, -1.0, -1.0, -1.0, -1.0] };
        let level = match blocks[heading].kind {
            BlockKind::Heading(level) => f32::from(level),
            _ => 0.0,
        };
        [
            (index - heading).min(FAR) as f32,
            kind_number(evidence[heading].phrase),
            features[heading].link_density,
            flag(evidence[heading].kept_by_rules),
            level,
        ]
    }
}

/// The elements from the top to the one that holds most prose directly, with their depths, and the depth of that one.
fn way_to_body(dom: &Dom, blocks: &[TextBlock], features: &[Features]) -> (FastMap<NodeId, usize>, usize) {
    let mut masses: FastMap<NodeId, f32> = FastMap::default();
    for (block, features) in blocks.iter().zip(features) {
        if let Some(parent) = dom.parent(block.element).filter(|_| features.weight >= MIN_PROSE_WEIGHT) {
            *masses.entry(parent).or_default() += features.weight as f32 * (1.0 - features.link_density);
        }
    }
    let best = masses.into_iter().max_by(|one, other| one.1.total_cmp(&other.1).then(other.0.cmp(&one.0)));
    let Some((best, _)) = best else { return (FastMap::default(), 0) };
    let way: Vec<NodeId> = above(dom, best).collect();
    let depth = way.len() - 1;
    (way.into_iter().enumerate().map(|(up, node)| (node, depth - up)).collect(), depth)
}

/// The path that holds most prose.
fn best_path(blocks: &[TextBlock], features: &[Features], contexts: &Contexts) -> u64 {
    let mut masses: FastMap<u64, f32> = FastMap::default();
    for (block, features) in blocks.iter().zip(features) {
        *masses.entry(contexts.get(block.element).path).or_default() +=
            features.weight as f32 * (1.0 - features.link_density);
    }
    let best = masses.into_iter().max_by(|one, other| one.1.total_cmp(&other.1).then(other.0.cmp(&one.0)));
    best.map_or(0, |(path, _)| path)
}

fn headings_before(blocks: &[TextBlock]) -> Vec<Option<usize>> {
    let mut last = None;
    let step = |(index, block): (usize, &TextBlock)| {
        let before = last;
        if matches!(block.kind, BlockKind::Heading(_)) {
            last = Some(index);
        }
        before
    };
    blocks.iter().enumerate().map(step).collect()
}

/// How many blocks ago the last one stood that is set, itself not counted.
fn since<'f>(flags: impl Iterator<Item = &'f bool>) -> Vec<usize> {
    let mut far = FAR;
    let step = |set: &bool| {
        let answer = far;
        far = if *set { 1 } else { (far + 1).min(FAR) };
        answer
    };
    flags.map(step).collect()
}

fn until(flags: &[bool]) -> Vec<usize> {
    let mut far = since(flags.iter().rev());
    far.reverse();
    far
}

fn text_columns(row: &mut Vec<f32>, block: &TextBlock, currency: bool) {
    let text = block.text.as_str();
    let mut links = block.links();
    let first = links.next();
    let last = links.last().or(first.clone());
    row.extend([
        flag(
            text.ends_with('…') || text.ends_with("...") || text.ends_with("[…]") || text.ends_with("[...]"),
        ),
        flag(text.ends_with(['?', '？'])),
        flag(currency),
        flag(first.is_some_and(|link| link.start == 0)),
        flag(last.is_some_and(|link| link.end >= text.len())),
    ]);
}
