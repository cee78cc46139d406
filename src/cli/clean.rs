//! `tamis clean`: saved pages, archives and dirty text in, articles out, on all cores and in the order given.
//!
//! - batch: items that are cleaned at the same time; memory is bounded by it. While one is cleaned, the next is
//!   gathered, which for an archive means read.

use std::io::IsTerminal;
use std::path::Path;

use clap::Args;
use rayon::prelude::*;
use url::Url;

use tamis::outcome::{self, INTERNAL_ERROR, Input};
use tamis::record::Record;
use tamis::source::list::parse_url;
use tamis::source::saved::{
    InputKind, Item, PageKind, READ_ERROR, STDIN, Saved, SavedPage, is_archive, is_pattern,
};
use tamis::{CleanOptions, Cleaner};

use super::options::{CleaningArgs, OutputArgs, input, pool};
use super::output::{Output, Weight};
use super::shell::{Exit, Shell, Usage};

/// Items of a batch for each thread: enough that a slow page does not hold up the others.
const BATCH_ITEMS_PER_THREAD: usize = 32;

/// Bytes of archived pages in a batch; files are only read by the thread that cleans them.
const BATCH_BYTES: usize = 64 << 20;

/// Arguments of `tamis clean`.
#[derive(Debug, Args)]
pub struct CleanArgs {
    /// Files, folders (walked) or globs; `-` or nothing for stdin. `.gz` and `.zst` are read through
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    #[command(flatten)]
    output: OutputArgs,
    /// What the paths hold; auto tells by extension and content
    #[arg(long, value_parser = input(), default_value = "auto", value_name = "KIND")]
    input: InputKind,
    /// Address of the page, where it is a single one
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Go on behind the record of an archive that starts at this byte (`archive.offset` of its last record)
    #[arg(long, value_name = "OFFSET")]
    after: Option<u64>,
    #[command(flatten)]
    cleaning: CleaningArgs,
    /// Threads; all cores without it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// Cleans what was named.
pub fn execute(args: CleanArgs, _shell: &Shell) -> anyhow::Result<Exit> {
    let url = args.url.as_deref().map(page_url).transpose()?;
    let url_given = url.is_some();
    let work = Work { url, ..Work::new(args.cleaning.cleaner()?, &args.cleaning.options()) };
    let pool = pool(args.threads.map(usize::from))?;
    let mut output = Output::open(&args.output)?;
    let paths = paths(args.paths)?;
    check_after(args.after, &paths, args.input)?;
    check_url(url_given, &paths)?;
    let items = Saved::new(paths, args.input, work.max_bytes).after(args.after);
    clean_saved(&work, items, &pool, |records| {
        records.iter().try_for_each(|record| output.put(record, weight(record)))?;
        output.flush()
    })?;
    output.finish()
}

/// Cleans saved pages batch by batch, in the order given.
pub fn clean_saved(
    work: &Work,
    mut items: Saved,
    pool: &rayon::ThreadPool,
    mut take: impl FnMut(Vec<Record>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let size = pool.current_num_threads() * BATCH_ITEMS_PER_THREAD;
    let mut batch = gather(&mut items, size);
    while !batch.is_empty() {
        let (records, next) =
            pool.install(|| rayon::join(|| work.clean_all(batch), || gather(&mut items, size)));
        take(records)?;
        batch = next;
    }
    Ok(())
}

/// Stdin where nothing is named, unless a person sits there and waits.
fn paths(paths: Vec<String>) -> anyhow::Result<Vec<String>> {
    if !paths.is_empty() {
        return Ok(paths);
    }
    if std::io::stdin().is_terminal() {
        let message = "nothing to clean\nhint: name files, folders or globs, or `-` to type a page";
        return Err(Usage(message.to_owned()).into());
    }
    Ok(vec![STDIN.to_owned()])
}

/// An offset belongs to one archive.
fn check_after(after: Option<u64>, paths: &[String], input: InputKind) -> Result<(), Usage> {
    let single = matches!(paths, [path] if is_archive(Path::new(path), input));
    if after.is_some() && !single {
        let message =
            "--after needs exactly one path, of a web archive (--input warc if its name does not say so)";
        return Err(Usage(message.to_owned()));
    }
    Ok(())
}

/// An address belongs to one page.
fn check_url(is_given: bool, paths: &[String]) -> Result<(), Usage> {
    let single =
        matches!(paths, [path] if path == STDIN || !Path::new(path).is_dir() && !stands_for_others(path));
    if is_given && !single {
        return Err(Usage("--url is the address of one page; name exactly one".to_owned()));
    }
    Ok(())
}

fn stands_for_others(path: &str) -> bool {
    !Path::new(path).exists() && is_pattern(path)
}

/// The address of a page, as given with `--url`.
pub fn page_url(text: &str) -> Result<Url, Usage> {
    parse_url(text).map_err(|reason| Usage(format!("--url: `{text}` {reason}")))
}

/// What could not be read and what broke the cleaner are failures; all else is an outcome.
fn weight(record: &Record) -> Weight {
    let failed = [READ_ERROR, INTERNAL_ERROR].contains(&record.status.as_str());
    if failed { Weight::Failed } else { Weight::Done }
}

fn gather(items: &mut Saved, size: usize) -> Vec<Item> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    while batch.len() < size && bytes < BATCH_BYTES {
        let Some(item) = items.next() else { break };
        bytes += item.bytes_held();
        batch.push(item);
    }
    batch
}

/// What every thread needs.
pub struct Work {
    cleaner: Cleaner,
    url: Option<Url>,
    max_bytes: usize,
}

impl Work {
    /// What the paths hold, told by names and contents.
    pub fn items(&self, paths: Vec<String>) -> Saved {
        Saved::new(paths, InputKind::Auto, self.max_bytes)
    }

    /// For pages of which no address is known.
    pub fn new(cleaner: Cleaner, options: &CleanOptions) -> Work {
        Work { cleaner, url: None, max_bytes: options.max_bytes }
    }

    fn clean_all(&self, batch: Vec<Item>) -> Vec<Record> {
        batch.into_par_iter().map(|item| self.clean_item(item)).collect()
    }

    fn clean_item(&self, item: Item) -> Record {
        match item.load(self.max_bytes) {
            Ok(page) => self.clean_page(&page),
            Err(record) => *record,
        }
    }

    fn clean_page(&self, page: &SavedPage) -> Record {
        let archived = page.url.as_deref().and_then(|url| Url::parse(url).ok());
        let input = match page.kind {
            PageKind::Html => Input::Html(&page.bytes, page.content_type.as_deref()),
            PageKind::Text => Input::Text(&page.bytes),
        };
        let url = archived.as_ref().or(self.url.as_ref());
        let record = outcome::clean(&self.cleaner, &page.name, input, url);
        Record { archive: page.archive.clone(), ..record }
    }
}
