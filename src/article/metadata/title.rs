//! The title: the headline that the page shows, without the site's name.
//!
//! 1. Candidates are `og:title`, JSON-LD, `<title>` and their kin, each also without the parts that name the site.
//! 2. A heading that agrees with a candidate is the title, in the heading's own typography.
//! 3. A heading that agrees with none is still the title when it alone can be. Sites often write another title for
//!    search engines and social networks than the one above the text; what readers see goes before.
//! 4. A short heading whose words a candidate has is the title of a page of few words.
//! 5. Without such a heading the best candidate is.

use super::head::Head;
use super::marks::Mark;
use super::page::Page;
use super::words::{fold, letters, likeness, tidy};
use crate::parse::NodeId;

const META_TITLES: [&str; 8] = [
    "og:title",
    "twitter:title",
    "parsely-title",
    "sailthru.title",
    "dc.title",
    "dcterms.title",
    "citation_title",
    "title",
];
/// What stands between a headline and the name of a site, with spaces around it.
const SEPARATORS: [&str; 13] = ["|", "-", "–", "—", "•", "·", "»", "«", "::", "/", "‹", "›", "<"];
/// A heading and a candidate with this share of common words tell the same.
const ALIKE: f32 = 0.5;
/// With a smaller share they have nothing in common but little words.
const UNLIKE: f32 = 0.1;
/// A heading of fewer words may be a rubric, unless the head agrees.
const MIN_LONE_WORDS: usize = 3;
/// Shorter names of sites are too common as beginnings of words.
const MIN_NAME_LETTERS: usize = 5;
/// Nodes of a heading that are looked at for a link to the home page.
const MAX_HEADING_NODES: usize = 50;
/// A page with more titles in its head is broken.
const MAX_TITLES: usize = 20;
/// The headline is among the first headings.
const MAX_HEADINGS: usize = 300;
/// A longer text is no headline.
const MAX_CHARS: usize = 400;

/// Where the headline stands and how it reads.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Title {
    pub text: Option<String>,
    /// The headings that show it; sticky headers repeat it.
    pub nodes: Vec<NodeId>,
}

/// A heading that may be the headline.
#[derive(Clone, Copy)]
struct Heading<'a> {
    node: NodeId,
    text: &'a str,
    /// Its letters.
    key: &'a str,
    /// An `<h1>`.
    is_first: bool,
}

/// A title that the head names, and how it reads without site and rubric.
struct Candidate {
    /// As given, and with ever more parts taken away.
    forms: Vec<String>,
    /// The letters of each form.
    keys: Vec<String>,
    /// The form without the parts that are known to name the site.
    best: String,
}

/// All titles that the head names, best source first.
pub(super) fn named<'a>(head: &'a Head, headline: Option<&'a str>) -> Vec<&'a str> {
    let all =
        headline.into_iter().chain(head.all(&META_TITLES).take(MAX_TITLES)).chain(head.title.as_deref());
    all.filter(|title| title.chars().count() <= MAX_CHARS).collect()
}

/// The headings that may be the headline, with their text.
pub(super) fn headings(page: &Page<'_>) -> Vec<(NodeId, String)> {
    let all = page.elements().filter(|node| is_heading(page, *node) && !page.is_hidden(*node));
    all.take(MAX_HEADINGS)
        .map(|node| (node, page.text(node)))
        .filter(|(_, text)| !text.is_empty() && text.chars().count() <= MAX_CHARS)
        .collect()
}

fn is_heading(page: &Page<'_>, node: NodeId) -> bool {
    let dom = page.dom;
    match dom.tag(node) {
        "h1" => true,
        "h2" | "h3" | "p" | "div" | "span" | "strong" => {
            dom.attribute(node, "itemprop") == Some("headline")
                || (!page.is_frame(node) && (dom.tag(node) == "h2" || page.is_marked(node, Mark::Headline)))
        }
        _ => false,
    }
}

/// Finds the title. `names`: what the site is called, folded to letters.
pub(super) fn find(
    page: &Page<'_>,
    titles: &[&str],
    headings: &[(NodeId, String)],
    names: &[String],
) -> Title {
    let candidates: Vec<Candidate> = titles.iter().map(|title| Candidate::of(title, names)).collect();
    let is_name = |text: &str| names_site(text, names);
    let keys: Vec<String> = headings.iter().map(|(_, text)| letters(text)).collect();
    let shown: Vec<Heading<'_>> = headings
        .iter()
        .zip(&keys)
        .filter(|((node, _), key)| !names.contains(key) && !leads_home(page, *node))
        .map(|((node, text), key)| Heading { node: *node, text, key, is_first: page.dom.tag(*node) == "h1" })
        .collect();
    let found = exact(&shown, &candidates, true)
        .or_else(|| alike(page, &shown, &candidates))
        .or_else(|| {
            let heading = exact(&shown, &candidates, false).filter(|heading| has_length(heading.text))?;
            let is_headline = is_above(page, &heading, &shown) || are_unrelated(&shown, &candidates);
            is_headline.then_some(heading)
        })
        .or_else(|| lone(page, &shown, candidates.is_empty()))
        .or_else(|| exact(&shown, &candidates, false))
        .or_else(|| short(page, &shown, &candidates));
    match found {
        Some(heading) => Title {
            text: Some(Candidate::of(&reading(page, heading, &candidates), names).best),
            nodes: shown.iter().filter(|one| one.text == heading.text).map(|one| one.node).collect(),
        },
        None => Title { text: unshown(&candidates, headings, is_name), nodes: Vec::new() },
    }
}

