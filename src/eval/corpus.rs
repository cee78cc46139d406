//! Reads labelled pages.
//!
//! - set: a folder with `gold.jsonl` (a line a page) and `html/<id>.html[.gz|.zst]`, or a folder of samples, each a
//!   folder with `page.html`, `article.txt` and `meta.json`
//! - gold: what a page should give

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::Error;

/// What one page should give. A field that is absent is not scored.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct GoldPage {
    /// Name of the page in its set.
    pub id: String,
    /// Its address.
    pub url: Option<String>,
    /// Its language.
    pub lang: Option<String>,
    /// Its type: article, forum...
    #[serde(rename = "type")]
    pub page_type: Option<String>,
    /// The text.
    pub text: Option<String>,
    /// A second annotator's text.
    pub alt: Option<String>,
    /// Passages that may be there or not.
    pub optional: Vec<String>,
    /// Strings that must be in the result.
    pub with: Vec<String>,
    /// Strings that must not be in the result.
    pub without: Vec<String>,
    /// The headline.
    pub title: Option<String>,
    /// The publication date.
    pub date: Option<String>,
    /// The authors, parted by a comma and a space.
    pub author: Option<String>,
    /// The file of the page; set when the set is read.
    #[serde(skip)]
    pub file: PathBuf,
}

/// A set of labelled pages.
#[derive(Clone, Debug)]
pub struct Set {
    /// The folder's name.
    pub name: String,
    /// Its pages in the order of the gold.
    pub pages: Vec<GoldPage>,
}

/// Reads the sets below a folder: itself, or each of its folders that is one.
pub fn read_sets(folder: &Path) -> Result<Vec<Set>, Error> {
    if let Some(set) = read_set(folder)? {
        return Ok(vec![set]);
    }
    let mut sets = Vec::new();
    for below in folders_in(folder)? {
        sets.extend(read_set(&below)?);
    }
    if sets.is_empty() {
        return Err(Error::Config(format!(
            "{} is no corpus: neither gold.jsonl nor samples with page.html are in it or in its folders\n\
             hint: give a folder such as corpus/fr (gold.jsonl and html/) or samples/pages",
            folder.display()
        )));
    }
    Ok(sets)
}

fn read_set(folder: &Path) -> Result<Option<Set>, Error> {
    let gold = folder.join("gold.jsonl");
    let pages = if gold.is_file() { read_gold(folder, &gold)? } else { read_samples(folder)? };
    Ok((!pages.is_empty()).then(|| Set { name: name_of(folder), pages }))
}

fn read_gold(folder: &Path, gold: &Path) -> Result<Vec<GoldPage>, Error> {
    let text = std::fs::read_to_string(gold).map_err(Error::io("cannot read", gold))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| parse_gold(folder, line).map_err(|error| bad_line(gold, index, &error)))
        .collect()
}

fn parse_gold(folder: &Path, line: &str) -> serde_json::Result<GoldPage> {
    let mut page: GoldPage = serde_json::from_str(line).or_else(|error| {
        // Python writes a missing number as NaN, which is no JSON; such a date counts and is never right
        serde_json::from_str(&line.replace(": NaN", ": \"nan\"")).map_err(|_| error)
    })?;
    page.file = page_file(folder, &page.id);
    Ok(page)
}

/// Names the file and the line of a JSON error.
pub(super) fn bad_line(path: &Path, index: usize, error: &serde_json::Error) -> Error {
    Error::Config(format!("{} line {}: {error}", path.display(), index + 1))
}

/// The file of a page as it lies there: plain or compressed.
fn page_file(folder: &Path, id: &str) -> PathBuf {
    let candidate = |extension: &str| folder.join("html").join(format!("{id}.html{extension}"));
    let there = ["", ".gz", ".zst"].into_iter().map(candidate).find(|path| path.is_file());
    there.unwrap_or_else(|| candidate(".gz"))
}

/// `meta.json` of a sample.
#[derive(Default, Deserialize)]
#[serde(default)]
struct SampleMeta {
    url: Option<String>,
    title: Option<String>,
    authors: Vec<String>,
    date: Option<String>,
    language: Option<String>,
    #[serde(rename = "type")]
    page_type: Option<String>,
    must_keep: Vec<String>,
    must_remove: Vec<String>,
}

fn read_samples(folder: &Path) -> Result<Vec<GoldPage>, Error> {
    let is_sample = |sample: &PathBuf| sample.join("page.html").is_file();
    folders_in(folder)?.into_iter().filter(is_sample).map(|sample| read_sample(&sample)).collect()
}

fn read_sample(sample: &Path) -> Result<GoldPage, Error> {
    let read = |name: &str| {
        let path = sample.join(name);
        std::fs::read_to_string(&path).map_err(Error::io("cannot read", path))
    };
    let meta: SampleMeta = serde_json::from_str(&read("meta.json")?)
        .map_err(|error| Error::Config(format!("{}: {error}", sample.join("meta.json").display())))?;
    Ok(GoldPage {
        id: name_of(sample),
        url: meta.url,
        lang: meta.language,
        page_type: meta.page_type.or_else(|| Some("article".to_owned())),
        text: Some(read("article.txt")?),
        with: meta.must_keep,
        without: meta.must_remove,
        title: meta.title,
        date: meta.date,
        author: (!meta.authors.is_empty()).then(|| meta.authors.join(", ")),
        file: sample.join("page.html"),
        ..GoldPage::default()
    })
}

fn folders_in(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = std::fs::read_dir(folder).map_err(Error::io("cannot read the folder", folder))?;
    let mut folders: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    Ok(folders)
}

/// The last part of a path that names something, also for `corpus/fr/` and `.`
fn name_of(folder: &Path) -> String {
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    real.file_name().map_or_else(|| folder.display().to_string(), |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, name: &str, text: &str) {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn reads_gold_lines_and_finds_their_pages() {
        let root = tempfile::tempdir().unwrap();
        write(
            root.path(),
            "fr/gold.jsonl",
            "{\"id\":\"a.b\",\"text\":\"x\",\"date\": NaN}\n\n{\"id\":\"c\"}\n",
        );
        write(root.path(), "fr/html/a.b.html", "<p>x");
        write(root.path(), "notes/readme.txt", "nothing");
        let sets = read_sets(root.path()).unwrap();
        assert_eq!((sets.len(), sets[0].name.as_str()), (1, "fr"));
        assert!(sets[0].pages[0].file.ends_with("fr/html/a.b.html"));
        assert!(sets[0].pages[1].file.ends_with("fr/html/c.html.gz"));
        assert_eq!(read_sets(&root.path().join("fr")).unwrap().len(), 1);
    }

    #[test]
    fn reads_samples() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "one/page.html", "<p>x");
        write(root.path(), "one/article.txt", "x");
        write(
            root.path(),
            "one/meta.json",
            "{\"authors\":[\"A\",\"B\"],\"must_keep\":[\"x\"],\"status\":\"ok\"}",
        );
        let sets = read_sets(root.path()).unwrap();
        let page = &sets[0].pages[0];
        assert_eq!((page.id.as_str(), page.author.as_deref(), page.with.len()), ("one", Some("A, B"), 1));
    }

    #[test]
    fn errors_name_the_file_and_the_line() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "gold.jsonl", "{\"id\":\"a\"}\n{oops\n");
        let error = read_sets(root.path()).unwrap_err().to_string();
        assert!(error.contains("gold.jsonl line 2"), "{error}");
        let empty = tempfile::tempdir().unwrap();
        assert!(read_sets(empty.path()).unwrap_err().to_string().contains("is no corpus"));
    }
}
