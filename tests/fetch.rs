//! The fetcher against a server of our own on loopback: what each behaviour of a server ends in.
//!
//! Times are compared with each other or with a delay that was set, never with the clock of the machine.

mod support;

#[path = "fetch/answers.rs"]
mod answers;
#[path = "fetch/guards.rs"]
mod guards;
#[path = "fetch/limits.rs"]
mod limits;
#[path = "fetch/manners.rs"]
mod manners;
#[cfg(feature = "render")]
#[path = "fetch/render.rs"]
mod render;
#[path = "fetch/robots.rs"]
mod robots;
#[path = "fetch/secure.rs"]
mod secure;

use support::{Names, Server};
use tamis::fetch::{FetchError, FetchOptions, Fetcher, Page};
use url::Url;

/// Settings for tests: loopback allowed, no delay, short pauses, generous timeouts.
fn options() -> FetchOptions {
    FetchOptions {
        allow_private: true,
        delay_seconds: 0.0,
        backoff_seconds: 0.02,
        connect_timeout_seconds: 20.0,
        read_timeout_seconds: 20.0,
        total_timeout_seconds: 60.0,
        ..FetchOptions::default()
    }
}

/// A fetcher for which every name is 127.0.0.1.
fn fetcher(options: FetchOptions) -> Fetcher {
    Fetcher::with_lookup(options, Names::all_local()).expect("good settings")
}

async fn fetch(server: &Server, path: &str) -> Result<Page, FetchError> {
    fetcher(options()).fetch(&server.url(path)).await
}

async fn failure(server: &Server, path: &str) -> FetchError {
    match fetch(server, path).await {
        Ok(page) => panic!("{path} gave a page of {} bytes", page.bytes.len()),
        Err(error) => error,
    }
}

/// Fetches all at once and waits for all.
async fn fetch_all(fetcher: &Fetcher, urls: Vec<Url>) -> Vec<Result<Page, FetchError>> {
    futures::future::join_all(urls.iter().map(|url| fetcher.fetch(url))).await
}
