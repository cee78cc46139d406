//! The state in PostgreSQL, which many workers share.
//!
//! The driver is asynchronous, the state is not: a thread of our own drives the connections, and who asks waits for the
//! answer, as with SQLite. What must not wait (`frontier`, `turns`) asks the same connections asynchronously.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::config::SslMode;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, NoTls, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_util::bytes::BytesMut;

use super::database::{Database, LEARNING, Row, Value, values};
use super::tables;
use crate::config::mask::without_password;
use crate::error::Error;

/// Longest wait for a connection, unless the address says another.
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);
/// A transaction in which a worker falls silent is taken back after so long, so that others can go on.
const SILENT_SECONDS: u64 = 30;
/// Statements that are sent before the first is answered.
const SENT_AHEAD: usize = 128;
/// Rows that are handed over at once.
const ROWS_AT_ONCE: usize = 500;
/// Stands for making tables.
const MAKING_TABLES: i64 = LEARNING + 1;

/// A connection. Cheap to clone; clones share it.
#[derive(Clone)]
pub(in crate::job) struct Postgres {
    client: Arc<Client>,
    config: Config,
    /// The address without what lets others in.
    shown: Arc<str>,
    statements: Arc<Mutex<HashMap<String, Statement>>>,
    threads: Arc<Threads>,
}

