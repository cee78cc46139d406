//! tamis' parser against html5ever with its own tokenizer and a tree of another crate.

use html5ever::tendril::TendrilSink;
use html5ever::tokenizer::TokenizerOpts;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{LocalName, Namespace, ParseOpts, local_name};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use tamis::parse::{Dom, Edge, Limits, NodeKind, parse};

/// So that no page reaches a limit, where the two differ on purpose.
const MAX_BYTES: usize = 1_400;
const LIMITS: Limits = Limits {
    max_bytes: 1 << 20,
    max_nodes: 1_000_000,
    max_depth: 2_000,
    max_formatting: 500,
    max_attributes: 1_000,
};
/// Attributes of a formatting element that tamis compares; past it trees may differ.
const MAX_ATTRIBUTES: usize = 16;
/// Attributes that tamis stores of every element.
const STORED: [&str; 4] = ["id", "class", "href", "content"];

/// Both trees are one: elements, namespaces, some attributes, text.
pub fn compare(data: &[u8]) {
    let page = String::from_utf8_lossy(&data[..data.len().min(MAX_BYTES)]);
    let Some(theirs) = theirs(&page) else { return };
    let ours = ours(&parse(&page, &LIMITS).expect("within the limits"));
    assert_eq!(ours, theirs, "tamis and html5ever of {page:?}");
}

/// Writes a tree on one line; text that only a comment parts is one text.
#[derive(Default)]
struct Outline {
    text: String,
}

impl Outline {
    fn open(&mut self, name: &LocalName, namespace: &Namespace, mut attributes: Vec<(String, String)>) {
        attributes.sort();
        self.text.push_str(&format!(
            "\u{1}<{}{name} {attributes:?}>",
            if namespace == "http://www.w3.org/1999/xhtml" { "" } else { "*" }
        ));
    }

    fn close(&mut self) {
        self.text.push_str("\u{1}/");
    }
}

fn is_code(name: &LocalName) -> bool {
    matches!(*name, local_name!("script") | local_name!("style"))
}

fn ours(dom: &Dom) -> String {
    let mut outline = Outline::default();
    for edge in dom.traverse(dom.document()) {
        match edge {
            Edge::Open(node) if dom.kind(node) == NodeKind::Element => {
                let stored = dom.attributes(node).filter(|(name, _)| STORED.contains(name));
                let stored = stored.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
                let html = html5ever::ns!(html);
                let namespace = if dom.is_html_namespace(node) { html } else { html5ever::ns!(svg) };
                outline.open(dom.local_name(node), &namespace, stored);
            }
            Edge::Open(node) if dom.kind(node) == NodeKind::Text => {
                let in_code = dom.parent(node).is_some_and(|parent| is_code(dom.local_name(parent)));
                if !in_code {
                    outline.text.push_str(dom.text(node));
                }
            }
            Edge::Close(node) if dom.kind(node) == NodeKind::Element => outline.close(),
            _ => {}
        }
    }
    outline.text
}

/// Nothing for a page with more attributes than tamis compares.
fn theirs(page: &str) -> Option<String> {
    let options = ParseOpts {
        // It looks for a byte order mark again wherever it stops in the page, as behind a charset.
        tokenizer: TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() },
        tree_builder: TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() },
        ..ParseOpts::default()
    };
    let dom = html5ever::parse_document(RcDom::default(), options)
        .one(page.strip_prefix('\u{feff}').unwrap_or(page));
    let mut outline = Outline::default();
    let mut open: Vec<(Handle, bool)> = vec![(dom.document.clone(), true)];
    while let Some((node, enters)) = open.pop() {
        let NodeData::Element { name, attrs, .. } = &node.data else {
            if let NodeData::Text { contents } = &node.data {
                outline.text.push_str(&contents.borrow());
            }
            open.extend(node.children.borrow().iter().rev().map(|child| (child.clone(), true)));
            continue;
        };
        if !enters {
            outline.close();
            continue;
        }
        if attrs.borrow().len() > MAX_ATTRIBUTES {
            return None;
        }
        let stored = attrs
            .borrow()
            .iter()
            .filter(|it| it.name.ns.is_empty() && STORED.contains(&&*it.name.local))
            .map(|it| (it.name.local.to_string(), it.value.to_string()))
            .collect();
        outline.open(&name.local, &name.ns, stored);
        open.push((node.clone(), false));
        // Of code the text alone is left out; foreign scripts hold elements.
        let is_read = |child: &&Handle| !is_code(&name.local) || !matches!(child.data, NodeData::Text { .. });
        open.extend(node.children.borrow().iter().rev().filter(is_read).map(|child| (child.clone(), true)));
    }
    Some(outline.text)
}
