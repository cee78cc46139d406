//! What the head says: meta elements, links, `<title>`, languages.
//!
//! Meta elements are looked for in the whole page: broken markup often moves them into the body.

use html5ever::local_name;

use super::words::tidy;
use crate::article::jsonld::plain;
use crate::parse::{Dom, NodeId};
use crate::tables::FastMap;

/// More values of one key than this (tags, images) are not read.
const MAX_VALUES: usize = 100;

/// The head of a page, by key.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// Keys of meta elements with the numbers of their contents, by key and then in the order of the page.
    metas: Vec<(String, usize)>,
    contents: Vec<String>,
    links: FastMap<String, String>,
    /// Text of `<title>`.
    pub title: Option<String>,
    /// `lang` of `<html>`.
    pub language: Option<String>,
}

impl Head {
    /// Reads the head in one walk over the page.
    pub fn read(dom: &Dom) -> Head {
        let mut head = Head::default();
        if let Some(root) = dom.root_element() {
            head.language = ["lang", "xml:lang"].into_iter().find_map(|name| value(dom, root, name));
        }
        for node in dom.descendants(dom.document()) {
            match *dom.local_name(node) {
                local_name!("meta") => head.add_meta(dom, node),
                local_name!("link") => head.add_link(dom, node),
                local_name!("title") if head.title.is_none() && dom.is_html_namespace(node) => {
                    head.title =
                        Some(tidy(&plain(&dom.text_content(node)))).filter(|title| !title.is_empty());
                }
                _ => {}
            }
        }
        head.metas.sort();
        head
    }

    fn add_meta(&mut self, dom: &Dom, node: NodeId) {
        let Some(content) = value(dom, node, "content") else { return };
        // In the head, microdata is of the page itself; about nested things it is read where it stands, by `page`.
        let in_head = dom.parent(node).is_some_and(|parent| dom.tag(parent) == "head");
        let names = ["property", "name", "http-equiv"].into_iter().chain(in_head.then_some("itemprop"));
        for name in names {
            let Some(mut key) = value(dom, node, name) else { continue };
            match key.is_ascii() {
                true => key.make_ascii_lowercase(),
                false => key = key.to_lowercase(),
            }
            self.metas.push((key, self.contents.len()));
        }
        self.contents.push(content);
    }

    fn add_link(&mut self, dom: &Dom, node: NodeId) {
        let (Some(rel), Some(target)) = (dom.attribute(node, "rel"), value(dom, node, "href")) else {
            return;
        };
        for rel in rel.split_ascii_whitespace() {
            self.links.entry(rel.to_lowercase()).or_insert_with(|| target.clone());
        }
    }

    /// The values of a key.
    fn values(&self, key: &str) -> impl Iterator<Item = &str> {
        let start = self.metas.partition_point(|(other, _)| other.as_str() < key);
        let same = self.metas[start..].iter().take_while(move |(other, _)| *other == *key);
        same.take(MAX_VALUES).map(|(_, number)| self.contents[*number].as_str())
    }

    /// The first value of the first of these keys that has one.
    pub fn first(&self, keys: &[&str]) -> Option<&str> {
        keys.iter().find_map(|key| self.values(key).next())
    }

    /// All values of these keys.
    pub fn all<'a>(&'a self, keys: &'a [&str]) -> impl Iterator<Item = &'a str> {
        keys.iter().flat_map(|key| self.values(key))
    }

    /// All values of the keys that fit, in the order of the keys.
    pub fn fitting(&self, fits: impl Fn(&str) -> bool) -> impl Iterator<Item = &str> {
        let keys = self.metas.chunk_by(|(one, _), (other, _)| one == other).filter_map(|same| same.first());
        keys.filter(move |(key, _)| fits(key)).flat_map(|(key, _)| self.values(key))
    }

    /// The target of the first `<link>` of this relation.
    pub fn link(&self, rel: &str) -> Option<&str> {
        self.links.get(rel).map(String::as_str)
    }
}

/// A tidy attribute that says something; entities that were escaped twice are resolved.
fn value(dom: &Dom, node: NodeId, name: &str) -> Option<String> {
    let text = tidy(&plain(dom.attribute(node, name)?));
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{Limits, parse};

    #[test]
    fn reads_metas_by_name_and_property_wherever_they_stand() {
        let dom = parse(
            "<html lang=fr><title>Un &amp;amp; deux</title><meta property='og:title' content='A'>\
             <meta itemprop=datePublished content='2021-03-02'>\
             <body><meta name='DC.Date' content='2021-03-03'><meta itemprop=author content='Un lecteur'><link rel='shortlink canonical' href='/x'>",
            &Limits::default(),
        )
        .unwrap();
        let head = Head::read(&dom);
        assert_eq!(head.first(&["missing", "og:title"]), Some("A"));
        assert_eq!(head.first(&["dc.date"]), Some("2021-03-03"));
        assert_eq!(head.first(&["datepublished", "author"]), Some("2021-03-02"));
        assert_eq!(head.first(&["author"]), None, "of something in the body");
        assert_eq!(head.link("canonical"), Some("/x"));
        assert_eq!(head.title.as_deref(), Some("Un & deux"));
        assert_eq!(head.language.as_deref(), Some("fr"));
    }
}
