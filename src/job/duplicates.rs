//! Finds pages that give an article which another page gave before.
//!
//! - same canonical: both pages name one address for their article (AMP and mobile variants, redirects). Since
//!   some sites name a wrong one, the texts must be related too.
//! - near-duplicate: the fingerprints of the texts differ in few bits, as with agency reports in several papers.
//!   Fingerprints that differ in at most five bits share at least one of six bands (G. Manku, A. Jain, A. Das Sarma:
//!   Detecting near-duplicates for web crawling, WWW 2007), and the state database has an index for each band.
//!
//! Which of two pages counts as the first is decided by which was read first.

use serde::{Deserialize, Serialize};

use super::simhash::distance;
use super::state::{Likeness, Print, State};
use crate::error::Error;

/// What to do with a page that doubles another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Doubles {
    /// Write it as any other; it is not looked for.
    Keep,
    /// Write it, and say so in the report and in `tamis state`.
    Report,
    /// Do not write it: it is rejected with the status `duplicate`.
    Skip,
}

/// Six bands find everything within so many bits. One new sentence in an article of 400 words changes about three.
pub const MOST_BITS: u32 = 5;

/// Unrelated texts differ in 32 bits with a deviation of 4: so many, four deviations below, are no chance.
const RELATED_BITS: u32 = 16;

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search {
    pub same_canonical: Doubles,
    pub near: Doubles,
    pub bits: u32,
}

/// An article that is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    /// The page that gave it.
    pub key: &'a str,
    pub print: &'a Print,
}

/// The articles that there are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    /// Those of earlier runs and commits.
    pub state: &'a State,
    /// Those that are not yet in the state.
    pub recent: &'a [(String, Print)],
}

/// The page that gave the same article before, and what to do.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Double {
    pub of: String,
    pub how: String,
    pub action: Doubles,
}

impl Search {
    /// The double of an article.
    pub fn find(&self, wanted: Wanted, known: Known) -> Result<Option<Double>, Error> {
        match self.by_canonical(wanted, known)? {
            Some(double) => Ok(Some(double)),
            None => self.by_text(wanted, known),
        }
    }

    fn by_canonical(&self, wanted: Wanted, known: Known) -> Result<Option<Double>, Error> {
        let Wanted { key, print } = wanted;
        let Some(canonical) = print.canonical.as_deref().filter(|_| self.same_canonical != Doubles::Keep)
        else {
            return Ok(None);
        };
        let mut alike = known.state.of_canonical(canonical)?;
        alike.extend(of_recent(known.recent, |other| other.canonical.as_deref() == Some(canonical)));
        let related = |other: &Likeness| match (print.simhash, other.simhash) {
            (Some(one), Some(other)) => distance(one, other) <= RELATED_BITS,
            // Short texts have no fingerprint: the address has to do.
            (one, other) => one.is_none() && other.is_none(),
        };
        let found = alike.into_iter().find(|other| other.key != key && related(other));
        let how = format!("the same article, by its address {canonical}, as");
        Ok(found.map(|other| Double { of: other.key, how, action: self.same_canonical }))
    }

    fn by_text(&self, wanted: Wanted, known: Known) -> Result<Option<Double>, Error> {
        let Wanted { key, print } = wanted;
        let Some(own) = print.simhash.filter(|_| self.near != Doubles::Keep) else { return Ok(None) };
        let bits = |other: &Likeness| other.simhash.map_or(u32::MAX, |theirs| distance(own, theirs));
        let is_near = |other: &Likeness| other.key != key && bits(other) <= self.bits;
        let found = match of_recent(known.recent, |_| true).into_iter().find(is_near) {
            Some(found) => Some(found),
            None => known.state.of_bands(own, is_near)?,
        };
        Ok(found.map(|other| {
            let how = match bits(&other) {
                0 => "the same words as".to_owned(),
                bits => format!("nearly the same text ({bits} of 64 bits differ) as"),
            };
            Double { of: other.key, how, action: self.near }
        }))
    }
}

fn of_recent(recent: &[(String, Print)], wanted: impl Fn(&Print) -> bool) -> Vec<Likeness> {
    let chosen = recent.iter().filter(|(_, print)| wanted(print));
    chosen.map(|(key, print)| Likeness { key: key.clone(), simhash: print.simhash }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEARCH: Search = Search { same_canonical: Doubles::Skip, near: Doubles::Report, bits: MOST_BITS };

    fn print(canonical: Option<&str>, simhash: Option<u64>) -> Print {
        Print { text_hash: String::new(), canonical: canonical.map(str::to_owned), simhash }
    }

    fn found(search: &Search, one: Print, other: Print) -> Option<Doubles> {
        let folder = tempfile::tempdir().unwrap();
        let state = State::open_file(&folder.path().join("s")).unwrap();
        let known = Known { state: &state, recent: &[("v".to_owned(), other)] };
        let double = search.find(Wanted { key: "u", print: &one }, known).unwrap();
        double.map(|double| {
            assert_eq!(double.of, "v");
            double.action
        })
    }

    #[test]
    fn pages_that_name_one_address_are_doubles_if_their_texts_are_related() {
        let at = |simhash| print(Some("https://a.example/1"), simhash);
        assert_eq!(found(&SEARCH, at(Some(0)), at(Some(0xff))), Some(Doubles::Skip));
        assert_eq!(found(&SEARCH, at(Some(0)), at(Some(0xffff_ffff))), None);
        assert_eq!(found(&SEARCH, at(None), at(None)), Some(Doubles::Skip));
        assert_eq!(found(&SEARCH, at(None), at(Some(0))), None);
        let keep = Search { same_canonical: Doubles::Keep, ..SEARCH };
        assert_eq!(found(&keep, at(Some(0)), at(Some(0xff))), None);
    }

    #[test]
    fn texts_within_five_bits_are_near_duplicates() {
        let of = |simhash| print(None, Some(simhash));
        assert_eq!(found(&SEARCH, of(0), of(0b11111)), Some(Doubles::Report));
        assert_eq!(found(&SEARCH, of(0), of(0b111111)), None);
        let keep = Search { near: Doubles::Keep, ..SEARCH };
        assert_eq!(found(&keep, of(0), of(0)), None);
    }

    #[test]
    fn a_page_is_no_double_of_itself() {
        let folder = tempfile::tempdir().unwrap();
        let state = State::open_file(&folder.path().join("s")).unwrap();
        let one = print(Some("c"), Some(7));
        let known = Known { state: &state, recent: &[("u".to_owned(), one.clone())] };
        assert_eq!(SEARCH.find(Wanted { key: "u", print: &one }, known).unwrap(), None);
    }
}
