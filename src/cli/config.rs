//! `tamis config`: shows the settings in force, or checks them.

use std::path::{Path, PathBuf};

use clap::Args;

use tamis::config::{Config, is_address};
use tamis::fetch::{FetchOptions, Fetcher};
use tamis::{Error, job};

use super::shell::{Exit, Shell};

/// Arguments of `tamis config`.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("action").required(true)))]
pub struct ConfigArgs {
    /// Print the settings in force as TOML; what is secret is masked
    #[arg(long, group = "action")]
    show: bool,
    /// Check the settings, and that the files they name are there
    #[arg(long, group = "action")]
    check: bool,
    /// The configuration; else `config.toml` of this folder, else the built-in default
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Shows or checks.
pub fn execute(args: ConfigArgs, _shell: &Shell) -> anyhow::Result<Exit> {
    let config = Config::find(args.config.as_deref())?;
    if args.check {
        check(&config)?;
        tracing::info!("the configuration is in order");
    } else {
        use std::io::Write;
        std::io::stdout().lock().write_all(config.shown().as_bytes())?;
    }
    Ok(Exit::Done)
}

/// As far as that goes without a run.
fn check(config: &Config) -> Result<(), Error> {
    config.check_for_run()?;
    // an archive would be begun
    Fetcher::new(FetchOptions { warc: None, ..config.fetch.clone() })?;
    job::rules(config)?;
    check_files(config)
}

/// Lists, folders, and local feeds must be there; globs and addresses cannot be checked without a run.
fn check_files(config: &Config) -> Result<(), Error> {
    let sources = &config.sources;
    let local = |place: &&String| !is_address(place) && !place.contains(['*', '?', '[', '{']);
    let named = sources.saved.iter().chain(&sources.feeds).chain(&sources.sitemaps).filter(local);
    let mut paths = named.map(Path::new).chain(sources.lists.iter().map(PathBuf::as_path));
    match paths.find(|path| !path.exists()) {
        Some(path) => {
            let path = path.display();
            Err(Error::Config(format!("{path} is not there; check the paths under [sources]")))
        }
        None => Ok(()),
    }
}