/// The thread that drives connections. It does not wait for them at its end.
struct Threads(Option<Runtime>);

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Postgres {
    /// Connects, and makes the tables where they are not there; one process at a time.
    pub fn open(url: &str) -> Result<Postgres, Error> {
        let postgres = Postgres::connect(url)?;
        postgres.database().transaction(|database| {
            database.lock([MAKING_TABLES].into())?;
            match postgres.version()? {
                None => postgres.batch(&tables::for_postgres()),
                Some(tables::POSTGRES_VERSION) => Ok(()),
                Some(1) => postgres.batch(tables::POSTGRES_UPGRADE),
                Some(_) => Err(postgres.of_another_version()),
            }
        })?;
        Ok(postgres)
    }

    /// Connects; none if there are no tables yet.
    pub fn open_to_read(url: &str) -> Result<Option<Postgres>, Error> {
        let postgres = Postgres::connect(url)?;
        match postgres.version()? {
            None => Ok(None),
            Some(tables::POSTGRES_VERSION) => Ok(Some(postgres)),
            Some(_) => Err(postgres.of_another_version()),
        }
    }

    fn connect(url: &str) -> Result<Postgres, Error> {
        let shown: Arc<str> = without_password(url).into();
        let mut config: Config = url.parse().map_err(|error| failure(&shown, &error))?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_PATIENCE);
        }
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(Error::io("cannot start a thread for", &*shown))?;
        connect(config, shown, Arc::new(Threads(Some(runtime))))
    }

    fn database(&self) -> &dyn Database {
        self
    }

    /// A second connection to the same database.
    pub fn another(&self) -> Result<Postgres, Error> {
        connect(self.config.clone(), Arc::clone(&self.shown), Arc::clone(&self.threads))
    }

    /// The address without what lets others in.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Lets something go on beside.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.threads.0 {
            runtime.spawn(work);
        }
    }

    /// Changes rows; says how many.
    pub async fn execute(&self, statement: &str, values: Vec<Value>) -> Result<u64, Error> {
        let run = async { self.client.execute_raw(&self.prepared(statement).await?, values).await };
        run.await.map_err(|error| failure(&self.shown, &error))
    }

    /// All rows of a query.
    pub async fn query(&self, query: &str, values: Vec<Value>) -> Result<Vec<Row>, Error> {
        let run = async {
            let rows = self.client.query_raw(&self.prepared(query).await?, values).await?;
            rows.map_ok(|row| read(&row)).try_collect().await
        };
        run.await.map_err(|error| failure(&self.shown, &error))
    }

    async fn prepared(&self, text: &str) -> Result<Statement, tokio_postgres::Error> {
        let known = |statements: &Mutex<HashMap<String, Statement>>| {
            statements.lock().unwrap_or_else(PoisonError::into_inner).get(text).cloned()
        };
        if let Some(statement) = known(&self.statements) {
            return Ok(statement);
        }
        let statement = self.client.prepare(text).await?;
        let mut statements = self.statements.lock().unwrap_or_else(PoisonError::into_inner);
        statements.insert(text.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Waits for what our thread is asked to do. A thread that waits so must not drive tasks that the answer needs.
    fn wait<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> Result<T, Error> {
        let (send, answer) = mpsc::channel();
        self.spawn(async move {
            let _ = send.send(work.await);
        });
        answer.recv().map_err(|_| state_error(&self.shown, "the thread of the connection has ended"))
    }

    /// The version of the tables; none if there are none.
    fn version(&self) -> Result<Option<i64>, Error> {
        let known = self.database().first("SELECT to_regclass('tamis.version')::text", Vec::new())?;
        if known.and_then(|row| row.maybe_text(0)).is_none() {
            return Ok(None);
        }
        let version = self.database().first("SELECT number FROM version", Vec::new())?;
        Ok(Some(version.map_or(0, |row| row.number(0))))
    }

    fn of_another_version(&self) -> Error {
        let advice = "use that one; after an older one, the next `tamis run` brings it up to date";
        state_error(&self.shown, &format!("was made by another version of tamis; {advice}"))
    }

    fn batch(&self, text: &str) -> Result<(), Error> {
        let (client, text) = (Arc::clone(&self.client), text.to_owned());
        let done = self.wait(async move { client.batch_execute(&text).await })?;
        done.map_err(|error| failure(&self.shown, &error))
    }
}

fn connect(config: Config, shown: Arc<str>, threads: Arc<Threads>) -> Result<Postgres, Error> {
    let (send, answer) = mpsc::channel();
    let parts = (config.clone(), Arc::clone(&shown));
    if let Some(runtime) = &threads.0 {
        runtime.spawn(async move {
            let (config, shown) = parts;
            let _ = send.send(client(&config).await.map_err(|error| failure(&shown, &error)));
        });
    }
    let client =
        answer.recv().map_err(|_| state_error(&shown, "the thread of the connection has ended"))??;
    Ok(Postgres { client: Arc::new(client), config, shown, statements: Arc::default(), threads })
}

/// Connects, with TLS unless the address says `sslmode=disable` or this machine has no certificates to believe.
async fn client(config: &Config) -> Result<Client, tokio_postgres::Error> {
    use rustls_platform_verifier::ConfigVerifierExt;
    // Fails if the embedding program has chosen its own already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let tls = match config.get_ssl_mode() {
        SslMode::Disable => None,
        _ => rustls::ClientConfig::with_platform_verifier().ok(),
    };
    let client = match tls {
        Some(tls) => {
            let (client, connection) = config.connect(MakeRustlsConnect::new(tls)).await?;
            tokio::spawn(connection);
            client
        }
        None => {
            let (client, connection) = config.connect(NoTls).await?;
            tokio::spawn(connection);
            client
        }
    };
    let settings = format!(
        "SET search_path TO tamis; SET client_min_messages TO warning; \
         SET idle_in_transaction_session_timeout TO '{SILENT_SECONDS}s'"
    );
    client.batch_execute(&settings).await?;
    Ok(client)
}

impl Database for Postgres {
    fn change_all(&self, statement: &str, lists: Vec<Vec<Value>>) -> Result<u64, Error> {
        let (this, statement) = (self.clone(), statement.to_owned());
        self.wait(async move {
            let sent = lists.into_iter().map(|values| this.execute(&statement, values));
            stream::iter(sent)
                .buffered(SENT_AHEAD)
                .try_fold(0, |sum, rows| async move { Ok(sum + rows) })
                .await
        })?
    }

    fn visit(
        &self,
        query: &str,
        values: Vec<Value>,
        visit: &mut dyn FnMut(Row) -> bool,
    ) -> Result<(), Error> {
        let (this, query) = (self.clone(), query.to_owned());
        let open = async move { this.client.query_raw(&this.prepared(&query).await?, values).await };
        let rows = self.wait(open)?.map_err(|error| failure(&self.shown, &error))?;
        let mut portions = Box::pin(rows.ready_chunks(ROWS_AT_ONCE));
        loop {
            let (portion, rest) = self.wait(async move { (portions.next().await, portions) })?;
            portions = rest;
            let Some(portion) = portion else { return Ok(()) };
            for row in portion {
                if !visit(read(&row.map_err(|error| failure(&self.shown, &error))?)) {
                    return Ok(());
                }
            }
        }
    }

