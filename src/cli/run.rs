//! `tamis run`: one unattended run, what cron calls.
//!
//! Everything it says goes to stderr: standard output stays empty, so that cron sends mail only when asked to.

use std::path::Path;
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::config::Config;
use crate::error::Error;
use crate::job::{self, report};

/// How long threads that still work on a page may keep the program after the report.
const FAREWELL: Duration = Duration::from_millis(200);

/// What to do and how much to say.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunOptions<'a> {
    /// The configuration; `config.toml` or the built-in default without.
    pub config: Option<&'a Path>,
    /// Only says what would be done.
    pub dry_run: bool,
    /// Lets the fetcher reach loopback and private addresses.
    pub allow_private: bool,
    /// Leaves the tables out; the line and errors stay.
    pub quiet: bool,
}

/// Runs, and gives the exit code of the contract.
pub fn run(options: RunOptions) -> Result<u8, Error> {
    let mut config = Config::find(options.config)?;
    config.fetch.allow_private |= options.allow_private;
    require_sources(&config)?;
    let runtime = Runtime::new().map_err(|error| Error::Client(format!("no threads to be had: {error}")))?;
    let code = if options.dry_run { plan(&runtime, &config) } else { work(&runtime, &config, options.quiet) };
    runtime.shutdown_timeout(FAREWELL);
    code
}

fn require_sources(config: &Config) -> Result<(), Error> {
    let sources = &config.sources;
    let none = sources.lists.is_empty()
        && sources.urls.is_empty()
        && sources.saved.is_empty()
        && sources.feeds.is_empty()
        && sources.sitemaps.is_empty();
    if none {
        let message =
            "the configuration names no source; name one under [sources], as in `feeds = [\"https://...\"]`";
        return Err(Error::Config(message.to_owned()));
    }
    Ok(())
}

fn plan(runtime: &Runtime, config: &Config) -> Result<u8, Error> {
    let plan = runtime.block_on(job::plan(config))?;
    eprint!("{}", report::plan_table(&plan));
    Ok(report::plan_exit_code(&plan))
}

fn work(runtime: &Runtime, config: &Config, quiet: bool) -> Result<u8, Error> {
    let report = runtime.block_on(job::run(config, shutdown()))?;
    if !quiet {
        eprint!("{}", report.table());
    }
    eprintln!("{}", report.line());
    Ok(report.exit_code())
}

/// Ends when the system or a person asks the program to: SIGTERM or Ctrl-C.
async fn shutdown() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                () = interrupted() => {}
            }
            return;
        }
    }
    interrupted().await;
}

/// Without a handler for Ctrl-C the system's own ends the program, which loses nothing either.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
