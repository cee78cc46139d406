//! Marks elements that are boilerplate by tag, role, state or name. Nothing is taken out of the tree.
//!
//! An element that holds too large a share of the page's prose is never marked: its name belongs to the page.

use std::cell::OnceCell;

use html5ever::local_name;

use super::Kind;
use super::forms::{asks_for_address, letter_boxes};
use super::names::push_words;
use super::rules::{BoxRule, CONSENT_MANAGER_MARK, GenericRules};
use super::survey::{NodeFacts, Survey};
use crate::parse::{Dom, Edge, NodeId, NodeKind};

/// Largest share of the prose in an element that is hidden by its state: paywalls hide whole articles.
const MAX_HIDDEN_SHARE: f32 = 0.4;

/// Share of the page's prose that must be left by all marks together.
const MIN_LEFT_SHARE: f32 = 0.2;
/// How many rules are left out at most.
const MAX_LEFT_OUT: usize = 4;

/// Readers' comments may hold any share of the prose when so much stands beside them.
const AMPLE_PROSE: u32 = 800;
/// ... or so much, when the comments are numbered (`id="comment-4711"`).
const AMPLE_BESIDE_NUMBERED: u32 = 300;
/// So many numbered comments are a discussion.
const MIN_NUMBERED_COMMENTS: usize = 3;

/// Kinds of boxes that hold no headline.
const NO_HEADS: [Kind; 8] = [
    Kind::Breadcrumb,
    Kind::DateLine,
    Kind::Byline,
    Kind::Share,
    Kind::Tags,
    Kind::Navigation,
    Kind::Caption,
    Kind::Credit,
];
/// A standfirst has so much prose.
const MIN_STANDFIRST_PROSE: u32 = 40;
/// The rule for names of boxes of related articles, and of cards and slides.
const RELATED_RULE: &str = "related";
/// A box of related articles in the body has a link for so much prose, if it has so much.
const MAX_PROSE_PER_LINK: u32 = 200;
const MIN_RELATED_PROSE: u32 = 800;
/// Hidden text that readers open has so much prose, for itself and for each link ...
const MIN_FOLDED_PROSE: u32 = 60;
/// ... and its name, or so far above it.
const FOLDED_LEVELS: usize = 3;
/// How far above a piece of code its element stands.
const CODE_LEVELS: usize = 3;

/// Why an element is boilerplate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What it is.
    pub kind: Kind,
    /// The rule, as in `prune.name.share`.
    pub rule: String,
}

/// Marks of nodes.
#[derive(Debug, Default)]
pub struct Marks {
    marks: Vec<Mark>,
    /// By node index: 0, or the number of the mark from 1 on.
    places: Vec<u32>,
}

impl Marks {
    /// Marks what is boilerplate below `root`. Elements below a marked one are not looked at.
    ///
    /// When next to no prose is left, the rule that took most of it is not meant for this page: it is left out and
    /// the marks are made again.
    pub fn of(dom: &Dom, root: NodeId, survey: &Survey, rules: &GenericRules) -> Marks {
        let total = survey.get(root).prose.max(1);
        let known = OnceCell::new();
        let ample = || *known.get_or_init(|| ample_prose(dom, root, rules));
        let mut left_out: Vec<String> = Vec::new();
        loop {
            let (marks, taken) = Marks::pass(dom, root, survey, rules, &ample, &left_out);
            let (foreign, taken): (Vec<_>, Vec<_>) =
                taken.into_iter().partition(|(rule, _)| rule == CONSENT_MANAGER_MARK);
            let sum = |taken: &[(String, u32)]| -> u32 { taken.iter().map(|(_, prose)| prose).sum() };
            let own = total.saturating_sub(sum(&foreign));
            let left = own.saturating_sub(sum(&taken));
            let is_plausible = left as f32 >= MIN_LEFT_SHARE * own as f32;
            let by_name = taken.into_iter().filter(|(rule, _)| rule.starts_with("prune.name."));
            match by_name.max_by_key(|(_, prose)| *prose) {
                // more comments than article: a long discussion of a short text
                Some((rule, _)) if rules.is_comments(&rule) && left >= ample() => return marks,
                Some((rule, _)) if !is_plausible && left_out.len() < MAX_LEFT_OUT => left_out.push(rule),
                _ => return marks,
            }
        }
    }

