//! The authors: people first, from the surest source; where no source names a person, the collective that signs.
//!
//! 1. JSON-LD
//! 2. metas
//! 3. `rel=author`, `itemprop=author` and links to authors' pages
//! 4. elements whose class says byline, nearest to the headline first
//! 5. text such as "Par Anne Le Gall" near the headline
//! 6. a signature below the text
//! 7. `rel=author`, `itemprop=author` and "Written by ..." far from the headline
//!
//! Where a byline names those whom a surer source names and more, it goes before: JSON-LD often has the first author only.

use std::collections::BTreeSet;

use html5ever::local_name;

use super::head::Head;
use super::marks::Mark;
use super::names::{BYLINES, Byline, Trust};
use super::page::Page;
use super::words::{fold, letters};
use crate::article::jsonld::Story;
use crate::parse::{AttributeNames, NodeId, NodeKind};

const META_AUTHORS: [&str; 16] = [
    "author",
    "article:author",
    "article:author_name",
    "og:article:author",
    "parsely-author",
    "sailthru.author",
    "byl",
    "dc.creator",
    "dcterms.creator",
    "dc.contributor",
    "citation_author",
    "cxenseparse:author",
    "article.author",
    "vr:author",
    "authors",
    "og:author",
];
/// A byline is short; a longer text is about the author.
const MAX_BYLINE_CHARS: usize = 150;
/// Bylines stand this many nodes around the headline at most.
const MAX_DISTANCE: u32 = 400;
/// Elements that look like a byline; a page with more is a list of authors.
const MAX_CANDIDATES: usize = 1000;
/// Elements of one byline stand this many nodes apart at most.
const MAX_SPREAD: u32 = 60;
/// An introduction alone, as "Propos recueillis par", which the next element completes.
const MAX_INTRODUCTION_WORDS: usize = 3;
/// "Jean de La Tour d’Auvergne": more words are a sentence.
const MAX_SIGNATURE_WORDS: usize = 5;
/// Lines of the form of a name that are looked at, from the end of the page.
const MAX_SIGNATURES: usize = 50;
/// Siblings that are looked at before and after a signature.
const MAX_SIBLINGS: usize = 60;
/// "Par Anne Le Gall et Jean Petit, envoyés spéciaux": more words are a sentence.
const MAX_LINE_WORDS: usize = 12;

/// Where authors are looked for.
pub(super) struct Sources<'a> {
    pub head: &'a Head,
    pub story: &'a Story,
    pub page: &'a Page<'a>,
    /// The headings that show the title.
    pub headlines: &'a [NodeId],
    /// What the site is called, folded to letters.
    pub names: &'a [String],
}

/// Finds the authors.
pub(super) fn find(sources: &Sources<'_>) -> Vec<String> {
    let mut collective = None;
    let mut short = Vec::new();
    for source in [
        Sources::story,
        Sources::metas,
        Sources::marked,
        Sources::classed,
        Sources::introduced,
        Sources::signature,
        Sources::distant,
    ] {
        let byline = source(sources);
        if byline.has_full_name() {
            return sources.completed(byline.people);
        }
        // A single word may be a user name or the maker of the site: a full name further down is better.
        if short.is_empty() {
            short = byline.people;
        }
        if byline.is_agency && short.is_empty() {
            return byline.collective.into_iter().collect();
        }
        collective = collective.or(byline.collective);
    }
    if short.is_empty() { collective.into_iter().collect() } else { short }
}

