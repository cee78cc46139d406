//! Readers' comments. What follows the form in which they write them is theirs, also where no name around it says so:
//! of 160 pages of the labelled corpora with such a form, none has a line of its article after it.

use html5ever::{LocalName, local_name};

use super::Kind;
use super::block::{Fate, TextBlock};
use super::features::{above, ends_sentence};
use super::names::words_of;
use super::rules::GenericRules;
use super::survey::text_weight;
use crate::article::BlockKind;
use crate::parse::{Dom, NodeId};

/// So much text is kept before the form; one that stands before the article is for something else.
const MIN_BEFORE: u32 = 600;
/// The name that says what a form is for stands on the form, in it, or at most so many elements above it.
const MAX_LEVELS: usize = 3;
/// ... or so many above the field.
const MAX_WITHIN: usize = 8;

/// What is shorter beside a comment, and no sentence, is a name or a date.
const MIN_COMMENT_BYTES: usize = 60;

/// Removes what is kept after the first form for comments.
pub fn remove_discussion(dom: &Dom, rules: &GenericRules, blocks: &mut [TextBlock]) {
    // elements are numbered as the parser met them
    let Some(form) = comment_forms(dom, rules).min_by_key(|form| form.index()) else { return };
    let (before, after): (Vec<_>, Vec<_>) = blocks
        .iter_mut()
        .filter(|block| block.fate.kept)
        .partition(|block| block.element.index() < form.index());
    if before.iter().map(|block| text_weight(&block.text)).sum::<u32>() < MIN_BEFORE {
        return;
    }
    for block in after {
        block.fate =
            Fate { score: block.fate.score, ..Fate::removed(Kind::Comments, "discussion.after-form") };
    }
}

/// The forms with a field for a text of one's own that name comments.
fn comment_forms<'a>(dom: &'a Dom, rules: &'a GenericRules) -> impl Iterator<Item = NodeId> + 'a {
    const FIELD: LocalName = local_name!("textarea");
    let nodes = dom.may_hold(&FIELD).then(|| dom.descendants(dom.document()));
    let fields = nodes.into_iter().flatten().filter(|node| *dom.local_name(*node) == FIELD);
    fields.filter_map(move |field| {
        let form = above(dom, field).find(|node| *dom.local_name(*node) == local_name!("form"))?;
        let within = above(dom, field).take(MAX_WITHIN).take_while(|node| *node != form);
        let names_comments = |node| is_named(dom, rules, node);
        within.chain(above(dom, form).take(MAX_LEVELS)).any(names_comments).then_some(form)
    })
}

fn is_named(dom: &Dom, rules: &GenericRules, node: NodeId) -> bool {
    let mut words = String::new();
    words_of(dom, node, &mut words);
    !words.is_empty() && rules.judge_names(&words).kind == Some(Kind::Comments)
}

/// The texts of readers' comments, without the names, dates and buttons around them.
pub fn comments(blocks: &[TextBlock]) -> Vec<String> {
    let is_text = |block: &&TextBlock| {
        let is_comment = !block.fate.kept && block.fate.kind == Some(Kind::Comments);
        is_comment
            && block.kind == BlockKind::Paragraph
            && (ends_sentence(&block.text) || block.text.len() >= MIN_COMMENT_BYTES)
    };
    blocks.iter().filter(is_text).map(|block| block.text.clone()).collect()
}

#[cfg(test)]
mod tests {
    use crate::Cleaner;

    const FORM: &str = "<form><p>Votre message</p><textarea id=comment></textarea></form>";
    const REPLY: &str = "<div><p>Anne</p><p>Je ne suis pas d’accord du tout, la mairie avait prévenu tout le monde.</p></div>";

    fn paragraphs(numbers: std::ops::Range<usize>) -> String {
        let line = |number: usize| {
            format!(
                "<p>Le niveau de la Loire est monté de {number} mètres dans la nuit, et les pompiers ont ouvert \
                 les portes de la vieille digue pour sauver le bourg de Saint-Martin et ses {number} moulins.</p>"
            )
        };
        numbers.map(line).collect()
    }

    fn cleaned(html: &str) -> String {
        Cleaner::default().clean(html, None).unwrap().to_text()
    }

    #[test]
    fn what_follows_the_form_for_comments_is_no_article() {
        let text = cleaned(&format!("<h1>Crue</h1><div>{}{FORM}{}</div>", paragraphs(2..8), REPLY.repeat(3)));
        assert!(text.contains("7 mètres") && !text.contains("mairie"), "{text}");
    }

    #[test]
    fn a_form_before_the_article_or_for_something_else_takes_nothing() {
        let before = cleaned(&format!("<h1>Crue</h1><div>{FORM}{}</div>", paragraphs(2..8)));
        assert!(before.contains("7 mètres"), "{before}");
        let other = FORM.replace("comment", "question");
        let amid =
            cleaned(&format!("<h1>Crue</h1><div>{}{other}{}</div>", paragraphs(2..8), paragraphs(8..15)));
        assert!(amid.contains("14 mètres"), "{amid}");
    }
}
