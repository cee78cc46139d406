//! Where the values of the metadata stand in a page, for people who ask why a title or a date is what it is.
//!
//! The extraction weighs its sources against one another; this looks the other way, from a value back to the places
//! that say it, surest sort of place first: linked data, the head, what readers see. A value without a place was put
//! together or detected.

use std::cell::OnceCell;

use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::words::letters;
use super::{Metadata, PageType};
use crate::article::date::{Moment, Order};
use crate::article::jsonld;
use crate::explain::step;
use crate::parse::{Dom, NodeId, NodeKind};

/// Places named for one value.
const MAX_PLACES: usize = 4;
/// Values of the page that are compared; pages have a few hundred, hostile ones any number.
const MAX_CANDIDATES: usize = 20_000;
/// A longer text of readers is a paragraph, which mentions a name or a date and is not where it comes from.
const MAX_SHOWN_CHARS: usize = 300;
/// The order in which people look for the fields.
const ORDER: [&str; 13] = [
    "title",
    "authors",
    "date",
    "modified",
    "site",
    "language",
    "type",
    "paywalled",
    "live",
    "canonical",
    "description",
    "image",
    "tags",
];
/// Characters of a day in ISO 8601.
const DAY_CHARS: usize = 10;
/// Values of a list (tags) that are traced.
const MAX_TRACED: usize = 12;

/// A value of the metadata and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// The field of a record, as in `title`.
    pub field: &'static str,
    /// Its value.
    pub value: String,
    /// Where the page says so, as in `meta[property="og:title"]`.
    pub places: Vec<String>,
}

/// How a value is compared with what the page says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Match {
    Words,
    Date,
    Address,
    Language,
}

/// Something that the page says, and where.
struct Candidate {
    place: String,
    text: String,
    /// Readers see it.
    shown: bool,
    /// Its letters and its date, found when they are asked for: each is compared with many values.
    letters: OnceCell<String>,
    date: OnceCell<Option<String>>,
}

impl Candidate {
    fn new(place: String, text: &str, shown: bool) -> Candidate {
        let text = text.to_owned();
        Candidate { place, text, shown, letters: OnceCell::new(), date: OnceCell::new() }
    }

    fn letters(&self) -> &str {
        self.letters.get_or_init(|| letters(&self.text))
    }

    fn date(&self) -> Option<&str> {
        let find = || {
            if !self.text.bytes().any(|byte| byte.is_ascii_digit()) {
                return None;
            }
            let machine = Moment::from_machine(&self.text, Order::DayFirst);
            let written = || self.shown.then(|| Moment::find(&self.text, Order::DayFirst)).flatten();
            machine.or_else(written).map(|moment| moment.to_string())
        };
        self.date.get_or_init(find).as_deref()
    }
}

/// The values of the metadata with their places.
pub(crate) fn origins(dom: &Dom, url: Option<&Url>, metadata: &Metadata) -> Vec<Origin> {
    let candidates = candidates(dom);
    let base = url.cloned().or_else(|| metadata.canonical.as_deref().and_then(|it| Url::parse(it).ok()));
    let trace = |field, value: &str, how| Origin {
        field,
        value: value.to_owned(),
        places: places(&candidates, value, how, base.as_ref()),
    };
    let single = [
        ("title", &metadata.title, Match::Words),
        ("date", &metadata.date, Match::Date),
        ("modified", &metadata.modified, Match::Date),
        ("site", &metadata.site, Match::Words),
        ("language", &metadata.language, Match::Language),
        ("canonical", &metadata.canonical, Match::Address),
        ("description", &metadata.description, Match::Words),
        ("image", &metadata.image, Match::Address),
    ];
    let single = single.into_iter().filter_map(|(field, value, how)| Some((field, value.as_deref()?, how)));
    let authors = metadata.authors.iter().map(|name| ("authors", name.as_str(), Match::Words));
    let tags = metadata.tags.iter().take(MAX_TRACED).map(|tag| ("tags", tag.as_str(), Match::Words));
    let mut origins: Vec<Origin> =
        single.chain(authors).chain(tags).map(|(field, value, how)| trace(field, value, how)).collect();
    origins.extend(flags(metadata));
    origins.sort_by_key(|origin| ORDER.iter().position(|field| *field == origin.field));
    origins
}

