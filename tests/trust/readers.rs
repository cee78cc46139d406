//! What tamis does with an input, from its bytes to all formats of its outcome.

use std::sync::LazyLock;

use tamis::format::Format;
use tamis::record::Record;
use tamis::source::{discover, feed, list, sitemap};
use tamis::{Article, Cleaner, Rejection};
use url::Url;

use super::families::Reader;

/// All formats.
pub const FORMATS: [Format; 5] = [Format::Txt, Format::Md, Format::Html, Format::Json, Format::Jsonl];

/// The cleaner as it is built in.
pub static CLEANER: LazyLock<Cleaner> = LazyLock::new(Cleaner::default);

/// The address of a page.
pub static ADDRESS: LazyLock<Url> =
    LazyLock::new(|| Url::parse("https://www.news.example/2024/05/06/une-crue").expect("an address"));

/// Reads an input; says what became of it.
pub fn read(reader: Reader, input: &str) -> String {
    let base = &*ADDRESS;
    match reader {
        Reader::Page => render(CLEANER.clean_bytes(input.as_bytes(), None, Some(base))),
        Reader::Text => render(CLEANER.clean_text(input)),
        Reader::Explain => CLEANER.explain(input, Some(base)).status,
        Reader::Feed => {
            format!("{} entries", feed::parse(input.as_bytes(), base).map_or(0, |found| found.len()))
        }
        Reader::Sitemap => format!("a sitemap: {}", sitemap::parse(input.as_bytes(), base).is_ok()),
        Reader::Discovery => format!("{} feeds", discover::links(input, base).len()),
        Reader::List => format!("{} addresses", list::parse(input, "urls.txt").0.len()),
        Reader::Robots => {
            let rules = robotxt::Robots::parse(input.as_bytes(), "tamis");
            let long = base.join(&format!("/{}", "a".repeat(500))).expect("an address");
            format!("allowed: {}", rules.is_url_allowed(&long))
        }
    }
}

fn render(outcome: Result<Article, Rejection>) -> String {
    let record = Record::of("page.html", outcome);
    let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    // one format at a time, as nobody asks for more
    let bytes: usize = FORMATS
        .map(|format| {
            let output = format.render(&record);
            assert!(!output.contains(is_control), "control characters");
            output.len()
        })
        .iter()
        .sum();
    format!("{}, {bytes} bytes", record.status)
}
