//! Articles in the database of a shared state: the same tables as in an SQLite output.
//!
//! They are written in the transaction that notes their pages as done ([`State::hold`](super::state::State) opens it), so
//! that there is no instant at which one is there without the other, whoever is killed.

use super::state::database::{Database, values};
use super::state::postgres::Postgres;
use crate::error::Error;
use crate::record::Record;
use crate::sink::sqlite::newer_columns;
use crate::sink::{Earlier, Sink, Stored};

/// Name of the place of all articles.
const PLACE: &str = "articles";

/// What is the same already needs no version.
const SET_ASIDE: &str = "
INSERT INTO versions SELECT source, saved_at, title, modified, text FROM articles
WHERE md5(source) = md5($1) AND status = 'ok' AND (text <> $2 OR title IS DISTINCT FROM $3)";

/// A page that fails later does not take the article away that it once gave. Unlike in a file, none was written by a
/// run that was killed before it could commit, so that a duplicate takes none away either.
const UPSERT: &str = concat!(
    "INSERT INTO articles VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
    to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), $19, $20, $21)
ON CONFLICT (md5(source)) DO UPDATE SET ",
    newer_columns!(),
    " WHERE excluded.status = 'ok' OR articles.status <> 'ok'"
);

/// Writes records into the table `articles`.
pub(super) struct ArticleTable {
    database: Postgres,
    earlier: Earlier,
}

impl ArticleTable {
    /// Over the connection whose transactions note what became of pages.
    pub fn over(database: Postgres, earlier: Earlier) -> ArticleTable {
        ArticleTable { database, earlier }
    }

    fn database(&self) -> &dyn Database {
        &self.database
    }
}

impl Sink for ArticleTable {
    fn reserve(&mut self, _: &str, _: Option<&str>) -> Option<String> {
        Some(PLACE.to_owned())
    }

    fn put(&mut self, record: &Record) -> Result<Stored, Error> {
        let lists = [&record.authors, &record.tags, &record.warnings, &record.comments];
        let [authors, tags, warnings, comments] =
            lists.map(|list| serde_json::to_string(list).unwrap_or_default());
        let values = values![
            &record.source,
            record.url.as_deref(),
            record.final_url.as_deref(),
            record.canonical.as_deref(),
            record.title.as_deref(),
            &authors,
            record.date.as_deref(),
            record.modified.as_deref(),
            record.language.as_deref(),
            record.site.as_deref(),
            record.description.as_deref(),
            record.image.as_deref(),
            &tags,
            record.paywalled.map(i64::from),
            &record.text,
            &record.status,
            record.reason.as_deref(),
            &warnings,
            record.type_name(),
            i64::from(record.live),
            &comments,
        ];
        self.database().change(UPSERT, values)?;
        Ok(Stored::Written(PLACE.to_owned()))
    }

    fn replace(&mut self, record: &Record) -> Result<Stored, Error> {
        if self.earlier == Earlier::Keep {
            let values = values![&record.source, &record.text, record.title.as_deref()];
            self.database().change(SET_ASIDE, values)?;
        }
        self.put(record)
    }

    /// The commit of the state makes it durable.
    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}
