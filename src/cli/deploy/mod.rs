//! `tamis config --check --deploy`: are service, timer and crontab fit for the settings?
//!
//! A unit that systemd accepts may still start tamis with another configuration, forbid it to write its output, or
//! kill it before its time of grace is over. Such findings are made here; each is a sentence with what to write.

mod crontab;
mod unit;

use std::fs;
use std::path::{Path, PathBuf};

use tamis::Config;

/// The settings that deployment files are held against.
pub struct Installed<'a> {
    /// The settings.
    pub config: &'a Config,
    /// Their file, absolute.
    pub file: PathBuf,
}

impl Installed<'_> {
    /// What a run writes, absolute, with the key that names it.
    pub fn written(&self) -> Vec<(&'static str, PathBuf)> {
        let (job, output) = (&self.config.job, self.config.output.full_path());
        let paths = [
            ("output.path", &output),
            ("job.state", &job.state),
            ("job.lock", &job.lock),
            ("job.report", &job.report),
            ("job.report_html", &job.report_html),
            ("job.metrics", &job.metrics),
        ];
        let archive = self.config.fetch.warc.iter().map(|path| ("fetch.warc", path));
        let named = paths.into_iter().chain(archive).filter(|(_, path)| !path.as_os_str().is_empty());
        named.map(|(key, path)| (key, absolute(path))).collect()
    }

    /// Whether a path is that of the settings.
    fn is_file(&self, path: &Path) -> bool {
        let same = |one: &Path, other: &Path| match (fs::canonicalize(one), fs::canonicalize(other)) {
            (Ok(one), Ok(other)) => one == other,
            _ => one == other,
        };
        same(path, &self.file)
    }
}

/// What is wrong with deployment files; folders are looked into.
pub fn findings(paths: &[PathBuf], installed: &Installed) -> Vec<String> {
    let mut found = Vec::new();
    for file in paths.iter().flat_map(|path| files(path)) {
        match fs::read_to_string(&file) {
            Ok(text) => {
                let problems = of_file(&file, &text, installed);
                found.extend(problems.into_iter().map(|problem| format!("{}: {problem}", file.display())));
            }
            Err(error) => found.push(format!("cannot read {}: {error}", file.display())),
        }
    }
    found
}

fn of_file(file: &Path, text: &str, installed: &Installed) -> Vec<String> {
    let extension = file.extension().and_then(|extension| extension.to_str());
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match extension {
        Some("service") => unit::service(text, installed),
        Some("timer") => unit::timer(text, file),
        _ if name.contains("cron") => crontab::lines(text, installed),
        // Others, as that of logrotate, say nothing that depends on the settings.
        _ => Vec::new(),
    }
}

fn files(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    found.sort();
    found
}

/// The configuration that a command line names.
fn config_of(words: &[&str]) -> Option<String> {
    words.iter().enumerate().find_map(|(at, word)| match *word {
        "-c" | "--config" => words.get(at + 1).map(|path| (*path).to_owned()),
        _ => word.strip_prefix("--config=").map(str::to_owned),
    })
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