impl Sources<'_> {
    fn story(&self) -> Byline {
        let mut all = Byline::default();
        for named in &self.story.authors {
            let byline = Byline::read(&named.name, self.names, Trust::Told);
            match named.organisation {
                true => all.collective = all.collective.or_else(|| Some(named.name.clone())),
                false => all.merge(byline),
            }
        }
        all
    }

    fn metas(&self) -> Byline {
        let labelled =
            self.head.first(&["twitter:label1"]).filter(|label| BYLINES.labels.contains(&fold(label)));
        let labelled = labelled.and_then(|_| self.head.first(&["twitter:data1"]));
        let mut all = Byline::default();
        for key in META_AUTHORS {
            for value in self.head.all(&[key]) {
                all.merge(Byline::read(value, self.names, Trust::Told));
            }
            if !all.people.is_empty() {
                return all;
            }
        }
        labelled.into_iter().for_each(|value| all.merge(Byline::read(value, self.names, Trust::Told)));
        all
    }

    fn marked(&self) -> Byline {
        self.union(|node| self.is_named_author(node) || self.leads_to_author(node))
    }

    /// Whether `rel` or `itemprop` says that the element is the author.
    fn is_named_author(&self, node: NodeId) -> bool {
        let has_token = |name: &str| {
            let value = self.page.dom.attribute(node, name);
            value.is_some_and(|value| value.split(' ').any(|one| one == "author"))
        };
        has_token("rel") || has_token("itemprop")
    }

    fn classed(&self) -> Byline {
        self.union(|node| self.is_byline(node))
    }

    fn is_byline(&self, node: NodeId) -> bool {
        self.page.is_marked(node, Mark::Byline) && !self.page.is_marked(node, Mark::Portrait)
    }

    /// The people of a byline near the headline that names all of these people and more.
    fn completed(&self, people: Vec<String>) -> Vec<String> {
        let bylines = self.near_content().filter(|node| self.is_byline(*node)).take(MAX_CANDIDATES);
        let near = bylines.filter(|node| self.distance(*node) <= MAX_SPREAD * 2);
        let lines = near.flat_map(|node| self.page.byline_lines(node)).filter(|line| joins(line));
        let fuller = lines.map(|line| Byline::read(&line, self.names, Trust::Seen).people).find(|named| {
            let has = |one: &String| named.iter().any(|other| letters(other) == letters(one));
            named.len() > people.len() && people.iter().all(has)
        });
        fuller.unwrap_or(people)
    }

    /// The one person that is marked as the author, or plainly said to be, far from the headline.
    fn distant(&self) -> Byline {
        let said = |node: &NodeId| {
            let dom = self.page.dom;
            dom.children(*node).any(|child| is_introduced(dom.text(child), &BYLINES.plain_introductions))
        };
        let marked = self.page.content().filter(|node| self.is_named_author(*node) || said(node));
        let mut all = Byline::default();
        marked.take(MAX_CANDIDATES).for_each(|node| all.merge(self.read(node)));
        if all.people.len() == 1 { all } else { Byline::default() }
    }

    /// The byline nearest to the headline, with those that stand beside it.
    fn union(&self, fits: impl Fn(NodeId) -> bool) -> Byline {
        let mut found: Vec<(u32, NodeId, Byline)> = Vec::new();
        for node in self.near_content().filter(|node| fits(*node)).take(MAX_CANDIDATES) {
            let distance = self.distance(node);
            if distance > MAX_DISTANCE {
                continue;
            }
            let byline = self.read(node);
            if !byline.people.is_empty() || byline.collective.is_some() {
                found.push((distance, node, byline));
            }
        }
        let Some(nearest) = found.iter().min_by_key(|(distance, _, byline)| {
            distance + if byline.people.is_empty() { MAX_SPREAD } else { 0 }
        }) else {
            return Byline::default();
        };
        let center = self.page.rank(nearest.1);
        let mut all = nearest.2.clone();
        for (_, node, byline) in &found {
            if self.page.rank(*node).abs_diff(center) <= MAX_SPREAD {
                all.merge(byline.clone());
            }
        }
        all
    }

    fn read(&self, node: NodeId) -> Byline {
        let dom = self.page.dom;
        if let Some(content) = dom.attribute(node, "content") {
            return Byline::read(content, self.names, Trust::Told);
        }
        let lines = self.page.byline_lines(node);
        // A lone line of an element that is a link or a name is all name.
        let trust = if lines.len() == 1 && self.is_pointed(node) { Trust::Marked } else { Trust::Seen };
        let mut all = Byline::default();
        if lines.iter().map(|line| line.chars().count()).sum::<usize>() <= MAX_BYLINE_CHARS {
            lines.iter().for_each(|line| all.merge(Byline::read(line, self.names, trust)));
        }
        all
    }

    /// Whether the element is marked as the very name: `rel=author`, `itemprop=name`, a class that is no more than "author".
    fn is_pointed(&self, node: NodeId) -> bool {
        let dom = self.page.dom;
        let has = |name: &str, values: &[&str]| {
            dom.attribute(node, name).is_some_and(|value| value.split(' ').any(|one| values.contains(&one)))
        };
        let has_class = || {
            let classes = dom.attribute(node, "class").unwrap_or_default();
            classes.split(' ').any(|one| BYLINES.name_classes.contains(one))
        };
        has("rel", &["author"]) || has("itemprop", &["author", "name"]) || has_class() || dom.tag(node) == "a"
    }

    /// Whether the element is a link to the page of an author.
    fn leads_to_author(&self, node: NodeId) -> bool {
        let dom = self.page.dom;
        dom.tag(node) == "a"
            && dom.attribute(node, "href").is_some_and(|target| {
                let path = target.split(['?', '#']).next().unwrap_or_default();
                let mut segments = path.split('/').rev().skip(1);
                segments.any(|segment| BYLINES.author_paths.contains(segment))
            })
    }

    /// What follows "Par", "By", "Von" in running text, up to the end of the line or another word.
    fn introduced(&self) -> Byline {
        let dom = self.page.dom;
        let mut line: Option<String> = None;
        let mut tries = 0;
        for node in dom.descendants(dom.body().unwrap_or(dom.document())) {
            let Some(holder) = dom.parent(node).filter(|_| dom.kind(node) == NodeKind::Text) else {
                continue;
            };
            if self.page.is_frame(holder) || self.distance(holder) > MAX_DISTANCE || dom.is_unread(holder) {
                continue;
            }
            let text = dom.text(node).trim_ascii().trim();
            if text.is_empty() {
                continue;
            }
            let goes_on = line.take().map(|line| format!("{line} {text}"));
            let candidate = goes_on.or_else(|| introduction(text).map(str::to_owned)).unwrap_or_default();
            if candidate.is_empty() || candidate.split_whitespace().count() > MAX_LINE_WORDS {
                continue;
            }
            tries += 1;
            if tries > MAX_CANDIDATES {
                break;
            }
            let trust = if dom.tag(holder) == "a" { Trust::Marked } else { Trust::Seen };
            let byline = Byline::read(&candidate, self.names, trust);
            let is_open = candidate.split_whitespace().count() <= MAX_INTRODUCTION_WORDS;
            match byline.people.is_empty() {
                false => return byline,
                true if is_open => line = Some(candidate),
                true => {}
            }
        }
        Byline::default()
    }

    /// A name alone in a bold, italic or right-aligned last line of the text.
    fn signature(&self) -> Byline {
        let page = self.page;
        let is_signature = |node: &NodeId| {
            let children: Vec<NodeId> =
                page.dom.children(*node).filter(|child| !page.text_of(*child).is_empty()).collect();
            let is_set_off =
                matches!(children[..], [only] if matches!(page.dom.tag(only), "strong" | "b" | "em" | "i"));
            let style = page.dom.attribute(*node, "style").unwrap_or_default().replace(' ', "");
            let is_right =
                style.contains("text-align:right") || page.dom.attribute(*node, "align") == Some("right");
            is_right || (is_set_off && self.ends_text(*node))
        };
        let mut before = Vec::new();
        let below = page
            .content()
            .rev()
            .filter(|node| matches!(*page.dom.local_name(*node), local_name!("p") | local_name!("div")));
        for node in below.filter(|node| self.is_after_headline(*node)) {
            // to look at the markup is cheaper than to read names
            let named =
                if self.may_be_signature(node) && is_signature(&node) { self.named_in(node) } else { None };
            match named {
                Some(byline) if self.are_few_names(&before) => return byline,
                Some(_) => break,
                None => before.push(node),
            }
        }
        Byline::default()
    }

    /// Whether an element has what a signature is told by: a child in bold or italics, or a style.
    fn may_be_signature(&self, node: NodeId) -> bool {
        const STYLED: AttributeNames = AttributeNames::of(&["style", "align"]);
        let dom = self.page.dom;
        let is_set_off = |child: NodeId| {
            matches!(
                *dom.local_name(child),
                local_name!("strong") | local_name!("b") | local_name!("em") | local_name!("i")
            )
        };
        dom.may_have(node, STYLED) || dom.children(node).any(is_set_off)
    }

    /// The person that a short line names in full.
    fn named_in(&self, node: NodeId) -> Option<Byline> {
        if self.page.is_longer_than(node, MAX_SIGNATURE_WORDS) {
            return None;
        }
        let text = self.page.text(node);
        let is_short = text.split_whitespace().count() <= MAX_SIGNATURE_WORDS;
        let byline = is_short.then(|| Byline::read(&text, self.names, Trust::Seen))?;
        byline.has_full_name().then_some(byline)
    }

    /// Whether few enough of these lines are names: a page with more is a list of people.
    fn are_few_names(&self, lines: &[NodeId]) -> bool {
        let names = lines.iter().filter(|node| self.named_in(**node).is_some());
        lines.len() < MAX_SIGNATURES || names.take(MAX_SIGNATURES).count() < MAX_SIGNATURES
    }

    /// Whether paragraphs stand before the element and no long one after it.
    fn ends_text(&self, node: NodeId) -> bool {
        let dom = self.page.dom;
        let is_long =
            |node: &NodeId| dom.tag(*node) == "p" && self.page.text(*node).chars().count() > MAX_BYLINE_CHARS;
        let after = std::iter::successors(dom.next_sibling(node), |one| dom.next_sibling(*one));
        let before = std::iter::successors(dom.prev_sibling(node), |one| dom.prev_sibling(*one));
        !after.take(MAX_SIBLINGS).any(|one| is_long(&one))
            && before.take(MAX_SIBLINGS).filter(is_long).count() > 1
    }

    /// The content but for what is too far below the headline for its byline.
    fn near_content(&self) -> impl Iterator<Item = NodeId> {
        self.page.content_near(self.headlines, MAX_DISTANCE)
    }

    fn is_after_headline(&self, node: NodeId) -> bool {
        self.headlines.iter().any(|headline| self.page.rank(*headline) < self.page.rank(node))
    }

    fn distance(&self, node: NodeId) -> u32 {
        self.page.distance(node, self.headlines)
    }
}

