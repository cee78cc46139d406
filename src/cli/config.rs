//! `tamis config`: shows the settings in force, or checks them.

use std::path::{Path, PathBuf};

use clap::Args;

use tamis::config::{Config, DEFAULT_FILE, Output, OutputKind, is_address};
use tamis::fetch::{FetchOptions, Fetcher};
use tamis::job::state::State;
use tamis::sink::atomic;
use tamis::source::saved::is_pattern;
use tamis::{Error, job};

use super::deploy::{self, Installed};
use super::shell::{Exit, Shell};

/// Arguments of `tamis config`.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("action").required(true)))]
pub struct ConfigArgs {
    /// Print the settings in force as TOML; what is secret is masked
    #[arg(long, group = "action")]
    show: bool,
    /// Check the settings, that the files they name are there, and that this user may write what a run writes
    #[arg(long, group = "action")]
    check: bool,
    /// Check also that a systemd service, timer or crontab is fit for the settings; a folder of them is looked through
    #[arg(long, value_name = "PATH", requires = "check")]
    deploy: Vec<PathBuf>,
    /// The configuration; else `config.toml` of this folder, else the built-in default
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Shows or checks.
pub fn execute(args: ConfigArgs, _shell: &Shell) -> anyhow::Result<Exit> {
    // A shell empties the file of `tamis config --show > config.toml` before we are called.
    let is_being_made = args.show && args.config.is_none() && is_empty(Path::new(DEFAULT_FILE));
    let config = if is_being_made { Config::default() } else { Config::find(args.config.as_deref())? };
    if args.show {
        use std::io::Write;
        std::io::stdout().lock().write_all(config.shown().as_bytes())?;
        return Ok(Exit::Done);
    }
    settings(&config)?;
    let file = args.config.unwrap_or_else(|| DEFAULT_FILE.into());
    let installed = Installed { config: &config, file: std::path::absolute(file)? };
    let mut findings = missing_files(&config);
    findings.extend(unwritable(&installed));
    findings.extend(deploy::findings(&args.deploy, &installed));
    for finding in &findings {
        tracing::error!("{finding}");
    }
    advise(&config);
    if config.output.kind != OutputKind::Folder && config.output.format != Output::default().format {
        tracing::warn!(
            "output.format says how the files of a folder look; with this output.kind it counts for nothing"
        );
    }
    match findings.is_empty() {
        true => {
            tracing::info!("the configuration is in order");
            Ok(Exit::Done)
        }
        false => Ok(Exit::Usage),
    }
}

fn is_empty(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|data| data.len() == 0)
}

/// What every run looks at before it does anything.
fn settings(config: &Config) -> Result<(), Error> {
    config.check_for_run()?;
    // an archive would be begun
    Fetcher::new(FetchOptions { warc: None, ..config.fetch.clone() })?;
    job::rules(config)?;
    State::open_to_read(config).map(|_| ())
}

/// Lists, folders, and local feeds must be there; globs and addresses cannot be checked without a run.
fn missing_files(config: &Config) -> Vec<String> {
    let sources = &config.sources;
    let local = |place: &&String| !is_address(place) && !is_pattern(place);
    let named = sources.saved.iter().chain(&sources.feeds).chain(&sources.sitemaps).filter(local);
    let paths = named.map(Path::new).chain(sources.lists.iter().map(PathBuf::as_path));
    let missing = paths.filter(|path| !path.exists());
    missing.map(|path| format!("{} is not there; check the paths under [sources]", path.display())).collect()
}

/// Folders that a run would write into, or make, and may not as this user.
fn unwritable(installed: &Installed) -> Vec<String> {
    let mut folders: Vec<(&str, &Path)> = Vec::new();
    let written = installed.written();
    for (key, path) in &written {
        // Of a folder that is not there yet, the nearest one above it must be writable.
        if let Some(folder) = path.ancestors().find(|above| above.is_dir())
            && !folders.iter().any(|(_, known)| *known == folder)
        {
            folders.push((key, folder));
        }
    }
    let check = |(key, folder): (&str, &Path)| {
        atomic::check_writable(folder).err().map(|error| format!("{key}: {error}"))
    };
    folders.into_iter().filter_map(check).collect()
}

/// What works, but could be done better.
fn advise(config: &Config) {
    let sources = &config.sources;
    let addresses = sources.feeds.iter().chain(&sources.sitemaps).filter(|place| is_address(place)).count();
    if config.fetch.contact.is_none() && addresses + sources.urls.len() + sources.lists.len() > 0 {
        tracing::warn!("fetch.contact is not set; give owners of sites a page or mail address to reach you");
    }
}
