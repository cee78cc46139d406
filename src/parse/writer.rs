//! Writes tree edits into the arena: text, elements and their attributes.
//!
//! Text goes into one buffer. A text node at the buffer's end simply grows; one that is no longer there (text
//! around a table that is foster-parented in turns) gets a string of its own until the end, so that growing
//! it stays cheap.

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::ops::Range;
use std::vec::Drain;

use html5ever::tendril::StrTendril;
use html5ever::tree_builder::{ElementFlags, NodeOrText};
use html5ever::{Attribute as MarkupAttribute, QualName, local_name, ns};

use super::dom::{Attribute, Dom, Element, NIL, NodeId, NodeKind, name_bit};
use super::keep::{CodeElement, Retention};
use super::limits::Limits;
use crate::tables::FastMap;

/// Room for the attributes of copied elements, beyond twice the page.
const LEAST_ATTRIBUTE_BYTES: usize = 64 << 10;

/// What a stored attribute takes besides its text.
const ATTRIBUTE_ROW_BYTES: usize = 8;

/// Where a child goes.
#[derive(Copy, Clone)]
pub(super) enum Place {
    /// After the children of this node.
    LastOf(NodeId),
    /// Next to this node, before it.
    Before(NodeId),
}

/// A tree while it grows.
pub(super) struct Writer {
    dom: Dom,
    retention: Retention,
    max_attributes: usize,
    /// Bytes of attributes that may still be stored. The standard copies formatting elements into every later
    /// paragraph; a page without such tricks never has more than its own size.
    attribute_bytes_left: usize,
    /// Text nodes that grew after other text had followed in the buffer.
    scattered: BTreeMap<NodeId, String>,
    /// The open script and what came of its body.
    script: Option<(NodeId, StrTendril)>,
    /// The classes so far by their hash: their rows, and where they are stored.
    classes: FastMap<u64, (u32, Range<u32>)>,
    /// What held the attributes of an element, for those of the next one.
    room: Vec<MarkupAttribute>,
}

impl Writer {
    /// Starts over in `dom`, for a page of `page_bytes`.
    pub fn new(mut dom: Dom, limits: &Limits, retention: Retention, page_bytes: usize) -> Writer {
        dom.clear();
        Writer {
            dom,
            retention,
            max_attributes: limits.max_attributes,
            attribute_bytes_left: 2 * page_bytes + LEAST_ATTRIBUTE_BYTES,
            scattered: BTreeMap::new(),
            script: None,
            classes: FastMap::default(),
            room: Vec::new(),
        }
    }

    /// The tree so far; text nodes that grow may still lack their text.
    pub fn dom(&self) -> &Dom {
        &self.dom
    }

    /// The finished tree.
    pub fn finish(mut self) -> Dom {
        self.finish_script();
        for (node, text) in std::mem::take(&mut self.scattered) {
            let range = self.dom.push_text(&text);
            let node = &mut self.dom.nodes[node.index()];
            (node.start, node.end) = (range.start, range.end);
        }
        self.dom
    }

    /// Room for the attributes of the next element.
    pub fn attribute_room(&mut self) -> Vec<MarkupAttribute> {
        std::mem::take(&mut self.room)
    }

    /// Adds a comment, not linked yet.
    pub fn create_comment(&mut self, text: &str) -> NodeId {
        self.create_note(NodeKind::Comment, text)
    }

    /// Adds the DOCTYPE to the document.
    pub fn append_doctype(&mut self, name: &str) {
        let doctype = self.create_note(NodeKind::Doctype, name);
        self.dom.append_child(self.dom.document(), doctype);
    }

    fn create_note(&mut self, kind: NodeKind, text: &str) -> NodeId {
        let range = self.dom.push_text(if self.retention.keeps_comments() { text } else { "" });
        self.dom.push_node(kind, range)
    }

    /// Adds an element, not linked yet.
    pub fn create_element(
        &mut self,
        name: QualName,
        mut attributes: Vec<MarkupAttribute>,
        flags: &ElementFlags,
    ) -> NodeId {
        let attributes_start = self.dom.attributes.len() as u32;
        let class = self.push_attributes(attributes.drain(..), self.max_attributes).unwrap_or(NIL);
        if attributes.capacity() > self.room.capacity() {
            self.room = attributes;
        }
        let template = if flags.template { self.dom.push_node(NodeKind::Fragment, 0..0).0 } else { NIL };
        self.dom.push_element(Element {
            name,
            attributes_start,
            attributes_len: (self.dom.attributes.len() as u32 - attributes_start) as u16,
            class,
            attribute_names: self.names_from(attributes_start as usize),
            template,
            is_integration_point: flags.mathml_annotation_xml_integration_point,
        })
    }

