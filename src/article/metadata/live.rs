//! Whether the page is a live coverage: a text that grows entry by entry while something happens.
//!
//! JSON-LD says so by its type; else the headline opens with a label ("EN DIRECT - ..."), or the address has a part that
//! sites keep for live coverage. A mere `/live/` or `/direct/` says nothing: it is a rubric or a broadcast as often.

use url::Url;

use super::marks::live_words;
use super::words::fold;
use crate::article::jsonld::Story;

/// What stands between a label and the headline.
const SEPARATORS: [char; 8] = [':', '.', '-', '|', '/', '•', '·', '!'];

/// Whether the page says that it is live coverage.
pub(super) fn is_live(story: &Story, titles: &[&str], address: Option<&Url>) -> bool {
    story.live || titles.iter().any(|title| opens_live(title)) || address.is_some_and(has_live_part)
}

fn opens_live(title: &str) -> bool {
    let folded = fold(title);
    let folded = folded.trim_start_matches(|c: char| !c.is_alphanumeric());
    live_words()
        .labels
        .iter()
        .any(|label| folded.strip_prefix(label.as_str()).is_some_and(|rest| is_set_off(rest.trim_start())))
}

/// Whether a separator stands here, and no mere hyphen as in "Live-Musik".
fn is_set_off(rest: &str) -> bool {
    rest.strip_prefix(SEPARATORS).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

fn has_live_part(address: &Url) -> bool {
    let mut parts = address.path().split('/');
    parts.any(|part| live_words().paths.iter().any(|word| word == part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_before_the_headline_says_live() {
        assert!(opens_live("EN DIRECT - La Loire déborde"));
        assert!(opens_live("🔴 Direct. La Loire déborde"));
        assert!(opens_live("Liveticker: Hochwasser an der Loire"));
        assert!(!opens_live("Direct du droit et fin du combat"));
        assert!(!opens_live("Live-Musik kehrt zurück"));
    }

    #[test]
    fn a_part_of_the_address_says_live_when_it_can_mean_nothing_else() {
        let at = |address: &str| has_live_part(&Url::parse(address).unwrap());
        assert!(at("https://a.example/monde/en-direct/la-loire"));
        assert!(!at("https://a.example/blogs/live/garden"));
    }
}