    /// One pass: the marks, and the prose that each rule took.
    fn pass(
        dom: &Dom,
        root: NodeId,
        survey: &Survey,
        rules: &GenericRules,
        ample: &impl Fn() -> u32,
        left_out: &[String],
    ) -> (Marks, Vec<(String, u32)>) {
        let mut marks = Marks { marks: Vec::new(), places: vec![0; dom.len()] };
        let mut taken: Vec<(String, u32)> = Vec::new();
        let total = survey.get(root).prose.max(1);
        let mut inside: Option<NodeId> = None;
        let mut fields = Vec::new();
        for edge in dom.traverse_briefly(root) {
            match edge {
                Edge::Open(node) if asks_for_address(dom, node) => fields.push(node),
                Edge::Open(node)
                    if inside.is_none() && dom.kind(node) == NodeKind::Element && node != root =>
                {
                    let prose = survey.get(node).prose;
                    let mark = judge(dom, node, (total, ample), survey, rules);
                    let Some(mark) = mark.filter(|mark| !left_out.contains(&mark.rule)) else { continue };
                    if let Some(headline) = headline_in(dom, survey, node, &mark) {
                        marks.set(headline, Mark { kind: Kind::Title, ..mark });
                        continue;
                    }
                    match taken.iter_mut().find(|(rule, _)| *rule == mark.rule) {
                        Some((_, sum)) => *sum += prose,
                        None => taken.push((mark.rule.clone(), prose)),
                    }
                    marks.set(node, mark);
                    inside = Some(node);
                }
                Edge::Close(node) if inside == Some(node) => inside = None,
                _ => {}
            }
        }
        for found in letter_boxes(dom, survey, fields, root) {
            marks.set(found, Mark { kind: Kind::Newsletter, rule: "prune.form".to_owned() });
        }
        (marks, taken)
    }

    fn set(&mut self, node: NodeId, mark: Mark) {
        self.marks.push(mark);
        self.places[node.index()] = self.marks.len() as u32;
    }

    /// The mark of a node.
    pub fn get(&self, node: NodeId) -> Option<&Mark> {
        self.marks.get((self.places[node.index()] as usize).checked_sub(1)?)
    }
}

/// How much prose beside readers' comments is an article: less where the comments are numbered, which leaves no doubt
/// that they are some.
fn ample_prose(dom: &Dom, root: NodeId, rules: &GenericRules) -> u32 {
    let mut words = String::new();
    let mut is_numbered = |node: &NodeId| {
        let Some(id) = dom.attribute(*node, "id").filter(|id| id.ends_with(|c: char| c.is_ascii_digit()))
        else {
            return false;
        };
        words.clear();
        push_words(id, &mut words);
        rules.judge_names(&words).kind == Some(Kind::Comments)
    };
    let numbered = dom.descendants(root).filter(|node| is_numbered(node)).take(MIN_NUMBERED_COMMENTS).count();
    if numbered == MIN_NUMBERED_COMMENTS { AMPLE_BESIDE_NUMBERED } else { AMPLE_PROSE }
}

