//! Whether a page shows its readers that an article is for subscribers only, where its data does not say so.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Kind;
use super::block::TextBlock;
use super::walls::{Folded, Phrase};
use crate::article::BlockKind;

const RULES: &str = include_str!("../../rules/paywall.toml");
/// A notice is a line, no paragraph.
const MAX_NOTICE_CHARS: usize = 200;
/// A notice stands so many blocks behind what is shown at most.
const REACH: usize = 4;

static PHRASES: LazyLock<Phrases> =
    LazyLock::new(|| toml::from_str(RULES).map(|written: Written| Phrases::of(&written)).unwrap_or_default());

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    notices: Vec<String>,
    labels: Vec<String>,
}

#[derive(Default)]
struct Phrases {
    notices: Vec<Phrase>,
    labels: Vec<Folded>,
}

impl Phrases {
    fn of(written: &Written) -> Phrases {
        Phrases {
            notices: written.notices.iter().map(|phrase| Phrase::of(phrase)).collect(),
            labels: written.labels.iter().map(|label| Folded::of(label)).collect(),
        }
    }
}

/// Whether lines around the article, which were taken away, say so.
pub fn says_paywalled(blocks: &[TextBlock]) -> bool {
    let is_title = |block: &TextBlock| {
        block.fate.kind == Some(Kind::Title) && matches!(block.kind, BlockKind::Heading(1))
    };
    let (Some(first), Some(last)) =
        (blocks.iter().position(|block| block.fate.kept), blocks.iter().rposition(|block| block.fate.kept))
    else {
        return false;
    };
    let Some(title) = blocks[..first].iter().rposition(is_title) else { return false };
    let says = |(index, block): (usize, &TextBlock)| {
        let text = Folded::of(&block.text);
        PHRASES.notices.iter().any(|notice| notice.is_in(&text))
            || index < first && PHRASES.labels.contains(&text)
    };
    let around = blocks.iter().enumerate().skip(title + 1).take(last + REACH - title);
    around.filter(|(_, block)| may_be_notice(block)).any(says)
}

fn may_be_notice(block: &TextBlock) -> bool {
    let is_elsewhere = matches!(
        block.fate.kind,
        Some(Kind::Navigation | Kind::Related | Kind::Footer | Kind::Comments | Kind::Title)
    );
    !block.fate.kept
        && !is_elsewhere
        && block.fate.rule != "prune.hidden"
        && block.text.chars().count() <= MAX_NOTICE_CHARS
}

#[cfg(test)]
mod tests {
    use crate::Cleaner;

    fn paywalled(before: &str, after: &str) -> Option<bool> {
        let prose = "Les éboueurs de Port-Salvy travaillent de nuit depuis 1985. Nous avons suivi une équipe pendant une semaine.";
        let html = format!(
            "<title>Enquête sur les éboueurs</title><nav><a href=/a>Abonnés</a></nav><main><article>\
             <h1>Enquête sur les éboueurs</h1>{before}<p>{prose}</p>{after}</article></main>"
        );
        Cleaner::default().clean(&html, None).unwrap().metadata.paywalled
    }

    #[test]
    fn what_readers_are_told_is_believed() {
        assert_eq!(
            paywalled("", "<p>Cet article est réservé aux abonnés.</p><p>Déjà abonné ? Connectez-vous</p>"),
            Some(true)
        );
        assert_eq!(paywalled("<p>Réservé aux abonnés</p>", ""), Some(true));
        assert_eq!(
            paywalled("", "<div class=paywall><p>Il vous reste 80 % de cet article à lire.</p></div>"),
            Some(true)
        );
    }

    #[test]
    fn what_the_article_or_the_page_says_of_others_is_not() {
        assert_eq!(paywalled("", ""), None);
        let quoted = "<p>« Cet article est réservé aux abonnés » : la phrase agace, mais elle paie, explique une étude publiée lundi.</p>";
        assert_eq!(paywalled("", quoted), None);
    }
}
