//! `tamis accept` and `tamis verify`: today's output of a set of saved pages is stored, and later compared with what a
//! changed rule, model or version makes of the same pages.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use tamis::CleanOptions;
use tamis::source::saved::READ_ERROR;

use super::accepted::{self, Entry, Setup};
use super::clean::{Work, clean_saved};
use super::difference::difference;
use super::options::{CleaningArgs, pool};
use super::shell::{Exit, Shell, Usage};

/// Where outputs are stored.
const DEFAULT_FILE: &str = "accepted.jsonl";

/// Arguments of `tamis accept`.
#[derive(Debug, Args)]
pub struct AcceptArgs {
    /// Files, folders (walked) or globs; without any, those that were accepted before, cleaned as before
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    /// The file of accepted outputs
    #[arg(long, value_name = "FILE", default_value = DEFAULT_FILE)]
    file: PathBuf,
    #[command(flatten)]
    cleaning: CleaningArgs,
}

/// Arguments of `tamis verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The file of accepted outputs
    #[arg(long, value_name = "FILE", default_value = DEFAULT_FILE)]
    file: PathBuf,
}

/// Stores today's output.
pub fn accept(args: AcceptArgs, _shell: &Shell) -> anyhow::Result<Exit> {
    let setup = setup(&args)?;
    let entries = clean(&setup)?;
    if entries.is_empty() {
        return Err(Usage(format!("there are no pages in {}", setup.paths.join(", "))).into());
    }
    if let Some(entry) = entries.iter().find(|entry| entry.status == READ_ERROR) {
        let advice = "check the paths; nothing was accepted";
        return Err(Usage(format!("{} cannot be read; {advice}", entry.source)).into());
    }
    accepted::write(&args.file, &setup, &entries)?;
    tracing::info!("{} pages accepted in {}", entries.len(), args.file.display());
    Ok(Exit::Done)
}

fn setup(args: &AcceptArgs) -> anyhow::Result<Setup> {
    let (options, rules) = (args.cleaning.options(), args.cleaning.rules_folder());
    if !args.paths.is_empty() {
        return Ok(Setup { tamis: version(), paths: args.paths.clone(), rules, options });
    }
    if options != CleanOptions::default() || rules.is_some() {
        return Err(
            Usage("name the pages, too: without them, all is cleaned as it was accepted".to_owned()).into()
        );
    }
    let (before, _) = accepted::read(&args.file)?;
    Ok(Setup { tamis: version(), ..before })
}

fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// The outputs of today, sorted by their source, each once.
fn clean(setup: &Setup) -> anyhow::Result<Vec<Entry>> {
    let work = Work::new(setup.cleaner()?, &setup.options);
    let mut entries = BTreeMap::new();
    clean_saved(&work, work.items(setup.paths.clone()), &pool(None)?, |records| {
        entries.extend(records.into_iter().map(|record| (record.source.clone(), Entry::of(record))));
        Ok(())
    })?;
    Ok(entries.into_values().collect())
}

/// Compares with what was accepted.
pub fn verify(args: VerifyArgs, _shell: &Shell) -> anyhow::Result<Exit> {
    let (setup, before) = accepted::read(&args.file)?;
    let mut accepted: BTreeMap<String, Entry> =
        before.into_iter().map(|entry| (entry.source.clone(), entry)).collect();
    let pages = accepted.len();
    let mut out = io::stdout().lock();
    let mut differing = 0;
    for today in clean(&setup)? {
        let told = match accepted.remove(&today.source) {
            Some(before) => difference(&before, &today),
            None => Some("  is new; nothing is accepted of it\n".to_owned()),
        };
        if let Some(told) = told {
            differing += 1;
            write!(out, "{}\n{told}\n", today.source)?;
        }
    }
    for source in accepted.keys() {
        writeln!(out, "{source}\n  is not there any more\n")?;
    }
    out.flush()?;
    differing += accepted.len();
    if differing == 0 {
        tracing::info!("{pages} pages are as accepted (by tamis {})", setup.tamis);
        return Ok(Exit::Done);
    }
    let file = args.file.display();
    tracing::warn!(
        "{differing} of {pages} pages differ from {file}; `tamis accept --file {file}` takes them as they are"
    );
    Ok(Exit::Differs)
}
