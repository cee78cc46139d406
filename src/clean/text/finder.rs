//! Finds which of some thousand short literals stand in a text.
//!
//! An automaton of so many does not fit into the fastest memory, and the processor can guess none of its branches. Here a
//! small table tells by the next four bytes that no literal begins at a place, which is so at nearly all of them.

use memchr::memmem;

use crate::clean::words::first_bytes;

/// Bytes of a literal that are looked at: as many as a number has.
const LENGTH: usize = 8;
/// Shorter literals are no entries of the table, but looked for one by one: there are a dozen.
const LEAST: usize = 3;
/// Bits of a place in the table.
const BITS: u32 = 12;

/// Finds literals, which are told by their numbers.
#[derive(Debug)]
pub(super) struct Finder {
    short: Vec<(memmem::Finder<'static>, usize)>,
    /// By the first three bytes, in place of which stands their hash: a bit for each sort of byte that goes on.
    next: Vec<u16>,
    /// By the same hash: where its literals begin.
    starts: Vec<u32>,
    literals: Vec<Literal>,
}

/// The bytes of a literal as the low bytes of a number.
#[derive(Debug)]
struct Literal {
    bytes: u64,
    mask: u64,
    number: usize,
}

impl Default for Finder {
    fn default() -> Finder {
        Finder::new(std::iter::empty())
    }
}

impl Finder {
    /// A finder of these literals, each of which has the number of its place.
    pub fn new<'l>(literals: impl Iterator<Item = &'l str>) -> Finder {
        let mut finder =
            Finder { short: Vec::new(), next: vec![0; 1 << BITS], starts: Vec::new(), literals: Vec::new() };
        for (number, literal) in literals.enumerate() {
            let bytes = literal.as_bytes();
            if bytes.len() < LEAST {
                finder.short.push((memmem::Finder::new(bytes).into_owned(), number));
                continue;
            }
            let length = bytes.len().min(LENGTH);
            let literal =
                Literal { bytes: first_bytes(bytes), mask: u64::MAX >> (8 * (LENGTH - length)), number };
            finder.next[hash(literal.bytes)] |= if length == LEAST { u16::MAX } else { next(literal.bytes) };
            finder.literals.push(literal);
        }
        finder.literals.sort_by_key(|literal| hash(literal.bytes));
        let before = |place: usize| finder.literals.partition_point(|literal| hash(literal.bytes) < place);
        finder.starts = (0..=1 << BITS).map(|place| before(place) as u32).collect();
        finder
    }

    /// Calls `found` with the number of each literal in a text, in any order, with repetitions. Of a literal of more than
    /// eight bytes only these must be there.
    pub fn find(&self, text: &[u8], mut found: impl FnMut(usize)) {
        for (short, number) in &self.short {
            if short.find(text).is_some() {
                found(*number);
            }
        }
        for part in text.windows(LENGTH) {
            self.find_at(first_bytes(part), &mut found);
        }
        for start in (text.len() + 1).saturating_sub(LENGTH)..text.len() {
            self.find_at(first_bytes(&text[start..]), &mut found);
        }
    }

    #[inline]
    fn find_at(&self, window: u64, found: &mut impl FnMut(usize)) {
        let place = hash(window);
        if self.next[place] & next(window) != 0 {
            let (start, end) = (self.starts[place] as usize, self.starts[place + 1] as usize);
            let here = self.literals[start..end].iter().filter(|one| window & one.mask == one.bytes);
            here.for_each(|literal| found(literal.number));
        }
    }
}

/// The place in the table of the first three bytes.
#[inline]
fn hash(window: u64) -> usize {
    // a multiplier with bits all over, as in Fibonacci hashing
    ((window as u32 & 0xff_ffff).wrapping_mul(0x9e37_79b1) >> (u32::BITS - BITS)) as usize
}

/// The bit of the fourth byte.
#[inline]
fn next(window: u64) -> u16 {
    1 << (window >> 24 & 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_literals_wherever_they_stand() {
        let literals = ["a", "li", "lir", "lire", "lire aus", "© 2", "lire aussi tout", "aussi"];
        let finder = Finder::new(literals.into_iter());
        let found = |text: &str| {
            let mut numbers = Vec::new();
            finder.find(text.as_bytes(), |number| numbers.push(number));
            numbers.sort_unstable();
            numbers.dedup();
            numbers.into_iter().map(|number| literals[number]).collect::<Vec<_>>()
        };
        assert_eq!(found("a lire aussi"), ["a", "li", "lir", "lire", "lire aus", "lire aussi tout", "aussi"]);
        assert_eq!(found("(lir"), ["li", "lir"]);
        assert_eq!(found("© 2026"), ["© 2"]);
        assert_eq!(found("lir\u{e9} © "), ["li", "lir"]);
        assert_eq!(found(""), [""; 0]);
    }
}
