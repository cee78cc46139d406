//! The guard between tokenizer and tree builder: it drops tags that would make the tree builder slow.
//!
//! html5ever's tree builder scans its stack of open elements for most tags, and reopens all unclosed
//! formatting elements in every paragraph. A page of 100,000 nested elements costs it minutes. So past a
//! limit start tags are dropped along with as many end tags of the same name, which flattens the page: its
//! text stays, in the element that was open.
//!
//! The tree builder keeps its stack to itself, but tells its handles to a tracer. Counting them costs as much
//! as the stack is deep, so it is counted again only after as many start tags as could have used up the room
//! that was left.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::{Tracer, TreeBuilder, TreeBuilderOpts, TreeSink};
use html5ever::{Attribute, LocalName, local_name};

use super::dom::{Dom, NodeId};
use super::keep::Retention;
use super::limits::Limits;
use super::sink::Sink;
use super::tokenizer::Consumer;

/// What one start tag opens at most: `<td>` in `<table>` opens `tbody`, `tr` and `td`, with one to spare.
const MOST_OPENED_BY_ONE_TAG: usize = 4;

/// Formatting elements are copied by the tree builder, attributes included.
const MAX_FORMATTING_ATTRIBUTES: usize = 16;

/// Feeds the tree builder as far as the limits allow.
pub(super) struct Guard {
    builder: TreeBuilder<NodeId, Sink>,
    limits: Limits,
    retention: Retention,
    room: Cell<Room>,
    /// Start tags that may pass before the open elements are counted again.
    unchecked: Cell<usize>,
    /// Whether tags have passed since the last count; without any, it still holds.
    is_outdated: Cell<bool>,
    /// How many end tags of each name are still to be dropped.
    dropped: RefCell<HashMap<LocalName, usize>>,
}

/// How many more elements may be opened.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
struct Room {
    plain: usize,
    formatting: usize,
}

impl Guard {
    /// A guard in front of a new tree builder that writes into `sink`; scripting is off.
    pub fn new(sink: Sink, limits: &Limits, retention: Retention) -> Guard {
        let options = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
        Guard {
            builder: TreeBuilder::new(sink, options),
            limits: *limits,
            retention,
            room: Cell::new(Room { plain: 0, formatting: 0 }),
            unchecked: Cell::new(0),
            is_outdated: Cell::new(true),
            dropped: RefCell::default(),
        }
    }

    /// The finished tree.
    pub fn finish(self) -> Dom {
        self.builder.sink.finish()
    }

    fn admits(&self, token: &mut Token) -> bool {
        let Token::TagToken(tag) = token else { return true };
        let admitted = match tag.kind {
            TagKind::StartTag => self.admits_start(tag),
            TagKind::EndTag => self.admits_end(tag),
        };
        if admitted {
            self.is_outdated.set(true);
        }
        admitted
    }

    fn admits_start(&self, tag: &mut Tag) -> bool {
        self.count_if_due();
        let is_formatting = is_formatting(&tag.name);
        tag.attrs.truncate(if is_formatting {
            MAX_FORMATTING_ATTRIBUTES
        } else {
            self.limits.max_attributes
        });
        let room = self.room.get();
        if (if is_formatting { room.formatting } else { room.plain }) > 0 || self.stays_shut(tag) {
            self.unchecked.set(self.unchecked.get().saturating_sub(1));
            return true;
        }
        *self.dropped.borrow_mut().entry(tag.name.clone()).or_default() += 1;
        false
    }

    /// Whether the element of a start tag is closed at once or by the tokenizer's next tag.
    fn stays_shut(&self, tag: &Tag) -> bool {
        if self.builder.adjusted_current_node_present_but_not_in_html_namespace() {
            tag.self_closing
        } else {
            never_nests(&tag.name)
        }
    }

    fn admits_end(&self, tag: &Tag) -> bool {
        if self.dropped.borrow().is_empty() {
            return true;
        }
        self.count_if_due();
        if let Some(count) = self.dropped.borrow_mut().get_mut(&tag.name)
            && *count > 0
        {
            *count -= 1;
            return false;
        }
        self.unchecked.set(0); // it may close something, and so make room
        true
    }

    fn count_if_due(&self) {
        if self.unchecked.get() == 0 && self.is_outdated.replace(false) {
            self.count_again();
        }
    }

    fn count_again(&self) {
        let room = Census::of(&self.builder).room(&self.limits);
        if room.plain > self.room.get().plain {
            // Elements around the dropped ones were closed, and the dropped ones with them.
            self.dropped.borrow_mut().clear();
        }
        self.room.set(room);
        self.unchecked.set(room.formatting.min(room.plain / MOST_OPENED_BY_ONE_TAG));
    }
}

impl TokenSink for Guard {
    type Handle = NodeId;

