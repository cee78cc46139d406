//! States for tests: a test runs on every kind of database that this machine has.

use super::State;

#[cfg(feature = "postgres")]
#[path = "../../../tests/support/postgres.rs"]
mod server;

/// Runs a test on a new SQLite file, and on a new PostgreSQL database where that is built in and can be had.
pub fn on_each(test: impl Fn(State)) {
    let folder = tempfile::tempdir().unwrap();
    test(State::open_file(&folder.path().join("state.sqlite")).unwrap());
    #[cfg(feature = "postgres")]
    if let Some(url) = server::database() {
        test(State::of_shared(super::Postgres::open(&url).unwrap()));
    }
}

/// A new PostgreSQL database, where it can be had.
#[cfg(feature = "postgres")]
pub fn database() -> Option<String> {
    server::database()
}
