//! The authors: people first, from the surest source; where no source names a person, the collective that signs.
//!
//! 1. JSON-LD, 2. metas, 3. `rel=author` and `itemprop=author`, 4. elements whose class says byline, nearest to the
//! headline first, 5. short lines such as "Par Anne Le Gall" near the headline.

use super::head::Head;
use super::names::{Byline, Trust};
use super::page::Page;
use super::words::{fold, letters};
use crate::article::jsonld::Story;
use crate::parse::NodeId;

const META_AUTHORS: [&str; 16] = [
    "author", "article:author", "article:author_name", "og:article:author", "parsely-author", "sailthru.author", "byl", "dc.creator", "dcterms.creator",
    "dc.contributor", "citation_author", "cxenseparse:author", "article.author", "vr:author", "authors", "og:author",
];
/// WordPress' labels of `twitter:data1` when it holds the author.
const LABELS: [&str; 7] = ["written by", "ecrit par", "verfasst von", "escrito por", "scritto da", "geschreven door", "author"];
const BYLINE_WORDS: [&str; 14] = [
    "author", "authors", "byline", "auteur", "auteurs", "autor", "autoren", "autore", "signature", "writer", "journalist", "journaliste", "reporter",
    "contributor",
];
/// Words beside [`BYLINE_WORDS`] that make it a portrait or a box about the author.
const BOX_WORDS: [&str; 12] =
    ["bio", "avatar", "image", "photo", "picture", "social", "follow", "description", "img", "thumbnail", "job", "role"];
/// A byline is short; a longer text is about the author.
const MAX_BYLINE_CHARS: usize = 150;
/// Bylines stand this many nodes around the headline at most.
const MAX_DISTANCE: u32 = 400;
/// Elements of one byline stand this many nodes apart at most.
const MAX_SPREAD: u32 = 60;
/// Introductions of a byline without any markup.
const INTRODUCTIONS: [&str; 12] = [
    "par", "by", "von", "por", "door", "written by", "ecrit par", "propos recueillis par", "posted by", "publie par", "author:", "auteur :",
];
/// Classes of elements that hold a name and nothing else.
const POINTED_CLASSES: [&str; 8] =
    ["author", "fn", "author-name", "author__name", "byline__name", "username", "post-author", "entry-author"];
/// "Par Anne Le Gall et Jean Petit, envoyés spéciaux": more words are a sentence.
const MAX_LINE_WORDS: usize = 12;

/// Where authors are looked for.
pub(super) struct Sources<'a> {
    pub head: &'a Head,
    pub story: &'a Story,
    pub page: &'a Page<'a>,
    /// The heading that shows the title.
    pub headline: Option<NodeId>,
    /// What the site is called, folded to letters.
    pub names: &'a [String],
}

/// Finds the authors.
pub(super) fn find(sources: &Sources<'_>) -> Vec<String> {
    let mut collective = None;
    for source in [Sources::story, Sources::metas, Sources::marked, Sources::classed, Sources::lines] {
        let byline = source(sources);
        if !byline.people.is_empty() {
            return byline.people;
        }
        collective = collective.or(byline.collective);
    }
    collective.into_iter().collect()
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
        let labelled = self.head.first(&["twitter:label1"]).filter(|label| LABELS.contains(&fold(label).as_str()));
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
        let dom = self.page.dom;
        self.union(|node| {
            let has_token = |name: &str| dom.attribute(node, name).is_some_and(|value| value.split(' ').any(|one| one == "author"));
            has_token("rel") || has_token("itemprop")
        })
    }

    fn classed(&self) -> Byline {
        self.union(|node| {
            self.page.has_word(node, &BYLINE_WORDS) && !self.page.has_word(node, &BOX_WORDS)
        })
    }

    /// The byline nearest to the headline, with those that stand beside it.
    fn union(&self, fits: impl Fn(NodeId) -> bool) -> Byline {
        let mut found: Vec<(u32, NodeId, Byline)> = Vec::new();
        for node in self.page.content().filter(|node| fits(*node)) {
            let byline = self.read(node);
            let distance = self.distance(node);
            if distance <= MAX_DISTANCE && (!byline.people.is_empty() || byline.collective.is_some()) {
                found.push((distance, node, byline));
            }
        }
        let Some(nearest) = found.iter().min_by_key(|(distance, _, byline)| (byline.people.is_empty(), *distance)) else {
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
        let lines = self.page.lines(node);
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
        has("rel", &["author"]) || has("itemprop", &["author", "name"]) || has("class", &POINTED_CLASSES) || dom.tag(node) == "a"
    }

    /// Lines that begin with "Par", "By", "Von"; the name may stand on the line below.
    fn lines(&self) -> Byline {
        let dom = self.page.dom;
        let mut seen = Vec::new();
        for node in self.page.content().filter(|node| self.distance(*node) <= MAX_DISTANCE) {
            let introduces = dom.children(node).any(|child| is_introduction(dom.text(child)));
            if !introduces {
                continue;
            }
            let above = dom.parent(node).filter(|_| self.page.lines(node).len() == 1);
            for holder in std::iter::once(node).chain(above) {
                let lines = self.page.lines(holder);
                let Some(start) = lines.iter().position(|line| is_introduction(line)) else { continue };
                let text = lines[start..].iter().take(2).map(String::as_str).collect::<Vec<_>>();
                seen.push(text[0].to_owned());
                seen.push(text.join(" "));
            }
        }
        seen.iter()
            .filter(|text| text.split_whitespace().count() <= MAX_LINE_WORDS && letters(text).len() > 5)
            .map(|text| Byline::read(text, self.names, Trust::Seen))
            .find(|byline| !byline.people.is_empty())
            .unwrap_or_default()
    }

    fn distance(&self, node: NodeId) -> u32 {
        self.headline.map_or(0, |headline| self.page.rank(headline).abs_diff(self.page.rank(node)))
    }
}

/// Whether a text is, or begins with, the introduction of a byline: "Par" and "By" with a capital.
fn is_introduction(text: &str) -> bool {
    let text = text.trim();
    if !text.starts_with(char::is_uppercase) || text.chars().count() > MAX_BYLINE_CHARS {
        return false;
    }
    let folded = fold(text);
    INTRODUCTIONS.iter().any(|start| {
        folded.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ':']))
    })
}
