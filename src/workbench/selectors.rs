//! Selectors that would take in a block, the ones likely to hold on other pages first.
//!
//! Only names are used (ids, classes, roles): places in the tree (`:nth-child`) change from page to page.

use std::collections::HashSet;

use serde::Serialize;

use super::Aim;
use crate::clean::Kind;
use crate::clean::features::above;
use crate::inspect::Inspection;
use crate::parse::{Dom, NodeId, Selector};

/// Elements above a block that are looked at.
const MAX_HEIGHT: usize = 12;
/// Selectors that are proposed.
const MAX_PROPOSED: usize = 6;
/// A name with so many digits is likely made by a machine and different tomorrow.
const MIN_MACHINE_DIGITS: usize = 3;
/// A selector to remove that takes in more than one in so many characters of the article is not meant.
const MAX_KEPT_SHARE: u64 = 3;
/// Attributes beside id and class that name an element.
const NAMING: [&str; 4] = ["itemprop", "role", "data-testid", "data-component"];

/// A selector with what it takes in on its page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Candidate {
    /// The selector.
    pub selector: String,
    /// Blocks in what it matches.
    pub blocks: usize,
    /// Of them, those that are kept now.
    pub kept: usize,
    /// Whether its names look made by a machine.
    pub fragile: bool,
    #[serde(skip)]
    cost: (u64, usize, usize),
}

/// The selectors for a block, best first.
pub fn candidates(page: &Inspection, index: usize, aim: Aim) -> Vec<Candidate> {
    let Some(block) = page.blocks.get(index) else { return Vec::new() };
    let mut found: Vec<Candidate> = Vec::new();
    for (height, node) in above(&page.dom, block.element).take(MAX_HEIGHT).enumerate() {
        if matches!(page.dom.tag(node), "body" | "html" | "") {
            break;
        }
        let selectors = if aim == Aim::Body { names(&page.dom, node) } else { written(&page.dom, node) };
        for selector in selectors {
            if !found.iter().any(|known| known.selector == selector) {
                found.extend(weigh(page, index, aim, selector, height));
            }
        }
    }
    found.sort_by_key(|one| one.cost);
    found.truncate(MAX_PROPOSED);
    found
}

/// Ways to write an element down.
fn written(dom: &Dom, node: NodeId) -> Vec<String> {
    let own = names(dom, node);
    if !own.is_empty() {
        return own;
    }
    let named = dom.ancestors(node).take(MAX_HEIGHT).find_map(|above| names(dom, above).into_iter().next());
    let tag = dom.tag(node);
    named.map(|above| format!("{above} {tag}")).into_iter().collect()
}

fn names(dom: &Dom, node: NodeId) -> Vec<String> {
    let classes: Vec<&str> = dom.attribute(node, "class").unwrap_or("").split_ascii_whitespace().collect();
    let plain = classes.into_iter().filter(|class| is_name(class));
    let mut names: Vec<String> = plain.map(|class| format!(".{class}")).collect();
    if names.len() > 1 {
        names.push(names.concat());
    }
    names.extend(dom.attribute(node, "id").filter(|id| is_name(id)).map(|id| format!("#{id}")));
    let attributes = NAMING.into_iter().filter_map(|name| Some((name, dom.attribute(node, name)?)));
    names.extend(
        attributes.filter(|(_, value)| is_name(value)).map(|(name, value)| format!("[{name}=\"{value}\"]")),
    );
    names
}

/// Whether a name can stand in a selector as it is.
fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn weigh(page: &Inspection, index: usize, aim: Aim, selector: String, height: usize) -> Option<Candidate> {
    let inside = taken_in(page, &selector).ok()?;
    let weight = |of: &dyn Fn(usize, bool) -> bool| -> u64 {
        // the headline goes into the metadata, whatever stands around it
        let blocks = page.blocks.iter().enumerate().filter(|(_, block)| block.fate.kind != Some(Kind::Title));
        blocks.filter(|(at, block)| of(*at, block.fate.kept)).map(|(_, block)| block.text.len() as u64).sum()
    };
    // what would change beside the block itself and should not
    let harm = match aim {
        Aim::Remove => weight(&|at, kept| inside[at] && kept && at != index),
        Aim::Keep => weight(&|at, kept| inside[at] && !kept && at != index),
        Aim::Body => weight(&|at, kept| inside[at] != (kept || at == index)),
    };
    let is_absurd = aim == Aim::Remove && harm * MAX_KEPT_SHARE > weight(&|_, kept| kept);
    let fragile = is_fragile(&selector);
    let kept = page.blocks.iter().zip(&inside).filter(|(block, inside)| **inside && block.fate.kept).count();
    let blocks = inside.iter().filter(|inside| **inside).count();
    let cost = (harm * 2 + u64::from(fragile), height, selector.len());
    (inside[index] && !is_absurd).then_some(Candidate { selector, blocks, kept, fragile, cost })
}

/// Which blocks stand in what a selector matches.
pub fn taken_in(page: &Inspection, selector: &str) -> Result<Vec<bool>, String> {
    let nodes: HashSet<NodeId> = page.dom.select(&Selector::parse(selector)?).into_iter().collect();
    let is_in = |element: NodeId| above(&page.dom, element).any(|node| nodes.contains(&node));
    Ok(page.blocks.iter().map(|block| is_in(block.element)).collect())
}

fn is_fragile(selector: &str) -> bool {
    let digits = selector.bytes().filter(u8::is_ascii_digit).count();
    digits >= MIN_MACHINE_DIGITS || selector.contains(".css-") || selector.contains(".sc-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cleaner;

    const PAGE: &str = "<body><nav class=menu><a href=/>Accueil</a></nav><div class='corps css-1a2b3c'><h1>Crue</h1>\
        <p>La Loire est montée de deux mètres dans la nuit de mardi à mercredi, a dit la préfecture.</p>\
        <div class=promo><p>Abonnez-vous au journal de la vallée pour dix euros par mois.</p></div>\
        <p>Les habitants des quais ont été évacués vers deux gymnases de la ville haute.</p></div></body>";

    fn proposed(start: &str, aim: Aim) -> Vec<String> {
        let page = Cleaner::default().inspect(PAGE, None).unwrap();
        let index = page.blocks.iter().position(|block| block.text.starts_with(start)).unwrap();
        candidates(&page, index, aim).into_iter().map(|candidate| candidate.selector).collect()
    }

    #[test]
    fn the_selector_that_harms_least_comes_first() {
        let selectors = proposed("Abonnez", Aim::Remove);
        assert_eq!(selectors, [".promo p", ".promo"], "what holds the article is not meant");
    }

    #[test]
    fn the_body_is_what_holds_the_kept_blocks() {
        let selectors = proposed("Les habitants", Aim::Body);
        assert_eq!(selectors[..2], [".corps", ".css-1a2b3c"], "names made by a machine come later");
    }

    #[test]
    fn names_that_css_would_have_to_escape_are_left_out() {
        assert!(is_name("lm-art__desc") && !is_name("md:w-1/2") && !is_name("1a") && !is_name(""));
    }
}