fn judge(
    dom: &Dom,
    node: NodeId,
    (total, ample): (u32, &impl Fn() -> u32),
    survey: &Survey,
    rules: &GenericRules,
) -> Option<Mark> {
    let prose = survey.get(node).prose;
    let share = prose as f32 / total as f32;
    let is_ample = || total - prose.min(total) >= ample();
    if is_hidden(dom, node) && share <= MAX_HIDDEN_SHARE && !is_folded(dom, survey, node) {
        return Some(Mark { kind: Kind::Other, rule: "prune.hidden".to_owned() });
    }
    let by_tag = rules.tag(dom.local_name(node)).map(|rule| ("tag", rule));
    let by_role = dom.attribute(node, "role").and_then(|role| rules.role(role)).map(|rule| ("role", rule));
    let by_name = survey.get(node).names.rule.map(|index| ("name", rules.name(index)));
    let fits = |rule: &BoxRule| share <= rule.max_share || (rule.kind == Kind::Comments && is_ample());
    let means_it = |source: &str, rule: &BoxRule| match source {
        "tag" => rule.kind != Kind::Caption || !is_slide(dom, node),
        "name" if rule.kind == Kind::Caption && matches!(dom.tag(node), "h2" | "h3" | "h4") => false,
        "name" if rule.id == RELATED_RULE && is_text_of_body(dom, survey, node) => false,
        "name" if rule.kind == Kind::Paywall && goes_on(dom, node) => false,
        "name" => !is_standfirst(survey.get(node)) && !is_in_code(dom, node),
        _ => true,
    };
    let holds = |(source, rule): &(&str, &BoxRule)| {
        let tears = is_within_sentence(dom, node) && !is_tooltip(dom, node);
        fits(rule) && !tears && means_it(source, rule)
    };
    let (source, rule) = [by_tag, by_role, by_name].into_iter().flatten().find(holds)?;
    Some(Mark { kind: rule.kind, rule: rule.mark(source) })
}

/// The headline in a box that is named or declared as something that holds none: it is the head of the article, with a
/// standfirst beside the breadcrumb or date. The name of the site links to the home page.
fn headline_in(dom: &Dom, survey: &Survey, node: NodeId, mark: &Mark) -> Option<NodeId> {
    if mark.rule.starts_with("prune.tag.") || !NO_HEADS.contains(&mark.kind) {
        return None;
    }
    let headline = dom.descendants(node).find(|below| *dom.local_name(*below) == local_name!("h1"))?;
    let [own, whole] = [headline, node].map(|node| survey.get(node));
    (own.links == 0 && whole.prose > own.prose).then_some(headline)
}

/// Whether a name that also says standfirst means the text itself ("subheadline color-themes").
fn is_standfirst(facts: &NodeFacts) -> bool {
    facts.names.standfirst && facts.links == 0 && facts.prose >= MIN_STANDFIRST_PROSE
}

/// Whether an element has the prose of the article and hardly a link, within a named body: a "card" there is one of text.
fn is_text_of_body(dom: &Dom, survey: &Survey, node: NodeId) -> bool {
    let facts = survey.get(node);
    facts.prose >= MIN_RELATED_PROSE.max(MAX_PROSE_PER_LINK.saturating_mul(facts.links))
        && dom.ancestors(node).any(|above| survey.get(above).names.body)
}

/// Whether an inline element is the rest of a paragraph, which is for subscribers.
fn goes_on(dom: &Dom, node: NodeId) -> bool {
    !dom.is_block_level(node)
        && dom.parent(node).is_some_and(|parent| dom.tag(parent) == "p")
        && text_beside(dom, dom.prev_sibling(node), Dom::prev_sibling)
}

/// Whether a caption is the text of a slide, whose figure has a heading.
fn is_slide(dom: &Dom, caption: NodeId) -> bool {
    let figure = dom.ancestors(caption).take(2).find(|node| dom.tag(*node) == "figure");
    figure.is_some_and(|figure| dom.descendants(figure).any(|node| matches!(dom.tag(node), "h2" | "h3")))
}

/// Text that shows only while the mouse rests on a word is no part of the sentence.
fn is_tooltip(dom: &Dom, node: NodeId) -> bool {
    dom.attribute(node, "class").is_some_and(|class| class.contains("tooltip-content"))
}

/// Names in code are for its colours ("hljs-comment").
fn is_in_code(dom: &Dom, node: NodeId) -> bool {
    dom.ancestors(node).take(CODE_LEVELS).any(|node| matches!(dom.tag(node), "pre" | "code"))
}

