//! Cuts a page into text blocks, in reading order: one pass over the tree, no recursion.
//!
//! Text runs on through inline elements; block-level elements and double line breaks part it. Text of an
//! inline element that is marked as boilerplate is diverted into a block of its own and the paragraph goes on.

use std::iter::successors;

use html5ever::{LocalName, local_name};

use super::FastMap;
use super::block::{Fate, TextBlock};
use super::prune::Marks;
use super::survey::Survey;
use crate::article::{BlockKind, Mark, Span};
use crate::parse::{Dom, Edge, NodeId, NodeKind};

/// Deepest list nesting that output shows.
const MAX_LIST_DEPTH: usize = 6;
/// Blocks of one page. The classifier holds up to 4 KB for each; no page of the corpus has as many.
pub const MAX_BLOCKS: usize = 25_000;
/// Links and emphasis that are open at once; deeper ones are not marked.
const MAX_OPEN_MARKS: usize = 8;
/// A mark that is open over many blocks is written again for each. A page of links around blocks needs a hundredth.
const MAX_COPIED_BYTES: usize = 4 << 20;

/// Cuts everything below `root` into blocks.
pub fn segment(dom: &Dom, root: NodeId, survey: &Survey, marks: &Marks) -> Vec<TextBlock> {
    let mut state = Segmenter {
        dom,
        survey,
        blocks: Vec::new(),
        current: Run::default(),
        diverted: Vec::new(),
        elements: vec![root],
        open: Vec::new(),
        inside: None,
        preformatted: 0,
        copied: 0,
        counted: Counted::default(),
    };
    let mut skipping: Option<NodeId> = None;
    for edge in dom.traverse_briefly(root) {
        match edge {
            Edge::Open(node) if skipping.is_none() => {
                if state.survey.get(node).skipped {
                    skipping = Some(node);
                } else {
                    state.open(node, marks);
                }
            }
            Edge::Close(node) if skipping == Some(node) => skipping = None,
            Edge::Close(node) if skipping.is_none() => state.close(node),
            _ => {}
        }
    }
    state.flush();
    super::shape::shape(dom, root, &mut state.blocks);
    state.blocks.shrink_to_fit();
    state.blocks
}

/// Text that is being gathered.
#[derive(Default)]
struct Run {
    text: String,
    spans: Vec<Span>,
    /// White space was seen that is not written yet.
    space: bool,
    /// Line breaks that are not written yet.
    breaks: usize,
}

impl Run {
    /// Starts over, in the same room.
    fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
        (self.space, self.breaks) = (false, 0);
    }
}

struct OpenMark {
    node: NodeId,
    mark: Mark,
    start: usize,
}

/// A paragraph that is put aside.
struct Diverted {
    node: NodeId,
    run: Run,
    /// Where its open marks start in it.
    starts: Vec<usize>,
}

struct Segmenter<'a> {
    dom: &'a Dom,
    survey: &'a Survey,
    blocks: Vec<TextBlock>,
    current: Run,
    /// Paragraphs that go on after a diverted inline element, with that element.
    diverted: Vec<Diverted>,
    /// Open block-level elements.
    elements: Vec<NodeId>,
    /// Open links and emphasis.
    open: Vec<OpenMark>,
    /// The marked element that we are in, with its fate.
    inside: Option<(NodeId, Fate)>,
    preformatted: usize,
    /// Bytes of the marks that were written again for a further block.
    copied: usize,
    counted: Counted,
}

