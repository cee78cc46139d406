//! Where records go: stdout, or one file each in a folder; and what became of them, counted.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use tamis::format::Format;
use tamis::record::Record;
use tamis::sink::{FolderSink, Sink};

use super::options::OutputArgs;
use super::shell::Exit;

/// Takes records and counts them.
pub struct Output {
    target: Target,
    tally: Tally,
    format: Format,
    /// Whether a record has been printed, so that the next is set off from it.
    printed: bool,
    /// Whether every record gets its line on stderr.
    tells_all: bool,
    /// Files of the folder that held another text before, and the first of their pages.
    replaced: usize,
    first_replaced: Option<String>,
}

enum Target {
    Stdout(BufWriter<io::StdoutLock<'static>>),
    Folder(FolderSink),
}

/// How a record counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// An article, or a page that is none.
    Done,
    /// A page that could not be had; shows in the exit code.
    Failed,
}

impl Output {
    /// Opens stdout or the folder.
    pub fn open(args: &OutputArgs) -> anyhow::Result<Output> {
        let target = match &args.output {
            Some(folder) => Target::Folder(FolderSink::open(folder, args.format)?.unforced()),
            None => Target::Stdout(BufWriter::with_capacity(64 << 10, io::stdout().lock())),
        };
        let (tally, format) = (Tally::default(), args.format);
        let (printed, tells_all, replaced, first_replaced) = (false, false, 0, None);
        Ok(Output { target, tally, format, printed, tells_all, replaced, first_replaced })
    }

    /// Says a line on stderr for every record, where no progress bar shows that something happens.
    pub fn telling_all(self, tells_all: bool) -> Output {
        Output { tells_all, ..self }
    }

    /// Settles the file name of a source before its record is ready, so that names do not depend on speed.
    pub fn reserve(&mut self, source: &str) {
        if let Target::Folder(folder) = &mut self.target {
            folder.reserve(source, None);
        }
    }

    /// Writes a record, counts it, and says on stderr what stdout does not.
    pub fn put(&mut self, record: &Record, weight: Weight) -> anyhow::Result<()> {
        self.tally.add(record, weight);
        self.tell(record, weight);
        match &mut self.target {
            Target::Folder(folder) => {
                if folder.would_replace(record) {
                    self.replaced += 1;
                    self.first_replaced.get_or_insert_with(|| record.source.clone());
                }
                folder.replace(record)?;
            }
            Target::Stdout(stdout) => {
                let text = self.format.render(record);
                let set_off = self.printed && !text.is_empty() && self.format != Format::Jsonl;
                if set_off {
                    stdout.write_all(b"\n")?;
                }
                stdout.write_all(text.as_bytes())?;
                self.printed |= !text.is_empty();
            }
        }
        Ok(())
    }

    /// What is ready becomes visible, for a reader at the other end of a pipe.
    pub fn flush(&mut self) -> anyhow::Result<()> {
        match &mut self.target {
            Target::Folder(folder) => folder.flush()?,
            Target::Stdout(stdout) => stdout.flush()?,
        }
        Ok(())
    }

    /// Ends the output with a summary on stderr where there is something to sum up.
    pub fn finish(mut self) -> anyhow::Result<Exit> {
        self.flush()?;
        let to_folder = matches!(self.target, Target::Folder(_));
        if to_folder || self.tally.pages > 1 {
            tracing::info!("{}", self.tally.summary());
        }
        if let Some(first) = &self.first_replaced {
            let count = self.replaced;
            tracing::warn!(
                "{count} files held another text before ({first} was the first), which is in the folder versions now; \
                 pages of the same name from several calls need a folder each"
            );
        }
        Ok(if self.tally.failed > 0 { Exit::PagesFailed } else { Exit::Done })
    }

    /// JSON carries every record; in the other formats a page without article would vanish without a word.
    fn tell(&self, record: &Record, weight: Weight) {
        if record.is_ok() {
            if self.tells_all {
                tracing::info!("{}: {}", record.source, record.status);
            }
            return;
        }
        let reason = record.reason.as_deref().unwrap_or("no reason given");
        let (source, status) = (&record.source, &record.status);
        match weight {
            Weight::Failed => tracing::warn!("{source}: {status}: {reason}"),
            Weight::Done if !self.tells_all && matches!(self.format, Format::Json | Format::Jsonl) => {}
            Weight::Done => tracing::info!("{source}: {status}: {reason}"),
        }
    }
}

/// Counts of outcomes.
#[derive(Debug, Default)]
struct Tally {
    pages: usize,
    articles: usize,
    failed: usize,
    others: BTreeMap<String, usize>,
}

impl Tally {
    fn add(&mut self, record: &Record, weight: Weight) {
        self.pages += 1;
        self.failed += usize::from(weight == Weight::Failed);
        if record.is_ok() {
            self.articles += 1;
        } else {
            *self.others.entry(record.status.clone()).or_default() += 1;
        }
    }

    /// `12 pages: 10 articles, 1 too-short, 1 read-error`
    fn summary(&self) -> String {
        let plural =
            |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
        let others = self.others.iter().map(|(status, count)| format!(", {count} {status}"));
        let (pages, articles) = (plural(self.pages, "page"), plural(self.articles, "article"));
        format!("{pages}: {articles}{}", others.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summaries_name_every_outcome() {
        let mut tally = Tally::default();
        tally.add(&Record { status: Record::OK.to_owned(), ..Record::default() }, Weight::Done);
        tally.add(&Record::failure("a", "too-short", "x"), Weight::Done);
        tally.add(&Record::failure("b", "read-error", "x"), Weight::Failed);
        assert_eq!(tally.summary(), "3 pages: 1 article, 1 read-error, 1 too-short");
        assert_eq!((tally.failed, tally.pages), (1, 3));
    }
}
