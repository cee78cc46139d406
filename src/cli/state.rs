//! `tamis state`: what became of every page, and acting on it by hand.
//!
//! Entries go to stdout, as a table, JSON lines, CSV or addresses; what is changed is said on stderr.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;

use tamis::Config;
use tamis::job::PageState;
use tamis::job::ledger::{Entry, Filter};
use tamis::job::lock::Lock;
use tamis::job::state::State;

use super::shell::{Exit, Shell, Usage, visible};

/// Arguments of `tamis state`.
#[derive(Debug, Args)]
pub struct StateArgs {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    filter: FilterArgs,
    /// The configuration; else `config.toml` of this folder, else the built-in default
    #[arg(short, long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// How pages are listed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: ListFormat,
    /// List at most so many pages
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Have pages read, cleaned and written again in the next run, whatever became of them
    Retry(Chosen),
    /// Forget pages: they are new when a source names them again; their articles stay
    Forget(Chosen),
    /// Write all that is known of pages to standard output
    Export(ExportArgs),
}

/// Which pages an action is for.
#[derive(Debug, Args)]
struct Chosen {
    /// Pages, as `tamis state` lists them
    #[arg(value_name = "PAGE")]
    pages: Vec<String>,
    /// All pages
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Args)]
struct ExportArgs {
    /// Form of the export
    #[arg(long = "as", value_enum, default_value_t, value_name = "FORMAT")]
    form: ExportFormat,
}

#[derive(Debug, Args)]
struct FilterArgs {
    /// Only pages in this state: new, done, rejected, failing, failed or gone; may be repeated
    #[arg(long = "state", value_name = "STATE", value_parser = parse_state, global = true)]
    states: Vec<PageState>,
    /// Only pages whose last try ended so, as in `timeout` or `too-short`; may be repeated
    #[arg(long = "status", value_name = "STATUS", global = true)]
    statuses: Vec<String>,
    /// Only pages of this host and the hosts below it
    #[arg(long, value_name = "NAME", global = true)]
    host: Option<String>,
    /// Only pages whose last try is longer ago, as in `36h` or `30d`
    #[arg(long, value_name = "AGE", value_parser = parse_age, global = true)]
    older_than: Option<Duration>,
    /// Only pages that were tried since, as in `2h`
    #[arg(long, value_name = "AGE", value_parser = parse_age, global = true)]
    newer_than: Option<Duration>,
}

/// How `tamis state` lists pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    /// For people.
    #[default]
    Table,
    /// One JSON object a line.
    Jsonl,
}

/// How `tamis state export` writes pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// One JSON object a line.
    #[default]
    Jsonl,
    /// Comma-separated values with a line of titles.
    Csv,
    /// Addresses alone, one a line, as `--list` takes them.
    Urls,
}

/// Lists or acts.
pub fn execute(args: StateArgs, _shell: &Shell) -> anyhow::Result<Exit> {
    let config = Config::find(args.config.as_deref())?;
    let path = &config.job.state;
    if config.shared_state().is_none() && !path.exists() {
        tracing::info!("there is no state database {} yet; `tamis run` makes it", path.display());
        return Ok(Exit::Done);
    }
    let filter = args.filter.into_filter();
    match args.action {
        None => list(&config, &filter, args.format, args.limit),
        Some(Action::Export(export)) => list_all(&config, &filter, export.form),
        Some(Action::Retry(chosen)) => act(&config, filter, chosen, "to be tried again", State::retry),
        Some(Action::Forget(chosen)) => act(&config, filter, chosen, "forgotten", State::forget),
    }
}

impl FilterArgs {
    fn into_filter(self) -> Filter {
        let FilterArgs { states, statuses, host, older_than, newer_than } = self;
        Filter { states, statuses, host, older_than, newer_than, pages: Vec::new() }
    }
}

fn list(config: &Config, filter: &Filter, format: ListFormat, limit: Option<usize>) -> anyhow::Result<Exit> {
    let render: fn(&Entry) -> String = match format {
        ListFormat::Table => |entry: &Entry| visible(&row(entry)),
        ListFormat::Jsonl => json,
    };
    let title = (format == ListFormat::Table).then_some(TITLE);
    let shown = print(config, filter, title, render, limit)?;
    if format == ListFormat::Table {
        tracing::info!("{shown} pages{}", if limit == Some(shown) { " (there may be more)" } else { "" });
    }
    Ok(Exit::Done)
}

fn list_all(config: &Config, filter: &Filter, form: ExportFormat) -> anyhow::Result<Exit> {
    let (title, render): (_, fn(&Entry) -> String) = match form {
        ExportFormat::Jsonl => (None, json),
        ExportFormat::Csv => (Some(CSV_TITLE), csv),
        ExportFormat::Urls => (None, |entry| entry.page.clone()),
    };
    print(config, filter, title, render, None)?;
    Ok(Exit::Done)
}

