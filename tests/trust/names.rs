//! File names: whatever a URL or a path says, the file stays in its folder and is nobody else's.

use std::collections::HashMap;
use std::path::{Component, Path};

use tamis::sink::name::Names;
use unicode_normalization::UnicodeNormalization;

/// Sources of the short test, and of the long one.
const SHORT: usize = 4_000;
const LONG: usize = 1_000_000;

/// Most bytes of a name that every usual file system takes, encrypted ones included.
const MAX_NAME_BYTES: usize = 143;

/// Parts of sources: what leaves folders, what systems reserve, what looks alike, what is invisible.
const PARTS: [&str; 64] = [
    "/",
    "\\",
    "..",
    "../",
    "..\\",
    "./",
    "~",
    "~/",
    "C:",
    "\\\\server\\share\\",
    "//",
    "file://",
    "http://",
    "https://",
    "HTTPS://",
    "a.example",
    "A.EXAMPLE",
    "www.",
    "@",
    ":",
    "?",
    "#",
    "%2e%2e%2f",
    "%2F",
    "%5c",
    "%00",
    "%0a",
    "%ff",
    "\0",
    "\n",
    "\r",
    "\t",
    " ",
    ".",
    "-",
    "--help",
    "_",
    "*",
    "\"",
    "<",
    ">",
    "|",
    "$(id)",
    "`id`",
    ";",
    "'",
    "con",
    "NUL",
    "aux.txt",
    "COM1",
    "lpt¹",
    "é",
    "e\u{301}",
    "É",
    "ß",
    "SS",
    "ı",
    "İ",
    "ﬁ",
    "\u{202e}",
    "\u{200b}",
    "日本",
    "page.html",
    "index",
];

/// Numbers that look random and are the same in every run (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % below as u64) as usize
    }

    fn source(&mut self) -> String {
        let long = if self.next(50) == 0 { 200 } else { 8 };
        let parts = 1 + self.next(long);
        let mut source: String = (0..parts).map(|_| PARTS[self.next(PARTS.len())]).collect();
        if self.next(4) == 0 {
            source.extend(char::from_u32(self.next(0x11_0000) as u32));
        }
        source
    }
}

/// What macOS and Windows compare: neither case nor the form of accents counts.
fn as_systems_compare(name: &str) -> String {
    name.nfd().flat_map(char::to_lowercase).nfd().collect()
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or("").trim_end().to_lowercase();
    let numbered = |start: &str| {
        stem.strip_prefix(start)
            .is_some_and(|digit| digit.chars().count() == 1 && "0123456789¹²³".contains(digit))
    };
    ["con", "prn", "aux", "nul", "conin$", "conout$"].contains(&stem.as_str())
        || numbered("com")
        || numbered("lpt")
}

/// What is wrong with a name, if anything.
fn fault(name: &str) -> Option<&'static str> {
    let path = Path::new("/out").join(name);
    let parts: Vec<Component<'_>> = Path::new(name).components().collect();
    if path.parent() != Some(Path::new("/out")) || !matches!(parts[..], [Component::Normal(_)]) {
        return Some("leaves its folder");
    }
    if name.contains(|c: char| c.is_control() || "<>:\"/\\|?*".contains(c)) {
        return Some("has a character that a system forbids");
    }
    if name.starts_with(['.', '-', ' '])
        || name.trim_end_matches(['.', ' ']) != name
        || name.len() > MAX_NAME_BYTES
    {
        return Some("is hidden, an option, too long, or ends in what Windows drops");
    }
    is_device(name).then_some("is a device")
}

/// Names so many sources, and each twice.
fn name_all(count: usize) {
    let (mut random, mut names, mut owners) = (Random(1), Names::default(), HashMap::new());
    for _ in 0..count {
        let source = random.source();
        let stem = names.claim(&source);
        let name = format!("{stem}.html");
        if let Some(fault) = fault(&name) {
            panic!("{name:?} of {source:?} {fault}");
        }
        assert_eq!(names.claim(&source), stem, "{source:?} is named twice");
        let owner = owners.entry(as_systems_compare(&name)).or_insert_with(|| source.clone());
        assert_eq!(*owner, source, "both are {name:?}");
    }
}

#[test]
fn names_stay_in_their_folder_and_are_nobody_elses() {
    name_all(SHORT);
}

#[test]
#[ignore = "a minute; in release: cargo test --release --test trust names -- --ignored"]
fn a_million_names_stay_in_their_folder_and_are_nobody_elses() {
    name_all(LONG);
}
