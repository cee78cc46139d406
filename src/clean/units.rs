//! Boxes that repeat: teasers, comments, posts, products and cards are siblings of the same tag and class.
//!
//! - unit: an element with at least two siblings like it
//! - linked heading: a heading or an element named like a title that is a link or holds one, as teasers have

use std::sync::LazyLock;

use html5ever::local_name;
use memchr::memmem::Finder;

use super::block::TextBlock;
use super::words::{HASH_START, hash_step};
use crate::parse::{ByClass, Dom, Edge, NodeId, NodeKind};

/// So many siblings of a kind make a repetition.
const MIN_COUNT: u32 = 3;
/// Share of the boxes in a row that have a linked heading, when they are teasers.
const MIN_LINKED_HEADINGS: f32 = 0.7;
/// More linked headings or text in a box make it a section of its own.
const MAX_LINKED_HEADINGS: f32 = 1.5;
/// Bytes of text in a teaser.
const TEASER_TEXT: std::ops::Range<f32> = 40.0..1200.0;
/// Kinds of siblings that are told apart below one element.
const MAX_KINDS: usize = 24;

/// A group of siblings of the same tag and class; means are over the group.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Unit {
    /// How many there are.
    pub count: u32,
    /// Bytes of text in one.
    pub text: f32,
    /// Links in one.
    pub links: f32,
    /// Linked headings in one.
    pub linked_headings: f32,
}

/// The units that an element stands in.
#[derive(Clone, Copy, Debug, Default)]
struct Nest {
    /// The element itself, as an index into the groups.
    own: u32,
    /// The nearest above, and its depth.
    nearest: (u32, u16),
    /// The outermost, itself included, and its depth.
    outermost: (u32, u16),
    depth: u16,
    /// It stands in boxes in a row with one linked heading each, as teasers do.
    is_teaser: bool,
}

/// All groups of a page that hold blocks.
#[derive(Debug)]
pub struct Units {
    /// The first is no group.
    groups: Vec<Unit>,
    /// The group of each node, by its index, where the children of its parent were grouped.
    own: Vec<u32>,
    /// The first is that of the root.
    nests: Vec<Nest>,
    /// Which nest an element has that is above a block, by its index.
    places: Vec<u32>,
}

/// Room for the children of one element, with their kinds, and for those kinds.
struct Room {
    children: Vec<(NodeId, u64)>,
    kinds: Vec<(u64, Unit)>,
    classes: ByClass<u64>,
}

/// What an element holds.
#[derive(Clone, Copy, Default)]
struct Holds {
    text: u32,
    links: u32,
    linked_headings: u16,
    is_heading: bool,
}

impl Units {
    /// Finds the repeated boxes below `root` in which blocks stand.
    pub fn of(dom: &Dom, root: NodeId, blocks: &[TextBlock]) -> Units {
        let holds = holds(dom, root);
        let mut units = Units {
            groups: vec![Unit::default()],
            own: vec![0; dom.len()],
            nests: vec![Nest::default()],
            places: vec![0; dom.len()],
        };
        let mut room = Room { children: Vec::new(), kinds: Vec::new(), classes: ByClass::new(dom) };
        let mut is_grouped = vec![false; dom.len()];
        let mut way = Vec::new();
        for block in blocks {
            let above = [block.element].into_iter().chain(dom.ancestors(block.element));
            way.extend(above.take_while(|node| *node != root && units.places[node.index()] == 0));
            while let Some(node) = way.pop() {
                let parent = dom.parent(node).unwrap_or(root);
                if !std::mem::replace(&mut is_grouped[parent.index()], true) {
                    units.group_children(dom, parent, &holds, &mut room);
                }
                units.nest(dom, node, parent);
            }
        }
        units
    }

    /// Writes the own groups of the children of an element; their nests are completed when they are visited.
    fn group_children(&mut self, dom: &Dom, parent: NodeId, holds: &[Holds], room: &mut Room) {
        let Room { children, kinds, classes } = room;
        let elements = || dom.children(parent).filter(|child| dom.kind(*child) == NodeKind::Element);
        if elements().nth(MIN_COUNT as usize - 1).is_none() {
            return;
        }
        kinds.clear();
        children.clear();
        children.extend(elements().map(|child| (child, kind_of(dom, child, classes))));
        for &(child, kind) in children.iter() {
            let at = match kinds.iter().position(|(known, _)| *known == kind) {
                Some(at) => at,
                None if kinds.len() < MAX_KINDS => {
                    kinds.push((kind, Unit::default()));
                    kinds.len() - 1
                }
                None => continue,
            };
            let (unit, held) = (&mut kinds[at].1, holds[child.index()]);
            unit.count += 1;
            unit.text += held.text as f32;
            unit.links += held.links as f32;
            unit.linked_headings += f32::from(held.linked_headings);
        }
        kinds.retain(|(_, unit)| unit.count >= MIN_COUNT);
        let first = self.groups.len();
        self.groups.extend(kinds.iter().map(|(_, unit)| unit.mean()));
        if !kinds.is_empty() {
            for &(child, kind) in children.iter() {
                if let Some(at) = kinds.iter().position(|(known, _)| *known == kind) {
                    self.own[child.index()] = (first + at) as u32;
                }
            }
        }
    }

    fn nest(&mut self, dom: &Dom, node: NodeId, parent: NodeId) {
        let above = self.nests[self.places[parent.index()] as usize];
        let (own, depth) = (self.own[node.index()], above.depth.saturating_add(1));
        let is_row = || self.groups[own as usize].is_teaser();
        let is_box = || !matches!(dom.tag(node), "p" | "td" | "tr" | "dd" | "dt");
        let nest = Nest {
            own,
            nearest: if above.own == 0 { above.nearest } else { (above.own, above.depth) },
            outermost: if above.outermost.0 == 0 { (own, depth) } else { above.outermost },
            depth,
            is_teaser: above.is_teaser || (is_row() && is_box()),
        };
        self.places[node.index()] = self.nests.len() as u32;
        self.nests.push(nest);
    }

