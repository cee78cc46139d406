//! The state in an SQLite file, and opening it without harm to what is there.
//!
//! A database is opened only if it is empty or ours (by its application id), not newer than this program, and
//! whole (`quick_check`). In every other case nothing is written and the message says what to do.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql, params_from_iter};

use super::database::{Database, Row, Value};
use super::tables::{COLUMN_OF_4, COLUMNS_OF_2, REST_OF_2, REST_OF_4, SCHEMA};
use crate::error::Error;
use crate::job::memory;
use crate::sink::atomic;

/// `tami` in ASCII: marks the file as ours.
const APPLICATION_ID: i32 = 0x7461_6d69;
/// Raised whenever the tables change.
const VERSION: i32 = 4;
/// How long to wait for another program that reads or writes the database.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// The state in a file of which we are the only user.
#[derive(Debug)]
pub(super) struct Sqlite {
    path: PathBuf,
    database: Connection,
}

impl Sqlite {
    /// Opens or makes the database.
    pub fn open(path: &Path) -> Result<Sqlite, Error> {
        Ok(Sqlite { path: path.to_owned(), database: open(path)? })
    }

    /// Opens an existing database without a trace; none if there is none.
    pub fn open_to_read(path: &Path) -> Result<Option<Sqlite>, Error> {
        Ok(open_to_read(path)?.map(|database| Sqlite { path: path.to_owned(), database }))
    }

    fn told<T>(&self, result: rusqlite::Result<T>) -> Result<T, Error> {
        result.map_err(|error| failure(&self.path, &error))
    }
}

impl Database for Sqlite {
    fn change_all(&self, statement: &str, lists: Vec<Vec<Value>>) -> Result<u64, Error> {
        let change = || {
            let mut prepared = self.database.prepare_cached(statement)?;
            lists
                .iter()
                .try_fold(0, |sum, values| Ok(sum + prepared.execute(params_from_iter(values))? as u64))
        };
        self.told(change())
    }

    fn visit(
        &self,
        query: &str,
        values: Vec<Value>,
        visit: &mut dyn FnMut(Row) -> bool,
    ) -> Result<(), Error> {
        let mut show = || {
            let mut prepared = self.database.prepare_cached(query)?;
            let columns = prepared.column_count();
            let mut rows = prepared.query(params_from_iter(&values))?;
            while let Some(row) = rows.next()? {
                if !visit(read(row, columns)?) {
                    break;
                }
            }
            Ok(())
        };
        self.told(show())
    }

