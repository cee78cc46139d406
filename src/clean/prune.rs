//! Marks elements that are boilerplate by tag, role, state or name. Nothing is taken out of the tree.
//!
//! An element that holds too large a share of the page's prose is never marked: its name belongs to the page.

use super::Kind;
use super::rules::{BoxRule, GenericRules};
use super::survey::Survey;
use crate::parse::{Dom, Edge, NodeId, NodeKind};

/// Largest share of the prose in an element that is hidden by its state: paywalls hide whole articles.
const MAX_HIDDEN_SHARE: f32 = 0.4;

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
    pub fn of(dom: &Dom, root: NodeId, survey: &Survey, rules: &GenericRules) -> Marks {
        let mut marks = vec![None; dom.len()];
        let total = survey.get(root).prose.max(1) as f32;
        let mut inside: Option<NodeId> = None;
        for edge in dom.traverse(root) {
            match edge {
                Edge::Open(node)
                    if inside.is_none() && dom.kind(node) == NodeKind::Element && node != root =>
                {
                    let share = survey.get(node).prose as f32 / total;
                    marks[node.index()] = judge(dom, node, share, survey, rules);
                    inside = marks[node.index()].is_some().then_some(node);
                }
                Edge::Close(node) if inside == Some(node) => inside = None,
                _ => {}
            }
        }
        Marks { marks }
    }

    /// The mark of a node.
    pub fn get(&self, node: NodeId) -> Option<&Mark> {
        self.marks[node.index()].as_ref()
    }
}

fn judge(dom: &Dom, node: NodeId, share: f32, survey: &Survey, rules: &GenericRules) -> Option<Mark> {
    if is_hidden(dom, node) && share <= MAX_HIDDEN_SHARE {
        return Some(Mark { kind: Kind::Other, rule: "prune.hidden".to_owned() });
    }
    let by_tag = rules.tag(dom.tag(node)).map(|rule| ("tag", rule));
    let by_role = dom.attribute(node, "role").and_then(|role| rules.role(role)).map(|rule| ("role", rule));
    let by_name = survey.get(node).names.rule.map(|index| ("name", rules.name(index)));
    let holds = |(_, rule): &(&str, &BoxRule)| share <= rule.max_share;
    let (source, rule) = [by_tag, by_role, by_name].into_iter().flatten().find(holds)?;
    Some(Mark { kind: rule.kind, rule: format!("prune.{source}.{}", rule.id) })
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
