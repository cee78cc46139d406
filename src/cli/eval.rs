//! `tamis eval`: tables of figures on stdout, a verdict on floors in the exit code.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use tamis::eval::corpus::{Set, read_sets};
use tamis::eval::predictions::Predictions;
use tamis::eval::report::{Floor, Group, heading, table, timing, to_json};
use tamis::eval::{EvalOptions, SetScore, evaluate, score_predictions};

use super::options::{CleaningArgs, pool};
use super::shell::{Exit, Shell, Usage};

/// Text below the help: what the columns are.
const LEGEND: &str = "\
Columns: n pages; P and R precision and recall of shingles of four words, F1 of these two, mF1 the mean of the pages' F1,
wF1 the same by single words; acc the share of pages whose words are exactly the gold's, fail of those with an F1 below a
half, empty of those without text; with the share of snippets that must be there and are, wout of those that must not
and are not, snip both; ttl, date, auth the share of titles, dates and authors that are right.";

/// Arguments of `tamis eval`.
#[derive(Debug, Args)]
#[command(after_help = LEGEND)]
pub struct EvalArgs {
    /// Folders with gold.jsonl and html/, folders of such sets, or samples/pages
    #[arg(value_name = "CORPUS", required = true)]
    corpora: Vec<PathBuf>,
    /// Write all figures to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Show this many of the worst pages of each set
    #[arg(long, value_name = "N", default_value_t = 10)]
    worst: usize,
    /// Groups to break each set down by: lang, type; `--by ""` for none
    #[arg(long, value_name = "GROUPS", default_value = "lang,type")]
    by: String,
    /// Only the pages whose ids stand in this file, one a line
    #[arg(long, value_name = "FILE")]
    ids: Option<PathBuf>,
    /// Score these JSON lines instead of cleaning
    #[arg(long, value_name = "FILE", conflicts_with_all = ["timing", "with_url", "focus", "keep", "rules"])]
    pred: Option<PathBuf>,
    /// Fail if a figure is below this, as in F1=0.95 or fr:F1=0.95 (repeatable)
    #[arg(long, value_name = "[SET:]FIGURE=VALUE")]
    floor: Vec<Floor>,
    /// Tell the cleaner the address of each page, as a fetch would
    #[arg(long)]
    with_url: bool,
    /// Print the processor time for a megabyte of HTML
    #[arg(long)]
    timing: bool,
    #[command(flatten)]
    cleaning: CleaningArgs,
    /// Threads; all cores without it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// Measures and prints.
pub fn execute(args: EvalArgs, _shell: &Shell) -> anyhow::Result<Exit> {
    let groups = groups(&args.by)?;
    let sets = sets(&args)?;
    let score = scorer(&args)?;
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(heading().as_bytes())?;
    let mut scores = Vec::new();
    for set in &sets {
        let scored = score(set);
        stdout.write_all(table(&scored, &groups, args.worst).as_bytes())?;
        if args.timing {
            stdout.write_all(timing(&scored).as_bytes())?;
        }
        stdout.flush()?;
        scored.failures.iter().for_each(|failure| tracing::warn!("{failure}"));
        scores.push(scored);
    }
    if let Some(path) = &args.json {
        write_json(path, &scores, &groups)?;
    }
    Ok(verdict(&args.floor, &scores))
}

fn groups(names: &str) -> Result<Vec<Group>, Usage> {
    let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(|name| name.parse().map_err(|error| Usage(format!("--by: {error}")))).collect()
}

fn sets(args: &EvalArgs) -> anyhow::Result<Vec<Set>> {
    let mut sets = Vec::new();
    for corpus in &args.corpora {
        sets.extend(read_sets(corpus)?);
    }
    if let Some(path) = &args.ids {
        let ids = read_ids(path)?;
        sets.iter_mut().for_each(|set| set.pages.retain(|page| ids.contains(&page.id)));
        sets.retain(|set| !set.pages.is_empty());
        if sets.is_empty() {
            return Err(Usage(format!("--ids: no page of the corpus has an id of {}", path.display())).into());
        }
    }
    Ok(sets)
}

/// Ids stand before the first tab of each line.
fn read_ids(path: &Path) -> anyhow::Result<HashSet<String>> {
    let text = std::fs::read_to_string(path).map_err(tamis::Error::io("cannot read", path))?;
    Ok(text.lines().filter_map(|line| line.split('\t').next()).map(|id| id.trim().to_owned()).collect())
}

type Scorer = Box<dyn Fn(&Set) -> SetScore>;

fn scorer(args: &EvalArgs) -> anyhow::Result<Scorer> {
    let pool = pool(args.threads.map(usize::from))?;
    if let Some(path) = &args.pred {
        let predictions = Predictions::read(path)?;
        return Ok(Box::new(move |set| pool.install(|| score_predictions(set, &predictions))));
    }
    let cleaner = args.cleaning.cleaner()?;
    let options = EvalOptions { with_url: args.with_url, max_bytes: args.cleaning.options().max_bytes };
    Ok(Box::new(move |set| pool.install(|| evaluate(set, &cleaner, &options))))
}

fn write_json(path: &Path, scores: &[SetScore], groups: &[Group]) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(&to_json(scores, groups))? + "\n";
    tamis::sink::atomic::write(path, text.as_bytes()).context("the figures were not saved")
}

/// A figure below its floor is an unexpected end, as a failing test is.
fn verdict(floors: &[Floor], scores: &[SetScore]) -> Exit {
    let breaches: Vec<String> = floors.iter().flat_map(|floor| floor.breaches(scores)).collect();
    breaches.iter().for_each(|breach| tracing::error!("{breach}"));
    if breaches.is_empty() { Exit::Done } else { Exit::Unexpected }
}
