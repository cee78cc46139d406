//! Where records go: a folder of files, a JSON lines file, an SQLite database.
//!
//! - sink: takes records one by one; after [`Sink::flush`] what it took outlives a power cut
//! - place: where a record lies in its sink, as a file name; the state database keeps it, so that the same source
//!   goes to the same place in later runs
//!
//! A run writes in the order put, flush, commit to the state database. If it is killed before the commit, the
//! next run puts the same record again, and every sink then ends up with it once.

pub mod atomic;
pub mod folder;
pub mod jsonl;
pub mod name;
pub mod sqlite;
pub mod versions;

pub use crate::hash;
pub use folder::FolderSink;
pub use jsonl::JsonlSink;
pub use sqlite::SqliteSink;
pub use versions::Earlier;

use crate::error::Error;
use crate::record::Record;

/// What became of a record that was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It was written to this place.
    Written(String),
    /// A killed run wrote the very same record to this place already.
    Already(String),
    /// This sink has no place for the record: a page without an article, in a folder of texts.
    Skipped,
}

impl Stored {
    /// The place, if there is one.
    pub fn place(&self) -> Option<&str> {
        match self {
            Stored::Written(place) | Stored::Already(place) => Some(place),
            Stored::Skipped => None,
        }
    }
}

/// Takes records.
pub trait Sink: Send {
    /// Settles the place of a source before its record comes, so that places do not depend on which page is
    /// ready first. `before` is the place of an earlier run. A sink with one place for all gives none.
    fn reserve(&mut self, source: &str, before: Option<&str>) -> Option<String> {
        let _ = (source, before);
        None
    }

    /// Takes a record.
    fn put(&mut self, record: &Record) -> Result<Stored, Error>;

    /// Takes the record of an article that has changed; what becomes of the earlier one, the sink's options say.
    fn replace(&mut self, record: &Record) -> Result<Stored, Error> {
        self.put(record)
    }

    /// Makes everything that was put durable.
    fn flush(&mut self) -> Result<(), Error>;

    /// How far the output goes once it is flushed; what lies beyond was written by a run that was killed before
    /// it could commit.
    fn mark(&self) -> Option<u64> {
        None
    }

    /// Flushes and closes.
    fn finish(&mut self) -> Result<(), Error> {
        self.flush()
    }
}
