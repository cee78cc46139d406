//! A phrase pattern that costs little until it is used much.
//!
//! Most patterns meet a handful of lines, or none. The engine of `regex-lite` is ready at once and slow to search, that
//! of `regex` takes a thousand times as long to make and is quick: so a pattern begins with the first and changes to the
//! second when it has searched much. Both find the same; what `regex-lite` reads differently (classes of Unicode,
//! case) is left to `regex` from the start.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use regex::{Regex, RegexBuilder};
use regex_lite::Regex as LightRegex;

use super::frame::Frame;
use super::rule::Rule;

/// After so many bytes the quick engine pays: the slow one takes some hundreds of instructions for each, to make the quick
/// one some millions.
const LIGHT_BYTES: usize = 20_000;
/// Largest compiled pattern in bytes; far more than any phrase needs.
const MAX_PATTERN_BYTES: usize = 4 << 20;
/// What an engine of one pattern may remember of its searches, per thread: there are hundreds of them.
const DFA_BYTES: usize = 1 << 17;

/// A pattern in its frame, compiled when the first line comes.
#[derive(Debug)]
pub(super) struct Pattern {
    source: String,
    frame: Frame,
    /// Bytes that were searched so far.
    searched: AtomicUsize,
    light: OnceLock<Option<LightRegex>>,
    quick: OnceLock<Option<Regex>>,
}

/// Where a pattern matched.
pub(super) struct Found {
    /// The first group.
    pub label: Range<usize>,
    /// The first of the further groups that took part.
    pub group: Option<(usize, usize)>,
}

/// Which of the matches in a text are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// The first ones.
    Upto(usize),
    /// The last one.
    Last,
}

/// The matches that either engine finds; both name their groups alike.
macro_rules! found {
    ($regex:expr, $text:expr, $which:expr) => {{
        let all = $regex.captures_iter($text).filter_map(|groups| {
            let group = groups.iter().skip(2).flatten().next().map(|part| (part.start(), part.end()));
            Some(Found { label: groups.get(1)?.range(), group })
        });
        match $which {
            Which::Upto(count) => all.take(count).collect(),
            Which::Last => all.last().into_iter().collect(),
        }
    }};
}

impl Pattern {
    pub fn new(source: String, frame: Frame) -> Pattern {
        let (light, quick) = (OnceLock::new(), OnceLock::new());
        Pattern { source, frame, searched: AtomicUsize::new(0), light, quick }
    }

    /// The matches in a text.
    pub fn find(&self, text: &str, which: Which) -> Vec<Found> {
        if let Some(light) = self.light(text) {
            return found!(light, text, which);
        }
        self.quick().map_or_else(Vec::new, |quick| found!(quick, text, which))
    }

    pub fn is_match(&self, text: &str) -> bool {
        match self.light(text) {
            Some(light) => light.is_match(text),
            None => self.quick().is_some_and(|quick| quick.is_match(text)),
        }
    }

    /// The engine for the first texts.
    fn light(&self, text: &str) -> Option<&LightRegex> {
        if self.searched.load(Ordering::Relaxed) >= LIGHT_BYTES {
            return None;
        }
        self.searched.fetch_add(text.len(), Ordering::Relaxed);
        let make =
            || reads_alike(&self.source).then(|| LightRegex::new(&self.frame.around(&self.source)).ok())?;
        self.light.get_or_init(make).as_ref()
    }

    /// Whether it does not matter which engine is at work.
    #[cfg(test)]
    pub fn reads_alike_in(&self, text: &str) -> bool {
        let parts = |found: Vec<Found>| -> Vec<_> {
            found.into_iter().map(|found| (found.label, found.group)).collect()
        };
        let (Some(light), Some(quick)) = (self.light(text), self.quick()) else { return true };
        parts(found!(light, text, Which::Upto(usize::MAX)))
            == parts(found!(quick, text, Which::Upto(usize::MAX)))
    }

    fn quick(&self) -> Option<&Regex> {
        self.quick.get_or_init(|| compile(&self.frame.around(&self.source)).ok()).as_ref()
    }
}

impl Rule {
    /// Compiles each pattern as the matcher will, to find mistakes.
    pub(super) fn compile(&self, definitions: &BTreeMap<String, String>) -> Result<(), String> {
        let frame = Frame::of(self.scope);
        let sources = self.sources(definitions).into_iter().map(|source| frame.around(&source));
        let wrong = |error: regex::Error| format!("rule `{}`: {error}", self.id);
        sources
            .chain(self.veto_source(definitions))
            .try_for_each(|source| compile(&source).map(drop).map_err(wrong))
    }
}

/// Word boundaries are those of ASCII, as the other engine reads them: folded text has few other letters.
fn compile(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&source.replace(r"\b", r"(?-u:\b)"))
        .size_limit(MAX_PATTERN_BYTES)
        .dfa_size_limit(DFA_BYTES)
        .build()
}

/// Whether both engines read a pattern alike: without flags and classes of letters.
fn reads_alike(source: &str) -> bool {
    let has_class = source
        .as_bytes()
        .windows(2)
        .any(|pair| pair[0] == b'\\' && pair[1].is_ascii_alphabetic() && !matches!(pair[1], b'u' | b'b'));
    let has_flags = source.match_indices("(?").any(|(at, _)| !source[at..].starts_with("(?:"));
    !has_class && !has_flags && !source.contains("[[") && !source.contains("&&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_engines_find_the_same() {
        let pattern = Pattern::new("(?:^|[^a-z0-9])((lire|voir) (aussi|plus)?)".to_owned(), Frame::Bare);
        let text = "a lire et à voir plus: lire aussi";
        let all: Vec<_> = (0..2 * LIGHT_BYTES / text.len())
            .map(|_| pattern.find(text, Which::Last).pop().map(|found| (found.label, found.group)))
            .collect();
        assert_eq!(all[0], Some((24..34, Some((24, 28)))));
        assert_eq!(pattern.find(text, Which::Upto(9)).len(), 3);
        assert!(all.iter().all(|found| *found == all[0]));
        assert!(pattern.quick.get().is_some() && pattern.is_match(text));
    }

    #[test]
    fn what_the_engines_read_differently_is_left_to_the_quick_one() {
        for source in [r"\w+", r"(?i)a", r"[[:alpha:]]"] {
            assert!(!reads_alike(source), "{source}");
        }
        assert!(reads_alike(r"(?:a\.b)[^\]]\u{2190}"));
        let boundary = Pattern::new(r"(\bune\b)".to_owned(), Frame::Bare);
        assert!(boundary.reads_alike_in("une яune unes. une") && boundary.is_match("яune"));
    }
}