/// Whether an inline element stands in running text or in a link, where taking it out would tear the sentence, or
/// a label ("Lire aussi") from what it announces.
fn is_within_sentence(dom: &Dom, node: NodeId) -> bool {
    let tag = dom.tag(node);
    if dom.is_block_level(node) {
        return false;
    }
    if dom.parent(node).is_some_and(|parent| dom.tag(parent) == "a") {
        return true;
    }
    let before = text_beside(dom, dom.prev_sibling(node), Dom::prev_sibling);
    let after = text_beside(dom, dom.next_sibling(node), Dom::next_sibling);
    if tag == "a" { before || after } else { before && after }
}

/// Whether text stands next to an inline element, before any block-level element.
fn text_beside(
    dom: &Dom,
    mut sibling: Option<NodeId>,
    next: impl Fn(&Dom, NodeId) -> Option<NodeId>,
) -> bool {
    while let Some(node) = sibling {
        match dom.kind(node) {
            NodeKind::Text if !dom.text(node).trim().is_empty() => return true,
            NodeKind::Element => {
                return !dom.is_block_level(node)
                    && dom.tag(node) != "br"
                    && dom.descendants(node).any(|below| !dom.text(below).trim().is_empty());
            }
            _ => sibling = next(dom, node),
        }
    }
    false
}

/// Whether readers open what is hidden: an answer, the text of a tab. Menus are folded, too, and have no prose.
fn is_folded(dom: &Dom, survey: &Survey, node: NodeId) -> bool {
    let facts = survey.get(node);
    facts.prose >= MIN_FOLDED_PROSE.saturating_mul(facts.links + 1)
        && std::iter::once(node)
            .chain(dom.ancestors(node).take(FOLDED_LEVELS))
            .any(|node| survey.get(node).names.folded)
}

