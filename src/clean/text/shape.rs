//! The shape of a text, seen in its original writing: prose, headline, names.

use std::ops::Range;

use crate::clean::survey::may_be_dense;
use crate::clean::words::is_alphanumeric;

/// Fewest characters of a line that counts as prose when it ends like a sentence.
const MIN_PROSE: usize = 60;
/// In scripts that write a word in one or two characters.
const MIN_PROSE_DENSE: usize = 25;
/// Shortest headline: two short words.
const MIN_HEADLINE: usize = 8;
/// In scripts that write a word in one or two characters.
const MIN_HEADLINE_DENSE: usize = 4;
/// Longest headline; longer ones do not fit on a page's head.
const MAX_HEADLINE: usize = 220;
/// Most words of a list of names with its roles.
const MAX_NAMES: usize = 14;

/// Running text: long enough and closed by a full stop or its kin.
pub(crate) fn is_prose(text: &str) -> bool {
    let chars = text.chars().count();
    let min = if is_dense(text) { MIN_PROSE_DENSE } else { MIN_PROSE };
    chars >= min && (ends_sentence(text) || chars >= 5 * min)
}

/// Whether the text ends as a sentence does, quotes and brackets after the stop included.
pub(crate) fn ends_sentence(text: &str) -> bool {
    let trimmed = text.trim_end_matches(|c: char| c.is_whitespace() || is_closing(c));
    trimmed.ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '۔', '।', '։', '；'])
}

/// Whether the text ends in one full stop.
pub(crate) fn ends_with_full_stop(text: &str) -> bool {
    let trimmed = text.trim_end_matches(|c: char| c.is_whitespace() || is_closing(c));
    let dots = trimmed.chars().rev().take_while(|c| *c == '.').count();
    dots == 1 || trimmed.ends_with(['。', '۔', '।'])
}

/// Whether the text ends in a stop or comma, which headlines do not have; an ellipsis is none.
pub(crate) fn ends_with_stop(text: &str) -> bool {
    let trimmed = text.trim_end_matches(|c: char| c.is_whitespace() || is_closing(c));
    ends_with_full_stop(text) || trimmed.ends_with([',', ';', ':', '：', '，', '、'])
}

fn is_closing(c: char) -> bool {
    matches!(c, '"' | '\'' | '”' | '’' | '»' | '›' | '“' | ')' | ']' | '」' | '』' | '）')
}

/// Like a headline: begins like a sentence, has at least two words, no final full stop, hardly a sentence inside.
pub(crate) fn is_headline(text: &str) -> bool {
    let text = text.trim();
    let chars = text.chars().count();
    let min = if is_dense(text) { MIN_HEADLINE_DENSE } else { MIN_HEADLINE };
    (min..=MAX_HEADLINE).contains(&chars)
        && begins_like_a_sentence(text)
        && !ends_with_stop(text)
        && (is_dense(text) || text.split_whitespace().nth(1).is_some())
        && inner_sentences(text) <= 1
}

/// A headline that is long enough not to be a subhead of the article.
pub(crate) fn is_long_headline(text: &str) -> bool {
    // Subheads have three to six words, headlines more.
    is_headline(text)
        && (is_dense(text) || (text.split_whitespace().count() >= 5 && text.chars().count() >= 30))
}

/// Sentences that end inside of the text: a word of two letters or more, a stop, a capital.
fn inner_sentences(text: &str) -> usize {
    let mut count = 0;
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let Some(next) = words.peek() else { break };
        let stem = word.trim_end_matches(['.', '!', '?']);
        if stem.len() < word.len() && stem.chars().count() > 2 && next.starts_with(char::is_uppercase) {
            count += 1;
        }
    }
    count
}

/// Begins with a capital, a digit or a letter of a script without case, whatever quotes stand before.
pub(crate) fn begins_like_a_sentence(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let word = text.split_whitespace().next().unwrap_or_default();
    // iPhone, eBay
    let brand = || word.chars().nth(1).is_some_and(char::is_uppercase);
    text.starts_with(|c: char| !c.is_lowercase()) || brand()
}

/// All letters are capitals.
pub(crate) fn is_upper(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| c.is_alphabetic()).peekable();
    letters.peek().is_some() && letters.all(|c| !c.is_lowercase())
}

/// Names of people or houses: capitalised words, with little words between them.
pub(crate) fn is_names(text: &str) -> bool {
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || "/,&|;()-–—".contains(c)).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let capitals = words.iter().filter(|word| begins_like_a_sentence(word)).count();
    (1..=MAX_NAMES).contains(&words.len())
        && capitals > 0
        && words.iter().all(|word| is_part_of_name(word))
        && begins_like_a_name(words[0])
        && !text.contains(['?', '!', ':', '"', '«', '“'])
}

