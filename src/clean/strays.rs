//! Strays: text that is an article's or a title, but of something else than this page.
//!
//! - pages that scroll on without end hold the next articles, each in an `<article>` with its own headline
//! - a player shows the title of its video

use super::block::{Fate, TextBlock};
use super::features::above;
use super::names::words_of;
use super::{FastSet, Kind};
use crate::article::BlockKind;
use crate::parse::{Dom, NodeId};

/// What boxes of players and galleries are called, as [`words_of`] writes it.
const PLAYER_WORDS: [&str; 6] = ["-video-", "-embed-", "-player-", "-vjs-", "-gallery-", "-podcast-"];
/// How far above its title a player may stand.
const MAX_LEVELS: usize = 2;

/// Removes what is kept of other articles, once the headline of this one is known.
pub fn drop_other_articles(dom: &Dom, blocks: &mut [TextBlock]) {
    let article =
        |block: &TextBlock| above(dom, block.element).filter(|node| dom.tag(*node) == "article").last();
    let main = blocks.iter().find(|block| block.fate.kind == Some(Kind::Title)).and_then(article);
    let heads = blocks.iter().filter(|block| block.kind == BlockKind::Heading(1));
    let others: FastSet<NodeId> =
        heads.filter_map(article).filter(|article| main.is_some_and(|main| main != *article)).collect();
    if others.is_empty() {
        return;
    }
    for block in blocks.iter_mut().filter(|block| block.fate.kept) {
        if above(dom, block.element).any(|node| others.contains(&node)) {
            block.fate = Fate { score: block.fate.score, ..Fate::removed(Kind::Related, "strays.article") };
        }
    }
}

/// Removes headings that are the only kept text of a player or gallery.
pub fn drop_player_titles(dom: &Dom, blocks: &mut [TextBlock]) {
    let mut words = String::new();
    let mut is_player = |node: NodeId| {
        words_of(dom, node, &mut words);
        PLAYER_WORDS.iter().any(|word| words.contains(word))
    };
    for index in 0..blocks.len() {
        let block = &blocks[index];
        if !block.fate.kept || !matches!(block.kind, BlockKind::Heading(_)) {
            continue;
        }
        let beside = [index.checked_sub(1), Some(index + 1)].into_iter().flatten();
        let beside: Vec<&TextBlock> =
            beside.filter_map(|index| blocks.get(index)).filter(|block| block.fate.kept).collect();
        let is_alone =
            |node: NodeId| !beside.iter().any(|other| above(dom, other.element).any(|above| above == node));
        let boxes = above(dom, block.element).skip(1).take(MAX_LEVELS);
        if boxes.into_iter().any(|node| is_player(node) && is_alone(node)) {
            blocks[index].fate =
                Fate { score: block.fate.score, ..Fate::removed(Kind::Caption, "strays.player") };
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Cleaner;

    const PROSE: &str = "Le pont de pierre restera fermé jusqu’à lundi, a indiqué la capitainerie dans un bref \
                         communiqué. Personne ne passe, et les pêcheurs attendent.";

    fn paragraphs(word: &str) -> String {
        (1..7)
            .map(|number| format!("<p>{word} {number}. {PROSE} On compte {number} bateaux {word}.</p>"))
            .collect()
    }

    fn cleaned(html: &str) -> String {
        Cleaner::default().clean(html, None).unwrap().to_text()
    }

    #[test]
    fn the_next_article_of_an_endless_page_goes() {
        let article =
            |title: &str, word: &str| format!("<article><h1>{title}</h1>{}</article>", paragraphs(word));
        let html = format!(
            "<title>Le pont est fermé</title><main>{}{}</main>",
            article("Le pont est fermé", "fluvial"),
            article("La foire ouvre", "forain")
        );
        let text = cleaned(&html);
        assert!(text.contains("fluvial") && !text.contains("forain"), "{text}");
    }

    #[test]
    fn the_title_of_a_player_goes_and_a_subhead_stays() {
        let page = |class: &str| {
            format!(
                "<title>Le pont est fermé</title><article><h1>Le pont est fermé</h1>{}\
                 <div class='{class}'><h2>Comment ferme-t-on un pont ?</h2></div>{}</article>",
                paragraphs("fluvial"),
                paragraphs("marin")
            )
        };
        assert!(!cleaned(&page("vjs-wrapper embed")).contains("Comment ferme"));
        assert!(cleaned(&page("section")).contains("Comment ferme"));
    }
}