impl Segmenter<'_> {
    fn open(&mut self, node: NodeId, marks: &Marks) {
        match self.dom.kind(node) {
            NodeKind::Text => return self.text(self.dom.text(node)),
            NodeKind::Element => {}
            _ => return,
        }
        let tag = self.dom.local_name(node);
        let is_block_level = self.dom.is_block_level(node);
        if is_block_level {
            self.flush();
            self.elements.push(node);
            self.preformatted += usize::from(*tag == local_name!("pre"));
        }
        if let (None, Some(mark)) = (&self.inside, marks.get(node)) {
            if !is_block_level {
                self.divert(node);
            }
            self.inside = Some((node, Fate::removed(mark.kind, mark.rule.clone())));
        }
        match *tag {
            local_name!("br") => self.line_break(),
            local_name!("hr") => self.flush(),
            _ => {}
        }
        if let Some(mark) = self.mark_of(node, tag).filter(|_| self.open.len() < MAX_OPEN_MARKS) {
            self.settle_space();
            self.open.push(OpenMark { node, mark, start: self.current.text.len() });
        }
    }

    fn close(&mut self, node: NodeId) {
        if self.dom.kind(node) != NodeKind::Element {
            return;
        }
        if self.open.last().is_some_and(|open| open.node == node)
            && let Some(open) = self.open.pop()
        {
            self.push_span(open.start, open.mark);
        }
        if self.dom.is_block_level(node) {
            let tag = self.dom.local_name(node);
            self.flush();
            if matches!(*tag, local_name!("td") | local_name!("th")) {
                self.empty_cell(node);
            }
            self.elements.pop();
            self.preformatted -= usize::from(*tag == local_name!("pre"));
        }
        if self.diverted.last().is_some_and(|diverted| diverted.node == node) {
            self.flush();
            if let Some(Diverted { run, starts, .. }) = self.diverted.pop() {
                self.current = run;
                self.current.space = true;
                self.open.iter_mut().zip(starts).for_each(|(open, start)| open.start = start);
            }
        }
        if self.inside.as_ref().is_some_and(|(inside, _)| *inside == node) {
            self.inside = None;
        }
    }

    /// Puts the running paragraph aside while an inline box is read. One that holds blocks ends the paragraph, as readers
    /// see it.
    fn divert(&mut self, node: NodeId) {
        if self.dom.descendants(node).skip(1).any(|inner| self.dom.is_block_level(inner)) {
            self.flush();
        }
        let run = std::mem::take(&mut self.current);
        let starts = self.open.iter_mut().map(|open| std::mem::take(&mut open.start)).collect();
        self.diverted.push(Diverted { node, run, starts });
    }

    fn mark_of(&self, node: NodeId, tag: &LocalName) -> Option<Mark> {
        match *tag {
            local_name!("a") => Some(Mark::Link(self.dom.attribute(node, "href")?.trim().to_owned())),
            local_name!("strong") | local_name!("b") => Some(Mark::Strong),
            local_name!("em") | local_name!("i") | local_name!("cite") => Some(Mark::Emphasis),
            local_name!("code") | local_name!("kbd") | local_name!("samp") => {
                (self.preformatted == 0).then_some(Mark::Code)
            }
            _ => None,
        }
    }

    fn text(&mut self, text: &str) {
        if self.preformatted > 0 {
            self.current.text.extend(text.chars().filter(|c| !is_invisible(*c) || matches!(c, '\n' | '\t')));
            return;
        }
        let (bytes, mut at) = (text.as_bytes(), 0);
        let goes_on = |space: usize| bytes.get(space + 1).is_some_and(|next| !ends_run(*next));
        while at < bytes.len() {
            let start = at;
            while at < bytes.len() && bytes[at].is_ascii_whitespace() {
                at += 1;
            }
            self.current.space |= at > start;
            let start = at;
            // one space between two words is what would be written
            while bytes
                .get(at)
                .is_some_and(|byte| !ends_run(*byte) || (*byte == b' ' && at > start && goes_on(at)))
            {
                at += 1;
            }
            if at > start {
                self.settle_space();
                self.current.text.push_str(&text[start..at]);
            } else if let Some(c) = text[at..].chars().next() {
                self.odd_character(c);
                at += c.len_utf8();
            }
        }
    }

    /// A character that is perhaps not to be seen.
    fn odd_character(&mut self, c: char) {
        if !is_invisible(c) {
            self.settle_space();
            self.current.text.push(c);
        }
    }

    /// Writes the white space and line breaks that were seen before a character.
    fn settle_space(&mut self) {
        let run = &mut self.current;
        if run.breaks > 0 && !run.text.is_empty() {
            run.text.push('\n');
        } else if run.space && !run.text.is_empty() && !run.text.ends_with([' ', '\n']) {
            run.text.push(' ');
        }
        run.space = false;
        run.breaks = 0;
    }

    /// One line break stays in the paragraph, a second one ends it.
    fn line_break(&mut self) {
        if self.preformatted > 0 {
            self.current.text.push('\n');
        } else if self.current.breaks > 0 {
            self.flush();
        } else {
            self.current.breaks += 1;
        }
    }

    fn push_span(&mut self, start: usize, mark: Mark) {
        let end = self.current.text.trim_end().len();
        if start < end {
            self.current.spans.push(Span { range: start..end, mark });
        }
    }

    /// Ends the current block.
    fn flush(&mut self) {
        if self.current.text.is_empty() {
            self.open.iter_mut().for_each(|open| open.start = 0);
            self.current.clear();
            return;
        }
        for index in 0..self.open.len() {
            let OpenMark { start, mark, .. } = &self.open[index];
            self.copied += size_of::<Span>() + if let Mark::Link(target) = mark { target.len() } else { 0 };
            if self.copied <= MAX_COPIED_BYTES {
                let (start, mark) = (*start, mark.clone());
                self.push_span(start, mark);
            }
            self.open[index].start = 0;
        }
        let run = &mut self.current;
        let text = if self.preformatted > 0 { run.text.trim_matches('\n') } else { run.text.trim() };
        if text.trim().is_empty() {
            run.clear();
            return;
        }
        let shift = text.as_ptr().addr() - run.text.as_ptr().addr();
        let text = text.to_owned();
        // most have one, for which a list that grows takes room for four
        let mut spans = Vec::with_capacity(run.spans.len());
        spans.append(&mut run.spans);
        run.clear();
        for span in &mut spans {
            span.range =
                span.range.start.saturating_sub(shift)..span.range.end.saturating_sub(shift).min(text.len());
        }
        spans.retain(|span| !span.range.is_empty());
        spans.sort_by(|a, b| a.range.start.cmp(&b.range.start).then(b.range.end.cmp(&a.range.end)));
        self.push_block(text, spans);
    }

    fn push_block(&mut self, text: String, spans: Vec<Span>) {
        let Some(&element) = self.elements.last().filter(|_| self.blocks.len() <= MAX_BLOCKS) else { return };
        let fate = self.inside.as_ref().map_or(Fate::UNDECIDED, |(_, fate)| fate.clone());
        let kind = self.kind_of();
        self.blocks.push(TextBlock { element, kind, text, spans, fate });
    }

    /// A cell without text keeps its place in the row.
    fn empty_cell(&mut self, cell: NodeId) {
        let holds = |block: &TextBlock| {
            self.dom.ancestors(block.element).chain([block.element]).any(|node| node == cell)
        };
        let is_filled = self.blocks.last().is_some_and(holds);
        if !is_filled {
            self.push_block(String::new(), Vec::new());
        }
    }

    /// What the innermost telling element makes of the text.
    fn kind_of(&mut self) -> BlockKind {
        let mut list_depth = 0;
        let mut item: Option<NodeId> = None;
        for &element in self.elements.iter().rev() {
            let tag = self.dom.local_name(element);
            if let (None, Some(level)) = (item, self.dom.heading_level(element)) {
                return BlockKind::Heading(level);
            }
            match *tag {
                local_name!("pre") => return BlockKind::Code,
                local_name!("td") | local_name!("th") if item.is_none() => {
                    let first = self.counted.is_first(self.dom, element);
                    return BlockKind::Cell { first, header: *tag == local_name!("th") };
                }
                local_name!("blockquote") if item.is_none() => return BlockKind::Quote,
                local_name!("li") => item = item.or(Some(element)),
                local_name!("ul") | local_name!("ol") if item.is_some() => list_depth += 1,
                local_name!("article") | local_name!("main") => break,
                _ => {}
            }
        }
        match item {
            Some(item) if list_depth > 0 => BlockKind::ListItem {
                depth: (list_depth - 1).min(MAX_LIST_DEPTH) as u8,
                number: self.counted.number(self.dom, item),
            },
            _ => BlockKind::Paragraph,
        }
    }
}

