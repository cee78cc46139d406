//! The program under test, and plain requests to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::site;

/// A server that hangs must not hang the tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `tamis serve` with three saved pages and an empty folder of rules.
pub struct Server {
    child: Child,
    folder: TempDir,
    /// `127.0.0.1:PORT`
    pub address: String,
    pub key: String,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.body))
    }
}

/// The program: the one under test, or another build of it to measure (`TAMIS_BIN`).
pub fn program() -> Command {
    Command::new(std::env::var("TAMIS_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_tamis").to_owned()))
}

impl Server {
    pub fn start() -> Server {
        let folder = tempfile::tempdir().unwrap();
        site::save(&folder.path().join("saved"));
        Server::start_in(folder)
    }

    /// In a folder that may hold a configuration.
    pub fn start_in(folder: TempDir) -> Server {
        let mut child = program()
            .args(["serve", "--bind", "127.0.0.1:0", "--rules", "rules", "saved"])
            .current_dir(folder.path())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let address = lines
            .find_map(|line| Some(line.split_once("http://")?.1.split('/').next()?.to_owned()))
            .expect("the server says where it is");
        std::thread::spawn(move || lines.for_each(drop));
        let mut server = Server { child, folder, address, key: String::new() };
        let page = server.get("/").body;
        server.key =
            page.split("name=\"tamis-key\" content=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        server
    }

    /// The folder of rules, which the server makes when it writes.
    pub fn rules(&self) -> PathBuf {
        self.folder.path().join("rules")
    }

    /// The rule files in the folder, without the history.
    pub fn written(&self) -> Vec<String> {
        let mut files = Vec::new();
        for part in ["phrases", "sites"] {
            let entries = std::fs::read_dir(self.rules().join(part)).into_iter().flatten().flatten();
            files.extend(entries.map(|entry| format!("{part}/{}", entry.file_name().to_string_lossy())));
        }
        files
    }

    /// Sends a request as it is written.
    pub fn raw(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        Answer { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    /// A request with these further headers, which end in a line break each.
    pub fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let Server { address, .. } = self;
        let length = body.len();
        self.raw(&format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        ))
    }

    /// The header that shows the key.
    pub fn key_line(&self) -> String {
        format!("x-tamis-key: {}\r\n", self.key)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &self.key_line(), "")
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        let headers = format!("{}Content-Type: application/json\r\n", self.key_line());
        self.ask("POST", path, &headers, &body.to_string())
    }

    /// Opens a page and gives its number.
    pub fn open(&self, html: &str) -> u64 {
        let answer = self.ask("POST", "/api/upload?name=test", &self.key_line(), html);
        answer.json()["page"].as_u64().unwrap_or_else(|| panic!("{}", answer.body))
    }

    /// The blocks of an opened page.
    pub fn blocks(&self, page: u64) -> Vec<Value> {
        let shown = self.get(&format!("/api/page?page={page}&focus=balanced")).json();
        shown["blocks"].as_array().unwrap().clone()
    }
}

/// The index of the block that begins so.
pub fn index_of(blocks: &[Value], start: &str) -> usize {
    let found = blocks.iter().position(|block| block["text"].as_str().unwrap().starts_with(start));
    found.unwrap_or_else(|| panic!("no block begins with {start}"))
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a file of a folder holds a text.
pub fn holds(folder: &Path, file: &str, text: &str) -> bool {
    std::fs::read_to_string(folder.join(file)).is_ok_and(|found| found.contains(text))
}
