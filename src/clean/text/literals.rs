//! Literals that any match of a pattern must hold, so that most rules never run on a line.
//!
//! - prefixes: the match begins with one of them
//! - required: one of them stands somewhere in the match; a small class counts as its characters
//! - suffixes: the match ends with one of them
//!
//! `(à )?lire (aussi|également)` begins with "a lire " or "lire ". `[^.]{3,60} via (ap|afp)` begins with anything,
//! but holds " via ap" or " via afp".

use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Class, Hir, HirKind};

/// Bytes of a prefix that are looked up: so many, or where the prefix is shorter the lesser number.
pub(super) const KEYS: [usize; 2] = [6, 3];
/// Longer literals are hardly rarer.
const ENOUGH: usize = 6;
/// More literals than this are taken only where there are no better.
const MANY: usize = 140;
/// Most literals of one pattern; a table of all months in nine languages has some hundred.
const MOST: usize = 400;
/// Most literals of a part that are looked for one by one.
const FEW: usize = 24;
/// Parts of a pattern that are looked for before it is tried.
const PARTS: usize = 3;
/// Most characters of a class that are taken one by one.
const SMALL_CLASS: usize = 12;

/// A pattern whose literals are asked for.
pub(super) struct Literals(Hir);

impl Literals {
    /// Reads a pattern; `None` when it is no regular expression.
    pub fn of(source: &str) -> Option<Literals> {
        regex_syntax::parse(source).ok().map(Literals)
    }

    /// The first bytes of all matches, as many as [`KEYS`] says; `None` when a match may begin with anything.
    pub fn prefixes(&self) -> Option<Vec<Vec<u8>>> {
        let mut extractor = Extractor::new();
        extractor.limit_literal_len(KEYS[0]).limit_total(MOST);
        let found = extractor.extract(&self.0);
        let key = |bytes: &[u8]| KEYS.iter().find_map(|length| bytes.get(..*length).map(<[u8]>::to_vec));
        let keys = found.literals()?.iter().map(|literal| key(literal.as_bytes()));
        let mut keys = keys.collect::<Option<Vec<_>>>()?;
        keys.sort_unstable();
        keys.dedup();
        Some(keys)
    }

    /// The last bytes of all matches; `None` when a match may end with anything.
    pub fn suffixes(&self) -> Option<Vec<Vec<u8>>> {
        let mut extractor = Extractor::new();
        extractor.kind(ExtractKind::Suffix).limit_literal_len(KEYS[0]).limit_total(MANY);
        let found = extractor.extract(&self.0);
        let mut ends: Vec<Vec<u8>> =
            found.literals()?.iter().map(|literal| literal.as_bytes().to_vec()).collect();
        ends.sort_unstable();
        ends.dedup();
        Some(ends)
    }

    /// The bytes of the longest match; `None` when there is none.
    pub fn longest(&self) -> Option<usize> {
        self.0.properties().maximum_len()
    }

    /// Parts of which every match holds each, as literals of which one stands for the part; the rarest first.
    pub fn parts(&self) -> Vec<Vec<String>> {
        let mut parts = parts_of(&self.0);
        parts.retain(|literals| {
            literals.len() <= FEW && (worth(literals).0 > 1 || literals.iter().all(|one| has_sign(one)))
        });
        parts.sort_by_key(|literals| std::cmp::Reverse(worth(literals)));
        parts.dedup();
        parts.truncate(PARTS);
        parts
    }

    /// Whether every match holds a digit of ASCII.
    pub fn have_digit(&self) -> bool {
        has_digit(&self.0)
    }

    /// Literals of which every match holds at least one; `None` when there are none to name.
    pub fn required(&self) -> Option<Vec<String>> {
        of(&self.0)
    }
}

