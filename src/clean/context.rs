//! What stands above a block: the tags, names and marks of its ancestors, gathered once per element.

use html5ever::{LocalName, local_name};

use super::Kind;
use super::block::TextBlock;
use super::prune::Marks;
use super::survey::Survey;
use crate::parse::{Dom, NodeId, NodeKind};

/// Ancestor tags that tell something, in the order of the bits of [`Context::tags`].
pub static TELLING_TAGS: [LocalName; 18] = [
    local_name!("article"),
    local_name!("main"),
    local_name!("aside"),
    local_name!("footer"),
    local_name!("nav"),
    local_name!("header"),
    local_name!("form"),
    local_name!("figure"),
    local_name!("ul"),
    local_name!("ol"),
    local_name!("table"),
    local_name!("blockquote"),
    local_name!("section"),
    local_name!("li"),
    local_name!("a"),
    local_name!("td"),
    local_name!("p"),
    local_name!("details"),
];

/// What is known of the way from the root to an element.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context {
    /// Hash of the tags and first classes from the root down.
    pub path: u64,
    /// Elements above.
    pub depth: u16,
    /// Bit set of [`TELLING_TAGS`].
    pub tags: u32,
    /// Elements above, itself included, whose names are those of boilerplate.
    pub negative_names: u8,
    /// Elements above, itself included, named like the body of an article.
    pub positive_names: u8,
    /// Bit set of the kinds that names above tell, itself included.
    pub kinds: u32,
    /// Steps up to the nearest element with a name of boilerplate, 255 without.
    pub negative_distance: u8,
    /// Kind of the nearest name of boilerplate.
    pub negative_kind: Option<Kind>,
    /// Steps up to the nearest element named like a body, 255 without.
    pub positive_distance: u8,
    /// Whether an element above is named like a standfirst.
    pub standfirst: bool,
    /// `itemprop=articleBody` above.
    pub article_body: bool,
    /// Kind of the mark above, set by the prune step.
    pub mark: Option<Kind>,
}

/// Contexts of the elements that hold blocks, and of those above them.
#[derive(Debug)]
pub struct Contexts {
    /// The first is that of all other nodes.
    contexts: Vec<Context>,
    /// Which context a node has, by its index.
    places: Vec<u32>,
}

impl Contexts {
    /// Gathers the context of every element below `root` that holds a block.
    pub fn of(dom: &Dom, root: NodeId, survey: &Survey, marks: &Marks, blocks: &[TextBlock]) -> Contexts {
        let none = Context { negative_distance: u8::MAX, positive_distance: u8::MAX, ..Context::default() };
        let mut contexts = Contexts { contexts: vec![none], places: vec![0; dom.len()] };
        let mut way = Vec::new();
        for block in blocks {
            let mut node = Some(block.element);
            while let Some(unknown) = node.filter(|node| contexts.places[node.index()] == 0) {
                way.push(unknown);
                node = dom.parent(unknown).filter(|_| unknown != root);
            }
            let mut above = node.map_or(none, |known| *contexts.get(known));
            while let Some(node) = way.pop() {
                if dom.kind(node) == NodeKind::Element {
                    above = step(dom, node, above, survey, marks);
                }
                contexts.places[node.index()] = contexts.contexts.len() as u32;
                contexts.contexts.push(above);
            }
        }
        contexts
    }

    /// The context of an element.
    pub fn get(&self, node: NodeId) -> &Context {
        &self.contexts[self.places[node.index()] as usize]
    }
}

/// The context of an element from that of its parent.
fn step(dom: &Dom, node: NodeId, above: Context, survey: &Survey, marks: &Marks) -> Context {
    let mut context = above;
    let tag = dom.local_name(node);
    let class =
        dom.attribute(node, "class").and_then(|class| class.split_ascii_whitespace().next()).unwrap_or("");
    context.path = hash(hash(above.path, tag.as_bytes()), class.as_bytes());
    context.depth = above.depth.saturating_add(1);
    if let Some(bit) = TELLING_TAGS.iter().position(|telling| telling == tag) {
        context.tags |= 1 << bit;
    }
    let names = survey.get(node).names;
    context.negative_distance = above.negative_distance.saturating_add(1);
    context.positive_distance = above.positive_distance.saturating_add(1);
    if let Some(kind) = names.kind {
        context.negative_names = above.negative_names.saturating_add(1);
        context.negative_distance = 0;
        context.negative_kind = Some(kind);
        context.kinds |= 1 << kind as u32;
    }
    if names.body {
        context.positive_names = above.positive_names.saturating_add(1);
        context.positive_distance = 0;
    }
    context.standfirst |= names.standfirst;
    context.article_body |=
        dom.attribute(node, "itemprop").is_some_and(|value| value.eq_ignore_ascii_case("articleBody"));
    context.mark = above.mark.or_else(|| marks.get(node).map(|mark| mark.kind));
    context
}

/// FNV-1a, continued from `state`.
fn hash(state: u64, bytes: &[u8]) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let start = if state == 0 { OFFSET } else { state.wrapping_mul(PRIME) };
    bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME))
}
