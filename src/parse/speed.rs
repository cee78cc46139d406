//! Speed against html5ever on real pages: `TAMIS_SHARED=... cargo test --release --lib speed -- --ignored --nocapture`.
//!
//! Only ratios within one run mean something.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::keep::Retention;
use super::tokenizer::conformance::{corpus_pages, parse_by_html5ever};
use super::{Dom, Limits, parse_into};

const ROUNDS: usize = 7;

/// The fastest of the rounds over all pages.
fn fastest(pages: &[String], mut parse: impl FnMut(&str)) -> Duration {
    let round = |_| {
        let start = Instant::now();
        pages.iter().for_each(|page| parse(page));
        start.elapsed()
    };
    (0..ROUNDS).map(round).min().unwrap_or_default()
}

#[test]
#[ignore = "a measurement"]
fn measures_speed_against_html5ever() {
    let pages: Vec<String> =
        ["fr", "newsrooms"].into_iter().flat_map(corpus_pages).map(|(_, page)| page).collect();
    let megabytes = pages.iter().map(String::len).sum::<usize>() as f64 / 1e6;
    let mut dom = Some(Dom::new());
    let tamis = fastest(&pages, |page| {
        dom = dom.take().map(|dom| parse_into(page, &Limits::default(), dom).expect("within the limits"));
    });
    let report = |name: &str, time: Duration| {
        println!("{name}: {time:?}, {:.1} times tamis", time.as_secs_f64() / tamis.as_secs_f64());
    };
    println!("{} pages, {megabytes:.1} MB", pages.len());
    report("tamis", tamis);
    report(
        "html5ever's tokenizer, same tree",
        fastest(&pages, |page| {
            black_box(parse_by_html5ever(page, Retention::Article));
        }),
    );
    report(
        "scraper's tree",
        fastest(&pages, |page| {
            black_box(scraper::Html::parse_document(page));
        }),
    );
}