    fn lock(&self, _: BTreeSet<i64>) -> Result<(), Error> {
        Ok(())
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Number(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

fn read(row: &rusqlite::Row, columns: usize) -> rusqlite::Result<Row> {
    let value = |column| {
        Ok(match row.get_ref(column)? {
            ValueRef::Integer(number) => Value::Number(number),
            ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => Value::Null,
        })
    };
    (0..columns).map(value).collect::<rusqlite::Result<_>>().map(Row)
}

/// Opens or makes the database.
fn open(path: &Path) -> Result<Connection, Error> {
    atomic::make_folder(atomic::folder_of(path))?;
    let database = Connection::open(path).map_err(|error| failure(path, &error))?;
    let found = check(&database, path)?;
    let prepare = || {
        database.pragma_update(None, "journal_mode", "wal")?;
        // Full, so that a commit outlives a power cut: what is committed is never fetched again.
        database.pragma_update(None, "synchronous", "full")?;
        match found {
            Found::Empty => create(&database),
            Found::Version(VERSION) => Ok(()),
            Found::Version(version) => upgrade(&database, version),
        }
    };
    prepare().map_err(|error| failure(path, &error))?;
    Ok(database)
}

/// Opens an existing database without a trace; none if there is none.
fn open_to_read(path: &Path) -> Result<Option<Connection>, Error> {
    if !path.exists() {
        return Ok(None);
    }
    let database = Connection::open_with_flags(read_only_address(path), read_only_flags())
        .map_err(|error| failure(path, &error))?;
    match check(&database, path)? {
        Found::Empty => Ok(None),
        Found::Version(VERSION) => Ok(Some(database)),
        Found::Version(_) => Err(state_error(path, OLDER)),
    }
}

/// With no write-ahead log beside it, nobody has the database open, and `immutable` keeps SQLite from making one.
fn read_only_address(path: &Path) -> String {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let mode = if Path::new(&log).exists() { "mode=ro" } else { "immutable=1" };
    let escaped = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{escaped}?{mode}")
}

fn read_only_flags() -> OpenFlags {
    OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

/// What a database that may be used holds.
enum Found {
    Empty,
    Version(i32),
}

/// What the database holds; an error if it is not ours, not whole or too new.
fn check(database: &Connection, path: &Path) -> Result<Found, Error> {
    let number = |name: &str| database.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let ask = || {
        database.busy_timeout(PATIENCE)?;
        let tables: i64 = database.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        let health: String = database.pragma_query_value(None, "quick_check", |row| row.get(0))?;
        Ok((tables == 0, health, number("application_id")?, number("user_version")?))
    };
    let (empty, health, application, version) = ask().map_err(|error| failure(path, &error))?;
    match () {
        () if health != "ok" => Err(damaged(path, &health)),
        () if empty => Ok(Found::Empty),
        () if application != APPLICATION_ID => Err(state_error(path, FOREIGN)),
        () if version > VERSION => Err(state_error(path, NEWER)),
        () => Ok(Found::Version(version)),
    }
}

const FOREIGN: &str = "belongs to another program; choose another path for job.state";
const NEWER: &str = "was written by a newer tamis; update tamis, or choose another path for job.state";
const OLDER: &str = "was written by an older tamis; the next `tamis run` brings it up to date";

fn create(database: &Connection) -> rusqlite::Result<()> {
    database.execute_batch(&format!(
        "BEGIN; {SCHEMA} {REST_OF_2} {} {REST_OF_4} PRAGMA application_id = {APPLICATION_ID}; \
         PRAGMA user_version = {VERSION}; COMMIT;",
        memory::TABLES
    ))
}

/// From an earlier version: all or nothing, so that an interrupted upgrade starts again.
fn upgrade(database: &Connection, version: i32) -> rusqlite::Result<()> {
    let columns: String =
        COLUMNS_OF_2.iter().map(|column| format!("ALTER TABLE pages ADD COLUMN {column};")).collect();
    let to_2 = if version < 2 { columns + REST_OF_2 } else { String::new() };
    let to_3 = if version < 3 { memory::TABLES } else { "" };
    let to_4 = format!("ALTER TABLE pages ADD COLUMN {COLUMN_OF_4}; {REST_OF_4}");
    database.execute_batch(&format!("BEGIN; {to_2} {to_3} {to_4} PRAGMA user_version = {VERSION}; COMMIT;"))
}

/// The error for people: what SQLite said, and what to do about it.
fn failure(path: &Path, error: &rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => damaged(path, &error.to_string()),
        Some(ErrorCode::DatabaseBusy) => state_error(path, "another program is using it; try again later"),
        Some(ErrorCode::DiskFull) => state_error(path, "the disk is full; make room and run again"),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen) => {
            state_error(path, &format!("{error}; check that its folder may be written by this user"))
        }
        Some(ErrorCode::SystemIoFailure) => {
            state_error(path, &format!("{error}; check the disk, its room, and limits on the size of files"))
        }
        _ => state_error(path, &error.to_string()),
    }
}

fn damaged(path: &Path, finding: &str) -> Error {
    let finding = finding.lines().next().unwrap_or_default();
    let advice = "nothing was changed. Restore a backup, or move the file away to start afresh \
                  (every page is then read again)";
    state_error(path, &format!("it is damaged or no SQLite database ({finding}); {advice}"))
}

fn state_error(path: &Path, message: &str) -> Error {
    Error::State { path: path.to_owned(), message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_that_is_no_database_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.sqlite");
        let content = "not a database at all ".repeat(300);
        fs::write(&path, &content).unwrap();
        for message in [open(&path).unwrap_err().to_string(), open_to_read(&path).unwrap_err().to_string()] {
            assert!(message.contains("damaged") && message.contains("move the file away"), "{message}");
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }

    #[test]
    fn a_database_with_a_torn_page_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.sqlite");
        let database = open(&path).unwrap();
        let row =
            "INSERT INTO pages (key, source, state, attempts, first_seen) VALUES (?1, ?1, 'new', 0, '')";
        for number in 0..500 {
            database.execute(row, [format!("https://a.example/{number}")]).unwrap();
        }
        drop(database);
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle - 3000..middle].fill(0xa5);
        fs::write(&path, &bytes).unwrap();
        let message = open(&path).unwrap_err().to_string();
        assert!(message.contains("damaged"), "{message}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }

    #[test]
    fn the_database_of_another_program_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.sqlite");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (a)").unwrap();
        assert!(open(&path).unwrap_err().to_string().contains("another program"));
    }

    #[test]
    fn a_newer_database_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.sqlite");
        open(&path).unwrap().pragma_update(None, "user_version", VERSION + 1).unwrap();
        assert!(open(&path).unwrap_err().to_string().contains("newer tamis"));
    }