/// Largest list that is numbered.
const MAX_NUMBERED_ITEMS: u32 = 500;

fn has_cell_before(dom: &Dom, cell: NodeId) -> bool {
    siblings_before(dom, cell).any(|node| matches!(dom.tag(node), "td" | "th"))
}

fn siblings_before(dom: &Dom, node: NodeId) -> impl Iterator<Item = NodeId> {
    successors(dom.prev_sibling(node), |before| dom.prev_sibling(*before))
}

/// What was counted among siblings, so that no block counts them again: blocks come in the order of the page.
#[derive(Default)]
struct Counted {
    /// The cell that was met last, and whether it starts its row.
    cell: Option<(NodeId, bool)>,
    /// The item of each ordered list that was met last, and how many stand before it.
    items: FastMap<NodeId, (NodeId, u32)>,
}

impl Counted {
    fn is_first(&mut self, dom: &Dom, cell: NodeId) -> bool {
        match self.cell {
            Some((known, first)) if known == cell => first,
            _ => self.cell.insert((cell, !has_cell_before(dom, cell))).1,
        }
    }

    /// The number of an item, when its list is ordered.
    fn number(&mut self, dom: &Dom, item: NodeId) -> Option<u32> {
        let list = dom.parent(item).filter(|list| dom.tag(*list) == "ol")?;
        let start = dom.attribute(list, "start").and_then(|start| start.trim().parse().ok()).unwrap_or(1_u32);
        let mut before = 0;
        if let Some((known, count)) = self.items.get(&list) {
            let since = [item].into_iter().chain(siblings_before(dom, item));
            let since = since.take_while(|node| node != known).filter(|node| dom.tag(*node) == "li");
            before = *count + since.count() as u32;
        } else {
            before += siblings_before(dom, item).filter(|node| dom.tag(*node) == "li").count() as u32;
        }
        self.items.insert(list, (item, before));
        (before <= MAX_NUMBERED_ITEMS).then(|| start.saturating_add(before))
    }
}

/// The first bytes of white space and of the characters of [`is_invisible`].
#[inline]
fn ends_run(byte: u8) -> bool {
    ENDS_RUN[usize::from(byte)]
}

/// A table, since each byte of all text is looked at.
static ENDS_RUN: [bool; 256] = {
    let (mut ends, mut byte) = ([false; 256], 0);
    while byte < ends.len() {
        ends[byte] = byte <= b' ' as usize || matches!(byte, 0x7f | 0xc2 | 0xe2 | 0xef);
        byte += 1;
    }
    ends
};

/// Characters that take no room: controls, soft hyphen, zero-width characters, byte order mark.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{fffc}' | '\u{80}'..='\u{9f}')
        || c.is_ascii_control()
}
