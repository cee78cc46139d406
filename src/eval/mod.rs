//! Measures the cleaner on labelled pages: precision, recall and their kin against gold.
//!
//! 1. [`corpus`] reads the sets
//! 2. the cleaner runs on every page, or predictions that were made before are read ([`predictions`])
//! 3. [`score`] compares each page with its gold by [`measure`] and sums up by set, language and type
//! 4. [`report`] prints the tables and checks floors

pub mod corpus;
pub mod measure;
pub mod predictions;
pub mod report;
pub mod score;

use std::time::Duration;

use rayon::prelude::*;
use url::Url;

use crate::outcome::{self, Input};
use crate::pipeline::Cleaner;
use crate::record::Record;
use crate::source::open;
use crate::source::saved::READ_ERROR;
use corpus::{GoldPage, Set};
use score::{PageScore, Prediction, score_page};

/// How to evaluate.
#[derive(Clone, Debug)]
pub struct EvalOptions {
    /// Whether the cleaner is told the address of each page.
    pub with_url: bool,
    /// Largest page, in bytes.
    pub max_bytes: usize,
}

/// The scores of a set.
#[derive(Clone, Debug, Default)]
pub struct SetScore {
    /// The set's name.
    pub name: String,
    /// The scores of its pages in the order of the gold.
    pub pages: Vec<PageScore>,
    /// Time that cleaning took, summed over the threads.
    pub time: Duration,
    /// Bytes that were cleaned.
    pub bytes: u64,
    /// Pages whose cleaning failed, with the reason.
    pub failures: Vec<String>,
}

/// Cleans every page of a set and scores it.
pub fn evaluate(set: &Set, cleaner: &Cleaner, options: &EvalOptions) -> SetScore {
    let pages: Vec<Cleaned> = set.pages.par_iter().map(|page| clean_page(page, cleaner, options)).collect();
    let mut sum = SetScore { name: set.name.clone(), ..SetScore::default() };
    for page in pages {
        sum.time += page.time;
        sum.bytes += page.bytes;
        sum.failures.extend(page.failure);
        sum.pages.push(page.score);
    }
    sum
}

/// Scores predictions that were made before.
pub fn score_predictions(set: &Set, predictions: &predictions::Predictions) -> SetScore {
    let pages = set.pages.par_iter().map(|page| score_page(page, predictions.get(&page.id))).collect();
    SetScore { name: set.name.clone(), pages, ..SetScore::default() }
}

struct Cleaned {
    score: PageScore,
    time: Duration,
    bytes: u64,
    failure: Option<String>,
}

fn clean_page(page: &GoldPage, cleaner: &Cleaner, options: &EvalOptions) -> Cleaned {
    let name = page.file.display().to_string();
    let bytes = match open::read(&page.file, options.max_bytes) {
        Ok(bytes) => bytes,
        Err(failure) => return unread(page, &format!("{name}: {failure}")),
    };
    let url = page.url.as_deref().filter(|_| options.with_url).and_then(|url| Url::parse(url).ok());
    let start = thread_time();
    let record = outcome::clean(cleaner, &name, Input::Html(&bytes, None), url.as_ref());
    let time = thread_time().saturating_sub(start);
    let score = score_page(page, Some(&Prediction::of(&record)));
    Cleaned { score, time, bytes: bytes.len() as u64, failure: failure_of(&record) }
}

fn unread(page: &GoldPage, reason: &str) -> Cleaned {
    Cleaned {
        score: score_page(page, None),
        time: Duration::ZERO,
        bytes: 0,
        failure: Some(reason.to_owned()),
    }
}

/// Rejections show in the scores; what went wrong in the program must be said.
fn failure_of(record: &Record) -> Option<String> {
    let failed = [READ_ERROR, outcome::INTERNAL_ERROR].contains(&record.status.as_str());
    failed.then(|| format!("{}: {}", record.source, record.reason.as_deref().unwrap_or("no reason")))
}

/// Processor time of this thread, so that other programs do not count; the clock where the system does not tell.
fn thread_time() -> Duration {
    let on_processor = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = on_processor.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(clock, Duration::from_nanos)
}

fn clock() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}
