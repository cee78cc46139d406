//! An SQLite database with one row a page, and one for each earlier text of an article; see [`SCHEMA`].

use std::path::{Path, PathBuf};

use rusqlite::{Connection, named_params};

use super::{Earlier, Sink, Stored, atomic};
use crate::error::Error;
use crate::record::Record;

/// The table, documented where users see it: `.schema articles` prints the comments.
pub const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS articles (
    source      TEXT PRIMARY KEY,  -- the URL as given, or the path of a saved page
    url         TEXT,              -- the address that was asked for
    final_url   TEXT,              -- the address after redirects
    canonical   TEXT,              -- the address that the page names
    title       TEXT,
    authors     TEXT NOT NULL,     -- JSON list of names
    date        TEXT,              -- ISO 8601
    modified    TEXT,              -- ISO 8601
    language    TEXT,              -- ISO 639-1
    site        TEXT,
    description TEXT,
    image       TEXT,
    tags        TEXT NOT NULL,     -- JSON list
    paywalled   INTEGER,           -- 0, 1 or null
    text        TEXT NOT NULL,     -- paragraphs parted by one blank line; empty unless status is ok
    status      TEXT NOT NULL,     -- ok, or the rejection or error in kebab-case
    reason      TEXT,              -- one sentence about a status other than ok
    warnings    TEXT NOT NULL,     -- JSON list
    saved_at    TEXT NOT NULL,     -- when this row was last written, UTC, ISO 8601
    type        TEXT,              -- article, listing, collection, forum, product, documentation; null unless status is ok
    live        INTEGER,           -- whether the page says that it is live coverage: 0 or 1
    comments    TEXT               -- JSON list: readers' comments, where they were asked for
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS articles_by_date ON articles (date);
CREATE INDEX IF NOT EXISTS articles_by_status ON articles (status);
CREATE TABLE IF NOT EXISTS versions (
    source      TEXT NOT NULL,     -- of the article that has changed since
    saved_at    TEXT NOT NULL,     -- when this version was written; the next one ends it
    title       TEXT,
    modified    TEXT,              -- ISO 8601, as this version of the page said
    text        TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS versions_by_source ON versions (source, saved_at);
";

/// Columns that tables of earlier versions lack, at the end of those that they have.
const NEWER_COLUMNS: [(&str, &str); 3] = [("type", "TEXT"), ("live", "INTEGER"), ("comments", "TEXT")];

/// The columns of an article that a newer record replaces: all but `source`.
macro_rules! newer_columns {
    () => {
        "url = excluded.url, final_url = excluded.final_url, canonical = excluded.canonical,
    title = excluded.title, authors = excluded.authors, date = excluded.date,
    modified = excluded.modified, language = excluded.language, site = excluded.site,
    description = excluded.description, image = excluded.image, tags = excluded.tags,
    paywalled = excluded.paywalled, text = excluded.text, status = excluded.status,
    reason = excluded.reason, warnings = excluded.warnings, saved_at = excluded.saved_at,
    type = excluded.type, live = excluded.live, comments = excluded.comments"
    };
}
pub(crate) use newer_columns;

/// What is the same already needs no version, so that a killed run may do it again.
const SET_ASIDE: &str = "
INSERT INTO versions SELECT source, saved_at, title, modified, text FROM articles
WHERE source = :source AND status = 'ok' AND (text <> :text OR title IS NOT :title)
";

/// A page that fails later does not take the article away that it once gave; one that doubles another does: its row
/// can only be what a run wrote that was killed before it could commit.
const UPSERT: &str = concat!(
    "INSERT INTO articles VALUES (
    :source, :url, :final_url, :canonical, :title, :authors, :date, :modified, :language, :site,
    :description, :image, :tags, :paywalled, :text, :status, :reason, :warnings,
    strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), :type, :live, :comments)
ON CONFLICT (source) DO UPDATE SET ",
    newer_columns!(),
    " WHERE excluded.status IN ('ok', 'duplicate') OR articles.status <> 'ok'"
);

