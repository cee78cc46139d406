//! The measurements that the block classifier sees: one row of numbers a block.
//!
//! Own text and element, what stands above, the page as a whole, and the neighbours on both sides. Names of the
//! columns are in [`names`]; the model file stores their count, so a model never meets columns it was not made for.

mod own_text;

use std::collections::VecDeque;

use html5ever::{LocalName, local_name};

use self::own_text::{OwnText, PUNCTUATION, STOP_WORDS, Words};
use super::block::TextBlock;
use super::context::{Context, Contexts, TELLING_TAGS};
use super::declared::Declared;
use super::facts::{PageFacts, letters_folded};
use super::features::Features;
use super::surroundings::{self, Surroundings};
use super::text::Verdict;
use super::units::Units;
use super::{FastSet, Kind};
use crate::article::{BlockKind, Metadata};
use crate::parse::Dom;

/// Innermost elements that tell something.
static OWN_TAGS: [LocalName; 18] = [
    local_name!("p"),
    local_name!("li"),
    local_name!("h1"),
    local_name!("h2"),
    local_name!("h3"),
    local_name!("h4"),
    local_name!("td"),
    local_name!("th"),
    local_name!("div"),
    local_name!("figcaption"),
    local_name!("blockquote"),
    local_name!("dd"),
    local_name!("dt"),
    local_name!("body"),
    local_name!("section"),
    local_name!("article"),
    local_name!("footer"),
    local_name!("pre"),
];
/// Distances at which neighbours are looked at.
const NEIGHBOURS: [isize; 6] = [-3, -2, -1, 1, 2, 3];
/// The largest of them.
const REACH: usize = 3;
/// How far the mass of prose around a block is summed.
const MASS_RADII: [usize; 2] = [5, 15];

/// Columns of a row. A model that was trained on other columns is not asked.
pub const WIDTH: usize = 234;

/// Evidence about a block that comes from outside of this module.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// What the phrase rules take the block for.
    pub phrase: Option<Kind>,
    /// Whether the phrase rules cut a part of it only.
    pub phrase_cut: bool,
    /// Whether the labeller by rules keeps it.
    pub kept_by_rules: bool,
    /// Whether the block is in the root that the rules found: -1 before, 0 inside, 1 after.
    pub beside_root: f32,
}

impl Evidence {
    /// Evidence from the labeller by rules and the phrase rules. `inside` says which blocks stand in the root.
    pub fn of(blocks: &[TextBlock], inside: &[bool], verdicts: &[Verdict]) -> Vec<Evidence> {
        let first = inside.iter().position(|inside| *inside).unwrap_or(usize::MAX);
        let last = inside.iter().rposition(|inside| *inside).unwrap_or(0);
        let beside_root = |index: usize| match inside[index] {
            true => 0.0,
            false if index < first => -1.0,
            false if index > last => 1.0,
            false => 0.5,
        };
        let evidence = |index: usize, block: &TextBlock| Evidence {
            kept_by_rules: block.fate.kept,
            beside_root: beside_root(index),
            phrase: match &verdicts[index] {
                Verdict::Remove { kind, .. } | Verdict::Cut { kind, .. } => Some(*kind),
                Verdict::Keep => None,
            },
            phrase_cut: matches!(verdicts[index], Verdict::Cut { .. }),
        };
        blocks.iter().enumerate().map(|(index, block)| evidence(index, block)).collect()
    }
}

/// Names of the columns, in order.
pub fn names() -> Vec<String> {
    let own = "weight words link-density stop-words capital-words word-length punctuation capitals digits dense-script \
        ends-sentence ends-colon starts-capital starts-digit starts-sign starts-quote bar at copyright address line-break \
        slash spans links strong";
    let place = "kind depth negative-names positive-names negative-distance positive-distance negative-kind standfirst \
        article-body mark";
    let page = "position mass-before blocks headline headline-share repeats path-count path-mass path-share path-of-best \
        parent-of-best parent-mass weight-share";
    let evidence =
        "title-of-block title-of-title description hint has-hint phrase phrase-cut rules root marked";
    let neighbour = "weight link-density stop-words punctuation ends-sentence heading negative-names positive-distance mark \
        phrase rules same-path paragraph depth";
    let mut names: Vec<String> = own.split_whitespace().map(str::to_owned).collect();
    names.extend(OWN_TAGS.iter().map(|tag| format!("is-{tag}")));
    names.extend(TELLING_TAGS.iter().map(|tag| format!("in-{tag}")));
    names.extend([place, page, evidence].into_iter().flat_map(str::split_whitespace).map(str::to_owned));
    for offset in NEIGHBOURS {
        names.extend(neighbour.split_whitespace().map(|name| format!("{name}[{offset:+}]")));
    }
    names.extend(MASS_RADII.map(|radius| format!("mass-around-{radius}")));
    names.push("prose-before".to_owned());
    names.extend(surroundings::names());
    names
}

