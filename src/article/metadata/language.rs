//! The language: what the page says of itself, and what its text is in.
//!
//! Templates leave `<html lang="en">` on pages of every language. So the text of a long article overrules the page,
//! except where the two are near kin that a detector confuses, or where it knows nothing of the language named.

use super::head::Head;
use crate::article::jsonld::Story;

/// A shorter text is too little evidence against what the page says.
const MIN_CHARS: usize = 400;
/// Languages that detectors take for one another; of each group, the page is believed.
const KIN: [&[&str]; 6] = [
    &["no", "nb", "nn", "da", "sv"],
    &["cs", "sk", "sl"],
    &["pt", "gl", "es", "ca", "it", "oc"],
    &["ru", "uk", "be", "bg"],
    &["nl", "af", "de"],
    &["id", "ms"],
];
/// Languages that the detector knows. What the page names beside these, it may well be right about.
const KNOWN: [&str; 39] = [
    "ar", "be", "bn", "bg", "ca", "cs", "zh", "da", "de", "el", "en", "et", "fi", "fr", "he", "hi", "hr",
    "hu", "id", "it", "ja", "ko", "lv", "lt", "nl", "no", "nb", "fa", "pl", "pt", "ro", "ru", "sk", "es",
    "sv", "th", "tr", "uk", "vi",
];

/// The language that the page names, ISO 639-1 in lower case.
pub(super) fn named(head: &Head, story: &Story) -> Option<String> {
    [
        head.language.as_deref(),
        head.first(&["og:locale"]),
        head.first(&["content-language", "language", "dc.language", "dcterms.language"]),
        story.language.as_deref(),
    ]
    .into_iter()
    .flatten()
    .find_map(code)
}

/// `fr-CA`, `fr_FR`, `FR` to `fr`; a list or a name of a language is nothing.
fn code(tag: &str) -> Option<String> {
    let code = tag.trim().split(['-', '_']).next()?.to_lowercase();
    (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase())).then_some(code)
}

/// The language of an article: `named` by its page, or what `detect` finds in its `text`, which is given the name.
pub(crate) fn settle(
    named: Option<String>,
    text: &str,
    detect: impl FnOnce(Option<&str>) -> Option<&'static str>,
) -> Option<String> {
    let Some(named) = named else { return detect(None).map(str::to_owned) };
    let is_long = text.chars().nth(MIN_CHARS).is_some();
    let detected = if is_long && KNOWN.contains(&named.as_str()) { detect(Some(&named)) } else { None };
    match detected.filter(|detected| overrules(&named, detected)) {
        Some(detected) => Some(detected.to_owned()),
        None => Some(named),
    }
}

fn overrules(named: &str, detected: &str) -> bool {
    let are_kin = KIN.iter().any(|group| group.contains(&named) && group.contains(&detected));
    !are_kin
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(named: Option<&str>, chars: usize, detected: Option<&'static str>) -> String {
        settle(named.map(str::to_owned), &"x".repeat(chars), |_| detected).unwrap_or_default()
    }

    #[test]
    fn a_long_text_overrules_the_language_of_a_template() {
        assert_eq!(settled(Some("en"), 1000, Some("fr")), "fr");
        assert_eq!(settled(Some("en"), 100, Some("fr")), "en", "too short to tell");
        assert_eq!(settled(Some("en"), 1000, None), "en");
        assert_eq!(settled(None, 100, Some("fr")), "fr");
    }

    #[test]
    fn near_kin_and_languages_unknown_to_the_detector_are_left_as_named() {
        assert_eq!(settled(Some("gl"), 1000, Some("pt")), "gl");
        assert_eq!(settled(Some("nn"), 1000, Some("da")), "nn");
        assert_eq!(settled(Some("eu"), 1000, Some("en")), "eu");
    }
}
