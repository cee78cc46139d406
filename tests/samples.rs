//! Every page in samples/pages gives exactly its article.txt and meta.json, and keeps its traps.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tamis::Cleaner;
use tamis::article::metadata::PageType;
use tamis::record::Record;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    url: Option<String>,
    title: Option<String>,
    authors: Vec<String>,
    date: Option<String>,
    site: Option<String>,
    language: Option<String>,
    status: String,
    /// `listing` for a list page, of which any part may be the text.
    #[serde(default, rename = "type")]
    page_type: PageType,
    must_keep: Vec<String>,
    must_remove: Vec<String>,
}

struct Sample {
    name: String,
    text: String,
    expected: Expected,
    record: Record,
}

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/pages");
    let mut folders: Vec<PathBuf> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn samples() -> Vec<Sample> {
    let cleaner = Cleaner::default();
    let read = |path: PathBuf| fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let sample = |folder: PathBuf| {
        let expected: Expected = serde_json::from_str(&read(folder.join("meta.json"))).unwrap();
        let url = expected.url.as_deref().map(|url| url.parse().unwrap());
        let page = fs::read(folder.join("page.html")).unwrap();
        Sample {
            name: folder.file_name().unwrap().to_string_lossy().into_owned(),
            text: read(folder.join("article.txt")).trim_end().to_owned(),
            record: Record::of("page.html", cleaner.clean_bytes(&page, None, url.as_ref())),
            expected,
        }
    };
    folders().into_iter().map(sample).collect()
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Lines that are only in one of two texts.
fn difference(wanted: &str, found: &str) -> String {
    let only = |a: &str, b: &str, sign: char| -> String {
        let b: Vec<&str> = b.lines().collect();
        a.lines()
            .filter(|line| !line.is_empty() && !b.contains(line))
            .map(|line| format!("  {sign} {line}\n"))
            .collect()
    };
    format!("{}{}", only(wanted, found, '-'), only(found, wanted, '+'))
}

#[test]
fn there_are_enough_samples() {
    assert!(folders().len() >= 15);
}

#[test]
fn pages_give_exactly_their_articles() {
    let mut wrong = String::new();
    for sample in samples() {
        if sample.record.status != sample.expected.status {
            wrong +=
                &format!("{}: status {} ({:?})\n", sample.name, sample.record.status, sample.record.reason);
        } else if sample.record.page_type != Some(sample.expected.page_type) {
            wrong += &format!("{}: type {:?}\n", sample.name, sample.record.page_type);
        } else if sample.expected.page_type == PageType::Listing {
            let foreign: Vec<&str> = sample
                .record
                .text
                .lines()
                .filter(|line| !sample.text.contains(line.trim_start_matches("- ")))
                .collect();
            wrong += &foreign.iter().map(|line| format!("{}: + {line}\n", sample.name)).collect::<String>();
        } else if sample.record.text != sample.text {
            wrong += &format!("{}:\n{}", sample.name, difference(&sample.text, &sample.record.text));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn prose_that_looks_like_boilerplate_is_kept_and_boilerplate_is_not() {
    for sample in samples() {
        let text = folded(&sample.record.text);
        for kept in &sample.expected.must_keep {
            assert!(text.contains(&folded(kept)), "{}: lost {kept:?}", sample.name);
        }
        for removed in &sample.expected.must_remove {
            assert!(!text.contains(&folded(removed)), "{}: left {removed:?}", sample.name);
        }
    }
}

#[test]
fn metadata_is_found() {
    let mut wrong = String::new();
    for sample in samples().iter().filter(|sample| sample.expected.status == "ok") {
        let (found, wanted) = (&sample.record, &sample.expected);
        let mut compare = |field: &str, found: String, wanted: String| {
            if found != wanted {
                wrong += &format!("{} {field}: {found}, not {wanted}\n", sample.name);
            }
        };
        compare("title", format!("{:?}", found.title), format!("{:?}", wanted.title));
        compare("authors", format!("{:?}", found.authors), format!("{:?}", wanted.authors));
        compare("date", format!("{:?}", found.date), format!("{:?}", wanted.date));
        compare("site", format!("{:?}", found.site), format!("{:?}", wanted.site));
        compare("language", format!("{:?}", found.language), format!("{:?}", wanted.language));
    }
    assert!(wrong.is_empty(), "{wrong}");
}
