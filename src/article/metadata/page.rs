//! What the page shows: which parts are frame, where the headline stands, the text of small elements.
//!
//! Terms:
//! - frame: navigation, footers, sidebars, comments, teasers of other articles; dates and names there are of others
//! - rank: the place of a node in document order

use html5ever::local_name;

use super::marks::{Mark, Marks};
use super::words::{first_chars, tidy};
use crate::parse::{ByClass, Dom, Edge, NodeId, NodeKind};

/// An element with more than one in so many of the page's nodes is no frame, whatever it is called.
const MAX_FRAME_SHARE: u32 = 2;
/// Classes that hide an element from sight and leave it to screen readers.
const HIDDEN_CLASSES: [&str; 8] = [
    "visually-hidden",
    "visuallyhidden",
    "sr-only",
    "element-invisible",
    "screen-reader-text",
    "visibility-hidden",
    "offscreen",
    "screenreader",
];
/// ... and how others of them end.
const HIDDEN_ENDING: &[u8] = b"a11y-hidden";
/// Nodes that are read of one element; a byline or headline has a few dozen.
const MAX_NODES: usize = 200;
/// Characters that are read of one element; whatever is longer is no headline, byline or date line.
const MAX_TEXT_CHARS: usize = 600;
/// Nodes that are read of an element that is for screen readers: a text in a span or two.
const MAX_HIDDEN_NODES: usize = 10;
/// Elements in which metadata are looked for; the largest real pages have some ten thousand.
const MAX_ELEMENTS: usize = 50_000;

/// The page with what is known of its nodes.
pub(super) struct Page<'a> {
    /// The tree.
    pub dom: &'a Dom,
    ranks: Vec<u32>,
    frame: Vec<bool>,
    /// What the names of each node say.
    names: Vec<Names>,
    elements: Vec<NodeId>,
}

/// What `class` and `id` say of an element.
#[derive(Clone, Copy, Default)]
struct Names {
    marks: Marks,
    /// For screen readers.
    is_unseen: bool,
}

impl Names {
    fn of(dom: &Dom, node: NodeId, known: &mut ByClass<Names>) -> Names {
        let of_class =
            |class: &str| Names { marks: Marks::of(class), is_unseen: is_screen_reader_class(class) };
        let mut names = known.of(dom, node, of_class).unwrap_or_default();
        if let Some(id) = dom.attribute(node, "id") {
            names.marks = names.marks.and(Marks::of(id));
        }
        names
    }
}

