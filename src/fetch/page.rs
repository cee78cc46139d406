//! What is asked for and what comes back.

use std::time::Duration;

use url::Url;

/// What a URL is asked for; decides which media types are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// A page: HTML, XML or text.
    #[default]
    Page,
    /// A feed or sitemap: also JSON, gzip files and unnamed bytes.
    Source,
    /// robots.txt, of which only the beginning is read.
    Robots,
}

/// One URL to ask for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    /// The address.
    pub url: Url,
    /// What it is asked for.
    pub wanted: Wanted,
    /// The ETag of the copy at hand.
    pub etag: Option<String>,
    /// The Last-Modified date of the copy at hand, as the server wrote it.
    pub last_modified: Option<String>,
}

impl Request {
    /// Asks for a page.
    pub fn page(url: Url) -> Request {
        Request { url, wanted: Wanted::Page, etag: None, last_modified: None }
    }

    /// Asks for a feed or sitemap.
    pub fn source(url: Url) -> Request {
        Request { wanted: Wanted::Source, ..Request::page(url) }
    }

    /// Asks for it only if it is not the copy at hand any more.
    pub fn unless(mut self, etag: Option<&str>, last_modified: Option<&str>) -> Request {
        self.etag = etag.map(str::to_owned);
        self.last_modified = last_modified.map(str::to_owned);
        self
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one for each page, moved once or twice")]
pub enum Fetched {
    /// A page.
    Page(Page),
    /// The copy at hand is still good (304).
    NotModified,
}

/// A page as the server sent it, decompressed. Its addresses carry no credentials.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The address asked for.
    pub url: Url,
    /// The address that answered.
    pub final_url: Url,
    /// The HTTP status code: 200 or another success.
    pub status: u16,
    /// The Content-Type header.
    pub content_type: Option<String>,
    /// The ETag header.
    pub etag: Option<String>,
    /// The Last-Modified header.
    pub last_modified: Option<String>,
    /// The body.
    pub bytes: Vec<u8>,
    /// Time on the network, with redirects and retries, without waiting for politeness.
    pub elapsed: Duration,
    /// Requests made: 1, and one more for each redirect and retry.
    pub attempts: u32,
    /// The addresses that redirected, in order.
    pub redirects: Vec<Url>,
}
