//! Literals that any match of a pattern must hold, so that most rules never run on a line.
//!
//! `(à )?lire (aussi|également)` can only match where "aussi" or "egalement" stands (or where "lire " stands: the
//! better of both is taken). A small class counts as its characters: `[0-9]` is ten literals.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Literals of which one must be there, in bytes: short ones are everywhere, many make the search slow.
const ENOUGH: usize = 6;
/// Most literals of one pattern; a table of all months in nine languages has some hundred.
const MOST: usize = 260;
/// Most characters of a class that are taken one by one.
const SMALL_CLASS: usize = 12;

/// Literals of which every match holds at least one; `None` when there are none to name.
pub(super) fn required(source: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::parse(source).ok()?;
    let mut literals = of(&hir)?;
    literals.sort();
    literals.dedup();
    Some(literals)
}

fn of(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(vec![String::from_utf8(literal.0.to_vec()).ok()?]),
        HirKind::Capture(capture) => of(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => of(&repetition.sub),
        HirKind::Class(class) => of_class(class),
        HirKind::Concat(parts) => parts.iter().filter_map(of).max_by_key(|literals| worth(literals)),
        HirKind::Alternation(parts) => {
            let each: Option<Vec<Vec<String>>> = parts.iter().map(of).collect();
            Some(each?.concat()).filter(|literals| literals.len() <= MOST)
        }
        HirKind::Empty | HirKind::Look(_) | HirKind::Repetition(_) => None,
    }
}

fn of_class(class: &Class) -> Option<Vec<String>> {
    let Class::Unicode(class) = class else { return None };
    let ranges = class.ranges();
    let size: usize = ranges.iter().map(regex_syntax::hir::ClassUnicodeRange::len).sum();
    let chars = || ranges.iter().flat_map(|range| range.start()..=range.end());
    (size <= SMALL_CLASS).then(|| chars().map(String::from).collect())
}

/// Long enough first, then few.
fn worth(literals: &[String]) -> (usize, std::cmp::Reverse<usize>) {
    let shortest = literals.iter().map(String::len).min().unwrap_or(0);
    (shortest.min(ENOUGH), std::cmp::Reverse(literals.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_part_of_a_pattern_is_taken() {
        assert_eq!(required("(?:a )?lire (?:aussi|egalement)").unwrap(), ["lire "]);
        assert_eq!(required("(?:avec|par) .{2,30} (?:afp|reuters)").unwrap(), ["afp", "reuters"]);
        assert_eq!(required("[0-9]+ min").unwrap(), [" min"]);
        assert_eq!(required("[0-9]{2}[.]?").unwrap().len(), 10);
    }

    #[test]
    fn what_may_be_absent_is_not_required() {
        assert_eq!(required("(?:lire)?"), None);
        assert_eq!(required("(?:lire|.{3})"), None);
        assert_eq!(required(".*"), None);
        assert_eq!(required("("), None);
    }
}
