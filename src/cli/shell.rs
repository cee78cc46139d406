//! How commands talk to people: lines and a progress bar on stderr, exit codes. Stdout is for data alone.
//!
//! Every line on stderr is a `tracing` event, so that `--log-format json` makes JSON of all of them: commands
//! use `tracing::info!` for what people like to know, `warn!` for what they should, and errors come back as values.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter};
use tracing_subscriber::registry::LookupSpan;

use tamis::Error;

/// Variable with a filter of its own, as in `TAMIS_LOG=tamis::fetch=debug`.
const FILTER_VARIABLE: &str = "TAMIS_LOG";

/// How much is said on stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Volume {
    /// Errors only.
    Quiet,
    /// What people like to know.
    Usual,
    /// Also what becomes of every page of a run.
    Verbose,
}

impl Volume {
    fn filter(self) -> &'static str {
        match self {
            Volume::Quiet => "error",
            Volume::Usual => "warn,tamis::cli=info",
            Volume::Verbose => "warn,tamis::cli=info,tamis::job=info",
        }
    }
}

/// How a command ended: the exit codes that scripts rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything was done; rejected pages are part of it.
    Done = 0,
    /// Something unexpected, or a figure of `tamis eval` below its floor.
    Unexpected = 1,
    /// The command line or a setting is wrong.
    Usage = 2,
    /// Some pages failed for good.
    PagesFailed = 3,
    /// `tamis verify` found outputs that differ.
    Differs = 4,
    /// Another run holds the lock.
    Locked = 75,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// A mistake in the command line that clap cannot see.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// The one page that a command is about cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct PageFailed(pub String);

/// The form of lines on stderr.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What all commands share.
pub struct Shell {
    volume: Volume,
    format: LogFormat,
    bars: MultiProgress,
}

impl Shell {
    /// Sets up stderr. To be called once.
    pub fn new(volume: Volume, format: LogFormat) -> Shell {
        let bars = MultiProgress::new();
        let usual = volume.filter();
        let filter = EnvFilter::try_from_env(FILTER_VARIABLE).unwrap_or_else(|_| EnvFilter::new(usual));
        let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(Stderr(bars.clone()));
        // fails only if a subscriber is there already, which is as good
        let _ = match format {
            LogFormat::Text => {
                tracing::subscriber::set_global_default(lines.event_format(PlainLines).finish())
            }
            LogFormat::Json => {
                tracing::subscriber::set_global_default(lines.json().flatten_event(true).finish())
            }
        };
        Shell { volume, format, bars }
    }

    /// A bar that counts pages; hidden unless a person is looking at stderr.
    pub fn progress(&self, length: u64) -> ProgressBar {
        let visible =
            self.volume == Volume::Usual && self.format == LogFormat::Text && io::stderr().is_terminal();
        if !visible {
            return ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::hidden());
        }
        let style =
            ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed_precise} eta {eta} {wide_msg}");
        let bar = ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        self.bars.add(bar)
    }

    /// Whether only errors are said.
    pub fn is_quiet(&self) -> bool {
        self.volume == Volume::Quiet
    }

    /// Says why a command ended; a closed pipe (`tamis ... | head`) is nobody's failure.
    pub fn fail(&self, error: &anyhow::Error) -> Exit {
        if is_closed_pipe(error) {
            return Exit::Done;
        }
        tracing::error!("{}", sentence(error));
        exit_of(error)
    }
}

/// The error with its causes, each said once.
fn sentence(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |text, cause| {
        if text.is_empty() {
            cause
        } else if text.contains(&cause) {
            text
        } else {
            format!("{text}: {cause}")
        }
    })
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let of_io = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(of_io))
}

fn exit_of(error: &anyhow::Error) -> Exit {
    if error.is::<Usage>() {
        return Exit::Usage;
    }
    if error.is::<PageFailed>() {
        return Exit::PagesFailed;
    }
    match error.downcast_ref::<Error>() {
        Some(Error::Config(_) | Error::Rules { .. }) => Exit::Usage,
        Some(Error::Locked { .. }) => Exit::Locked,
        _ => Exit::Unexpected,
    }
}

/// Stderr below the progress bar.
struct Stderr(MultiProgress);

impl<'a> MakeWriter<'a> for Stderr {
    type Writer = Lines<'a>;

    fn make_writer(&'a self) -> Lines<'a> {
        Lines(&self.0)
    }
}

/// Writes whole lines; the bar steps aside meanwhile.
struct Lines<'a>(&'a MultiProgress);

impl Write for Lines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.suspend(|| io::stderr().write_all(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// `warning: message (field value, ...)`, without time and module: people read it, cron mails it.
struct PlainLines;

impl<S, N> FormatEvent<S, N> for PlainLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let level = match *event.metadata().level() {
            Level::ERROR => "error: ",
            Level::WARN => "warning: ",
            Level::INFO => "",
            Level::DEBUG => "debug: ",
            Level::TRACE => "trace: ",
        };
        let mut parts = Parts::default();
        event.record(&mut parts);
        let fields =
            if parts.fields.is_empty() { String::new() } else { format!(" ({})", parts.fields.join(", ")) };
        writeln!(writer, "{}", visible(&format!("{level}{}{fields}", parts.message)))
    }
}

/// A text without control characters: names of files and what servers say may hold any, and a terminal obeys them.
pub fn visible(text: &str) -> String {
    let shown =
        |c: char| if c.is_control() && !matches!(c, '\n' | '\t') { char::REPLACEMENT_CHARACTER } else { c };
    text.chars().map(shown).collect()
}

/// The message of an event and its other fields.
#[derive(Default)]
struct Parts {
    message: String,
    fields: Vec<String>,
}

impl Visit for Parts {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        } else {
            self.fields.push(format!("{} {value:?}", field.name()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_end_with_the_codes_of_the_contract() {
        let locked = Error::Locked { path: "lock".into(), holder: String::new() };
        for (error, exit) in [
            (anyhow::Error::from(Error::Config("x".to_owned())), Exit::Usage),
            (anyhow::Error::from(Usage("x".to_owned())), Exit::Usage),
            (anyhow::Error::from(PageFailed("x".to_owned())), Exit::PagesFailed),
            (anyhow::Error::from(locked), Exit::Locked),
            (anyhow::anyhow!("x"), Exit::Unexpected),
        ] {
            assert_eq!(exit_of(&error), exit, "{error}");
        }
    }

    #[test]
    fn a_closed_pipe_is_seen_through_layers() {
        let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
        assert!(is_closed_pipe(&anyhow::Error::from(closed()).context("cannot write")));
        assert!(is_closed_pipe(&Error::io("cannot write", "-")(closed()).into()));
        assert!(!is_closed_pipe(&anyhow::anyhow!("pipe")));
    }

    #[test]
    fn what_a_terminal_obeys_is_not_said() {
        assert_eq!(visible("a\u{1b}[2Jb\u{9b}\tc\n"), "a\u{fffd}[2Jb\u{fffd}\tc\n");
    }

    #[test]
    fn causes_are_said_once() {
        let error = Error::io("cannot read", "a.html")(io::Error::other("gone"));
        assert_eq!(sentence(&error.into()), "cannot read a.html: gone");
    }
}
