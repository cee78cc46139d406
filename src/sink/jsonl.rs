//! A JSON lines file that grows: one record a line.
//!
//! What a killed run may leave, and what [`JsonlSink::open`] does about it:
//! - a torn last line: it is cut off; its page was never committed and comes again
//! - whole lines beyond the mark of the last commit: they stay, and when the same record comes again it is not
//!   written twice
//!
//! A page that changed gives a further line; for each source the last line counts.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{Sink, Stored, atomic, hash};
use crate::error::Error;
use crate::format::Format;
use crate::record::Record;

/// How every line of ours begins; a file that has other lines is not ours to cut.
const LINE_START: &[u8] = b"{\"source\":";
/// How much is read at once on the way back to the last line break.
const STEP: u64 = 64 << 10;

/// Appends records to a file.
#[derive(Debug)]
pub struct JsonlSink {
    path: PathBuf,
    file: File,
    end: u64,
    /// Where the lines begin that were not committed when the file was opened.
    opened_at: u64,
    waiting: Vec<u8>,
    uncommitted: HashSet<u64>,
}

impl JsonlSink {
    /// Opens the file, makes it where needed, and repairs what a killed run left. `mark` is the length at the
    /// last commit; without it every line of the file is compared with what comes.
    pub fn open(path: &Path, mark: Option<u64>) -> Result<JsonlSink, Error> {
        let folder = atomic::folder_of(path);
        atomic::make_folder(folder)?;
        let mut file = open_file(path).map_err(Error::io("cannot open", path))?;
        let end = repaired_end(&mut file).map_err(Error::io("cannot repair", path))?;
        let from = mark.filter(|mark| *mark <= end).unwrap_or(0);
        let uncommitted = line_hashes(&mut file, from).map_err(Error::io("cannot read", path))?;
        atomic::sync_folder(folder)?;
        let path = path.to_owned();
        Ok(JsonlSink { path, file, end, opened_at: from, waiting: Vec::new(), uncommitted })
    }

    fn append(&mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&self.waiting)?;
        self.file.sync_data()
    }
}

impl Sink for JsonlSink {
    fn put(&mut self, record: &Record) -> Result<Stored, Error> {
        let line = Format::Jsonl.render(record);
        let place = self.path.display().to_string();
        if self.uncommitted.remove(&hash::stable(line.as_bytes())) {
            return Ok(Stored::Already(place));
        }
        self.waiting.extend_from_slice(line.as_bytes());
        Ok(Stored::Written(place))
    }

    /// A write that fails half way is taken back, so that the file ends in a whole line.
    fn flush(&mut self) -> Result<(), Error> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        if let Err(source) = self.append() {
            let _ = self.file.set_len(self.end);
            return Err(Error::Io { action: "cannot append to", path: self.path.clone(), source });
        }
        self.end += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }

    /// The mark does not pass a line that was never committed as long as its page may still come.
    fn mark(&self) -> Option<u64> {
        Some(if self.uncommitted.is_empty() { self.end } else { self.opened_at })
    }

    /// After all pages, what never came again is stale: its page has changed since.
    fn finish(&mut self) -> Result<(), Error> {
        self.flush()?;
        self.uncommitted.clear();
        Ok(())
    }
}

fn open_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

/// Cuts a torn last line off, or ends a whole one; gives the length of the file after that.
fn repaired_end(file: &mut File) -> io::Result<u64> {
    let length = file.metadata()?.len();
    let start = last_line_start(file, length)?;
    let mut last = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.read_to_end(&mut last)?;
    if last.is_empty() || last.ends_with(b"\n") {
        return refuse_foreign(&last).map(|()| length);
    }
    refuse_foreign(&last)?;
    if serde_json::from_slice::<serde::de::IgnoredAny>(&last).is_ok() {
        file.write_all(b"\n")?;
        return Ok(length + 1);
    }
    file.set_len(start)?;
    Ok(start)
}