/// Writes what the filter accepts to stdout; says how many pages there were.
fn print(
    config: &Config,
    filter: &Filter,
    title: Option<&str>,
    render: fn(&Entry) -> String,
    limit: Option<usize>,
) -> anyhow::Result<usize> {
    let Some(state) = State::open_to_read(config)? else { return Ok(0) };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut result = title.map_or(Ok(()), |title| writeln!(out, "{title}"));
    let mut shown = 0;
    state.visit(filter, Timestamp::now(), |entry| {
        if result.is_err() || limit.is_some_and(|limit| shown >= limit) {
            return false;
        }
        result = writeln!(out, "{}", render(&entry));
        shown += 1;
        true
    })?;
    result.and_then(|()| out.flush())?;
    Ok(shown)
}

/// Changes pages, under the lock of the runs.
fn act(
    config: &Config,
    filter: Filter,
    chosen: Chosen,
    what: &str,
    change: fn(&mut State, &Filter, Timestamp) -> Result<usize, tamis::Error>,
) -> anyhow::Result<Exit> {
    let filter = Filter { pages: chosen.pages, ..filter };
    if filter.is_empty() && !chosen.all {
        bail!(Usage("name pages, choose them by --state, --host or --status, or give --all".to_owned()));
    }
    let _lock = Lock::take(&config.job.lock)?;
    let count = change(&mut State::open(config)?, &filter, Timestamp::now())?;
    tracing::info!("{count} pages {what}");
    if count < filter.pages.len() {
        let missing = filter.pages.len() - count;
        bail!(Usage(format!("{missing} of the pages are not known; `tamis state` lists those that are")));
    }
    Ok(Exit::Done)
}

const TITLE: &str = "state    fails last try             next try             status               page";

fn row(entry: &Entry) -> String {
    let Entry { page, state, attempts, .. } = entry;
    let last = entry.last_try.as_deref().unwrap_or("-");
    let next = entry.next_try.as_deref().unwrap_or("-");
    let status = entry.status.as_deref().unwrap_or("-");
    let reason = entry.reason.as_deref().map(|reason| format!("  ({reason})")).unwrap_or_default();
    format!("{state:<8} {attempts:>5} {last:<20} {next:<20} {status:<20} {page}{reason}")
}

fn json(entry: &Entry) -> String {
    serde_json::to_string(entry).expect("an entry is plain data")
}

const CSV_TITLE: &str = "page,state,status,reason,attempts,first_seen,last_try,next_try,published,final_url,\
                         canonical,duplicate_of,place,origin";

fn csv(entry: &Entry) -> String {
    let attempts = entry.attempts.to_string();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let cells = [
        entry.page.clone(),
        entry.state.clone(),
        text(&entry.status),
        text(&entry.reason),
        attempts,
        entry.first_seen.clone(),
        text(&entry.last_try),
        text(&entry.next_try),
        text(&entry.published),
        text(&entry.final_url),
        text(&entry.canonical),
        text(&entry.duplicate_of),
        text(&entry.place),
        text(&entry.origin),
    ];
    cells.map(|cell| quoted(&cell)).join(",")
}

/// RFC 4180: quotes where they are needed, and doubled inside.
fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

fn parse_state(name: &str) -> Result<PageState, String> {
    PageState::named(name).ok_or_else(|| {
        let names: Vec<&str> = PageState::ALL.iter().map(|(_, name)| *name).collect();
        format!("use one of {}", names.join(", "))
    })
}

/// `90s`, `15m`, `36h`, `30d`, `2w`.
fn parse_age(text: &str) -> Result<Duration, String> {
    const ADVICE: &str = "write a number with s, m, h, d or w, as in `36h`";
    let unit = text.chars().next_back().ok_or(ADVICE)?;
    let seconds: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 24 * 3600,
        'w' => 7 * 24 * 3600,
        _ => return Err(ADVICE.to_owned()),
    };
    let number: u64 = text[..text.len() - 1].parse().map_err(|_| ADVICE)?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(|| "too long".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_have_a_unit() {
        assert_eq!(parse_age("36h"), Ok(Duration::from_secs(36 * 3600)));
        assert_eq!(parse_age("2w"), Ok(Duration::from_secs(14 * 24 * 3600)));
        for wrong in ["", "h", "36", "3 days", "-1d", "99999999999999999999d", "9999999999999999w", "3é"] {
            assert!(parse_age(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn cells_are_quoted_where_needed() {
        let entry = Entry { page: "https://a.example/?a=1,2".into(), ..Entry::default() };
        assert!(csv(&entry).starts_with("\"https://a.example/?a=1,2\",,"));
        assert_eq!(quoted("say \"no\""), "\"say \"\"no\"\"\"");
        assert_eq!(csv(&entry).replace("1,2", "").matches(',').count(), CSV_TITLE.matches(',').count());
    }
}
