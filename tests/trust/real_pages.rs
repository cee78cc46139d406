//! Every page of the corpus in one process: no panic, no record without status; the slowest page and the peak.
//!
//! The corpus is no part of the repository: `TAMIS_CORPUS` or `../shared/corpus` names its folder.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use tamis::format::Format;
use tamis::record::Record;

use super::MEMORY;
use super::clock::timed;
use super::readers::{CLEANER, FORMATS};

fn corpus() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    std::env::var_os("TAMIS_CORPUS").map_or_else(beside, PathBuf::from)
}

fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.to_string_lossy().ends_with(".html.gz") {
            found.push(path);
        }
    }
}

fn unpacked(path: &Path) -> Vec<u8> {
    let mut page = Vec::new();
    let packed = fs::File::open(path).expect("a page");
    MultiGzDecoder::new(packed).read_to_end(&mut page).expect("a gzip file");
    page
}

/// What one page cost.
struct Cost {
    name: String,
    bytes: usize,
    time: Duration,
    peak: usize,
    status: String,
}

fn clean(path: &Path) -> Cost {
    let page = unpacked(path);
    let name = path.display().to_string();
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let (record, time) = timed(|| Record::of(name.clone(), CLEANER.clean_bytes(&page, None, None)));
    let peak = MEMORY.peak_usage() - before;
    assert!(
        !record.status.is_empty() && record.is_ok() == record.reason.is_none(),
        "{name}: {}",
        record.status
    );
    assert!(record.is_ok() != record.text.is_empty(), "{name}: {}", record.status);
    for format in FORMATS {
        let output = format.render(&record);
        let shows = record.is_ok() || matches!(format, Format::Json | Format::Jsonl);
        assert!(output.is_empty() != shows, "{name}, {format:?}");
        assert!(
            !output.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')),
            "{name}, {format:?}"
        );
    }
    Cost { name, bytes: page.len(), time, peak, status: record.status }
}

#[test]
#[ignore = "a minute; cargo test --release --test trust real_pages -- --ignored --nocapture"]
fn every_page_of_the_corpus_ends_in_a_record() {
    let folder = corpus();
    let mut paths = Vec::new();
    pages(&folder, &mut paths);
    if paths.is_empty() {
        println!(
            "skipped: no pages in {}; name a folder of .html.gz files with TAMIS_CORPUS",
            folder.display()
        );
        return;
    }
    let costs: Vec<Cost> = paths.iter().map(|path| clean(path)).collect();
    let bytes: usize = costs.iter().map(|cost| cost.bytes).sum();
    let time: Duration = costs.iter().map(|cost| cost.time).sum();
    println!("{} pages, {} MB, {time:.1?} of processor time", costs.len(), bytes >> 20);
    let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
    costs.iter().for_each(|cost| *statuses.entry(&cost.status).or_default() += 1);
    println!("{statuses:?}");
    assert!(!statuses.contains_key("too-many-blocks") && !statuses.contains_key("too-many-nodes"));
    for (what, worst) in [
        ("slowest", costs.iter().max_by_key(|cost| cost.time)),
        ("largest peak", costs.iter().max_by_key(|cost| cost.peak)),
        (
            "slowest for its size",
            costs
                .iter()
                .filter(|cost| cost.bytes > 10_000)
                .max_by_key(|cost| cost.time.as_nanos() / cost.bytes as u128),
        ),
    ] {
        let worst = worst.expect("there are pages");
        println!(
            "{what}: {:.1?}, peak {} KB, {} KB, {}",
            worst.time,
            worst.peak >> 10,
            worst.bytes >> 10,
            worst.name
        );
    }
}
