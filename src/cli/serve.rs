//! `tamis serve`: the workbench in a browser, until Ctrl-C.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use tokio::runtime::Runtime;

use tamis::config::{Config, DEFAULT_FILE};
use tamis::job::state::State;
use tamis::serve::{ServeOptions, USUAL_ADDRESS, Workbench};
use tamis::source::saved::is_pattern;

use super::shell::{Exit, Shell};
use super::stop::Stop;

/// Arguments of `tamis serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Saved pages: files, folders, globs or web archives; else those of the configuration
    #[arg(value_name = "PATH")]
    saved: Vec<String>,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = USUAL_ADDRESS)]
    bind: SocketAddr,
    /// Folder for rules of your own, in which taught rules are written; else that of the configuration
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// The configuration; else `config.toml` of this folder, if there is one. With it the furniture that its runs have
    /// found is shown
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Fetch from loopback and private addresses, too (tests, intranets)
    #[arg(long)]
    allow_private: bool,
    /// Listen where other machines can reach it; there is no password
    #[arg(long)]
    allow_remote: bool,
}

/// Serves until the process is asked to stop.
pub fn execute(args: ServeArgs, _shell: &Shell) -> anyhow::Result<Exit> {
    let options = options(args)?;
    match &options.rules {
        Some(folder) => tracing::info!("rules that you teach go into {}", folder.display()),
        None => tracing::info!(
            "rules that you teach last until the end of this program; `--rules DIR` keeps them in a folder"
        ),
    }
    let runtime = Runtime::new()?;
    runtime.block_on(async {
        let mut stop = Stop::listen();
        let workbench = Workbench::open(options).await?;
        tracing::info!("the workbench is at http://{}/ (Ctrl-C ends it)", workbench.address()?);
        workbench.run(async move { stop.requested().await }).await
    })?;
    runtime.shutdown_background();
    Ok(Exit::Done)
}

fn options(args: ServeArgs) -> Result<ServeOptions, tamis::Error> {
    let is_named = args.config.is_some() || Path::new(DEFAULT_FILE).exists();
    let config = Config::find(args.config.as_deref())?;
    let furniture = match is_named && config.rules.furniture {
        true => State::open_to_read(&config)?.map(|state| state.furniture()).transpose()?,
        false => None,
    };
    let is_given = !args.saved.is_empty();
    let saved = match (args.saved.is_empty(), is_named) {
        (false, _) => args.saved,
        (true, true) => config.sources.saved,
        (true, false) => Vec::new(),
    };
    let is_missing = |place: &&String| !is_pattern(place) && !Path::new(place).exists();
    if let Some(missing) = saved.iter().find(is_missing).filter(|_| is_given) {
        return Err(tamis::Error::Config(format!("{missing} is not there; name saved pages, or none")));
    }
    let own = Some(config.rules.folder).filter(|folder| !folder.as_os_str().is_empty());
    let mut fetch = config.fetch;
    fetch.allow_private |= args.allow_private;
    // what is looked at is no part of what runs collect
    fetch.warc = None;
    Ok(ServeOptions {
        address: args.bind,
        allow_remote: args.allow_remote,
        rules: args.rules.or(own),
        saved,
        clean: config.clean,
        fetch,
        furniture,
    })
}
