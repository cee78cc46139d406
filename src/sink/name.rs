//! File names for articles: readable, safe on every file system, the same on every run.
//!
//! - source: the URL or path as it was given; it decides the name alone
//! - stem: the name without its extension
//! - key: what two names share that a file system may take for one (case, Unicode normalisation)
//!
//! A URL's name ends in a short hash of the URL, so that it depends on nothing but the URL. A file's name is the
//! input's own; its parent folder is put before it where the own name says nothing (`page.html`) or is taken.
//! [`Names`] remembers whose each name is.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;
use url::Url;

use super::hash;

/// Longest stem in bytes. With extension and temporary suffix it stays below the 143 bytes that encrypted
/// file systems allow; others allow 255.
const MAX_STEM_BYTES: usize = 110;
/// Names of pages that say nothing about the page: the folder's name says more.
const GENERIC: [&str; 12] = [
    "page", "index", "article", "default", "home", "main", "source", "content", "document", "raw",
    "original", "output",
];
/// Extensions that are taken off an input's name, the outer ones first.
const PACKED: [&str; 3] = [".gz", ".zst", ".zstd"];
const PAGES: [&str; 7] = [".html", ".htm", ".xhtml", ".shtml", ".php", ".aspx", ".txt"];
/// Device names that Windows reserves, with any extension; COM and LPT take a digit behind them.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
const NUMBERED_DEVICES: [&str; 2] = ["com", "lpt"];

/// Whose name is whose.
#[derive(Debug, Default)]
pub struct Names {
    owners: HashMap<String, String>,
    given: HashMap<String, String>,
}

impl Names {
    /// The stem of a source: the one it has already, else the first candidate that nobody else has.
    pub fn claim(&mut self, source: &str) -> String {
        if let Some(stem) = self.given.get(source) {
            return stem.clone();
        }
        let stem = candidates(source)
            .into_iter()
            .find(|stem| !self.owners.contains_key(&key(stem)))
            .unwrap_or_else(|| self.numbered(source));
        self.remember(source, &stem);
        stem
    }

    /// Gives a source the stem that it had in an earlier run.
    pub fn restore(&mut self, source: &str, stem: &str) {
        let theirs = self.owners.get(&key(stem)).is_some_and(|owner| owner != source);
        if !theirs && stem == safe(stem) {
            self.remember(source, stem);
        }
    }

    fn remember(&mut self, source: &str, stem: &str) {
        self.owners.insert(key(stem), source.to_owned());
        self.given.insert(source.to_owned(), stem.to_owned());
    }

    /// The last resort, when even the hashed name is taken.
    fn numbered(&self, source: &str) -> String {
        let base = hashed(&first_words(source), source);
        (2u64..)
            .map(|number| format!("{base}-{number}"))
            .find(|stem| !self.owners.contains_key(&key(stem)))
            .expect("there are more numbers than names")
    }
}

/// The stems that suit a source, the best first.
fn candidates(source: &str) -> Vec<String> {
    match web_address(source) {
        Some(url) => vec![hashed(&url_words(&url), source)],
        None => file_candidates(source),
    }
}

