//! `tamis fetch`: fetch pages politely, clean each as it comes, write its record.
//!
//! Every address ends in a record: also what is no address, what failed, and what was not attempted because
//! somebody pressed Ctrl-C.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use indicatif::ProgressBar;
use tokio::sync::Semaphore;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};
use url::Url;

use tamis::fetch::{FetchError, Page, RenderMode, shown};
use tamis::outcome::{self, INTERNAL_ERROR, Input};
use tamis::record::Record;
use tamis::source::filter::{Filter, LONGEST_DAYS};
use tamis::source::normal::identity;
use tamis::source::web::Kind;
use tamis::{Cleaner, Fetcher};

use super::gather::{Gathered, Task, interleaved};
use super::network::NetworkArgs;
use super::options::{CleaningArgs, OutputArgs};
use super::output::{Output, Weight};
use super::shell::{Exit, Shell, Usage, visible};
use super::stop::Stop;

/// Pages under way for each request that may be: those that wait for their host's turn cost little.
const WAITING_PER_REQUEST: usize = 16;

/// How long pages under way may take after Ctrl-C.
const GRACE: Duration = Duration::from_secs(10);

/// Status of a page that was not asked for, or not to the end.
const NOT_ATTEMPTED: &str = "not-attempted";

/// Arguments of `tamis fetch`.
#[derive(Debug, Args)]
pub struct FetchArgs {
    /// Addresses of pages
    #[arg(value_name = "URL")]
    urls: Vec<String>,
    /// File with one address a line, `-` for stdin; `#` begins a comment (repeatable)
    #[arg(long, value_name = "FILE")]
    list: Vec<String>,
    /// Fetch the articles of an RSS, Atom or JSON feed, an address or a file (repeatable)
    #[arg(long, value_name = "URL|FILE")]
    feed: Vec<String>,
    /// Fetch the pages of a sitemap or sitemap index, an address or a file (repeatable)
    #[arg(long, value_name = "URL|FILE")]
    sitemap: Vec<String>,
    /// Fetch the pages of all feeds and sitemaps that a site names; give its home page (repeatable)
    #[arg(long, value_name = "URL")]
    discover: Vec<String>,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    output: OutputArgs,
    /// Say at the end of every host: the delay in force and who asked for it, requests, refusals
    #[arg(long)]
    hosts: bool,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    cleaning: CleaningArgs,
}

/// Which of the pages that lists, feeds and sitemaps name.
#[derive(Debug, Args)]
#[command(next_help_heading = "Selection")]
struct FilterArgs {
    /// Only pages of the last so many days, where a feed or sitemap dates them
    #[arg(
        long,
        value_name = "DAYS",
        default_value_t = 0.0,
        hide_default_value = true,
        allow_negative_numbers = true
    )]
    max_age: f64,
    /// Only addresses that match, as in `https://www.site.example/politique/*` (repeatable)
    #[arg(long, value_name = "PATTERN")]
    include: Vec<String>,
    /// No addresses that match, as in `*/video/*` (repeatable)
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
}

impl FilterArgs {
    fn filter(&self) -> Result<Filter, Usage> {
        if !(0.0..=LONGEST_DAYS).contains(&self.max_age) {
            return Err(Usage(format!("--max-age is {}; write a number of days, 0 or more", self.max_age)));
        }
        let filter = Filter::new(&self.include, &self.exclude).map_err(Usage)?;
        Ok(filter.not_older_than(self.max_age, jiff::Timestamp::now()))
    }
}

impl FetchArgs {
    /// The sources of the network, in the order in which they are read.
    fn sources(&self) -> Vec<(Kind, &str)> {
        let feeds = self.feed.iter().map(|place| (Kind::Feed, place.as_str()));
        let sitemaps = self.sitemap.iter().map(|place| (Kind::Sitemap, place.as_str()));
        let sites = self.discover.iter().map(|place| (Kind::Site, place.as_str()));
        feeds.chain(sitemaps).chain(sites).collect()
    }
}

