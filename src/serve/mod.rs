//! The workbench: a local web page that shows what became of each block of a page, and teaches rules by a click.
//!
//! Terms:
//! - bench: what the server holds while it runs: rules in force, opened pages, previews (`bench`)
//! - library: the saved pages that were named at the start; they are known by number, never by path (`library`)
//! - key: a random word that the page carries and every request must show (`guard`)
//!
//! A page's content leaves the server as JSON only, and the browser puts it in as text. There is no build step and
//! nothing is asked of the network but the pages that a person wants to see, by the guarded fetcher.

mod answer;
mod assets;
mod bench;
mod guard;
mod library;
mod look;
mod teach;

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use tokio::net::TcpListener;

use crate::clean::furniture::Furniture;
use crate::error::Error;
use crate::fetch::FetchOptions;
use crate::options::CleanOptions;
use bench::Bench;

/// Where the workbench is found, unless told otherwise.
pub const USUAL_ADDRESS: &str = "127.0.0.1:8080";

/// Settings of the workbench.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Where to listen.
    pub address: SocketAddr,
    /// Whether other machines may reach it.
    pub allow_remote: bool,
    /// The user's folder of rules; without one, what is taught lasts as long as the server.
    pub rules: Option<PathBuf>,
    /// Saved pages: files, folders, globs, web archives.
    pub saved: Vec<String>,
    /// How to clean.
    pub clean: CleanOptions,
    /// How to fetch.
    pub fetch: FetchOptions,
    /// What runs know of repeated paragraphs of sites.
    pub furniture: Option<Furniture>,
}

/// A workbench that listens and does not answer yet.
#[derive(Debug)]
pub struct Workbench {
    listener: TcpListener,
    bench: Arc<Bench>,
}

impl Workbench {
    /// Reads the rules and takes the address.
    pub async fn open(options: ServeOptions) -> Result<Workbench, Error> {
        let address = options.address;
        if !address.ip().is_loopback() && !options.allow_remote {
            return Err(Error::Config(format!(
                "{address} can be reached by other machines, and the workbench has no password; take {USUAL_ADDRESS}, or \
                 add --allow-remote if that is what you want"
            )));
        }
        let taken = |error: std::io::Error| {
            Error::Config(format!("cannot listen on {address}: {error}; choose another one with --bind"))
        };
        let listener = TcpListener::bind(address).await.map_err(taken)?;
        let bench = Arc::new(Bench::new(options)?);
        Ok(Workbench { listener, bench })
    }

    /// Where it listens.
    pub fn address(&self) -> Result<SocketAddr, Error> {
        self.listener.local_addr().map_err(|error| Error::Config(format!("the address is gone: {error}")))
    }

    /// Answers until `shutdown` completes.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send + 'static) -> Result<(), Error> {
        let indexing = Arc::clone(&self.bench);
        // the library is read while the first page is looked at
        tokio::task::spawn_blocking(move || {
            indexing.library();
        });
        let answering = axum::serve(self.listener, router(self.bench));
        // open connections of a browser must not keep the program
        tokio::select! {
            result = answering => {
                result.map_err(|error| Error::Config(format!("the server failed: {error}")))
            }
            () = shutdown => Ok(()),
        }
    }
}

fn router(bench: Arc<Bench>) -> Router {
    let limit = bench.options.clean.max_bytes;
    let api = Router::new()
        .route("/start", get(look::start))
        .route("/saved", get(look::saved))
        .route("/upload", post(look::upload))
        .route("/fetch", post(look::fetch))
        .route("/page", get(look::page))
        .route("/block", get(look::block))
        .route("/propose", post(teach::propose))
        .route("/preview", post(teach::preview))
        .route("/apply", post(teach::apply))
        .route("/undo", post(teach::undo))
        .layer(middleware::from_fn_with_state(Arc::clone(&bench), guard::require_key));
    assets::routes()
        .nest("/api", api)
        .layer(DefaultBodyLimit::max(limit))
        .layer(middleware::from_fn_with_state(Arc::clone(&bench), guard::check))
        .with_state(bench)
}
