//! The unattended run: what cron calls.
//!
//! The order of a run: lock, state, output, sources, pages, report. Every page is saved in the order output,
//! then state (`writer`), so that a run may be killed at any instant: what is in the state is in the output,
//! and what is only in the output comes again to the same place.
//!
//! Where many workers share a state (`shared`), a run adds what its sources name and then works on whatever is due;
//! a worker does only the latter.
//!
//! Two futures end a run early: the caller's `shutdown` and the time budget. Both raise the same stop: no new
//! pages are taken, those under way end and are saved, the rest is for the next run.

mod advice;
mod articles;
mod copies;
pub mod duplicates;
mod gather;
pub mod health;
mod judge;
mod lanes;
pub mod ledger;
mod lessons;
pub mod lock;
pub mod memory;
mod metrics;
mod open;
mod page;
pub mod page_state;
pub mod pages;
pub mod plan;
mod prints;
pub mod refresh;
pub mod report;
mod report_html;
mod reports;
mod settings;
mod shared;
pub mod simhash;
pub mod standing;
pub mod state;
pub mod tally;
pub mod verdict;
pub mod watch;
mod writer;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::sync::watch::{Receiver, Sender, channel};
use tokio_util::sync::DropGuard;

use crate::config::Config;
use crate::error::Error;
use crate::fetch::{Fetcher, Surroundings};
use crate::sink::Sink;
use duplicates::Search;
use lessons::Lessons;
use lock::Lock;
pub use open::rules;
use page::Tools;
pub use page_state::PageState;
use plan::{Plan, Task};
pub use report::Report;
use settings::Settings;
use shared::Worker;
use state::frontier::Frontier;
use state::{Registration, State};
use tally::Tally;
use verdict::iso;
pub use watch::{Unwatched, Watch};
use writer::Writer;

/// Why a run ends when its time is over.
const TIME_BUDGET: &str = "time-budget";
/// Results that may wait for the disk; past it, lanes wait too.
const WAITING_RESULTS: usize = 256;

/// Runs once: does what is new or due, and says what it did.
///
/// ```no_run
/// # async fn example() -> Result<(), tamis::Error> {
/// let config = tamis::Config::find(Some("config.toml".as_ref()))?;
/// let report = tamis::run(&config, std::future::pending()).await?;
/// eprintln!("{}", report.line());
/// # Ok(())
/// # }
/// ```
pub async fn run(config: &Config, shutdown: impl Future<Output = ()>) -> Result<Report, Error> {
    run_watched(config, shutdown, Arc::new(Unwatched)).await
}

/// As [`run`], and tells how it gets on.
pub async fn run_watched(
    config: &Config,
    shutdown: impl Future<Output = ()>,
    watch: Arc<dyn Watch>,
) -> Result<Report, Error> {
    let lock = Lock::take(&config.job.lock)?;
    let report = run_as(Role::Run, config, shutdown, watch).await;
    drop(lock);
    report
}

/// Works on what is due in a shared state, beside any number of others, and reads no sources.
pub async fn work_watched(
    config: &Config,
    shutdown: impl Future<Output = ()>,
    watch: Arc<dyn Watch>,
) -> Result<Report, Error> {
    if config.shared_state().is_none() {
        let advice = "set [state] url to a PostgreSQL database";
        return Err(Error::Config(format!("a worker needs a state that it can share; {advice}")));
    }
    run_as(Role::Worker, config, shutdown, watch).await
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Reads the sources and does what is to be done.
    Run,
    /// Does what is to be done in a shared state.
    Worker,
}

async fn run_as(
    role: Role,
    config: &Config,
    shutdown: impl Future<Output = ()>,
    watch: Arc<dyn Watch>,
) -> Result<Report, Error> {
    let begun = Instant::now();
    let job = Job::open(config)?;
    let (raise, stop) = channel(false);
    let early = stop_early(config.job.time_budget_seconds, shutdown);
    let (result, stopped) = until_done(job.work(role, stop, watch), early, &raise).await;
    let mut report = Report { stopped, seconds: begun.elapsed().as_secs_f64(), ..result? };
    report.warnings.splice(..0, advice::warnings(config, &report));
    reports::save(config, &report)?;
    Ok(report)
}

