//! What a site says of its own feeds and sitemaps.
//!
//! 1. its home page names feeds: `<link rel="alternate" type="application/rss+xml" href="...">`
//! 2. its robots.txt names sitemaps
//! 3. where robots.txt names none, sitemaps stand at a few usual places; only what is a sitemap counts, because
//!    many sites answer any address with a page
//!
//! [`links`] reads a page; [`discover`] asks the site, politely.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use url::Url;

use super::sitemap;
use super::value::{one_line, web_address};
use crate::decode::decode;
use crate::fetch::{FetchError, Fetcher, Page};
use crate::parse::{Dom, Limits, NodeId, parse};

/// Paths where sitemaps usually stand, the most usual first; the second last is WordPress's own.
const USUAL_SITEMAPS: [&str; 6] = [
    "/sitemap.xml",
    "/sitemap_index.xml",
    "/sitemap-index.xml",
    "/sitemap-news.xml",
    "/wp-sitemap.xml",
    "/sitemap.xml.gz",
];

/// Media types of feeds. JSON alone may be anything; sites that mean a feed say so.
const FEED_TYPES: [&str; 4] =
    ["application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"];

/// A feed that a page names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeedLink {
    /// Its address.
    pub url: Url,
    /// Its title, as the page gives it.
    pub title: Option<String>,
}

/// What a site names.
#[derive(Debug, Default)]
pub struct Discovery {
    /// Feeds of the home page, in its order.
    pub feeds: Vec<FeedLink>,
    /// Sitemaps of robots.txt, or the one at a usual place.
    pub sitemaps: Vec<Url>,
    /// What could not be asked for.
    pub problems: Vec<FetchError>,
    /// Sitemaps that were fetched on the way.
    pub(super) fetched: HashMap<Url, Page>,
}

/// Asks a site for its feeds and sitemaps. `home` may be any page of it; the home page names most.
pub async fn discover(fetcher: &Fetcher, home: &Url) -> Discovery {
    let mut found = Discovery::default();
    match fetcher.fetch(home).await {
        Ok(page) => found.feeds = links_of(&page),
        Err(error) => found.problems.push(error),
    }
    match fetcher.sitemaps(home).await {
        Ok(sitemaps) => {
            let mut known = HashSet::new();
            found.sitemaps = sitemaps.into_iter().filter(|url| known.insert(url.clone())).collect();
        }
        // what keeps robots.txt from being read kept the page from being read, too
        Err(error) if found.problems.is_empty() => found.problems.push(error),
        Err(_) => {}
    }
    if found.sitemaps.is_empty() && found.problems.is_empty() {
        found.look_at_usual_places(fetcher, home).await;
    }
    found
}

impl Discovery {
    /// Ends at the first that is a sitemap: it names the others.
    async fn look_at_usual_places(&mut self, fetcher: &Fetcher, home: &Url) {
        for path in USUAL_SITEMAPS {
            let Ok(place) = home.join(path) else { continue };
            let Ok(page) = fetcher.fetch_source(&place).await else { continue };
            if sitemap::parse(&page.bytes, &page.final_url).is_ok() {
                self.fetched.insert(place.clone(), page);
                self.sitemaps.push(place);
                return;
            }
        }
    }
}

fn links_of(page: &Page) -> Vec<FeedLink> {
    let html = decode(&page.bytes, page.content_type.as_deref(), Some(&page.final_url)).text;
    links(&html, &page.final_url)
}

/// The feeds that a page names, each once. Relative addresses are resolved against `<base>` and `address`.
pub fn links(html: &str, address: &Url) -> Vec<FeedLink> {
    let Ok(dom) = parse(html, &Limits::default()) else { return Vec::new() };
    let elements = || dom.descendants(dom.document());
    let base = elements().find(|node| dom.tag(*node) == "base").and_then(|node| dom.attribute(node, "href"));
    let base = base.and_then(|base| address.join(base.trim()).ok()).unwrap_or_else(|| address.clone());
    let mut known = HashSet::new();
    let feeds = elements().filter_map(|node| feed_link(&dom, node, &base));
    feeds.filter(|feed| known.insert(feed.url.clone())).collect()
}

fn feed_link(dom: &Dom, node: NodeId, base: &Url) -> Option<FeedLink> {
    if dom.tag(node) != "link" {
        return None;
    }
    let relation = dom.attribute(node, "rel")?.to_ascii_lowercase();
    let media_type = dom.attribute(node, "type")?.split(';').next()?.trim().to_ascii_lowercase();
    let alternate = relation.split_ascii_whitespace().any(|word| matches!(word, "alternate" | "feed"));
    if !alternate || !FEED_TYPES.contains(&media_type.as_str()) {
        return None;
    }
    let url = web_address(dom.attribute(node, "href")?, base)?;
    Some(FeedLink { url, title: dom.attribute(node, "title").and_then(one_line) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(html: &str) -> Vec<(String, String)> {
        let address = Url::parse("https://www.site.example/une/").expect("a URL");
        let pair = |feed: FeedLink| (feed.url.to_string(), feed.title.unwrap_or_default());
        links(html, &address).into_iter().map(pair).collect()
    }

    fn pair(url: &str, title: &str) -> (String, String) {
        (url.to_owned(), title.to_owned())
    }

    #[test]
    fn reads_the_feeds_of_a_page() {
        let html = r#"<!DOCTYPE html><html><head>
            <link rel="alternate" type="application/rss+xml" title=" À la  une " href="/rss.xml#x">
            <LINK REL="Alternate Feed" TYPE="application/atom+xml; charset=utf-8" HREF="atom">
            <link rel="alternate" type="application/rss+xml" href="https://www.site.example/rss.xml">
            <link rel="feed" type="application/feed+json" href="https://feeds.example/j"></head></html>"#;
        let expected = [
            pair("https://www.site.example/rss.xml", "À la une"),
            pair("https://www.site.example/une/atom", ""),
            pair("https://feeds.example/j", ""),
        ];
        assert_eq!(found(html), expected);
    }

    #[test]
    fn knows_the_base_of_the_page() {
        let html =
            r#"<base href="https://cdn.example/x/"><link rel=alternate type=application/rss+xml href=rss>"#;
        assert_eq!(found(html), [pair("https://cdn.example/x/rss", "")]);
    }

    #[test]
    fn other_links_are_no_feeds() {
        let html = r#"<link rel=alternate hreflang=en href=/en><link rel=stylesheet type=text/css href=/a.css>
            <link rel=alternate type="application/json+oembed" href=/oembed><link rel=alternate type=application/rss+xml>
            <link rel=icon type=application/rss+xml href=/icon><link rel=alternate type=application/rss+xml href="mailto:a">
            <a rel=alternate type=application/rss+xml href=/rss>RSS</a>"#;
        assert_eq!(found(html), []);
    }
}
