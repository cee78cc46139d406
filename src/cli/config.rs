//! `tamis config`: shows the settings in force, or checks them.

use std::path::Path;

use crate::config::Config;
use crate::error::Error;
use crate::fetch::Fetcher;
use crate::job;

/// The settings in force as TOML, with what is secret masked.
pub fn show(path: Option<&Path>) -> Result<String, Error> {
    Ok(Config::find(path)?.shown())
}

/// Checks a configuration as far as that goes without a run; gives one line that says what was checked.
pub fn check(path: Option<&Path>) -> Result<String, Error> {
    let config = Config::find(path)?;
    config.check()?;
    Fetcher::new(config.fetch.clone())?;
    job::rules(&config)?;
    check_files(&config)?;
    let name = path.map_or_else(|| "the configuration".to_owned(), |path| path.display().to_string());
    Ok(format!("{name} is in order"))
}

/// Lists, folders, and local feeds must be there; globs and addresses cannot be checked without a run.
fn check_files(config: &Config) -> Result<(), Error> {
    let sources = &config.sources;
    let local = |place: &&String| !crate::config::is_address(place) && !place.contains(['*', '?', '[', '{']);
    let named = sources.saved.iter().chain(&sources.feeds).chain(&sources.sitemaps).filter(local);
    let paths = named.map(Path::new).chain(sources.lists.iter().map(|list| list.as_path()));
    match paths.into_iter().find(|path| !path.exists()) {
        Some(path) => {
            Err(Error::Config(format!("{} is not there; check the paths under [sources]", path.display())))
        }
        None => Ok(()),
    }
}
