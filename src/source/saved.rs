//! Saved pages: files, folders, globs, standard input, web archives.
//!
//! - path: what was given on the command line or in the configuration
//! - item: one thing to clean: a file that is still to be read, a page from an archive, or a failure
//!
//! Items come lazily and in a stable order: paths as given, folders sorted by name. Files are read by
//! [`Item::load`], so that many threads can read at once; the pages of an archive come read. Nothing that was
//! asked for is dropped: what cannot be read is an item with its record.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use globset::{GlobBuilder, GlobMatcher};
use serde::{Deserialize, Serialize};
use walkdir::{DirEntry, WalkDir};

use super::extension::{told, wanted};
use super::open::{self, ReadFailure};
use super::warc::{ArchivedPage, Damage, Warc};
use crate::decode::{Content, content_of};
use crate::fetch::FetchErrorKind;
use crate::record::{Archived, Record};

/// Standard input, as a path.
pub const STDIN: &str = "-";

/// Status of a file that cannot be read.
pub const READ_ERROR: &str = "read-error";

/// How every web archive begins.
const ARCHIVE_START: &[u8] = b"WARC/";

/// What the paths hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InputKind {
    /// Told by the extension of each file, or by its content.
    #[default]
    Auto,
    /// HTML pages.
    Html,
    /// Text that an earlier scraper left dirty.
    Text,
    /// Web archives.
    Warc,
}

impl InputKind {
    /// All kinds by name, for help texts and messages.
    pub const NAMES: [&'static str; 4] = ["auto", "html", "text", "warc"];
}

impl FromStr for InputKind {
    type Err = String;

    fn from_str(name: &str) -> Result<InputKind, String> {
        let all = [InputKind::Auto, InputKind::Html, InputKind::Text, InputKind::Warc];
        let known = InputKind::NAMES.iter().position(|known| *known == name);
        known.map(|index| all[index]).ok_or_else(|| {
            format!("unknown kind of input `{name}`; use one of {}", InputKind::NAMES.join(", "))
        })
    }
}

/// What a loaded page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// HTML.
    Html,
    /// Text that an earlier scraper left dirty.
    Text,
}

/// A page in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedPage {
    /// The path as given or walked; the address of a page from an archive.
    pub name: String,
    /// What it is.
    pub kind: PageKind,
    /// Its address, where an archive says it.
    pub url: Option<String>,
    /// The HTTP header, where an archive says it.
    pub content_type: Option<String>,
    /// Where it stands in an archive.
    pub archive: Option<Archived>,
    /// The bytes, without compression.
    pub bytes: Vec<u8>,
}

/// One thing to clean.
#[derive(Debug)]
pub enum Item {
    /// A file that is still to be read.
    File {
        /// Where it is; `-` for standard input.
        path: PathBuf,
        /// What it is taken for.
        kind: InputKind,
    },
    /// A page from an archive.
    Page(SavedPage),
    /// What cannot be read.
    Failed(Box<Record>),
}

impl Item {
    /// The page in memory, or the record of the failure.
    pub fn load(self, max_bytes: usize) -> Result<SavedPage, Box<Record>> {
        match self {
            Item::File { path, kind } => load_file(&path, kind, max_bytes),
            Item::Page(page) => Ok(page),
            Item::Failed(record) => Err(record),
        }
    }

    /// Bytes that the item holds already.
    pub fn bytes_held(&self) -> usize {
        match self {
            Item::Page(page) => page.bytes.len(),
            _ => 0,
        }
    }
}

fn load_file(path: &Path, kind: InputKind, max_bytes: usize) -> Result<SavedPage, Box<Record>> {
    let name = path.display().to_string();
    let bytes = open::read(path, max_bytes).map_err(|failure| Box::new(failed(&name, failure)))?;
    if kind == InputKind::Auto && bytes.starts_with(ARCHIVE_START) {
        let reason = format!("{name} is a web archive; read it with --input warc");
        return Err(Box::new(Record::failure(name, READ_ERROR, reason)));
    }
    let kind = match kind {
        InputKind::Text => PageKind::Text,
        InputKind::Auto if content_of(&bytes, None) == Content::Text => PageKind::Text,
        _ => PageKind::Html,
    };
    Ok(SavedPage { name, kind, url: None, content_type: None, archive: None, bytes })
}

