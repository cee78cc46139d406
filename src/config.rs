//! The settings of an unattended run: one TOML file, whose default is the annotated `config.toml` of the project.
//!
//! - section: a table of the file, as in `[fetch]`; each is one struct
//! - unknown keys and wrong types are errors that name the line and what to write instead (`message`)
//! - relative paths are relative to the folder of the file
//! - what is secret is masked wherever settings are shown (`mask`)

pub(crate) mod mask;
mod message;
mod paths;
mod shared;
mod sources;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::fetch::FetchOptions;
use crate::format::Format;
use crate::job::duplicates::{Doubles, MOST_BITS};
use crate::job::refresh::RefreshOptions;
use crate::options::CleanOptions;
use crate::sink::Earlier;
pub use crate::source::web::is_address;
pub use shared::StateOptions;
#[cfg(not(feature = "postgres"))]
pub(crate) use shared::WITHOUT_POSTGRES;

/// The annotated default. A test holds it equal to [`Config::default`].
pub const DEFAULT_TOML: &str = include_str!("../config.toml");
/// The file that is taken when none is named and it exists.
pub const DEFAULT_FILE: &str = "config.toml";

/// All settings of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where pages come from. In a file of your own, a source that is not named is empty.
    #[serde(default)]
    pub sources: Sources,
    /// How to fetch.
    #[serde(default)]
    pub fetch: FetchOptions,
    /// Which known pages are asked again.
    #[serde(default)]
    pub refresh: RefreshOptions,
    /// How to clean.
    #[serde(default)]
    pub clean: CleanOptions,
    /// Rules of your own.
    #[serde(default)]
    pub rules: RulesOptions,
    /// Where articles go.
    #[serde(default)]
    pub output: Output,
    /// A state that many workers share.
    #[serde(default)]
    pub state: StateOptions,
    /// Lock, memory, limits and report of a run.
    #[serde(default)]
    pub job: JobOptions,
    /// The file that they were read from; empty for none.
    #[serde(skip)]
    pub file: PathBuf,
}

/// Where pages come from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sources {
    /// Files with one URL a line.
    pub lists: Vec<PathBuf>,
    /// Single URLs.
    pub urls: Vec<String>,
    /// Saved pages: files, folders (walked) or globs.
    pub saved: Vec<String>,
    /// RSS, Atom or JSON feeds: URLs or files.
    pub feeds: Vec<String>,
    /// Sitemaps or sitemap indexes: URLs or files.
    pub sitemaps: Vec<String>,
    /// Home pages, for the feeds and sitemaps that their sites name.
    pub discover: Vec<String>,
    /// Only pages of the last so many days, where their source dates them; 0 for all.
    pub max_age_days: f64,
    /// Patterns of addresses that are wanted; empty for all.
    pub include: Vec<String>,
    /// Patterns of addresses that are not wanted.
    pub exclude: Vec<String>,
    /// Settings of single lists, feeds, sitemaps and sites, by their place as given above.
    pub places: BTreeMap<String, PlaceOptions>,
}

/// Settings of one list, feed, sitemap or site; what is not given is as in [`Sources`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PlaceOptions {
    /// Only pages of the last so many days; 0 for all.
    pub max_age_days: Option<f64>,
    /// Patterns of addresses that are wanted; empty for all.
    pub include: Option<Vec<String>>,
    /// Patterns of addresses that are not wanted.
    pub exclude: Option<Vec<String>>,
}

/// Rules of your own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RulesOptions {
    /// Folder whose rules win over the built-in ones; empty for none.
    pub folder: PathBuf,
    /// Whether paragraphs that earlier runs found below many articles of a host are left out.
    pub furniture: bool,
}

impl Default for RulesOptions {
    fn default() -> RulesOptions {
        RulesOptions { folder: PathBuf::new(), furniture: true }
    }
}

/// Where articles go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Output {
    /// What to write.
    pub kind: OutputKind,
    /// The folder or file. A file without extension gets the one of its kind.
    pub path: PathBuf,
    /// Format of the files in a folder.
    pub format: Format,
    /// What becomes of the earlier text of an article that has changed.
    pub earlier_versions: Earlier,
    /// What to do with a page whose article another address gave already.
    pub same_canonical: Doubles,
    /// What to do with a page whose text is nearly that of another.
    pub near_duplicates: Doubles,
    /// In how many of 64 bits the fingerprints of near-duplicates may differ.
    pub near_bits: u32,
}

/// What to write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputKind {
    /// A folder with one file an article.
    #[default]
    Folder,
    /// A file with one JSON record a line.
    Jsonl,
    /// An SQLite database.
    Sqlite,
    /// The database of a shared state.
    Postgres,
}

/// Lock, memory, limits and report of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobOptions {
    /// The database that remembers every page over runs.
    pub state: PathBuf,
    /// The lock against overlapping runs.
    pub lock: PathBuf,
    /// Where the report goes as JSON; empty for nowhere.
    pub report: PathBuf,
    /// Where the report goes as a page to look at; empty for nowhere.
    pub report_html: PathBuf,
    /// Where the report goes for Prometheus; empty for nowhere.
    pub metrics: PathBuf,
    /// Time after which a run takes no new pages, in seconds; 0 for no limit.
    pub time_budget_seconds: u64,
    /// How long pages under way may take once a run is to stop, in seconds.
    pub grace_seconds: u64,
    /// Failures in a row after which a page has failed for good.
    pub max_attempts: u32,
    /// Wait after a page's first failure, in seconds; grows fourfold with each further one.
    pub retry_seconds: u64,
    /// Longest wait between two tries of a page, in seconds.
    pub longest_retry_seconds: u64,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            sources: Sources { saved: vec!["samples/pages".to_owned()], ..Sources::default() },
            fetch: FetchOptions::default(),
            refresh: RefreshOptions::default(),
            clean: CleanOptions::default(),
            rules: RulesOptions::default(),
            output: Output::default(),
            state: StateOptions::default(),
            job: JobOptions::default(),
            file: PathBuf::new(),
        }
    }
}