/// Writes records into the table `articles`.
#[derive(Debug)]
pub struct SqliteSink {
    path: PathBuf,
    database: Connection,
    earlier: Earlier,
}

impl SqliteSink {
    /// Opens the database and makes it where needed.
    pub fn open(path: &Path) -> Result<SqliteSink, Error> {
        atomic::make_folder(atomic::folder_of(path))?;
        let open = || {
            let database = Connection::open(path)?;
            database.pragma_update(None, "journal_mode", "wal")?;
            database.pragma_update(None, "synchronous", "full")?;
            database.execute_batch(SCHEMA)?;
            add_newer_columns(&database)?;
            Ok(database)
        };
        let database = open().map_err(|error| failure(path, &error))?;
        Ok(SqliteSink { path: path.to_owned(), database, earlier: Earlier::default() })
    }

    /// Says what becomes of the earlier texts of articles that have changed.
    pub fn with_earlier(mut self, earlier: Earlier) -> SqliteSink {
        self.earlier = earlier;
        self
    }

    fn begin(&self) -> rusqlite::Result<()> {
        if self.database.is_autocommit() { self.database.execute_batch("BEGIN IMMEDIATE") } else { Ok(()) }
    }

    fn set_aside(&self, record: &Record) -> rusqlite::Result<usize> {
        self.begin()?;
        let mut statement = self.database.prepare_cached(SET_ASIDE)?;
        statement.execute(named_params! {
            ":source": record.source, ":text": record.text, ":title": record.title,
        })
    }

    fn try_put(&self, record: &Record) -> rusqlite::Result<usize> {
        self.begin()?;
        self.database.prepare_cached(UPSERT)?.execute(named_params! {
            ":source": record.source, ":url": record.url, ":final_url": record.final_url,
            ":canonical": record.canonical, ":title": record.title, ":authors": json(&record.authors),
            ":date": record.date, ":modified": record.modified, ":language": record.language,
            ":site": record.site, ":description": record.description, ":image": record.image,
            ":tags": json(&record.tags), ":paywalled": record.paywalled, ":text": record.text,
            ":status": record.status, ":reason": record.reason, ":warnings": json(&record.warnings),
            ":type": record.type_name(), ":live": record.live,
            ":comments": json(&record.comments),
        })
    }
}

impl Sink for SqliteSink {
    fn put(&mut self, record: &Record) -> Result<Stored, Error> {
        self.try_put(record).map_err(|error| failure(&self.path, &error))?;
        Ok(Stored::Written(self.path.display().to_string()))
    }

    fn replace(&mut self, record: &Record) -> Result<Stored, Error> {
        if self.earlier == Earlier::Keep {
            self.set_aside(record).map_err(|error| failure(&self.path, &error))?;
        }
        self.put(record)
    }

    fn flush(&mut self) -> Result<(), Error> {
        if self.database.is_autocommit() {
            return Ok(());
        }
        self.database.execute_batch("COMMIT").map_err(|error| failure(&self.path, &error))
    }
}

fn add_newer_columns(database: &Connection) -> rusqlite::Result<()> {
    for (name, kind) in NEWER_COLUMNS {
        if !database.column_exists(None, "articles", name)? {
            database.execute_batch(&format!("ALTER TABLE articles ADD COLUMN {name} {kind}"))?;
        }
    }
    Ok(())
}

fn json(list: &[String]) -> String {
    serde_json::Value::from(list).to_string()
}

