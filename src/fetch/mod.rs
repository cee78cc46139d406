//! The polite fetcher: one URL in, one page or one honest error out.
//!
//! [`Fetcher`] may be called by many tasks at once; it keeps them polite by itself. What happens to a URL:
//!
//! 1. `flight`: tasks that ask for the same URL share one request.
//! 2. `journey`: address by address along redirects; at each of them
//! 3. `guard` refuses private addresses,
//! 4. `robots` refuses what the site does not want,
//! 5. `host` waits for the host's turn (delay, permits, Retry-After, back-off),
//! 6. `exchange` asks and understands the answer, `body` reads it under limits,
//! 7. `retry` decides whether a failure is worth another request,
//! 8. `archive` keeps the answer that stands, where an archive is wanted.
//!
//! A page that its scripts build may then be handed to a browser (`render`).
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use tamis::fetch::{FetchOptions, Fetcher};
//!
//! let fetcher = Fetcher::new(FetchOptions::default())?;
//! let page = fetcher.fetch(&"https://example.org/".parse()?).await?;
//! println!("{} bytes from {}", page.bytes.len(), page.final_url);
//! # Ok(())
//! # }
//! ```

mod archive;
mod body;
mod client;
mod error;
mod exchange;
mod flight;
mod gate;
mod guard;
mod host;
mod host_report;
mod journey;
mod options;
mod page;
mod render;
mod retry;
mod robots;
mod shelf;
mod wire;

use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use url::Url;

pub use error::{FetchError, FetchErrorKind, Phase, shown};
pub use gate::{Entry, Gate};
pub use guard::{Lookup, SystemLookup, is_public};
pub use host_report::HostReport;
pub use options::{FetchOptions, HostOptions, PROXY_FROM_ENVIRONMENT};
pub use page::{Fetched, Page, Request, Wanted};
pub use render::RenderMode;
pub use shelf::{Kept, Shelf};

use crate::error::Error;
use archive::Archive;
use flight::Flights;
use host::{Host, Hosts};
use journey::Journey;
use options::seconds;
use render::Renderer;
use retry::Policy;
use robots::RobotsCache;

/// Fetches pages politely. Cheap to clone; clones share hosts, robots.txt, cookies and connections.
#[derive(Clone)]
pub struct Fetcher {
    engine: Arc<Engine>,
    flights: Arc<Flights>,
}

/// What a fetcher shares with other runs.
#[derive(Clone, Default)]
pub struct Surroundings {
    /// Keeps feeds, sitemaps and robots.txt over runs.
    pub shelf: Option<Arc<dyn Shelf>>,
    /// Keeps turns at hosts among processes.
    pub gate: Option<Arc<dyn Gate>>,
}

/// What all requests share.
struct Engine {
    options: FetchOptions,
    policy: Policy,
    client: reqwest::Client,
    hosts: Hosts,
    robots: RobotsCache,
    /// One place for each request under way, over all hosts.
    places: Semaphore,
    archive: Option<Arc<Archive>>,
    #[cfg_attr(not(feature = "render"), expect(dead_code, reason = "it only checked the settings"))]
    renderer: Renderer,
    shelf: Option<Arc<dyn Shelf>>,
    /// Cancelled when no request may begin any more.
    stop: CancellationToken,
}

impl Fetcher {
    /// A fetcher with these settings, which are checked.
    pub fn new(options: FetchOptions) -> Result<Fetcher, Error> {
        Fetcher::with_lookup(options, Arc::new(SystemLookup))
    }

    /// A fetcher that resolves names in its own way. The guard holds for its answers too.
    pub fn with_lookup(options: FetchOptions, lookup: Arc<dyn Lookup>) -> Result<Fetcher, Error> {
        Fetcher::with(options, lookup, Surroundings::default())
    }

    /// A fetcher that shares something with other runs.
    pub fn within(options: FetchOptions, surroundings: Surroundings) -> Result<Fetcher, Error> {
        Fetcher::with(options, Arc::new(SystemLookup), surroundings)
    }

    fn with(
        options: FetchOptions,
        lookup: Arc<dyn Lookup>,
        Surroundings { shelf, gate }: Surroundings,
    ) -> Result<Fetcher, Error> {
        options.check()?;
        let archive = match &options.warc {
            Some(path) => Some(Arc::new(Archive::open(path, &options)?)),
            None => None,
        };
        let engine = Engine {
            archive,
            shelf,
            stop: CancellationToken::new(),
            policy: Policy {
                retries: options.retries,
                backoff: seconds(options.backoff_seconds),
                max_wait: seconds(options.max_wait_seconds),
            },
            client: client::build(&options, lookup)?,
            renderer: Renderer::new(&options)?,
            hosts: Hosts::new(gate),
            robots: RobotsCache::new(options.robots_name(), seconds(options.robots_expiry_seconds)),
            places: Semaphore::new(options.concurrency.min(Semaphore::MAX_PERMITS)),
            options,
        };
        Ok(Fetcher { engine: Arc::new(engine), flights: Arc::default() })
    }

