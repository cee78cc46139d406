//! Names out of bylines: "Propos recueillis par Anne Le Gall et JEAN PETIT (avec AFP), à Brest" is two people.
//!
//! Terms:
//! - part: a piece of a byline between joiners ("et", "," ...), perhaps a name
//! - collective: an agency, a newsroom or the site itself
//! - nobody: "admin", "Unknown"

mod cut;
mod judge;
mod rules;

use self::cut::{split, strip_prefixes, without_addresses, without_brackets};
use self::judge::{Part, is_ideograph, judge};
pub(super) use self::rules::BYLINES;
use super::words::{fold, letters, tidy};

/// A longer text is no byline, not even of a paper with fifty authors.
const MAX_BYTES: usize = 2000;
/// More names than this are a list of contributors of the whole site.
const MAX_PEOPLE: usize = 25;

/// How much a source is trusted to hold nothing but names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// Written for machines: JSON-LD and metas.
    Told,
    /// An element that is marked as the author: a single word may be a name.
    Marked,
    /// Running text: only what has the form of a full name.
    Seen,
}

/// What a byline names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Byline {
    /// Persons, in order.
    pub people: Vec<String>,
    /// The byline as it stands, without its introduction, when it names an agency, a newsroom or the site.
    pub collective: Option<String>,
    /// The collective is a press agency.
    pub is_agency: bool,
}

impl Byline {
    /// Reads a byline. `sites`: what the site is called, folded to letters.
    pub fn read(text: &str, sites: &[String], trust: Trust) -> Byline {
        if text.len() > MAX_BYTES {
            return Byline::default();
        }
        let text = strip_prefixes(&without_addresses(&without_brackets(&tidy(text)))).to_owned();
        let mut byline = Byline::default();
        let parts = split(&text);
        if trust != Trust::Told && parts.iter().any(|part| is_age(part)) {
            return byline;
        }
        let mut is_pure = true;
        for (index, part) in parts.iter().enumerate() {
            if trust == Trust::Marked && byline.is_place(part, &text) {
                continue;
            }
            match judge(part, index, sites, trust) {
                Part::Person(name) if byline.people.len() < MAX_PEOPLE => byline.add(name),
                Part::Collective => {
                    byline.is_agency |= BYLINES.agencies.contains(&fold(part.trim()));
                    byline.collective = byline.collective.or_else(|| Some(part.trim().to_owned()));
                }
                Part::Person(_) => {}
                Part::Nothing => is_pure = false,
            }
        }
        // "Le Méridien avec AFP" stays whole; a date or a job beside the newsroom goes.
        if is_pure {
            byline.collective = byline.collective.map(|_| text.clone());
        }
        if text.contains(", ") {
            byline.unite_surname(&parts);
        }
        byline
    }

    /// Whether a person is named in full, not by a single word.
    pub fn has_full_name(&self) -> bool {
        self.people.iter().any(|name| name.contains(' ') || name.chars().any(is_ideograph))
    }

    /// A lone word behind a full name and a comma: "Anne Le Gall, Brest".
    fn is_place(&self, part: &str, text: &str) -> bool {
        let at = part.as_ptr().addr() - text.as_ptr().addr();
        let is_apart = text[..at].trim_end().ends_with(',');
        let is_lone = !part.trim().contains(' ') && !part.chars().any(is_ideograph);
        let is_full = |name: &String| name.contains(' ') && !starts_with_particle(name);
        is_apart && is_lone && self.people.last().is_some_and(is_full)
    }

    /// Adds a name that is not there yet.
    pub fn add(&mut self, name: String) {
        if self.people.len() < MAX_PEOPLE && !self.people.iter().any(|known| letters(known) == letters(&name))
        {
            self.people.push(name);
        }
    }

    /// Takes over the people of another byline, and its collective where there is none.
    pub fn merge(&mut self, other: Byline) {
        other.people.into_iter().for_each(|name| self.add(name));
        self.is_agency |= other.is_agency;
        self.collective = self.collective.take().or(other.collective);
    }

    /// "Le Gall, Anne" is one person, as library catalogues write it.
    fn unite_surname(&mut self, parts: &[&str]) {
        if let ([surname, given], [_, _]) = (self.people.as_slice(), parts)
            && !given.contains(' ')
            && (!surname.contains(' ') || starts_with_particle(surname))
        {
            self.people = vec![format!("{given} {surname}")];
        }
    }
}

