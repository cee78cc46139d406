//! Stands for PostgreSQL where it is not built in: there is no connection, so that nothing else need ask for the feature.

use super::database::{Database, Row, Value, Work};
use crate::config::WITHOUT_POSTGRES;
use crate::error::Error;

/// A connection that cannot be.
#[derive(Clone, Debug)]
pub(in crate::job) enum Postgres {}

impl Postgres {
    /// Says which feature is missing.
    pub fn open(_: &str) -> Result<Postgres, Error> {
        Err(Error::Config(WITHOUT_POSTGRES.to_owned()))
    }

    /// Says the same.
    pub fn open_to_read(_: &str) -> Result<Option<Postgres>, Error> {
        Err(Error::Config(WITHOUT_POSTGRES.to_owned()))
    }

    pub fn another(&self) -> Result<Postgres, Error> {
        match *self {}
    }

    pub fn shown(&self) -> &str {
        match *self {}
    }

    pub fn spawn(&self, _: impl Future<Output = ()> + Send + 'static) {
        match *self {}
    }

    pub async fn execute(&self, _: &str, _: Vec<Value>) -> Result<u64, Error> {
        match *self {}
    }

    pub async fn query(&self, _: &str, _: Vec<Value>) -> Result<Vec<Row>, Error> {
        match *self {}
    }
}

impl Database for Postgres {
    fn change_all(&self, _: &str, _: Vec<Vec<Value>>) -> Result<u64, Error> {
        match *self {}
    }

    fn visit(&self, _: &str, _: Vec<Value>, _: &mut dyn FnMut(Row) -> bool) -> Result<(), Error> {
        match *self {}
    }

    fn alone(&self, _: Work) -> Result<(), Error> {
        match *self {}
    }
}
