//! What the engine knows of all lines before it judges the first: their folded text and where prose stands.

use std::ops::Range;

use super::fold::Folded;
use super::shape::{is_long_headline, is_prose, link_share};
use super::{Line, Verdict};

/// From this share on a line counts as a link.
const LINK: f32 = 0.8;
/// Prose may hold links up to this share.
const PROSE_LINKS: f32 = 0.5;
/// Longest line that may go along with a label, in characters; teasers are longer than headlines.
const MAX_ANNOUNCED: usize = 260;

/// The lines with what is known of each.
pub(super) struct Page<'l, 't> {
    pub lines: &'l [Line<'t>],
    pub folded: Vec<Folded<'t>>,
    prose: Vec<bool>,
    first_prose: usize,
    after_prose: usize,
}

impl<'l, 't> Page<'l, 't> {
    /// `folded` are the texts of the lines.
    pub fn new(lines: &'l [Line<'t>], folded: Vec<Folded<'t>>) -> Page<'l, 't> {
        let mut page = Page {
            lines,
            folded,
            prose: lines.iter().map(is_prose_line).collect(),
            first_prose: 0,
            after_prose: 0,
        };
        page.find_edges();
        page
    }

    /// Lines that go are no prose of the article: "This site uses Akismet to reduce spam." ends like a sentence.
    pub fn forget(&mut self, verdicts: &[Verdict]) {
        for (prose, verdict) in self.prose.iter_mut().zip(verdicts) {
            *prose &= !matches!(verdict, Verdict::Remove { .. });
        }
        self.find_edges();
    }

    fn find_edges(&mut self) {
        self.first_prose = self.prose.iter().position(|is| *is).unwrap_or(self.prose.len());
        self.after_prose = self.prose.iter().rposition(|is| *is).map_or(0, |last| last + 1);
    }

    /// No line of prose comes before.
    pub fn at_start(&self, index: usize) -> bool {
        index <= self.first_prose
    }

    /// No line of prose comes after.
    pub fn at_end(&self, index: usize) -> bool {
        index + 1 >= self.after_prose
    }

    /// Share of the prose that stands after a line.
    pub fn prose_after(&self, index: usize) -> f32 {
        let count = |range: Range<usize>| -> usize {
            range.filter(|at| self.prose[*at]).map(|at| self.lines[at].text.len()).sum()
        };
        let (before, after) = (count(0..index), count(index + 1..self.lines.len()));
        // Without any prose nothing is known; then only a first line cannot end the article.
        match before + after {
            0 => f32::from(u8::from(index == 0)),
            all => after as f32 / all as f32,
        }
    }

    /// Share of links in a part of a line.
    pub fn links_in(&self, index: usize, part: Range<usize>) -> f32 {
        let line = &self.lines[index];
        link_share(line.text, &line.links, part)
    }

    /// The links of a line that are ranges of its text.
    pub fn links(&self, index: usize) -> impl Iterator<Item = &Range<usize>> {
        let line = &self.lines[index];
        line.links.iter().filter(|link| !link.is_empty() && line.text.get((*link).clone()).is_some())
    }

    /// The whole line is links.
    pub fn is_link(&self, index: usize) -> bool {
        self.links_in(index, 0..self.lines[index].text.len()) >= LINK
    }

    /// May go along with a label: a link of a page, a headline of a text.
    pub fn is_announced(&self, index: usize) -> bool {
        let Some(line) = self.lines.get(index) else { return false };
        if line.text.chars().count() > MAX_ANNOUNCED || self.prose[index] {
            return false;
        }
        if line.html || !line.links.is_empty() {
            self.is_link(index)
        } else {
            !line.heading && is_long_headline(line.text)
        }
    }
}

fn is_prose_line(line: &Line<'_>) -> bool {
    is_prose(line.text) && link_share(line.text, &line.links, 0..line.text.len()) < PROSE_LINKS
}

/// Whether a part of a line is as good as a link.
pub(super) fn is_linked(share: f32) -> bool {
    share >= LINK
}