    fn columns(database: &Connection) -> Vec<(String, String)> {
        let mut query = database.prepare("SELECT name, type FROM pragma_table_info('pages')").unwrap();
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    #[test]
    fn a_database_of_version_1_is_brought_up_to_date_with_its_pages() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        let database = Connection::open(&old).unwrap();
        let (before, rest) = SCHEMA.split_once("    place         TEXT,").unwrap();
        let (_, after) = rest.split_once(") WITHOUT ROWID").unwrap();
        let pages = format!("{before}    place TEXT) WITHOUT ROWID{after}");
        database.execute_batch(&pages).unwrap();
        let row =
            "INSERT INTO pages (key, source, state, attempts, first_seen) VALUES ('u', 'u', 'done', 0, '')";
        database.execute(row, []).unwrap();
        database.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        database.pragma_update(None, "user_version", 1).unwrap();
        drop(database);
        assert!(open_to_read(&old).unwrap_err().to_string().contains("older tamis"));
        let upgraded = open(&old).unwrap();
        assert_eq!(columns(&upgraded), columns(&open(&new).unwrap()));
        let state: String = upgraded.query_row("SELECT state FROM pages", [], |row| row.get(0)).unwrap();
        assert_eq!(state, "done");
        drop(upgraded);
        assert!(open_to_read(&old).unwrap().is_some());
    }

    #[test]
    fn a_database_of_version_2_gets_the_memory_of_rules_and_sites() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.sqlite");
        let database = open(&path).unwrap();
        let newer = "DROP TABLE rules; DROP TABLE containers; DROP TABLE furniture; DROP TABLE settings;
             ALTER TABLE pages DROP COLUMN settings";
        database.execute_batch(newer).unwrap();
        database.pragma_update(None, "user_version", 2).unwrap();
        drop(database);
        let upgraded = open(&path).unwrap();
        let count = |table| {
            let query = format!("SELECT count(*) FROM {table}");
            upgraded.query_row(&query, [], |row| row.get::<_, i64>(0)).unwrap()
        };
        assert_eq!(["rules", "containers", "furniture", "settings"].map(count), [0; 4]);
        assert_eq!(columns(&upgraded).last().unwrap().0, "settings");
    }

    #[test]
    fn a_database_of_version_3_learns_with_which_settings_pages_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.sqlite");
        let database = open(&path).unwrap();
        let newer = "DROP TABLE settings; ALTER TABLE pages DROP COLUMN settings";
        database.execute_batch(newer).unwrap();
        database.pragma_update(None, "user_version", 3).unwrap();
        drop(database);
        assert_eq!(columns(&open(&path).unwrap()).last().unwrap().0, "settings");
    }

    #[test]
    fn reading_leaves_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a%20#?.sqlite");
        assert!(open_to_read(&path).unwrap().is_none());
        drop(open(&path).unwrap());
        assert!(open_to_read(&path).unwrap().is_some());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
