//! The user's folder of rules: read, tried with a draft, changed, and changed back.
//!
//! Every change is noted in `.history` in the folder before it is made, with the file as it was, so that it can be
//! undone in a later session too. A file that somebody has edited since is not touched.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::clean::sites::SiteRules;
use crate::error::Error;
use crate::rules::Rules;
use crate::sink::atomic;

/// Where changes are noted.
const HISTORY: &str = ".history";
/// Digits of the number of a change, so that names sort in order.
const NUMBER_WIDTH: usize = 6;

/// The user's folder of rules. It need not be there until something is written.
#[derive(Clone, Debug)]
pub struct Overlay {
    folder: PathBuf,
}

/// One file of the overlay before and after a lesson.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Within the folder, as in `sites/a.example.toml`.
    file: String,
    before: Option<String>,
    after: String,
    /// The phrase rule whose examples must hold.
    #[serde(default)]
    rule: Option<String>,
}

impl Draft {
    pub(super) fn new(file: String, before: Option<String>, after: String) -> Draft {
        Draft { file, before, after, rule: None }
    }

    /// The same draft; the examples of this phrase rule must hold.
    pub(super) fn checked_rule(self, id: String) -> Draft {
        Draft { rule: Some(id), ..self }
    }

    /// The file within the folder.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Its text before; none if there was no file.
    pub fn before(&self) -> Option<&str> {
        self.before.as_deref()
    }

    /// Its text after.
    pub fn after(&self) -> &str {
        &self.after
    }
}

impl Overlay {
    /// The overlay in a folder.
    pub fn new(folder: impl Into<PathBuf>) -> Overlay {
        Overlay { folder: folder.into() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The rules in force: the built-in ones and those of the folder.
    pub fn rules(&self) -> Result<Rules, Error> {
        if self.folder.exists() { Rules::builtin().overlay_dir(&self.folder) } else { Ok(Rules::builtin()) }
    }

    /// Copies the rule files into another folder.
    pub fn copy_to(&self, other: &Overlay) -> Result<(), Error> {
        self.files()?.iter().try_for_each(|file| copy(&self.folder.join(file), &other.folder.join(file)))
    }

    /// The rules as they would be with a draft, all tests run; nothing is written into the folder.
    pub fn rules_with(&self, draft: &Draft) -> Result<Rules, Error> {
        let scratch = tempfile::tempdir().map_err(Error::io("cannot make a temporary folder in", "."))?;
        self.copy_to(&Overlay::new(scratch.path()))?;
        let file = scratch.path().join(&draft.file);
        atomic::make_folder(atomic::folder_of(&file))?;
        fs::write(&file, &draft.after).map_err(Error::io("cannot write", &file))?;
        let rules = Rules::builtin()
            .overlay_dir(scratch.path())
            .map_err(|error| self.renamed(error, scratch.path()))?;
        let failures =
            draft.rule.iter().flat_map(|id| rules.phrases.check_examples_of(id)).collect::<Vec<_>>();
        match failures.is_empty() {
            true => Ok(rules),
            false => Err(Error::Rules { origin: draft.file.clone(), message: failures.join("; ") }),
        }
    }

    /// Writes a draft; `note` says what it is, for the history.
    pub fn apply(&self, draft: &Draft, note: &str) -> Result<(), Error> {
        if self.read(&draft.file)? != draft.before {
            return Err(self.changed(&draft.file, "look at the preview again"));
        }
        let history = self.folder.join(HISTORY);
        atomic::make_folder(&history)?;
        let entry = Entry { note: note.to_owned(), draft: draft.clone() };
        let json = serde_json::to_vec_pretty(&entry).expect("an entry is plain data");
        atomic::write(&history.join(entry_name(self.last()?.map_or(1, |(number, _)| number + 1))), &json)?;
        atomic::sync_folder(&history)?;
        self.put(&draft.file, Some(&draft.after))
    }

    /// Takes the last change back and says what it was; none if there is nothing to take back.
    pub fn undo(&self) -> Result<Option<String>, Error> {
        let Some((number, entry)) = self.last()? else { return Ok(None) };
        let current = self.read(&entry.draft.file)?;
        // the same as before: the program ended between the note and the change
        if current != entry.draft.before {
            if current.as_deref() != Some(&entry.draft.after) {
                return Err(self.changed(&entry.draft.file, "take the rule out by hand"));
            }
            self.put(&entry.draft.file, entry.draft.before.as_deref())?;
        }
        let path = self.folder.join(HISTORY).join(entry_name(number));
        fs::remove_file(&path).map_err(Error::io("cannot remove", path))?;
        Ok(Some(entry.note))
    }

    /// What was taught and can be taken back, the last one first.
    pub fn history(&self) -> Result<Vec<String>, Error> {
        let mut notes = Vec::new();
        for number in self.numbers()?.into_iter().rev() {
            notes.push(self.entry(number)?.note);
        }
        Ok(notes)
    }

    /// A file of the folder; none if there is no such file.
    pub(super) fn read(&self, file: &str) -> Result<Option<String>, Error> {
        let path = self.folder.join(file);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("cannot read", path)(error)),
        }
    }

    /// The file with the rules of a site, be it there or not, and its text.
    pub(super) fn site_file(&self, host: &str) -> Result<(String, Option<String>), Error> {
        for file in self.files()?.into_iter().filter(|file| file.starts_with("sites/")) {
            let text = self.read(&file)?.unwrap_or_default();
            if SiteRules::parse(&text, &file).is_ok_and(|rules| rules.host == host) {
                return Ok((file, Some(text)));
            }
        }
        let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' };
        let file = format!("sites/{}.toml", host.chars().map(plain).collect::<String>());
        // a file of this name may hold another host
        match self.read(&file)? {
            None => Ok((file, None)),
            Some(_) => Ok((format!("sites/{}-own.toml", host.replace(|c| plain(c) != c, "_")), None)),
        }
    }

