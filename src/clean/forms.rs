//! Boxes that ask for a mail address: a newsletter's words stand beside its form as often as in it, and in any language.

use html5ever::local_name;

use super::FastSet;
use super::survey::Survey;
use crate::parse::{Dom, NodeId, NodeKind};

/// The box of such a form has at most so much prose ...
const MAX_PROSE: u32 = 300;
/// ... and this share of the page's.
const MAX_SHARE: f32 = 0.25;

/// Whether a node is a field for a mail address.
pub fn asks_for_address(dom: &Dom, node: NodeId) -> bool {
    dom.kind(node) == NodeKind::Element
        && *dom.local_name(node) == local_name!("input")
        && dom.attribute(node, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("email"))
}

/// The largest boxes around fields for a mail address that hold little but the words that invite to fill them in; none
/// where that is the article.
pub fn letter_boxes(dom: &Dom, survey: &Survey, fields: Vec<NodeId>, root: NodeId) -> Vec<NodeId> {
    let most = MAX_PROSE.min((survey.get(root).prose as f32 * MAX_SHARE) as u32);
    let is_box = |node: &NodeId| {
        let names_article = matches!(dom.tag(*node), "main" | "article" | "body");
        *node != root && !names_article && survey.get(*node).prose <= most
    };
    let mut boxes: Vec<NodeId> =
        fields.into_iter().filter_map(|field| dom.ancestors(field).take_while(is_box).last()).collect();
    let mut seen = FastSet::default();
    boxes.retain(|found| seen.insert(*found));
    let has_headline = |node| dom.descendants(node).any(|below| *dom.local_name(below) == local_name!("h1"));
    boxes.retain(|found| !has_headline(*found));
    boxes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{Limits, parse};
    use crate::rules::Rules;

    /// The class of the box around the field of a page.
    fn class_of_box(html: &str) -> Option<String> {
        let dom = parse(html, &Limits::default()).unwrap();
        let root = dom.body().unwrap();
        let survey = Survey::of(&dom, root, &Rules::builtin().generic);
        let field = dom.descendants(root).find(|node| asks_for_address(&dom, *node))?;
        let found = letter_boxes(&dom, &survey, vec![field], root);
        dom.attribute(*found.first()?, "class").map(str::to_owned)
    }

    const PROSE: &str = "<p>Le pont de pierre restera fermé jusqu’à lundi, a indiqué la capitainerie dans un bref \
                         communiqué. Personne ne passe, et les pêcheurs attendent que l’eau redescende.</p>";
    const FORM: &str = "<form class=f><input type=email></form>";

    #[test]
    fn the_words_beside_the_form_are_of_its_box_and_the_paragraphs_around_it_are_not() {
        let words = "<p>Chaque vendredi, les histoires qui comptent, par toute la rédaction.</p>";
        let page = format!("<div class=a>{}<div class=b>{words}{FORM}</div>{PROSE}</div>", PROSE.repeat(8));
        assert_eq!(class_of_box(&page).as_deref(), Some("b"));
        assert_eq!(class_of_box(&page.replace("email", "text")), None);
    }

    #[test]
    fn the_box_of_the_headline_and_that_of_a_short_text_are_no_letter_boxes() {
        let headed = format!("<div class=b><h1>Le pont</h1>{FORM}</div>{}", PROSE.repeat(8));
        assert_eq!(class_of_box(&headed), None);
        assert_eq!(class_of_box(&format!("<div class=b>{PROSE}{FORM}</div>")).as_deref(), Some("f"));
    }
}
