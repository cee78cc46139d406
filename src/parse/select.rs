//! CSS selectors over the arena: scraper's selector grammar, matched by the `selectors` crate without a
//! second parse.
//!
//! A selector sees the attributes that the arena keeps; one on a dropped attribute (`onclick`, `target`...)
//! matches nothing.

use std::cell::Cell;

use html5ever::{Namespace, ns};
use scraper::error::SelectorErrorKind;
use scraper::selector::{CssLocalName, CssString, NonTSPseudoClass, Parser, PseudoElement, Simple};
use selectors::attr::{AttrSelectorOperation, CaseSensitivity, NamespaceConstraint};
use selectors::bloom::BloomFilter;
use selectors::matching::{
    ElementSelectorFlags, MatchingContext, MatchingForInvalidation, MatchingMode, NeedsSelectorFlags,
    QuirksMode, SelectorCaches, matches_selector,
};
use selectors::parser::{ParseRelative, SelectorList};
use selectors::{Element, OpaqueElement};

use super::dom::{Attribute, Dom, NodeId, NodeKind};

/// Steps from sibling to sibling in one selection. `a ~ b` takes as many for each `b` as there are siblings
/// before it, which a page of 100,000 siblings turns into minutes. Past the limit, elements count as having
/// no siblings.
///
/// A debug build of the `selectors` crate counts siblings twice and insists on the same answer, so it has no
/// limit.
const MOST_SIBLING_STEPS: u32 = if cfg!(debug_assertions) { u32::MAX } else { 10_000_000 };

/// A parsed, reusable list of CSS selectors.
#[derive(Clone, Debug)]
pub struct Selector {
    list: SelectorList<Simple>,
}

impl Selector {
    /// Parses a comma-separated list of selectors; the error says what is wrong.
    pub fn parse(css: &str) -> Result<Selector, String> {
        let mut parser = cssparser::Parser::new(css);
        SelectorList::parse(&Parser, &mut parser, ParseRelative::No)
            .map(|list| Selector { list })
            .map_err(|error| SelectorErrorKind::from(error).to_string())
    }

    /// Whether the node is an element that matches.
    pub fn matches(&self, dom: &Dom, node: NodeId) -> bool {
        let steps = Cell::new(MOST_SIBLING_STEPS);
        self.matches_with(dom, node, &steps, &mut context(&mut SelectorCaches::default()))
    }

    fn matches_with(
        &self,
        dom: &Dom,
        node: NodeId,
        steps: &Cell<u32>,
        context: &mut MatchingContext<Simple>,
    ) -> bool {
        dom.kind(node) == NodeKind::Element
            && self
                .list
                .slice()
                .iter()
                .any(|one| matches_selector(one, 0, None, &ElementRef { dom, node, steps }, context))
    }
}

impl Dom {
    /// All matching elements of the document, in document order.
    pub fn select(&self, selector: &Selector) -> Vec<NodeId> {
        self.select_in(self.document(), selector)
    }

    /// The matching elements below `root`, without `root` itself, in document order; `:scope` is `root`.
    pub fn select_in(&self, root: NodeId, selector: &Selector) -> Vec<NodeId> {
        let mut caches = SelectorCaches::default();
        let mut context = context(&mut caches);
        let steps = Cell::new(MOST_SIBLING_STEPS);
        if self.kind(root) == NodeKind::Element {
            context.scope_element = Some(ElementRef { dom: self, node: root, steps: &steps }.opaque());
        }
        self.descendants(root)
            .skip(1)
            .filter(|&node| selector.matches_with(self, node, &steps, &mut context))
            .collect()
    }
}

fn context(caches: &mut SelectorCaches) -> MatchingContext<'_, Simple> {
    MatchingContext::new(
        MatchingMode::Normal,
        None,
        caches,
        QuirksMode::NoQuirks,
        NeedsSelectorFlags::No,
        MatchingForInvalidation::No,
    )
}

/// An element as the `selectors` crate wants to see it. Only built for [`NodeKind::Element`].
#[derive(Clone, Copy)]
struct ElementRef<'a> {
    dom: &'a Dom,
    node: NodeId,
    steps: &'a Cell<u32>,
}

impl<'a> ElementRef<'a> {
    /// Another node of the same tree, if it is an element.
    fn at(self, node: NodeId) -> Option<Self> {
        (self.dom.kind(node) == NodeKind::Element).then_some(ElementRef { node, ..self })
    }

    fn may_step(self) -> bool {
        let left = self.steps.get();
        self.steps.set(left.saturating_sub(1));
        left > 0
    }