    /// Stores attributes; the row of the class, when one is among them.
    fn push_attributes(&mut self, attributes: Drain<'_, MarkupAttribute>, most: usize) -> Option<u32> {
        let (retention, mut class) = (self.retention, None);
        for attribute in attributes.filter(|one| keeps(retention, one)).take(most) {
            let cost = attribute.name.local.len() + attribute.value.len() + ATTRIBUTE_ROW_BYTES;
            let Some(left) = self.attribute_bytes_left.checked_sub(cost) else { return class };
            self.attribute_bytes_left = left;
            let name = attribute.name.local;
            let range = if name == local_name!("class") {
                let (row, range) = self.push_class(&attribute.value);
                class = Some(row);
                range
            } else {
                self.dom.push_text(&attribute.value)
            };
            self.dom.attributes.push(Attribute { name, start: range.start, end: range.end });
        }
        class
    }

    /// Stores a class, most of which repeat. Of two with one hash, which are next to never met, each is stored anew.
    fn push_class(&mut self, class: &str) -> (u32, Range<u32>) {
        let hash = self.classes.hasher().hash_one(class);
        if let Some((row, range)) = self.classes.get(&hash)
            && self.dom.slice(range.start, range.end) == class
        {
            return (*row, range.clone());
        }
        let (row, range) = (self.dom.classes, self.dom.push_text(class));
        self.dom.classes += 1;
        self.classes.insert(hash, (row, range.clone()));
        (row, range)
    }

    /// Adds the attributes that the element does not have; its rows move to the table's end.
    pub fn merge_attributes(&mut self, target: NodeId, mut attributes: Vec<MarkupAttribute>) {
        let rows = self.dom.attribute_rows(target);
        attributes
            .retain(|new| keeps(self.retention, new) && rows.iter().all(|row| row.name != new.name.local));
        let room = self.max_attributes.saturating_sub(rows.len());
        if attributes.is_empty() || room == 0 {
            return;
        }
        let rows = rows.to_vec();
        let start = self.dom.attributes.len();
        self.dom.attributes.extend(rows);
        let class = self.push_attributes(attributes.drain(..), room);
        let len = (self.dom.attributes.len() - start) as u16;
        let names = self.names_from(start);
        let index = self.dom.node(target).start as usize;
        let element = &mut self.dom.elements[index];
        (element.attributes_start, element.attributes_len) = (start as u32, len);
        element.attribute_names = names;
        element.class = class.unwrap_or(element.class);
    }

    /// The names of the attributes from this row on.
    fn names_from(&self, start: usize) -> u64 {
        self.dom.attributes[start..].iter().fold(0, |names, row| names | name_bit(&row.name))
    }

    /// Links a node, or adds text.
    pub fn insert(&mut self, place: Place, child: NodeOrText<NodeId>) {
        match child {
            NodeOrText::AppendNode(node) => {
                self.dom.detach(node);
                self.link(place, node);
            }
            NodeOrText::AppendText(text) => self.insert_text(place, text),
        }
    }

    fn link(&mut self, place: Place, node: NodeId) {
        match place {
            Place::LastOf(parent) => self.dom.append_child(parent, node),
            Place::Before(sibling) => self.dom.insert_before(sibling, node),
        }
    }

    /// Takes a node out of its parent.
    pub fn detach(&mut self, node: NodeId) {
        self.dom.detach(node);
    }

    /// Appends all children of `node` to `new_parent`.
    pub fn move_children(&mut self, node: NodeId, new_parent: NodeId) {
        while let Some(child) = self.dom.first_child(node) {
            self.dom.detach(child);
            self.dom.append_child(new_parent, child);
        }
    }

    fn insert_text(&mut self, place: Place, text: StrTendril) {
        if let Place::LastOf(parent) = place
            && let Some(code) = CodeElement::of(self.dom.local_name(parent))
            && !self.wants_code(parent, code, &text)
        {
            return;
        }
        self.insert_plain_text(place, &text);
    }

    /// Text nodes never stand side by side: new text joins the one before it.
    fn insert_plain_text(&mut self, place: Place, text: &str) {
        let before = match place {
            Place::LastOf(parent) => self.dom.last_child(parent),
            Place::Before(sibling) => self.dom.prev_sibling(sibling),
        };
        match before {
            Some(node) if self.dom.kind(node) == NodeKind::Text => self.grow_text(node, text),
            _ => {
                let range = self.dom.push_text(text);
                let node = self.dom.push_node(NodeKind::Text, range);
                self.link(place, node);
            }
        }
    }