    fn lock(&self, numbers: BTreeSet<i64>) -> Result<(), Error> {
        let lock = "SELECT pg_advisory_xact_lock($1)::text";
        numbers.into_iter().try_for_each(|number| self.database().rows(lock, values![number]).map(drop))
    }
}

impl ToSql for Value {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Number(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Value::Number(number) if *kind == Type::FLOAT8 => (*number as f64).to_sql(kind, out),
            Value::Number(number) => number.to_sql(kind, out),
            // PostgreSQL has no zero bytes in texts.
            Value::Text(text) if text.contains('\0') => text.replace('\0', "").to_sql(kind, out),
            Value::Text(text) => text.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// Columns are texts and numbers; nothing else is asked for.
fn read(row: &tokio_postgres::Row) -> Row {
    let value = |(index, column): (usize, &tokio_postgres::Column)| match *column.type_() {
        Type::INT8 => row.try_get(index).map_or(Value::Null, |number: Option<i64>| number.into()),
        _ => row.try_get(index).map_or(Value::Null, |text: Option<&str>| text.into()),
    };
    Row(row.columns().iter().enumerate().map(value).collect())
}

/// The error for people: what PostgreSQL said, and what to do about it.
fn failure(shown: &str, error: &tokio_postgres::Error) -> Error {
    let told = match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(said), _) => said.message().to_owned(),
        (None, Some(cause)) => format!("{error} ({cause})"),
        (None, None) => error.to_string(),
    };
    let advice = match error.code() {
        Some(code) if *code == SqlState::INVALID_CATALOG_NAME => "; make it with `createdb`",
        Some(code) if *code == SqlState::INVALID_PASSWORD => "; check user and password in state.url",
        Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            "; its owner has to `GRANT CREATE ON DATABASE` to this user"
        }
        Some(code) if *code == SqlState::DISK_FULL => "; make room and run again",
        Some(_) => "",
        None if told.contains("certificate") => {
            "; its certificate is not believed: add its authority to this machine's, or write ?sslmode=disable"
        }
        None if error.is_closed() => "; nothing that was saved is lost, run again",
        None => "; check that PostgreSQL runs and can be reached from here",
    };
    state_error(shown, &format!("{told}{advice}"))
}

fn state_error(shown: &str, message: &str) -> Error {
    Error::State { path: shown.into(), message: message.to_owned() }
}

impl std::fmt::Debug for Postgres {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Postgres").field("shown", &self.shown).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::database;
    use super::*;

    fn columns(postgres: &Postgres) -> Vec<String> {
        let query = "SELECT table_name || '.' || column_name FROM information_schema.columns
             WHERE table_schema = 'tamis' ORDER BY 1";
        let rows = postgres.database().rows(query, Vec::new()).unwrap();
        rows.iter().filter_map(|row| row.maybe_text(0)).collect()
    }

    #[test]
    fn tables_of_version_1_are_brought_up_to_date_by_who_writes() {
        let Some(url) = database() else { return };
        let new = Postgres::open(&url).unwrap();
        let wanted = columns(&new);
        let older = "ALTER TABLE pages DROP COLUMN settings; DROP TABLE settings;
             ALTER TABLE articles DROP COLUMN type; ALTER TABLE articles DROP COLUMN live;
             ALTER TABLE articles DROP COLUMN comments; UPDATE version SET number = 1;";
        new.batch(older).unwrap();
        let refused = Postgres::open_to_read(&url).unwrap_err().to_string();
        assert!(refused.contains("the next `tamis run` brings it up to date"), "{refused}");
        let upgraded = Postgres::open(&url).unwrap();
        assert_eq!(columns(&upgraded), wanted);
        assert_eq!(upgraded.version().unwrap(), Some(tables::POSTGRES_VERSION));
        assert!(Postgres::open_to_read(&url).unwrap().is_some());
    }
}
