//! The file of accepted outputs: JSON lines, the first of which says what was cleaned and how.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use tamis::record::Record;
use tamis::sink::atomic;
use tamis::{CleanOptions, Cleaner, Error, Rules};

/// What was cleaned and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// The version that wrote the file.
    pub tamis: String,
    /// The pages, as named on the command line.
    pub paths: Vec<String>,
    /// Folder with rules of the user's own.
    pub rules: Option<PathBuf>,
    /// How to clean.
    pub options: CleanOptions,
}

/// What is accepted of a page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The path.
    pub source: String,
    /// `ok`, or the rejection in kebab-case.
    pub status: String,
    pub title: Option<String>,
    pub authors: Vec<String>,
    pub date: Option<String>,
    pub language: Option<String>,
    pub text: String,
}

impl Entry {
    /// What counts of a record.
    pub fn of(record: Record) -> Entry {
        let Record { source, status, title, authors, date, language, text, .. } = record;
        Entry { source, status, title, authors, date, language, text }
    }
}

impl Setup {
    /// The cleaner, with the rules as they are today.
    pub fn cleaner(&self) -> Result<Cleaner, Error> {
        let rules = match &self.rules {
            Some(folder) => Rules::builtin().overlay_dir(folder)?,
            None => Rules::builtin(),
        };
        Ok(Cleaner::new(rules, self.options.clone()))
    }
}

/// Writes the file, whole.
pub fn write(path: &Path, setup: &Setup, entries: &[Entry]) -> Result<(), Error> {
    let mut text = String::new();
    let lines = [serde_json::to_string(setup)].into_iter().chain(entries.iter().map(serde_json::to_string));
    for line in lines {
        let _ = writeln!(text, "{}", line.expect("plain data is JSON"));
    }
    atomic::write(path, text.as_bytes())
}

/// Reads the file.
pub fn read(path: &Path) -> Result<(Setup, Vec<Entry>), Error> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let hint = "hint: `tamis accept PATH..` writes it";
        Error::Config(format!("cannot read {}: {error}\n{hint}", path.display()))
    })?;
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let (_, first) = lines.next().ok_or_else(|| wrong(path, 1, "it is empty"))?;
    let setup = serde_json::from_str(first).map_err(|error| wrong(path, 1, &error.to_string()))?;
    let entry = |(index, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| wrong(path, index + 1, &error.to_string()))
    };
    Ok((setup, lines.map(entry).collect::<Result<_, _>>()?))
}

fn wrong(path: &Path, line: usize, message: &str) -> Error {
    Error::Config(format!("{}:{line}: no file of `tamis accept`: {message}", path.display()))
}