    fn grow_text(&mut self, node: NodeId, text: &str) {
        let (start, end) = (self.dom.node(node).start, self.dom.node(node).end);
        if end as usize == self.dom.buffer.len() && !self.scattered.contains_key(&node) {
            self.dom.nodes[node.index()].end = self.dom.push_text(text).end;
            return;
        }
        let dom = &self.dom;
        self.scattered.entry(node).or_insert_with(|| dom.slice(start, end).to_owned()).push_str(text);
    }

    /// Whether text inside a script or style is stored right away. The body of a script is decided upon when
    /// it is complete.
    fn wants_code(&mut self, element: NodeId, code: CodeElement, text: &StrTendril) -> bool {
        if code == CodeElement::Style || !self.dom.is_html_namespace(element) {
            return self.retention.keeps_style();
        }
        match &mut self.script {
            Some((open, body)) if *open == element => body.push_tendril(text),
            _ => {
                self.finish_script();
                self.script = Some((element, text.clone()));
            }
        }
        false
    }

    /// Notes that an element was closed.
    pub fn close(&mut self, element: NodeId) {
        if self.script.as_ref().is_some_and(|(script, _)| *script == element) {
            self.finish_script();
        }
    }

    /// Stores the body of the last script if it carries data.
    fn finish_script(&mut self) {
        let Some((script, body)) = self.script.take() else { return };
        let attribute = |name| self.dom.attribute(script, name).unwrap_or("");
        if self.retention.keeps_script(attribute("type"), attribute("id"), &body) {
            self.insert_plain_text(Place::LastOf(script), &body);
        }
    }
}

/// Attributes in a namespace (`xlink:href`) are of no use.
fn keeps(retention: Retention, attribute: &MarkupAttribute) -> bool {
    attribute.name.ns == ns!() && retention.keeps_attribute(&attribute.name.local, &attribute.value)
}

#[cfg(test)]
mod tests {
    use crate::parse::{Dom, Limits, Selector, parse, parse_into};

    fn parsed(html: &str) -> Dom {
        parse(html, &Limits::default()).expect("within the limits")
    }

    fn attributes(dom: &Dom, css: &str) -> String {
        let found = dom.select(&Selector::parse(css).expect("a valid selector"));
        let attributes = dom.attributes(found[0]).map(|(name, value)| format!("{name}={value}"));
        attributes.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn gathers_text_that_grows_in_turns() {
        let dom = parsed("<table>a<td>1</td>b<td>2</td>c<tr>d<td>3");
        assert_eq!(dom.text_content(dom.document()), "abcd123");
    }

    #[test]
    fn keeps_attributes_that_some_step_reads() {
        let dom = parsed(&format!("<p onclick=x CLASS=c data-a=1 data-b={} aria-label=l>", "v".repeat(201)));
        assert_eq!(attributes(&dom, "p"), "class=c data-a=1 aria-label=l");
        assert_eq!(attributes(&parsed("<svg xlink:href=x href=y></svg>"), "svg"), "href=y");
    }

    #[test]
    fn adds_attributes_of_a_second_body() {
        let dom = parsed("<body class=a onload=x><p><body class=b id=c lang=d>");
        assert_eq!(attributes(&dom, "body"), "class=a id=c lang=d");
    }

    #[test]
    fn stores_no_more_copied_attributes_than_a_page_is_large() {
        let page = format!("<p><b class='{}'>{}", "x".repeat(10_000), "<p>y".repeat(1_000));
        let dom = parsed(&page);
        let copied: usize = dom
            .descendants(dom.document())
            .flat_map(|node| dom.attributes(node))
            .map(|(_, value)| value.len())
            .sum();
        assert!((10_000..3 * page.len() + 70_000).contains(&copied), "{copied}");
    }

    #[test]
    fn reuses_a_tree_without_a_trace_of_its_old_content() {
        let limits = Limits::default();
        let pages = ["<p id=a>one<table>two<td>three", "<script>x</script>four", ""];
        let mut dom = Dom::new();
        for page in pages {
            dom = parse_into(page, &limits, dom).expect("within the limits");
            let fresh = parsed(page);
            assert_eq!(format!("{dom:?}"), format!("{fresh:?}"));
        }
    }
}