/// "64 ans", as below letters to the paper.
fn is_age(part: &str) -> bool {
    let folded = fold(part.trim());
    folded.split_once(' ').is_some_and(|(number, unit)| {
        number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit()) && BYLINES.ages.contains(unit)
    })
}

fn starts_with_particle(name: &str) -> bool {
    name.split(' ').next().is_some_and(|word| BYLINES.particles.contains(&fold(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(text: &str) -> Vec<String> {
        Byline::read(text, &["lemeridien".to_owned()], Trust::Told).people
    }

    #[test]
    fn finds_the_names_in_a_byline() {
        for (given, expected) in [
            ("Par Anne Le Gall", vec!["Anne Le Gall"]),
            (
                "Propos recueillis par Anne Le Gall et JEAN PETIT (avec AFP)",
                vec!["Anne Le Gall", "Jean Petit"],
            ),
            ("By Ann Lee, Bob Ray and Cy Fox", vec!["Ann Lee", "Bob Ray", "Cy Fox"]),
            ("Von Eva Maier und Jan Roth, dpa", vec!["Eva Maier", "Jan Roth"]),
            ("Anne Le Gall, journaliste au Méridien", vec!["Anne Le Gall"]),
            ("Anne Le Gall à Brest", vec!["Anne Le Gall"]),
            ("Anne Le Gall @annelegall anne@lemeridien.example", vec!["Anne Le Gall"]),
            ("Anne Le Gall | Le Méridien", vec!["Anne Le Gall"]),
            ("Anne Le Gall - Publié le 3 mars 2021", vec!["Anne Le Gall"]),
            ("Le Gall, Anne", vec!["Anne Le Gall"]),
            ("José Ortega y Gasset", vec!["José Ortega y Gasset"]),
            ("Ana Gil y Juan Ros", vec!["Ana Gil", "Juan Ros"]),
            ("Anne Le Gall, Anne Le Gall", vec!["Anne Le Gall"]),
            ("文 : 松岡大地", vec!["松岡大地"]),
            ("Jean Pierre Le Gall", vec!["Jean Pierre Le Gall"]),
            ("Anne Le Gall in Culture", vec!["Anne Le Gall"]),
            ("Anne Le Gall in", vec!["Anne Le Gall"]),
            ("Journaliste Anne Le Gall", vec!["Anne Le Gall"]),
            ("Méridien-Experte Anne Le Gall", vec!["Anne Le Gall"]),
            ("anne moreau", vec!["anne moreau"]),
        ] {
            assert_eq!(people(given), expected, "{given}");
        }
    }

    #[test]
    fn places_rights_and_introductions_are_no_names() {
        let marked = |text: &str| Byline::read(text, &[], Trust::Marked).people;
        assert_eq!(marked("Von Ulrike Schäfer, Berlin"), ["Ulrike Schäfer"]);
        assert_eq!(marked("Le Gall, Anne"), ["Anne Le Gall"]);
        assert_eq!(marked("Marie, Paul"), ["Paul Marie"], "two lone words are one name");
        assert_eq!(marked("كتب: أحمد منصور"), ["أحمد منصور"]);
        assert!(Byline::read("Copyright 朝日新報社 無断転載を禁じます", &[], Trust::Seen).people.is_empty());
    }

    #[test]
    fn agencies_newsrooms_and_the_site_are_no_people() {
        for given in
            ["AFP", "La rédaction", "Le Méridien avec AFP", "Reuters", "Par la rédaction avec agences"]
        {
            let byline = Byline::read(given, &["lemeridien".to_owned()], Trust::Seen);
            assert!(byline.people.is_empty(), "{given}: {byline:?}");
            assert!(byline.collective.is_some(), "{given}");
        }
        let dated = Byline::read("Le Méridien | 3 mars 2021", &["lemeridien".to_owned()], Trust::Seen);
        assert_eq!(dated.collective.as_deref(), Some("Le Méridien"));
        assert_eq!(Byline::read("François, 64 ans", &[], Trust::Marked), Byline::default());
        assert_eq!(Byline::read("admin", &[], Trust::Told), Byline::default());
        assert_eq!(Byline::read("https://www.facebook.com/lemeridien", &[], Trust::Told), Byline::default());
    }
}