    fn rows(&self) -> &'a [Attribute] {
        self.dom.attribute_rows(self.node)
    }

    fn has_token(&self, attribute: &str, matches: impl Fn(&str) -> bool) -> bool {
        self.dom
            .attribute(self.node, attribute)
            .is_some_and(|value| value.split_ascii_whitespace().any(matches))
    }

    /// The first element along a chain of siblings.
    fn first(self, mut nodes: impl Iterator<Item = NodeId>) -> Option<Self> {
        if !self.may_step() {
            return None;
        }
        nodes.find_map(|node| self.at(node))
    }
}

impl std::fmt::Debug for ElementRef<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "<{}> {:?}", self.dom.tag(self.node), self.node)
    }
}

impl Element for ElementRef<'_> {
    type Impl = Simple;

    fn opaque(&self) -> OpaqueElement {
        OpaqueElement::new(self.dom.node(self.node))
    }

    fn parent_element(&self) -> Option<Self> {
        self.at(self.dom.parent(self.node)?)
    }

    fn parent_node_is_shadow_root(&self) -> bool {
        false
    }

    fn containing_shadow_host(&self) -> Option<Self> {
        None
    }

    fn is_pseudo_element(&self) -> bool {
        false
    }

    fn prev_sibling_element(&self) -> Option<Self> {
        let dom = self.dom;
        self.first(std::iter::successors(dom.prev_sibling(self.node), |&node| dom.prev_sibling(node)))
    }

    fn next_sibling_element(&self) -> Option<Self> {
        let dom = self.dom;
        self.first(std::iter::successors(dom.next_sibling(self.node), |&node| dom.next_sibling(node)))
    }

    fn first_element_child(&self) -> Option<Self> {
        self.first(self.dom.children(self.node))
    }

    fn is_html_element_in_html_document(&self) -> bool {
        self.dom.is_html_namespace(self.node)
    }

    fn has_local_name(&self, name: &CssLocalName) -> bool {
        *self.dom.local_name(self.node) == name.0
    }

    fn has_namespace(&self, namespace: &Namespace) -> bool {
        self.dom.element(self.node).is_some_and(|element| element.name.ns == *namespace)
    }

    fn is_same_type(&self, other: &Self) -> bool {
        let name = |one: &Self| one.dom.element(one.node).map(|element| element.name.clone());
        name(self) == name(other)
    }

    fn attr_matches(
        &self,
        namespace: &NamespaceConstraint<&Namespace>,
        name: &CssLocalName,
        operation: &AttrSelectorOperation<&CssString>,
    ) -> bool {
        let in_namespace = match namespace {
            NamespaceConstraint::Any => true,
            NamespaceConstraint::Specific(wanted) => **wanted == ns!(),
        };
        in_namespace
            && self
                .rows()
                .iter()
                .any(|row| row.name == name.0 && operation.eval_str(self.dom.attribute_value(row)))
    }

    fn match_non_ts_pseudo_class(&self, _: &NonTSPseudoClass, _: &mut MatchingContext<Simple>) -> bool {
        false
    }

    fn match_pseudo_element(&self, _: &PseudoElement, _: &mut MatchingContext<Simple>) -> bool {
        false
    }

    fn apply_selector_flags(&self, _: ElementSelectorFlags) {}

    fn is_link(&self) -> bool {
        matches!(self.dom.tag(self.node), "a" | "area" | "link")
            && self.dom.attribute(self.node, "href").is_some()
    }

    fn is_html_slot_element(&self) -> bool {
        false
    }

    fn has_id(&self, id: &CssLocalName, case: CaseSensitivity) -> bool {
        self.dom.attribute(self.node, "id").is_some_and(|value| case.eq(id.0.as_bytes(), value.as_bytes()))
    }

    fn has_class(&self, class: &CssLocalName, case: CaseSensitivity) -> bool {
        self.has_token("class", |one| case.eq(class.0.as_bytes(), one.as_bytes()))
    }

    fn has_custom_state(&self, _: &CssLocalName) -> bool {
        false
    }

    fn imported_part(&self, _: &CssLocalName) -> Option<CssLocalName> {
        None
    }

    fn is_part(&self, _: &CssLocalName) -> bool {
        false
    }

    fn is_empty(&self) -> bool {
        let dom = self.dom;
        dom.children(self.node)
            .all(|child| dom.kind(child) != NodeKind::Element && dom.text(child).is_empty())
    }

    fn is_root(&self) -> bool {
        self.dom.parent(self.node) == Some(self.dom.document())
    }

    fn add_element_unique_hashes(&self, _: &mut BloomFilter) -> bool {
        false
    }
}
