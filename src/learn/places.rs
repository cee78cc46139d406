//! Selectors for a site by which lines go or come back, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::align::Wanted;
use super::phrases::MIN_PAGES;
use super::sheet::Sheet;
use crate::workbench::Aim;
use crate::workbench::selectors::{candidates, taken_in};

/// A selector with the lines that it puts right.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// CSS.
    pub selector: String,
    /// Removed or kept.
    pub aim: Aim,
    /// The site.
    pub host: String,
    /// Sheet and block of each line.
    pub lines: Vec<(usize, usize)>,
}

/// The selectors that put right most of these lines (sheet and block), each line by one.
pub fn places(sheets: &[Sheet], lines: &[(usize, usize)], aim: Aim) -> Vec<Place> {
    let mut by_host: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
    for line in lines {
        if let Some(host) = sheets[line.0].host.as_deref() {
            by_host.entry(host).or_default().push(*line);
        }
    }
    by_host.into_iter().flat_map(|(host, lines)| of_host(sheets, host, lines, aim)).collect()
}

fn of_host(sheets: &[Sheet], host: &str, lines: Vec<(usize, usize)>, aim: Aim) -> Vec<Place> {
    let proposed = |(sheet, index): &(usize, usize)| candidates(&sheets[*sheet].page, *index, aim);
    let sound = lines.iter().flat_map(proposed).filter(|candidate| !candidate.fragile);
    let selectors: BTreeSet<String> = sound.map(|candidate| candidate.selector).collect();
    let mut open: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
    for selector in selectors {
        if let Some(hits) = hits(sheets, host, &selector, aim) {
            let hits = hits.into_iter().filter(|hit| lines.contains(hit)).collect();
            open.insert(selector, hits);
        }
    }
    let mut chosen = Vec::new();
    loop {
        let rank = |(selector, hits): &(&String, &Vec<(usize, usize)>)| {
            (pages(hits), hits.len(), std::cmp::Reverse(selector.len()))
        };
        let best = open.iter().max_by_key(rank).map(|(selector, hits)| (selector.clone(), hits.clone()));
        let Some((selector, hits)) = best.filter(|(_, hits)| pages(hits) >= MIN_PAGES) else { return chosen };
        open.values_mut().for_each(|others| others.retain(|hit| !hits.contains(hit)));
        chosen.push(Place { selector, aim, host: host.to_owned(), lines: hits });
    }
}

fn pages(hits: &[(usize, usize)]) -> usize {
    hits.iter().map(|(sheet, _)| sheet).collect::<BTreeSet<_>>().len()
}

/// The blocks that a selector puts right on the pages of a host; none if it would do harm to any.
fn hits(sheets: &[Sheet], host: &str, selector: &str, aim: Aim) -> Option<Vec<(usize, usize)>> {
    let removes = aim == Aim::Remove;
    let mut hits = Vec::new();
    let of_host = sheets.iter().enumerate().filter(|(_, sheet)| sheet.host.as_deref() == Some(host));
    for (at, sheet) in of_host {
        for (index, _) in
            taken_in(&sheet.page, selector).ok()?.into_iter().enumerate().filter(|(_, inside)| *inside)
        {
            match (sheet.wanted[index], sheet.kept[index] == removes) {
                (Wanted::No, true) if removes => hits.push((at, index)),
                (Wanted::Yes, true) if !removes => hits.push((at, index)),
                (_, true) => return None,
                // what is kept for ever must be wanted
                (Wanted::No | Wanted::Unclear, false) if !removes => return None,
                (_, false) => {}
            }
        }
    }
    Some(hits)
}
