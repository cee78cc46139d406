//! With which settings a page's record was written, so that a run can say that others are in force by now.
//!
//! - print: two short hashes, of what decides a text (`[clean]` and the rules) and of where it goes (`[output]`); the
//!   state keeps the print of every page
//!
//! What a version of tamis brings of its own is no part of it: an update is no reason to write an archive anew.

use std::path::{Path, PathBuf};

use super::page_state::PageState;
use super::report::counted;
use super::state::State;
use super::state::database::{Row, values};
use crate::config::{Config, OutputKind};
use crate::error::Error;
use crate::hash;
use crate::options::CleanOptions;
use crate::rules;

/// Pages that were written with one print.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Written {
    print: String,
    state: String,
    pages: usize,
}

/// The settings in force, as far as records depend on them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settings {
    cleaning: String,
    output: String,
}

impl Settings {
    pub fn of(config: &Config) -> Result<Settings, Error> {
        let cleaning = hash::short(&(changed_options(&config.clean) + &rules_text(&config.rules.folder)?));
        Ok(Settings { cleaning, output: hash::short(&output_text(config)) })
    }

    /// The print of records that are written with them.
    pub fn print(&self) -> String {
        format!("{} {}", self.cleaning, self.output)
    }

    /// What to say of pages that were written with other settings.
    pub fn warnings(&self, written: &[Written]) -> Vec<String> {
        let (mut elsewhere, mut otherwise) = (0, 0);
        for Written { print, state, pages } in written {
            let (cleaning, output) = print.split_once(' ').unwrap_or_default();
            if output != self.output && state == PageState::Done.name() {
                elsewhere += pages;
            } else if cleaning != self.cleaning {
                otherwise += pages;
            }
        }
        let elsewhere = (elsewhere > 0).then(|| {
            format!(
                "written to another [output] than this: {}; `tamis state retry --state done` has them written here",
                counted(elsewhere, "article")
            )
        });
        let otherwise = (otherwise > 0).then(|| {
            format!(
                "cleaned with other [clean] settings or rules than these: {}; `tamis state retry --state done \
                 --state rejected` has them cleaned and written again",
                counted(otherwise, "page")
            )
        });
        elsewhere.into_iter().chain(otherwise).collect()
    }
}

/// What to say if the output is gone that holds the articles; to be asked before it is opened, which makes it.
pub(super) fn missing_output(config: &Config, state: &State) -> Result<Option<String>, Error> {
    let path = config.output.full_path();
    // Lines are often taken away by who reads them, and a table is there as long as its database is.
    let is_kept = matches!(config.output.kind, OutputKind::Folder | OutputKind::Sqlite);
    if !is_kept || path.exists() {
        return Ok(None);
    }
    let query = "SELECT count(*) FROM pages WHERE state = 'done' AND content_hash IS NOT NULL";
    let articles = state.database().first(query, Vec::new())?.map_or(0, |row| row.count(0));
    let path = path.display();
    Ok((articles > 0).then(|| {
        format!(
            "{path} was not there, though earlier runs wrote {}; `tamis state retry --state done` has them written \
             again",
            counted(articles as usize, "article")
        )
    }))
}

/// The options that are not as usual: one that a later version adds changes nothing where it is not used.
fn changed_options(options: &CleanOptions) -> String {
    let table = |options: &CleanOptions| toml::Table::try_from(options).expect("settings are plain data");
    let usual = table(&CleanOptions::default());
    let changed = table(options).into_iter().filter(|(key, value)| usual.get(key) != Some(value));
    changed.map(|(key, value)| format!("{key} = {value}\n")).collect()
}

fn rules_text(folder: &Path) -> Result<String, Error> {
    if folder.as_os_str().is_empty() {
        return Ok(String::new());
    }
    let texts = rules::files(folder)?.into_iter().map(|path| {
        let text = std::fs::read_to_string(&path).map_err(Error::io("cannot read", &path))?;
        Ok(format!("{}\n{text}\n", path.strip_prefix(folder).unwrap_or(&path).display()))
    });
    texts.collect()
}

/// The output by its path on this machine; workers of a shared state may see one folder under many paths.
fn output_text(config: &Config) -> String {
    let (kind, path) = (config.output.kind, config.output.full_path());
    let format = if kind == OutputKind::Folder { config.output.format.extension() } else { "" };
    let path = if config.shared_state().is_some() { PathBuf::new() } else { without_links(&path) };
    format!("{kind:?} {format} {}", path.display())
}

