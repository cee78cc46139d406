//! tamis (French for sieve) turns web article pages into clean article text.
//!
//! ```
//! let html = r#"<nav><a href="/">Accueil</a></nav><article><h1>La Loire en crue</h1>
//!     <p>La Loire est montée de deux mètres dans la nuit de mardi à mercredi.</p>
//!     <p>À lire aussi : <a href="/digues">Les digues ont tenu</a></p></article>"#;
//! let article = tamis::clean(html, None)?;
//! assert_eq!(article.metadata.title.as_deref(), Some("La Loire en crue"));
//! assert_eq!(article.to_text(), "La Loire est montée de deux mètres dans la nuit de mardi à mercredi.");
//! # Ok::<(), tamis::Rejection>(())
//! ```
//!
//! [`clean()`] uses the built-in rules; a [`Cleaner`] takes [`Rules`] and [`CleanOptions`] and is reused for many pages.
//! `Fetcher` (feature `fetch`) gets pages politely, `run` (feature `job`) does what cron calls. Without default
//! features there is the cleaner alone: synchronous, pure, deterministic. A page that is no article is a
//! [`Rejection`], which is an outcome; something that failed is an [`Error`].

pub mod article;
pub mod clean;
#[cfg(feature = "job")]
pub mod config;
pub mod decode;
pub mod error;
#[cfg(feature = "cli")]
pub mod eval;
pub mod explain;
#[cfg(feature = "fetch")]
pub mod fetch;
pub mod format;
pub mod hash;
pub mod import;
pub mod inspect;
#[cfg(feature = "job")]
pub mod job;
#[cfg(feature = "serve")]
pub mod learn;
pub mod options;
pub mod outcome;
pub mod parse;
pub mod pipeline;
pub mod record;
pub mod rules;
#[cfg(feature = "serve")]
pub mod serve;
#[cfg(feature = "job")]
pub mod sink;
pub mod source;
mod tables;
#[cfg(feature = "serve")]
pub mod workbench;

pub use article::{Article, Metadata};
#[cfg(feature = "job")]
pub use config::Config;
pub use error::{Error, Rejection};
pub use explain::{ExplainedBlock, Explanation};
#[cfg(feature = "fetch")]
pub use fetch::{FetchError, FetchOptions, Fetcher, Page};
pub use inspect::Inspection;
#[cfg(feature = "job")]
pub use job::{Report, run};
pub use options::{CleanOptions, Focus};
pub use pipeline::Cleaner;
pub use rules::Rules;

/// Cleans one page with the built-in rules and default options.
pub fn clean(html: &str, url: Option<&url::Url>) -> Result<Article, Rejection> {
    Cleaner::default().clean(html, url)
}