/// Fetches what was named.
pub fn execute(args: FetchArgs, shell: &Shell) -> anyhow::Result<Exit> {
    if args.urls.is_empty() && args.list.is_empty() && args.sources().is_empty() {
        let message = "nothing to fetch\nhint: name addresses, or use --list FILE, --feed URL, --sitemap URL or --discover URL";
        return Err(Usage(message.to_owned()).into());
    }
    let cleaner = args.cleaning.cleaner()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let exit = runtime.block_on(fetch(args, cleaner, shell));
    // pages that were given up must not hold the process
    runtime.shutdown_background();
    exit
}

async fn fetch(args: FetchArgs, cleaner: Cleaner, shell: &Shell) -> anyhow::Result<Exit> {
    let mut gathered = Gathered::new(args.filter.filter()?);
    args.urls.iter().for_each(|url| gathered.argument(url));
    args.list.iter().try_for_each(|list| gathered.list(list))?;
    let fetcher = Fetcher::new(args.network.options()?)?;
    let mut stop = Stop::listen();
    let stopped = tokio::select! {
        () = read_sources(&mut gathered, args.sources(), &fetcher) => false,
        () = stop.requested() => true,
    };
    let bar = shell.progress(gathered.tasks.len() as u64);
    let mut output = Output::open(&args.output)?.telling_all(bar.is_hidden());
    gathered.tasks.iter().for_each(|task| output.reserve(&task.source));
    for record in gathered.failures.drain(..) {
        output.put(&record, Weight::Failed)?;
    }
    let worker = Worker::new(fetcher, cleaner);
    let limit = worker.fetcher.options().concurrency.saturating_mul(WAITING_PER_REQUEST);
    let waiting = interleaved(gathered.tasks);
    let mut run = Run { waiting, under_way: HashMap::new(), articles: HashMap::new(), limit, bar, output };
    if !stopped {
        run.all(&worker, &mut stop).await?;
    }
    if args.hosts {
        worker.fetcher.hosts().iter().for_each(|host| tracing::info!("{host}"));
    }
    run.finish()
}

async fn read_sources(gathered: &mut Gathered, sources: Vec<(Kind, &str)>, fetcher: &Fetcher) {
    for (kind, place) in sources {
        gathered.source(kind, place, fetcher).await;
    }
}

/// What every page needs.
#[derive(Clone)]
struct Worker {
    fetcher: Fetcher,
    cleaner: Arc<Cleaner>,
    /// A place for each core: cleaning more pages at once only costs memory.
    cores: Arc<Semaphore>,
}

impl Worker {
    fn new(fetcher: Fetcher, cleaner: Cleaner) -> Worker {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Worker { fetcher, cleaner: Arc::new(cleaner), cores: Arc::new(Semaphore::new(cores)) }
    }

    async fn record(self, task: Task) -> (Record, Weight) {
        let page = match self.fetcher.fetch(&task.url).await {
            Ok(page) => page,
            Err(error) => return failed(&task, &error),
        };
        let mode = self.fetcher.render_mode(&page.final_url);
        let plain = (mode == RenderMode::Fallback).then(|| page.clone());
        let page = if mode == RenderMode::Always { self.fetcher.render(page).await } else { Ok(page) };
        let outcome = self.clean(&task, page).await;
        match plain {
            Some(plain) if RenderMode::is_shell(&outcome.0.status) => {
                self.clean(&task, self.fetcher.render(plain).await).await
            }
            _ => outcome,
        }
    }

    async fn clean(&self, task: &Task, page: Result<Page, FetchError>) -> (Record, Weight) {
        let page = match page {
            Ok(page) => page,
            Err(error) => return failed(task, &error),
        };
        // closed never, so that a place always comes
        let _place = self.cores.acquire().await.ok();
        let cleaner = Arc::clone(&self.cleaner);
        let source = task.source.clone();
        let work = tokio::task::spawn_blocking(move || {
            let input = Input::Html(&page.bytes, page.content_type.as_deref());
            let record = outcome::clean(&cleaner, &source, input, Some(&page.final_url));
            record.at(Some(page.url.as_str()), Some(page.final_url.as_str()))
        });
        match work.await {
            Ok(record) => {
                let failed = record.status == INTERNAL_ERROR;
                (record, if failed { Weight::Failed } else { Weight::Done })
            }
            Err(error) => (broken(task, &error), Weight::Failed),
        }
    }
}

