//! Peak live memory while a page is cleaned, as a multiple of the page's size, and the slowest page per megabyte:
//! `memory PATH..` takes files and folders (walked) of `.html` and `.html.gz`.

use std::io::Read;
use std::time::{Duration, Instant};

use anyhow::Context;
use peak_alloc::PeakAlloc;
use tamis::Cleaner;
use tamis::decode::decode;

#[global_allocator]
static COUNTED: PeakAlloc = PeakAlloc;

/// Of so many tries the best counts, as the machine may be busy.
const TRIES: usize = 5;

/// What one page took.
struct Taken {
    name: String,
    bytes: usize,
    peak: usize,
    time: Duration,
}

impl Taken {
    fn memory(&self) -> f64 {
        self.peak as f64 / self.bytes as f64
    }

    fn milliseconds_per_megabyte(&self) -> f64 {
        self.time.as_secs_f64() * 1e3 / (self.bytes as f64 / 1e6)
    }
}

fn main() -> anyhow::Result<()> {
    let cleaner = Cleaner::default();
    let mut all = Vec::new();
    for path in std::env::args().skip(1) {
        for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
            let name = entry?.path().to_string_lossy().into_owned();
            if name.ends_with(".html") || name.ends_with(".html.gz") {
                all.push(take(&cleaner, name)?);
            }
        }
    }
    anyhow::ensure!(!all.is_empty(), "usage: memory PATH..");
    report("peak live memory / size of the page", "", &mut all, Taken::memory);
    report("time of a page", " ms per MB", &mut all, Taken::milliseconds_per_megabyte);
    Ok(())
}

fn take(cleaner: &Cleaner, name: String) -> anyhow::Result<Taken> {
    let mut bytes = std::fs::read(&name).with_context(|| format!("cannot read {name}"))?;
    if name.ends_with(".gz") {
        let mut plain = Vec::new();
        flate2::read::MultiGzDecoder::new(&*bytes).read_to_end(&mut plain)?;
        bytes = plain;
    }
    let page = decode(&bytes, None, None).text.into_owned();
    // patterns that are compiled once are no part of the page, so that the least counts
    let peak = (0..TRIES).map(|_| peak_of(cleaner, &page)).min().unwrap_or_default();
    let time = (0..TRIES).map(|_| timed(cleaner, &page)).min().unwrap_or_default();
    Ok(Taken { name, bytes: page.len().max(1), peak, time })
}

fn peak_of(cleaner: &Cleaner, page: &str) -> usize {
    COUNTED.reset_peak_usage();
    let before = COUNTED.current_usage();
    drop(cleaner.clean(page, None));
    COUNTED.peak_usage().saturating_sub(before)
}

fn timed(cleaner: &Cleaner, page: &str) -> Duration {
    let start = Instant::now();
    drop(cleaner.clean(page, None));
    start.elapsed()
}

fn report(what: &str, unit: &str, all: &mut [Taken], measure: impl Fn(&Taken) -> f64) {
    all.sort_by(|one, other| measure(one).total_cmp(&measure(other)));
    let at = |share: f64| &all[((all.len() - 1) as f64 * share) as usize];
    println!(
        "{what}, {} pages: median {:.2}{unit}, p95 {:.2}{unit}",
        all.len(),
        measure(at(0.5)),
        measure(at(0.95))
    );
    for worst in all.iter().rev().take(3) {
        println!("  {:.2}{unit} for {} KB: {}", measure(worst), worst.bytes / 1000, worst.name);
    }
}