fn failed(name: &str, failure: ReadFailure) -> Record {
    match failure {
        ReadFailure::Io(error) => Record::failure(name, READ_ERROR, format!("cannot read {name}: {error}")),
        ReadFailure::TooLarge(rejection) => Record::of(name, Err(rejection)),
    }
}

/// An archive on its way.
struct OpenArchive {
    name: String,
    records: Warc,
    /// Whether there is nothing in it so far.
    is_empty: bool,
}

/// The items of some paths.
pub struct Saved {
    paths: std::vec::IntoIter<String>,
    files: Box<dyn Iterator<Item = Result<PathBuf, Box<Record>>> + Send>,
    archive: Option<OpenArchive>,
    kind: InputKind,
    max_bytes: usize,
    after: Option<u64>,
}

impl Saved {
    /// Goes through paths; nothing is opened yet.
    pub fn new(paths: Vec<String>, kind: InputKind, max_bytes: usize) -> Saved {
        Saved {
            paths: paths.into_iter(),
            files: Box::new(std::iter::empty()),
            archive: None,
            kind,
            max_bytes,
            after: None,
        }
    }

    /// Leaves out of an archive what comes before the record at this offset, and that one.
    pub fn after(self, offset: Option<u64>) -> Saved {
        Saved { after: offset, ..self }
    }

    fn open_archive(&self, path: &Path) -> std::io::Result<Warc> {
        match self.after {
            Some(offset) => Warc::open_after(path, offset, self.max_bytes),
            None => Warc::open(path, self.max_bytes),
        }
    }

    /// The item of a file; opens it when it is an archive.
    fn item(&mut self, path: PathBuf) -> Option<Item> {
        let name = path.display().to_string();
        if !is_archive(&path, self.kind) {
            return Some(Item::File { kind: told(&path, self.kind), path });
        }
        match self.open_archive(&path) {
            Ok(archive) => {
                self.archive = Some(OpenArchive { name, records: archive, is_empty: self.after.is_none() });
                None
            }
            Err(error) => Some(Item::Failed(Box::new(failed(&name, error.into())))),
        }
    }

    fn next_archived(&mut self) -> Option<Item> {
        let archive = self.archive.as_mut()?;
        if let Some(next) = archive.records.next() {
            archive.is_empty = false;
            return Some(archived(&archive.name, next));
        }
        let OpenArchive { name, is_empty, .. } = self.archive.take()?;
        let is_other = is_empty && Path::new(&name).is_file() && !starts_like_archive(Path::new(&name));
        is_other.then(|| {
            let reason = format!("{name} is no web archive; it does not begin with a record");
            Item::Failed(Box::new(Record::failure(name, READ_ERROR, reason)))
        })
    }
}

impl Iterator for Saved {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        loop {
            if let Some(item) = self.next_archived() {
                return Some(item);
            }
            match self.files.next() {
                Some(Ok(path)) => {
                    if let Some(item) = self.item(path) {
                        return Some(item);
                    }
                }
                Some(Err(record)) => return Some(Item::Failed(record)),
                None => self.files = expand(&self.paths.next()?, self.kind),
            }
        }
    }
}

/// A page of an archive; an answer with an error status or too large is a failure.
fn archived(archive: &str, next: Result<ArchivedPage, Damage>) -> Item {
    let place = |offset, id, date| Some(Archived { file: archive.to_owned(), offset, id, date });
    let (record, url, place) = match next {
        Ok(page) => {
            let (name, url) = (page.url.clone().unwrap_or_else(|| archive.to_owned()), page.url);
            let (place, content_type) = (place(page.offset, page.id, page.date), page.content_type);
            let record = match page.body {
                Ok(bytes) if page.status < 300 => {
                    let kind = PageKind::Html;
                    return Item::Page(SavedPage { name, kind, url, content_type, archive: place, bytes });
                }
                Ok(_) => error_answer(name, page.status),
                Err(rejection) => Record::of(name, Err(rejection)),
            };
            (record, url, place)
        }
        Err(damage) => {
            let name = damage.url.clone().unwrap_or_else(|| archive.to_owned());
            let record = Record::failure(name, READ_ERROR, format!("{archive}: {}", damage.reason));
            (record, damage.url, place(damage.offset, None, None))
        }
    };
    Item::Failed(Box::new(Record { archive: place, ..record.at(url.as_deref(), None) }))
}