fn failed(task: &Task, error: &FetchError) -> (Record, Weight) {
    let record = Record::failure(&task.source, error.status(), error.reason());
    (record.at(Some(&shown(&task.url)), Some(&error.url)), Weight::Failed)
}

/// The record of a page whose task died.
fn broken(task: &Task, error: &JoinError) -> Record {
    let reason = format!("the page was lost by an error of tamis ({error}); please report it");
    Record::failure(&task.source, INTERNAL_ERROR, reason).at(Some(&shown(&task.url)), None)
}

/// All pages on their way.
struct Run {
    waiting: VecDeque<Task>,
    under_way: HashMap<Id, Task>,
    /// The source of each article so far, by the address that stands for it.
    articles: HashMap<Url, String>,
    limit: usize,
    bar: ProgressBar,
    output: Output,
}

impl Run {
    /// Fetches until all is done; after a wish to stop only what is under way, and not for long.
    async fn all(&mut self, worker: &Worker, stop: &mut Stop) -> anyhow::Result<()> {
        let mut pages = JoinSet::new();
        let mut deadline: Option<Instant> = None;
        loop {
            while deadline.is_none() && self.under_way.len() < self.limit {
                let Some(task) = self.waiting.pop_front() else { break };
                let handle = pages.spawn(worker.clone().record(task.clone()));
                self.under_way.insert(handle.id(), task);
            }
            tokio::select! {
                done = pages.join_next_with_id() => match done {
                    Some(done) => self.put(done)?,
                    None => return Ok(()),
                },
                () = stop.requested() => {
                    if deadline.is_some() {
                        return Ok(());
                    }
                    tracing::warn!("stopping: pages under way have {} s", GRACE.as_secs());
                    worker.fetcher.stop();
                    deadline = Some(Instant::now() + GRACE);
                }
                () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => return Ok(()),
            }
        }
    }

    fn put(&mut self, done: Result<(Id, (Record, Weight)), JoinError>) -> anyhow::Result<()> {
        let (mut record, weight) = match done {
            Ok((id, outcome)) => {
                self.under_way.remove(&id);
                outcome
            }
            Err(error) => match self.under_way.remove(&error.id()) {
                Some(task) => (broken(&task, &error), Weight::Failed),
                None => return Ok(()),
            },
        };
        self.compare(&mut record);
        self.bar.inc(1);
        self.bar.set_message(visible(&record.source));
        self.output.put(&record, weight)?;
        self.output.flush()
    }

    /// Says of an article that came before under another address, as the mobile form of a page, that it is the same.
    fn compare(&mut self, record: &mut Record) {
        let address = record.final_url.as_deref().and_then(|url| Url::parse(url).ok());
        let Some(address) = address.filter(|_| record.is_ok()) else { return };
        match self.articles.entry(identity(&address, record.canonical.as_deref())) {
            Entry::Occupied(first) => {
                let (first, address) = (first.get(), first.key());
                record.warnings.push(format!("the same article as {first}: both are {address}"));
            }
            Entry::Vacant(free) => drop(free.insert(record.source.clone())),
        }
    }

    /// Accounts for what was not done, and ends.
    fn finish(mut self) -> anyhow::Result<Exit> {
        self.bar.finish_and_clear();
        for task in self.under_way.into_values().chain(self.waiting) {
            let reason = "tamis was asked to stop before the page was fetched; fetch it again";
            let record =
                Record::failure(&task.source, NOT_ATTEMPTED, reason).at(Some(&shown(&task.url)), None);
            self.output.put(&record, Weight::Failed)?;
        }
        self.output.finish()
    }
}
