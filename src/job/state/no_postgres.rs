//! Stands for PostgreSQL where it is not built in: there is no connection, so that nothing else need ask for the feature.

use std::collections::BTreeSet;

use super::database::{Database, Row, Value};
use crate::config::WITHOUT_POSTGRES;
use crate::error::Error;

/// A connection that nobody can make.
#[derive(Clone, Debug)]
pub(in crate::job) struct Postgres(());

fn missing<T>() -> Result<T, Error> {
    Err(Error::Config(WITHOUT_POSTGRES.to_owned()))
}

impl Postgres {
    /// Says which feature is missing, as all the others do.
    pub fn open(_: &str) -> Result<Postgres, Error> {
        missing()
    }

    pub fn open_to_read(_: &str) -> Result<Option<Postgres>, Error> {
        missing()
    }

    pub fn another(&self) -> Result<Postgres, Error> {
        missing()
    }

    pub fn shown(&self) -> &str {
        ""
    }

    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        drop(work);
    }

    pub async fn execute(&self, _: &str, _: Vec<Value>) -> Result<u64, Error> {
        missing()
    }

    pub async fn query(&self, _: &str, _: Vec<Value>) -> Result<Vec<Row>, Error> {
        missing()
    }
}

impl Database for Postgres {
    fn change_all(&self, _: &str, _: Vec<Vec<Value>>) -> Result<u64, Error> {
        missing()
    }

    fn visit(&self, _: &str, _: Vec<Value>, _: &mut dyn FnMut(Row) -> bool) -> Result<(), Error> {
        missing()
    }

    fn lock(&self, _: BTreeSet<i64>) -> Result<(), Error> {
        missing()
    }
}
