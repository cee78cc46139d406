//! A folder with a configuration, and the program run in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longest time that a test waits for something to happen; only failing tests reach it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder of its own for each test.
pub struct Bench {
    folder: tempfile::TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    pub fn of(output: std::process::Output) -> Ended {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ended { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

impl Bench {
    /// With this configuration.
    pub fn new(config: &str) -> Bench {
        let bench = Bench { folder: tempfile::tempdir().expect("a folder") };
        bench.write("config.toml", config);
        bench
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, content).expect("a file");
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn run(&self) -> Ended {
        self.run_with(&[])
    }

    pub fn run_with(&self, arguments: &[&str]) -> Ended {
        ended(self.start(arguments))
    }

    /// Another command of the program.
    pub fn tamis(&self, arguments: &[&str]) -> Ended {
        let mut command = program();
        command.args(arguments).current_dir(self.folder.path());
        Ended::of(command.output().expect("the program runs"))
    }

    /// Starts a run without waiting for its end.
    pub fn start(&self, arguments: &[&str]) -> Child {
        let mut command = program();
        command.arg("run").arg("--allow-private").args(arguments).current_dir(self.folder.path());
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program runs")
    }

    /// Names and contents of all files below a folder.
    pub fn files(&self, folder: &str) -> BTreeMap<String, String> {
        let root = self.path(folder);
        let mut found = BTreeMap::new();
        collect(&root, &root, &mut found);
        found
    }

    /// Source and state of every page that the state database knows.
    pub fn states(&self) -> BTreeMap<String, String> {
        let database = rusqlite::Connection::open(self.path("state/tamis.sqlite")).expect("the state");
        let mut query = database.prepare("SELECT source, state FROM pages").expect("the table");
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        rows.collect::<Result<_, _>>().expect("texts")
    }

    /// As if the time of every page had come that is ever asked again.
    pub fn let_time_pass(&self) {
        let database = rusqlite::Connection::open(self.path("state/tamis.sqlite")).expect("the state");
        let pass = "UPDATE pages SET next_try = '2000-01-01T00:00:00Z' WHERE state IN ('done', 'rejected', 'failing')";
        database.execute(pass, []).expect("a changed time");
    }

    pub fn report(&self) -> serde_json::Value {
        serde_json::from_str(&self.read("state/report.json")).expect("JSON")
    }
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, found);
        } else {
            let name = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
            found.insert(name, String::from_utf8_lossy(&fs::read(&path).expect("a file")).into_owned());
        }
    }
}

/// The program; `TAMIS_BINARY` names another to try.
pub fn program() -> Command {
    let built = || env!("CARGO_BIN_EXE_tamis").into();
    Command::new(std::env::var_os("TAMIS_BINARY").unwrap_or_else(built))
}

/// Waits for a run to end.
pub fn ended(child: Child) -> Ended {
    Ended::of(child.wait_with_output().expect("the program ends"))
}

/// Waits until something is so.
pub fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A sentence that only the page of this name has.
pub fn mark(name: &str) -> String {
    format!("Voici la phrase qui n’appartient qu’à la page {name}, et à nulle autre du journal.")
}

/// A page with an article.
pub fn page(name: &str) -> String {
    let filler = "Le conseil municipal a voté hier soir, après trois heures de débats, la rénovation du pont \
                  qui relie les deux rives de la ville, un chantier attendu depuis dix ans par les habitants.";
    format!(
        "<!DOCTYPE html><html lang=fr><head><meta charset=utf-8><title>Titre {name}</title></head><body>\
         <nav><a href=/>Accueil</a></nav><article><h1>Titre {name}</h1><p>{}</p><p>{filler}</p><p>{filler} \
         Les travaux commenceront au printemps.</p></article><footer>Mentions légales</footer></body></html>",
        mark(name)
    )
}
