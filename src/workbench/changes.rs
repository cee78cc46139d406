//! What other rules would change on a page.

use serde::Serialize;
use url::Url;

use crate::error::Rejection;
use crate::inspect::Inspection;
use crate::pipeline::Cleaner;
use crate::record::Record;

/// Blocks named one by one for a page.
const MAX_NAMED: usize = 40;

/// A page before and after.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PageChange {
    /// Path or address.
    pub name: String,
    /// Headline.
    pub title: Option<String>,
    /// With the rules in force.
    pub before: Side,
    /// With the draft.
    pub after: Side,
    /// How many blocks go, come back, or are shortened or lengthened.
    pub changed: usize,
    /// The first blocks that go.
    pub removed: Vec<String>,
    /// The first blocks that come back.
    pub added: Vec<String>,
    /// The first blocks whose text changes, before and after.
    pub altered: Vec<[String; 2]>,
}

/// What a page gives.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Side {
    /// `ok` or the rejection.
    pub status: String,
    /// Blocks that are kept.
    pub blocks: usize,
    /// Their characters.
    pub chars: usize,
}

impl PageChange {
    /// Whether anything changes.
    pub fn is_change(&self) -> bool {
        self.changed > 0 || self.before != self.after
    }
}

/// Cleans a page with both cleaners and tells the difference.
pub fn compare(name: &str, html: &str, url: Option<&Url>, old: &Cleaner, new: &Cleaner) -> PageChange {
    match (old.inspect(html, url), new.inspect(html, url)) {
        (Ok(old), Ok(new)) => of_blocks(name, &old, &new),
        (old, new) => PageChange {
            name: name.to_owned(),
            before: side(old.as_ref()),
            after: side(new.as_ref()),
            ..PageChange::default()
        },
    }
}

/// Rules decide blocks, they do not cut them differently: both sides have the same ones.
fn of_blocks(name: &str, old: &Inspection, new: &Inspection) -> PageChange {
    let mut change = PageChange {
        name: name.to_owned(),
        title: old.metadata.title.clone(),
        before: side(Ok(old)),
        after: side(Ok(new)),
        ..PageChange::default()
    };
    for (before, after) in old.blocks.iter().zip(&new.blocks) {
        let list = match (before.fate.kept, after.fate.kept) {
            (true, false) => &mut change.removed,
            (false, true) => &mut change.added,
            (true, true) if before.text != after.text => {
                change.changed += 1;
                if change.altered.len() < MAX_NAMED {
                    change.altered.push([before.text.clone(), after.text.clone()]);
                }
                continue;
            }
            _ => continue,
        };
        change.changed += 1;
        if list.len() < MAX_NAMED {
            list.push(before.text.clone());
        }
    }
    change
}

fn side(page: Result<&Inspection, &Rejection>) -> Side {
    let page = match page {
        Ok(page) => page,
        Err(rejection) => return Side { status: rejection.status().to_owned(), ..Side::default() },
    };
    let status = page.outcome.as_ref().map_or_else(Rejection::status, |_| Record::OK).to_owned();
    let kept = page.blocks.iter().filter(|block| block.fate.kept);
    let (blocks, chars) =
        kept.fold((0, 0), |(blocks, chars), block| (blocks + 1, chars + block.text.chars().count()));
    Side { status, blocks, chars }
}
