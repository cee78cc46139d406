//! Every block of a page with its fate: what `tamis explain` shows.

use serde::{Deserialize, Serialize};

use crate::article::is_control;
use crate::clean::Kind;
use crate::clean::block::TextBlock;
use crate::clean::features::above;
use crate::error::Rejection;
use crate::parse::{Dom, NodeId};
use crate::record::Record;

/// Every block of a page with its fate.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Explanation {
    /// `ok` or the rejection, in kebab-case.
    pub status: String,
    /// One sentence about a status other than `ok`.
    pub reason: Option<String>,
    /// The blocks in the order of the page.
    pub blocks: Vec<ExplainedBlock>,
}

/// One block of a page with its fate.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ExplainedBlock {
    /// Its text.
    pub text: String,
    /// Where it stands: tags, ids and classes from the body down.
    pub path: String,
    /// Whether it is part of the article.
    pub kept: bool,
    /// What kind of boilerplate it is, when it was removed.
    pub kind: Option<Kind>,
    /// The step or rule that decided, as in `prune.tag.nav` or `fr.related.lire-aussi`.
    pub rule: String,
    /// The classifier's score, from 0 (boilerplate) to 1 (article), where it was asked.
    pub score: Option<f32>,
}

impl Explanation {
    /// The page gave an article.
    pub(crate) fn accepted() -> Explanation {
        Explanation { status: Record::OK.to_owned(), ..Explanation::default() }
    }

    /// The page was rejected.
    pub(crate) fn rejected(rejection: &Rejection) -> Explanation {
        Explanation {
            status: rejection.status().to_owned(),
            reason: Some(rejection.to_string()),
            blocks: Vec::new(),
        }
    }
}

impl ExplainedBlock {
    /// The fate of a block.
    pub(crate) fn of(dom: &Dom, block: TextBlock) -> ExplainedBlock {
        ExplainedBlock {
            path: path(dom, block.element),
            text: block.text,
            kept: block.fate.kept,
            kind: block.fate.kind,
            rule: block.fate.rule.into_owned(),
            score: block.fate.score,
        }
    }
}

/// Longest way to an element, and longest name and most classes of one on it: each block has its way, so that they
/// must not grow with the page.
const MAX_PATH_BYTES: usize = 1_000;
const MAX_NAME_BYTES: usize = 100;
const MAX_CLASSES: usize = 8;

/// The way to an element as selectors, from the body down.
fn path(dom: &Dom, element: NodeId) -> String {
    let mut parts = Vec::new();
    let mut bytes = 0;
    for node in above(dom, element).take_while(|node| !matches!(dom.tag(*node), "body" | "html" | "")) {
        let part = step(dom, node);
        bytes += part.len();
        if bytes > MAX_PATH_BYTES {
            parts.push("…".to_owned());
            break;
        }
        parts.push(part);
    }
    parts.reverse();
    parts.join(" > ").replace(is_control, "")
}

/// An element as a selector of its tag, id and classes.
pub(crate) fn step(dom: &Dom, element: NodeId) -> String {
    let mut out = dom.tag(element).to_owned();
    if let Some(id) = dom.attribute(element, "id").filter(|id| !id.is_empty() && id.len() <= MAX_NAME_BYTES) {
        out.push('#');
        out.push_str(id);
    }
    let classes = dom.attribute(element, "class").filter(|classes| classes.len() <= MAX_PATH_BYTES);
    for class in classes
        .unwrap_or("")
        .split_ascii_whitespace()
        .take(MAX_CLASSES)
        .filter(|class| class.len() <= MAX_NAME_BYTES)
    {
        out.push('.');
        out.push_str(class);
    }
    out
}
