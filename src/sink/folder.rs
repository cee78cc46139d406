//! A folder with one file an article, in any [`Format`].
//!
//! The JSON formats also get the records of pages without an article; the others have nothing to write for them.

use std::path::{Path, PathBuf};

use super::name::Names;
use super::{Sink, Stored, atomic};
use crate::error::Error;
use crate::format::Format;
use crate::record::Record;

/// Writes each record to a file of its own.
#[derive(Debug)]
pub struct FolderSink {
    folder: PathBuf,
    format: Format,
    names: Names,
    unsynced: bool,
}

impl FolderSink {
    /// Opens the folder, makes it where needed, and clears what a killed run left in it.
    pub fn open(folder: &Path, format: Format) -> Result<FolderSink, Error> {
        atomic::make_folder(folder)?;
        atomic::remove_leftovers(folder)?;
        Ok(FolderSink { folder: folder.to_owned(), format, names: Names::default(), unsynced: false })
    }

    fn place(&mut self, source: &str) -> String {
        format!("{}.{}", self.names.claim(source), self.format.extension())
    }
}

impl Sink for FolderSink {
    fn reserve(&mut self, source: &str, before: Option<&str>) -> Option<String> {
        if let Some(stem) = before.and_then(|place| place.rsplit_once('.')).map(|(stem, _)| stem) {
            self.names.restore(source, stem);
        }
        Some(self.place(source))
    }

    fn put(&mut self, record: &Record) -> Result<Stored, Error> {
        let content = self.format.render(record);
        if content.is_empty() {
            return Ok(Stored::Skipped);
        }
        let place = self.place(&record.source);
        atomic::write(&self.folder.join(&place), content.as_bytes())?;
        self.unsynced = true;
        Ok(Stored::Written(place))
    }

    fn flush(&mut self) -> Result<(), Error> {
        if self.unsynced {
            atomic::sync_folder(&self.folder)?;
            self.unsynced = false;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::article::{Article, Block, BlockKind};

    fn record(source: &str, text: &str) -> Record {
        let blocks = vec![Block::plain(BlockKind::Paragraph, text)];
        Record::of(source, Ok(Article { blocks, ..Article::default() }))
    }

    #[test]
    fn writes_one_file_an_article() {
        let folder = tempfile::tempdir().unwrap();
        let mut sink = FolderSink::open(&folder.path().join("new/out"), Format::Txt).unwrap();
        assert_eq!(sink.put(&record("a/page.html", "Un.")).unwrap(), Stored::Written("a.txt".into()));
        assert_eq!(sink.put(&record("b/page.html", "Deux.")).unwrap(), Stored::Written("b.txt".into()));
        sink.finish().unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("new/out/b.txt")).unwrap(), "Deux.\n");
    }

    #[test]
    fn a_page_without_article_gets_a_file_only_in_json() {
        let folder = tempfile::tempdir().unwrap();
        let failure = Record::failure("a.html", "too-short", "The page is too short.");
        let put = |format| FolderSink::open(folder.path(), format).unwrap().put(&failure).unwrap();
        assert_eq!(put(Format::Txt), Stored::Skipped);
        assert_eq!(put(Format::Md), Stored::Skipped);
        assert_eq!(put(Format::Html), Stored::Skipped);
        assert_eq!(put(Format::Json), Stored::Written("a.json".into()));
    }

    #[test]
    fn a_reserved_place_does_not_depend_on_who_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let mut sink = FolderSink::open(folder.path(), Format::Txt).unwrap();
        sink.reserve("a/x.html", None);
        sink.reserve("b/x.html", None);
        assert_eq!(sink.put(&record("b/x.html", "B.")).unwrap().place(), Some("b-x.txt"));
        assert_eq!(sink.put(&record("a/x.html", "A.")).unwrap().place(), Some("x.txt"));
    }

    #[test]
    fn a_place_of_an_earlier_run_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let mut sink = FolderSink::open(folder.path(), Format::Txt).unwrap();
        assert_eq!(sink.reserve("b/x.html", Some("x.txt")), Some("x.txt".into()));
        assert_eq!(sink.reserve("a/x.html", None), Some("a-x.txt".into()));
    }
}
