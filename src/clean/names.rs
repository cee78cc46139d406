//! The words of class and id names: "ArticleBody__shareBar" has the words article, body, share, bar.

use super::words::first_bytes;
use crate::parse::{AttributeNames, Dom, NodeId};

/// Finds word patterns ("share", "read-also") in names; the answer is the indices of the patterns.
#[derive(Clone, Debug, Default)]
pub struct NameMatcher {
    /// Those of one [`beginning`] stand together.
    patterns: Vec<Pattern>,
    /// Where those of each beginning start.
    starts: Vec<u32>,
    /// Lengths of the first words by beginning; most words of names begin no pattern.
    lengths: Vec<u32>,
}

/// A pattern, with `-` behind each word. Its first bytes are compared as one number.
#[derive(Clone, Debug)]
struct Pattern {
    first: u64,
    mask: u64,
    /// What follows the first eight bytes.
    rest: String,
    index: usize,
}

impl NameMatcher {
    /// Builds the matcher. Patterns are lower-case words joined by `-`.
    pub fn new<'p>(patterns: impl IntoIterator<Item = &'p str>) -> NameMatcher {
        let first_word = |pattern: &'p str| pattern.split('-').next().unwrap_or_default().as_bytes();
        let mut sorted: Vec<(usize, &str)> = patterns.into_iter().enumerate().collect();
        sorted.sort_by_key(|(_, pattern)| beginning(first_word(pattern)));
        let mut matcher = NameMatcher { lengths: vec![0; BEGINNINGS], ..NameMatcher::default() };
        for &(index, pattern) in &sorted {
            let word = first_word(pattern);
            matcher.lengths[beginning(word)] |= length_bit(word.len());
            let whole = format!("{pattern}-");
            let mask = first_bytes(&[u8::MAX; 8][..whole.len().min(8)]);
            let rest = whole.get(8..).unwrap_or_default().to_owned();
            matcher.patterns.push(Pattern { first: first_bytes(whole.as_bytes()), mask, rest, index });
        }
        let before = |at| sorted.partition_point(|(_, pattern)| beginning(first_word(pattern)) < at);
        matcher.starts = (0..=BEGINNINGS).map(|at| before(at) as u32).collect();
        matcher
    }

    /// Calls `found` with the index of each pattern in `words` (as [`words_of`] writes them).
    pub fn find(&self, words: &str, mut found: impl FnMut(usize)) {
        let mut rest = words.strip_prefix('-').unwrap_or(words);
        while let Some(end) = rest.bytes().position(|byte| byte == b'-') {
            let place = beginning(&rest.as_bytes()[..end]);
            if self.lengths[place] & length_bit(end) != 0 {
                let (start, end) = (self.starts[place] as usize, self.starts[place + 1] as usize);
                let first = first_bytes(rest.as_bytes());
                for pattern in self.patterns[start..end].iter().filter(|one| first & one.mask == one.first) {
                    let is_whole = || rest.get(8..).is_some_and(|more| more.starts_with(&*pattern.rest));
                    if pattern.rest.is_empty() || is_whole() {
                        found(pattern.index);
                    }
                }
            }
            rest = &rest[end + 1..];
        }
    }
}

/// How many beginnings are told apart.
const BEGINNINGS: usize = 32 * 32;

/// A number for the first two bytes of a word; letters of ASCII are all told apart.
fn beginning(word: &[u8]) -> usize {
    let low_bits = |at: usize| usize::from(word.get(at).copied().unwrap_or(0) % 32);
    32 * low_bits(0) + low_bits(1)
}

/// The bit of a length in bytes; long words share one.
fn length_bit(length: usize) -> u32 {
    1 << length.min(31)
}

/// Longest name that is looked at; longer ones are generated or hostile.
const MAX_NAME_BYTES: usize = 400;

/// Attributes beside the class that hold names.
const NAMING: [&str; 5] = ["id", "itemprop", "data-testid", "data-component", "data-block"];

/// Writes the words of an element's class and id as `-article-body-share-bar-`; empty without names.
pub fn words_of(dom: &Dom, node: NodeId, out: &mut String) {
    out.clear();
    // the id of a heading is made of its own words
    let is_heading = dom.heading_level(node).is_some();
    for attribute in std::iter::once("class").chain(NAMING) {
        if is_heading && attribute == "id" {
            continue;
        }
        let Some(value) = dom.attribute(node, attribute) else { continue };
        if attribute == "class" {
            let is_post = is_post(value);
            let names = value.split_ascii_whitespace();
            names
                .filter(|class| !(is_layout(class) || is_post && is_filing(class)))
                .for_each(|class| push_words(class, out));
        } else {
            push_words(value, out);
        }
    }
}

/// Whether WordPress wrote the classes of a whole post (`post-123 hentry tag-loire`).
fn is_post(classes: &str) -> bool {
    let is_number = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    classes
        .split_ascii_whitespace()
        .any(|class| class == "hentry" || class.strip_prefix("post-").is_some_and(is_number))
}

/// Whether a class says what its element has or lacks, not what it is ("has-rail-right").
fn is_layout(class: &str) -> bool {
    ["has-", "with-", "no-", "without-"].iter().any(|beginning| class.starts_with(beginning))
}

/// Whether a class of a post says under what it is filed.
fn is_filing(class: &str) -> bool {
    class.starts_with("tag-") || class.starts_with("category-")
}

/// Whether an element surely has no other name than its class.
pub fn has_only_class(dom: &Dom, node: NodeId) -> bool {
    const OTHERS: AttributeNames = AttributeNames::of(&NAMING);
    !dom.may_have(node, OTHERS)
}

