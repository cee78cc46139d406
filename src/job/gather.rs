//! Asks every source of the configuration for its pages.
//!
//! Feeds and sitemaps are fetched side by side, as far as politeness allows; what they name is planned in the
//! order of the configuration, so that two runs over the same sources plan alike. A source that fails is a
//! problem in the report and does not keep the others from being read.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use futures::StreamExt;
use futures::stream;
use jiff::Timestamp;
use url::Url;

use super::plan::{Plan, Planner, Problem, Weight, Work};
use super::state::{Stamp, State};
use crate::config::{Config, Sources, is_address};
use crate::error::Error;
use crate::fetch::{FetchError, Fetcher, shown};
use crate::record::Record;
use crate::source::saved::{InputKind, Item, Saved};
use crate::source::{feed, list, open, sitemap};

/// Sources fetched side by side; each is polite by itself.
const SIDE_BY_SIDE: usize = 16;
/// Status of a line that is no address, the same as for an address that cannot be fetched.
const INVALID_URL: &str = "invalid-url";
/// Largest list, feed or sitemap file.
const MAX_SOURCE_BYTES: usize = 64 << 20;

/// A page that a feed or sitemap names.
type Named = (Url, Option<Timestamp>);

/// The pages of all sources.
pub(super) async fn gather(
    config: &Config,
    fetcher: Option<&Fetcher>,
    state: Option<&State>,
    now: Timestamp,
) -> Result<Plan, Error> {
    let sources = &config.sources;
    let mut found = fetched_sources(sources, fetcher).await.into_iter();
    let mut planner = Planner::new(state, now);
    plan_urls(&mut planner, &sources.urls)?;
    for path in &sources.lists {
        plan_list(&mut planner, path)?;
    }
    for (kind, place) in feeds_and_sitemaps(sources) {
        planner.source(kind, &shown_place(place));
        plan_named(&mut planner, found.next().unwrap_or_default())?;
        planner.add_remembered()?;
    }
    for path in &sources.saved {
        plan_saved(&mut planner, path, config.clean.max_bytes)?;
    }
    Ok(planner.finish())
}

/// Whether any source needs the network.
pub(super) fn needs_network(sources: &Sources) -> bool {
    let local = sources.urls.is_empty()
        && sources.lists.is_empty()
        && sources.feeds.is_empty()
        && sources.sitemaps.is_empty();
    !local
}

fn feeds_and_sitemaps(sources: &Sources) -> impl Iterator<Item = (&'static str, &str)> {
    let feeds = sources.feeds.iter().map(|place| ("feed", place.as_str()));
    feeds.chain(sources.sitemaps.iter().map(|place| ("sitemap", place.as_str())))
}

/// What a feed or sitemap gave: pages, and what went wrong.
#[derive(Default)]
struct Found {
    pages: Vec<Named>,
    problems: Vec<Problem>,
}

impl Found {
    fn problem(&mut self, weight: Weight, message: impl Into<String>) {
        self.problems.push(Problem { message: message.into(), weight });
    }
}

async fn fetched_sources(sources: &Sources, fetcher: Option<&Fetcher>) -> Vec<Found> {
    let Some(fetcher) = fetcher else { return Vec::new() };
    let all = feeds_and_sitemaps(sources).map(|(kind, place)| async move {
        match kind {
            "feed" => read_feed(place, fetcher).await,
            _ => read_sitemap(place, fetcher).await,
        }
    });
    // Collected first: a stream over a borrowing iterator would make the run's future impossible to spawn.
    let all: Vec<_> = all.collect();
    stream::iter(all).buffered(SIDE_BY_SIDE).collect().await
}

async fn read_feed(place: &str, fetcher: &Fetcher) -> Found {
    let mut found = Found::default();
    match source_bytes(place, fetcher).await {
        Ok((bytes, base)) => match feed::parse(&bytes, &base) {
            Ok(entries) => found.pages.extend(entries.into_iter().map(|entry| (entry.url, entry.published))),
            Err(error) => found.problem(Weight::Stays, error.to_string()),
        },
        Err(problem) => found.problems.push(problem),
    }
    found
}

/// A sitemap with all sitemaps below it; one that fails does not hide the others.
async fn read_sitemap(place: &str, fetcher: &Fetcher) -> Found {
    let mut found = Found::default();
    let first = match base_of(place) {
        Ok(first) => first,
        Err(problem) => return Found { problems: vec![problem], ..found },
    };
    let mut walk = sitemap::Walk::new(first.clone());
    while let Some(address) = walk.next_sitemap() {
        let place = if address == first { place } else { address.as_str() };
        match source_bytes(place, fetcher).await {
            Ok((bytes, _)) => match walk.read(&bytes) {
                Ok(pages) => found
                    .pages
                    .extend(pages.into_iter().map(|page| (page.url, page.published.or(page.modified)))),
                Err(error) => found.problem(Weight::Stays, format!("{}: {error}", shown_place(place))),
            },
            Err(problem) => found.problems.push(problem),
        }
    }
    if walk.left_out() > 0 {
        let message =
            format!("{} sitemaps were left out: the index is nested too deep or too long", walk.left_out());
        found.problem(Weight::Stays, message);
    }
    found
}

