//! The language of a text, when nobody says it.

use whatlang::{Lang, detect as guess};

use super::Line;
use crate::clean::words::{WordSet, word_key, words};

/// Characters that are looked at; more do not change the answer.
const ENOUGH: usize = 3000;
/// Bytes of text that settle the language against what a page names: three or four paragraphs.
const CONVINCING: usize = 1000;

/// Frequent words of a language that its neighbours hardly use, and which make a fifth of its texts.
const TELLING_WORDS: [(&str, &str); 10] = [
    (
        "fr",
        "les des du et dans pour sur au par est pas plus avec il nous une aux sont ont qui ce ne cette été mais leur",
    ),
    (
        "de",
        "der und von zu das mit sich des auf für ist im dem den nicht ein eine als auch dass nach wird bei sind über aus",
    ),
    (
        "es",
        "el los las del y una por con para su que más como pero sus ha fue está también este entre desde cuando hasta",
    ),
    ("en", "the of and is that it was with by this from have are been which were would their"),
    (
        "it",
        "il di che della del dei delle alla nel per con sono non è più gli anche dal dalla una questo come ha lo",
    ),
    (
        "nl",
        "het een van de en dat niet voor met op te zijn aan door naar ook bij uit maar nog wordt over zich heeft",
    ),
    (
        "pt",
        "os do da dos das em um uma não que com para por mais são ao foi pela pelo também como seu sua nos na no",
    ),
    (
        "sv",
        "och att det som på är av för den till med har inte från ett efter kan ska också men var när om sig vid",
    ),
    (
        "no",
        "og det er på av for til som med ikke har en den fra ved etter at også men var blir skal et kan om seg",
    ),
    (
        "pl",
        "w się nie jest że przez są dla które który oraz był ale może czy jego już ich pod będzie jako także jej",
    ),
];
/// A text with this share of telling words is in that language.
const MIN_TELLING_SHARE: f32 = 0.12;
/// Words that are looked at.
const TELLING_SAMPLE: usize = 250;

/// Whether a text is plainly in this language. That is quicker to tell than which of all languages it is in; a "no" says
/// nothing.
pub fn is_plainly(language: &str, text: &str) -> bool {
    let Some((_, telling)) = TELLING_WORDS.iter().find(|(known, _)| *known == language) else {
        return false;
    };
    let telling: WordSet = telling.split(' ').map(word_key).collect();
    let (mut all, mut found) = (0_u32, 0_u32);
    for (_, key) in words(text).take(TELLING_SAMPLE) {
        all += 1;
        found += u32::from(telling.contains(key));
    }
    all > 0 && found as f32 >= MIN_TELLING_SHARE * all as f32
}

/// The language of a text (ISO 639-1), or `None` when it is too short or too mixed to tell.
pub fn detect(text: &str) -> Option<&'static str> {
    let end = text.char_indices().nth(ENOUGH).map_or(text.len(), |(index, _)| index);
    let found = guess(&text[..end])?;
    found.is_reliable().then(|| code(found.lang())).flatten()
}

/// The language of the longest lines.
pub(super) fn detect_lines(lines: &[Line<'_>]) -> Option<&'static str> {
    detect(&longest(lines, ENOUGH))
}

/// The language of the longest lines when they are long enough to gainsay what a page names.
pub(super) fn detect_other(named: &str, lines: &[Line<'_>]) -> Option<&'static str> {
    let text = longest(lines, CONVINCING);
    if text.len() < CONVINCING || is_plainly(named, &text) { None } else { detect(&text) }
}

/// The longest lines, up to about so many bytes.
fn longest(lines: &[Line<'_>], enough: usize) -> String {
    let mut longest: Vec<&str> = lines.iter().map(|line| line.text).collect();
    longest.sort_by_key(|text| std::cmp::Reverse(text.len()));
    let mut text = String::new();
    for line in longest {
        text.push_str(line);
        text.push('\n');
        if text.len() > enough {
            break;
        }
    }
    text
}

/// The two-letter code of a language.
fn code(language: Lang) -> Option<&'static str> {
    const CODES: [(Lang, &str); 38] = [
        (Lang::Ara, "ar"),
        (Lang::Bel, "be"),
        (Lang::Ben, "bn"),
        (Lang::Bul, "bg"),
        (Lang::Cat, "ca"),
        (Lang::Ces, "cs"),
        (Lang::Cmn, "zh"),
        (Lang::Dan, "da"),
        (Lang::Deu, "de"),
        (Lang::Ell, "el"),
        (Lang::Eng, "en"),
        (Lang::Est, "et"),
        (Lang::Fin, "fi"),
        (Lang::Fra, "fr"),
        (Lang::Heb, "he"),
        (Lang::Hin, "hi"),
        (Lang::Hrv, "hr"),
        (Lang::Hun, "hu"),
        (Lang::Ind, "id"),
        (Lang::Ita, "it"),
        (Lang::Jpn, "ja"),
        (Lang::Kor, "ko"),
        (Lang::Lav, "lv"),
        (Lang::Lit, "lt"),
        (Lang::Nld, "nl"),
        (Lang::Nob, "no"),
        (Lang::Pes, "fa"),
        (Lang::Pol, "pl"),
        (Lang::Por, "pt"),
        (Lang::Ron, "ro"),
        (Lang::Rus, "ru"),
        (Lang::Slk, "sk"),
        (Lang::Spa, "es"),
        (Lang::Swe, "sv"),
        (Lang::Tha, "th"),
        (Lang::Tur, "tr"),
        (Lang::Ukr, "uk"),
        (Lang::Vie, "vi"),
    ];
    CODES.iter().find(|(known, _)| *known == language).map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_languages_of_a_paragraph_and_admits_ignorance() {
        let french = "Le conseil municipal a voté hier soir la rénovation du pont, dont le coût est estimé à deux \
            millions d’euros, malgré l’opposition de plusieurs élus.";
        let german = "Der Gemeinderat hat gestern Abend die Sanierung der Brücke beschlossen, deren Kosten auf zwei \
            Millionen Euro geschätzt werden.";
        assert_eq!(detect(french), Some("fr"));
        assert_eq!(detect(german), Some("de"));
        assert_eq!(detect("12 34"), None);
    }

    #[test]
    fn telling_words_show_a_language_and_their_absence_says_nothing() {
        let french = "Les élus ont voté et le pont sera plus large, avec des pistes pour les vélos sur une rive qui \
            n’est pas encore aménagée.";
        assert!(is_plainly("fr", french) && !is_plainly("en", french));
        let german = "Der Gemeinderat hat gestern Abend die Sanierung des Bades beschlossen, und die Kosten werden auf \
            zwei Millionen Euro geschätzt.";
        assert!(!is_plainly("fr", german));
        let italian = "Il consiglio ha deciso che il ponte della città non sarà chiuso per i lavori, come del resto era previsto.";
        assert!(is_plainly("it", italian) && !is_plainly("pt", italian));
        assert!(!is_plainly("ro", "Consiliul local a votat."), "no words are known");
    }
}