fn failure(path: &Path, error: &rusqlite::Error) -> Error {
    let hint = match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => "; choose another file for the output",
        Some(rusqlite::ErrorCode::DatabaseCorrupt) => {
            "; it was left as it is: restore a backup or move it away"
        }
        Some(rusqlite::ErrorCode::DatabaseBusy) => "; another program is writing to it",
        Some(rusqlite::ErrorCode::DiskFull) => "; make room and run again",
        Some(rusqlite::ErrorCode::SystemIoFailure) => {
            "; check the disk, its room, and limits on the size of files"
        }
        Some(rusqlite::ErrorCode::ReadOnly | rusqlite::ErrorCode::CannotOpen) => {
            "; check that its folder may be written by this user"
        }
        _ => "",
    };
    let source = std::io::Error::other(format!("{error}{hint}"));
    Error::Io { action: "cannot write to the database", path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::metadata::PageType;

    fn record(source: &str, text: &str) -> Record {
        Record { text: text.into(), status: "ok".into(), ..Record::default() }.from(source)
    }

    impl Record {
        fn from(mut self, source: &str) -> Record {
            self.source = source.into();
            self
        }
    }

    fn texts(path: &Path) -> Vec<(String, String)> {
        let database = Connection::open(path).unwrap();
        let mut rows = database.prepare("SELECT source, text FROM articles ORDER BY source").unwrap();
        let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    #[test]
    fn the_same_source_has_one_row_with_the_last_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out/a.sqlite");
        let mut sink = SqliteSink::open(&path).unwrap();
        sink.put(&record("u", "old")).unwrap();
        sink.flush().unwrap();
        sink.put(&record("u", "new")).unwrap();
        sink.put(&record("v", "other")).unwrap();
        sink.finish().unwrap();
        assert_eq!(texts(&path), [("u".into(), "new".into()), ("v".into(), "other".into())]);
    }

    #[test]
    fn a_changed_article_keeps_its_versions() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sqlite");
        let mut sink = SqliteSink::open(&path).unwrap();
        for text in ["one", "two", "two", "three"] {
            sink.replace(&record("u", text)).unwrap();
        }
        let mut sink = SqliteSink { earlier: Earlier::Drop, ..sink };
        sink.replace(&record("u", "four")).unwrap();
        sink.finish().unwrap();
        assert_eq!(texts(&path), [("u".into(), "four".into())]);
        let database = Connection::open(&path).unwrap();
        let mut rows = database.prepare("SELECT text FROM versions ORDER BY rowid").unwrap();
        let versions: Vec<String> =
            rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(versions, ["one", "two"]);
    }

    #[test]
    fn a_later_failure_does_not_take_the_article_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sqlite");
        let mut sink = SqliteSink::open(&path).unwrap();
        sink.put(&record("u", "text")).unwrap();
        sink.put(&Record::failure("u", "gone", "It is gone.")).unwrap();
        sink.put(&Record::failure("v", "gone", "It is gone.")).unwrap();
        sink.finish().unwrap();
        assert_eq!(texts(&path), [("u".into(), "text".into()), ("v".into(), String::new())]);
    }

    #[test]
    fn a_table_of_an_earlier_version_gets_the_columns_that_it_lacks() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sqlite");
        let database = Connection::open(&path).unwrap();
        let (before, rest) = SCHEMA.split_once(",     -- when this row was last written").unwrap();
        let (_, after) = rest.split_once(") WITHOUT ROWID").unwrap();
        database.execute_batch(&format!("{before}) WITHOUT ROWID{after}")).unwrap();
        drop(database);
        let mut sink = SqliteSink::open(&path).unwrap();
        let comments = vec!["Bravo.".to_owned()];
        sink.put(&Record { page_type: Some(PageType::Listing), comments, ..record("u", "text") }).unwrap();
        sink.finish().unwrap();
        let query = "SELECT type || live || comments FROM articles";
        let row: String = Connection::open(&path).unwrap().query_row(query, [], |row| row.get(0)).unwrap();
        assert_eq!(row, "listing0[\"Bravo.\"]");
    }

    #[test]
    fn what_was_not_flushed_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sqlite");
        let mut sink = SqliteSink::open(&path).unwrap();
        sink.put(&record("u", "text")).unwrap();
        drop(sink);
        assert_eq!(texts(&path), []);
    }

    #[test]
    fn a_file_that_is_no_database_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("letter.txt");
        std::fs::write(&path, "Dear friend, ".repeat(100)).unwrap();
        assert!(SqliteSink::open(&path).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "Dear friend, ".repeat(100));
    }
}