/// The part of a text from the introduction of a byline on: all of "Par Anne Le Gall", the end of "Le 3 mars 2021, par".
fn introduction(text: &str) -> Option<&str> {
    if text.chars().count() > MAX_BYLINE_CHARS {
        return None;
    }
    if is_introduced(text, &BYLINES.introductions) {
        return Some(text);
    }
    let last = text.trim_end_matches([':', ' ']).rsplit([' ', ',', '|']).next()?;
    BYLINES.last_words.contains(&fold(last)).then_some(last)
}

/// Whether a line has a word that joins names: "et", "and", "und".
fn joins(line: &str) -> bool {
    line.chars().count() <= MAX_BYLINE_CHARS
        && fold(line).split(' ').any(|word| BYLINES.joiners.contains(word))
}

/// Whether a text begins as one of these folded phrases does; a "no" is sure, and quick. Folding leaves two letters of
/// ASCII what they are but for their case.
fn may_introduce(text: &str, introductions: &BTreeSet<String>) -> bool {
    let start = match *text.as_bytes() {
        [first, second, ..] if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
            [first.to_ascii_lowercase(), second.to_ascii_lowercase()]
        }
        _ => return true,
    };
    introductions.iter().any(|one| one.as_bytes().starts_with(&start[..one.len().min(2)]))
}

/// Whether a text begins with one of these introductions, with a capital.
fn is_introduced(text: &str, introductions: &BTreeSet<String>) -> bool {
    let text = text.trim_start();
    let begins = |folded: &str, start: &str| {
        folded.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ':']))
    };
    text.starts_with(char::is_uppercase) && may_introduce(text, introductions) && {
        let front: String = text.chars().take(MAX_BYLINE_CHARS).collect();
        let folded = fold(&front);
        introductions.iter().any(|start| begins(&folded, start))
    }
}
