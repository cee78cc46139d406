//! First look at a tree: what each element holds and what its names say. A side table, never stored in the tree.
//!
//! - prose: characters of running text, which are those of long text nodes outside of links

use html5ever::{LocalName, local_name};

use super::Kind;
use super::names::{has_only_class, may_be_named, words_of};
use super::rules::{GenericRules, NameEvidence};
use crate::parse::{ByClass, Dom, Edge, NodeId, NodeKind};

/// Shorter text nodes are mostly labels and buttons.
const MIN_PROSE_CHARS: u32 = 30;

/// So much prose without a link is no box of links.
const MIN_PROSE_ONLY: u32 = 120;

/// So much prose in `<noscript>`, and more than elsewhere, is the page itself.
const MIN_NOSCRIPT_PROSE: u32 = 400;

/// What is known of each node, by index.
#[derive(Debug, Default)]
pub struct Survey {
    nodes: Vec<NodeFacts>,
}

/// What is known of one node.
#[derive(Clone, Copy, Debug, Default)]
pub struct NodeFacts {
    /// Characters of prose below it.
    pub prose: u32,
    /// Links below it.
    pub links: u32,
    /// What its names say.
    pub names: NameEvidence,
    /// Whether its text is never for readers.
    pub skipped: bool,
}

impl NodeFacts {
    /// Boxes of links hold links: a name of one on prose without any means something else ("related-context").
    fn doubt_names(&mut self) {
        if self.links == 0 && self.prose >= MIN_PROSE_ONLY && self.names.kind.is_some_and(lives_on_links) {
            self.names.rule = None;
            self.names.kind = None;
        }
    }
}

fn lives_on_links(kind: Kind) -> bool {
    matches!(kind, Kind::Navigation | Kind::Breadcrumb | Kind::Related | Kind::Share | Kind::Tags)
}

impl Survey {
    /// Surveys everything below `root`.
    pub fn of(dom: &Dom, root: NodeId, rules: &GenericRules) -> Survey {
        let mut nodes = vec![NodeFacts::default(); dom.len()];
        let mut namer = Namer { rules, words: String::new(), by_class: ByClass::new(dom) };
        let (mut links, mut skipped) = (0_usize, 0_usize);
        let shows_noscript = is_in_noscript(dom, root, rules);
        for edge in dom.traverse_briefly(root) {
            match edge {
                Edge::Open(node) if dom.kind(node) == NodeKind::Element => {
                    let facts = &mut nodes[node.index()];
                    let tag = dom.local_name(node);
                    let is_link = *tag == local_name!("a");
                    facts.skipped = rules.skips(tag) && !(shows_noscript && *tag == local_name!("noscript"));
                    facts.links = u32::from(is_link);
                    skipped += usize::from(facts.skipped);
                    links += usize::from(is_link);
                    facts.names = namer.judge(dom, node);
                }
                Edge::Open(node) => {
                    if let Some(parent) = dom.parent(node).filter(|_| links == 0 && skipped == 0) {
                        nodes[parent.index()].prose += prose_chars(dom.text(node));
                    }
                }
                Edge::Close(node) => {
                    if dom.kind(node) == NodeKind::Element {
                        skipped -= usize::from(nodes[node.index()].skipped);
                        links -= usize::from(*dom.local_name(node) == local_name!("a"));
                    }
                    nodes[node.index()].doubt_names();
                    let facts = nodes[node.index()];
                    if let Some(parent) = dom.parent(node).filter(|_| node != root) {
                        nodes[parent.index()].prose += facts.prose;
                        nodes[parent.index()].links += facts.links;
                    }
                }
            }
        }
        Survey { nodes }
    }

    /// The facts of a node.
    pub fn get(&self, node: NodeId) -> &NodeFacts {
        &self.nodes[node.index()]
    }
}

/// Says what names mean. Most classes of a page repeat, so that what one says is asked once.
struct Namer<'a> {
    rules: &'a GenericRules,
    /// Room for the words of one element.
    words: String,
    by_class: ByClass<NameEvidence>,
}

impl Namer<'_> {
    fn judge(&mut self, dom: &Dom, node: NodeId) -> NameEvidence {
        if !may_be_named(dom, node) {
            return NameEvidence::default();
        }
        let Namer { rules, words, by_class } = self;
        let mut evidence = || {
            words_of(dom, node, words);
            if words.is_empty() { NameEvidence::default() } else { rules.judge_names(words) }
        };
        match has_only_class(dom, node) {
            true => by_class.of(dom, node, |_| evidence()).unwrap_or_default(),
            false => evidence(),
        }
    }
}

/// Whether the page builds itself by script and has its text in `<noscript>` for those that run none, as forum
/// software does.
fn is_in_noscript(dom: &Dom, root: NodeId, rules: &GenericRules) -> bool {
    const NOSCRIPT: LocalName = local_name!("noscript");
    if !dom.may_hold(&NOSCRIPT) {
        return false;
    }
    // most hold pictures, and the page need not be walked through for them
    let is_box = |node: NodeId| *dom.local_name(node) == NOSCRIPT;
    let boxes = dom.descendants(root).filter(|node| is_box(*node) && !dom.ancestors(*node).any(is_box));
    let most: u32 =
        boxes.flat_map(|node| dom.descendants(node)).map(|node| prose_chars(dom.text(node))).sum();
    if most < MIN_NOSCRIPT_PROSE {
        return false;
    }
    let (mut without_script, mut hidden) = (0_usize, 0_usize);
    let (mut inside, mut outside) = (0, 0);
    for edge in dom.traverse(root) {
        let (node, opens) = match edge {
            Edge::Open(node) => (node, true),
            Edge::Close(node) => (node, false),
        };
        if dom.kind(node) == NodeKind::Element {
            let is_noscript = *dom.local_name(node) == NOSCRIPT;
            let counter = if is_noscript { &mut without_script } else { &mut hidden };
            if is_noscript || rules.skips(dom.local_name(node)) {
                *counter = if opens { *counter + 1 } else { *counter - 1 };
            }
        } else if opens && hidden == 0 {
            let sum = if without_script > 0 { &mut inside } else { &mut outside };
            *sum += prose_chars(dom.text(node));
        }
    }
    inside >= MIN_NOSCRIPT_PROSE && inside > 2 * outside
}

fn prose_chars(text: &str) -> u32 {
    // the scan of bytes is many times quicker on the white space between elements
    let text = text.trim_ascii().trim();
    let chars = text_weight(text);
    if chars >= MIN_PROSE_CHARS { chars } else { 0 }
}

/// Characters, those of scripts without spaces (Han, Kana, Hangul, Thai) counted as what they say in letters.
pub fn text_weight(text: &str) -> u32 {
    if !may_be_dense(text) {
        return text.chars().count() as u32;
    }
    text.chars().map(|c| if is_dense_script(c) { 3 } else { 1 }).sum()
}

/// Whether a text has bytes that letters of dense scripts begin with; a scan of bytes is many times quicker than one of
/// characters. Of what Latin writers use, only quotes and dashes begin alike, with 0xe2, which no such letter does.
pub fn may_be_dense(text: &str) -> bool {
    text.bytes().fold(false, |found, byte| found | (byte >= 0xe0 && byte != 0xe2))
}

/// Scripts in which a character says about as much as half a word.
#[inline]
pub fn is_dense_script(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0e7f}' | '\u{1100}'..='\u{11ff}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}')
}
