//! Linked data: the JSON-LD scripts by which a page describes itself to search engines.
//!
//! Terms:
//! - object: a JSON object of any script, with the way it was reached; `@graph` and nesting are flattened
//! - story: the object that describes the article of this page, with its fields as text (see `story.rs`)
//!
//! Pages write sloppy JSON; what strict JSON refuses is read by `lenient.rs`.

mod lenient;
mod story;

use std::borrow::Cow;
use std::collections::HashMap;

use html5ever::local_name;
use serde_json::{Map, Value};

use crate::parse::{Dom, Edge, Limits, NodeId, NodeKind, parse};
pub(crate) use story::{Hints, Story};

/// A larger script is data for an application, not a description.
const MAX_SCRIPT_BYTES: usize = 4 << 20;
/// Real pages have a few dozen objects; shops have some thousand.
const MAX_OBJECTS: usize = 20_000;
/// How far entities within entities are followed: `&amp;quot;` is common, a third level is not.
const MAX_ESCAPES: usize = 2;
/// Keys that lead to objects which describe something else than the page.
const ASIDES: [&str; 14] = [
    "itemListElement",
    "hasPart",
    "mentions",
    "comment",
    "relatedLink",
    "isRelatedTo",
    "citation",
    "about",
    "review",
    "liveBlogUpdate",
    "blogPost",
    "isBasedOn",
    "subjectOf",
    "video",
];

/// All JSON-LD of a page, parsed.
pub(crate) fn read(dom: &Dom) -> Vec<Value> {
    let is_linked_data = |node: &NodeId| {
        *dom.local_name(*node) == local_name!("script")
            && dom.attribute(*node, "type").is_some_and(|kind| kind.to_ascii_lowercase().contains("ld+json"))
    };
    dom.descendants(dom.document())
        .filter(is_linked_data)
        .flat_map(|script| parse_script(&dom.text_content(script)))
        .collect()
}

fn parse_script(text: &str) -> Vec<Value> {
    if text.len() > MAX_SCRIPT_BYTES {
        return Vec::new();
    }
    let strict: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
    match strict {
        Ok(values) if values.iter().any(|value| value.is_object() || value.is_array()) => values,
        // All of it escaped as HTML, as some templates do.
        _ if text.trim_start().starts_with("{&quot;") => lenient::parse(&plain(text)),
        _ => lenient::parse(&text.replace("<![CDATA[", "").replace("]]>", "")),
    }
}

/// An object and how it was reached.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<'a> {
    map: &'a Map<String, Value>,
    /// Reached by a key of [`ASIDES`].
    aside: bool,
}

/// The objects of a page and their `@id`s.
#[derive(Debug, Default)]
pub(crate) struct Graph<'a> {
    objects: Vec<Object<'a>>,
    by_id: HashMap<&'a str, &'a Map<String, Value>>,
}

impl<'a> Graph<'a> {
    /// Flattens the values, in their order.
    pub fn of(values: &'a [Value]) -> Graph<'a> {
        let mut graph = Graph::default();
        let mut pending: Vec<(&Value, bool)> = values.iter().rev().map(|value| (value, false)).collect();
        while let Some((value, aside)) = pending.pop() {
            match value {
                Value::Array(items) => pending.extend(items.iter().rev().map(|item| (item, aside))),
                Value::Object(map) if graph.objects.len() < MAX_OBJECTS => {
                    graph.add(Object { map, aside });
                    let below = map.iter().rev().filter(|(_, value)| value.is_object() || value.is_array());
                    pending
                        .extend(below.map(|(key, value)| (value, aside || ASIDES.contains(&key.as_str()))));
                }
                _ => {}
            }
        }
        graph
    }

    fn add(&mut self, object: Object<'a>) {
        if let Some(id) = object.map.get("@id").and_then(Value::as_str) {
            let known = self.by_id.entry(id).or_insert(object.map);
            if known.len() < object.map.len() {
                *known = object.map;
            }
        }
        self.objects.push(object);
    }

    /// The object that a mere reference (`{"@id": ...}`) stands for, else the object itself.
    fn resolve(&self, map: &'a Map<String, Value>) -> &'a Map<String, Value> {
        match map.get("@id").and_then(Value::as_str).and_then(|id| self.by_id.get(id)) {
            Some(known) if known.len() > map.len() => known,
            _ => map,
        }
    }
}

/// Text without markup and entities. Paragraphs of markup become lines.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..MAX_ESCAPES {
        let has_markup = text.contains('<') || (text.contains('&') && text.contains(';'));
        let Some(dom) = has_markup.then(|| parse(&text, &Limits::default()).ok()).flatten() else { break };
        let read = lines(&dom);
        if read == text {
            break;
        }
        text = Cow::Owned(read);
    }
    text
}

fn lines(dom: &Dom) -> String {
    let mut out = String::new();
    for edge in dom.traverse(dom.document()) {
        let (Edge::Open(node) | Edge::Close(node)) = edge;
        match dom.kind(node) {
            NodeKind::Text if edge == Edge::Open(node) => out.push_str(dom.text(node)),
            NodeKind::Element
                if (dom.is_block_level(node) || dom.tag(node) == "br")
                    && !out.is_empty()
                    && !out.ends_with('\n') =>
            {
                out.push('\n');
            }
            _ => {}
        }
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_scripts_that_are_escaped_commented_or_broken() {
        for body in [
            "{\"@type\":\"NewsArticle\",\"headline\":\"Un\"}",
            "<!-- {\"@type\":\"NewsArticle\",\"headline\":\"Un\"} -->",
            "//<![CDATA[\n{\"@type\":\"NewsArticle\",\"headline\":\"Un\",}\n//]]>",
            "{&quot;@type&quot;:&quot;NewsArticle&quot;,&quot;headline&quot;:&quot;Un&quot;}",
        ] {
            let values = parse_script(body);
            assert_eq!(values[0]["headline"], "Un", "{body}");
        }
    }

    #[test]
    fn text_in_strings_loses_markup_and_double_entities() {
        assert_eq!(plain("l&amp;#039;été &amp;quot;vert&amp;quot;"), "l'été \"vert\"");
        assert_eq!(plain("<p>Un <b>mot</b>.</p><p>Deux.</p>"), "Un mot.\nDeux.");
        assert_eq!(plain("a < b & c"), "a < b & c");
    }

    #[test]
    fn many_objects_are_bounded() {
        let values = vec![serde_json::json!({"a": {}}); MAX_OBJECTS];
        assert_eq!(Graph::of(&values).objects.len(), MAX_OBJECTS);
    }
}
