//! tamis (French for sieve) turns web article pages into clean article text.

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
#[cfg(feature = "job")]
pub mod job;
pub mod options;
pub mod outcome;
pub mod parse;
pub mod pipeline;
pub mod record;
pub mod rules;
#[cfg(feature = "job")]
pub mod sink;
pub mod source;

pub use article::{Article, Metadata};
#[cfg(feature = "job")]
pub use config::Config;
pub use error::{Error, Rejection};
pub use explain::{ExplainedBlock, Explanation};
#[cfg(feature = "fetch")]
pub use fetch::{FetchError, FetchOptions, Fetcher, Page};
#[cfg(feature = "job")]
pub use job::{Report, run};
pub use options::{CleanOptions, Focus};
pub use pipeline::Cleaner;
pub use rules::Rules;

/// Cleans one page with the built-in rules and default options.
pub fn clean(html: &str, url: Option<&url::Url>) -> Result<Article, Rejection> {
    Cleaner::default().clean(html, url)
}