impl<'a> Page<'a> {
    /// Walks the tree once.
    pub fn read(dom: &'a Dom) -> Page<'a> {
        let mut page = Page {
            dom,
            ranks: vec![0; dom.len()],
            frame: vec![false; dom.len()],
            names: vec![Names::default(); dom.len()],
            elements: Vec::new(),
        };
        let root = dom.body().unwrap_or(dom.document());
        let (mut known, mut count) = (ByClass::new(dom), 0);
        for node in dom.ancestors(root) {
            page.names[node.index()] = Names::of(dom, node, &mut known);
        }
        for node in dom.descendants(root) {
            page.ranks[node.index()] = count;
            count += 1;
            if dom.kind(node) == NodeKind::Element {
                page.names[node.index()] = Names::of(dom, node, &mut known);
                page.elements.push(node);
            }
        }
        page.find_frames(root, count);
        page
    }

    /// `count`: nodes of the page.
    fn find_frames(&mut self, root: NodeId, count: u32) {
        let dom = self.dom;
        let holds_headline = self.above_headlines(root);
        for &node in &self.elements {
            let above = dom.parent(node).is_some_and(|parent| self.frame[parent.index()]);
            let is_page = || {
                (self.end(node, root, count) - self.rank(node)) * MAX_FRAME_SHARE > count
                    || holds_headline[node.index()]
            };
            self.frame[node.index()] = above || (self.looks_like_frame(node) && !is_page());
        }
    }

    /// The rank of the first node behind an element and all that is below it.
    fn end(&self, node: NodeId, root: NodeId, count: u32) -> u32 {
        let mut within =
            [node].into_iter().chain(self.dom.ancestors(node)).take_while(|above| *above != root);
        within.find_map(|above| self.dom.next_sibling(above)).map_or(count, |next| self.rank(next))
    }

    /// The elements above an `<h1>`: what holds the headline is no frame.
    fn above_headlines(&self, root: NodeId) -> Vec<bool> {
        let mut marked = vec![false; self.dom.len()];
        let is_headline = |node: &&NodeId| *self.dom.local_name(**node) == local_name!("h1");
        for &node in self.elements.iter().filter(is_headline) {
            // The logo of the page is often an h1 in the header or navigation; only the main part is meant.
            for above in self.dom.ancestors(node) {
                if above == root
                    || matches!(self.dom.tag(above), "nav" | "footer" | "aside")
                    || marked[above.index()]
                {
                    break;
                }
                marked[above.index()] = true;
            }
        }
        marked
    }

    /// The elements of the body, in document order, as far as metadata are looked for.
    pub fn elements(&self) -> impl DoubleEndedIterator<Item = NodeId> {
        self.elements.iter().copied().take(MAX_ELEMENTS)
    }

    /// The elements that are no part of the frame.
    pub fn content(&self) -> impl DoubleEndedIterator<Item = NodeId> {
        self.elements().filter(|node| !self.is_frame(*node))
    }

    /// The elements of [`Page::content`] up to so many nodes behind the last of these headings; all without any.
    pub fn content_near(&self, headings: &[NodeId], most: u32) -> impl Iterator<Item = NodeId> {
        let last = headings.iter().map(|heading| self.rank(*heading)).max();
        let last = last.map_or(u32::MAX, |last| last.saturating_add(most));
        self.content().take_while(move |node| self.rank(*node) <= last)
    }

    /// Whether the element belongs to the frame.
    pub fn is_frame(&self, node: NodeId) -> bool {
        self.frame[node.index()]
    }

    /// The place in document order.
    pub fn rank(&self, node: NodeId) -> u32 {
        self.ranks[node.index()]
    }

    /// Nodes between an element and the nearest of these headings; 0 without any. Elements above a heading are twice as far,
    /// as dates and names stand below it.
    pub fn distance(&self, node: NodeId, headings: &[NodeId]) -> u32 {
        let rank = self.rank(node);
        let from = |heading: &NodeId| {
            let heading = self.rank(*heading);
            if rank < heading { (heading - rank) * 2 } else { rank - heading }
        };
        headings.iter().map(from).min().unwrap_or(0)
    }

    /// Whether the words of `class` and `id` say so.
    pub fn is_marked(&self, node: NodeId, mark: Mark) -> bool {
        self.names[node.index()].marks.has(mark)
    }

    /// Whether tag, role or names are those of what frames an article.
    fn looks_like_frame(&self, node: NodeId) -> bool {
        let is_role = |role| matches!(role, "navigation" | "complementary" | "contentinfo" | "dialog");
        matches!(
            *self.dom.local_name(node),
            local_name!("nav") | local_name!("footer") | local_name!("aside") | local_name!("form")
        ) || self.is_marked(node, Mark::Frame)
            || self.dom.attribute(node, "role").is_some_and(is_role)
    }

    /// Whether the element is for screen readers and says something; a hidden ":" parts a rubric from the headline and stays.
    pub fn is_hidden(&self, node: NodeId) -> bool {
        self.names[node.index()].is_unseen
            && self
                .dom
                .descendants(node)
                .take(MAX_HIDDEN_NODES)
                .any(|one| self.dom.text(one).contains(char::is_alphanumeric))
    }

    /// The visible text of a small element: white space folded, block boundaries become spaces.
    pub fn text(&self, node: NodeId) -> String {
        // lines are tidy, so that the whole is
        self.lines(node).join(" ")
    }

    /// [`Page::text`] of an element, nothing of a text node.
    pub fn text_if_element(&self, node: NodeId) -> String {
        if self.dom.kind(node) == NodeKind::Element { self.text(node) } else { String::new() }
    }

    /// The tidy text of an element or of a text node.
    pub fn text_of(&self, node: NodeId) -> String {
        if self.dom.kind(node) == NodeKind::Text {
            tidy(self.dom.text(node))
        } else {
            self.text_if_element(node)
        }
    }

    /// The visible text of a small element, cut at block boundaries.
    pub fn lines(&self, node: NodeId) -> Vec<String> {
        self.lines_cut(node, false, MAX_TEXT_CHARS)
    }

    /// Whether the text of an element may have so many digits. A "no" is sure, and quick.
    pub fn may_have_digits(&self, node: NodeId, least: usize) -> bool {
        let mut found = 0;
        self.dom.descendants(node).enumerate().any(|(count, below)| {
            found += digits_at_most(self.dom.text(below));
            found >= least || count >= 2 * MAX_NODES
        })
    }

    /// Whether the text of an element has more words than this; its beginning is read and not more.
    pub fn is_longer_than(&self, node: NodeId, words: usize) -> bool {
        const BEGINNING_CHARS: usize = 80;
        let lines = self.lines_cut(node, false, BEGINNING_CHARS);
        lines.iter().flat_map(|line| line.split_whitespace()).nth(words).is_some()
    }

    /// [`Page::lines`], cut also where one element ends in a small letter and the next begins with a capital, as in
    /// `<a>Anne Le Gall</a><a>Suivre</a>`.
    pub fn byline_lines(&self, node: NodeId) -> Vec<String> {
        self.lines_cut(node, true, MAX_TEXT_CHARS)
    }

    fn lines_cut(&self, node: NodeId, parts_glued: bool, mut room: usize) -> Vec<String> {
        let mut lines = vec![String::new()];
        let mut hidden = 0;
        for edge in self.dom.traverse(node).take(MAX_NODES * 2) {
            let (Edge::Open(at) | Edge::Close(at)) = edge;
            let opens = edge == Edge::Open(at);
            if at != node && (self.dom.is_unread(at) || self.is_hidden(at)) {
                hidden = if opens { hidden + 1 } else { hidden - 1 };
            } else if opens && hidden == 0 && self.dom.kind(at) == NodeKind::Text {
                let text = first_chars(self.dom.text(at), room);
                let is_glued = || {
                    lines.last().is_some_and(|line: &String| line.ends_with(char::is_lowercase))
                        && text.starts_with(char::is_uppercase)
                };
                if parts_glued && is_glued() {
                    lines.push(String::new());
                }
                lines.last_mut().into_iter().for_each(|line| line.push_str(text));
                room -= text.chars().count();
                if room == 0 {
                    break;
                }
            } else if breaks_line(self.dom, at) {
                lines.push(String::new());
            }
        }
        lines.iter().map(|line| tidy(line)).filter(|line| !line.is_empty()).collect()
    }
}

/// How many digits a text has when it is folded, or a larger number.
fn digits_at_most(text: &str) -> usize {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    // what of other characters Latin texts are made of never folds to a digit
    let is_plain =
        |c: char| matches!(c, '\0'..='\u{a0}' | '«' | '»' | 'À'..='ž' | '\u{2010}'..='\u{2027}' | '\u{202f}');
    if text.is_ascii() || text.chars().all(is_plain) { digits } else { usize::MAX / 2 }
}

/// Words of class names that are only for screen readers: "Headline:", the site's name.
fn is_screen_reader_class(class: &str) -> bool {
    class.split_ascii_whitespace().any(|one| {
        let end = one.as_bytes().last_chunk::<{ HIDDEN_ENDING.len() }>();
        HIDDEN_CLASSES.iter().any(|hidden| one.eq_ignore_ascii_case(hidden))
            || end.is_some_and(|end| end.eq_ignore_ascii_case(HIDDEN_ENDING))
    })
}

fn breaks_line(dom: &Dom, node: NodeId) -> bool {
    dom.is_block_level(node) || matches!(*dom.local_name(node), local_name!("br") | local_name!("hr"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{Limits, parse};

    #[test]
    fn knows_the_frame_and_the_text_of_what_is_shown() {
        let dom = parse(
            "<nav><h2>Menu</h2></nav><h1>Un <b>mot</b><svg><title>icône</title></svg><br>deux</h1>\
             <div class='relatedPosts'><time>x</time></div>",
            &Limits::default(),
        )
        .unwrap();
        let page = Page::read(&dom);
        let tags: Vec<&str> = page.content().map(|node| dom.tag(node)).collect();
        assert_eq!(tags, ["body", "h1", "b", "svg", "title", "br"]);
        let headline = page.content().find(|node| dom.tag(*node) == "h1").unwrap();
        assert_eq!(page.text(headline), "Un mot deux");
    }
}
