//! Pairs of a page or dirty text and the text that is wanted of it, matched by name.
//!
//! `raw/2024/a.html` goes with `clean/2024/a.txt`, `a.dirty.txt` with `a.gold.txt`; where no name fits,
//! `raw/a/page.html` goes with the only file of `clean/a/`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::decode::decode;
use crate::error::Error;
use crate::source::saved::{InputKind, PageKind, Saved, SavedPage};

/// A page or text and what is wanted of it.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The path of the page.
    pub name: String,
    /// HTML, or dirty text.
    pub is_html: bool,
    /// The page, decoded.
    pub raw: String,
    /// The text that is wanted.
    pub wanted: String,
}

/// The pairs, and the pages without one.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    /// In the order of the pages.
    pub pairs: Vec<Pair>,
    /// What was left out, and why: pages without a wanted text, or that cannot be read.
    pub left_out: Vec<String>,
}

/// Reads pages (a file, a folder or a glob) and the texts that go with them (a file or a folder).
pub fn read(raw: &str, clean: &Path, input: InputKind, max_bytes: usize) -> Result<Pairs, Error> {
    let mut found = Pairs::default();
    let mut pages: Vec<SavedPage> = Vec::new();
    for item in Saved::new(vec![raw.to_owned()], input, max_bytes) {
        match item.load(max_bytes) {
            Ok(page) => pages.push(page),
            Err(record) => found.left_out.push(record.reason.clone().unwrap_or(record.source)),
        }
    }
    let texts = Texts::of(clean, &pages)?;
    for page in pages {
        match texts.of_page(Path::new(raw), Path::new(&page.name)) {
            Some(path) => {
                let bytes = std::fs::read(path).map_err(Error::io("cannot read", path))?;
                let wanted = decode(&bytes, None, None).text.into_owned();
                let raw = decode(&page.bytes, page.content_type.as_deref(), None).text.into_owned();
                found.pairs.push(Pair { name: page.name, is_html: page.kind == PageKind::Html, raw, wanted });
            }
            None => {
                let reason = format!("{}: no text of this name in {}", page.name, clean.display());
                found.left_out.push(reason);
            }
        }
    }
    Ok(found)
}

/// The wanted texts by name.
struct Texts {
    single: Option<PathBuf>,
    by_name: HashMap<PathBuf, PathBuf>,
    by_folder: HashMap<PathBuf, Vec<PathBuf>>,
}

impl Texts {
    fn of(clean: &Path, pages: &[SavedPage]) -> Result<Texts, Error> {
        if !clean.exists() {
            let source = std::io::Error::new(std::io::ErrorKind::NotFound, "there is no such file or folder");
            return Err(Error::Io {
                action: "cannot read wanted texts from",
                path: clean.to_owned(),
                source,
            });
        }
        let single = clean.is_file().then(|| clean.to_owned());
        let mut texts = Texts { single, by_name: HashMap::new(), by_folder: HashMap::new() };
        let is_page = |path: &Path| pages.iter().any(|page| Path::new(&page.name) == path);
        let files = WalkDir::new(clean).sort_by_file_name().into_iter().flatten();
        for entry in files.filter(|entry| entry.file_type().is_file() && !is_page(entry.path())) {
            let path = entry.into_path();
            let within = path.strip_prefix(clean).unwrap_or(&path);
            texts.by_folder.entry(parent(within)).or_default().push(path.clone());
            texts.by_name.insert(without_extensions(within), path);
        }
        Ok(texts)
    }

    fn of_page(&self, raw: &Path, page: &Path) -> Option<&PathBuf> {
        if self.single.is_some() {
            return self.single.as_ref();
        }
        let within = page.strip_prefix(raw).ok().filter(|within| !within.as_os_str().is_empty());
        let within = within.or_else(|| page.file_name().map(Path::new))?;
        let alone = || match self.by_folder.get(&parent(within)).map(Vec::as_slice) {
            Some([only]) if !parent(within).as_os_str().is_empty() => Some(only),
            _ => None,
        };
        self.by_name.get(&without_extensions(within)).or_else(alone)
    }
}

fn parent(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("")).to_owned()
}

/// `2024/a` of `2024/a.html.gz`.
fn without_extensions(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split('.').find(|part| !part.is_empty()).unwrap_or_default().to_owned();
    parent(path).join(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_texts_are_matched_by_name_or_folder() {
        let folder = tempfile::tempdir().unwrap();
        let file = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        file("raw/x/a.html", "<p>a</p>");
        file("raw/b/page.html", "<p>b</p>");
        file("raw/lost.html", "<p>c</p>");
        file("clean/x/a.md", "A");
        file("clean/b/article.txt", "B");
        let raw = folder.path().join("raw");
        let found =
            read(&raw.to_string_lossy(), &folder.path().join("clean"), InputKind::Auto, 1 << 20).unwrap();
        let wanted: Vec<&str> = found.pairs.iter().map(|pair| pair.wanted.as_str()).collect();
        assert_eq!((wanted, found.left_out.len()), (vec!["B", "A"], 1));
        assert!(found.pairs.iter().all(|pair| pair.is_html));
    }

    #[test]
    fn dirty_and_wanted_text_may_lie_side_by_side() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.dirty.txt"), "dirty").unwrap();
        std::fs::write(folder.path().join("a.gold.txt"), "gold").unwrap();
        let raw = folder.path().join("*.dirty.txt");
        let found = read(&raw.to_string_lossy(), folder.path(), InputKind::Auto, 1 << 20).unwrap();
        assert_eq!(found.pairs.len(), 1, "{:?}", found.left_out);
        assert_eq!((found.pairs[0].wanted.as_str(), found.pairs[0].is_html), ("gold", false));
    }
}
