//! Opens what a run needs: state, cleaner, fetcher, output.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::articles::ArticleTable;
use super::copies::{self, Copies};
use super::page::Tools;
use super::settings::{Settings, missing_output};
use super::state::State;
use super::state::frontier::Frontier;
use super::verdict::Patience;
use super::{Job, gather, reports};
use crate::clean::furniture::Furniture;
use crate::config::{Config, OutputKind};
use crate::error::Error;
use crate::fetch::{Fetcher, Gate, Shelf, Surroundings};
use crate::pipeline::Cleaner;
use crate::rules::Rules;
use crate::sink::{FolderSink, JsonlSink, Sink, SqliteSink};

impl<'a> Job<'a> {
    pub(super) fn open(config: &'a Config) -> Result<Job<'a>, Error> {
        let (mut state, frontier) = match config.shared_state() {
            None => (State::open(config)?, None),
            Some(url) => {
                let lease = Duration::from_secs(config.state.lease_seconds);
                let (state, frontier) = State::join(url, lease)?;
                (state, Some(frontier))
            }
        };
        let tools = tools(config, surroundings(config, frontier.as_ref()))?.with_furniture(config, &state)?;
        let catalogue = tools.cleaner.rules().catalogue();
        state.note_rules(catalogue.iter().filter(|rule| rule.own).map(|rule| rule.rule.as_str()))?;
        reports::prepare(config)?;
        let settings = Settings::of(config)?;
        state.note_settings(&settings.print())?;
        let missing = missing_output(config, &state)?;
        let growing = (config.output.kind == OutputKind::Jsonl).then(|| absolute(&config.output.full_path()));
        let sink = open_sink(config, &state, growing.as_deref())?;
        let _alive = frontier.as_ref().map(Frontier::guard);
        Ok(Job {
            config,
            tools,
            state,
            frontier,
            _alive,
            sink,
            growing,
            settings,
            missing,
            now: Timestamp::now(),
        })
    }
}

fn open_sink(config: &Config, state: &State, growing: Option<&str>) -> Result<Box<dyn Sink>, Error> {
    let path = config.output.full_path();
    let earlier = config.output.earlier_versions;
    Ok(match (config.output.kind, state.shared()) {
        (OutputKind::Folder, None) => {
            Box::new(FolderSink::open(&path, config.output.format)?.with_earlier(earlier))
        }
        (OutputKind::Folder, Some(_)) => {
            let sink = FolderSink::open(&path, config.output.format)?.with_earlier(earlier);
            Box::new(sink.of_many_writers())
        }
        (OutputKind::Postgres, Some(database)) => Box::new(ArticleTable::over(database, earlier)),
        (OutputKind::Jsonl, None) => {
            let mark = growing.map(|growing| state.mark(growing)).transpose()?.flatten();
            Box::new(JsonlSink::open(&path, mark)?)
        }
        (OutputKind::Sqlite, None) => Box::new(SqliteSink::open(&path)?.with_earlier(earlier)),
        (OutputKind::Postgres, None) | (OutputKind::Jsonl | OutputKind::Sqlite, Some(_)) => {
            config.check()?;
            return Err(Error::Config("this output.kind does not go with this [state]".to_owned()));
        }
    })
}

pub(super) fn tools(config: &Config, surroundings: Surroundings) -> Result<Tools, Error> {
    let fetcher = match gather::needs_network(&config.sources) || config.shared_state().is_some() {
        true => Some(Fetcher::within(config.fetch.clone(), surroundings)?),
        false => None,
    };
    let patience = Patience {
        max_attempts: config.job.max_attempts,
        first_wait: Duration::from_secs(config.job.retry_seconds),
        longest_wait: Duration::from_secs(config.job.longest_retry_seconds),
    };
    let cleaner = Arc::new(Cleaner::new(rules(config)?, config.clean.clone()));
    let refresh = config.refresh.clone();
    Ok(Tools { fetcher, cleaner, patience, refresh, max_bytes: config.clean.max_bytes })
}

impl Tools {
    /// With the furniture that earlier runs found; without it, pages are counted all the same.
    fn with_furniture(self, config: &Config, state: &State) -> Result<Tools, Error> {
        let known = if config.rules.furniture { state.furniture()? } else { Furniture::default() };
        let cleaner = Arc::new(self.cleaner.as_ref().clone().with_furniture(known));
        Ok(Tools { cleaner, ..self })
    }
}

/// Copies of sources beside the state, and the turns at hosts where others ask them, too.
fn surroundings(config: &Config, frontier: Option<&Frontier>) -> Surroundings {
    let is_needed = gather::needs_network(&config.sources) || frontier.is_some();
    let copies =
        is_needed.then(|| Copies::open(&copies::beside(&config.job.state), Timestamp::now())).flatten();
    Surroundings {
        shelf: copies.map(|copies| Arc::new(copies) as Arc<dyn Shelf>),
        gate: frontier.map(|frontier| Arc::new(frontier.clone()) as Arc<dyn Gate>),
    }
}

/// The rules in force: the built-in ones, and those of the configured folder over them.
pub fn rules(config: &Config) -> Result<Rules, Error> {
    match config.rules.folder.as_os_str().is_empty() {
        true => Ok(Rules::builtin()),
        false => Rules::builtin().overlay_dir(&config.rules.folder),
    }
}

fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}
