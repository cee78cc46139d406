//! Decoding against html5lib's own tests, where they are at hand: `TAMIS_SHARED=/path cargo test --test decode`.

use std::io::Read;
use std::path::{Path, PathBuf};

use tamis::decode::{Content, Evidence, content_of, decode};

/// One case of html5lib's `encoding/*.dat`: the bytes of a page and the label of its encoding.
struct Case {
    bytes: Vec<u8>,
    label: String,
}

fn shared() -> Option<PathBuf> {
    std::env::var_os("TAMIS_SHARED").map(PathBuf::from)
}

fn cases(path: &Path) -> Vec<Case> {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut cases = Vec::new();
    let mut rest = bytes.as_slice();
    while let Some(start) = find(rest, b"#data\n") {
        let data = &rest[start + b"#data\n".len()..];
        let end = find(data, b"\n#encoding\n").expect("every case names its encoding");
        let label = &data[end + b"\n#encoding\n".len()..];
        let line = &label[..find(label, b"\n").unwrap_or(label.len())];
        cases.push(Case {
            bytes: data[..end].to_vec(),
            label: String::from_utf8_lossy(line).trim().to_owned(),
        });
        rest = label;
    }
    cases
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|window| window == word)
}

#[test]
fn finds_the_encoding_that_html5lib_expects() {
    let Some(shared) = shared() else { return };
    let mut wrong = Vec::new();
    let mut seen = 0;
    for name in ["tests1.dat", "tests2.dat", "test-yahoo-jp.dat"] {
        for (number, case) in cases(&shared.join("html5lib-tests/encoding").join(name)).iter().enumerate() {
            seen += 1;
            let expected = encoding_rs::Encoding::for_label(case.label.as_bytes()).expect("a known label");
            let found = decode(&case.bytes, None, None);
            // without any evidence the tests expect windows-1252, the detector says UTF-8 of pure ASCII: the same text
            let same = found.from == Evidence::Detector
                && case.bytes.is_ascii()
                && expected.name() == "windows-1252";
            // one page was saved as UTF-8 under its old label: browsers garble it, we do not
            let resaved = found.from == Evidence::Bytes && !found.had_errors;
            if found.encoding != expected && !same && !resaved {
                let start = String::from_utf8_lossy(&case.bytes[..case.bytes.len().min(200)]).into_owned();
                wrong.push(format!("{name} {number}: {} not {}\n{start}", found.encoding.name(), case.label));
            }
        }
    }
    assert!(seen > 50, "only {seen} cases were found");
    assert!(wrong.is_empty(), "{} of {seen}:\n{}", wrong.len(), wrong.join("\n\n"));
}

/// Pages in which a stray byte or two has no meaning in the right encoding, of all pages.
const DAMAGED_PAGES: usize = 12;

#[test]
fn reads_every_page_of_the_corpus_without_nonsense() {
    let Some(shared) = shared() else { return };
    let mut pages = 0;
    let (mut damaged, mut broken) = (Vec::new(), Vec::new());
    for path in pages_of(&shared.join("corpus")) {
        let mut bytes = Vec::new();
        let file = std::fs::File::open(&path).unwrap();
        flate2::read::GzDecoder::new(file).read_to_end(&mut bytes).unwrap();
        let read = decode(&bytes, None, None);
        pages += 1;
        assert_eq!(content_of(&bytes, None), Content::Html, "{}", path.display());
        let line = format!("{}: {} by {:?}", path.display(), read.encoding.name(), read.from);
        // a mark that no encoder wrote into the page: valid UTF-8 holds its own U+FFFD
        if read.had_errors {
            damaged.push(line.clone());
            let lost = read.text.matches('\u{fffd}').count();
            if lost * 1000 > read.text.chars().count() {
                broken.push(format!("{line}, {lost} characters lost"));
            }
        }
    }
    assert!(pages > 1000, "only {pages} pages were found");
    assert!(damaged.len() <= DAMAGED_PAGES, "{} damaged:\n{}", damaged.len(), damaged.join("\n"));
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

fn pages_of(corpus: &Path) -> Vec<PathBuf> {
    let sets = std::fs::read_dir(corpus).unwrap().map(|set| set.unwrap().path().join("html"));
    let pages = sets.filter(|folder| folder.is_dir()).flat_map(|folder| std::fs::read_dir(folder).unwrap());
    pages
        .map(|page| page.unwrap().path())
        .filter(|path| path.extension().is_some_and(|name| name == "gz"))
        .collect()
}