/// Says what a run would do, and writes nothing. Feeds and sitemaps are fetched, since only they know.
pub async fn plan(config: &Config) -> Result<Plan, Error> {
    let tools = open::tools(config, Surroundings::default())?;
    let state = State::open_to_read(config)?;
    gather::gather(config, tools.fetcher.as_ref(), state.as_ref(), Timestamp::now()).await
}

/// What a run has open.
struct Job<'a> {
    config: &'a Config,
    tools: Tools,
    state: State,
    /// Our part in a shared state, which ends with the job.
    frontier: Option<Frontier>,
    _alive: Option<DropGuard>,
    sink: Box<dyn Sink>,
    /// Name of a growing output file in the state database.
    growing: Option<String>,
    settings: Settings,
    /// What to say if the output is gone.
    missing: Option<String>,
    now: Timestamp,
}

impl<'a> Job<'a> {
    /// Sources, pages, counts.
    async fn work(
        mut self,
        role: Role,
        stop: Receiver<bool>,
        watch: Arc<dyn Watch>,
    ) -> Result<Report, Error> {
        let plan = match role {
            Role::Run => self.plan_and_register(stop.clone()).await?,
            Role::Worker => Plan::default(),
        };
        let (config, now, settings) = (self.config, self.now, self.settings.clone());
        let missing = self.missing.take();
        let (fetcher, frontier) = (self.tools.fetcher.clone(), self.frontier.clone());
        let tasks = if frontier.is_some() { Vec::new() } else { plan.tasks };
        let planned = tasks.len();
        watch.planned(planned);
        let by_host = count_by_host(&tasks);
        let (mut state, mut tally, hosts) = self.work_through(role, tasks, stop, watch).await?;
        let (is_shared, left) = (frontier.is_some(), planned.saturating_sub(tally.handled()));
        if let Some(frontier) = frontier {
            frontier.resign().await?;
        }
        let lost = hosts.iter().map(|host| state.lost_containers(host)).collect::<Result<Vec<_>, _>>()?;
        let mut warnings: Vec<String> = missing.into_iter().chain(lost.concat()).collect();
        if role == Role::Run {
            warnings.extend(settings.warnings(&state.written_otherwise(&settings.print())?));
        }
        tally.add_hosts(&by_host, &fetcher.map(|fetcher| fetcher.hosts()).unwrap_or_default());
        Ok(Report {
            started: iso(now),
            output: config.output.shown(),
            left: if is_shared { state.waiting(&iso(Timestamp::now()))? } else { left },
            sources: plan.sources,
            look_at: tally.pages.look_at(),
            tally,
            states: state.counts()?,
            warnings,
            ..Report::default()
        })
    }

    /// Reads the sources and notes their pages; in a shared state, one run at a time.
    async fn plan_and_register(&mut self, stop: Receiver<bool>) -> Result<Plan, Error> {
        if let Some(frontier) = &self.frontier {
            frontier.begin_sources().await?;
        }
        let plan = self.plan(stop).await?;
        self.register(&plan.tasks)?;
        if let Some(frontier) = &self.frontier {
            frontier.end_sources().await?;
        }
        Ok(plan)
    }

    /// The plan. If the run is stopped while sources are fetched, those that wait for their turn say so; an empty one if
    /// others do not end in the time of grace.
    async fn plan(&self, mut stop: Receiver<bool>) -> Result<Plan, Error> {
        let fetcher = self.tools.fetcher.as_ref();
        let grace = Duration::from_secs(self.config.job.grace_seconds);
        let too_late = async {
            raised(&mut stop).await;
            fetcher.into_iter().for_each(Fetcher::stop);
            tokio::time::sleep(grace).await;
        };
        tokio::select! {
            plan = gather::gather(self.config, fetcher, Some(&self.state), self.now) => plan,
            () = too_late => Ok(Plan::default()),
        }
    }

