//! Metadata of an article: what it is, and (to come) how it is found in a page.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::parse::Dom;

/// Title, authors, date and the like.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metadata {
    /// The headline as shown, without the site's name.
    pub title: Option<String>,
    /// Names of the authors, without "Par", agencies or roles.
    pub authors: Vec<String>,
    /// Publication date, ISO 8601: a date, or a date and time with offset.
    pub date: Option<String>,
    /// Date of the last change, ISO 8601.
    pub modified: Option<String>,
    /// Name of the site.
    pub site: Option<String>,
    /// Language, ISO 639-1.
    pub language: Option<String>,
    /// Canonical URL.
    pub canonical: Option<String>,
    /// Description or summary given in the page's head.
    pub description: Option<String>,
    /// Address of the main image.
    pub image: Option<String>,
    /// Tags, keywords and sections.
    pub tags: Vec<String>,
    /// `articleBody` of the page's JSON-LD, used as evidence by the cleaner; not part of records.
    #[serde(skip)]
    pub body_hint: Option<String>,
    /// Whether the page says that it is behind a paywall (`isAccessibleForFree: false`).
    pub paywalled: Option<bool>,
}

/// Reads the metadata of a page.
pub fn extract(dom: &Dom, url: Option<&Url>) -> Metadata {
    let _ = (dom, url);
    Metadata::default()
}
