//! A folder with one file an article, in any [`Format`].
//!
//! An article that has changed is rewritten; its earlier file is set aside if [`Earlier::Keep`] says so.
//! The JSON formats also get the records of pages without an article; the others have nothing to write for them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::atomic::{self, Durability};
use super::name::Names;
use super::versions::{self, Earlier};
use super::{Sink, Stored};
use crate::error::Error;
use crate::format::Format;
use crate::record::Record;

/// Writes each record to a file of its own.
#[derive(Debug)]
pub struct FolderSink {
    folder: PathBuf,
    format: Format,
    /// Whose each name is; none if each follows from its address alone.
    names: Option<Names>,
    earlier: Earlier,
    /// Places of sources that earlier runs wrote in another format.
    former: HashMap<String, String>,
    durability: Durability,
    unsynced: bool,
}

impl FolderSink {
    /// Opens the folder, makes it where needed, and clears what a killed run left in it.
    pub fn open(folder: &Path, format: Format) -> Result<FolderSink, Error> {
        atomic::make_folder(folder)?;
        atomic::remove_leftovers(folder)?;
        atomic::check_writable(folder)?;
        let (names, earlier) = (Some(Names::default()), Earlier::default());
        let (folder, former) = (folder.to_owned(), HashMap::new());
        Ok(FolderSink {
            folder,
            format,
            names,
            earlier,
            former,
            durability: Durability::Forced,
            unsynced: false,
        })
    }

    /// Leaves it to the system when files reach the disk: for who looks on, and can do it again after a power cut.
    pub fn unforced(mut self) -> FolderSink {
        self.durability = Durability::Left;
        self
    }

    /// Whether there is a file for this record already that holds something else.
    pub fn would_replace(&mut self, record: &Record) -> bool {
        let content = self.format.render(record);
        let place = self.place(&record.source);
        let path = self.folder.join(place);
        !content.is_empty() && std::fs::read(path).is_ok_and(|earlier| earlier != content.as_bytes())
    }

    /// Says what becomes of the earlier files of articles that have changed.
    pub fn with_earlier(mut self, earlier: Earlier) -> FolderSink {
        self.earlier = earlier;
        self
    }

    /// Prepares for others who write into the same folder: an address has one name, whoever writes it. No names are
    /// remembered.
    pub fn of_many_writers(mut self) -> FolderSink {
        self.names = None;
        self
    }

    fn place(&mut self, source: &str) -> String {
        let stem = match &mut self.names {
            Some(names) => names.claim(source),
            None => Names::default().claim(source),
        };
        format!("{stem}.{}", self.format.extension())
    }

    /// A page that turns out to double another has a file only if a run wrote it that was killed before it could
    /// commit.
    fn remove(&mut self, place: &str) -> Result<(), Error> {
        let path = self.folder.join(place);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io("cannot remove", path)(error))
            }
            _ => Ok(()),
        }
    }
}

impl Sink for FolderSink {
    fn reserve(&mut self, source: &str, before: Option<&str>) -> Option<String> {
        let stem = before.and_then(|place| place.rsplit_once('.')).map(|(stem, _)| stem);
        if let Some((names, stem)) = self.names.as_mut().zip(stem) {
            names.restore(source, stem);
        }
        let place = self.place(source);
        let is_of_other_format = |before: &&str| {
            stem.is_some_and(|stem| place.starts_with(&format!("{stem}."))) && *before != place
        };
        if let Some(former) = before.filter(is_of_other_format) {
            self.former.insert(source.to_owned(), former.to_owned());
        }
        Some(place)
    }

    fn put(&mut self, record: &Record) -> Result<Stored, Error> {
        let place = self.place(&record.source);
        let content = self.format.render(record);
        if record.status == Record::DUPLICATE {
            self.remove(&place)?;
        }
        if content.is_empty() {
            return Ok(Stored::Skipped);
        }
        atomic::write_as(&self.folder.join(&place), content.as_bytes(), self.durability)?;
        self.unsynced = true;
        Ok(Stored::Written(place))
    }

    fn replace(&mut self, record: &Record) -> Result<Stored, Error> {
        if self.earlier == Earlier::Keep {
            let place = self.place(&record.source);
            versions::set_aside(&self.folder, &place, self.format.render(record).as_bytes())?;
        }
        let stored = self.put(record)?;
        if let Some(former) = self.former.remove(&record.source) {
            if self.earlier == Earlier::Keep {
                versions::set_aside(&self.folder, &former, &[])?;
            }
            self.remove(&former)?;
        }
        Ok(stored)
    }

    fn flush(&mut self) -> Result<(), Error> {
        if self.unsynced && self.durability == Durability::Forced {
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
    fn a_changed_article_is_rewritten_and_the_old_one_kept_aside() {
        let folder = tempfile::tempdir().unwrap();
        let texts = |folder: &Path| -> Vec<String> {
            let files = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
            files.filter(|path| path.is_file()).map(|path| fs::read_to_string(path).unwrap()).collect()
        };
        for earlier in [Earlier::Drop, Earlier::Keep] {
            let mut sink = FolderSink::open(folder.path(), Format::Txt).unwrap().with_earlier(earlier);
            sink.put(&record("a.html", "Un.")).unwrap();
            sink.replace(&record("a.html", "Deux.")).unwrap();
            sink.finish().unwrap();
            assert_eq!(texts(folder.path()), ["Deux.\n"]);
            let kept: &[&str] = if earlier == Earlier::Keep { &["Un.\n"] } else { &[] };
            assert_eq!(texts(&folder.path().join("versions")), kept);
        }
    }

    #[test]
    fn an_article_of_another_format_gives_way_to_its_new_file() {
        for (earlier, aside) in [(Earlier::Keep, 1), (Earlier::Drop, 0)] {
            let folder = tempfile::tempdir().unwrap();
            let mut sink = FolderSink::open(folder.path(), Format::Md).unwrap();
            sink.put(&record("a.html", "Un.")).unwrap();
            let mut sink = FolderSink::open(folder.path(), Format::Txt).unwrap().with_earlier(earlier);
            assert_eq!(sink.reserve("a.html", Some("a.md")).as_deref(), Some("a.txt"));
            sink.replace(&record("a.html", "Deux.")).unwrap();
            assert!(!folder.path().join("a.md").exists());
            assert_eq!(fs::read_to_string(folder.path().join("a.txt")).unwrap(), "Deux.\n");
            let versions = fs::read_dir(folder.path().join("versions")).into_iter().flatten();
            assert_eq!(versions.count(), aside, "{earlier:?}");
        }
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
