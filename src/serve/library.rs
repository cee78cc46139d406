//! The saved pages that were named at the start, each with its site, so that a rule can be tried on all of a site.

use std::path::PathBuf;

use rayon::prelude::*;
use serde::Serialize;
use url::Url;

use crate::pipeline::Cleaner;
use crate::source::saved::{InputKind, Item, PageKind, Saved, SavedPage};
use crate::workbench::proposal::site_of;

/// Most pages that are read; a workbench is for looking, not for archives of millions.
const MAX_PAGES: usize = 5_000;
/// Most bytes of pages from archives that are held; files are read again each time.
const MAX_HELD_BYTES: usize = 256 << 20;

/// All saved pages.
#[derive(Debug, Default)]
pub(super) struct Library {
    pages: Vec<Shelved>,
    /// Whether there were more than are taken.
    pub is_cut: bool,
}

/// One saved page.
#[derive(Debug)]
struct Shelved {
    place: Place,
    entry: Entry,
    url: Option<Url>,
}

#[derive(Debug)]
enum Place {
    File(PathBuf),
    Held(SavedPage),
}

/// What the list of pages shows.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Entry {
    /// Number in the library.
    pub id: usize,
    /// File name or address.
    pub name: String,
    /// Headline.
    pub title: Option<String>,
    /// Host without `www.`.
    pub site: Option<String>,
}

impl Library {
    /// Reads all pages once, for their titles and sites.
    pub fn read(paths: &[String], cleaner: &Cleaner, max_bytes: usize) -> Library {
        let (mut items, mut held, mut is_cut) = (Vec::new(), 0, false);
        for item in Saved::new(paths.to_vec(), InputKind::Auto, max_bytes) {
            held += item.bytes_held();
            is_cut = items.len() >= MAX_PAGES || held > MAX_HELD_BYTES;
            if is_cut {
                break;
            }
            items.push(item);
        }
        let shelved: Vec<Shelved> =
            items.into_par_iter().filter_map(|item| shelve(item, cleaner, max_bytes)).collect();
        let pages = shelved
            .into_iter()
            .enumerate()
            .map(|(id, page)| Shelved { entry: Entry { id, ..page.entry }, ..page });
        Library { pages: pages.collect(), is_cut }
    }

    /// The pages whose name, title or site holds the words, from one on, and how many there are.
    pub fn find(&self, words: &str, from: usize, count: usize) -> (Vec<Entry>, usize) {
        let words = words.to_lowercase();
        let holds = |text: &str| text.to_lowercase().contains(&words);
        let fits = |entry: &&Entry| {
            holds(&entry.name)
                || entry.title.as_deref().is_some_and(holds)
                || entry.site.as_deref().is_some_and(holds)
        };
        let found: Vec<&Entry> = self.pages.iter().map(|page| &page.entry).filter(fits).collect();
        (found.iter().skip(from).take(count).map(|entry| (*entry).clone()).collect(), found.len())
    }

    /// The numbers of the pages of a site; of all without one.
    pub fn of_site(&self, site: Option<&str>) -> Vec<usize> {
        let fits = |entry: &&Entry| site.is_none() || entry.site.as_deref() == site;
        self.pages.iter().map(|page| &page.entry).filter(fits).map(|entry| entry.id).collect()
    }

    /// How many pages there are.
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// The page with a number, read again, and its address.
    pub fn load(&self, id: usize, max_bytes: usize) -> Option<(SavedPage, Option<Url>)> {
        let shelved = self.pages.get(id)?;
        let page = match &shelved.place {
            Place::Held(page) => page.clone(),
            Place::File(path) => {
                Item::File { path: path.clone(), kind: InputKind::Html }.load(max_bytes).ok()?
            }
        };
        Some((SavedPage { name: shelved.entry.name.clone(), ..page }, shelved.url.clone()))
    }
}

/// A page with its title and site; nothing for what is no page or cannot be read.
fn shelve(item: Item, cleaner: &Cleaner, max_bytes: usize) -> Option<Shelved> {
    let path = match &item {
        Item::File { path, .. } => Some(path.clone()),
        _ => None,
    };
    let page = item.load(max_bytes).ok().filter(|page| page.kind == PageKind::Html)?;
    let url = page.url.as_deref().and_then(|url| Url::parse(url).ok());
    let found = cleaner.describe_bytes(&page.bytes, page.content_type.as_deref(), url.as_ref()).ok()?;
    let address = found.canonical.as_deref().and_then(|address| Url::parse(address).ok());
    let site = url.as_ref().or(address.as_ref()).and_then(site_of);
    let entry = Entry { id: 0, name: page.name.clone(), title: found.title, site };
    let place = path.map_or_else(|| Place::Held(page), Place::File);
    Some(Shelved { place, entry, url })
}
