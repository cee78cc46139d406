//! A PostgreSQL server for the tests of a process: on a free port, in a temporary folder, gone with the process.
//!
//! PostgreSQL refuses to run as root; then it runs as `nobody`. The server is under a shell that ends it and takes its
//! folder away when the shell's input ends, which it does even when the tests are killed.
//!
//! It speaks TLS, with a certificate that nobody else signed, and lets the user `guarded` in only by TLS and password.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Arguments: folder of the programs, port, certificate and its key. Durability is off: the tests kill workers, not the
/// database.
const SCRIPT: &str = r#"
set -e
folder=$(mktemp -d)
as=
if [ "$(id -u)" = 0 ]; then
    chown nobody "$folder"
    as="setpriv --reuid nobody --regid nogroup --clear-groups"
fi
cd "$folder"
$as "$1/initdb" -D "$folder/data" -A trust -U tamis -E UTF8 --no-locale --no-sync > /dev/null
rules=$(cat data/pg_hba.conf)
printf 'hostssl all guarded all scram-sha-256\nhost all guarded all reject\n%s\n' "$rules" > data/pg_hba.conf
printf %s "$3" > data/server.crt
(umask 077 && printf %s "$4" > data/server.key)
test -z "$as" || chown nobody data/server.crt data/server.key
$as "$1/postgres" -D "$folder/data" -k "$folder" -p "$2" -c listen_addresses=127.0.0.1 -c ssl=on \
    -c fsync=off -c max_connections=200 -c log_min_messages=fatal > log 2>&1 &
server=$!
echo started
cat > /dev/null
kill -INT $server
wait $server || true
cd /
rm -rf "$folder"
"#;

/// Longest time that a server takes to begin.
const PATIENCE: Duration = Duration::from_secs(120);

struct Server {
    port: u16,
    certificate: String,
    _shell: Child,
}

/// The address of a new database; none, with a message, where there is no PostgreSQL.
pub fn database() -> Option<String> {
    let server = server()?;
    Some(format!("{}?sslmode=disable", server.url("tamis", &server.new_database("tamis"))))
}

/// A database that is reached by TLS only.
pub struct Guarded {
    pub url: String,
    /// The certificate to believe, as PEM.
    pub certificate: String,
}

/// A new database of the user who needs TLS and a password.
pub fn guarded_database() -> Option<Guarded> {
    let server = server()?;
    let url = server.url("guarded:hush", &server.new_database("guarded"));
    Some(Guarded { url, certificate: server.certificate.clone() })
}

impl Server {
    fn url(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/{database}", self.port)
    }

    fn new_database(&self, owner: &str) -> String {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("tests_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let statement = format!("CREATE DATABASE {name} OWNER {owner}");
        ask(&self.url("tamis", "postgres?sslmode=disable"), &statement);
        name
    }
}

fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER.get_or_init(start).as_ref()
}

/// Runs statements; gives the rows of all of them as texts.
pub fn ask(url: &str, statements: &str) -> Vec<Vec<String>> {
    try_to_ask(url, statements).unwrap_or_else(|error| panic!("{statements}: {error:?}"))
}

fn try_to_ask(url: &str, statements: &str) -> Result<Vec<Vec<String>>, tokio_postgres::Error> {
    let (url, statements) = (url.to_owned(), statements.to_owned());
    let asking = async move {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        let answers = client.simple_query(&statements).await?;
        let rows: Vec<Vec<String>> = answers
            .iter()
            .filter_map(|answer| match answer {
                tokio_postgres::SimpleQueryMessage::Row(row) => {
                    let column = |index| row.get(index).unwrap_or_default().to_owned();
                    Some((0..row.len()).map(column).collect())
                }
                _ => None,
            })
            .collect();
        Ok::<_, tokio_postgres::Error>(rows)
    };
    // A thread of its own, since the caller may be a task.
    let asked = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(asking)
    });
    asked.join().expect("it was asked")
}

#[expect(clippy::zombie_processes, reason = "the shell ends after this process")]
fn start() -> Option<Server> {
    let Some(programs) = programs() else {
        eprintln!("skipped: there is no PostgreSQL on this machine");
        return None;
    };
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    let signed = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
    let certificate = signed.cert.pem();
    let mut shell = Command::new("sh")
        .args(["-c", SCRIPT, "sh"])
        .arg(programs)
        .args([&port.to_string(), &certificate, &signed.signing_key.serialize_pem()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell");
    let mut line = String::new();
    BufReader::new(shell.stdout.take().expect("piped")).read_line(&mut line).expect("its output");
    if line != "started\n" {
        eprintln!("skipped: PostgreSQL cannot be started here");
        return None;
    }
    let server = Server { port, certificate, _shell: shell };
    let begun = Instant::now();
    let user = "CREATE USER guarded PASSWORD 'hush'";
    while let Err(error) = try_to_ask(&server.url("tamis", "postgres?sslmode=disable"), user) {
        assert!(begun.elapsed() < PATIENCE, "PostgreSQL does not answer: {error}");
        std::thread::sleep(Duration::from_millis(50));
    }
    Some(server)
}

/// The folder of the server's programs, which Debian keeps out of the path.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = versions.map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = debian.chain(std::env::split_paths(&path)).collect();
    folders.into_iter().find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}