/// Whether an element may have a name of any sort.
pub fn may_be_named(dom: &Dom, node: NodeId) -> bool {
    const ALL: AttributeNames =
        AttributeNames::of(&["class", "id", "itemprop", "data-testid", "data-component", "data-block"]);
    dom.may_have(node, ALL)
}

/// Writes the words of one name, as [`words_of`] does.
pub fn push_words(name: &str, out: &mut String) {
    if name.is_ascii() {
        push_ascii_words(whole_words(name), out);
        return;
    }
    let mut previous = ' ';
    for c in name.chars().take(MAX_NAME_BYTES) {
        let starts_word = c.is_uppercase() && (previous.is_lowercase() || previous.is_ascii_digit());
        if (!c.is_alphanumeric() || starts_word) && !out.ends_with('-') {
            out.push('-');
        }
        if c.is_alphanumeric() {
            if out.is_empty() {
                out.push('-');
            }
            match c {
                '\0'..='\x7f' => out.push(c.to_ascii_lowercase()),
                _ => out.extend(c.to_lowercase()),
            }
        }
        previous = c;
    }
    if !out.is_empty() && !out.ends_with('-') {
        out.push('-');
    }
}

/// What is read of an ASCII name; a word at the end is read to its end or not at all ("navy" is not "nav").
fn whole_words(name: &str) -> &str {
    match name.as_bytes().get(MAX_NAME_BYTES) {
        Some(next) if next.is_ascii_alphanumeric() => {
            name[..MAX_NAME_BYTES].trim_end_matches(|c: char| c.is_ascii_alphanumeric())
        }
        _ => &name[..name.len().min(MAX_NAME_BYTES)],
    }
}

/// [`push_words`] for nearly all names.
fn push_ascii_words(name: &str, out: &mut String) {
    let (bytes, first) = (name.as_bytes(), out.len());
    let sort_at = |at: usize| bytes.get(at).map_or(SIGN, |byte| SORTS[usize::from(*byte)]);
    let mut at = 0;
    while at < bytes.len() {
        let (start, mut before) = (at, sort_at(at));
        at += 1;
        if before == SIGN {
            continue;
        }
        loop {
            let sort = sort_at(at);
            if sort == SIGN || (sort == CAPITAL && before != CAPITAL) {
                break;
            }
            before = sort;
            at += 1;
        }
        if out.is_empty() {
            out.push('-');
        }
        out.push_str(&name[start..at]);
        out.push('-');
    }
    out[first..].make_ascii_lowercase();
}

/// What a byte of a name is: no part of a word, a part that goes on, or one that begins a word unless in a row of its like.
static SORTS: [u8; 256] = {
    let (mut sorts, mut byte) = ([SIGN; 256], 0_u8);
    while byte < 0x80 {
        sorts[byte as usize] = match byte {
            b'A'..=b'Z' => CAPITAL,
            b'a'..=b'z' | b'0'..=b'9' => SMALL,
            _ => SIGN,
        };
        byte += 1;
    }
    sorts
};
const SIGN: u8 = 0;
const SMALL: u8 = 1;
const CAPITAL: u8 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn words(name: &str) -> String {
        let mut out = String::new();
        push_words(name, &mut out);
        out
    }

    #[test]
    fn a_long_name_is_not_cut_within_a_word() {
        let long = format!("aa {}", "a ".repeat(MAX_NAME_BYTES / 2 - 3));
        assert_eq!(long.len() + "nav".len(), MAX_NAME_BYTES);
        assert!(words(&format!("{long}navy")).ends_with("-a-"));
        assert!(words(&format!("{long}nav-y")).ends_with("-nav-"));
        assert_eq!(words(&"x".repeat(2 * MAX_NAME_BYTES)), "");
    }

    #[test]
    fn splits_camel_case_and_punctuation() {
        assert_eq!(words("ArticleBody__shareBar"), "-article-body-share-bar-");
        assert_eq!(words("  lire-aussi  js_x2 "), "-lire-aussi-js-x2-");
        assert_eq!(words("a1B AMPBox x9"), "-a1-b-ampbox-x9-");
        assert_eq!((words(""), words(" -_ ")), (String::new(), String::new()));
    }

    #[test]
    fn what_a_post_is_filed_under_is_no_name() {
        let html = "<div class='post-95579 hentry category-footer tag-related teaser'>x</div><p class='tag-related'>y</p>";
        let dom = crate::parse::parse(html, &crate::parse::Limits::default()).unwrap();
        let named = |tag| {
            let mut out = String::new();
            let node = dom.descendants(dom.document()).find(|node| dom.tag(*node) == tag).unwrap();
            words_of(&dom, node, &mut out);
            out
        };
        assert_eq!(named("div"), "-post-95579-hentry-teaser-");
        assert_eq!(named("p"), "-tag-related-");
    }

    #[test]
    fn what_an_element_has_or_lacks_is_no_name() {
        let html = "<div class='main has-rail-right without-caption no-comments hash'>x</div>";
        let dom = crate::parse::parse(html, &crate::parse::Limits::default()).unwrap();
        let node = dom.descendants(dom.document()).find(|node| dom.tag(*node) == "div").unwrap();
        let mut out = String::new();
        words_of(&dom, node, &mut out);
        assert_eq!(out, "-main-hash-");
    }

    #[test]
    fn finds_overlapping_patterns() {
        let matcher = NameMatcher::new(["share", "share-bar", "bar", "bar-share", "sh", "e-mail", "x"]);
        let find = |words| {
            let mut hits = Vec::new();
            matcher.find(words, |index| hits.push(index));
            hits
        };
        assert_eq!(find("-share-bar-"), [0, 1, 2]);
        assert_eq!(find("-sharebar-sha-share-ba-"), [0]);
        assert_eq!(find("-e-mail-x-"), [5, 6]);
        assert_eq!(find("-e-mails-e-x2-"), [0; 0]);
    }
}