/// The best candidate, when no heading can be the headline.
fn unshown(
    candidates: &[Candidate],
    headings: &[(NodeId, String)],
    is_name: impl Fn(&str) -> bool,
) -> Option<String> {
    let named = candidates.iter().map(|one| one.best.clone()).find(|best| !is_name(best));
    named.or_else(|| headings.first().map(|(_, text)| text.clone()))
}

/// Whether the heading is a link to the home page, as the name of a site is.
fn leads_home(page: &Page<'_>, node: NodeId) -> bool {
    let dom = page.dom;
    let around = dom.parent(node).into_iter().filter(|above| dom.tag(*above) == "a");
    dom.descendants(node).take(MAX_HEADING_NODES).filter(|one| dom.tag(*one) == "a").chain(around).any(
        |link| {
            let is_home = |rel: &str| rel.split_ascii_whitespace().any(|one| one == "home");
            let target = dom.attribute(link, "href").unwrap_or_default();
            let path = target
                .split_once("://")
                .map_or(target, |(_, rest)| rest.find('/').map_or("/", |start| &rest[start..]));
            dom.attribute(link, "rel").is_some_and(is_home) || path == "/"
        },
    )
}

/// How the heading reads: without rubric or badge where a candidate confirms it.
fn reading(page: &Page<'_>, heading: Heading<'_>, candidates: &[Candidate]) -> String {
    let form = |text: &str| {
        let key = letters(text);
        let forms = candidates.iter().flat_map(|one| one.forms.iter().zip(&one.keys));
        forms.into_iter().find(|(_, known)| **known == key).map(|(form, _)| form)
    };
    let children: Vec<NodeId> =
        page.dom.children(heading.node).filter(|child| !page.text(*child).is_empty()).collect();
    if let Some(form) = form(heading.text) {
        // Where markup parts a rubric from the headline, the head has the colon that the text lacks.
        let is_glued = children.len() > 1 && fold(form) != fold(heading.text);
        return if is_glued { form.clone() } else { heading.text.to_owned() };
    }
    let parts = [children.get(1..), children.len().checked_sub(1).map(|end| &children[..end])];
    let trimmed = parts.into_iter().flatten().map(|part| {
        tidy(
            &part
                .iter()
                .map(|child| page.dom.text(*child).to_owned() + &page.text_if_element(*child))
                .collect::<String>(),
        )
    });
    trimmed
        .filter(|text| form(text).is_some())
        .max_by_key(String::len)
        .or_else(|| inner(page, heading.node, form))
        .or_else(|| without_rubric(heading.text, candidates))
        .unwrap_or_else(|| heading.text.to_owned())
}

/// The text of an element of the heading that a candidate confirms: headings swallow rubric, date and byline.
fn inner<'a>(page: &Page<'_>, heading: NodeId, form: impl Fn(&str) -> Option<&'a String>) -> Option<String> {
    let below = page.dom.descendants(heading).take(MAX_HEADING_NODES);
    below.map(|node| page.text_of(node)).find(|text| has_length(text) && form(text).is_some())
}

/// "Rubric: Headline" becomes "Headline" where a candidate is just that.
fn without_rubric(text: &str, candidates: &[Candidate]) -> Option<String> {
    let ends_rubric = |front: &str| front.trim_end().ends_with([':', '|', '-', '–', '—', '/', '»', '•', '·']);
    let starts = text
        .char_indices()
        .filter(|(_, c)| c.is_whitespace())
        .map(|(index, c)| index + c.len_utf8())
        .filter(|start| ends_rubric(&text[..*start]));
    let ends =
        starts.map(|start| &text[start..]).filter(|end| end.split_whitespace().count() >= MIN_LONE_WORDS);
    let named = |end: &str| candidates.iter().map(|one| &one.best).find(|best| letters(best) == letters(end));
    ends.filter_map(|end| Some((end, named(end)?)))
        // "Rubric : headline" lacks the capital that the head has
        .map(|(end, named)| if end.starts_with(char::is_lowercase) { named.clone() } else { end.to_owned() })
        .map(|end| end.trim_start_matches([':', '|', '-', '–', '—', ' ']).to_owned())
        .next()
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
        let is_name = |part: &&str| names_site(part, names);
        let mut kept = &parts[..];
        while kept.len() > 1 && kept.last().is_some_and(is_name) {
            kept = &kept[..kept.len() - 1];
        }
        while kept.len() > 1 && kept.first().is_some_and(is_name) {
            kept = &kept[1..];
        }
        let keys = forms.iter().map(|form| letters(form)).collect();
        Candidate { best: join(title, kept), forms, keys }
    }
}

