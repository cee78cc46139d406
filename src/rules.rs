//! The rules in force: the built-in ones, overlaid by the user's own folder.
//!
//! A folder of rules has the layout of `rules/` in the source: `generic.toml` and `phrases/<lang>.toml`, each optional.

use std::fs;
use std::path::{Path, PathBuf};

use crate::clean::rules::GenericRules;
use crate::clean::text::Phrases;
use crate::error::Error;

/// All rules. Cheap to clone for phrases, and shared by the pages that a [`crate::Cleaner`] cleans.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Tags, roles and names.
    pub(crate) generic: GenericRules,
    /// Phrases by language.
    pub(crate) phrases: Phrases,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules::builtin()
    }
}

impl Rules {
    /// The rules that are built in.
    pub fn builtin() -> Rules {
        Rules { generic: GenericRules::builtin(), phrases: Phrases::builtin() }
    }

    /// Adds the rules of a folder. A rule of the folder wins over the built-in one of the same id.
    pub fn overlay_dir(mut self, folder: &Path) -> Result<Rules, Error> {
        if !folder.is_dir() {
            let source = std::io::Error::new(std::io::ErrorKind::NotFound, "there is no such folder");
            return Err(Error::Io { action: "cannot read rules from", path: folder.to_owned(), source });
        }
        let generic = folder.join("generic.toml");
        if generic.exists() {
            self.generic = self.generic.overlay(&read(&generic)?, &generic.to_string_lossy())?;
        }
        let files = toml_files(&folder.join("phrases"))?;
        let texts: Vec<(String, String)> = files
            .iter()
            .map(|path| Ok((path.to_string_lossy().into_owned(), read(path)?)))
            .collect::<Result<_, Error>>()?;
        let texts: Vec<(&str, &str)> =
            texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        if !texts.is_empty() {
            self.phrases = self.phrases.overlay(&texts)?;
        }
        Ok(self)
    }
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(Error::io("cannot read", path))
}

/// The `.toml` files of a folder in the order of their names; none without the folder.
fn toml_files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io("cannot read", folder))? {
        let path = entry.map_err(Error::io("cannot read", folder))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_adds_names_and_phrases() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join("generic.toml"),
            "[[name]]\nid = \"mine\"\nkind = \"advert\"\nwords = [\"zzz-box\"]\nmax_share = 0.2\n",
        )
        .unwrap();
        fs::create_dir(folder.path().join("phrases")).unwrap();
        let phrase = "language = \"fr\"\n[[rule]]\nid = \"fr.other.mine\"\nkind = \"other\"\nscope = \"line\"\npatterns = [\"abracadabra\"]\nremove = [\"Abracadabra\"]\nkeep = [\"Abracadabra est un mot.\"]\n";
        fs::write(folder.path().join("phrases/fr.toml"), phrase).unwrap();
        let rules = Rules::builtin().overlay_dir(folder.path()).unwrap();
        let html = "<article><h1>T</h1><p>Le préfet a signé hier l’arrêté qui interdit l’arrosage dans douze communes.</p>\
                    <div class=zzz-box><p>Le vendeur a des prix pour tous ceux qui passent.</p></div><p>Abracadabra</p></article>";
        let cleaner = crate::Cleaner::new(rules, crate::CleanOptions::default());
        let article = cleaner.clean(html, None).unwrap();
        assert_eq!(
            article.to_text(),
            "Le préfet a signé hier l’arrêté qui interdit l’arrosage dans douze communes."
        );
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = Rules::builtin().overlay_dir(Path::new("no/such/rules")).unwrap_err();
        assert!(error.to_string().contains("no/such/rules"), "{error}");
    }
}