/// An error page has the status that it had when it was fetched.
fn error_answer(name: String, code: u16) -> Record {
    let kind = FetchErrorKind::Status { code, retry_after: None };
    Record::failure(name, kind.status(), format!("the archive holds an answer {code}: {kind}"))
}

type Files = Box<dyn Iterator<Item = Result<PathBuf, Box<Record>>> + Send>;

/// The files that a path stands for.
fn expand(path: &str, kind: InputKind) -> Files {
    let place = Path::new(path);
    if place.is_dir() {
        let walked = walk(place, move |path| wanted(path, kind));
        return or_failure(
            walked,
            path,
            "the folder holds no file that could be a page; for a folder of texts use --input text",
        );
    }
    // a pipe is as good as a file
    if path == STDIN || place.exists() {
        return Box::new(std::iter::once(Ok(place.to_owned())));
    }
    if is_pattern(path) {
        return expand_glob(path);
    }
    failure(path, &format!("{path} was not found; check the spelling and the working directory"))
}

/// Whether a path stands for others, unless there is a file of that very name.
pub fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '[', '{'])
}

fn failure(path: &str, reason: &str) -> Files {
    let record = Box::new(Record::failure(path, READ_ERROR, reason));
    Box::new(std::iter::once(Err(record)))
}

/// A path that stands for nothing is a failure: a mistyped glob must not pass for an empty run.
fn or_failure(files: Files, path: &str, reason: &str) -> Files {
    let mut files = files.peekable();
    if files.peek().is_some() { Box::new(files) } else { failure(path, &format!("{path}: {reason}")) }
}

fn expand_glob(pattern: &str) -> Files {
    let glob = match GlobBuilder::new(pattern).literal_separator(true).build() {
        Ok(glob) => glob.compile_matcher(),
        Err(error) => return failure(pattern, &format!("the pattern {pattern} is wrong: {}", error.kind())),
    };
    let root = fixed_part(pattern);
    // a walk from "." gives "./a.html", which the pattern "*.html" does not mean
    let strip = root.as_os_str().is_empty();
    let start = if strip { Path::new(".") } else { &root };
    let files = walk(start, move |path| matches(&glob, path, strip));
    let plain = move |path: PathBuf| path.strip_prefix("./").map(Path::to_owned).unwrap_or(path);
    let files = files.map(move |file| if strip { file.map(plain) } else { file });
    or_failure(Box::new(files), pattern, "no file matches the pattern")
}

fn matches(glob: &GlobMatcher, path: &Path, strip: bool) -> bool {
    glob.is_match(if strip { path.strip_prefix("./").unwrap_or(path) } else { path })
}

/// The folders of a pattern before its first special character.
fn fixed_part(pattern: &str) -> PathBuf {
    let special = |part: &std::path::Component| is_pattern(&part.as_os_str().to_string_lossy());
    Path::new(pattern).components().take_while(|part| !special(part)).collect()
}

/// Files below a folder, sorted by name, without hidden ones; links are followed, but not in circles.
fn walk(root: &Path, wanted: impl Fn(&Path) -> bool + Send + 'static) -> Files {
    let visible =
        |entry: &DirEntry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.');
    let entries = WalkDir::new(root).follow_links(true).sort_by_file_name().into_iter().filter_entry(visible);
    Box::new(entries.filter_map(move |entry| match entry {
        Ok(entry) => (entry.file_type().is_file() && wanted(entry.path())).then(|| Ok(entry.into_path())),
        Err(error) => {
            let name = error.path().map(|path| path.display().to_string()).unwrap_or_default();
            Some(Err(Box::new(Record::failure(name, READ_ERROR, format!("cannot read the folder: {error}")))))
        }
    }))
}

/// Whether a file is read as a web archive: by the kind asked for, its name or its first bytes.
pub fn is_archive(path: &Path, asked: InputKind) -> bool {
    match told(path, asked) {
        InputKind::Auto => starts_like_archive(path),
        kind => kind == InputKind::Warc,
    }
}

/// Whether a file without a telling name is an archive. Standard input and pipes cannot be looked at twice.
fn starts_like_archive(path: &Path) -> bool {
    if !path.is_file() {
        return false;
    }
    let start = open::open(path)
        .and_then(open::unpacked)
        .and_then(|mut stream| stream.fill_buf().map(|buffer| buffer.starts_with(ARCHIVE_START)));
    start.unwrap_or(false)
}

#[cfg(test)]
#[path = "saved_tests.rs"]
mod tests;
