//! Names of tags and attributes that were met. A page has few different ones, and the interner's hash takes longer than
//! to compare a name with the last one that had its place here.

use html5ever::{LocalName, local_name};

/// Places; a page has some fifty names.
const PLACES: usize = 256;

/// The names that were met last.
pub(super) struct Names([LocalName; PLACES]);

impl Names {
    pub fn new() -> Names {
        Names(std::array::from_fn(|_| local_name!("")))
    }

    /// The interned form of a name.
    pub fn intern(&mut self, name: &str) -> LocalName {
        let known = &mut self.0[place(name.as_bytes())];
        if **known != *name {
            *known = LocalName::from(name);
        }
        known.clone()
    }
}

/// Different for nearly all names that pages have.
fn place(name: &[u8]) -> usize {
    let byte = |at: usize| name.get(at).map_or(0, |byte| usize::from(*byte));
    let last = byte(name.len().wrapping_sub(1));
    (byte(0) + 3 * byte(1) + 7 * last + 29 * name.len()) % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_share_a_place_are_told_apart() {
        let mut names = Names::new();
        assert_eq!(place(b"data-abc"), place(b"data-xyc"));
        for name in ["data-abc", "data-xyc", "", "data-abc", "class", "class"] {
            assert_eq!(&*names.intern(name), name);
        }
    }
}
