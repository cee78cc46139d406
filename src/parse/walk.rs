//! Walks over the arena and edits of its links. No walk recurses: each follows links with a constant amount
//! of state.

use std::iter::successors;

use super::dom::{Dom, NIL, NodeId, NodeKind};

/// A step of [`Dom::traverse`].
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Edge {
    /// The walk enters the node.
    Open(NodeId),
    /// The walk leaves the node; its children are done.
    Close(NodeId),
}

impl Dom {
    /// The children, in order.
    pub fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        successors(self.first_child(node), |&child| self.next_sibling(child))
    }

    /// The nodes above, nearest first, without the node itself.
    pub fn ancestors(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        successors(self.parent(node), |&above| self.parent(above))
    }

    /// The node and everything below it, in document order.
    pub fn descendants(&self, node: NodeId) -> impl Iterator<Item = NodeId> {
        successors(Some(node), move |&current| self.next_in_preorder(current, node))
    }

    /// Enters and leaves the node and everything below it; text nodes too get both edges.
    pub fn traverse(&self, node: NodeId) -> impl Iterator<Item = Edge> {
        successors(Some(Edge::Open(node)), move |&edge| self.next_edge(edge, node))
    }

    /// The same without the edges that leave text nodes, but for `node` itself: half of a page's nodes are text.
    pub fn traverse_briefly(&self, node: NodeId) -> impl Iterator<Item = Edge> {
        successors(Some(Edge::Open(node)), move |&edge| match edge {
            Edge::Open(text) if text != node && self.kind(text) == NodeKind::Text => self.edge_behind(text),
            _ => self.next_edge(edge, node),
        })
    }

    #[inline]
    fn next_in_preorder(&self, current: NodeId, root: NodeId) -> Option<NodeId> {
        if let Some(child) = self.first_child(current) {
            return Some(child);
        }
        let mut finished = current;
        while finished != root {
            if let Some(sibling) = self.next_sibling(finished) {
                return Some(sibling);
            }
            finished = self.parent(finished)?;
        }
        None
    }

    #[inline]
    fn next_edge(&self, edge: Edge, root: NodeId) -> Option<Edge> {
        match edge {
            Edge::Open(node) => Some(self.first_child(node).map_or(Edge::Close(node), Edge::Open)),
            Edge::Close(node) if node == root => None,
            Edge::Close(node) => self.edge_behind(node),
        }
    }

    #[inline]
    fn edge_behind(&self, node: NodeId) -> Option<Edge> {
        self.next_sibling(node).map(Edge::Open).or_else(|| self.parent(node).map(Edge::Close))
    }

    /// Links an unlinked node as the last child.
    pub(super) fn append_child(&mut self, parent: NodeId, child: NodeId) {
        let last = self.node(parent).last_child;
        let links = &mut self.nodes[child.index()];
        (links.parent, links.prev_sibling, links.next_sibling) = (parent.0, last, NIL);
        self.set_next(last, parent, child.0);
        self.nodes[parent.index()].last_child = child.0;
    }

    /// Links an unlinked node in front of `sibling`; without a parent there, it stays unlinked.
    pub(super) fn insert_before(&mut self, sibling: NodeId, child: NodeId) {
        let Some(parent) = self.parent(sibling) else { return };
        let prev = self.node(sibling).prev_sibling;
        let links = &mut self.nodes[child.index()];
        (links.parent, links.prev_sibling, links.next_sibling) = (parent.0, prev, sibling.0);
        self.nodes[sibling.index()].prev_sibling = child.0;
        self.set_next(prev, parent, child.0);
    }

    /// Takes a node, with all below it, out of its parent, if it has one.
    pub(super) fn detach(&mut self, node: NodeId) {
        let links = &mut self.nodes[node.index()];
        let (parent, prev, next) = (links.parent, links.prev_sibling, links.next_sibling);
        (links.parent, links.prev_sibling, links.next_sibling) = (NIL, NIL, NIL);
        let Some(parent) = NodeId::from_link(parent) else { return };
        self.set_next(prev, parent, next);
        match NodeId::from_link(next) {
            Some(next) => self.nodes[next.index()].prev_sibling = prev,
            None => self.nodes[parent.index()].last_child = prev,
        }
    }

    /// Makes `next` the follower of `prev`, or the first child of `parent` where there is no `prev`.
    fn set_next(&mut self, prev: u32, parent: NodeId, next: u32) {
        match NodeId::from_link(prev) {
            Some(prev) => self.nodes[prev.index()].next_sibling = next,
            None => self.nodes[parent.index()].first_child = next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{Limits, parse};

    fn parsed(html: &str) -> Dom {
        parse(html, &Limits::default()).expect("within the limits")
    }

    fn tags(dom: &Dom, nodes: impl Iterator<Item = NodeId>) -> Vec<&str> {
        nodes.map(|node| if dom.text(node).is_empty() { dom.tag(node) } else { dom.text(node) }).collect()
    }

    fn first(dom: &Dom, tag: &str) -> NodeId {
        dom.descendants(dom.document()).find(|&node| dom.tag(node) == tag).expect("in the page")
    }

    #[test]
    fn walks_stay_below_their_root() {
        let dom = parsed("<div><p>a<i>b</i></p>c</div><ul>d</ul>");
        let paragraph = first(&dom, "p");
        assert_eq!(tags(&dom, dom.descendants(paragraph)), ["p", "a", "i", "b"]);
        assert_eq!(tags(&dom, dom.descendants(first(&dom, "div"))), ["div", "p", "a", "i", "b", "c"]);
        assert_eq!(tags(&dom, dom.children(first(&dom, "div"))), ["p", "c"]);
        assert_eq!(tags(&dom, dom.ancestors(paragraph)), ["div", "body", "html", ""]);
        assert_eq!(dom.depth(paragraph), 4);
        assert_eq!(dom.text_content(paragraph), "ab");
    }

    #[test]
    fn traversal_opens_and_closes_every_node() {
        let dom = parsed("<p>a<br></p>");
        let edges = dom.traverse(first(&dom, "p")).map(|edge| match edge {
            Edge::Open(node) => format!("+{}{}", dom.tag(node), dom.text(node)),
            Edge::Close(node) => format!("-{}{}", dom.tag(node), dom.text(node)),
        });
        let edges: Vec<String> = edges.collect();
        assert_eq!(edges, ["+p", "+a", "-a", "+br", "-br", "-p"]);
        let paragraph = first(&dom, "p");
        let brief: Vec<Edge> = dom.traverse_briefly(paragraph).collect();
        let is_text_left = |edge: &Edge| matches!(edge, Edge::Close(node) if !dom.text(*node).is_empty());
        assert!(dom.traverse(paragraph).filter(|edge| !is_text_left(edge)).eq(brief));
    }

    #[test]
    fn links_agree_with_each_other() {
        let dom = parsed("<table>x<b>y<td>z</b><p>v</table><a><div></a>w<template>t</template>");
        for node in dom.descendants(dom.document()) {
            let children: Vec<_> = dom.children(node).collect();
            assert_eq!(children.first().copied(), dom.first_child(node));
            assert_eq!(children.last().copied(), dom.last_child(node));
            assert!(children.iter().all(|&child| dom.parent(child) == Some(node)));
            assert!(children.windows(2).all(|pair| dom.prev_sibling(pair[1]) == Some(pair[0])));
        }
    }

    #[test]
    fn finds_the_parts_of_the_document() {
        let dom = parsed("<!-- c --><!doctype html><title>t</title>b");
        let tag = |node: Option<NodeId>| node.map(|node| dom.tag(node));
        let parts = [dom.root_element(), dom.head(), dom.body()].map(tag);
        assert_eq!(parts, [Some("html"), Some("head"), Some("body")]);
        assert_eq!(parsed("<frameset>").body(), None);
    }
}
