//! Reads the sources that name pages with their dates: feeds, sitemaps, and all that a site names of both.
//!
//! - place: where a source is, an address or (feeds and sitemaps) a file
//! - problem: what kept a source, or one sitemap of many, from being read; the others are read all the same

use std::collections::HashMap;
use std::path::PathBuf;

use jiff::Timestamp;
use url::Url;

use super::discover::{Discovery, discover};
use super::filter::Filter;
use super::{feed, open, sitemap};
use crate::config::mask::without_password;
use crate::fetch::{FetchError, Fetcher, Page, shown};

/// Largest feed or sitemap file.
const MAX_FILE_BYTES: usize = 64 << 20;

/// Kinds of sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An RSS, Atom or JSON feed.
    Feed,
    /// A sitemap or an index of sitemaps.
    Sitemap,
    /// The home page of a site, for its feeds and sitemaps.
    Site,
}

/// A page that a source names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its address.
    pub url: Url,
    /// When it was published, or else last changed.
    pub date: Option<Timestamp>,
}

/// What kept a source from being read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Problem {
    /// It cannot be fetched.
    #[error("{}", told(.0))]
    Fetch(FetchError),
    /// What is there is no such source.
    #[error("{place}: {reason}")]
    Format {
        /// The place, without credentials.
        place: String,
        /// What is wrong and what to try.
        reason: String,
    },
    /// The place cannot be what it is given for.
    #[error("{reason}")]
    Place {
        /// What is wrong and what to try.
        reason: String,
    },
}

/// What a source gave.
#[derive(Debug, Default)]
pub struct Found {
    /// Pages that are wanted, in the order of the source.
    pub pages: Vec<Named>,
    /// Pages that the source names and the filter does not want.
    pub filtered: usize,
    /// What went wrong.
    pub problems: Vec<Problem>,
}

/// Reads a source.
pub async fn read(kind: Kind, place: &str, filter: &Filter, fetcher: &Fetcher) -> Found {
    let mut reader = Reader { filter, fetcher, found: Found::default(), fetched: HashMap::new() };
    match kind {
        Kind::Feed => reader.feed(place).await,
        Kind::Sitemap => reader.sitemap(place).await,
        Kind::Site => reader.site(place).await,
    }
    reader.found
}

/// A source on its way.
struct Reader<'a> {
    filter: &'a Filter,
    fetcher: &'a Fetcher,
    found: Found,
    /// What was fetched already.
    fetched: HashMap<Url, Page>,
}

impl Reader<'_> {
    async fn feed(&mut self, place: &str) {
        match self.bytes(place).await {
            Ok((bytes, base)) => match feed::parse(&bytes, &base) {
                Ok(entries) => entries.into_iter().for_each(|entry| self.add(entry.url, entry.published)),
                Err(error) => self.no_such_source(place, &error),
            },
            Err(problem) => self.found.problems.push(problem),
        }
    }

    async fn sitemap(&mut self, place: &str) {
        match base_of(place) {
            Ok(first) => self.sitemaps(vec![first], place).await,
            Err(problem) => self.found.problems.push(problem),
        }
    }

    /// Sitemaps with all sitemaps below them. The index says which of them did not change in the time that is wanted.
    async fn sitemaps(&mut self, first: Vec<Url>, place: &str) {
        let mut walk = sitemap::Walk::over(first);
        if let Some(since) = self.filter.since() {
            walk = walk.since(since);
        }
        while let Some(address) = walk.next_sitemap() {
            let local = address.scheme() == "file";
            let place = if local { place.to_owned() } else { address.to_string() };
            match self.bytes(&place).await {
                Ok((bytes, _)) => match walk.read(&bytes) {
                    Ok(pages) => {
                        pages
                            .into_iter()
                            .for_each(|page| self.add(page.url, page.published.or(page.modified)));
                    }
                    Err(error) => self.no_such_source(&place, &error),
                },
                Err(problem) => self.found.problems.push(problem),
            }
        }
        if walk.left_out() > 0 {
            let reason = format!(
                "{} sitemaps were left out: the index is nested too deep or too long",
                walk.left_out()
            );
            self.no_such_source(place, &reason);
        }
    }

    async fn site(&mut self, place: &str) {
        let home = match base_of(place) {
            Ok(home) => home,
            Err(problem) => return self.found.problems.push(problem),
        };
        let Discovery { feeds, sitemaps, problems, fetched } = discover(self.fetcher, &home).await;
        if feeds.is_empty() && sitemaps.is_empty() && problems.is_empty() {
            let advice = "name the site's feeds or sitemaps, or a list of addresses, instead";
            self.no_such_source(place, &format!("the site names no feed and no sitemap; {advice}"));
        }
        self.found.problems.extend(problems.into_iter().map(Problem::Fetch));
        self.fetched = fetched;
        for feed in feeds {
            self.feed(feed.url.as_str()).await;
        }
        self.sitemaps(sitemaps, place).await;
    }

    fn add(&mut self, url: Url, date: Option<Timestamp>) {
        if self.filter.wants(&url, date) {
            self.found.pages.push(Named { url, date });
        } else {
            self.found.filtered += 1;
        }
    }

    fn no_such_source(&mut self, place: &str, reason: &dyn std::fmt::Display) {
        self.found.problems.push(Problem::Format { place: shown_place(place), reason: reason.to_string() });
    }

    /// The bytes of a feed or sitemap, and the address that relative addresses in it belong to.
    async fn bytes(&mut self, place: &str) -> Result<(Vec<u8>, Url), Problem> {
        let base = base_of(place)?;
        if !is_address(place) {
            let path = PathBuf::from(place);
            let unreadable = |error| Problem::Place {
                reason: format!("cannot read {}: {error}; check the path", path.display()),
            };
            return Ok((open::read(&path, MAX_FILE_BYTES).map_err(unreadable)?, base));
        }
        let page = match self.fetched.remove(&base) {
            Some(page) => page,
            None => self.fetcher.fetch_source(&base).await.map_err(Problem::Fetch)?,
        };
        Ok((page.bytes, page.final_url))
    }
}

/// Whether a place is an address rather than a file.
pub fn is_address(place: &str) -> bool {
    place.contains("://")
}

fn told(error: &FetchError) -> String {
    format!("{}: {}", shown_place(&error.url), error.kind)
}

/// A place as it may be shown: an address without credentials, and with keys of its query masked.
pub fn shown_place(place: &str) -> String {
    match Url::parse(place) {
        Ok(url) if is_address(place) => without_password(&shown(&url)),
        _ => place.to_owned(),
    }
}

fn base_of(place: &str) -> Result<Url, Problem> {
    let parsed = if is_address(place) {
        Url::parse(place).ok()
    } else {
        std::path::absolute(place).ok().and_then(|path| Url::from_file_path(path).ok())
    };
    let reason = || format!("`{}` is neither an address nor a file", shown_place(place));
    parsed.ok_or_else(|| Problem::Place { reason: reason() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_shown_without_what_lets_others_in() {
        for (place, shown) in [
            ("https://anna:hush@a.example/rss", "https://a.example/rss"),
            ("https://a.example/rss?token=hush&page=2", "https://a.example/rss?token=***&page=2"),
            ("feeds/rss.xml", "feeds/rss.xml"),
        ] {
            assert_eq!(shown_place(place), shown);
        }
    }
}
