//! Chooses the object that describes this page's article and reads its fields.

use serde_json::{Map, Value};

use super::{Graph, Object, plain};
use crate::article::metadata::Listed;
use crate::article::metadata::words::{letters, tidy};

/// References within references are followed this far.
const MAX_REFERENCES: usize = 4;
/// More names than this are a list of contributors of the whole site.
const MAX_NAMES: usize = 50;
/// A list of more questions is a page of its own.
const MAX_QUESTIONS: usize = 100;
/// No recipe has more ingredients.
const MAX_INGREDIENTS: usize = 200;

/// What is known of the page beforehand, to tell its own article from others that it describes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hints {
    /// Addresses of the page: as asked for, canonical, `og:url`.
    pub addresses: Vec<String>,
    /// Titles from the head and the headlines of the page, folded to letters.
    pub titles: Vec<String>,
}

/// A name with what the page says of its bearer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// The name as given.
    pub name: String,
    /// Said to be an organisation.
    pub organisation: bool,
}

/// The fields of the article's object; text without markup, otherwise as given.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Story {
    pub headline: Option<String>,
    pub authors: Vec<Named>,
    pub published: Option<String>,
    pub created: Option<String>,
    pub modified: Option<String>,
    pub site: Option<String>,
    pub language: Option<String>,
    pub address: Option<String>,
    pub description: Option<String>,
    pub image: Option<String>,
    pub tags: Vec<String>,
    pub body: Option<String>,
    pub listed: Listed,
    pub free: Option<bool>,
    /// Described as a live blog.
    pub live: bool,
}

