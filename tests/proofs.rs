//! Proofs over the program as a whole, against a server of our own on loopback. The long ones are ignored:
//!
//!     cargo test --release --test proofs -- --ignored --nocapture --test-threads 1
//!
//! `TAMIS_BINARY` names another program to try, as the one that is installed.
#![cfg(all(feature = "cli", target_os = "linux"))]

mod support;

#[path = "proofs/behaviours.rs"]
mod behaviours;
#[path = "proofs/many.rs"]
mod many;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How a run of the program went.
struct Ran {
    records: Vec<Value>,
    stderr: String,
    code: Option<i32>,
    elapsed: Duration,
    /// Most memory that it ever held, in KiB.
    peak: u64,
    /// Time that it took of all processors.
    busy: Duration,
}

impl Ran {
    /// The status of each address.
    fn statuses(&self) -> BTreeMap<String, String> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.records.iter().map(|record| (text(&record["source"]), text(&record["status"]))).collect()
    }
}

/// Runs `tamis fetch` over a list and watches its memory.
fn fetch(arguments: &[&str], list: &str) -> Ran {
    let begun = Instant::now();
    let binary = std::env::var("TAMIS_BINARY").unwrap_or_else(|_| env!("CARGO_BIN_EXE_tamis").to_owned());
    let mut child = Command::new(binary)
        .args(["fetch", "--allow-private", "--format", "jsonl", "--list", "-"])
        .args(arguments)
        .env_remove("TAMIS_LOG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    child.stdin.take().expect("piped").write_all(list.as_bytes()).expect("it reads its list");
    let read = |stream: Box<dyn Read + Send>| std::thread::spawn(move || std::io::read_to_string(stream));
    let stdout = read(Box::new(child.stdout.take().expect("piped")));
    let stderr = read(Box::new(child.stderr.take().expect("piped")));
    let (mut peak, mut busy) = (0, Duration::ZERO);
    let status = loop {
        peak = peak_of(child.id()).unwrap_or(peak);
        busy = busy_of(child.id()).unwrap_or(busy);
        match child.try_wait().expect("it can be waited for") {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let elapsed = begun.elapsed();
    let stdout = stdout.join().expect("read").expect("UTF-8");
    let records = stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let stderr = stderr.join().expect("read").expect("UTF-8");
    Ran { records, stderr, code: status.code(), elapsed, peak, busy }
}

/// The most memory that a process held so far, in KiB; none once it has ended.
fn peak_of(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// The time that a process took of all processors, for itself and in the system (proc(5): utime and stime, in
/// hundredths of a second).
fn busy_of(process: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}