/// The bytes of a feed or sitemap and the address that relative addresses in it belong to.
async fn source_bytes(place: &str, fetcher: &Fetcher) -> Result<(Vec<u8>, Url), Problem> {
    let base = base_of(place)?;
    if !is_address(place) {
        let path = PathBuf::from(place);
        let bytes = open::read(&path, MAX_SOURCE_BYTES).map_err(|error| missing(&path, &error))?;
        return Ok((bytes, base));
    }
    match fetcher.fetch_source(&base).await {
        Ok(page) => Ok((page.bytes, page.final_url)),
        Err(error) => Err(Problem { weight: weight_of(&error), message: error.to_string() }),
    }
}

fn base_of(place: &str) -> Result<Url, Problem> {
    let parsed = if is_address(place) {
        Url::parse(place).ok()
    } else {
        std::path::absolute(place).ok().and_then(|path| Url::from_file_path(path).ok())
    };
    parsed.ok_or_else(|| configuration(format!("`{}` is neither an address nor a file", shown_place(place))))
}

fn weight_of(error: &FetchError) -> Weight {
    if error.is_transient() { Weight::MayPass } else { Weight::Stays }
}

fn missing(path: &Path, error: &dyn std::fmt::Display) -> Problem {
    configuration(format!("cannot read {}: {error}; check the path in the configuration", path.display()))
}

fn configuration(message: String) -> Problem {
    Problem { message, weight: Weight::Configuration }
}

fn shown_place(place: &str) -> String {
    match Url::parse(place) {
        Ok(url) if is_address(place) => shown(&url),
        _ => place.to_owned(),
    }
}

fn plan_urls(planner: &mut Planner, urls: &[String]) -> Result<(), Error> {
    if urls.is_empty() {
        return Ok(());
    }
    planner.source("urls", "");
    for address in urls {
        match list::parse_url(address) {
            Ok(url) => add_url(planner, url, None)?,
            Err(reason) => planner.problem(Weight::Configuration, format!("`{address}` {reason}")),
        }
    }
    Ok(())
}

fn plan_list(planner: &mut Planner, path: &Path) -> Result<(), Error> {
    let name = path.display().to_string();
    planner.source("list", &name);
    let bytes = match open::read(path, MAX_SOURCE_BYTES) {
        Ok(bytes) => bytes,
        Err(error) => {
            let problem = missing(path, &error);
            planner.problem(problem.weight, problem.message);
            return Ok(());
        }
    };
    let (entries, invalid) = list::parse(&String::from_utf8_lossy(&bytes), &name);
    for entry in entries {
        add_url(planner, entry.url, None)?;
    }
    for line in invalid {
        let record = Record::failure(line.text.clone(), INVALID_URL, line.to_string());
        planner.add(format!("{name}: {}", line.text), line.text, Work::Refuse(Box::new(record)), None)?;
    }
    Ok(())
}

fn plan_named(planner: &mut Planner, found: Found) -> Result<(), Error> {
    for problem in found.problems {
        planner.problem(problem.weight, problem.message);
    }
    found.pages.into_iter().try_for_each(|(url, published)| add_url(planner, url, published))
}

/// Credentials in an address are for the server alone: neither the state nor a record keeps them.
fn add_url(planner: &mut Planner, mut url: Url, published: Option<Timestamp>) -> Result<(), Error> {
    url.set_fragment(None);
    let name = shown(&url);
    planner.add(name.clone(), name, Work::Fetch(url), published)
}

fn plan_saved(planner: &mut Planner, path: &str, max_bytes: usize) -> Result<(), Error> {
    planner.source("saved", path);
    for item in Saved::new(vec![path.to_owned()], InputKind::Html, max_bytes) {
        match item {
            Item::File { path, .. } => add_file(planner, path)?,
            Item::Failed(record) => {
                let reason = record.reason.unwrap_or_default();
                planner.problem(Weight::Configuration, reason);
            }
            // Archives are no saved pages: `InputKind::Html` opens none.
            Item::Page(_) => {}
        }
    }
    Ok(())
}

fn add_file(planner: &mut Planner, path: PathBuf) -> Result<(), Error> {
    let source = path.display().to_string();
    match std::fs::canonicalize(&path).and_then(|whole| Ok((stamp(&whole)?, whole))) {
        Ok((stamp, whole)) => planner.add(whole.display().to_string(), source, Work::Read(path, stamp), None),
        Err(error) => {
            planner.problem(Weight::MayPass, format!("cannot read {source}: {error}"));
            Ok(())
        }
    }
}

fn stamp(path: &Path) -> std::io::Result<Stamp> {
    let data = std::fs::metadata(path)?;
    let modified = data.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Stamp {
        size: i64::try_from(data.len()).unwrap_or(i64::MAX),
        modified_ns: i64::try_from(modified.as_nanos()).unwrap_or(i64::MAX),
    })
}
