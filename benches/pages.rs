//! `cargo bench`: parse, clean and the whole way from bytes to a record, over the shipped samples and, where
//! `../shared/corpus` is present, over its French pages and those of newsrooms. One iteration is one pass over all
//! pages of a set.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use tamis::Cleaner;
use tamis::decode::decode;
use tamis::parse::{Dom, Limits, parse_into};
use tamis::record::Record;

/// The sets of pages that are there, by name.
static SETS: LazyLock<Vec<Set>> = LazyLock::new(|| {
    let folders = [
        ("samples", "samples/pages"),
        ("fr", "../shared/corpus/fr/html"),
        ("newsrooms", "../shared/corpus/newsrooms/html"),
    ];
    folders.into_iter().filter_map(|(name, folder)| Set::read(name, folder)).collect()
});

struct Set {
    name: &'static str,
    /// Pages as they came.
    raw: Vec<Vec<u8>>,
    /// The same, decoded.
    texts: Vec<String>,
}

impl Set {
    fn read(name: &'static str, folder: &str) -> Option<Set> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let raw: Vec<Vec<u8>> = pages_below(&folder).iter().filter_map(|path| page(path)).collect();
        let texts = raw.iter().map(|page| decode(page, None, None).text.into_owned()).collect();
        (!raw.is_empty()).then_some(Set { name, raw, texts })
    }

    fn bytes(&self) -> BytesCount {
        BytesCount::new(self.raw.iter().map(Vec::len).sum::<usize>())
    }
}

fn pages_below(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    entries.map(|entry| entry.into_path()).collect()
}

/// The bytes of a page; nothing for other files.
fn page(path: &Path) -> Option<Vec<u8>> {
    let name = path.to_string_lossy();
    let is_page = name.ends_with(".html") || name.ends_with(".html.gz");
    let bytes = is_page.then(|| std::fs::read(path).ok()).flatten()?;
    if !name.ends_with(".gz") {
        return Some(bytes);
    }
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(&*bytes).read_to_end(&mut plain).ok()?;
    Some(plain)
}

fn names() -> impl Iterator<Item = &'static str> {
    SETS.iter().map(|set| set.name)
}

fn set(name: &str) -> &'static Set {
    SETS.iter().find(|set| set.name == name).expect("one of the names")
}

/// Text to tree, the buffers of one tree reused.
#[divan::bench(args = names())]
fn parse(bencher: Bencher, name: &str) {
    let set = set(name);
    let mut dom = Dom::new();
    bencher.counter(set.bytes()).bench_local(|| {
        for text in &set.texts {
            dom = parse_into(text, &Limits::default(), std::mem::take(&mut dom)).unwrap_or_default();
        }
    });
}

/// Text to article, metadata included.
#[divan::bench(args = names())]
fn clean(bencher: Bencher, name: &str) {
    let set = set(name);
    let cleaner = Cleaner::default();
    bencher.counter(set.bytes()).bench_local(|| {
        for text in &set.texts {
            drop(black_box(cleaner.clean(text, None)));
        }
    });
}

/// Bytes to record, decoding included.
#[divan::bench(args = names())]
fn whole(bencher: Bencher, name: &str) {
    let set = set(name);
    let cleaner = Cleaner::default();
    bencher.counter(set.bytes()).bench_local(|| {
        for raw in &set.raw {
            black_box(Record::of("page".to_owned(), cleaner.clean_bytes(raw, None, None)));
        }
    });
}

fn main() {
    divan::main();
}
