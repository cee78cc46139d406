//! What the state needs of a database, so that one text of each query serves SQLite and PostgreSQL.
//!
//! - values take the places `$1`, `$2`... of a statement, which first occur in this order: SQLite numbers them so
//! - row: the values of one row; a column of another type than expected was edited by hand and reads as nothing
//!
//! What both dialects have is enough: `ON CONFLICT`, `NULLS LAST`, `LIMIT` and `OFFSET`, `<>`, bit operators. Tables
//! are named where a column of an upsert could be the old or the new one.

use std::collections::BTreeSet;
use std::fmt::Debug;

use crate::error::Error;

/// A value of a column.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::job) enum Value {
    Null,
    Number(i64),
    Text(String),
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Number(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Value {
        Value::Text(text.clone())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// The values of a statement.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::job::state::database::Value::from($value)),*] };
}
pub(in crate::job) use values;

/// One row.
#[derive(Debug)]
pub(in crate::job) struct Row(pub Vec<Value>);

impl Row {
    /// The text of a column that always has one.
    pub fn text(&self, column: usize) -> String {
        self.maybe_text(column).unwrap_or_default()
    }

    /// The text of a column, if there is one.
    pub fn maybe_text(&self, column: usize) -> Option<String> {
        match self.0.get(column) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }

    /// The number of a column that always has one.
    pub fn number(&self, column: usize) -> i64 {
        self.maybe_number(column).unwrap_or_default()
    }

    /// The number of a column, if there is one.
    pub fn maybe_number(&self, column: usize) -> Option<i64> {
        match self.0.get(column) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// A count.
    pub fn count(&self, column: usize) -> u64 {
        self.number(column).unsigned_abs()
    }
}

/// A database that holds the state. Calls wait for its answers.
pub(in crate::job) trait Database: Debug + Send {
    /// Changes rows, once for each list of values, in their order; says how many rows.
    fn change_all(&self, statement: &str, lists: Vec<Vec<Value>>) -> Result<u64, Error>;

    /// Shows the rows of a query one by one until `visit` says that it is enough.
    fn visit(&self, query: &str, values: Vec<Value>, visit: &mut dyn FnMut(Row) -> bool)
    -> Result<(), Error>;

    /// Keeps others from what these numbers stand for until the transaction ends, where there may be others. They are
    /// taken in one order, so that no two wait for each other.
    fn lock(&self, numbers: BTreeSet<i64>) -> Result<(), Error>;
}

/// Stands for adding what was learned to what is known; any number that others in the database do not use.
pub(in crate::job) const LEARNING: i64 = 0x7461_6d69_7300;

impl dyn Database + '_ {
    /// Changes rows; says how many.
    pub fn change(&self, statement: &str, values: Vec<Value>) -> Result<u64, Error> {
        self.change_all(statement, vec![values])
    }

    /// All rows of a query.
    pub fn rows(&self, query: &str, values: Vec<Value>) -> Result<Vec<Row>, Error> {
        let mut rows = Vec::new();
        self.visit(query, values, &mut |row| {
            rows.push(row);
            true
        })?;
        Ok(rows)
    }

    /// The first row of a query.
    pub fn first(&self, query: &str, values: Vec<Value>) -> Result<Option<Row>, Error> {
        let mut first = None;
        self.visit(query, values, &mut |row| {
            first = Some(row);
            false
        })?;
        Ok(first)
    }

    /// Does all or nothing.
    pub fn transaction(&self, work: impl FnOnce(&dyn Database) -> Result<(), Error>) -> Result<(), Error> {
        self.change("BEGIN", Vec::new())?;
        let done = work(self).and_then(|()| self.change("COMMIT", Vec::new()));
        if done.is_err() {
            // What failed is told; a database that cannot even take back does it by itself when it is closed.
            let _ = self.change("ROLLBACK", Vec::new());
        }
        done.map(drop)
    }
}