fn is_hidden(dom: &Dom, node: NodeId) -> bool {
    let style_hides = || {
        dom.attribute(node, "style").is_some_and(|style| {
            let style: String =
                style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
            style.contains("display:none") || style.contains("visibility:hidden")
        })
    };
    dom.attribute(node, "hidden").is_some()
        || dom.attribute(node, "aria-hidden").is_some_and(|value| value.eq_ignore_ascii_case("true"))
        || style_hides()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{Limits, parse};
    use crate::rules::Rules;

    /// The marks of a page as `tag: kind rule`, in the order of the page.
    fn marked(html: &str) -> Vec<String> {
        let rules = Rules::builtin().generic;
        let dom = parse(html, &Limits::default()).unwrap();
        let root = dom.body().unwrap();
        let marks = Marks::of(&dom, root, &Survey::of(&dom, root, &rules), &rules);
        let mark = |node| marks.get(node).map(|mark| format!("{}: {}", dom.tag(node), mark.rule));
        dom.descendants(root).filter_map(mark).collect()
    }

    const PROSE: &str = "<p>Le pont de pierre restera fermé jusqu’à lundi, a indiqué la capitainerie dans un bref \
                         communiqué. Personne ne passe, et les pêcheurs attendent que l’eau redescende.</p>";

    #[test]
    fn what_readers_open_is_not_hidden() {
        let page = |class: &str, inner: &str| {
            format!("<div class={class}><div><div hidden>{inner}</div></div></div>{}", PROSE.repeat(5))
        };
        assert!(marked(&page("accordion-item", PROSE)).is_empty());
        assert_eq!(marked(&page("box", PROSE)), ["div: prune.hidden"]);
        let menu = format!("{PROSE}{}", "<a href=/x>Le Courrier du soir et du matin</a>".repeat(9));
        assert_eq!(marked(&page("collapse", &menu)), ["div: prune.hidden"]);
    }

    #[test]
    fn the_window_of_a_consent_manager_may_be_longer_than_the_page() {
        let page =
            |id: &str| format!("{PROSE}<div id={id}>{}</div><div class=menu>Accueil</div>", PROSE.repeat(20));
        let window = "div: prune.name.consent-manager";
        assert_eq!(marked(&page("onetrust-consent-sdk")), [window, "div: prune.name.navigation"]);
        assert_eq!(marked(&page("CybotCookiebotDialog"))[0], window);
        assert_eq!(marked(&page("cookie-page")), ["div: prune.name.navigation"]);
    }

    #[test]
    fn a_box_around_the_headline_is_its_head_and_only_the_headline_goes() {
        let lead = "Le pont reste fermé, et nul ne sait pour combien de jours encore.";
        let page = |class: &str, title: &str| {
            format!("<div class={class}>{title}<p>{lead}</p></div>{}", PROSE.repeat(20))
        };
        assert_eq!(marked(&page("breadcrumbs-area", "<h1>Le pont</h1>")), ["h1: prune.name.breadcrumb"]);
        assert_eq!(marked(&page("breadcrumbs-area", "<h2>Le pont</h2>")), ["div: prune.name.breadcrumb"]);
        let of_site = "<h1><a href=/>Le Courrier</a></h1>";
        assert_eq!(marked(&page("breadcrumbs-area", of_site)), ["div: prune.name.breadcrumb"]);
    }

    #[test]
    fn a_standfirst_with_a_name_of_colours_is_no_tag() {
        let lead = "<h2 class='subheadline color_themes'>Le pont reste fermé pour quelques jours encore</h2>";
        assert!(marked(&format!("{lead}{}", PROSE.repeat(20))).is_empty());
        assert_eq!(marked(&format!("{}{}", lead.replace("subheadline", "x"), PROSE.repeat(20))).len(), 1);
    }

    #[test]
    fn the_rest_of_a_paragraph_is_no_paywall() {
        let page = |before: &str| {
            format!("{}<p>{before}<span class=paywall>qui reste fermé.</span></p>", PROSE.repeat(9))
        };
        assert!(marked(&page("Il s’agit du pont, ")).is_empty());
        assert_eq!(marked(&page("")), ["span: prune.name.paywall"]);
    }

    #[test]
    fn a_card_of_prose_in_the_body_is_part_of_it() {
        let page = |body: &str| {
            let card = format!("<div class=card>{}<p><a href=/a>Le rapport</a></p></div>", PROSE.repeat(5));
            format!("<div class={body}>{}{card}</div>", PROSE.repeat(20))
        };
        assert!(marked(&page("articleBody")).is_empty());
        assert_eq!(marked(&page("x")), ["div: prune.name.related"]);
    }

    #[test]
    fn names_in_code_mean_nothing() {
        let code = "<pre><code>x = 1\n<span class=hljs-comment># the tide</span>\n</code></pre>";
        assert!(marked(&format!("{PROSE}{code}{PROSE}")).is_empty());
    }

    #[test]
    fn the_text_of_a_slide_is_no_caption() {
        let slide =
            |heading: &str| format!("<figure>{heading}<img src=a><figcaption>{PROSE}</figcaption></figure>");
        assert!(marked(&format!("{}{}", slide("<h2>1. Le pont</h2>"), PROSE.repeat(9))).is_empty());
        assert_eq!(
            marked(&format!("{}{}", slide(""), PROSE.repeat(9))),
            ["figcaption: prune.tag.figcaption"]
        );
    }

    #[test]
    fn numbered_comments_may_be_longer_than_a_short_article() {
        let comment =
            |number: usize| format!("<li id=comment-{number}><p>Je ne suis pas d’accord. {PROSE}</p>");
        let comments: String = (10..20).map(comment).collect();
        let page = format!("{}<ol class=commentlist>{comments}</ol>", PROSE.repeat(3));
        assert_eq!(marked(&page), ["ol: prune.name.comments"]);
        assert!(marked(&page.replace("id=comment-", "id=c")).is_empty());
    }

    #[test]
    fn a_tooltip_in_a_sentence_goes() {
        let page = |class: &str| {
            format!(
                "<p>Le bus de l’<abbr>OSTA<span class={class}>Régie des bus</span> de nuit</abbr> part.</p>{PROSE}"
            )
        };
        assert_eq!(marked(&page("tooltip-content")), ["span: prune.name.hidden"]);
        assert!(marked(&page("modal")).is_empty());
    }
}
