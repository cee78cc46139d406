//! Times tamis and the Rust peers on the same pages: `tamis-peers FOLDER..` reads them, then runs one round over all pages
//! for each line on standard input and answers with the CPU seconds of each contender as one line of JSON.
//! `compare.py` drives it, so that Python peers run in the same alternating rounds.

use std::hint::black_box;
use std::io::{BufRead, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use anyhow::Context;
use cpu_time::ThreadTime;
use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::RcDom;
use tamis::Cleaner;
use tamis::decode::decode;
use tamis::parse::{Dom, Limits, parse_into};

/// Peers recurse as deep as a page nests.
const STACK_BYTES: usize = 512 << 20;

/// What is timed: a name, and the work on one page.
type Contender = (&'static str, Box<dyn FnMut(&str)>);

fn main() -> anyhow::Result<()> {
    let work = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(answer_rounds)?;
    work.join().unwrap_or_else(|_| anyhow::bail!("a peer broke down"))
}

fn answer_rounds() -> anyhow::Result<()> {
    let folders: Vec<String> = std::env::args().skip(1).collect();
    let pages = pages_of(&folders)?;
    let mut contenders = contenders();
    std::panic::set_hook(Box::new(|_| {})); // a page that a peer cannot read counts as well
    for round in std::io::stdin().lock().lines() {
        round?;
        let seconds = contenders.iter_mut().map(|(name, work)| ((*name).to_owned(), timed(&pages, work)));
        println!("{}", serde_json::Value::Object(seconds.map(|(name, time)| (name, time.into())).collect()));
        std::io::stdout().flush()?;
    }
    Ok(())
}

/// CPU seconds of this thread for all pages.
fn timed(pages: &[String], work: &mut dyn FnMut(&str)) -> f64 {
    let start = ThreadTime::now();
    for page in pages {
        // the time counts, whatever comes of it
        let _ = catch_unwind(AssertUnwindSafe(|| work(page)));
    }
    start.elapsed().as_secs_f64()
}

fn contenders() -> Vec<Contender> {
    let cleaner = Cleaner::default();
    let mut dom = Some(Dom::new());
    vec![
        ("tamis", Box::new(move |page| drop(black_box(cleaner.clean(page, None))))),
        (
            "tamis, parse alone",
            Box::new(move |page| {
                dom = Some(
                    parse_into(page, &Limits::default(), dom.take().unwrap_or_default()).unwrap_or_default(),
                );
            }),
        ),
        (
            "html5ever with RcDom, parse alone",
            Box::new(|page| {
                let parser = html5ever::parse_document(RcDom::default(), Default::default());
                black_box(parser.one(page));
            }),
        ),
        (
            "dom_smoothie",
            Box::new(|page| {
                let reader = dom_smoothie::Readability::new(page, None, None);
                drop(black_box(reader.and_then(|mut reader| reader.parse())));
            }),
        ),
        ("rs-trafilatura", Box::new(|page| drop(black_box(rs_trafilatura::extract(page))))),
        (
            "trafilatura (crate)",
            Box::new(|page| drop(black_box(trafilatura::extract(page, &trafilatura::Options::default())))),
        ),
    ]
}

/// The decoded pages of folders of `.html` and `.html.gz`, and of corpus folders, which have them in `html/`.
fn pages_of(folders: &[String]) -> anyhow::Result<Vec<String>> {
    let mut pages = Vec::new();
    for folder in folders.iter().map(Path::new) {
        let inner = folder.join("html");
        let folder = if inner.is_dir() { inner } else { folder.to_owned() };
        let entries =
            std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        let mut files: Vec<PathBuf> =
            entries.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<_>>()?;
        files.sort();
        for file in files.iter().filter(|file| file.is_file()) {
            pages.push(page_of(file)?);
        }
    }
    Ok(pages)
}

fn page_of(file: &Path) -> anyhow::Result<String> {
    let mut bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    if file.extension().is_some_and(|extension| extension == "gz") {
        let mut plain = Vec::new();
        flate2::read::MultiGzDecoder::new(&*bytes).read_to_end(&mut plain)?;
        bytes = plain;
    }
    Ok(decode(&bytes, None, None).text.into_owned())
}