/// What the page is, which is concluded from many signs.
fn flags(metadata: &Metadata) -> Vec<Origin> {
    let plain = |field, value: String| Origin { field, value, places: Vec::new() };
    let mut flags = Vec::new();
    if metadata.page_type != PageType::Article {
        let name = serde_json::to_value(metadata.page_type).ok();
        flags.extend(name.and_then(|name| Some(plain("type", name.as_str()?.to_owned()))));
    }
    flags.extend(metadata.paywalled.map(|paywalled| plain("paywalled", paywalled.to_string())));
    if metadata.live {
        flags.push(plain("live", true.to_string()));
    }
    flags
}

/// The places that say exactly this, then those that say it among other words.
fn places(candidates: &[Candidate], value: &str, how: Match, base: Option<&Url>) -> Vec<String> {
    let wanted = letters(value);
    let mut found: Vec<(u8, &str)> = Vec::new();
    for candidate in candidates {
        let text = candidate.text.as_str();
        let rank = match how {
            Match::Words => words_rank(candidate, &wanted),
            Match::Date => date_rank(candidate, value),
            Match::Address => base
                .and_then(|base| base.join(text).ok())
                .or_else(|| Url::parse(text).ok())
                .and_then(|address| (address.as_str() == value).then_some(0)),
            Match::Language => is_language(candidate, value).then_some(0),
        };
        if let Some(rank) = rank
            && !found.iter().any(|(_, place)| *place == candidate.place)
        {
            found.push((rank, &candidate.place));
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().take(MAX_PLACES).map(|(_, place)| place.to_owned()).collect()
}

fn words_rank(candidate: &Candidate, wanted: &str) -> Option<u8> {
    // letters are folded, which changes lengths a little, but not to the half
    if wanted.is_empty() || candidate.text.len() * 2 < wanted.len() {
        return None;
    }
    let own = candidate.letters();
    if own == wanted { Some(0) } else { own.contains(wanted).then_some(1) }
}

/// The same moment, or the same day.
fn date_rank(candidate: &Candidate, value: &str) -> Option<u8> {
    let found = candidate.date()?;
    let is_day = found.get(..DAY_CHARS).is_some() && found.get(..DAY_CHARS) == value.get(..DAY_CHARS);
    if found == value { Some(0) } else { is_day.then_some(1) }
}

fn is_language(candidate: &Candidate, value: &str) -> bool {
    let says = ["lang", "locale", "inLanguage"].iter().any(|word| candidate.place.contains(word));
    says && candidate.text.to_lowercase().split(['-', '_']).next() == Some(value)
}

fn candidates(dom: &Dom) -> Vec<Candidate> {
    let mut all = linked_data(dom);
    let (head, shown): (Vec<Candidate>, Vec<Candidate>) =
        dom.descendants(dom.document()).filter_map(|node| candidate(dom, node)).partition(|one| !one.shown);
    all.extend(head);
    all.extend(shown);
    all.truncate(MAX_CANDIDATES);
    all
}

/// What one node says.
fn candidate(dom: &Dom, node: NodeId) -> Option<Candidate> {
    let said = |place: String, text: &str| Some(Candidate::new(place, text, false));
    let attribute = |name| dom.attribute(node, name);
    match dom.tag(node) {
        "meta" => {
            let (name, key) = ["property", "name", "itemprop", "http-equiv"]
                .into_iter()
                .find_map(|name| Some((name, attribute(name)?)))?;
            said(format!("meta[{name}=\"{key}\"]"), attribute("content")?)
        }
        "link" => said(format!("link[rel=\"{}\"]", attribute("rel")?), attribute("href")?),
        "html" => said("html[lang]".to_owned(), attribute("lang")?),
        "time" if attribute("datetime").is_some() => {
            said(format!("{}[datetime]", step(dom, node)), attribute("datetime")?)
        }
        "title" => said("title".to_owned(), &dom.text_content(node)),
        "h1" => Some(Candidate::new(step(dom, node), &dom.text_content(node), true)),
        _ if dom.kind(node) == NodeKind::Text => shown(dom, node),
        _ => None,
    }
}

/// An element, with the one above it when its tag alone says too little.
fn place(dom: &Dom, element: NodeId) -> String {
    let own = step(dom, element);
    match dom.parent(element).filter(|above| own == dom.tag(element) && !dom.tag(*above).is_empty()) {
        Some(above) => format!("{} > {own}", step(dom, above)),
        None => own,
    }
}

/// A text that readers see; its place is the element around it.
fn shown(dom: &Dom, node: NodeId) -> Option<Candidate> {
    let parent = dom.parent(node)?;
    let text = dom.text(node).trim();
    let is_line = !text.is_empty() && text.chars().nth(MAX_SHOWN_CHARS).is_none();
    let is_read = !matches!(dom.tag(parent), "script" | "style" | "title" | "h1");
    (is_line && is_read).then(|| Candidate::new(place(dom, parent), text, true))
}

/// The texts of JSON-LD, each with the type of its object and its key.
fn linked_data(dom: &Dom) -> Vec<Candidate> {
    let values = jsonld::read(dom);
    let mut pending: Vec<(String, &Value)> =
        values.iter().rev().map(|value| ("JSON-LD".to_owned(), value)).collect();
    let mut found = Vec::new();
    while let Some((place, value)) = pending.pop() {
        match value {
            _ if found.len() >= MAX_CANDIDATES => break,
            Value::String(text) => found.push(Candidate::new(place, text, false)),
            Value::Array(items) => pending.extend(items.iter().rev().map(|item| (place.clone(), item))),
            Value::Object(map) => {
                let kind = map.get("@type").and_then(Value::as_str).unwrap_or("");
                let place = if place == "JSON-LD" { format!("JSON-LD {kind}") } else { place };
                let below = map.iter().rev().filter(|(key, _)| !key.starts_with('@') || *key == "@graph");
                pending.extend(below.map(|(key, value)| match key.as_str() {
                    "@graph" => ("JSON-LD".to_owned(), value),
                    _ => (format!("{}.{key}", place.trim_end()), value),
                }));
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{Limits, parse};

    fn traced(html: &str) -> Vec<Origin> {
        let dom = parse(html, &Limits::default()).unwrap();
        let metadata = super::super::extract(&dom, None);
        origins(&dom, None, &metadata)
    }

    #[test]
    fn each_value_names_the_places_that_say_it() {
        let origins = traced(
            "<html lang=fr-CA><title>La Loire en crue | Le Phare</title><meta property=og:site_name content='Le Phare'>\
             <script type='application/ld+json'>{\"@type\":\"NewsArticle\",\"headline\":\"La Loire en crue\",\
             \"datePublished\":\"2024-05-06\"}</script>\
             <body><article><h1>La Loire en crue</h1><p class=qui>Par Ana Lys</p><p>Le texte de la page.</p></article>",
        );
        let of = |field: &str| {
            let found = origins.iter().find(|origin| origin.field == field);
            found.map(|origin| origin.places.join(", ")).unwrap_or_default()
        };
        assert_eq!(of("title"), "JSON-LD NewsArticle.headline, h1, title");
        assert_eq!(of("date"), "JSON-LD NewsArticle.datePublished");
        assert_eq!(of("authors"), "p.qui");
        assert_eq!(of("site"), "meta[property=\"og:site_name\"], title");
        assert_eq!(of("language"), "html[lang]");
    }

    #[test]
    fn what_no_place_says_has_none() {
        let origins = traced("<body><p>Le texte de la page.</p>");
        assert!(origins.iter().all(|origin| origin.field != "date"), "{origins:?}");
    }
}