fn of(hir: &Hir) -> Option<Vec<String>> {
    if let Some(all) = exact(hir).filter(|all| !all.iter().any(String::is_empty)) {
        return Some(all);
    }
    match hir.kind() {
        HirKind::Capture(capture) => of(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => of(&repetition.sub),
        HirKind::Concat(parts) => best_of(parts),
        HirKind::Alternation(parts) => {
            let each: Option<Vec<Vec<String>>> = parts.iter().map(of).collect();
            tidy(each?.concat())
        }
        _ => None,
    }
}

fn has_digit(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.iter().any(u8::is_ascii_digit),
        HirKind::Class(Class::Unicode(class)) => {
            class.ranges().iter().all(|range| '0' <= range.start() && range.end() <= '9')
        }
        HirKind::Capture(capture) => has_digit(&capture.sub),
        HirKind::Repetition(repetition) => repetition.min > 0 && has_digit(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().any(has_digit),
        HirKind::Alternation(parts) => parts.iter().all(has_digit),
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) => false,
    }
}

fn parts_of(hir: &Hir) -> Vec<Vec<String>> {
    match hir.kind() {
        HirKind::Capture(capture) => parts_of(&capture.sub),
        HirKind::Concat(parts) => candidates(parts),
        _ => of(hir).into_iter().collect(),
    }
}

/// The best literals of a sequence.
fn best_of(parts: &[Hir]) -> Option<Vec<String>> {
    candidates(parts).into_iter().max_by_key(|literals| worth(literals)).and_then(tidy)
}

/// The literals of each part of a sequence, and of the runs of parts that can be spelled out.
fn candidates(parts: &[Hir]) -> Vec<Vec<String>> {
    let mut candidates: Vec<Vec<String>> = parts.iter().filter_map(of).collect();
    let mut run = vec![String::new()];
    for part in parts {
        match exact(part).and_then(|all| product(&run, &all)) {
            Some(longer) => run = longer,
            None => {
                candidates.push(std::mem::take(&mut run));
                run = exact(part).unwrap_or_else(|| vec![String::new()]);
            }
        }
    }
    candidates.push(run);
    candidates.retain(|literals| !literals.iter().any(String::is_empty));
    candidates
}

/// All matches of a part, when they are few.
fn exact(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Empty => Some(vec![String::new()]),
        HirKind::Literal(literal) => Some(vec![String::from_utf8(literal.0.to_vec()).ok()?]),
        HirKind::Capture(capture) => exact(&capture.sub),
        HirKind::Class(class) => of_class(class),
        HirKind::Repetition(repetition) if (repetition.min, repetition.max) == (0, Some(1)) => {
            let mut all = exact(&repetition.sub)?;
            all.push(String::new());
            Some(all)
        }
        HirKind::Concat(parts) => {
            parts.iter().try_fold(vec![String::new()], |run, part| product(&run, &exact(part)?))
        }
        HirKind::Alternation(parts) => {
            let each: Option<Vec<Vec<String>>> = parts.iter().map(exact).collect();
            tidy(each?.concat())
        }
        HirKind::Look(_) | HirKind::Repetition(_) => None,
    }
}

fn product(starts: &[String], ends: &[String]) -> Option<Vec<String>> {
    if starts.len() * ends.len() > MOST {
        return None;
    }
    let pairs = starts.iter().flat_map(|start| ends.iter().map(move |end| format!("{start}{end}")));
    tidy(pairs.collect())
}

fn tidy(mut literals: Vec<String>) -> Option<Vec<String>> {
    literals.sort_unstable();
    literals.dedup();
    (literals.len() <= MOST).then_some(literals)
}

fn of_class(class: &Class) -> Option<Vec<String>> {
    let Class::Unicode(class) = class else { return None };
    let ranges = class.ranges();
    let size: usize = ranges.iter().map(regex_syntax::hir::ClassUnicodeRange::len).sum();
    let chars = || ranges.iter().flat_map(|range| range.start()..=range.end());
    (size <= SMALL_CLASS).then(|| chars().map(String::from).collect())
}

