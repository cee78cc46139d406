//! Marks elements that are boilerplate by tag, role, state or name. Nothing is taken out of the tree.
//!
//! An element that holds too large a share of the page's prose is never marked: its name belongs to the page.

use html5ever::local_name;

use super::Kind;
use super::rules::{BoxRule, GenericRules};
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

/// Marks by node index.
#[derive(Debug, Default)]
pub struct Marks {
    marks: Vec<Option<Mark>>,
}

impl Marks {
    /// Marks what is boilerplate below `root`. Elements below a marked one are not looked at.
    ///
    /// When next to no prose is left, the rule that took most of it is not meant for this page: it is left out and
    /// the marks are made again.
    pub fn of(dom: &Dom, root: NodeId, survey: &Survey, rules: &GenericRules) -> Marks {
        let total = survey.get(root).prose.max(1);
        let mut left_out: Vec<String> = Vec::new();
        loop {
            let (marks, taken) = Marks::pass(dom, root, survey, rules, &left_out);
            let lost: u32 = taken.iter().map(|(_, prose)| prose).sum();
            let left = total.saturating_sub(lost);
            let is_plausible = left as f32 >= MIN_LEFT_SHARE * total as f32;
            let by_name = taken.into_iter().filter(|(rule, _)| rule.starts_with("prune.name."));
            match by_name.max_by_key(|(_, prose)| *prose) {
                // more comments than article: a long discussion of a short text
                Some((rule, _)) if left >= AMPLE_PROSE && rules.is_comments(&rule) => return marks,
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
        left_out: &[String],
    ) -> (Marks, Vec<(String, u32)>) {
        let mut marks = vec![None; dom.len()];
        let mut taken: Vec<(String, u32)> = Vec::new();
        let total = survey.get(root).prose.max(1);
        let mut inside: Option<NodeId> = None;
        for edge in dom.traverse(root) {
            match edge {
                Edge::Open(node)
                    if inside.is_none() && dom.kind(node) == NodeKind::Element && node != root =>
                {
                    let prose = survey.get(node).prose;
                    let mark = judge(dom, node, total, survey, rules);
                    let Some(mark) = mark.filter(|mark| !left_out.contains(&mark.rule)) else { continue };
                    if let Some(headline) = headline_in(dom, survey, node, &mark) {
                        marks[headline.index()] = Some(Mark { kind: Kind::Title, ..mark });
                        continue;
                    }
                    match taken.iter_mut().find(|(rule, _)| *rule == mark.rule) {
                        Some((_, sum)) => *sum += prose,
                        None => taken.push((mark.rule.clone(), prose)),
                    }
                    marks[node.index()] = Some(mark);
                    inside = Some(node);
                }
                Edge::Close(node) if inside == Some(node) => inside = None,
                _ => {}
            }
        }
        (Marks { marks }, taken)
    }

    /// The mark of a node.
    pub fn get(&self, node: NodeId) -> Option<&Mark> {
        self.marks[node.index()].as_ref()
    }
}

fn judge(dom: &Dom, node: NodeId, total: u32, survey: &Survey, rules: &GenericRules) -> Option<Mark> {
    let prose = survey.get(node).prose;
    let share = prose as f32 / total as f32;
    let is_ample = total - prose.min(total) >= AMPLE_PROSE;
    if is_hidden(dom, node) && share <= MAX_HIDDEN_SHARE {
        return Some(Mark { kind: Kind::Other, rule: "prune.hidden".to_owned() });
    }
    let by_tag = rules.tag(dom.local_name(node)).map(|rule| ("tag", rule));
    let by_role = dom.attribute(node, "role").and_then(|role| rules.role(role)).map(|rule| ("role", rule));
    let by_name = survey.get(node).names.rule.map(|index| ("name", rules.name(index)));
    let fits = |rule: &BoxRule| share <= rule.max_share || (rule.kind == Kind::Comments && is_ample);
    let means_it = |source: &str, rule: &BoxRule| match source {
        "tag" => rule.kind != Kind::Caption || !is_slide(dom, node),
        "name" => !is_standfirst(survey.get(node)) && !is_in_code(dom, node),
        _ => true,
    };
    let holds = |(source, rule): &(&str, &BoxRule)| {
        fits(rule) && !is_within_sentence(dom, node) && means_it(source, rule)
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

/// Whether a caption is the text of a slide, whose figure has a heading.
fn is_slide(dom: &Dom, caption: NodeId) -> bool {
    let figure = dom.ancestors(caption).take(2).find(|node| dom.tag(*node) == "figure");
    figure.is_some_and(|figure| dom.descendants(figure).any(|node| matches!(dom.tag(node), "h2" | "h3")))
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
