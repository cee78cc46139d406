//! Asks every source of the configuration for its pages.
//!
//! Feeds, sitemaps and sites are read side by side, as far as politeness allows; what they name is planned in the
//! order of the configuration, so that two runs over the same sources plan alike. A source that fails is a
//! problem in the report and does not keep the others from being read.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use futures::StreamExt;
use futures::stream;
use jiff::Timestamp;
use url::Url;

use super::plan::{Named, Plan, Planner, Weight, Work};
use super::state::{Stamp, State};
use crate::config::{Config, Sources};
use crate::error::Error;
use crate::fetch::{FetchErrorKind, Fetcher, shown};
use crate::hash;
use crate::record::Record;
use crate::source::filter::Filter;
use crate::source::normal::normalized;
use crate::source::saved::{InputKind, Item, Saved};
use crate::source::web::{self, Found, Kind, shown_place};
use crate::source::{list, open};

/// Sources fetched side by side; each is polite by itself.
const SIDE_BY_SIDE: usize = 16;
/// Status of a line that is no address, the same as for an address that cannot be fetched.
pub(super) const INVALID_URL: &str = "invalid-url";
/// Largest list file.
const MAX_SOURCE_BYTES: usize = 64 << 20;

/// The pages of all sources.
pub(super) async fn gather(
    config: &Config,
    fetcher: Option<&Fetcher>,
    state: Option<&State>,
    now: Timestamp,
) -> Result<Plan, Error> {
    let sources = &config.sources;
    let mut found = fetched_sources(sources, fetcher, now).await?.into_iter();
    let mut planner = Planner::new(state, now);
    plan_urls(&mut planner, &sources.urls)?;
    for path in &sources.lists {
        let name = config.as_written(path);
        plan_list(&mut planner, path, &name, &sources.filter(&path.display().to_string(), now)?)?;
    }
    for (kind, place) in places(sources) {
        let place =
            if web::is_address(place) { shown_place(place) } else { config.as_written(Path::new(place)) };
        planner.source(name_of(kind), &place);
        plan_named(&mut planner, found.next().unwrap_or_default())?;
        planner.add_remembered()?;
    }
    for path in &sources.saved {
        plan_saved(&mut planner, path, config)?;
    }
    Ok(planner.finish())
}

/// Whether any source needs the network.
pub(super) fn needs_network(sources: &Sources) -> bool {
    let local = sources.urls.is_empty()
        && sources.lists.is_empty()
        && sources.feeds.is_empty()
        && sources.sitemaps.is_empty()
        && sources.discover.is_empty();
    !local
}

/// The sources that name pages with their dates, in the order in which they are planned.
fn places(sources: &Sources) -> impl Iterator<Item = (Kind, &str)> {
    let feeds = sources.feeds.iter().map(|place| (Kind::Feed, place.as_str()));
    let sitemaps = sources.sitemaps.iter().map(|place| (Kind::Sitemap, place.as_str()));
    let sites = sources.discover.iter().map(|place| (Kind::Site, place.as_str()));
    feeds.chain(sitemaps).chain(sites)
}

fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Feed => "feed",
        Kind::Sitemap => "sitemap",
        Kind::Site => "discover",
    }
}

async fn fetched_sources(
    sources: &Sources,
    fetcher: Option<&Fetcher>,
    now: Timestamp,
) -> Result<Vec<Found>, Error> {
    let Some(fetcher) = fetcher else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for (kind, place) in places(sources) {
        all.push((kind, place, sources.filter(place, now)?));
    }
    let read = all.iter().map(|(kind, place, filter)| web::read(*kind, place, filter, fetcher));
    // Collected first: a stream over a borrowing iterator would make the run's future impossible to spawn.
    let read: Vec<_> = read.collect();
    Ok(stream::iter(read).buffered(SIDE_BY_SIDE).collect().await)
}

fn weight_of(problem: &web::Problem) -> Weight {
    match problem {
        web::Problem::Fetch(error) if error.is_transient() => Weight::MayPass,
        web::Problem::Fetch(error) if error.kind == FetchErrorKind::Stopped => Weight::Unread,
        web::Problem::Fetch(_) | web::Problem::Format { .. } => Weight::Stays,
        web::Problem::Place { .. } => Weight::Configuration,
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

fn plan_list(planner: &mut Planner, path: &Path, name: &str, filter: &Filter) -> Result<(), Error> {
    planner.source("list", name);
    let bytes = match open::read(path, MAX_SOURCE_BYTES) {
        Ok(bytes) => bytes,
        Err(error) => {
            let message =
                format!("cannot read {}: {error}; check the path in the configuration", path.display());
            planner.problem(Weight::Configuration, message);
            return Ok(());
        }
    };
    let (entries, invalid) = list::parse(&String::from_utf8_lossy(&bytes), name);
    let (wanted, others): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|entry| filter.wants(&entry.url, None));
    planner.filtered(others.len());
    for entry in wanted {
        add_url(planner, entry.url, None)?;
    }
    for line in invalid {
        let record = Record::failure(line.text.clone(), INVALID_URL, line.to_string());
        let key = format!("{name}: {}", line.text);
        let work = Work::Refuse(Box::new(record));
        planner.add(Named { key: bounded(planner, key), source: line.text, work, published: None })?;
    }
    Ok(())
}

fn plan_named(planner: &mut Planner, found: Found) -> Result<(), Error> {
    for problem in found.problems {
        planner.problem(weight_of(&problem), problem.to_string());
    }
    planner.filtered(found.filtered);
    found.pages.into_iter().try_for_each(|page| add_url(planner, page.url, page.date))
}

/// Credentials in an address are for the server alone: neither the state nor a record keeps them.
fn add_url(planner: &mut Planner, mut url: Url, published: Option<Timestamp>) -> Result<(), Error> {
    url.set_fragment(None);
    let (key, source) = (bounded(planner, normalized(&url).into()), shown(&url));
    if planner.is_shared() && source != url.as_str() {
        let advice = "workers on other machines would not have it; write it as a header of fetch.hosts";
        let message = format!("{source} was given with a user name or password; {advice}");
        planner.problem(Weight::Configuration, message);
        return Ok(());
    }
    planner.add(Named { key, source, work: Work::Fetch(url), published })
}

/// A key that an index of a shared state takes: a long one ends in its hash.
fn bounded(planner: &Planner, mut key: String) -> String {
    /// PostgreSQL takes up to 2,700 bytes, and few addresses have more than a thousand.
    const MOST_BYTES: usize = 2000;
    if planner.is_shared() && key.len() > MOST_BYTES {
        let hash = hash::hex(key.as_bytes());
        let end = (0..=MOST_BYTES).rev().find(|end| key.is_char_boundary(*end)).unwrap_or(0);
        key.truncate(end);
        key.push_str(&hash);
    }
    key
}

fn plan_saved(planner: &mut Planner, path: &str, config: &Config) -> Result<(), Error> {
    planner.source("saved", &config.as_written(Path::new(path)));
    for item in Saved::new(vec![path.to_owned()], InputKind::Html, config.clean.max_bytes) {
        match item {
            Item::File { path, .. } => add_file(planner, config.as_written(&path), path)?,
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

fn add_file(planner: &mut Planner, source: String, path: PathBuf) -> Result<(), Error> {
    match std::fs::canonicalize(&path).and_then(|whole| Ok((stamp(&whole)?, whole))) {
        Ok((stamp, whole)) => {
            let (key, work) = (whole.display().to_string(), Work::Read(path, stamp));
            planner.add(Named { key, source, work, published: None })
        }
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