    /// Settles the places of all pages before the first is tried, in the order of the plan, so that they do not
    /// depend on which page is ready first.
    fn register(&mut self, tasks: &[Task]) -> Result<(), Error> {
        let planned: HashSet<&str> = tasks.iter().map(|task| task.key.as_str()).collect();
        // A shared state has no saved pages.
        let saved = if self.frontier.is_none() { self.state.saved_places()? } else { Vec::new() };
        for saved in saved.iter().filter(|saved| !planned.contains(saved.key.as_str())) {
            self.sink.reserve(&saved.source, Some(&saved.place));
        }
        let mut place = |task: &Task| {
            let before = task.standing.as_ref().and_then(|standing| standing.place.as_deref());
            self.sink.reserve(&task.source, before)
        };
        let places: Vec<Option<String>> = tasks.iter().map(&mut place).collect();
        let pages = tasks.iter().zip(&places).map(|(task, place)| Registration {
            key: &task.key,
            source: &task.source,
            place: place.as_deref(),
            origin: &task.origin,
            published: task.published.map(iso),
        });
        self.state.register(&pages.collect::<Vec<_>>(), &iso(self.now))
    }

    /// Tries all pages and saves what they bring. An output that fails ends the run at once.
    async fn work_through(
        self,
        role: Role,
        tasks: Vec<Task>,
        stop: Receiver<bool>,
        watch: Arc<dyn Watch>,
    ) -> Result<(State, Tally, BTreeSet<String>), Error> {
        let grace = Duration::from_secs(self.config.job.grace_seconds);
        let (results, waiting) = mpsc::channel(WAITING_RESULTS);
        let planned = tasks.len();
        let Job { config, tools, state, frontier, sink, growing, settings, .. } = self;
        let search = Search {
            same_canonical: config.output.same_canonical,
            near: config.output.near_duplicates,
            bits: config.output.near_bits,
        };
        let writer = Writer {
            sink,
            state,
            fetcher: tools.fetcher.clone(),
            growing,
            settings: settings.print(),
            tally: Tally::default(),
            lessons: Lessons::default(),
            planned,
            search,
            watch: Arc::clone(&watch),
        };
        let trying = async move {
            match frontier {
                Some(frontier) => {
                    let patience = if role == Role::Worker { frontier.lease } else { Duration::ZERO };
                    Worker { frontier, tools, results, stop, watch, grace, patience }.work().await
                }
                None => {
                    let lanes = lanes::start(tasks, config, &tools, &results, &stop);
                    drop(results);
                    lanes::finish(lanes, tools.fetcher, stop, grace).await;
                    Ok(())
                }
            }
        };
        let mut saving = tokio::task::spawn_blocking(move || writer.run(waiting));
        let (tried, saved) = tokio::select! {
            saved = &mut saving => (Ok(()), saved),
            tried = trying => (tried, saving.await),
        };
        // The writer has no page's data to stumble over: a panic of its own is a fault of the program.
        let saved = saved.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
        tried.and(saved)
    }
}

fn count_by_host(tasks: &[Task]) -> BTreeMap<String, usize> {
    tasks.iter().fold(BTreeMap::new(), |mut counts, task| {
        *counts.entry(page::host_of(&task.work)).or_default() += 1;
        counts
    })
}

/// Waits for the work; when something ends it early, raises the stop, and says what it was.
async fn until_done<T>(
    work: impl Future<Output = T>,
    early: impl Future<Output = &'static str>,
    raise: &Sender<bool>,
) -> (T, Option<String>) {
    let mut work = pin!(work);
    tokio::select! {
        result = &mut work => (result, None),
        reason = early => {
            raise.send_replace(true);
            (work.await, Some(reason.to_owned()))
        }
    }
}

async fn stop_early(budget_seconds: u64, shutdown: impl Future<Output = ()>) -> &'static str {
    let budget = async {
        match budget_seconds {
            0 => std::future::pending().await,
            seconds => tokio::time::sleep(Duration::from_secs(seconds)).await,
        }
    };
    tokio::select! {
        () = shutdown => "shutdown",
        () = budget => TIME_BUDGET,
    }
}

/// Waits until the stop is raised; for ever if nobody can raise it any more.
async fn raised(stop: &mut Receiver<bool>) {
    if stop.wait_for(|raised| *raised).await.is_err() {
        std::future::pending::<()>().await;
    }
}