/// Whether a part of a title is what the site is called, or that and more ("Bridgestone Tires" of bridgestonetire.com).
fn names_site(part: &str, names: &[String]) -> bool {
    let part = letters(part);
    let begins = |one: &str, other: &str| {
        one.starts_with(other) && other.chars().count() >= MIN_NAME_LETTERS && other.len() * 2 > one.len()
    };
    names.iter().any(|name| *name == part || begins(name, &part) || begins(&part, name))
}

/// The parts of a title between separators.
pub(super) fn split(title: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (index, c) in title.char_indices() {
        if !c.is_whitespace() || index < start {
            continue;
        }
        let rest = &title[index + c.len_utf8()..];
        let Some(separator) = SEPARATORS
            .iter()
            .find(|one| rest.strip_prefix(**one).is_some_and(|rest| rest.starts_with(char::is_whitespace)))
        else {
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

/// The heading with the very words of a candidate, the longest if there are several.
fn exact<'a>(headings: &[Heading<'a>], candidates: &[Candidate], is_first: bool) -> Option<Heading<'a>> {
    let is_named = |key: &str| candidates.iter().flat_map(|one| &one.keys).any(|known| known == key);
    let fits = |heading: &&Heading<'_>| {
        heading.is_first == is_first && heading.key.chars().nth(1).is_some() && is_named(heading.key)
    };
    // Of equals, the first.
    headings.iter().rev().filter(fits).max_by_key(|heading| heading.key.len()).copied()
}

/// The `<h1>` that shares most words with a candidate.
fn alike<'a>(page: &Page<'_>, headings: &[Heading<'a>], candidates: &[Candidate]) -> Option<Heading<'a>> {
    let score = |text: &str| {
        candidates.iter().flat_map(|one| &one.forms).map(|form| likeness(form, text)).fold(0.0, f32::max)
    };
    headings
        .iter()
        .rev()
        .filter(|heading| heading.is_first && !page.is_frame(heading.node))
        .map(|heading| (score(heading.text), *heading))
        .filter(|(score, _)| *score >= ALIKE)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, heading)| heading)
}

/// The only `<h1>` outside of the frame, if it has the length of a headline.
fn lone<'a>(page: &Page<'_>, headings: &[Heading<'a>], is_unnamed: bool) -> Option<Heading<'a>> {
    let mut firsts = headings.iter().filter(|heading| heading.is_first && !page.is_frame(heading.node));
    let heading = firsts.next()?;
    let is_lone = firsts.all(|other| other.key == heading.key);
    (is_lone && (is_unnamed || has_length(heading.text))).then_some(*heading)
}

/// Whether every `<h1>` speaks of something else than the candidates, as the name of a rubric or of an owner does.
fn are_unrelated(headings: &[Heading<'_>], candidates: &[Candidate]) -> bool {
    let unlike = |heading: &Heading<'_>| {
        candidates.iter().all(|candidate| likeness(&candidate.best, heading.text) < UNLIKE)
    };
    headings.iter().filter(|heading| heading.is_first).all(unlike)
}

/// Whether a heading stands above every `<h1>`: these are subheads or quotes then.
fn is_above(page: &Page<'_>, heading: &Heading<'_>, headings: &[Heading<'_>]) -> bool {
    let is_below = |other: &Heading<'_>| page.rank(other.node) > page.rank(heading.node);
    headings.iter().filter(|other| other.is_first).all(is_below)
}

/// The only `<h1>` outside of the frame, when it is short and a candidate has all of its words: "Robes" of
/// "Robes pour femmes | Le Magasin".
fn short<'a>(page: &Page<'_>, headings: &[Heading<'a>], candidates: &[Candidate]) -> Option<Heading<'a>> {
    let heading = lone(page, headings, true)?;
    let has_words = |candidate: &Candidate| {
        let named = fold(&candidate.best);
        let named: Vec<&str> = named.split(|c: char| !c.is_alphanumeric()).collect();
        let shown = fold(heading.text);
        shown.split(|c: char| !c.is_alphanumeric()).all(|word| word.is_empty() || named.contains(&word))
    };
    let is_word = heading.key.chars().any(char::is_alphabetic);
    (is_word && candidates.iter().any(has_words)).then_some(heading)
}

/// Whether a heading has the length of a headline.
fn has_length(text: &str) -> bool {
    text.split_whitespace().count() >= MIN_LONE_WORDS
}
