//! The tree sink: html5ever's tree edits, written into the arena.
//!
//! Text goes into one buffer. A text node at the buffer's end simply grows; one that is no longer there (text around a
//! table that is foster-parented in turns) gets a string of its own until the end, so that growing it stays cheap.

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};
use std::collections::HashMap;

use html5ever::tendril::StrTendril;
use html5ever::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::{Attribute as MarkupAttribute, QualName};

use super::dom::{Attribute, Dom, Element, NIL, NodeId, NodeKind};
use super::keep::{CodeElement, Retention};
use super::limits::Limits;

/// Receives tree edits; [`TreeSink::finish`] gives the tree.
pub(super) struct Sink {
    state: RefCell<State>,
    quirks: Cell<QuirksMode>,
}

struct State {
    dom: Dom,
    retention: Retention,
    max_attributes: usize,
    /// Text nodes that grew after other text had followed in the buffer.
    scattered: HashMap<NodeId, String>,
    /// The open script and what came of its body.
    script: Option<(NodeId, StrTendril)>,
}

impl Sink {
    /// A sink that writes into `dom`, whose old content is dropped.
    pub fn new(dom: Dom, limits: &Limits) -> Sink {
        Sink::with_retention(dom, limits, Retention::Article)
    }

    /// A sink that keeps as much as `retention` says.
    pub fn with_retention(mut dom: Dom, limits: &Limits, retention: Retention) -> Sink {
        dom.clear();
        let max_attributes = limits.max_attributes;
        let state = State { dom, retention, max_attributes, scattered: HashMap::new(), script: None };
        Sink { state: RefCell::new(state), quirks: Cell::new(QuirksMode::NoQuirks) }
    }
}

/// Where a child goes.
#[derive(Copy, Clone)]
enum Place {
    LastOf(NodeId),
    Before(NodeId),
}

impl State {
    fn insert(&mut self, place: Place, child: NodeOrText<NodeId>) {
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

    /// Whether text inside a script or style is stored right away; that of a script is decided upon when it is complete.
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

    /// Stores the body of the last script if it carries data.
    fn finish_script(&mut self) {
        let Some((script, body)) = self.script.take() else { return };
        let attribute = |name| self.dom.attribute(script, name).unwrap_or("");
        if self.retention.keeps_script(attribute("type"), attribute("id"), &body) {
            self.insert_plain_text(Place::LastOf(script), &body);
        }
    }

    /// Writes the scattered texts into the buffer.
    fn gather_text(&mut self) {
        for (node, text) in std::mem::take(&mut self.scattered) {
            let range = self.dom.push_text(&text);
            let node = &mut self.dom.nodes[node.index()];
            (node.start, node.end) = (range.start, range.end);
        }
    }

    fn push_element(
        &mut self,
        name: QualName,
        attributes: Vec<MarkupAttribute>,
        flags: &ElementFlags,
    ) -> NodeId {
        let attributes_start = self.dom.attributes.len() as u32;
        self.push_attributes(attributes, self.max_attributes);
        let template = if flags.template { self.dom.push_node(NodeKind::Fragment, 0..0).0 } else { NIL };
        let index = self.dom.elements.len() as u32;
        self.dom.elements.push(Element {
            name,
            attributes_start,
            attributes_len: self.dom.attributes.len() as u32 - attributes_start,
            template,
            is_integration_point: flags.mathml_annotation_xml_integration_point,
        });
        self.dom.push_node(NodeKind::Element, index..index)
    }

    fn push_attributes(&mut self, attributes: Vec<MarkupAttribute>, most: usize) {
        let retention = self.retention;
        let kept = attributes
            .into_iter()
            .filter(|one| retention.keeps_attribute(&one.name.local, &one.value))
            .take(most);
        for attribute in kept {
            let range = self.dom.push_text(&attribute.value);
            self.dom.attributes.push(Attribute {
                name: attribute.name.local,
                start: range.start,
                end: range.end,
            });
        }
    }

    /// Moves the element's rows to the table's end and adds the attributes it does not have.
    fn merge_attributes(&mut self, target: NodeId, mut attributes: Vec<MarkupAttribute>) {
        let retention = self.retention;
        let rows = self.dom.attribute_rows(target);
        attributes.retain(|new| {
            retention.keeps_attribute(&new.name.local, &new.value)
                && rows.iter().all(|row| row.name != new.name.local)
        });
        let room = self.max_attributes.saturating_sub(rows.len());
        if attributes.is_empty() || room == 0 {
            return;
        }
        let rows = rows.to_vec();
        let start = self.dom.attributes.len();
        self.dom.attributes.extend(rows);
        self.push_attributes(attributes, room);
        let len = (self.dom.attributes.len() - start) as u32;
        let element = self.dom.node(target).start as usize;
        let element = &mut self.dom.elements[element];
        (element.attributes_start, element.attributes_len) = (start as u32, len);
    }
}

impl TreeSink for Sink {
    type Handle = NodeId;
    type Output = Dom;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Dom {
        let mut state = self.state.into_inner();
        state.finish_script();
        state.gather_text();
        state.dom
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        NodeId(0)
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Ref<'a, QualName> {
        Ref::map(self.state.borrow(), |state| {
            &state.dom.elements[state.dom.nodes[target.index()].start as usize].name
        })
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<MarkupAttribute>,
        flags: ElementFlags,
    ) -> NodeId {
        self.state.borrow_mut().push_element(name, attributes, &flags)
    }

    fn create_comment(&self, _: StrTendril) -> NodeId {
        self.state.borrow_mut().dom.push_node(NodeKind::Comment, 0..0)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> NodeId {
        self.state.borrow_mut().dom.push_node(NodeKind::Comment, 0..0)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.state.borrow_mut().insert(Place::LastOf(*parent), child);
    }

    fn append_based_on_parent_node(&self, element: &NodeId, previous: &NodeId, child: NodeOrText<NodeId>) {
        let mut state = self.state.borrow_mut();
        let has_parent = state.dom.parent(*element).is_some();
        state.insert(if has_parent { Place::Before(*element) } else { Place::LastOf(*previous) }, child);
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {
        let mut state = self.state.borrow_mut();
        let doctype = state.dom.push_node(NodeKind::Doctype, 0..0);
        state.dom.append_child(NodeId(0), doctype);
    }

    fn pop(&self, node: &NodeId) {
        let mut state = self.state.borrow_mut();
        if state.script.as_ref().is_some_and(|(script, _)| script == node) {
            state.finish_script();
        }
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        let state = self.state.borrow();
        let template = state.dom.element(*target).map_or(NIL, |element| element.template);
        NodeId::from_link(template).unwrap_or(*target)
    }

    fn same_node(&self, one: &NodeId, other: &NodeId) -> bool {
        one == other
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.quirks.set(mode);
    }

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        self.state.borrow_mut().insert(Place::Before(*sibling), child);
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attributes: Vec<MarkupAttribute>) {
        self.state.borrow_mut().merge_attributes(*target, attributes);
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.state.borrow_mut().dom.detach(*target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        let mut state = self.state.borrow_mut();
        while let Some(child) = state.dom.first_child(*node) {
            state.dom.detach(child);
            state.dom.append_child(*new_parent, child);
        }
    }

    fn is_mathml_annotation_xml_integration_point(&self, node: &NodeId) -> bool {
        self.state.borrow().dom.element(*node).is_some_and(|element| element.is_integration_point)
    }
}