/// The path without links and `..`, as far as it is there.
fn without_links(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for above in path.ancestors() {
        if let Ok(whole) = above.canonicalize() {
            let rest = path.strip_prefix(above).unwrap_or(Path::new(""));
            return whole.components().chain(rest.components()).collect();
        }
    }
    path
}

impl State {
    /// Notes that records will be written with these settings.
    pub(super) fn note_settings(&mut self, print: &str) -> Result<(), Error> {
        let note = "INSERT INTO settings VALUES ($1) ON CONFLICT (print) DO NOTHING";
        self.database().change(note, values![print]).map(drop)
    }

    /// What was written with other settings. Only where there ever were others, all pages are looked at.
    pub(super) fn written_otherwise(&mut self, print: &str) -> Result<Vec<Written>, Error> {
        let others = self.database().rows("SELECT print FROM settings WHERE print <> $1", values![print])?;
        if others.is_empty() {
            return Ok(Vec::new());
        }
        let query = "SELECT settings, state, count(*) FROM pages WHERE settings <> $1
             AND state IN ('done', 'rejected') GROUP BY settings, state";
        let row =
            |row: &Row| Written { print: row.text(0), state: row.text(1), pages: row.count(2) as usize };
        let found: Vec<Written> = self.database().rows(query, values![print])?.iter().map(row).collect();
        let is_used = |print: &String| found.iter().any(|written| written.print == *print);
        let unused = others.iter().map(|row| row.text(0)).filter(|print| !is_used(print));
        let lists = unused.map(|print| values![print]).collect();
        self.database().change_all("DELETE FROM settings WHERE print = $1", lists)?;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::super::state::testing::on_each;
    use super::super::state::{Copy, Registration, Verdict};
    use super::*;

    fn settings(text: &str) -> Settings {
        Settings::of(&Config::from_toml(text, "").unwrap()).unwrap()
    }

    #[test]
    fn the_print_changes_with_what_records_depend_on_and_with_nothing_else() {
        let usual = settings("");
        for same in ["[job]\nretry_seconds = 7", "[clean]\nfocus = \"balanced\"", "[fetch]\nretries = 0"] {
            assert_eq!(settings(same), usual, "{same}");
        }
        for (other, is_output) in [
            ("[clean]\nkeep = [\"caption\"]", false),
            ("[output]\nformat = \"md\"", true),
            ("[output]\nkind = \"sqlite\"", true),
            ("[output]\npath = \"elsewhere\"", true),
        ] {
            let other = settings(other);
            assert_eq!(
                (other.output != usual.output, other.cleaning != usual.cleaning),
                (is_output, !is_output)
            );
        }
    }

    #[test]
    fn a_rule_that_changes_changes_the_print() {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("[rules]\nfolder = '{}'", folder.path().display());
        let before = settings(&text);
        std::fs::create_dir(folder.path().join("sites")).unwrap();
        std::fs::write(folder.path().join("sites/a.toml"), "host = \"a.example\"").unwrap();
        assert_ne!(settings(&text).cleaning, before.cleaning);
    }

    #[test]
    fn pages_that_were_written_otherwise_are_counted_until_they_are_written_again() {
        on_each(|mut state| {
            let (old, new) =
                (settings(""), settings("[clean]\nkeep = [\"caption\"]\n[output]\nformat = \"md\""));
            let mut write = |key: &str, page_state, settings: &Settings| {
                let page = Registration { key, source: key, place: None, origin: "urls", published: None };
                state.register(&[page], "2026-01-01T00:00:00Z").unwrap();
                let verdict = Verdict { state: page_state, ..Verdict::default() };
                let copy = Copy { settings: Some(settings.print()), ..Copy::default() };
                state.note_settings(&settings.print()).unwrap();
                state.commit([(key, &verdict, &copy)], None, "2026-01-01T00:00:00Z").unwrap();
                new.warnings(&state.written_otherwise(&new.print()).unwrap())
            };
            write("u", PageState::Done, &old);
            let told = write("v", PageState::Rejected, &old);
            assert!(told[0].starts_with("written to another [output] than this: 1 article;"), "{told:?}");
            assert!(
                told[1].starts_with("cleaned with other [clean] settings or rules than these: 1 page;"),
                "{told:?}"
            );
            assert_eq!(write("u", PageState::Done, &new).len(), 1);
            assert_eq!(write("v", PageState::Rejected, &new), Vec::<String>::new());
        });
    }
}