impl Default for Output {
    fn default() -> Output {
        Output {
            kind: OutputKind::Folder,
            path: "articles".into(),
            format: Format::Txt,
            earlier_versions: Earlier::Keep,
            same_canonical: Doubles::Skip,
            near_duplicates: Doubles::Report,
            near_bits: MOST_BITS,
        }
    }
}

impl Default for JobOptions {
    fn default() -> JobOptions {
        JobOptions {
            state: "state/tamis.sqlite".into(),
            lock: "state/tamis.lock".into(),
            report: "state/report.json".into(),
            report_html: PathBuf::new(),
            metrics: PathBuf::new(),
            time_budget_seconds: 0,
            grace_seconds: 30,
            max_attempts: 6,
            retry_seconds: 6 * 3600,
            longest_retry_seconds: 7 * 24 * 3600,
        }
    }
}

impl Output {
    /// Where the articles go, for people.
    pub(crate) fn shown(&self) -> String {
        match self.kind {
            OutputKind::Postgres => "the table articles of the database".to_owned(),
            _ => self.full_path().display().to_string(),
        }
    }

    /// The path with the extension of its kind where it has none.
    pub fn full_path(&self) -> PathBuf {
        let extension = match self.kind {
            OutputKind::Folder | OutputKind::Postgres => return self.path.clone(),
            OutputKind::Jsonl => "jsonl",
            OutputKind::Sqlite => "sqlite",
        };
        if self.path.extension().is_some() { self.path.clone() } else { self.path.with_extension(extension) }
    }
}

impl Config {
    /// Reads a file, or `config.toml` in the current folder if there is one, or takes the default.
    pub fn find(path: Option<&Path>) -> Result<Config, Error> {
        match path {
            Some(path) => Config::load(path),
            None if Path::new(DEFAULT_FILE).exists() => Config::load(Path::new(DEFAULT_FILE)),
            None => Ok(Config::default()),
        }
    }

    /// Reads and checks a file.
    pub fn load(path: &Path) -> Result<Config, Error> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            let hint = "hint: `tamis config --show > new.toml` writes one to start from";
            Error::Config(format!("cannot read the configuration {}: {error}\n{hint}", path.display()))
        })?;
        let mut config = Config::from_toml(&text, &path.display().to_string())?;
        config.file = path.to_owned();
        config.resolve();
        config.check().map_err(|error| named(path, error))?;
        Ok(config)
    }

    /// Parses settings; `origin` is the file's name for messages. Paths stay as they are.
    pub fn from_toml(text: &str, origin: &str) -> Result<Config, Error> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        toml::from_str(text).map_err(|error| Error::Config(message::explain(text, origin, &error)))
    }

    /// The settings as TOML, with what is secret masked.
    pub fn shown(&self) -> String {
        let table = toml::Table::try_from(self).expect("settings are plain data");
        toml::to_string_pretty(&mask::masked(table)).expect("a table is TOML")
    }

    /// Finds settings that no run could work with. The message names the key and what to write.
    pub fn check(&self) -> Result<(), Error> {
        self.fetch.check()?;
        self.refresh.check()?;
        self.clean.check()?;
        self.check_sources()?;
        self.check_paths()?;
        self.check_state()?;
        if self.output.near_bits > MOST_BITS {
            let found = self.output.near_bits;
            return Err(Error::Config(format!("output.near_bits is {found}; write 0 to {MOST_BITS}")));
        }
        match self.job.max_attempts {
            0 => Err(Error::Config("job.max_attempts is 0; write 1 or more".to_owned())),
            _ => Ok(()),
        }
    }

    /// As [`Config::check`]; a run also needs a source, and room for its files.
    pub fn check_for_run(&self) -> Result<(), Error> {
        let Sources { lists, urls, saved, feeds, sitemaps, discover, .. } = &self.sources;
        if lists.is_empty() && [urls, saved, feeds, sitemaps, discover].iter().all(|places| places.is_empty())
        {
            let example = "as in `feeds = [\"https://www.site.example/rss\"]`";
            return Err(Error::Config(format!("no source is named; name one under [sources], {example}")));
        }
        self.check()?;
        self.check_places()
    }

    fn check_sources(&self) -> Result<(), Error> {
        for address in &self.sources.urls {
            check_address(address)?;
        }
        let web = self.sources.feeds.iter().chain(&self.sources.sitemaps);
        web.filter(|source| is_address(source)).try_for_each(|address| check_address(address))?;
        self.sources.discover.iter().try_for_each(|address| check_address(address))?;
        self.sources.check_filters()
    }
}

fn check_address(address: &str) -> Result<(), Error> {
    let problem = match url::Url::parse(address) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => return Ok(()),
        Ok(url) => format!("`{}:` addresses cannot be fetched", url.scheme()),
        Err(error) => error.to_string(),
    };
    let shown = mask::without_password(address);
    Err(Error::Config(format!(
        "sources: `{shown}` is no address ({problem}); write it as in `https://site.example/page`"
    )))
}

fn named(path: &Path, error: Error) -> Error {
    match error {
        Error::Config(message) => Error::Config(format!("{}: {message}", path.display())),
        other => other,
    }
}

#[cfg(test)]
#[path = "config/tests.rs"]
mod tests;