impl Story {
    /// Reads the article's object, filled up from the object of the page around it.
    pub fn of(values: &[Value], hints: &Hints) -> Story {
        let graph = Graph::of(values);
        let mut ranked: Vec<(u32, &Object<'_>)> = graph
            .objects
            .iter()
            .filter_map(|object| rank(object, hints).map(|rank| (rank, object)))
            .collect();
        // Stable: of equals, the first in the page wins.
        ranked.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
        let best = ranked.first().map(|(rank, _)| *rank);
        let own = ranked.iter().filter(|(rank, _)| Some(*rank) == best);
        let live = own.into_iter().any(|(_, object)| kinds(object.map).contains(&"LiveBlogPosting"));
        let mut story = Story { live, ..Story::default() };
        for (_, object) in ranked.iter().take(MAX_REFERENCES) {
            story.fill(read(&graph, object.map));
        }
        if story.site.is_none() {
            story.site = graph.objects.iter().find_map(|object| site_of(object.map));
        }
        story.listed.answers = answers(&graph);
        story
    }

    /// Takes over what is missing.
    fn fill(&mut self, other: Story) {
        let later = self.headline.is_some() || self.published.is_some();
        self.headline = self.headline.take().or(other.headline);
        if self.authors.is_empty() {
            self.authors = other.authors;
        }
        if self.tags.is_empty() {
            self.tags = other.tags;
        }
        // The creation of a page around the article says nothing of the article.
        self.created = self.created.take().or(other.created.filter(|_| !later));
        self.published = self.published.take().or(other.published);
        self.modified = self.modified.take().or(other.modified);
        self.site = self.site.take().or(other.site);
        self.language = self.language.take().or(other.language);
        self.address = self.address.take().or(other.address);
        self.description = self.description.take().or(other.description);
        self.image = self.image.take().or(other.image);
        self.body = self.body.take().or(other.body);
        if self.listed.ingredients.is_empty() {
            self.listed.ingredients = other.listed.ingredients;
        }
        self.free = self.free.or(other.free);
    }
}

/// How likely the object describes this page's article; `None`: it describes something else.
fn rank(object: &Object<'_>, hints: &Hints) -> Option<u32> {
    let kind = kinds(object.map).iter().map(|kind| kind_rank(kind)).max().filter(|rank| *rank > 0)?;
    let title = headline(object.map).map(|title| letters(&title)).unwrap_or_default();
    let is_titled = !title.is_empty() && hints.titles.iter().any(|hint| agrees(hint, &title));
    let is_addressed = addresses(object.map)
        .iter()
        .any(|address| hints.addresses.iter().any(|hint| same_address(hint, address)));
    if object.aside && !is_titled && !is_addressed {
        return None;
    }
    let own = u32::from(is_titled) * 3 + u32::from(is_addressed) * 2 + u32::from(!object.aside);
    Some(own * 2 + kind * 3)
}

/// Types by how surely they are the article; schema.org has some dozens that end in these words.
fn kind_rank(kind: &str) -> u32 {
    let kind = kind.rsplit(['/', ':']).next().unwrap_or(kind);
    match kind {
        "Report" | "Review" | "CriticReview" | "Recipe" | "ClaimReview" => 3,
        _ if kind.ends_with("Article") || kind.ends_with("Posting") && kind != "JobPosting" => 4,
        "VideoObject" | "Event" | "CreativeWork" | "Book" | "QAPage" | "Question" | "PodcastEpisode"
        | "Course" | "Episode" | "RadioEpisode" | "Product" | "HowTo" => 2,
        "WebPage" | "ItemPage" | "AboutPage" | "FAQPage" | "CollectionPage" => 1,
        _ => 0,
    }
}

fn kinds(map: &Map<String, Value>) -> Vec<&str> {
    match map.get("@type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Whether one title is the other, or begins or ends with it.
fn agrees(hint: &str, title: &str) -> bool {
    let shorter = hint.len().min(title.len());
    let enough = 12; // letters; a shorter overlap is a rubric
    hint == title || (shorter >= enough && (hint.contains(title) || title.contains(hint)))
}

fn same_address(one: &str, other: &str) -> bool {
    fn bare(address: &str) -> &str {
        let address = address.split(['#', '?']).next().unwrap_or(address);
        let address = address.split_once("://").map_or(address, |(_, rest)| rest);
        address.trim_start_matches("www.").trim_end_matches('/')
    }
    let (one, other) = (bare(one), bare(other));
    one == other && one.contains('/')
}

fn addresses(map: &Map<String, Value>) -> Vec<String> {
    ["url", "@id", "mainEntityOfPage"]
        .into_iter()
        .filter_map(|key| match map.get(key)? {
            Value::Object(page) => text(page.get("@id").or_else(|| page.get("url"))?),
            value => text(value),
        })
        .collect()
}

fn headline(map: &Map<String, Value>) -> Option<String> {
    ["headline", "name"].into_iter().find_map(|key| text(map.get(key)?))
}

fn read(graph: &Graph<'_>, map: &Map<String, Value>) -> Story {
    let field = |key: &str| text(map.get(key)?);
    let names = |key: &str| map.get(key).map(|value| names(graph, value)).unwrap_or_default();
    let authors = ["author", "creator", "contributor"].into_iter().map(names).find(|names| !names.is_empty());
    let tags =
        ["keywords", "articleSection"].into_iter().filter_map(|key| map.get(key)).flat_map(tags).collect();
    Story {
        headline: headline(map),
        authors: authors.unwrap_or_default(),
        published: field("datePublished").or_else(|| field("uploadDate")),
        created: field("dateCreated"),
        modified: field("dateModified"),
        site: ["publisher", "sourceOrganization"]
            .into_iter()
            .find_map(|key| names(key).into_iter().next().map(|named| named.name)),
        language: field("inLanguage"),
        address: addresses(map).into_iter().next(),
        description: field("description"),
        image: map.get("image").and_then(|image| address_of_image(graph, image, MAX_REFERENCES)),
        tags,
        body: map
            .get("articleBody")
            .and_then(Value::as_str)
            .map(|body| plain(body).into_owned())
            .filter(|body| !body.is_empty()),
        listed: Listed { ingredients: ingredients(map), answers: Vec::new() },
        free: is_free(map),
        live: false,
    }
}

/// The questions of a page, each with its answer behind it.
fn answers(graph: &Graph<'_>) -> Vec<String> {
    let is_question = |object: &&Object<'_>| kinds(object.map).contains(&"Question");
    let answer = |object: &Object<'_>| {
        let answer = object.map.get("acceptedAnswer").map(|answer| answer.get(0).unwrap_or(answer));
        let answer = plain(answer?.get("text")?.as_str()?).into_owned();
        Some([text(object.map.get("name")?)?, answer])
    };
    graph.objects.iter().filter(is_question).filter_map(answer).take(MAX_QUESTIONS).flatten().collect()
}

/// The ingredients of a recipe, as it lists them.
fn ingredients(map: &Map<String, Value>) -> Vec<String> {
    let listed = ["recipeIngredient", "ingredients"].into_iter().find_map(|key| map.get(key)?.as_array());
    listed.into_iter().flatten().take(MAX_INGREDIENTS).filter_map(text).collect()
}

/// The text of a value: a string, a number, the name in an object, or the first of a list that has one.
fn text(value: &Value) -> Option<String> {
    let found = match value {
        Value::String(text) => tidy(&plain(text)),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => return items.iter().filter(|item| !item.is_array()).find_map(text),
        Value::Object(map) => {
            let inner =
                ["@value", "name", "alternateName"].into_iter().find_map(|key| map.get(key)?.as_str())?;
            tidy(&plain(inner))
        }
        _ => return None,
    };
    (!found.is_empty()).then_some(found)
}

/// The names below a value: strings, objects, references, and lists of them.
fn names(graph: &Graph<'_>, value: &Value) -> Vec<Named> {
    let mut found: Vec<Named> = Vec::new();
    let mut pending = vec![(value, false, 0)];
    while let Some((value, organisation, depth)) = pending.pop() {
        if found.len() >= MAX_NAMES || depth > MAX_REFERENCES {
            continue;
        }
        match value {
            Value::String(_) => found.extend(text(value).map(|name| Named { name, organisation })),
            Value::Array(items) => {
                pending.extend(items.iter().rev().map(|item| (item, organisation, depth + 1)))
            }
            Value::Object(map) => {
                let map = graph.resolve(map);
                let organisation = kinds(map).iter().any(|kind| kind.ends_with("Organization"));
                match map.get("name").filter(|name| !name.is_null()) {
                    Some(name) => pending.push((name, organisation, depth + 1)),
                    None => found.extend(full_name(map)),
                }
            }
            _ => {}
        }
    }
    found
}

fn full_name(map: &Map<String, Value>) -> Option<Named> {
    let family = text(map.get("familyName")?)?;
    let given = map.get("givenName").and_then(text).unwrap_or_default();
    Some(Named { name: tidy(&format!("{given} {family}")), organisation: false })
}

fn tags(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(text).collect(),
        _ => text(value).map(|list| list.split([',', ';']).map(tidy).collect()).unwrap_or_default(),
    }
}

fn address_of_image(graph: &Graph<'_>, value: &Value, depth: usize) -> Option<String> {
    match value {
        Value::String(address) => Some(tidy(address)).filter(|address| !address.is_empty()),
        Value::Array(items) if depth > 0 => {
            items.iter().find_map(|item| address_of_image(graph, item, depth - 1))
        }
        Value::Object(map) if depth > 0 => {
            let map = graph.resolve(map);
            ["url", "contentUrl"]
                .into_iter()
                .find_map(|key| address_of_image(graph, map.get(key)?, depth - 1))
        }
        _ => None,
    }
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Some(true),
            "false" | "no" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the whole article is free. Some pages say it of the locked part of the text only.
fn is_free(map: &Map<String, Value>) -> Option<bool> {
    let free = |map: &Map<String, Value>| map.get("isAccessibleForFree").and_then(truth);
    let parts = match map.get("hasPart") {
        Some(Value::Array(parts)) => parts.as_slice(),
        Some(part) => std::slice::from_ref(part),
        None => &[],
    };
    free(map).or_else(|| {
        let parts: Vec<bool> = parts.iter().filter_map(|part| free(part.as_object()?)).collect();
        parts.iter().copied().min()
    })
}

/// The name of the site, from the object that describes it.
fn site_of(map: &Map<String, Value>) -> Option<String> {
    let is_site = kinds(map).iter().any(|kind| matches!(*kind, "WebSite" | "NewsMediaOrganization"));
    is_site.then(|| text(map.get("name")?)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn story(value: Value) -> Story {
        Story::of(&[value], &Hints { titles: vec![letters("Le chantier naval")], ..Hints::default() })
    }

    fn authors(author: Value) -> Vec<String> {
        let graph = json!({"@graph": [
            {"@type": "NewsArticle", "headline": "Le chantier naval", "author": author},
            {"@type": "Person", "@id": "#anne", "name": "Anne Le Gall", "image": "x.png"},
        ]});
        story(graph).authors.into_iter().map(|named| named.name).collect()
    }

    #[test]
    fn reads_authors_in_every_shape() {
        for shape in [
            json!("Anne Le Gall"),
            json!({"@type": "Person", "name": "Anne Le Gall"}),
            json!([{"name": ["Anne Le Gall"]}]),
            json!({"@id": "#anne"}),
            json!({"@type": "Person", "givenName": "Anne", "familyName": "Le Gall"}),
        ] {
            assert_eq!(authors(shape.clone()), ["Anne Le Gall"], "{shape}");
        }
        assert_eq!(authors(json!(["A B", {"name": "C D"}])), ["A B", "C D"]);
    }

    #[test]
    fn prefers_the_article_of_this_page_to_others_that_it_lists() {
        let found = story(json!([
            {"@type": "ItemList", "itemListElement": [{"@type": "NewsArticle", "headline": "Un autre", "datePublished": "2020-01-01"}]},
            {"@type": "NewsArticle", "headline": "Le chantier naval", "datePublished": "2021-03-03", "isAccessibleForFree": "False"},
        ]));
        assert_eq!(found.published.as_deref(), Some("2021-03-03"));
        assert_eq!(found.free, Some(false));
    }

    #[test]
    fn a_locked_part_locks_the_article_that_says_nothing_itself() {
        let part =
            json!({"@type": "WebPageElement", "isAccessibleForFree": "False", "cssSelector": ".reste"});
        for parts in [part.clone(), json!([{"isAccessibleForFree": true}, part])] {
            let article = json!({"@type": "NewsArticle", "headline": "Le chantier naval", "hasPart": parts});
            assert_eq!(story(article).free, Some(false));
        }
        let free = json!({"@type": "NewsArticle", "isAccessibleForFree": true, "hasPart": {"isAccessibleForFree": false}});
        assert_eq!(story(free).free, Some(true), "the article itself goes first");
    }

    #[test]
    fn a_live_blog_that_the_page_merely_lists_is_not_the_page() {
        let live = json!({"@type": "LiveBlogPosting", "headline": "Le chantier naval"});
        assert!(story(live.clone()).live);
        let other = json!({"@type": "LiveBlogPosting", "headline": "Un autre"});
        let article = json!({"@type": "NewsArticle", "headline": "Le chantier naval"});
        assert!(!story(json!([article, other])).live);
    }

    #[test]
    fn fills_up_from_the_object_of_the_page() {
        let found = story(json!({"@graph": [
            {"@type": "WebPage", "name": "Le chantier naval - Le Site", "datePublished": "2021-03-03", "inLanguage": "fr-FR"},
            {"@type": "BlogPosting", "headline": "Le chantier naval", "keywords": "mer, port"},
            {"@type": "WebSite", "name": "Le Site"},
        ]}));
        assert_eq!(found.headline.as_deref(), Some("Le chantier naval"));
        assert_eq!(found.published.as_deref(), Some("2021-03-03"));
        assert_eq!(found.site.as_deref(), Some("Le Site"));
        assert_eq!(found.tags, ["mer", "port"]);
    }
}