    fn process_token(&self, mut token: Token, line: u64) -> TokenSinkResult<NodeId> {
        if !self.admits(&mut token) || self.is_full() {
            return TokenSinkResult::Continue;
        }
        self.builder.process_token(token, line)
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

impl Consumer for Guard {
    fn is_full(&self) -> bool {
        self.builder.sink.len() > self.limits.max_nodes
    }

    /// Of formatting elements all attributes are of use: the tree builder compares them.
    fn wants_attribute(&self, tag: &LocalName, attribute: &str, bytes: usize) -> bool {
        is_formatting(tag) || *tag == local_name!("a") || self.retention.may_keep_attribute(attribute, bytes)
    }

    fn attribute_room(&self) -> Vec<Attribute> {
        self.builder.sink.attribute_room()
    }

    fn max_attributes(&self) -> usize {
        self.limits.max_attributes
    }
}

/// A count of the elements that the tree builder holds: open ones, and formatting elements to be reopened.
struct Census<'a> {
    sink: &'a Sink,
    plain: Cell<usize>,
    formatting: RefCell<Vec<NodeId>>,
}

impl<'a> Census<'a> {
    fn of(builder: &'a TreeBuilder<NodeId, Sink>) -> Census<'a> {
        let census = Census { sink: &builder.sink, plain: Cell::new(0), formatting: RefCell::default() };
        builder.trace_handles(&census);
        census
    }

    fn room(self, limits: &Limits) -> Room {
        let mut formatting = self.formatting.into_inner();
        if formatting.len() >= limits.max_formatting {
            // An open one is told twice: as an open element and as one to be reopened.
            formatting.sort_unstable();
            formatting.dedup();
        }
        Room {
            plain: limits.max_depth.saturating_sub(self.plain.get()),
            formatting: limits.max_formatting.saturating_sub(formatting.len()),
        }
    }
}

impl Tracer for Census<'_> {
    type Handle = NodeId;

    fn trace_handle(&self, node: &NodeId) {
        if self.sink.is_named(*node, is_formatting) {
            self.formatting.borrow_mut().push(*node);
        } else {
            self.plain.set(self.plain.get() + 1);
        }
    }
}

/// The formatting elements that the limit is for. `a` is none of them: an open one is closed by the next.
fn is_formatting(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("b")
            | local_name!("big")
            | local_name!("code")
            | local_name!("em")
            | local_name!("font")
            | local_name!("i")
            | local_name!("nobr")
            | local_name!("s")
            | local_name!("small")
            | local_name!("strike")
            | local_name!("strong")
            | local_name!("tt")
            | local_name!("u")
    )
}

/// HTML elements that never hold others: void elements, and those that the tokenizer reads to their end tag.
/// To drop the start tag of the latter would turn scripts into text. `html`, `head` and `body` are opened
/// once at most.
fn never_nests(name: &LocalName) -> bool {
    matches!(
        &**name,
        "area"
            | "base"
            | "basefont"
            | "bgsound"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "image"
            | "img"
            | "input"
            | "keygen"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
            | "script"
            | "style"
            | "title"
            | "textarea"
            | "iframe"
            | "noembed"
            | "noframes"
            | "xmp"
            | "plaintext"
            | "html"
            | "head"
            | "body"
    )
}

#[cfg(test)]
mod tests {
    use crate::parse::outline::outline;
    use crate::parse::{Dom, Limits, Selector, parse};

    const TIGHT: Limits =
        Limits { max_bytes: 10_000, max_nodes: 1_000, max_depth: 10, max_formatting: 4, max_attributes: 3 };

    fn parsed(html: &str) -> Dom {
        parse(html, &TIGHT).expect("within the limits")
    }

    fn count(dom: &Dom, css: &str) -> usize {
        dom.select(&Selector::parse(css).expect("a valid selector")).len()
    }

    fn text(dom: &Dom, css: &str) -> Vec<String> {
        let found = dom.select(&Selector::parse(css).expect("a valid selector"));
        found.into_iter().map(|node| dom.text_content(node)).collect()
    }

    #[test]
    fn drops_start_tags_past_the_depth_with_as_many_end_tags() {
        let page = format!("{}a{}<p>b", "<div>".repeat(50), "</div>".repeat(50));
        let dom = parsed(&page);
        assert!((4..10).contains(&count(&dom, "div")));
        assert_eq!(text(&dom, "body > p"), ["b"]);
        assert_eq!(text(&dom, "div")[0], "a");
    }

    #[test]
    fn forgets_dropped_tags_when_an_element_around_them_closes() {
        let page = format!("<section>{}</section><div>a</div><p>b", "<div>".repeat(50));
        let dom = parsed(&page);
        assert_eq!(text(&dom, "body > div"), ["a"]);
        assert_eq!(text(&dom, "body > p"), ["b"]);
    }

    #[test]
    fn changes_nothing_within_the_limits() {
        let page = "<ul><li>a<li><b>b<i>c</b>d</i><table><td>e</table><svg><path/><path/></svg>".repeat(3);
        let roomy = parse(&page, &Limits::default()).expect("within the limits");
        let wide = parse(&page, &Limits { max_depth: 40, ..Limits::default() }).expect("within the limits");
        assert_eq!(outline(&roomy), outline(&wide));
    }

    #[test]
    fn never_turns_scripts_into_text() {
        let page = format!("{}<script>var x</script><style>p</style><title>t</title>", "<div>".repeat(50));
        assert_eq!(parsed(&page).text_content(parsed(&page).document()), "t");
    }

    #[test]
    fn admits_void_elements_at_any_depth() {
        let page = format!("{}<img src=x><br>", "<div>".repeat(50));
        assert_eq!(count(&parsed(&page), "img[src=x]"), 1);
    }

    #[test]
    fn caps_formatting_elements_and_keeps_links() {
        let page = "<font color=1><font color=2><b><i><u><s><tt><a href=x>a</a><p>b";
        let dom = parsed(page);
        assert_eq!(count(&dom, "p u, p s, p tt"), 0);
        assert_eq!(text(&dom, "a[href]"), ["a"]);
    }

    #[test]
    fn caps_attributes_of_one_element() {
        let dom = parsed("<p id=a lang=b dir=c title=d>");
        assert_eq!(count(&dom, "p[id][lang][dir]:not([title])"), 1);
    }
}
