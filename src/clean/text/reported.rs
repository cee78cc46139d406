//! Phrases that a text speaks of, instead of saying them: "La suite est réservée aux abonnés, lit-on partout".
//!
//! Two signs: a verb of saying behind a comma after the phrase, and a phrase in quotation marks that the sentence goes
//! on behind.

use std::ops::Range;

/// Verbs of saying as they follow a quotation, folded: French, English, German, Spanish, Italian, Portuguese, Dutch.
/// Imperatives and nouns that notices use are not among them.
const VERBS: [&str; 7] = [
    "dit disait disent disaient lit lisait clame clamait repete repetait proclame proclamait affirme affirmait annoncait \
     prevenait promettait assurait expliquait expliquent ecrivait lance lancait martele martelait ironise soupire insiste \
     insistait raconte racontait resume resumait rappelait",
    "said says reads goes wrote writes warned warns promised joked quipped",
    "sagt sagte sagen heisst hiess schreibt schrieb verspricht versprach warnte behauptet",
    "dice decia dijo dicen reza rezaba explicaba escribio prometia advertia",
    "diceva disse dicono recita recitava scrive scriveva prometteva",
    "dizia dizem diz escreveu",
    "zegt zei zeggen aldus schrijft schreef",
];
/// The verb is the first or second word behind the comma: "nous dit le bandeau".
const WORDS: usize = 2;

/// Whether a folded line speaks of the phrase in this range of bytes.
pub(super) fn is_reported(line: &str, phrase: Range<usize>) -> bool {
    is_quoted(line, phrase.end) || line[phrase.start..].split(", ").skip(1).any(says)
}

/// Whether a clause begins with a verb of saying.
fn says(clause: &str) -> bool {
    let mut words = clause.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).take(WORDS);
    words.any(|word| VERBS.iter().any(|verbs| verbs.split(' ').any(|verb| verb == word)))
}

/// Whether the line opens with a quotation that holds the phrase, and goes on behind it.
fn is_quoted(line: &str, end: usize) -> bool {
    let goes_on = |behind: &str| {
        behind.trim_start_matches([' ', ':', ',', ';', '-']).starts_with(char::is_alphanumeric)
    };
    line.starts_with('"') && line[end..].split_once('"').is_some_and(|(_, behind)| goes_on(behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_that_a_text_speaks_of_are_told_from_those_that_it_says() {
        let is_reported = |line: &str, phrase: &str| {
            let start = line.find(phrase).unwrap();
            is_reported(line, start..start + phrase.len())
        };
        for (line, phrase) in [
            ("la suite est reservee aux abonnes, lit-on au bas de chaque article.", "aux abonnes"),
            ("inscrivez-vous a la newsletter, disait le bandeau, et tout ira bien.", "newsletter"),
            ("partagez cet article, nous dit le bouton.", "article"),
            ("\" abonnez-vous pour lire la suite \" : la phrase agace, mais elle paie.", "la suite"),
            ("\"subscribe to our newsletter\" has never worked.", "newsletter"),
        ] {
            assert!(is_reported(line, phrase), "{line}");
        }
        for (line, phrase) in [
            ("abonnez-vous pour lire la suite, des 1 euro par mois.", "la suite"),
            ("\"le phare\" : abonnez-vous", "abonnez-vous"),
            ("inscrivez-vous a notre newsletter \"le large\" ", "newsletter"),
            ("inscrivez-vous a notre newsletter, gratuite et sans engagement.", "newsletter"),
        ] {
            assert!(!is_reported(line, phrase), "{line}");
        }
    }
}