/// Hands over the rows of a page, of [`WIDTH`] columns each, one by one: all of them would take more memory than the page.
#[expect(clippy::too_many_arguments, reason = "a row is filled from all that is known of the page")]
pub fn each_row(
    dom: &Dom,
    blocks: &[TextBlock],
    features: &[Features],
    contexts: &Contexts,
    units: &Units,
    evidence: &[Evidence],
    metadata: &Metadata,
    hint: &FastSet<u64>,
    declared: Declared,
    mut take: impl FnMut(&[f32]),
) {
    let surroundings = Surroundings::of(dom, units, blocks, features, contexts, evidence, declared);
    let above: Vec<&Context> = blocks.iter().map(|block| contexts.get(block.element)).collect();
    let parents: Vec<u64> = blocks
        .iter()
        .map(|block| {
            dom.parent(block.element).map_or(0, |parent| contexts.get(parent).path ^ parent.index() as u64)
        })
        .collect();
    let facts = PageFacts::of(blocks, features, &above, &parents, metadata, hint);
    let counts: Vec<Words> = blocks.iter().map(|block| Words::of(&block.text, &facts)).collect();
    let mut texts = Texts::default();
    let mut cumulated = 0.0;
    let mut row = Vec::with_capacity(WIDTH);
    let masses: Vec<f32> =
        features.iter().map(|features| features.weight as f32 * (1.0 - features.link_density)).collect();
    let sums = prefix_sums(&masses);
    for index in 0..blocks.len() {
        row.clear();
        texts.go_to(index, |index| {
            let block = blocks.get(index)?;
            Some(own_text::read(block, &features[index], &counts[index]))
        });
        row.extend(texts.get(index).columns);
        place_columns(&mut row, dom, &blocks[index], above[index]);
        let (context, parent) = (above[index], parents[index]);
        page_columns(&mut row, index, blocks, &features[index], context, parent, cumulated, &facts);
        evidence_columns(&mut row, &blocks[index], context, &evidence[index], &facts, &counts[index]);
        cumulated += features[index].weight as f32;
        for offset in NEIGHBOURS {
            neighbour_columns(&mut row, index, offset, blocks, features, &above, &texts, evidence);
        }
        for radius in MASS_RADII {
            let (low, high) = (index.saturating_sub(radius), (index + radius + 1).min(blocks.len()));
            row.push(sums[high] - sums[low]);
        }
        row.push(sums[index] / sums[blocks.len()].max(1.0));
        let currency = texts.get(index).currency;
        surroundings.columns(&mut row, index, dom, blocks, features, contexts, evidence, currency);
        debug_assert_eq!(row.len(), WIDTH);
        take(&row);
    }
}

/// The columns of the texts of a block and its neighbours: those of all blocks would take more room than their texts.
#[derive(Default)]
struct Texts {
    /// Index of the first.
    first: usize,
    texts: VecDeque<OwnText>,
}

impl Texts {
    /// Reads on to the last neighbour of a block, and forgets what is before the first. `read` gives none behind the end.
    fn go_to(&mut self, index: usize, read: impl Fn(usize) -> Option<OwnText>) {
        while self.first + self.texts.len() <= index + REACH {
            let Some(text) = read(self.first + self.texts.len()) else { break };
            self.texts.push_back(text);
        }
        while self.first + REACH < index {
            self.texts.pop_front();
            self.first += 1;
        }
    }

    fn get(&self, index: usize) -> &OwnText {
        &self.texts[index - self.first]
    }
}

/// Sums of the first 0, 1, 2... numbers.
pub fn prefix_sums(masses: &[f32]) -> Vec<f32> {
    let mut sums = vec![0.0];
    let mut sum = 0.0;
    for mass in masses {
        sum += mass;
        sums.push(sum);
    }
    sums
}

pub(super) fn flag(value: bool) -> f32 {
    f32::from(u8::from(value))
}

pub(super) fn kind_number(kind: Option<Kind>) -> f32 {
    kind.map_or(-1.0, |kind| kind as u8 as f32)
}

