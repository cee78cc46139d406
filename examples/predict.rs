//! Cleans the pages of a corpus set, each by the model named for it; `model/train.py` calls it to measure the whole
//! pipeline out of site: every page by a model that never saw its site.
//!
//! `predict CORPUS-SET MODELS.json [precision|balanced|recall]` prints one record a line. `MODELS.json` maps ids to
//! model files; a page that is not named there is cleaned by the built-in model.
//! `predict CORPUS-SET MODELS.json columns` prints what the kinds of pages are trained on: ids and the columns of pages.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::Context;
use rayon::prelude::*;
use serde_json::{Value, json};
use tamis::record::Record;
use tamis::{CleanOptions, Cleaner, Focus, Rules};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let (set, models, focus) = match arguments.as_slice() {
        [_, set, models] => (set, models, Some(Focus::Balanced)),
        [_, set, models, columns] if columns == "columns" => (set, models, None),
        [_, set, models, focus] => (set, models, serde_json::from_value(focus.as_str().into())?),
        _ => anyhow::bail!("usage: predict CORPUS-SET MODELS.json [FOCUS]"),
    };
    let files: HashMap<String, String> = serde_json::from_str(&std::fs::read_to_string(models)?)?;
    let mut cleaners = HashMap::new();
    for file in files.values() {
        if !cleaners.contains_key(file) {
            cleaners.insert(file.clone(), cleaner(file, focus.unwrap_or_default())?);
        }
    }
    let builtin = Cleaner::default();
    let gold = std::fs::read_to_string(Path::new(set).join("gold.jsonl"))?;
    let lines: Vec<&str> = gold.lines().collect();
    let records: Vec<anyhow::Result<String>> = lines
        .par_iter()
        .map(|line| {
            let gold: Value = serde_json::from_str(line)?;
            let id = gold["id"].as_str().context("a gold line without id")?;
            let cleaner = files.get(id).and_then(|file| cleaners.get(file)).unwrap_or(&builtin);
            let bytes = read(set, id)?;
            match focus {
                Some(_) => clean(cleaner, &bytes, id),
                None => columns(cleaner, &bytes, id),
            }
        })
        .collect();
    for record in records {
        println!("{}", record?);
    }
    Ok(())
}

fn cleaner(file: &str, focus: Focus) -> anyhow::Result<Cleaner> {
    let bytes = std::fs::read(file)?;
    let cleaner = Cleaner::new(Rules::builtin(), CleanOptions { focus, ..CleanOptions::default() });
    cleaner.with_model(&bytes).with_context(|| format!("{file} is no model for these columns"))
}

fn read(set: &str, id: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(Path::new(set).join("html").join(format!("{id}.html.gz")))?;
    flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn clean(cleaner: &Cleaner, bytes: &[u8], id: &str) -> anyhow::Result<String> {
    let mut record = serde_json::to_value(Record::of(id, cleaner.clean_bytes(bytes, None, None)))?;
    record["id"] = id.into();
    Ok(record.to_string())
}

fn columns(cleaner: &Cleaner, bytes: &[u8], id: &str) -> anyhow::Result<String> {
    let columns =
        cleaner.page_columns(&tamis::decode::decode(bytes, None, None).text, None).unwrap_or_default();
    Ok(json!({ "id": id, "columns": columns }).to_string())
}
