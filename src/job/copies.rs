//! The shelf of a run: copies of feeds, sitemaps and robots.txt in a small database of their own.
//!
//! It may be deleted at any time. What goes wrong with it costs a request and is told once, as a warning: a run never
//! fails for its sake. One that is no database of ours is left alone.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::{Timestamp, ToSpan};
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use url::Url;

use super::verdict::iso;
use crate::fetch::{Kept, Page, Shelf};
use crate::sink::atomic;

/// `tamc` in ASCII: marks the file as ours.
const APPLICATION_ID: i32 = 0x7461_6d63;

/// Copies that nobody asked for in so many days are taken away.
const LIFE_DAYS: i64 = 60;

/// Larger ones are not kept: sitemaps of this size are archives, which an index with dates lets us pass over.
const MAX_BYTES: usize = 8 << 20;

/// Feeds shrink to a fifth; more effort gains little.
const LEVEL: i32 = 3;

const TABLE: &str = "
CREATE TABLE IF NOT EXISTS copies (
    url           TEXT PRIMARY KEY,
    final_url     TEXT NOT NULL,
    status        INTEGER NOT NULL,
    content_type  TEXT,
    etag          TEXT,
    last_modified TEXT,
    at            TEXT NOT NULL,      -- when the server last said so; UTC, ISO 8601
    body          BLOB NOT NULL       -- zstd
) WITHOUT ROWID;
";

/// Where the copies lie that belong to a state database.
pub(super) fn beside(state: &Path) -> PathBuf {
    let stem = state.file_stem().unwrap_or_default().to_string_lossy();
    state.with_file_name(format!("{stem}-copies.sqlite"))
}

/// The database of copies.
pub(super) struct Copies {
    database: Mutex<Connection>,
}

impl Copies {
    /// Opens or makes the database; none if it cannot be used.
    pub(super) fn open(path: &Path, now: Timestamp) -> Option<Copies> {
        match atomic::make_folder(atomic::folder_of(path))
            .map_err(|error| error.to_string())
            .and_then(|()| prepare(path, now).map_err(|error| error.to_string()))
        {
            Ok(database) => Some(Copies { database: Mutex::new(database) }),
            Err(error) => {
                let advice = "feeds and robots.txt are fetched in full; move the file away";
                tracing::warn!("cannot use {}: {error}; {advice}", path.display());
                None
            }
        }
    }

    fn with<T>(&self, ask: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Option<T> {
        let database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        ask(&database).inspect_err(|error| tracing::debug!("copies of sources: {error}")).ok()
    }
}

fn prepare(path: &Path, now: Timestamp) -> rusqlite::Result<Connection> {
    let database = Connection::open(path)?;
    let owner: i32 = database.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = database.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 && owner != APPLICATION_ID {
        return Err(rusqlite::Error::InvalidPath(path.to_owned()));
    }
    // Lost or torn by a power cut, it is made anew; waiting for the disk would gain nothing.
    database.pragma_update(None, "synchronous", "off")?;
    database.pragma_update(None, "application_id", APPLICATION_ID)?;
    database.execute_batch(TABLE)?;
    let oldest = now.checked_sub((LIFE_DAYS * 24).hours()).unwrap_or(now);
    database.execute("DELETE FROM copies WHERE at < ?1", [iso(oldest)])?;
    Ok(database)
}

impl Shelf for Copies {
    fn get(&self, url: &Url) -> Option<Kept> {
        let query = "SELECT final_url, status, content_type, etag, last_modified, at, body FROM copies WHERE url = ?1";
        let found = self.with(|database| {
            database.prepare_cached(query)?.query_row([url.as_str()], |row| read(url, row)).optional()
        });
        found.flatten().flatten()
    }

    fn put(&self, kept: &Kept) {
        let Kept { page, at } = kept;
        let Ok(body) = zstd::encode_all(page.bytes.as_slice(), LEVEL) else { return };
        if page.bytes.len() > MAX_BYTES {
            return;
        }
        let upsert = "INSERT OR REPLACE INTO copies VALUES
            (:url, :final_url, :status, :content_type, :etag, :last_modified, :at, :body)";
        self.with(|database| {
            database.prepare_cached(upsert)?.execute(named_params! {
                ":url": page.url.as_str(), ":final_url": page.final_url.as_str(), ":status": page.status,
                ":content_type": page.content_type, ":etag": page.etag, ":last_modified": page.last_modified,
                ":at": iso(*at), ":body": body,
            })
        });
    }
}

/// A row as a copy; none if it is not what we wrote.
fn read(url: &Url, row: &Row) -> rusqlite::Result<Option<Kept>> {
    let (final_url, at, body): (String, String, Vec<u8>) = (row.get(0)?, row.get(5)?, row.get(6)?);
    let parsed = Url::parse(&final_url).ok().zip(at.parse().ok());
    let bytes = zstd::bulk::decompress(&body, MAX_BYTES).ok();
    let Some(((final_url, at), bytes)) = parsed.zip(bytes) else { return Ok(None) };
    let page = Page {
        url: url.clone(),
        final_url,
        status: row.get(1)?,
        content_type: row.get(2)?,
        etag: row.get(3)?,
        last_modified: row.get(4)?,
        bytes,
        elapsed: std::time::Duration::ZERO,
        attempts: 0,
        redirects: Vec::new(),
    };
    Ok(Some(Kept { page, at }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(at: &str) -> Kept {
        let url: Url = "https://a.example/rss".parse().unwrap();
        let page = Page {
            url: url.clone(),
            final_url: "https://a.example/flux".parse().unwrap(),
            status: 200,
            content_type: Some("application/rss+xml".to_owned()),
            etag: Some("\"1\"".to_owned()),
            last_modified: None,
            bytes: b"<rss/>".to_vec(),
            elapsed: std::time::Duration::ZERO,
            attempts: 0,
            redirects: Vec::new(),
        };
        Kept { page, at: at.parse().unwrap() }
    }

    #[test]
    fn copies_are_kept_over_runs_and_not_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/copies.sqlite");
        let kept = kept("2026-01-02T03:04:05Z");
        let open = |now: &str| Copies::open(&path, now.parse().unwrap()).unwrap();
        open("2026-01-02T03:04:05Z").put(&kept);
        assert_eq!(open("2026-02-02T03:04:05Z").get(&kept.page.url), Some(kept.clone()));
        assert_eq!(open("2026-04-02T03:04:05Z").get(&kept.page.url), None);
    }

    #[test]
    fn a_file_of_others_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("theirs");
        for content in ["not a database at all ".repeat(300), String::new()] {
            std::fs::write(&path, &content).unwrap();
            if content.is_empty() {
                Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (a)").unwrap();
            }
            let before = std::fs::read(&path).unwrap();
            assert!(Copies::open(&path, Timestamp::now()).is_none());
            assert_eq!(std::fs::read(&path).unwrap(), before);
        }
    }

    #[test]
    fn a_damaged_copy_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let kept = kept("2026-01-02T03:04:05Z");
        let copies = Copies::open(&folder.path().join("c"), kept.at).unwrap();
        copies.put(&kept);
        for damage in ["body = x'00'", "final_url = 'x'", "at = 'x'", "status = 'x'"] {
            copies.put(&kept);
            copies.with(|database| database.execute(&format!("UPDATE copies SET {damage}"), [])).unwrap();
            assert_eq!(copies.get(&kept.page.url), None, "{damage}");
        }
    }
}
