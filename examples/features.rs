//! Writes what the block classifier is trained on; `model/train.py` calls it.
//!
//! `features CORPUS-SET OUT`: for each page of the set a line of `OUT.jsonl` with id, width and the texts of its
//! blocks, and its rows as little-endian f32 in `OUT.f32`.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;

use rayon::prelude::*;
use serde_json::{Value, json};
use tamis::Cleaner;
use tamis::clean::vector::WIDTH;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, set, out] = arguments.as_slice() else { anyhow::bail!("usage: features CORPUS-SET OUT") };
    let columns = Path::new(out).with_file_name("columns.json");
    std::fs::write(columns, json!(tamis::clean::vector::names()).to_string())?;
    let cleaner = Cleaner::default();
    let gold = std::fs::read_to_string(Path::new(set).join("gold.jsonl"))?;
    let lines: Vec<&str> = gold.lines().collect();
    let mut texts = BufWriter::new(File::create(format!("{out}.jsonl"))?);
    let mut rows = BufWriter::new(File::create(format!("{out}.f32"))?);
    for chunk in lines.chunks(64) {
        let pages: Vec<anyhow::Result<(Value, Vec<f32>)>> =
            chunk.par_iter().map(|line| page(&cleaner, set, line)).collect();
        for page in pages {
            let (head, values) = page?;
            writeln!(texts, "{head}")?;
            for value in values {
                rows.write_all(&value.to_le_bytes())?;
            }
        }
    }
    Ok(())
}

fn page(cleaner: &Cleaner, set: &str, line: &str) -> anyhow::Result<(Value, Vec<f32>)> {
    let gold: Value = serde_json::from_str(line)?;
    let id = gold["id"].as_str().unwrap_or_default();
    let mut bytes = Vec::new();
    let file = File::open(Path::new(set).join("html").join(format!("{id}.html.gz")))?;
    flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes)?;
    let url = gold["url"].as_str().and_then(|url| url.parse().ok());
    let html = tamis::decode::decode(&bytes, None, url.as_ref()).text;
    let (texts, values) = cleaner.training_rows(&html, url.as_ref()).unwrap_or_default();
    Ok((json!({ "id": id, "width": WIDTH, "texts": texts }), values))
}