    /// The settings in force.
    pub fn options(&self) -> &FetchOptions {
        &self.engine.options
    }

    /// Fetches a page.
    pub async fn fetch(&self, url: &Url) -> Result<Page, FetchError> {
        self.whole(Request::page(url.clone())).await
    }

    /// Fetches a page unless it is still the copy that these validators belong to.
    pub async fn fetch_if_changed(
        &self,
        url: &Url,
        etag: Option<&str>,
        last_modified: Option<&str>,
    ) -> Result<Fetched, FetchError> {
        self.get(Request::page(url.clone()).unless(etag, last_modified)).await
    }

    /// Fetches what a request describes. The fragment of its address plays no part.
    pub async fn get(&self, mut request: Request) -> Result<Fetched, FetchError> {
        request.url.set_fragment(None);
        let engine = Arc::clone(&self.engine);
        let start = |request| -> BoxFuture<'static, _> {
            Box::pin(async move { Journey::new(&engine, &request).travel().await.map(Arc::new) })
        };
        self.flights.join(request, start).await
    }

    /// The sitemaps that the robots.txt of a URL's site names.
    pub async fn sitemaps(&self, url: &Url) -> Result<Vec<Url>, FetchError> {
        let failed = |kind| FetchError::new(url, kind);
        guard::check_url(url, self.engine.options.allow_private).map_err(failed)?;
        let rules = self.engine.robots_rules(url).await.map_err(failed)?;
        Ok(rules.sitemaps().to_vec())
    }

    /// What is known of every host that was asked: the delay in force and why, requests, waiting URLs.
    pub fn hosts(&self) -> Vec<HostReport> {
        self.engine.hosts.reports()
    }

    /// Forces the archive to the disk, where one is kept: what was fetched until now outlives a power cut. Fails if
    /// anything that was fetched could not be written there.
    pub fn sync_archive(&self) -> Result<(), Error> {
        match self.engine.archive.as_ref().zip(self.engine.options.warc.as_deref()) {
            Some((archive, path)) => archive.sync().map_err(Error::io("cannot save the archive", path)),
            None => Ok(()),
        }
    }

    /// Lets no request begin any more: what waits for its turn ends at once, as `not-attempted`; what is on the
    /// wire goes on.
    pub fn stop(&self) {
        self.engine.stop.cancel();
    }

    async fn whole(&self, request: Request) -> Result<Page, FetchError> {
        let url = request.url.clone();
        match self.get(request).await? {
            Fetched::Page(page) => Ok(page),
            Fetched::NotModified => Err(FetchError::new(&url, Engine::unasked_not_modified())),
        }
    }
}

impl Engine {
    /// The host of an address. Its name is written in one way only: lower case, no trailing dot.
    fn host(&self, address: &Url) -> Arc<Host> {
        self.hosts.get(address.host_str().unwrap_or_default().trim_end_matches('.'), &self.options)
    }

    /// The rules of an address' site; fetches its robots.txt if they are not known.
    async fn robots_rules(&self, address: &Url) -> Result<Arc<robotxt::Robots>, FetchErrorKind> {
        self.robots.rules(address, || self.load_robots(address)).await
    }

    /// Waits for something, but not past the wish to stop.
    async fn unless_stopped<T>(&self, waiting: impl Future<Output = T>) -> Result<T, FetchErrorKind> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => Err(FetchErrorKind::Stopped),
            done = waiting => Ok(done),
        }
    }

    /// Boxed, because a journey asks for robots.txt, which is a journey.
    fn load_robots<'a>(&'a self, address: &'a Url) -> BoxFuture<'a, Result<Vec<u8>, FetchErrorKind>> {
        Box::pin(async move {
            let url = robotxt::robots_url(address)
                .map_err(|error| FetchErrorKind::InvalidUrl { detail: error.to_string() })?;
            self.robots_txt(url).await
        })
    }

    async fn travel(&self, request: &Request) -> Result<Fetched, FetchErrorKind> {
        Journey::new(self, request).travel().await.map_err(|error| error.kind)
    }

    fn unasked_not_modified() -> FetchErrorKind {
        FetchErrorKind::Status { code: 304, retry_after: None }
    }
}

impl std::fmt::Debug for Fetcher {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Fetcher").field("options", &self.engine.options).finish_non_exhaustive()
    }
}
