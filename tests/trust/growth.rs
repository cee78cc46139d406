//! How time and memory grow with the size of hostile inputs.
//!
//! Time is the processor time of one thread, and only ratios of one run count: the exponent is the slope of log(time)
//! over log(size) between two sizes. A doubled logarithm adds a tenth to it, a quadratic step brings it towards 2.

use std::time::Duration;

use super::MEMORY;
use super::clock::timed;
use super::families::{Family, all};
use super::readers::read;

/// Sizes of the short test; a build without optimisation takes them all in seconds.
const SHORT: [usize; 2] = [4 << 10, 32 << 10];
/// Sizes of the long test.
const LONG: [usize; 4] = [10_000, 100_000, 1_000_000, 10_000_000];

/// Largest exponent: n log n is 1.1 in these sizes, the rest is for caches and for a busy machine.
const MAX_EXPONENT: f64 = 1.4;
/// Below this an exponent says nothing: the start of a page costs more than its size.
const SIGNIFICANT: Duration = Duration::from_millis(20);
/// The fastest of so many readings counts.
const READINGS: usize = 3;

/// Most seconds and bytes for an input of any of these sizes.
const MAX_SECONDS: f64 = 1.0;
const MAX_BYTES: usize = 200 << 20;

/// Time of the fastest reading, and what became of the input.
fn fastest(family: &Family, bytes: usize, readings: usize) -> (Duration, String) {
    let input = family.input(bytes);
    let readings = (0..readings).map(|_| timed(|| read(family.reader, &input)));
    let (outcome, time) = readings.min_by_key(|(_, time)| *time).expect("one reading");
    (time, outcome)
}

fn exponent(sizes: [usize; 2], times: [Duration; 2]) -> f64 {
    let ratio = times[1].as_secs_f64() / times[0].max(Duration::from_micros(1)).as_secs_f64();
    ratio.ln() / (sizes[1] as f64 / sizes[0] as f64).ln()
}

/// Nothing when time grows as it should; else what was measured.
fn superlinear(family: &Family, sizes: &[usize]) -> Option<String> {
    sizes.windows(2).find_map(|pair| {
        let sizes = [pair[0], pair[1]];
        let measure = |readings: usize| sizes.map(|size| fastest(family, size, readings).0);
        let is_bad = |times: [Duration; 2]| times[1] > SIGNIFICANT && exponent(sizes, times) > MAX_EXPONENT;
        let times = measure(1);
        // A doubt is looked at again before it counts.
        let times = if is_bad(times) { measure(READINGS) } else { times };
        is_bad(times).then(|| format!("{}: {times:?}, exponent {:.2}", family.name, exponent(sizes, times)))
    })
}

#[test]
fn time_grows_no_faster_than_the_input() {
    let only = std::env::var("TAMIS_FAMILY").unwrap_or_default();
    let families = all().into_iter().filter(|family| family.name.contains(&only));
    let bad = families.filter_map(|family| {
        let bad = superlinear(&family, &SHORT);
        bad.inspect(|bad| println!("{bad}"))
    });
    let bad: Vec<String> = bad.collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
#[ignore = "minutes; in release: cargo test --release --test trust growth -- --ignored --nocapture --test-threads 1"]
fn time_and_memory_grow_no_faster_than_the_input_up_to_ten_megabytes() {
    let only = std::env::var("TAMIS_FAMILY").unwrap_or_default();
    let largest = std::env::var("TAMIS_BYTES").ok().and_then(|bytes| bytes.parse().ok());
    let sizes: Vec<usize> = LONG.into_iter().filter(|size| *size <= largest.unwrap_or(LONG[3])).collect();
    let (mut bad, mut slowest, mut largest) = (Vec::new(), (0.0, String::new()), (0, String::new()));
    for family in all().iter().filter(|family| family.name.contains(&only)) {
        let mut times = Vec::new();
        for size in sizes.iter().copied() {
            MEMORY.reset_peak_usage();
            let before = MEMORY.current_usage();
            let (time, outcome) = fastest(family, size, if size < LONG[3] { READINGS } else { 1 });
            let peak = MEMORY.peak_usage().saturating_sub(before);
            println!(
                "{:60} {size:>9} {:>9.1} ms {:>6} KB  {outcome}",
                family.name,
                time.as_secs_f64() * 1e3,
                peak >> 10
            );
            times.push(time);
            let seconds = time.as_secs_f64();
            if seconds > slowest.0 {
                slowest = (seconds, family.name.clone());
            }
            if peak > largest.0 {
                largest = (peak, family.name.clone());
            }
        }
        for (sizes, times) in sizes.windows(2).zip(times.windows(2)) {
            let (sizes, pair) = ([sizes[0], sizes[1]], [times[0], times[1]]);
            if pair[1] > SIGNIFICANT && exponent(sizes, pair) > MAX_EXPONENT {
                bad.push(format!(
                    "{}: {sizes:?} {pair:?}, exponent {:.2}",
                    family.name,
                    exponent(sizes, pair)
                ));
            }
        }
    }
    println!("slowest: {:.3} s, {}; largest: {} MB, {}", slowest.0, slowest.1, largest.0 >> 20, largest.1);
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(slowest.0 < MAX_SECONDS && largest.0 < MAX_BYTES, "{slowest:?}, {largest:?}");
}
