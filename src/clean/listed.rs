//! Brings back parts of the page that its data list: the ingredients and steps of a recipe, whose short lines look like a
//! menu, and questions with their answers, which stand behind the article and are often folded.

use super::block::{Fate, TextBlock};
use super::facts::{letters_of, shingles};
use super::features::above;
use super::settle::is_doubted;
use super::{FastSet, Kind};
use crate::parse::{Dom, NodeId};

/// What microdata calls the parts of a recipe.
const PARTS: [&str; 3] = ["recipeIngredient", "recipeInstructions", "ingredients"];
/// How far above a block its part is looked for.
const LEVELS: usize = 4;
/// An ingredient stands in so many blocks at most: amount, unit and name.
const MAX_PIECES: usize = 3;
/// Fewer ingredients may be words of a menu.
const MIN_INGREDIENTS: usize = 3;

/// A block is an answer, or a part of one, when so much of its shingles are.
const MIN_ANSWERED: f32 = 0.9;

/// Brings back questions and answers that JSON-LD lists, but for mere links to them.
pub fn keep_answers(blocks: &mut [TextBlock], answers: &[String]) {
    let known: FastSet<u64> = answers.iter().flat_map(|answer| shingles(answer)).collect();
    if known.is_empty() {
        return;
    }
    for block in blocks.iter_mut().filter(|block| is_doubted(block) || is_folded_away(block)) {
        let linked: usize = block.links().map(|link| link.len()).sum();
        let (mut all, mut shared) = (0_u32, 0_u32);
        for shingle in shingles(&block.text) {
            all += 1;
            shared += u32::from(known.contains(&shingle));
        }
        if all > 0 && shared as f32 >= MIN_ANSWERED * all as f32 && 2 * linked <= block.text.len() {
            block.fate = Fate { score: block.fate.score, ..Fate::kept("settle.answer") };
        }
    }
}

/// Whether a block was pruned by a state or a name that answers have as well.
fn is_folded_away(block: &TextBlock) -> bool {
    !block.fate.kept
        && block.fate.rule.starts_with("prune.")
        && matches!(block.fate.kind, Some(Kind::Other | Kind::Related | Kind::Advert))
}

/// Brings back what is part of a recipe. `ingredients` are those that JSON-LD lists.
pub fn keep_recipe(dom: &Dom, blocks: &mut [TextBlock], ingredients: &[String]) {
    let is_part = |node: NodeId| dom.attribute(node, "itemprop").is_some_and(|name| PARTS.contains(&name));
    let listed = listed(blocks, ingredients);
    for (block, listed) in blocks.iter_mut().zip(listed) {
        if is_doubted(block) && (listed || above(dom, block.element).take(LEVELS).any(is_part)) {
            block.fate = Fate { score: block.fate.score, ..Fate::kept("settle.recipe") };
        }
    }
}