/// Where the last line begins; a line break at the very end belongs to that line.
fn last_line_start(file: &mut File, length: u64) -> io::Result<u64> {
    let mut end = length.saturating_sub(1);
    let mut piece = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(STEP);
        piece.clear();
        file.seek(SeekFrom::Start(start))?;
        file.take(end - start).read_to_end(&mut piece)?;
        if let Some(at) = memchr::memrchr(b'\n', &piece) {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

fn refuse_foreign(line: &[u8]) -> io::Result<()> {
    let shared = line.len().min(LINE_START.len());
    if line[..shared] == LINE_START[..shared] {
        return Ok(());
    }
    let message = "its last line is not a record of tamis; choose another file for the output";
    Err(io::Error::new(io::ErrorKind::InvalidData, message))
}

fn line_hashes(file: &mut File, from: u64) -> io::Result<HashSet<u64>> {
    file.seek(SeekFrom::Start(from))?;
    let mut reader = BufReader::new(file);
    let mut hashes = HashSet::new();
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        hashes.insert(hash::stable(&line));
        line.clear();
    }
    Ok(hashes)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn record(source: &str) -> Record {
        Record { text: "Un texte.\nDeux.".into(), status: "ok".into(), ..Record::failure(source, "", "") }
    }

    fn line(source: &str) -> String {
        Format::Jsonl.render(&record(source))
    }

    fn put_all(path: &Path, mark: Option<u64>, sources: &[&str]) -> u64 {
        let mut sink = JsonlSink::open(path, mark).unwrap();
        for source in sources {
            sink.put(&record(source)).unwrap();
        }
        sink.finish().unwrap();
        sink.mark().unwrap()
    }

    #[test]
    fn appends_over_runs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out/a.jsonl");
        let mark = put_all(&path, None, &["a", "b"]);
        put_all(&path, Some(mark), &["c"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), line("a") + &line("b") + &line("c"));
    }

    #[test]
    fn every_torn_last_line_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let (whole, torn) = (line("a"), line("b"));
        for length in 0..torn.len() - 1 {
            fs::write(&path, format!("{whole}{}", &torn[..length])).unwrap();
            put_all(&path, Some(whole.len() as u64), &["b"]);
            assert_eq!(fs::read_to_string(&path).unwrap(), format!("{whole}{torn}"), "torn at {length}");
        }
    }

    #[test]
    fn a_whole_last_line_without_its_break_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        fs::write(&path, line("a").trim_end()).unwrap();
        put_all(&path, None, &["a", "b"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), line("a") + &line("b"));
    }

    #[test]
    fn what_was_written_but_not_committed_is_not_doubled() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let mark = put_all(&path, None, &["a"]);
        put_all(&path, Some(mark), &["b", "c"]); // killed here: the state never heard of b and c
        put_all(&path, Some(mark), &["c", "b", "d"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), ["a", "b", "c", "d"].map(line).concat());
    }

    #[test]
    fn the_mark_does_not_pass_what_may_still_come() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let mark = put_all(&path, None, &["a"]);
        put_all(&path, Some(mark), &["b", "c"]); // killed here
        let mut second = JsonlSink::open(&path, Some(mark)).unwrap();
        second.put(&record("d")).unwrap();
        second.put(&record("c")).unwrap();
        second.flush().unwrap();
        let mark = second.mark(); // killed again, before b came
        put_all(&path, mark, &["b"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), ["a", "b", "c", "d"].map(line).concat());
    }

    #[test]
    fn finds_the_last_line_break_far_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let long = format!("{{\"source\":\"{}", "x".repeat(3 * STEP as usize));
        fs::write(&path, line("a") + &long).unwrap();
        put_all(&path, None, &["b"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), line("a") + &line("b"));
    }

    #[test]
    fn a_file_of_somebody_else_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("letter.txt");
        for content in ["Dear friend", "Dear friend\n", "{\"a\":1}\n"] {
            fs::write(&path, content).unwrap();
            let error = JsonlSink::open(&path, None).unwrap_err();
            assert!(
                std::error::Error::source(&error).unwrap().to_string().contains("not a record"),
                "{error}"
            );
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
    }
}
