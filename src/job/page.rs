//! One page: fetch or read it, clean it, say where it stands now. Nothing here touches the output or the state.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use url::Url;

use super::plan::{Task, Work};
use super::state::{Copy, PageState, Stamp, Verdict};
use super::verdict::{Failure, Patience, after_failure, after_reading};
use crate::fetch::{Fetcher, Page};
use crate::outcome::{self, INTERNAL_ERROR, Input};
use crate::pipeline::Cleaner;
use crate::record::Record;
use crate::sink::hash;
use crate::source::saved::{InputKind, Item};

/// Name under which the report counts saved pages, which have no host.
pub(super) const SAVED: &str = "(saved pages)";
/// Name under which the report counts lines that are no address.
pub(super) const NO_HOST: &str = "(no address)";

/// What a try brought.
#[derive(Debug)]
pub(super) struct Tried {
    pub key: String,
    pub host: String,
    pub bytes: usize,
    pub elapsed: Duration,
    pub result: TryResult,
}

/// What there is to save.
#[derive(Debug)]
pub(super) enum TryResult {
    /// A record and where its page stands now.
    Saved(Box<(Record, Verdict, Copy)>),
    /// A saved page was touched but is the same.
    Unchanged(Stamp),
}

/// What every try needs.
#[derive(Clone)]
pub(super) struct Tools {
    pub fetcher: Option<Fetcher>,
    pub cleaner: Arc<Cleaner>,
    pub patience: Patience,
    pub max_bytes: usize,
}

/// The record of what was read, what it was read from, or how it failed.
struct Outcome {
    record: Record,
    failure: Option<Failure>,
    copy: Copy,
    bytes: usize,
}

impl Outcome {
    fn failed(record: Record, failure: Failure) -> Outcome {
        Outcome { record, failure: Some(failure), copy: Copy::default(), bytes: 0 }
    }
}

impl Tools {
    /// Tries a page.
    pub async fn try_page(&self, task: Task) -> Tried {
        let begun = Instant::now();
        let (key, source) = (task.key, task.source);
        let attempts = task.standing.as_ref().map_or(0, |standing| standing.attempts);
        let before = task.standing.filter(|standing| is_settled(standing.state));
        let known_hash = before.and_then(|standing| standing.content_hash);
        let host = host_of(&task.work);
        let tried = |bytes, result| Tried { key, host, bytes, elapsed: begun.elapsed(), result };
        let outcome = match task.work {
            Work::Fetch(url) => self.fetch(source, url).await,
            Work::Refuse(record) => Outcome::failed(*record, Failure::ForGood),
            Work::Read(path, stamp) => {
                let tools = self.clone();
                let name = source.clone();
                let read =
                    blocking(source, move || tools.read(name, path, stamp, known_hash.as_deref())).await;
                match read {
                    Some(outcome) => outcome,
                    None => return tried(0, TryResult::Unchanged(stamp)),
                }
            }
        };
        let verdict = self.verdict(&outcome, attempts);
        tried(outcome.bytes, TryResult::Saved(Box::new((outcome.record, verdict, outcome.copy))))
    }

    fn verdict(&self, outcome: &Outcome, attempts: u32) -> Verdict {
        let failure = match outcome.failure {
            None if outcome.record.status == INTERNAL_ERROR => Some(Failure::ForGood),
            failure => failure,
        };
        match failure {
            None => after_reading(&outcome.record),
            Some(failure) => {
                after_failure(&outcome.record, failure, attempts, &self.patience, Timestamp::now())
            }
        }
    }

    async fn fetch(&self, source: String, url: Url) -> Outcome {
        let Some(fetcher) = &self.fetcher else {
            let reason = "no source of the network was configured";
            return Outcome::failed(Record::failure(source, INTERNAL_ERROR, reason), Failure::ForGood);
        };
        match fetcher.fetch(&url).await {
            Ok(page) => {
                let cleaner = Arc::clone(&self.cleaner);
                let name = source.clone();
                blocking(source, move || Some(clean_page(&cleaner, &name, page))).await.unwrap_or_else(|| {
                    Outcome::failed(
                        Record::failure("", INTERNAL_ERROR, "nothing came back"),
                        Failure::ForGood,
                    )
                })
            }
            Err(error) => {
                let record = Record::failure(source.clone(), error.status(), error.reason());
                Outcome::failed(record.at(Some(&source), None), Failure::of_fetch(&error))
            }
        }
    }

    /// None if the page is the same as the one with the known hash.
    fn read(
        &self,
        source: String,
        path: std::path::PathBuf,
        stamp: Stamp,
        known_hash: Option<&str>,
    ) -> Option<Outcome> {
        let page = match (Item::File { path, kind: InputKind::Html }).load(self.max_bytes) {
            Ok(page) => page,
            Err(record) => {
                let rejected = record.status == "too-large";
                let failure = (!rejected).then_some(Failure::MayPass);
                let copy = Copy { stamp: rejected.then_some(stamp), ..Copy::default() };
                return Some(Outcome { record: *record, failure, copy, bytes: 0 });
            }
        };
        let content_hash = hash::hex(&page.bytes);
        if known_hash == Some(content_hash.as_str()) {
            return None;
        }
        let record = outcome::clean(&self.cleaner, &source, Input::Html(&page.bytes, None), None);
        let copy = Copy { content_hash: Some(content_hash), stamp: Some(stamp), ..Copy::default() };
        Some(Outcome { record, failure: None, copy, bytes: page.bytes.len() })
    }
}

/// Whether the last try read the page, so that the same content needs no second one.
fn is_settled(state: PageState) -> bool {
    matches!(state, PageState::Done | PageState::Rejected | PageState::Failed)
}

fn clean_page(cleaner: &Cleaner, source: &str, page: Page) -> Outcome {
    let input = Input::Html(&page.bytes, page.content_type.as_deref());
    let record = outcome::clean(cleaner, source, input, Some(&page.final_url));
    let final_url = page.final_url.as_str();
    let record = record.at(Some(page.url.as_str()), Some(final_url));
    let copy = Copy {
        final_url: Some(final_url.to_owned()),
        content_hash: Some(hash::hex(&page.bytes)),
        etag: page.etag,
        last_modified: page.last_modified,
        stamp: None,
    };
    Outcome { record, failure: None, copy, bytes: page.bytes.len() }
}

/// Work for the processor, off the threads that wait for the network. A panic costs this page only.
async fn blocking(
    source: String,
    work: impl FnOnce() -> Option<Outcome> + Send + 'static,
) -> Option<Outcome> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(_) => {
            let reason = "the program failed on this page; please report it";
            Some(Outcome::failed(Record::failure(source, INTERNAL_ERROR, reason), Failure::ForGood))
        }
    }
}

fn host_of(work: &Work) -> String {
    match work {
        Work::Fetch(url) => url.host_str().unwrap_or(NO_HOST).to_owned(),
        Work::Read(..) => SAVED.to_owned(),
        Work::Refuse(_) => NO_HOST.to_owned(),
    }
}
