//! The arena: nodes, elements, attributes and one text buffer, linked by `u32`.
//!
//! A node that the tree builder created and then left out of the tree stays in the tables, but no walk
//! reaches it. The contents of `<template>` hang below a [`NodeKind::Fragment`] that is no child of anything,
//! for the same effect.

use std::ops::Range;

use html5ever::{LocalName, QualName, local_name, ns};

use super::tags::TagGroups;

/// No node: the end of every chain of links.
pub(super) const NIL: u32 = u32::MAX;

/// A node of one [`Dom`]; a small number, meaningless in any other tree.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub(super) u32);

impl NodeId {
    /// The place of the node in side tables: below [`Dom::len`], 0 for the document.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// Turns a link into an option.
    #[inline]
    pub(super) fn from_link(link: u32) -> Option<NodeId> {
        (link != NIL).then_some(NodeId(link))
    }
}

/// What a node is.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum NodeKind {
    /// The root of the tree.
    Document,
    /// An element.
    Element,
    /// A run of text.
    Text,
    /// A comment; its text is not kept.
    Comment,
    /// The DOCTYPE.
    Doctype,
    /// The contents of a `<template>`: not a child of anything, so that template text is never visited.
    Fragment,
}

/// Links and payload of a node.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub parent: u32,
    pub first_child: u32,
    pub last_child: u32,
    pub prev_sibling: u32,
    pub next_sibling: u32,
    /// Element: index into `elements`. Text: start in the text buffer.
    pub start: u32,
    /// Text: end in the text buffer.
    pub end: u32,
    pub kind: NodeKind,
    /// Of an element.
    pub groups: TagGroups,
}

/// What only elements have.
#[derive(Clone, Debug)]
pub(super) struct Element {
    pub name: QualName,
    /// First row in `attributes`.
    pub attributes_start: u32,
    pub attributes_len: u16,
    /// Row in `classes`, else [`NIL`].
    pub class: u32,
    /// The fragment of a `<template>`, else [`NIL`].
    pub template: u32,
    /// The names of its attributes, see [`name_bit`].
    pub attribute_names: u64,
    /// MathML `annotation-xml` whose content is HTML; the tree builder asks for it.
    pub is_integration_point: bool,
}

/// One attribute; the value is a range of the text buffer.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub name: LocalName,
    pub start: u32,
    pub end: u32,
}

/// The bit of an attribute name in the set of an element. Names share bits, so that a bit says "maybe"; most questions are
/// for names that an element does not have, and end here.
#[inline]
pub(super) const fn name_bit(name: &str) -> u64 {
    let first = if name.is_empty() { 0 } else { name.as_bytes()[0] };
    1 << ((first as usize + 11 * name.len()) % 64)
}

/// Names of attributes that are asked for together; see [`Dom::may_have`].
#[derive(Copy, Clone, Debug)]
pub struct AttributeNames(u64);

impl AttributeNames {
    /// A set of names.
    pub const fn of(names: &[&str]) -> AttributeNames {
        let (mut bits, mut index) = (0, 0);
        while index < names.len() {
            bits |= name_bit(names[index]);
            index += 1;
        }
        AttributeNames(bits)
    }
}

/// The tree of a page. Plain tables: cheap to drop, safe to send to another thread.
#[derive(Clone, Debug)]
pub struct Dom {
    pub(super) nodes: Vec<Node>,
    pub(super) elements: Vec<Element>,
    pub(super) attributes: Vec<Attribute>,
    /// How many classes there are; the same one of many elements is stored once.
    pub(super) classes: u32,
    pub(super) buffer: String,
    no_name: LocalName,
}

impl Default for Dom {
    fn default() -> Self {
        Dom::new()
    }
}

impl Dom {
    /// An empty document.
    pub fn new() -> Dom {
        let mut dom = Dom {
            nodes: Vec::new(),
            elements: Vec::new(),
            attributes: Vec::new(),
            classes: 0,
            buffer: String::new(),
            no_name: local_name!(""),
        };
        dom.clear();
        dom
    }

