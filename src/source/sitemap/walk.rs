//! The way through an index of sitemaps: each once, not too deep, not too many.

use std::collections::{HashSet, VecDeque};

use jiff::Timestamp;
use url::Url;

use super::{Location, Sitemap, SitemapError, parse};

/// Levels of sitemaps below the first: an index names sitemaps, which some sites nest once or twice.
pub const MAX_DEPTH: usize = 3;

/// Sitemaps that one walk fetches; a busy newspaper has one for every day of thirty years.
pub const MAX_SITEMAPS: usize = 10_000;

/// The way through a site's sitemaps: which to fetch next, and the pages found so far.
///
/// ```
/// use tamis::source::sitemap::Walk;
/// # fn fetch(_: &url::Url) -> Vec<u8> { b"<urlset><url><loc>/a</loc></url></urlset>".to_vec() }
/// let mut walk = Walk::new("https://example.org/sitemap.xml".parse().unwrap());
/// let mut pages = Vec::new();
/// while let Some(address) = walk.next_sitemap() {
///     let bytes = fetch(&address);
///     match walk.read(&bytes) {
///         Ok(found) => pages.extend(found),
///         Err(error) => eprintln!("{address}: {error}"),
///     }
/// }
/// assert_eq!(pages[0].url.as_str(), "https://example.org/a");
/// ```
#[derive(Clone, Debug)]
pub struct Walk {
    waiting: VecDeque<(Url, usize)>,
    current: Option<(Url, usize)>,
    seen: HashSet<Url>,
    since: Option<Timestamp>,
    left_out: usize,
}

impl Walk {
    /// Begins at one sitemap.
    pub fn new(first: Url) -> Walk {
        Walk::over([first])
    }

    /// Begins at several sitemaps of a site.
    pub fn over(first: impl IntoIterator<Item = Url>) -> Walk {
        let mut seen = HashSet::new();
        let fresh = first.into_iter().filter(|url| seen.insert(url.clone()));
        let waiting = fresh.map(|url| (url, 0)).collect();
        Walk { waiting, current: None, seen, since: None, left_out: 0 }
    }

    /// Leaves out sitemaps that did not change since then, where the index says so.
    pub fn since(mut self, since: Timestamp) -> Walk {
        self.since = Some(since);
        self
    }

    /// The next sitemap to fetch.
    pub fn next_sitemap(&mut self) -> Option<Url> {
        self.current = self.waiting.pop_front();
        self.current.as_ref().map(|(url, _)| url.clone())
    }

    /// Reads the sitemap that was asked for last, and returns its pages.
    pub fn read(&mut self, bytes: &[u8]) -> Result<Vec<Location>, SitemapError> {
        let Some((url, depth)) = self.current.take() else { return Ok(Vec::new()) };
        match parse(bytes, &url)? {
            Sitemap::Pages(pages) => Ok(pages),
            Sitemap::Index(children) => {
                self.descend(children, depth + 1);
                Ok(Vec::new())
            }
        }
    }

    /// How many sitemaps were left out because the index is nested too deep or too long.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    fn descend(&mut self, children: Vec<Location>, depth: usize) {
        for child in children {
            let is_old = self.since.zip(child.modified).is_some_and(|(since, modified)| modified < since);
            if is_old || self.seen.contains(&child.url) {
                continue;
            }
            if depth > MAX_DEPTH || self.seen.len() >= MAX_SITEMAPS {
                self.left_out += 1;
                continue;
            }
            self.seen.insert(child.url.clone());
            self.waiting.push_back((child.url, depth));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        Url::parse("https://example.org/sitemaps/index.xml").expect("a URL")
    }

    fn index(children: &[&str]) -> String {
        let items: String =
            children.iter().map(|child| format!("<sitemap><loc>{child}</loc></sitemap>")).collect();
        format!("<sitemapindex>{items}</sitemapindex>")
    }

    #[test]
    fn a_walk_visits_each_sitemap_once() {
        let mut walk = Walk::new(base());
        assert_eq!(walk.next_sitemap(), Some(base()));
        let first = index(&["/a.xml", "/b.xml", "/a.xml", "/sitemaps/index.xml"]);
        assert_eq!(walk.read(first.as_bytes()), Ok(vec![]));
        assert_eq!(walk.next_sitemap().map(String::from).as_deref(), Some("https://example.org/a.xml"));
        assert_eq!(walk.read(index(&["/sitemaps/index.xml", "/b.xml"]).as_bytes()), Ok(vec![]));
        assert_eq!(walk.next_sitemap().map(String::from).as_deref(), Some("https://example.org/b.xml"));
        assert!(walk.read(b"nonsense").is_err());
        assert_eq!(walk.next_sitemap(), None);
    }

    #[test]
    fn a_walk_over_several_sitemaps_takes_each_once() {
        let mut walk = Walk::over([base(), base(), base().join("/b.xml").expect("a URL")]);
        assert_eq!(walk.next_sitemap(), Some(base()));
        assert_eq!(walk.read(index(&["/b.xml"]).as_bytes()), Ok(vec![]));
        assert_eq!(walk.next_sitemap().map(String::from).as_deref(), Some("https://example.org/b.xml"));
        assert_eq!(walk.next_sitemap(), None);
    }

    #[test]
    fn a_walk_does_not_go_deeper_than_the_limit() {
        let mut walk = Walk::new(base());
        let mut visited = 0;
        while let Some(url) = walk.next_sitemap() {
            visited += 1;
            let child = format!("{url}x");
            walk.read(index(&[&child]).as_bytes()).expect("an index");
        }
        assert_eq!((visited, walk.left_out()), (MAX_DEPTH + 1, 1));
    }

    #[test]
    fn a_walk_leaves_out_what_did_not_change() {
        let mut walk = Walk::new(base()).since("2024-05-01T00:00:00Z".parse().expect("a date"));
        walk.next_sitemap();
        let text = "<sitemapindex><sitemap><loc>/old.xml</loc><lastmod>2024-04-01</lastmod></sitemap>\
                    <sitemap><loc>/new.xml</loc><lastmod>2024-05-02</lastmod></sitemap>\
                    <sitemap><loc>/unknown.xml</loc></sitemap></sitemapindex>";
        walk.read(text.as_bytes()).expect("an index");
        let left: Vec<String> = std::iter::from_fn(|| walk.next_sitemap()).map(String::from).collect();
        assert_eq!(left, ["https://example.org/new.xml", "https://example.org/unknown.xml"]);
    }
}
