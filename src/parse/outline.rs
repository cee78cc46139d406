//! For tests: a tree in the notation of the html5lib tests, one node a line, and how deep a tree is.

use std::fmt::Write;

use html5ever::ns;

use super::dom::{Dom, NodeId, NodeKind};

impl Dom {
    /// Levels below the document.
    pub(super) fn deepest(&self) -> usize {
        let mut depths = vec![0; self.len()];
        for node in self.descendants(self.document()).skip(1) {
            depths[node.index()] = self.parent(node).map_or(0, |parent| depths[parent.index()] + 1);
        }
        depths.into_iter().max().unwrap_or(0)
    }
}

/// The whole tree, template contents included.
pub(super) fn outline(dom: &Dom) -> String {
    let mut output = String::new();
    let mut open: Vec<(NodeId, usize)> = dom.children(dom.document()).map(|node| (node, 0)).collect();
    open.reverse();
    while let Some((node, level)) = open.pop() {
        write_node(dom, node, level, &mut output);
        let mut inner: Vec<_> = dom.children(node).map(|child| (child, level + 1)).collect();
        inner.extend(dom.template_contents(node).map(|contents| (contents, level + 1)));
        open.extend(inner.into_iter().rev());
    }
    output
}

fn write_node(dom: &Dom, node: NodeId, level: usize, output: &mut String) {
    let indent = "  ".repeat(level);
    let row = dom.node(node);
    let line = match row.kind {
        NodeKind::Element => element_lines(dom, node, &indent),
        NodeKind::Text => format!("\"{}\"", dom.text(node)),
        NodeKind::Comment => format!("<!-- {} -->", dom.slice(row.start, row.end)),
        NodeKind::Doctype => format!("<!DOCTYPE {}>", dom.slice(row.start, row.end)),
        NodeKind::Fragment | NodeKind::Document => "content".to_owned(),
    };
    writeln!(output, "| {indent}{line}").expect("a string takes all");
}

fn element_lines(dom: &Dom, node: NodeId, indent: &str) -> String {
    let prefix = match dom.element(node).map(|element| &element.name.ns) {
        Some(&ns!(svg)) => "svg ",
        Some(&ns!(mathml)) => "math ",
        _ => "",
    };
    let mut attributes: Vec<_> = dom.attributes(node).collect();
    attributes.sort_unstable();
    let attributes = attributes.iter().map(|(name, value)| format!("\n| {indent}  {name}=\"{value}\""));
    format!("<{prefix}{}>{}", dom.tag(node), attributes.collect::<String>())
}
