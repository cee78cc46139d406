//! `tamis run`: one unattended run, what cron calls.
//!
//! Everything it says goes to stderr; stdout stays empty.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use indicatif::ProgressBar;
use tokio::runtime::Runtime;

use tamis::config::Config;
use tamis::job::plan::Weight;
use tamis::job::{self, Watch, report};

use super::shell::{Exit, Shell, visible};
use super::stop::{Stop, survive_file_size_limit};

/// How long threads that still work on a page may keep the program after the report.
const FAREWELL: Duration = Duration::from_millis(200);

/// Arguments of `tamis run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The configuration; else `config.toml` of this folder, else the built-in default
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Say what would be done, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Only join in the work of a state that many share on PostgreSQL: read no sources, try what is due, and end when
    /// nobody has anything to do
    #[arg(long, conflicts_with = "dry_run")]
    worker: bool,
    /// Write the report as one HTML file: outcomes by host, and the pages to look at first
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    report: Option<PathBuf>,
    /// Allow loopback and private addresses, for tests and intranets
    #[arg(long)]
    allow_private: bool,
}

/// Runs once.
pub fn execute(args: RunArgs, shell: &Shell) -> anyhow::Result<Exit> {
    let mut config = Config::find(args.config.as_deref())?;
    config.fetch.allow_private |= args.allow_private;
    if let Some(report) = args.report {
        config.job.report_html = report;
    }
    if args.worker {
        config.check()?
    } else {
        config.check_for_run()?
    }
    if args.dry_run {
        config.fetch.warc = None;
    }
    let runtime = Runtime::new()?;
    let exit =
        if args.dry_run { plan(&runtime, &config) } else { run(&runtime, &config, args.worker, shell) };
    runtime.shutdown_timeout(FAREWELL);
    exit
}

/// The progress bar of a run, with the page that was tried last.
struct Bar(ProgressBar);

impl Watch for Bar {
    fn planned(&self, pages: usize) {
        self.0.set_length(pages as u64);
    }

    fn tried(&self, page: &str) {
        self.0.inc(1);
        self.0.set_message(visible(page));
    }
}

fn plan(runtime: &Runtime, config: &Config) -> anyhow::Result<Exit> {
    let plan = runtime.block_on(job::plan(config))?;
    tell(&report::plan_table(&plan));
    Ok(exit_of(report::plan_outcome(&plan)))
}

fn run(runtime: &Runtime, config: &Config, is_worker: bool, shell: &Shell) -> anyhow::Result<Exit> {
    let bar = shell.progress(0);
    let watch = Arc::new(Bar(bar.clone()));
    let result = runtime.block_on(async {
        survive_file_size_limit();
        let mut stop = Stop::listen();
        match is_worker {
            true => job::work_watched(config, stop.requested(), watch).await,
            false => job::run_watched(config, stop.requested(), watch).await,
        }
    });
    bar.finish_and_clear();
    let report = result?;
    tell(&report.table());
    for warning in &report.warnings {
        tracing::warn!("{warning}");
    }
    tracing::info!("{}", report.line());
    if shell.is_quiet() && report.outcome() != report::Outcome::Done {
        complain(&report);
    }
    Ok(exit_of(report.outcome()))
}

/// Under `--quiet`, nothing else would say why the exit code is not 0.
fn complain(report: &job::Report) {
    let problems = report.sources.iter().flat_map(|source| &source.problems);
    for problem in problems.filter(|problem| problem.weight > Weight::MayPass) {
        tracing::error!("{}", problem.message);
    }
    if let Some(first) = report.tally.failures.first().filter(|_| report.tally.failed > 0) {
        let (source, status, reason) = (&first.source, &first.status, &first.reason);
        tracing::error!("{}; the first that failed: {status}: {source}: {reason}", report.line());
    }
}

/// A table, line by line, so that each is an event of its own in JSON logs.
fn tell(table: &str) {
    for line in table.lines() {
        tracing::info!("{line}");
    }
}

fn exit_of(outcome: report::Outcome) -> Exit {
    match outcome {
        report::Outcome::Done => Exit::Done,
        report::Outcome::PagesFailed => Exit::PagesFailed,
        report::Outcome::Misconfigured => Exit::Usage,
    }
}