/// Question marks, percent signs and the like stand in few lines, which letters and spaces do not.
fn has_sign(literal: &str) -> bool {
    literal.contains(|c: char| c.is_ascii_punctuation() && !matches!(c, '.' | ',' | '\'' | '-'))
}

/// Long enough first, then few.
fn worth(literals: &[String]) -> (usize, std::cmp::Reverse<usize>) {
    let shortest = literals.iter().map(String::len).min().unwrap_or(0);
    let length = if literals.len() > MANY { shortest.min(1) } else { shortest.min(ENOUGH) };
    (length, std::cmp::Reverse(literals.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn required(source: &str) -> Option<Vec<String>> {
        Literals::of(source)?.required()
    }

    fn prefixes(source: &str) -> Option<Vec<Vec<u8>>> {
        Literals::of(source)?.prefixes()
    }

    #[test]
    fn the_best_part_of_a_pattern_is_taken() {
        assert_eq!(required("(?:a )?lire [^ ]+ (?:aussi|egalement)").unwrap(), [" aussi", " egalement"]);
        assert_eq!(required("[^.]{3,60} via (?:ap|afp)").unwrap(), [" via afp", " via ap"]);
        assert_eq!(required("[0-9]+ min").unwrap(), [" min"]);
        assert_eq!(required("[0-9]{2}[.]?").unwrap().len(), 10);
    }

    #[test]
    fn every_part_of_a_match_is_known_and_how_it_ends() {
        let literals = Literals::of("(?:pour|si vous) [^.]{4,90},? (?:cliquez|cliquer) ici").unwrap();
        assert_eq!(literals.parts()[0], ["cliquer", "cliquez"]);
        assert!(literals.parts().iter().any(|part| part[0].contains("pour")), "{:?}", literals.parts());
        assert_eq!(literals.suffixes().unwrap(), [b"er ici", b"ez ici"]);
        assert_eq!(Literals::of("lire.*").unwrap().suffixes(), None);
        assert_eq!(Literals::of("(?:lire)?[0-9]*").unwrap().parts(), [[""; 0]; 0]);
        assert_eq!(Literals::of("[^?]+[?!] [a-z]").unwrap().parts(), [["! ", "? "], ["!", "?"]]);
        assert_eq!(Literals::of("[^?]+[?!]+").unwrap().parts(), [["!", "?"]]);
        assert_eq!(Literals::of("[a-z]+[,e]+").unwrap().parts(), [[""; 0]; 0]);
    }

    #[test]
    fn the_longest_match_is_known_unless_there_is_none() {
        let longest = |source| Literals::of(source).unwrap().longest();
        assert_eq!(longest("(?:lire|voir) (?:aussi)? ?"), Some("lire aussi ".len()));
        assert_eq!(longest("€{2}[a-é]"), Some(8));
        assert_eq!(longest("lire .+"), None);
    }

    #[test]
    fn a_digit_is_required_where_no_match_is_without() {
        let have_digit = |source| Literals::of(source).unwrap().have_digit();
        assert!(have_digit("(?:le )?[0-9]{1,2} mai|mai (?:2|3)"));
        assert!(!have_digit("[0-9]? mai") && !have_digit("mai|[0-9]") && !have_digit("[0-9a]"));
    }

    #[test]
    fn what_may_be_absent_is_not_required() {
        assert_eq!(required("(?:lire)?"), None);
        assert_eq!(required("(?:lire|.{3})"), None);
        assert_eq!(required(".*"), None);
        assert_eq!(required("("), None);
    }

    #[test]
    fn prefixes_are_keys_of_all_matches() {
        assert_eq!(
            prefixes("(?:a )?lire (?:aussi|egalement)").unwrap(),
            [&b"a lire"[..], b"lire a", b"lire e"]
        );
        assert_eq!(prefixes("via|lire").unwrap(), [&b"lir"[..], b"via"]);
        assert_eq!(prefixes("(?:a )?.{2}"), None);
        assert_eq!(prefixes("de?"), None, "shorter than a key");
    }
}