    /// Whether an element that holds a block stands in boxes in a row with one linked heading each, as teasers do.
    pub fn is_teaser(&self, node: NodeId) -> bool {
        self.nest_of(node).is_teaser
    }

    fn nest_of(&self, node: NodeId) -> &Nest {
        &self.nests[self.places[node.index()] as usize]
    }

    /// The group of an element that holds a block, the nearest above it and the outermost, each with how many steps up it stands.
    pub fn around(&self, node: NodeId) -> [(Unit, u16); 3] {
        let nest = self.nest_of(node);
        let up = |(group, depth): (u32, u16)| (self.groups[group as usize], nest.depth.saturating_sub(depth));
        [up((nest.own, nest.depth)), up(nest.nearest), up(nest.outermost)]
    }
}

impl Unit {
    fn is_teaser(&self) -> bool {
        (MIN_LINKED_HEADINGS..=MAX_LINKED_HEADINGS).contains(&self.linked_headings)
            && TEASER_TEXT.contains(&self.text)
    }

    fn mean(&self) -> Unit {
        let count = self.count as f32;
        Unit {
            count: self.count,
            text: self.text / count,
            links: self.links / count,
            linked_headings: self.linked_headings / count,
        }
    }
}

/// Tag and first class without digits, as a hash.
fn kind_of(dom: &Dom, node: NodeId, classes: &mut ByClass<u64>) -> u64 {
    let hash_of = |class: &str| {
        let first = class.split_ascii_whitespace().next().unwrap_or("");
        hash(first.bytes().filter(|byte| !byte.is_ascii_digit()), 0)
    };
    let class = classes.of(dom, node, hash_of).unwrap_or_else(|| hash_of(""));
    hash(dom.tag(node).bytes(), class)
}

fn hash(bytes: impl Iterator<Item = u8>, start: u64) -> u64 {
    bytes.fold(hash_step(HASH_START, start), |hash, byte| hash_step(hash, u64::from(byte)))
}

/// What each element holds, by node index.
fn holds(dom: &Dom, root: NodeId) -> Vec<Holds> {
    let mut holds = vec![Holds::default(); dom.len()];
    let (mut links, mut headings) = (0_u32, 0_u32);
    let mut named = ByClass::new(dom);
    // whether the open link has a heading already
    let mut is_counted = false;
    for edge in dom.traverse_briefly(root) {
        match edge {
            Edge::Open(node) if dom.kind(node) == NodeKind::Element => {
                let is_heading = is_heading(dom, node, &mut named);
                let is_link = *dom.local_name(node) == local_name!("a");
                is_counted &= links > 0;
                links += u32::from(is_link);
                headings += u32::from(is_heading);
                let completes =
                    (is_link && links == 1 && headings > 0) || (is_heading && links > 0 && !is_counted);
                is_counted = (is_counted && links > 0) || completes;
                holds[node.index()] = Holds {
                    text: 0,
                    links: u32::from(is_link),
                    linked_headings: u16::from(completes),
                    is_heading,
                };
            }
            Edge::Open(node) => {
                if let Some(parent) = dom.parent(node) {
                    holds[parent.index()].text += dom.text(node).trim_ascii().trim().len() as u32;
                }
            }
            Edge::Close(node) => {
                let held = holds[node.index()];
                links -= u32::from(*dom.local_name(node) == local_name!("a"));
                headings -= u32::from(held.is_heading);
                if let Some(parent) = dom.parent(node).filter(|_| node != root) {
                    let above = &mut holds[parent.index()];
                    above.text += held.text;
                    above.links += held.links;
                    above.linked_headings = above.linked_headings.saturating_add(held.linked_headings);
                }
            }
        }
    }
    holds
}

/// How classes name titles; a finder costs more to make than a class to search.
static TITLES: LazyLock<[Finder<'static>; 4]> =
    LazyLock::new(|| ["title", "titre", "headline", "titel"].map(Finder::new));

/// A heading, or an element with a class like `card__title`. `named` remembers the classes.
fn is_heading(dom: &Dom, node: NodeId, named: &mut ByClass<bool>) -> bool {
    let is_title = |class: &str| TITLES.iter().any(|title| title.find(class.as_bytes()).is_some());
    dom.heading_level(node).is_some() || named.of(dom, node, is_title).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::BlockKind;
    use crate::clean::block::testing::block;
    use crate::parse::{Limits, parse};

    #[test]
    fn teasers_are_units_with_linked_headings() {
        let teaser = "<li class='card card-7'><h3><a href=/a>Titre</a></h3><p>Texte.</p></li>";
        let html = format!("<body><p>Un</p><ul>{}</ul></body>", teaser.repeat(4));
        let dom = parse(&html, &Limits::default()).unwrap();
        let body = dom.body().unwrap();
        let text = dom.descendants(body).filter(|node| dom.tag(*node) == "p").last().unwrap();
        let block = TextBlock { element: text, ..block(BlockKind::Paragraph, "Texte.", None) };
        let units = Units::of(&dom, body, &[block]);
        let [own, nearest, outermost] = units.around(text);
        assert_eq!(own.0.count, 0);
        assert_eq!((nearest.0.count, nearest.1), (4, 1));
        assert_eq!((nearest.0.linked_headings, nearest.0.links), (1.0, 1.0));
        assert_eq!(nearest, outermost);
    }
}
