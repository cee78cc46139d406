//! A fixed piece of work for profilers and `benches/instructions.py`: reads pages, then parses or cleans each of them
//! so many times, in one thread.
//!
//! `workload parse|clean ROUNDS PATH..` takes files and folders (walked) of `.html` and `.html.gz`. With 0 rounds it
//! only reads them, so that the difference of two runs is the work itself. `workload settings 0` prints how it was built.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use tamis::Cleaner;
use tamis::decode::decode;
use tamis::parse::{Dom, Limits, parse_into};

/// Settings of the build that change how many instructions the work takes.
const SETTINGS: &str = match option_env!("CARGO_PROFILE_RELEASE_LTO") {
    Some(_) => "settings of the environment",
    None => "settings of Cargo.toml",
};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [step, rounds, paths @ ..] = arguments.as_slice() else {
        anyhow::bail!("usage: workload parse|clean ROUNDS PATH..");
    };
    if step == "settings" {
        println!("{SETTINGS}");
        return Ok(());
    }
    let rounds: u32 = rounds.parse().context("ROUNDS is a number")?;
    let mut pages = Vec::new();
    for path in paths {
        for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
            read(entry?.path(), &mut pages)?;
        }
    }
    let start = Instant::now();
    match step.as_str() {
        "parse" => parse_all(&pages, rounds),
        "clean" => clean_all(&pages, rounds),
        _ => anyhow::bail!("{step} is neither parse nor clean"),
    }
    let times = (pages.len() as u32 * rounds).max(1);
    eprintln!("{} pages, {rounds} rounds, {:?} a page", pages.len(), start.elapsed() / times);
    Ok(())
}

fn read(path: &Path, pages: &mut Vec<String>) -> anyhow::Result<()> {
    let name = path.to_string_lossy();
    if name.ends_with(".html") || name.ends_with(".html.gz") {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {name}"))?;
        let mut plain = Vec::new();
        if name.ends_with(".gz") {
            std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(&*bytes), &mut plain)?;
        } else {
            plain = bytes;
        }
        pages.push(decode(&plain, None, None).text.into_owned());
    }
    Ok(())
}

fn parse_all(pages: &[String], rounds: u32) {
    let mut dom = Dom::new();
    for page in (0..rounds).flat_map(|_| pages) {
        // a page beyond the limits is not counted on
        dom = parse_into(page, &Limits::default(), dom).unwrap_or_default();
        black_box(dom.len());
    }
}

fn clean_all(pages: &[String], rounds: u32) {
    let cleaner = Cleaner::default();
    for page in (0..rounds).flat_map(|_| pages) {
        // a page that is no article is work too
        black_box(cleaner.clean(page, None).is_ok());
    }
}
