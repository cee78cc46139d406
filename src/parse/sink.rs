//! The tree sink: html5ever's tree edits, handed to the [`Writer`].

use std::borrow::Cow;
use std::cell::{Ref, RefCell};

use html5ever::tendril::StrTendril;
use html5ever::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::{Attribute, LocalName, QualName};

use super::dom::{Dom, NodeId};
use super::keep::Retention;
use super::limits::Limits;
use super::writer::{Place, Writer};

/// Receives tree edits; [`TreeSink::finish`] gives the tree.
pub(super) struct Sink {
    writer: RefCell<Writer>,
}

impl Sink {
    /// A sink that writes into `dom`, whose old content is dropped, what `retention` says of a page of
    /// `page_bytes`.
    pub fn new(dom: Dom, limits: &Limits, retention: Retention, page_bytes: usize) -> Sink {
        Sink { writer: RefCell::new(Writer::new(dom, limits, retention, page_bytes)) }
    }

    /// Nodes so far.
    pub fn len(&self) -> usize {
        self.writer.borrow().dom().len()
    }

    /// Room for the attributes of the next element.
    pub fn attribute_room(&self) -> Vec<Attribute> {
        self.writer.borrow_mut().attribute_room()
    }

    /// Whether the node is an HTML element whose name the predicate accepts.
    pub fn is_named(&self, node: NodeId, accepts: impl Fn(&LocalName) -> bool) -> bool {
        let writer = self.writer.borrow();
        writer.dom().is_html_namespace(node) && accepts(writer.dom().local_name(node))
    }
}

impl TreeSink for Sink {
    type Handle = NodeId;
    type Output = Dom;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Dom {
        self.writer.into_inner().finish()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        NodeId(0)
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Ref<'a, QualName> {
        Ref::map(self.writer.borrow(), |writer| {
            let dom = writer.dom();
            &dom.elements[dom.node(*target).start as usize].name
        })
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, flags: ElementFlags) -> NodeId {
        self.writer.borrow_mut().create_element(name, attributes, &flags)
    }

    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.writer.borrow_mut().create_comment(&text)
    }

    fn create_pi(&self, _: StrTendril, data: StrTendril) -> NodeId {
        self.writer.borrow_mut().create_comment(&data)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        self.writer.borrow_mut().insert(Place::LastOf(*parent), child);
    }

    fn append_based_on_parent_node(&self, element: &NodeId, previous: &NodeId, child: NodeOrText<NodeId>) {
        let mut writer = self.writer.borrow_mut();
        let has_parent = writer.dom().parent(*element).is_some();
        writer.insert(if has_parent { Place::Before(*element) } else { Place::LastOf(*previous) }, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, _: StrTendril, _: StrTendril) {
        self.writer.borrow_mut().append_doctype(&name);
    }

    fn pop(&self, node: &NodeId) {
        self.writer.borrow_mut().close(*node);
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.writer.borrow().dom().template_contents(*target).unwrap_or(*target)
    }

    fn same_node(&self, one: &NodeId, other: &NodeId) -> bool {
        one == other
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        self.writer.borrow_mut().insert(Place::Before(*sibling), child);
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attributes: Vec<Attribute>) {
        self.writer.borrow_mut().merge_attributes(*target, attributes);
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.writer.borrow_mut().detach(*target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        self.writer.borrow_mut().move_children(*node, *new_parent);
    }

    fn is_mathml_annotation_xml_integration_point(&self, node: &NodeId) -> bool {
        self.writer.borrow().dom().element(*node).is_some_and(|element| element.is_integration_point)
    }
}