fn web_address(source: &str) -> Option<Url> {
    Url::parse(source).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// `a/b/page.html`: `b`, then `a-b`, then `b` with a hash.
fn file_candidates(source: &str) -> Vec<String> {
    let (stem, parents) = split_path(source);
    let mut parents = parents.iter().rev();
    let mut words = stem.clone();
    if is_generic(&stem) {
        words = parents.next().cloned().unwrap_or(stem);
    }
    let mut found = vec![words.clone()];
    if let Some(parent) = parents.next() {
        found.push(format!("{parent}-{words}"));
    }
    let fits = found.into_iter().map(|words| fitted(&words, source));
    fits.chain([hashed(&words, source)]).collect()
}

/// The name without its page extensions, and the folders above it from the root down.
fn split_path(source: &str) -> (String, Vec<String>) {
    let mut parts: Vec<String> = source
        .split(['/', '\\'])
        .filter(|part| !matches!(*part, "" | "." | ".."))
        .map(str::to_owned)
        .collect();
    let name = match parts.pop() {
        Some(name) if name == "-" => "stdin".to_owned(),
        Some(name) => name,
        None => String::new(),
    };
    (without_extensions(&name).to_owned(), parts)
}

fn without_extensions(name: &str) -> &str {
    let mut name = name;
    for endings in [&PACKED[..], &PAGES[..]] {
        if let Some(ending) = endings.iter().find(|ending| ends_with_ignoring_case(name, ending)) {
            name = &name[..name.len() - ending.len()];
        }
    }
    name
}

fn ends_with_ignoring_case(name: &str, ending: &str) -> bool {
    let (name, ending) = (name.as_bytes(), ending.as_bytes());
    name.len() > ending.len() && name[name.len() - ending.len()..].eq_ignore_ascii_case(ending)
}

fn is_generic(stem: &str) -> bool {
    GENERIC.contains(&stem.to_lowercase().as_str())
}

/// Host, path and query in words: `www.site.example-2024-05-01-le-titre`.
fn url_words(url: &Url) -> String {
    let mut parts = vec![url.host_str().unwrap_or_default().to_owned()];
    parts.extend(url.port().map(|port| port.to_string()));
    let path = percent_decoded(url.path());
    let (stem, folders) = split_path(&path);
    parts.extend(folders);
    if !is_generic(&stem) {
        parts.push(stem);
    }
    parts.extend(url.query().map(percent_decoded));
    parts.iter().map(|part| slug(part)).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// Letters and digits in lower case, full stops between them; all else becomes one hyphen.
fn slug(text: &str) -> String {
    let lower = text.nfc().collect::<String>().to_lowercase();
    let words = lower.split(|c: char| !(c.is_alphanumeric() || c == '.')).filter(|word| !word.is_empty());
    words.map(|word| word.trim_matches('.')).collect::<Vec<_>>().join("-")
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match escaped_byte(&bytes[at..]) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn escaped_byte(bytes: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = bytes else { return None };
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    Some((digit(high)? * 16 + digit(low)?) as u8)
}

fn first_words(source: &str) -> String {
    web_address(source).map_or_else(|| split_path(source).0, |url| url_words(&url))
}

/// The safe stem; one that had to be cut gets the hash, since others may begin alike.
fn fitted(words: &str, source: &str) -> String {
    let stem = safe(words);
    if stem.len() > MAX_STEM_BYTES || stem.is_empty() { hashed(words, source) } else { stem }
}

fn hashed(words: &str, source: &str) -> String {
    let room = MAX_STEM_BYTES - hash::SHORT_CHARS - 1;
    let stem = safe(words);
    let fits = stem.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= room).last();
    let cut = stem[..fits.unwrap_or(0)].trim_end_matches(['-', '.', ' ', '_']);
    if cut.is_empty() { hash::short(source) } else { format!("{cut}-{}", hash::short(source)) }
}

/// Makes words a file name that every file system takes and that cannot leave its folder.
fn safe(words: &str) -> String {
    let plain: String = words.nfc().filter(|c| !is_invisible(*c)).map(replaced).collect();
    let stem = plain.trim_start_matches(|c: char| matches!(c, '.' | '-') || c.is_whitespace());
    let stem = stem.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    if is_device(stem) { format!("_{stem}") } else { stem.to_owned() }
}

/// What Windows, macOS or a shell would take for something else.
fn replaced(c: char) -> char {
    match c {
        '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' => '-',
        c if c.is_control() => '-',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// Marks without a glyph, which would make two names look alike or turn one around.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffd}' | '\u{e0000}'..='\u{e007f}')
}

fn is_device(stem: &str) -> bool {
    let name = stem.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    DEVICES.contains(&name.as_str()) || NUMBERED_DEVICES.iter().any(|device| is_numbered(&name, device))
}

fn is_numbered(name: &str, device: &str) -> bool {
    let mut number = name.strip_prefix(device).unwrap_or_default().chars();
    matches!(number.next(), Some('0'..='9' | '¹' | '²' | '³')) && number.next().is_none()
}

/// Upper case first, since `ß` and `SS` are one name on some systems.
fn key(stem: &str) -> String {
    stem.nfkc().collect::<String>().to_uppercase().to_lowercase().nfkc().collect()
}

#[cfg(test)]
#[path = "name_tests.rs"]
mod tests;
