//! One page: fetch or read it, clean it. Where it stands then, `judge` says. Nothing here touches the output or the
//! state.
//!
//! A page that was read before is only asked whether it has changed. The answers, from the cheapest on: "not
//! modified" (304), the same bytes, the same title and clean text in other surroundings, another text.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use url::Url;

use super::judge::Judged;
use super::page_state::PageState;
use super::plan::{Task, Work};
use super::prints;
use super::refresh::RefreshOptions;
use super::shared::Ticket;
use super::state::{Copy, Stamp, Standing, Verdict};
use super::verdict::{Failure, Patience};
use crate::fetch::{FetchError, FetchErrorKind, Fetched, Fetcher, Page, RenderMode};
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
    /// The part of it on the network, without waiting for politeness.
    pub network: Duration,
    pub verdict: Verdict,
    pub copy: Copy,
    pub news: News,
    /// Where the page was taken from, in a shared state.
    pub ticket: Option<Ticket>,
}

/// What there is to write.
#[derive(Debug)]
pub(super) enum News {
    /// A page that had no article before: its article, or why there is none.
    First(Box<Record>),
    /// An article that has changed.
    Changed(Box<Record>),
    /// An article that was to be written again, and has not changed.
    Again(Box<Record>),
    /// The page is what it was; the server may have said so itself (304).
    Same { not_modified: bool },
    /// The page was asked again in vain; what it gave before stays.
    InVain(Box<Record>),
}

/// What every try needs.
#[derive(Clone)]
pub(super) struct Tools {
    pub fetcher: Option<Fetcher>,
    pub cleaner: Arc<Cleaner>,
    pub patience: Patience,
    pub refresh: RefreshOptions,
    pub max_bytes: usize,
}

/// What was read, or how reading failed.
pub(super) enum Outcome {
    Read(Box<Reading>),
    Failed(Box<Record>, Failure),
    Same { not_modified: bool, copy: Box<Copy> },
}

/// A page that was read and cleaned.
pub(super) struct Reading {
    pub record: Record,
    pub copy: Copy,
    pub bytes: usize,
    pub network: Duration,
}

impl Outcome {
    fn read(record: Record, copy: Copy, bytes: usize, network: Duration) -> Outcome {
        Outcome::Read(Box::new(Reading { record, copy, bytes, network }))
    }

    fn is_shell(&self) -> bool {
        matches!(self, Outcome::Read(reading) if RenderMode::is_shell(&reading.record.status))
    }
}

impl Tools {
    /// Tries a page; nothing comes of it if the run was stopped before the page was asked for.
    pub async fn try_page(&self, task: Task) -> Option<Tried> {
        let begun = Instant::now();
        let host = host_of(&task.work);
        let (key, source, before) = (task.key, task.source, task.standing);
        let outcome = match task.work {
            Work::Fetch(url) => self.fetch(source, url, before.as_ref()).await?,
            Work::Refuse(record) => Outcome::Failed(record, Failure::ForGood),
            Work::Read(path, stamp) => self.read(source, path, stamp, before.as_ref()).await,
        };
        let judged = self.judge(outcome, before.as_ref(), task.published);
        let Judged { verdict, copy, news, bytes, network } = judged;
        let (elapsed, ticket) = (begun.elapsed(), task.ticket);
        Some(Tried { key, host, bytes, elapsed, network, verdict, copy, news, ticket })
    }

    async fn fetch(&self, source: String, url: Url, before: Option<&Standing>) -> Option<Outcome> {
        let Some(fetcher) = &self.fetcher else {
            let reason = "no source of the network was configured";
            return Some(internal_error(source, reason));
        };
        let known = before.filter(|before| before.state.was_read());
        let etag = known.and_then(|known| known.etag.as_deref());
        let last_modified = known.and_then(|known| known.last_modified.as_deref());
        match fetcher.fetch_if_changed(&url, etag, last_modified).await {
            Ok(Fetched::NotModified) => Some(Outcome::Same { not_modified: true, copy: Box::default() }),
            Ok(Fetched::Page(page)) => {
                let known_hash = known.and_then(|known| known.content_hash.as_deref());
                Some(self.read_page(fetcher, &source, page, known_hash).await)
            }
            Err(error) if error.kind == FetchErrorKind::Stopped => None,
            Err(error) => Some(failed(&source, &error)),
        }
    }