/// Which blocks are the listed ingredients, each where it stands first, or a subhead between two of them; none when the
/// page shows less than half of the list.
fn listed(blocks: &[TextBlock], ingredients: &[String]) -> Vec<bool> {
    let mut found = vec![false; blocks.len()];
    let mut missing: FastSet<String> = ingredients.iter().map(|one| letters_of(one)).collect();
    missing.remove("");
    let all = missing.len();
    let Some(longest) = missing.iter().map(String::len).max() else { return found };
    for first in 0..blocks.len() {
        let mut text = String::new();
        for last in first..blocks.len().min(first + MAX_PIECES) {
            if blocks[last].text.len() > 2 * longest {
                break;
            }
            text.push_str(&letters_of(&blocks[last].text));
            if missing.remove(&text) {
                found[first..=last].fill(true);
                break;
            }
        }
    }
    let shown = all - missing.len();
    if shown < MIN_INGREDIENTS || 2 * shown < all {
        return vec![false; blocks.len()];
    }
    let is_subhead = |index: usize| !blocks[index].has_links() && found[index - 1] && found[index + 1];
    let subheads: Vec<usize> =
        (1..blocks.len().saturating_sub(1)).filter(|index| is_subhead(*index)).collect();
    subheads.into_iter().for_each(|index| found[index] = true);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::BlockKind;
    use crate::clean::block::testing::block;

    fn kept(texts: &[&str], ingredients: &[&str]) -> Vec<String> {
        let of = |text: &&str| TextBlock {
            fate: Fate::removed(Kind::Other, "label.outside"),
            ..block(BlockKind::Paragraph, text, None)
        };
        let mut blocks: Vec<TextBlock> = texts.iter().map(of).collect();
        let ingredients: Vec<String> = ingredients.iter().map(|one| (*one).to_owned()).collect();
        keep_recipe(&Dom::new(), &mut blocks, &ingredients);
        blocks.into_iter().filter(|block| block.fate.kept).map(|block| block.text).collect()
    }

    #[test]
    fn listed_questions_and_answers_come_back_and_links_to_them_do_not() {
        let texts = [
            "Qui paie la réparation du pont ?",
            "La ville paie la réparation.",
            "Lire un autre article du jour",
        ];
        let of = |(text, rule): (&str, &'static str)| TextBlock {
            fate: Fate::removed(Kind::Other, rule),
            ..block(BlockKind::Paragraph, text, None)
        };
        let rules = ["label.outside", "prune.hidden", "label.outside"];
        let mut blocks: Vec<TextBlock> = texts.into_iter().zip(rules).map(of).collect();
        blocks.push(TextBlock { fate: Fate::removed(Kind::Footer, "prune.tag.footer"), ..blocks[1].clone() });
        let link =
            crate::article::Span { range: 0..texts[0].len(), mark: crate::article::Mark::Link("#a".into()) };
        blocks.push(TextBlock { spans: vec![link], ..blocks[0].clone() });
        keep_answers(&mut blocks, &[texts[0].to_owned(), "Oui. La ville paie la réparation.".to_owned()]);
        let kept: Vec<bool> = blocks.iter().map(|block| block.fate.kept).collect();
        assert_eq!(kept, [true, true, false, false, false]);
    }

    #[test]
    fn parts_that_microdata_names_come_back_though_they_are_links() {
        let html = "<ul><li itemprop=recipeIngredient>200 g de farine</li><li>Dix recettes</li></ul>";
        let dom = crate::parse::parse(html, &crate::parse::Limits::default()).unwrap();
        let items = dom.descendants(dom.document()).filter(|node| dom.tag(*node) == "li");
        let of = |element| TextBlock {
            element,
            fate: Fate::removed(Kind::Related, "label.links"),
            ..block(BlockKind::Paragraph, "200 g", None)
        };
        let mut blocks: Vec<TextBlock> = items.map(of).collect();
        keep_recipe(&dom, &mut blocks, &[]);
        assert!(blocks[0].fate.kept && !blocks[1].fate.kept);
    }

    #[test]
    fn listed_ingredients_and_the_subheads_between_them_come_back() {
        let texts = [
            "Accueil",
            "125 g",
            "Farine",
            "2 œufs",
            "Pour la crème :",
            "1 pincée de sel",
            "Partager",
            "Farine",
        ];
        let ingredients = ["125 g farine", "2 œufs", "1 pincée de sel", "1 citron"];
        assert_eq!(
            kept(&texts, &ingredients),
            ["125 g", "Farine", "2 œufs", "Pour la crème :", "1 pincée de sel"]
        );
    }

    #[test]
    fn words_of_a_menu_are_no_ingredients() {
        assert!(
            kept(&["Sel", "Œufs", "Pâtes"], &["sel", "œufs", "pâtes", "lait", "riz", "thé", "eau"])
                .is_empty()
        );
        assert!(kept(&["Sel", "Lait"], &["sel", "lait"]).is_empty());
        assert!(kept(&["Sel"], &[]).is_empty());
    }
}