    /// An empty document with room for the tree of a small page of so many bytes; most pages need one or two times as much.
    pub(super) fn with_room(page_bytes: usize) -> Dom {
        let mut dom = Dom::new();
        dom.nodes.reserve(page_bytes / 128);
        dom.elements.reserve(page_bytes / 256);
        dom.attributes.reserve(page_bytes / 256);
        dom.buffer.reserve(page_bytes / 8);
        dom
    }

    /// Drops the content and keeps the buffers.
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.elements.clear();
        self.attributes.clear();
        self.classes = 0;
        self.buffer.clear();
        self.push_node(NodeKind::Document, 0..0);
    }

    /// The document node, root of every walk.
    pub fn document(&self) -> NodeId {
        NodeId(0)
    }

    /// The `<html>` element.
    pub fn root_element(&self) -> Option<NodeId> {
        self.children(self.document()).find(|&child| self.kind(child) == NodeKind::Element)
    }

    /// The `<head>` element.
    pub fn head(&self) -> Option<NodeId> {
        self.child_of_root(&local_name!("head"))
    }

    /// The `<body>` element; a page of frames has none.
    pub fn body(&self) -> Option<NodeId> {
        self.child_of_root(&local_name!("body"))
    }

    fn child_of_root(&self, name: &LocalName) -> Option<NodeId> {
        self.children(self.root_element()?).find(|&child| self.local_name(child) == name)
    }

    /// Rows of the node table: the size for side tables indexed by [`NodeId::index`].
    #[expect(clippy::len_without_is_empty, reason = "the document node is always there")]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// What the node is.
    #[inline]
    pub fn kind(&self, node: NodeId) -> NodeKind {
        self.node(node).kind
    }

    /// The node that holds this one.
    #[inline]
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        NodeId::from_link(self.node(node).parent)
    }

    /// The first child.
    #[inline]
    pub fn first_child(&self, node: NodeId) -> Option<NodeId> {
        NodeId::from_link(self.node(node).first_child)
    }

    /// The last child.
    #[inline]
    pub fn last_child(&self, node: NodeId) -> Option<NodeId> {
        NodeId::from_link(self.node(node).last_child)
    }

    /// The sibling after this node.
    #[inline]
    pub fn next_sibling(&self, node: NodeId) -> Option<NodeId> {
        NodeId::from_link(self.node(node).next_sibling)
    }

    /// The sibling before this node.
    #[inline]
    pub fn prev_sibling(&self, node: NodeId) -> Option<NodeId> {
        NodeId::from_link(self.node(node).prev_sibling)
    }

    /// The tag name, lower-cased for HTML elements; the empty name for a node that is no element.
    #[inline]
    pub fn local_name(&self, node: NodeId) -> &LocalName {
        self.element(node).map_or(&self.no_name, |element| &element.name.local)
    }

    /// [`Dom::local_name`] as text.
    #[inline]
    pub fn tag(&self, node: NodeId) -> &str {
        self.local_name(node)
    }

    /// Whether the node is an element that begins and ends a block of text.
    #[inline]
    pub fn is_block_level(&self, node: NodeId) -> bool {
        self.node(node).groups.is_block_level()
    }

    /// The level of a heading, 1 to 6.
    #[inline]
    pub fn heading_level(&self, node: NodeId) -> Option<u8> {
        self.node(node).groups.heading_level()
    }

    /// Whether the node is an element whose text is no text of the page.
    #[inline]
    pub fn is_unread(&self, node: NodeId) -> bool {
        self.node(node).groups.is_unread()
    }

    /// Whether there may be an element of this name; a "no" is sure, and needs no walk.
    pub fn may_hold(&self, name: &LocalName) -> bool {
        self.elements.iter().any(|element| element.name.local == *name)
    }

    /// Whether the node is an HTML element, as opposed to SVG or MathML.
    pub fn is_html_namespace(&self, node: NodeId) -> bool {
        self.element(node).is_some_and(|element| element.name.ns == ns!(html))
    }

    /// The value of an attribute. Only attributes that some step may read are kept (see `keep.rs`).
    #[inline]
    pub fn attribute(&self, node: NodeId, name: &str) -> Option<&str> {
        let may_be_there = self.element(node)?.attribute_names & name_bit(name) != 0;
        if may_be_there { self.find_attribute(node, name) } else { None }
    }

    /// Whether the element may have an attribute of these names; a "no" is sure, and quick.
    #[inline]
    pub fn may_have(&self, node: NodeId, names: AttributeNames) -> bool {
        self.element(node).is_some_and(|element| element.attribute_names & names.0 != 0)
    }

    fn find_attribute(&self, node: NodeId, name: &str) -> Option<&str> {
        let row = self.attribute_rows(node).iter().find(|row| &*row.name == name)?;
        Some(self.attribute_value(row))
    }

    /// Names and values of the kept attributes, in the order of the markup.
    pub fn attributes(&self, node: NodeId) -> impl Iterator<Item = (&str, &str)> {
        self.attribute_rows(node).iter().map(|row| (&*row.name, self.attribute_value(row)))
    }

    /// Whether the `class` attribute names this class (case-sensitive).
    pub fn has_class(&self, node: NodeId, class: &str) -> bool {
        self.attribute(node, "class")
            .is_some_and(|value| value.split_ascii_whitespace().any(|one| one == class))
    }

    /// The text of a text node, else "".
    #[inline]
    pub fn text(&self, node: NodeId) -> &str {
        let node = self.node(node);
        if node.kind == NodeKind::Text { self.slice(node.start, node.end) } else { "" }
    }

    /// The text of all text nodes below `node` (or of itself), joined without separator.
    pub fn text_content(&self, node: NodeId) -> String {
        self.descendants(node).map(|one| self.text(one)).collect()
    }

    /// How many nodes are above this one; 0 for the document.
    pub fn depth(&self, node: NodeId) -> usize {
        self.ancestors(node).count()
    }

    #[inline]
    pub(super) fn node(&self, node: NodeId) -> &Node {
        &self.nodes[node.index()]
    }

    #[inline]
    pub(super) fn element(&self, node: NodeId) -> Option<&Element> {
        let node = self.node(node);
        (node.kind == NodeKind::Element).then(|| &self.elements[node.start as usize])
    }

    /// The fragment with the contents of a `<template>`.
    pub(super) fn template_contents(&self, node: NodeId) -> Option<NodeId> {
        NodeId::from_link(self.element(node)?.template)
    }

    pub(super) fn attribute_rows(&self, node: NodeId) -> &[Attribute] {
        let Some(element) = self.element(node) else { return &[] };
        let start = element.attributes_start as usize;
        &self.attributes[start..start + element.attributes_len as usize]
    }

    pub(super) fn attribute_value(&self, row: &Attribute) -> &str {
        self.slice(row.start, row.end)
    }

    #[inline]
    pub(super) fn slice(&self, start: u32, end: u32) -> &str {
        &self.buffer[start as usize..end as usize]
    }

    /// Adds an unlinked element.
    pub(super) fn push_element(&mut self, element: Element) -> NodeId {
        let index = self.elements.len() as u32;
        let node = self.push_node(NodeKind::Element, index..index);
        self.nodes[node.index()].groups = TagGroups::of(&element.name.local);
        self.elements.push(element);
        node
    }

    /// Gives back the room that was kept for growing.
    pub(super) fn shrink(&mut self) {
        self.nodes.shrink_to_fit();
        self.elements.shrink_to_fit();
        self.attributes.shrink_to_fit();
        self.buffer.shrink_to_fit();
    }

    /// Adds an unlinked node.
    pub(super) fn push_node(&mut self, kind: NodeKind, payload: Range<u32>) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(Node {
            parent: NIL,
            first_child: NIL,
            last_child: NIL,
            prev_sibling: NIL,
            next_sibling: NIL,
            start: payload.start,
            end: payload.end,
            kind,
            groups: TagGroups::default(),
        });
        id
    }

    /// Appends to the text buffer; gives the range.
    pub(super) fn push_text(&mut self, text: &str) -> Range<u32> {
        let start = self.buffer.len() as u32;
        self.buffer.push_str(text);
        start..self.buffer.len() as u32
    }
}