/// A name begins with a capital or with a particle of names, not with an article.
fn begins_like_a_name(word: &str) -> bool {
    begins_like_a_sentence(word) || matches!(word, "de" | "di" | "da" | "van" | "von" | "al")
}

fn is_part_of_name(word: &str) -> bool {
    const LITTLE: [&str; 46] = [
        "dpa",
        "agence",
        "agences",
        "agencies",
        "agencias",
        "agenturen",
        "de",
        "du",
        "des",
        "la",
        "le",
        "les",
        "et",
        "avec",
        "à",
        "d",
        "van",
        "von",
        "der",
        "den",
        "und",
        "mit",
        "ter",
        "te",
        "di",
        "da",
        "del",
        "della",
        "dos",
        "das",
        "do",
        "e",
        "y",
        "con",
        "and",
        "with",
        "for",
        "of",
        "the",
        "i",
        "z",
        "al",
        "bin",
        "ben",
        "pour",
        "en",
    ];
    let bare = word.trim_end_matches('.');
    // A full stop is fine after an initial or an abbreviated first name ("R. van Dam", "Chr. Huber").
    let stop_fits = bare.len() == word.len() || bare.chars().count() <= 3;
    let elided = ["d'", "d’", "l'", "l’", "o'", "o’"].iter().any(|start| bare.starts_with(start));
    stop_fits
        && !bare.starts_with(|c: char| c.is_ascii_digit())
        && (begins_like_a_sentence(bare) || elided || LITTLE.contains(&bare) || is_host(bare))
}

/// `afp.com`: agencies sign with the names of their sites.
fn is_host(word: &str) -> bool {
    word.split_once('.').is_some_and(|(name, end)| name.len() > 1 && (2..=6).contains(&end.len()))
}

/// Scripts that write without spaces, a word in one or two characters.
pub(crate) fn is_dense(text: &str) -> bool {
    if !may_be_dense(text) {
        return false;
    }
    let (mut dense, mut letters) = (0, 0);
    for c in text.chars().filter(|c| c.is_alphabetic()).take(200) {
        letters += 1;
        dense += usize::from(('\u{2e80}'..='\u{9fff}').contains(&c) || ('\u{e00}'..='\u{e7f}').contains(&c));
    }
    dense * 2 > letters
}

/// Share of the visible bytes of `part` that is inside of links.
pub(crate) fn link_share(text: &str, links: &[Range<usize>], part: Range<usize>) -> f32 {
    if links.is_empty() {
        return 0.0;
    }
    let visible = |range: Range<usize>| {
        let slice = text.get(range).unwrap_or_default();
        slice.chars().filter(|c| is_alphanumeric(*c)).count()
    };
    let all = visible(part.clone());
    if all == 0 {
        return 0.0;
    }
    let linked: usize = links
        .iter()
        .map(|link| link.start.max(part.start)..link.end.min(part.end))
        .filter(|range| range.start < range.end)
        .map(visible)
        .sum();
    linked as f32 / all as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_phrases() {
        for names in
            ["Philippe Douroux", "R. van Lonkhuijsen / AFP", "Le Figaro avec AFP", "TELMO PINTO", "Y. B."]
        {
            assert!(is_names(names), "{names}");
        }
        for phrase in
            ["hasard et par amour", "La pluie tombe", "le ministre", "Jean Dupont est mort", "Lyon 2024"]
        {
            assert!(!is_names(phrase), "{phrase}");
        }
    }

    #[test]
    fn headlines_are_told_from_prose() {
        assert!(is_headline("La Loire au plus bas depuis 1976"));
        assert!(is_headline("« Tellement fier », Benzema savoure son retour en bleu"));
        assert!(is_headline("Pourquoi les rivières débordent-elles ?"));
        assert!(is_headline("防災の日に各地で訓練"));
        assert!(!is_headline("La Loire est au plus bas depuis 1976."));
        assert!(!is_headline("souvent que possible"));
        assert!(!is_headline("Il pleut. Elle rit. Nous dormons. Vous parlez encore"));
    }

    #[test]
    fn prose_needs_length_and_an_end() {
        assert!(is_prose("Le conseil municipal a voté hier soir la rénovation du pont de pierre."));
        assert!(!is_prose("Le conseil municipal a voté hier soir la rénovation du pont de pierre"));
        assert!(is_prose("首相は三日、記者団に対して、新しい方針を説明したと述べた。"));
        assert!(!is_prose("Oui."));
    }

    #[test]
    fn ranges_that_lie_outside_of_the_text_do_no_harm() {
        assert_eq!(link_share("é", &[1..9, 0..2], 0..2), 1.0);
        assert_eq!(link_share("", &[0..3, 4..4], 0..0), 0.0);
    }
}