    /// The rule files in the folder.
    fn files(&self) -> Result<Vec<String>, Error> {
        let mut files = Vec::new();
        if self.folder.join("generic.toml").exists() {
            files.push("generic.toml".to_owned());
        }
        for part in ["phrases", "sites"] {
            let paths = crate::rules::toml_files(&self.folder.join(part))?;
            let names = paths.iter().filter_map(|path| path.file_name()?.to_str());
            files.extend(names.map(|name| format!("{part}/{name}")));
        }
        Ok(files)
    }

    fn put(&self, file: &str, text: Option<&str>) -> Result<(), Error> {
        let path = self.folder.join(file);
        let folder = atomic::folder_of(&path);
        atomic::make_folder(folder)?;
        match text {
            Some(text) => atomic::write(&path, text.as_bytes())?,
            None => fs::remove_file(&path).map_err(Error::io("cannot remove", &path))?,
        }
        atomic::sync_folder(folder)
    }

    fn last(&self) -> Result<Option<(u64, Entry)>, Error> {
        match self.numbers()?.last() {
            Some(number) => Ok(Some((*number, self.entry(*number)?))),
            None => Ok(None),
        }
    }

    fn entry(&self, number: u64) -> Result<Entry, Error> {
        let path = self.folder.join(HISTORY).join(entry_name(number));
        let text = fs::read_to_string(&path).map_err(Error::io("cannot read", &path))?;
        let wrong = |error: serde_json::Error| Error::Rules {
            origin: path.display().to_string(),
            message: format!("{error}; remove this file, it only serves to undo"),
        };
        serde_json::from_str(&text).map_err(wrong)
    }

    /// The numbers of the changes, in order.
    fn numbers(&self) -> Result<Vec<u64>, Error> {
        let folder = self.folder.join(HISTORY);
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let entries = fs::read_dir(&folder).map_err(Error::io("cannot read", &folder))?.flatten();
        let mut numbers: Vec<u64> = entries
            .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".json")?.parse().ok())
            .collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn changed(&self, file: &str, hint: &str) -> Error {
        let origin = self.folder.join(file).display().to_string();
        Error::Rules { origin, message: format!("the file has changed meanwhile; {hint}") }
    }

    /// An error about the scratch folder names the file of the overlay.
    fn renamed(&self, error: Error, scratch: &Path) -> Error {
        let (scratch, folder) = (scratch.display().to_string(), self.folder.display().to_string());
        match error {
            Error::Rules { origin, message } => Error::Rules {
                origin: origin.replace(&scratch, &folder),
                message: message.replace(&scratch, &folder),
            },
            other => other,
        }
    }
}

/// A change that was made.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    note: String,
    draft: Draft,
}

fn entry_name(number: u64) -> String {
    format!("{number:0NUMBER_WIDTH$}.json")
}

fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    atomic::make_folder(atomic::folder_of(to))?;
    fs::copy(from, to).map(drop).map_err(Error::io("cannot read", from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(before: Option<&str>, after: &str) -> Draft {
        Draft::new("phrases/fr.toml".to_owned(), before.map(str::to_owned), after.to_owned())
    }

    const ONE: &str = "language = \"fr\"\n";
    const TWO: &str = "language = \"fr\"\n# two\n";

    #[test]
    fn changes_are_taken_back_one_by_one_the_last_one_first() {
        let folder = tempfile::tempdir().unwrap();
        let overlay = Overlay::new(folder.path().join("mine"));
        overlay.apply(&draft(None, ONE), "one").unwrap();
        overlay.apply(&draft(Some(ONE), TWO), "two").unwrap();
        assert_eq!(overlay.history().unwrap(), ["two", "one"]);
        assert_eq!(overlay.undo().unwrap().as_deref(), Some("two"));
        assert_eq!(overlay.read("phrases/fr.toml").unwrap().as_deref(), Some(ONE));
        assert_eq!(overlay.undo().unwrap().as_deref(), Some("one"));
        assert_eq!(overlay.read("phrases/fr.toml").unwrap(), None);
        assert_eq!(overlay.undo().unwrap(), None);
    }

    #[test]
    fn a_file_that_was_edited_meanwhile_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let overlay = Overlay::new(folder.path());
        overlay.apply(&draft(None, ONE), "one").unwrap();
        assert!(
            overlay.apply(&draft(None, TWO), "two").unwrap_err().to_string().contains("changed meanwhile")
        );
        fs::write(folder.path().join("phrases/fr.toml"), TWO).unwrap();
        assert!(overlay.undo().unwrap_err().to_string().contains("by hand"));
        assert_eq!(overlay.read("phrases/fr.toml").unwrap().as_deref(), Some(TWO));
    }

    #[test]
    fn a_draft_is_tried_without_a_trace() {
        let folder = tempfile::tempdir().unwrap();
        let overlay = Overlay::new(folder.path().join("mine"));
        let error = overlay.rules_with(&draft(None, "language = 3")).unwrap_err().to_string();
        assert!(error.contains("mine") && error.contains("phrases/fr.toml"), "{error}");
        overlay.rules_with(&draft(None, ONE)).unwrap();
        assert!(!overlay.folder().exists());
    }
}
