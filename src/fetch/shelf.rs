//! Keeps feeds, sitemaps and robots.txt from one run to the next, so that they are asked for only if they have changed.
//!
//! A *shelf* is brought by the caller, as a run brings its database. What is on it is a convenience: a shelf that
//! loses all costs requests and nothing else.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::error::{FetchError, FetchErrorKind};
use super::options::seconds;
use super::page::{Fetched, Page, Request, Wanted};
use super::{Engine, Fetcher, robots};

/// A copy of what an address gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// What it gave, with its validators.
    pub page: Page,
    /// When it was last said to be so.
    pub at: Timestamp,
}

/// Keeps copies. Called from several tasks at once.
pub trait Shelf: Send + Sync {
    /// The copy of an address.
    fn get(&self, url: &Url) -> Option<Kept>;
    /// Keeps a copy in the place of an earlier one.
    fn put(&self, kept: &Kept);
}

impl Fetcher {
    /// Fetches a feed or sitemap, which may be JSON or a gzip file; from the shelf where the server says that it has
    /// not changed.
    pub async fn fetch_source(&self, url: &Url) -> Result<Page, FetchError> {
        let request = Request::source(url.clone());
        let Some(shelf) = &self.engine.shelf else { return self.whole(request).await };
        let kept = shelf.get(url).map(|kept| kept.page);
        match self.get(unless_kept(request, kept.as_ref())).await? {
            Fetched::Page(page) => {
                shelf.put(&Kept { page: page.clone(), at: Timestamp::now() });
                Ok(page)
            }
            Fetched::NotModified => kept.ok_or_else(|| FetchError::new(url, Engine::unasked_not_modified())),
        }
    }
}

impl Engine {
    /// A site's robots.txt: the copy while it is believed, else what the site says, which may be that the copy holds.
    pub(super) async fn robots_txt(&self, url: Url) -> Result<Vec<u8>, FetchErrorKind> {
        let request = Request { wanted: Wanted::Robots, ..Request::page(url.clone()) };
        let kept = self.shelf.as_ref().and_then(|shelf| shelf.get(&url));
        let life = seconds(self.options.robots_expiry_seconds);
        let now = Timestamp::now();
        if let Some(kept) = &kept
            && now.duration_since(kept.at).unsigned_abs() < life
        {
            return Ok(kept.page.bytes.clone());
        }
        let kept = kept.map(|kept| kept.page);
        let page = match self.travel(&unless_kept(request, kept.as_ref())).await {
            Ok(Fetched::Page(page)) => page,
            Ok(Fetched::NotModified) => kept.ok_or_else(Engine::unasked_not_modified)?,
            Err(kind) if robots::means_no_rules(&kind) => no_rules(url),
            Err(kind) => return Err(kind),
        };
        if let Some(shelf) = &self.shelf {
            shelf.put(&Kept { page: page.clone(), at: now });
        }
        Ok(page.bytes)
    }
}

/// Stands for a robots.txt that is not there.
fn no_rules(url: Url) -> Page {
    Page {
        final_url: url.clone(),
        url,
        status: 404,
        content_type: None,
        etag: None,
        last_modified: None,
        bytes: Vec::new(),
        elapsed: Duration::ZERO,
        attempts: 1,
        redirects: Vec::new(),
    }
}

fn unless_kept(request: Request, kept: Option<&Page>) -> Request {
    let etag = kept.and_then(|page| page.etag.as_deref());
    request.unless(etag, kept.and_then(|page| page.last_modified.as_deref()))
}
