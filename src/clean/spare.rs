//! The body that a page carries as data, for when its HTML shows none: `articleBody` of JSON-LD, and the state that
//! frameworks ship in scripts (`__NEXT_DATA__`, `__NUXT__`, `__APOLLO_STATE__`).
//!
//! State has no schema. The body is the longest prose of one string, or of the strings that the elements of one list
//! hold, in their order.

use serde_json::Value;

use super::survey::text_weight;
use crate::article::{escape_html, jsonld};
use crate::parse::{Dom, NodeId};

/// Less prose than this is no body.
const MIN_WEIGHT: u32 = 400;
/// The same of what a page says is its article, when it shows nothing else.
const MIN_ANNOUNCED_WEIGHT: u32 = 100;
/// A shorter string is a label.
const MIN_STRING_WEIGHT: u32 = 60;
/// How deep below an element of a list its text is looked for.
const LIST_DEPTH: usize = 4;
/// More values than this are a database.
const MAX_VALUES: usize = 200_000;
/// Variables to which scripts assign their state.
const STATES: [&str; 5] =
    ["__NUXT__", "__APOLLO_STATE__", "__INITIAL_STATE__", "__PRELOADED_STATE__", "__INITIAL_DATA__"];

/// A body that was found in data.
#[derive(Clone, Debug, PartialEq)]
pub struct Spare {
    /// The body as HTML.
    pub html: String,
    /// Characters of prose.
    pub weight: u32,
    /// Where it was found, for people.
    pub origin: &'static str,
}

/// The body in the page's data. `is_bare`: the page shows no text at all.
pub fn find(dom: &Dom, is_bare: bool) -> Option<Spare> {
    let least = if is_bare { MIN_ANNOUNCED_WEIGHT } else { MIN_WEIGHT };
    let announced = jsonld::read(dom).iter().filter_map(article_body).max_by_key(|spare| spare.weight);
    announced.filter(|spare| spare.weight >= least).or_else(|| {
        let scripts = dom.descendants(dom.document()).filter(|node| dom.tag(*node) == "script");
        scripts
            .filter_map(|script| state(dom, script))
            .filter_map(|value| longest(&value))
            .max_by_key(|spare| spare.weight)
    })
}

/// The longest `articleBody` below a value.
fn article_body(value: &Value) -> Option<Spare> {
    let mut best: Option<Spare> = None;
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        match value {
            Value::Array(items) => pending.extend(items),
            Value::Object(map) => {
                pending.extend(map.values());
                let body =
                    map.get("articleBody").and_then(Value::as_str).map(|text| spare([text], "its JSON-LD"));
                best = [best, body].into_iter().flatten().max_by_key(|spare| spare.weight);
            }
            _ => {}
        }
    }
    best
}

/// The state in a script.
fn state(dom: &Dom, script: NodeId) -> Option<Value> {
    let text = dom.text_content(script);
    let kind = dom.attribute(script, "type").unwrap_or("");
    if kind == "application/json" || dom.attribute(script, "id") == Some("__NEXT_DATA__") {
        return serde_json::from_str(&text).ok();
    }
    let at = STATES.iter().find_map(|name| text.find(name))?;
    let open = at + text[at..].find('{')?;
    serde_json::Deserializer::from_str(&text[open..]).into_iter().next()?.ok()
}

/// The longest prose of one string or one list.
fn longest(value: &Value) -> Option<Spare> {
    let mut best: Option<Spare> = None;
    let mut pending = vec![value];
    let mut seen = 0;
    while let Some(value) = pending.pop() {
        seen += 1;
        if seen > MAX_VALUES {
            break;
        }
        let found = match value {
            Value::String(text) => Some(spare([text.as_str()], "the data of its scripts")),
            Value::Array(items) => {
                pending.extend(items);
                Some(spare(
                    items.iter().filter_map(|item| prose_of(item, LIST_DEPTH)),
                    "the data of its scripts",
                ))
            }
            Value::Object(map) => {
                pending.extend(map.values());
                None
            }
            _ => None,
        };
        best = [best, found].into_iter().flatten().max_by_key(|spare| spare.weight);
    }
    best.filter(|spare| spare.weight >= MIN_WEIGHT)
}

