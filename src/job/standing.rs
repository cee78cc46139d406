//! What the state database keeps of a page, and what a try adds to it.
//!
//! Terms:
//! - key: the identity of a page: its URL without fragment, or its absolute path
//! - stamp: size and time of change of a saved page; while it stays, the page is not even opened
//! - standing: what is known of a page when a run starts; verdict: where it stands after a try
//! - copy: what was read in a try; print: by what its article is told from others

use super::page_state::PageState;

/// Size and time of change of a saved page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// In bytes.
    pub size: i64,
    /// In nanoseconds since 1970.
    pub modified_ns: i64,
}

/// What the database knows of a page when a run starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// As first given; its records and their place go by it.
    pub source: String,
    /// Where it stands.
    pub state: PageState,
    /// `ok`, or the rejection or error in kebab-case, of the last try.
    pub status: Option<String>,
    /// One sentence about it.
    pub reason: Option<String>,
    /// Tries in a row that failed.
    pub attempts: u32,
    /// When it was first seen in a source (UTC, ISO 8601).
    pub first_seen: String,
    /// Not before this time (UTC, ISO 8601).
    pub next_try: Option<String>,
    /// When it was published (UTC, ISO 8601).
    pub published: Option<String>,
    /// The ETag of the copy that was cleaned.
    pub etag: Option<String>,
    /// Its Last-Modified header.
    pub last_modified: Option<String>,
    /// The saved page that was read.
    pub stamp: Option<Stamp>,
    /// Hash of the bytes that were cleaned.
    pub content_hash: Option<String>,
    /// Hash of title and clean text.
    pub text_hash: Option<String>,
    /// File name in the output folder.
    pub place: Option<String>,
}

impl Standing {
    /// Whether it gave an article that is to be read and written again, whatever the server says or its bytes are.
    /// `tamis state retry` forgets what was read, and nothing else does.
    pub fn is_to_be_rewritten(&self) -> bool {
        self.state == PageState::Done && self.content_hash.is_none()
    }
}

#[cfg(test)]
impl Standing {
    /// A page in this state of which nothing else is known.
    pub fn for_tests(state: PageState) -> Standing {
        Standing {
            source: "u".to_owned(),
            state,
            status: Some("ok".to_owned()),
            reason: None,
            attempts: 0,
            first_seen: "2026-01-01T00:00:00Z".to_owned(),
            next_try: None,
            published: None,
            etag: None,
            last_modified: None,
            stamp: None,
            content_hash: None,
            text_hash: None,
            place: None,
        }
    }
}

/// A page that a run is going to try.
#[derive(Clone, Debug, PartialEq)]
pub struct Registration<'a> {
    /// Its identity.
    pub key: &'a str,
    /// As given.
    pub source: &'a str,
    /// Where its article will lie.
    pub place: Option<&'a str>,
    /// The source that names it.
    pub origin: &'a str,
    /// When it was published (UTC, ISO 8601).
    pub published: Option<String>,
}

/// A page that a source named in an earlier run.
#[derive(Clone, Debug, PartialEq)]
pub struct Remembered {
    /// Its identity.
    pub key: String,
    /// As given.
    pub source: String,
    /// When it was published (UTC, ISO 8601).
    pub published: Option<String>,
}

/// The place of a saved page's article.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedPlace {
    /// Its identity.
    pub key: String,
    /// As given.
    pub source: String,
    /// File name in the output folder.
    pub place: String,
}

/// What a try brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// Where the page stands now.
    pub state: PageState,
    /// Tries in a row that failed.
    pub attempts: u32,
    /// Not before this time (UTC, ISO 8601).
    pub next_try: Option<String>,
    /// `ok`, or the rejection or error in kebab-case.
    pub status: String,
    /// One sentence about a status other than `ok`.
    pub reason: Option<String>,
}

/// What was read in a try.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Copy {
    /// The address after redirects.
    pub final_url: Option<String>,
    /// The ETag header.
    pub etag: Option<String>,
    /// The Last-Modified header.
    pub last_modified: Option<String>,
    /// Hash of the bytes.
    pub content_hash: Option<String>,
    /// Size and time of change of a saved page.
    pub stamp: Option<Stamp>,
    /// When the page says that it was published (UTC, ISO 8601); a source knows better.
    pub published: Option<String>,
    /// What is known of its article, if it gave one.
    pub print: Option<Print>,
    /// The page that gave the same article before.
    pub duplicate_of: Option<String>,
    /// Print of the settings with which its record was written; none if none was.
    pub settings: Option<String>,
}

/// By what the article of a page is told from others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Print {
    /// Hash of title and clean text.
    pub text_hash: String,
    /// The address that stands for the article; none for a saved page.
    pub canonical: Option<String>,
    /// Fingerprint of the clean text; none if it is too short for one.
    pub simhash: Option<u64>,
}

/// A page that may give the same article as another.
#[derive(Clone, Debug, PartialEq)]
pub struct Likeness {
    /// Its identity.
    pub key: String,
    /// Fingerprint of its text.
    pub simhash: Option<u64>,
}
