//! The title: the headline that the page shows, without the site's name.
//!
//! 1. Candidates are `og:title`, JSON-LD, `<title>` and their kin, each also without the parts that name the site.
//! 2. A heading that agrees with a candidate is the title, in the heading's own typography.
//! 3. A heading that agrees with none is still the title when it alone can be.
//! 4. Without such a heading the best candidate is.

use super::head::Head;
use super::page::Page;
use super::words::{fold, letters, likeness, tidy};
use crate::parse::NodeId;

const META_TITLES: [&str; 8] =
    ["og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "dcterms.title", "citation_title", "title"];
/// What stands between a headline and the name of a site, with spaces around it.
const SEPARATORS: [&str; 13] = ["|", "-", "–", "—", "•", "·", "»", "«", "::", "/", "‹", "›", "<"];
/// A heading and a candidate with this share of common words tell the same.
const ALIKE: f32 = 0.5;
/// A heading of fewer words may be a rubric, unless the head agrees.
const MIN_LONE_WORDS: usize = 3;
/// A longer heading is no headline.
const MAX_CHARS: usize = 400;

/// Where the headline stands and how it reads.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Title {
    pub text: Option<String>,
    /// The heading that shows it.
    pub node: Option<NodeId>,
}

/// A title that the head names, and how it reads without site and rubric.
struct Candidate {
    /// As given, and with ever more parts taken away.
    forms: Vec<String>,
    /// The form without the parts that are known to name the site.
    best: String,
}

/// All titles that the head names, best source first.
pub(super) fn named<'a>(head: &'a Head, headline: Option<&'a str>) -> Vec<&'a str> {
    let mut titles: Vec<&str> = headline.into_iter().chain(head.all(&META_TITLES)).collect();
    titles.extend(head.title.as_deref());
    titles
}

/// The headings that may be the headline, with their text.
pub(super) fn headings(page: &Page<'_>) -> Vec<(NodeId, String)> {
    let all = page.elements().filter(|node| is_heading(page, *node));
    all.map(|node| (node, page.text(node)))
        .filter(|(_, text)| !text.is_empty() && text.chars().count() <= MAX_CHARS)
        .collect()
}

fn is_heading(page: &Page<'_>, node: NodeId) -> bool {
    let dom = page.dom;
    match dom.tag(node) {
        "h1" => true,
        "h2" | "h3" | "p" | "div" | "span" | "strong" => {
            dom.attribute(node, "itemprop") == Some("headline")
                || (!page.is_frame(node) && (dom.tag(node) == "h2" || page.has_word(node, &["headline", "title", "titre", "titel"])))
        }
        _ => false,
    }
}

/// Finds the title. `names`: what the site is called, folded to letters.
pub(super) fn find(page: &Page<'_>, titles: &[&str], headings: &[(NodeId, String)], names: &[String]) -> Title {
    let candidates: Vec<Candidate> = titles.iter().map(|title| Candidate::of(title, names)).collect();
    let is_name = |text: &str| names.contains(&letters(text));
    let headings: Vec<&(NodeId, String)> = headings.iter().filter(|(_, text)| !is_name(text)).collect();
    let shown = exact(page, &headings, &candidates)
        .or_else(|| alike(page, &headings, &candidates))
        .or_else(|| lone(page, &headings));
    shown.unwrap_or_else(|| Title {
        text: candidates.iter().map(|one| one.best.clone()).find(|best| !is_name(best)).or_else(|| {
            headings.first().map(|(_, text)| text.clone())
        }),
        node: None,
    })
}

impl Candidate {
    fn of(title: &str, names: &[String]) -> Candidate {
        let parts = split(title);
        let mut forms = vec![title.to_owned()];
        for length in (1..parts.len()).rev() {
            // Site names stand last or, less often, first.
            for range in [0..length, parts.len() - length..parts.len()] {
                forms.push(join(title, &parts[range]));
            }
        }
        let is_name = |part: &&str| {
            let part = letters(part);
            names.iter().any(|name| *name == part)
        };
        let mut kept = &parts[..];
        while kept.len() > 1 && kept.last().is_some_and(is_name) {
            kept = &kept[..kept.len() - 1];
        }
        while kept.len() > 1 && kept.first().is_some_and(is_name) {
            kept = &kept[1..];
        }
        Candidate { best: join(title, kept), forms }
    }
}

/// The parts of a title between separators.
fn split(title: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (index, c) in title.char_indices() {
        if !c.is_whitespace() || index < start {
            continue;
        }
        let rest = &title[index + c.len_utf8()..];
        let Some(separator) = SEPARATORS.iter().find(|one| rest.strip_prefix(**one).is_some_and(|rest| rest.starts_with(char::is_whitespace))) else {
            continue;
        };
        parts.push(title[start..index].trim());
        start = index + c.len_utf8() + separator.len();
    }
    parts.push(title[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// The stretch of `title` from the first to the last of these parts of it.
fn join(title: &str, parts: &[&str]) -> String {
    let offset = |part: &str| part.as_ptr() as usize - title.as_ptr() as usize;
    match (parts.first(), parts.last()) {
        (Some(first), Some(last)) => tidy(&title[offset(first)..offset(last) + last.len()]),
        _ => tidy(title),
    }
}

/// A heading with the very words of a candidate; `<h1>` before the others.
fn exact(page: &Page<'_>, headings: &[&(NodeId, String)], candidates: &[Candidate]) -> Option<Title> {
    let keys: Vec<String> = candidates.iter().flat_map(|one| &one.forms).map(|form| letters(form)).collect();
    let fits = |(node, text): &&&(NodeId, String)| {
        let key = letters(text);
        key.chars().count() >= 2 && keys.contains(&key) && !(page.dom.tag(*node) != "h1" && page.is_frame(*node))
    };
    let of_kind = |is_first: bool| {
        headings.iter().filter(|(node, _)| (page.dom.tag(*node) == "h1") == is_first).find(|one| fits(one))
    };
    of_kind(true).or_else(|| of_kind(false)).map(|(node, text)| Title { text: Some(text.clone()), node: Some(*node) })
}

/// The heading that shares most words with a candidate.
fn alike(page: &Page<'_>, headings: &[&(NodeId, String)], candidates: &[Candidate]) -> Option<Title> {
    let score = |text: &str| {
        candidates.iter().flat_map(|one| &one.forms).map(|form| likeness(form, text)).fold(0.0, f32::max)
    };
    headings
        .iter()
        .filter(|(node, _)| page.dom.tag(*node) == "h1" && !page.is_frame(*node))
        .map(|(node, text)| (score(text), node, text))
        .filter(|(score, ..)| *score >= ALIKE)
        // Of equals, the first.
        .fold(None, |best: Option<(f32, _, _)>, one| match best {
            Some(best) if best.0 >= one.0 => Some(best),
            _ => Some(one),
        })
        .map(|(_, node, text)| Title { text: Some(text.clone()), node: Some(*node) })
}

/// The only `<h1>` outside of the frame, if it has the length of a headline.
fn lone(page: &Page<'_>, headings: &[&(NodeId, String)]) -> Option<Title> {
    let mut firsts = headings.iter().filter(|(node, _)| page.dom.tag(*node) == "h1" && !page.is_frame(*node));
    let (node, text) = firsts.next()?;
    let is_lone = firsts.all(|(_, other)| fold(other) == fold(text));
    (is_lone && text.split_whitespace().count() >= MIN_LONE_WORDS)
        .then(|| Title { text: Some(text.clone()), node: Some(*node) })
}