/// The longest string that an element of a list holds.
fn prose_of(value: &Value, depth: usize) -> Option<&str> {
    match value {
        Value::String(text) => is_prose(text).then_some(text),
        _ if depth == 0 => None,
        Value::Array(items) => {
            items.iter().filter_map(|item| prose_of(item, depth - 1)).max_by_key(|text| text.len())
        }
        Value::Object(map) => {
            map.values().filter_map(|item| prose_of(item, depth - 1)).max_by_key(|text| text.len())
        }
        _ => None,
    }
}

/// Sentences, not code, an address or a token.
fn is_prose(text: &str) -> bool {
    let spaces = text.chars().filter(|c| c.is_whitespace()).count();
    let has_words = spaces * 15 >= text.len() || !text.is_ascii();
    let is_code = text.contains(['{', '}']) && !text.contains("</p>");
    text_weight(text) >= MIN_STRING_WEIGHT
        && has_words
        && text.contains(['.', '!', '?', '。', '！', '？'])
        && !is_code
}

fn spare<'t>(texts: impl IntoIterator<Item = &'t str>, origin: &'static str) -> Spare {
    let texts = texts.into_iter().filter(|text| is_prose(text));
    let (mut html, mut weight) = (String::new(), 0);
    for text in texts {
        weight += text_weight(text);
        if text.contains("</p>") || text.contains("<br") {
            html.push_str(text);
        } else {
            for line in text.lines().filter(|line| !line.trim().is_empty()) {
                let line = if line.contains("</") { line.to_owned() } else { escape_html(line) };
                html.push_str(&format!("<p>{line}</p>\n"));
            }
        }
    }
    Spare { html, weight, origin }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{Limits, parse};

    const SENTENCE: &str =
        "Le maire a présenté mardi le budget de la commune devant une salle pleine et attentive. ";

    fn found(html: &str) -> Option<Spare> {
        find(&parse(html, &Limits::default()).unwrap(), false)
    }

    #[test]
    fn finds_the_body_in_linked_data() {
        let body = SENTENCE.repeat(6);
        let html = format!("<script type=application/ld+json>{{\"articleBody\": \"{body}\"}}</script>");
        let spare = found(&html).unwrap();
        assert_eq!((spare.origin, spare.html.matches("<p>").count()), ("its JSON-LD", 1));
    }

    #[test]
    fn a_short_body_counts_where_the_page_shows_nothing_else() {
        let html = format!(
            "<title>Le budget</title><script type=application/ld+json>{{\"@type\": \"NewsArticle\", \
            \"articleBody\": \"{}\"}}</script><div id=root></div>",
            SENTENCE.repeat(2)
        );
        assert_eq!(found(&html), None);
        assert_eq!(
            crate::Cleaner::default().clean(&html, None).unwrap().to_text(),
            SENTENCE.repeat(2).trim()
        );
    }

    #[test]
    fn finds_paragraphs_in_the_state_of_an_application() {
        let paragraphs = vec![format!("{{\"type\": \"text\", \"value\": \"{SENTENCE}\"}}"); 8].join(",");
        let html = format!(
            "<script id=__NEXT_DATA__ type=application/json>{{\"props\": {{\"body\": [{paragraphs}], \"nav\": [\"Accueil\"]}}}}</script>"
        );
        assert_eq!(found(&html).unwrap().html.matches("<p>").count(), 8);
        let assigned = format!("<script>window.__NUXT__ = {{\"a\": [{paragraphs}]}}; run();</script>");
        assert_eq!(found(&assigned).unwrap().html.matches("<p>").count(), 8);
    }

    #[test]
    fn labels_and_code_are_no_body() {
        assert_eq!(found("<script id=__NEXT_DATA__>{\"a\": [\"Menu\", \"Aide\"]}</script>"), None);
        let code = "function() { return 1; } ".repeat(40);
        assert_eq!(found(&format!("<script id=__NEXT_DATA__>{{\"a\": \"{code}\"}}</script>")), None);
    }
}