fn place_columns(row: &mut Vec<f32>, dom: &Dom, block: &TextBlock, above: &Context) {
    let tag = dom.local_name(block.element);
    row.extend(OWN_TAGS.iter().map(|own| flag(own == tag)));
    row.extend((0..TELLING_TAGS.len()).map(|bit| flag(above.tags & (1 << bit) != 0)));
    row.extend([
        match block.kind {
            BlockKind::Paragraph => 0.0,
            BlockKind::Heading(level) => level as f32,
            BlockKind::ListItem { .. } => 7.0,
            BlockKind::Quote => 8.0,
            BlockKind::Code => 9.0,
            BlockKind::Cell { .. } => 10.0,
        },
        above.depth as f32,
        above.negative_names as f32,
        above.positive_names as f32,
        above.negative_distance.min(20) as f32,
        above.positive_distance.min(20) as f32,
        kind_number(above.negative_kind),
        flag(above.standfirst),
        flag(above.article_body),
        kind_number(above.mark),
    ]);
}

#[expect(clippy::too_many_arguments, reason = "a row is filled from all that is known of the block")]
fn page_columns(
    row: &mut Vec<f32>,
    index: usize,
    blocks: &[TextBlock],
    features: &Features,
    above: &Context,
    parent: u64,
    cumulated: f32,
    facts: &PageFacts,
) {
    let headline = facts.headline.map_or(-1000.0, |headline| index as f32 - headline as f32);
    let path_mass = facts.path_mass.get(&above.path).copied().unwrap_or(0.0);
    row.extend([
        index as f32 / blocks.len() as f32,
        cumulated / facts.total_weight,
        blocks.len() as f32,
        headline,
        headline / blocks.len() as f32,
        facts.repeats.get(&facts.starts[index]).copied().unwrap_or(1) as f32,
        facts.path_count.get(&above.path).copied().unwrap_or(0) as f32,
        path_mass,
        path_mass / facts.total_weight,
        path_mass / facts.best_path,
        facts.parent_mass.get(&parent).copied().unwrap_or(0.0) / facts.best_parent,
        facts.parent_mass.get(&parent).copied().unwrap_or(0.0),
        features.weight as f32 / facts.total_weight,
    ]);
}

fn evidence_columns(
    row: &mut Vec<f32>,
    block: &TextBlock,
    above: &Context,
    evidence: &Evidence,
    facts: &PageFacts,
    counts: &Words,
) {
    let Words { all, shared, .. } = *counts;
    row.extend([
        shared as f32 / all.max(1) as f32,
        shared as f32 / facts.title_words.len().max(1) as f32,
        flag(is_description(&block.text, &facts.description)),
        share_of_hint(counts),
        flag(facts.has_hint),
        kind_number(evidence.phrase),
        flag(evidence.phrase_cut),
        flag(evidence.kept_by_rules),
        evidence.beside_root,
        flag(above.mark.is_some()),
    ]);
}

/// Shorter texts may be the start of a description by chance.
const MIN_DESCRIPTION_BYTES: usize = 20;

/// Whether a text begins with the description, or is the beginning of it; both folded to letters.
fn is_description(text: &str, description: &str) -> bool {
    if description.len() <= MIN_DESCRIPTION_BYTES {
        return false;
    }
    let (mut own, mut wanted) = (letters_folded(text), description.chars());
    let mut shared = 0;
    loop {
        match (own.next(), wanted.next()) {
            (Some(one), Some(other)) if one == other => shared += one.len_utf8(),
            (Some(_), Some(_)) => return false,
            _ => return shared > MIN_DESCRIPTION_BYTES,
        }
    }
}

/// The share of a text's shingles that the announced body has, -1 without any.
fn share_of_hint(counts: &Words) -> f32 {
    if counts.shingles == 0 { -1.0 } else { counts.announced as f32 / counts.shingles as f32 }
}

#[expect(clippy::too_many_arguments, reason = "a neighbour is described by all that is known of it")]
fn neighbour_columns(
    out: &mut Vec<f32>,
    index: usize,
    offset: isize,
    blocks: &[TextBlock],
    features: &[Features],
    above: &[&Context],
    texts: &Texts,
    evidence: &[Evidence],
) {
    let Some(other) = index.checked_add_signed(offset).filter(|other| *other < blocks.len()) else {
        out.extend([-1.0; 14]);
        return;
    };
    out.extend([
        features[other].weight as f32,
        features[other].link_density,
        texts.get(other).columns[STOP_WORDS],
        texts.get(other).columns[PUNCTUATION],
        flag(features[other].ends_sentence),
        flag(features[other].heading),
        above[other].negative_names as f32,
        above[other].positive_distance.min(20) as f32,
        kind_number(above[other].mark),
        kind_number(evidence[other].phrase),
        flag(evidence[other].kept_by_rules),
        flag(above[other].path == above[index].path),
        flag(blocks[other].kind == BlockKind::Paragraph),
        above[other].depth as f32 - above[index].depth as f32,
    ]);
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_column_has_one_name() {
        let names = names();
        let distinct: HashSet<&String> = names.iter().collect();
        assert_eq!((names.len(), distinct.len()), (WIDTH, WIDTH));
    }
}