    /// Cleans a page that came, with the help of a browser where the settings of its host say so.
    async fn read_page(
        &self,
        fetcher: &Fetcher,
        source: &str,
        page: Page,
        known_hash: Option<&str>,
    ) -> Outcome {
        let mode = fetcher.render_mode(&page.final_url);
        let plain = (mode == RenderMode::Fallback).then(|| page.clone());
        let page = if mode == RenderMode::Always { fetcher.render(page).await } else { Ok(page) };
        let outcome = self.clean(source, page, known_hash).await;
        match plain {
            Some(plain) if outcome.is_shell() => {
                self.clean(source, fetcher.render(plain).await, known_hash).await
            }
            _ => outcome,
        }
    }

    async fn clean(&self, source: &str, page: Result<Page, FetchError>, known_hash: Option<&str>) -> Outcome {
        let page = match page {
            Ok(page) => page,
            Err(error) => return failed(source, &error),
        };
        let (cleaner, known_hash) = (Arc::clone(&self.cleaner), known_hash.map(str::to_owned));
        let name = source.to_owned();
        blocking(source.to_owned(), move || clean_page(&cleaner, &name, page, known_hash.as_deref())).await
    }

    async fn read(&self, source: String, path: PathBuf, stamp: Stamp, before: Option<&Standing>) -> Outcome {
        let known = before.filter(|before| before.state.was_read() || before.state == PageState::Failed);
        let known_hash = known.and_then(|known| known.content_hash.clone());
        let (tools, name) = (self.clone(), source.clone());
        blocking(source, move || tools.read_file(&name, path, stamp, known_hash.as_deref())).await
    }

    fn read_file(&self, source: &str, path: PathBuf, stamp: Stamp, known_hash: Option<&str>) -> Outcome {
        let page = match (Item::File { path, kind: InputKind::Html }).load(self.max_bytes) {
            Ok(page) => page,
            Err(record) if record.status == "too-large" => {
                let copy = Copy { stamp: Some(stamp), ..Copy::default() };
                return Outcome::read(*record, copy, 0, Duration::ZERO);
            }
            Err(record) => return Outcome::Failed(record, Failure::MayPass),
        };
        let content_hash = hash::hex(&page.bytes);
        if known_hash == Some(content_hash.as_str()) {
            let copy = Copy { stamp: Some(stamp), ..Copy::default() };
            return Outcome::Same { not_modified: false, copy: Box::new(copy) };
        }
        let record = outcome::clean(&self.cleaner, source, Input::Html(&page.bytes, None), None);
        let print = record.is_ok().then(|| prints::of(&record, None));
        let copy = Copy { content_hash: Some(content_hash), stamp: Some(stamp), print, ..Copy::default() };
        Outcome::read(record, copy, page.bytes.len(), Duration::ZERO)
    }
}

fn clean_page(cleaner: &Cleaner, source: &str, page: Page, known_hash: Option<&str>) -> Outcome {
    let content_hash = hash::hex(&page.bytes);
    let (etag, last_modified) = (page.etag, page.last_modified);
    let final_url = page.final_url.as_str();
    let copy = Copy {
        final_url: Some(final_url.to_owned()),
        etag,
        last_modified,
        content_hash: Some(content_hash),
        ..Copy::default()
    };
    if copy.content_hash.as_deref() == known_hash {
        return Outcome::Same { not_modified: false, copy: Box::new(copy) };
    }
    let input = Input::Html(&page.bytes, page.content_type.as_deref());
    let record = outcome::clean(cleaner, source, input, Some(&page.final_url));
    let record = record.at(Some(page.url.as_str()), Some(final_url));
    let print = record.is_ok().then(|| prints::of(&record, Some(&page.final_url)));
    let copy = Copy { print, ..copy };
    Outcome::read(record, copy, page.bytes.len(), page.elapsed)
}

/// Work for the processor, off the threads that wait for the network. A panic costs this page only.
async fn blocking(source: String, work: impl FnOnce() -> Outcome + Send + 'static) -> Outcome {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(_) => internal_error(source, "the program failed on this page; please report it"),
    }
}

fn failed(source: &str, error: &FetchError) -> Outcome {
    let record = Record::failure(source, error.status(), error.reason()).at(Some(source), None);
    Outcome::Failed(Box::new(record), Failure::of_fetch(error))
}

fn internal_error(source: String, reason: &str) -> Outcome {
    Outcome::Failed(Box::new(Record::failure(source, INTERNAL_ERROR, reason)), Failure::ForGood)
}

/// The host of a page, as the report names it.
pub(super) fn host_of(work: &Work) -> String {
    match work {
        Work::Fetch(url) => url.host_str().unwrap_or(NO_HOST).to_owned(),
        Work::Read(..) => SAVED.to_owned(),
        Work::Refuse(_) => NO_HOST.to_owned(),
    }
}
