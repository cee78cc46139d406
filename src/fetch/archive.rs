//! Keeps what was fetched in a web archive (WARC 1.1, ISO 28500), from which pages can be cleaned again without a
//! single request.
//!
//! - capture: one answer as it came over the wire, with the request that it answers
//! - record: a capture is two of them, `response` and `request`; an answer 304 is a `revisit`
//!
//! What is kept: final answers, error pages and redirects of pages, feeds, sitemaps and robots.txt; not an answer
//! after which the request was repeated, nor a body that was not read to its end. The field `Tamis-Wanted` says what
//! was asked for, so that a reader tells pages from sources. Headers of the settings and cookies stay out: they may be
//! secret, and archives are passed on.
//!
//! A record is appended by one write, so that a crash leaves at most one torn record at the end, which the next
//! opening cuts off (`repair`). A record that cannot be written whole is taken back.

mod record;
mod repair;

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[cfg(feature = "render")]
use url::Url;

use super::error::FetchErrorKind;
use super::options::FetchOptions;
use crate::error::Error;
pub(super) use record::{Capture, Ending};

/// Bytes after which an archive is forced to the disk by itself; less is lost only when the power fails. A run asks
/// for it before it notes pages as done.
const SYNC_BYTES: u64 = 4 << 20;

/// An archive that is written.
pub(super) struct Archive {
    path: PathBuf,
    gzip: bool,
    tail: Mutex<Tail>,
}

/// The end of the file.
struct Tail {
    file: File,
    /// Bytes of whole records.
    length: u64,
    /// Of these, bytes that are on the disk for sure.
    synced: u64,
    /// Why an earlier record could not be written.
    failure: Option<io::ErrorKind>,
}

impl Archive {
    /// Opens an archive to append to it, or begins one. The name says whether records are compressed, each by itself.
    pub(super) fn open(path: &Path, options: &FetchOptions) -> Result<Archive, Error> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(Error::io("cannot create the folder", folder))?;
        }
        let file = File::options().read(true).append(true).create(true).open(path);
        let mut file = file.map_err(Error::io("cannot write the archive", path))?;
        if file.try_lock().is_err() {
            let holder = ", an archive that it is writing".to_owned();
            return Err(Error::Locked { path: path.to_owned(), holder });
        }
        let gzip = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
        let length =
            repair::repair(&mut file, gzip).map_err(Error::io("cannot append to the archive", path))?;
        let archive = Archive {
            path: path.to_owned(),
            gzip,
            tail: Mutex::new(Tail { file, length, synced: 0, failure: None }),
        };
        if length == 0 {
            let info = packed(&record::info(options), gzip);
            archive.tail().append(&info).map_err(Error::io("cannot write the archive", path))?;
        }
        Ok(archive)
    }

    /// Appends a capture.
    pub(super) async fn add(self: &Arc<Archive>, capture: Capture) -> Result<(), FetchErrorKind> {
        self.append(move || record::records(&capture).into()).await
    }

    /// Appends a page as a browser built it from an answer that is in the archive.
    #[cfg(feature = "render")]
    pub(super) async fn add_rendered(
        self: &Arc<Archive>,
        url: &Url,
        html: &str,
    ) -> Result<(), FetchErrorKind> {
        let record = record::rendered(url, html);
        self.append(move || vec![record]).await
    }

    /// Appends records that belong together, off the threads that wait for the network.
    async fn append(
        self: &Arc<Archive>,
        records: impl FnOnce() -> Vec<Vec<u8>> + Send + 'static,
    ) -> Result<(), FetchErrorKind> {
        let archive = Arc::clone(self);
        let writing = tokio::task::spawn_blocking(move || {
            let bytes: Vec<u8> = records().iter().flat_map(|record| packed(record, archive.gzip)).collect();
            archive.tail().append(&bytes)
        });
        let written = writing.await.unwrap_or_else(|error| Err(io::Error::other(error)));
        written
            .map_err(|error| FetchErrorKind::Archive { detail: format!("{}: {error}", self.path.display()) })
    }

    /// Forces what was appended so far to the disk; fails if anything could not be appended.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.tail().sync()
    }

    fn tail(&self) -> MutexGuard<'_, Tail> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tail {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(bytes) {
            // a torn record that cannot be taken back either is cut off when the archive is opened again
            let _ = self.file.set_len(self.length);
            self.failure = Some(error.kind());
            return Err(error);
        }
        self.length += bytes.len() as u64;
        if self.length - self.synced >= SYNC_BYTES { self.sync() } else { Ok(()) }
    }

    fn sync(&mut self) -> io::Result<()> {
        if let Some(failure) = self.failure {
            return Err(failure.into());
        }
        if self.length > self.synced {
            self.file.sync_data()?;
            self.synced = self.length;
        }
        Ok(())
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        // nobody is left to be told
        let _ = self.sync();
    }
}

/// A record as it stands in the file.
fn packed(record: &[u8], gzip: bool) -> Vec<u8> {
    if !gzip {
        return record.to_vec();
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    // writing to memory does not fail
    let _ = encoder.write_all(record);
    encoder.finish().unwrap_or_default()
}

/// Goes to a place of a file.
fn seek(file: &mut File, to: u64) -> io::Result<()> {
    file.seek(SeekFrom::Start(to)).map(drop)
}
