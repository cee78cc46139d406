//! RSS and Atom: one pass over the events of the XML, without tree, recursion or namespaces.
//!
//! - item: an `<item>` (RSS) or `<entry>` (Atom)
//! - child: an element directly in an item; those deeper are parts of its text
//!
//! Elements are known by their names without prefix. `media:title` is not `title`: but for dates, a child counts only
//! if its prefix is that of its item. Attributes are read of links alone, and for `xml:base`.

use jiff::Timestamp;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use url::Url;

use super::super::value::{instant, one_line, web_address};
use super::{Entry, MAX_ENTRIES};

/// Bytes of one title, address or date that are read.
const MAX_FIELD_BYTES: usize = 4_096;

/// Reads the entries, or says why this is no feed. What was read before an error is still good.
pub(super) fn read(text: &str, base: &Url) -> Result<Vec<Entry>, String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    let mut feed = Feed::new(base);
    while feed.found.len() < MAX_ENTRIES {
        match reader.read_event() {
            Ok(Event::Eof) if feed.depth > 0 => return feed.finish(Some("it ends in the middle".to_owned())),
            Ok(Event::Eof) => break,
            Ok(event) => feed.take(&event),
            Err(error) => return feed.finish(Some(error.to_string())),
        }
    }
    feed.finish(None)
}

/// What was read so far.
struct Feed {
    /// The feed's address, then that of each open element with `xml:base`, with the element's depth.
    bases: Vec<(usize, Url)>,
    root: Option<String>,
    depth: usize,
    item: Option<Item>,
    found: Vec<Entry>,
}

/// The item that is being read.
#[derive(Default)]
struct Item {
    name: String,
    depth: usize,
    child: Option<Child>,
    url: Option<Url>,
    identity: Option<Url>,
    title: Option<String>,
    published: Option<Timestamp>,
    updated: Option<Timestamp>,
}

/// The child that is being read.
struct Child {
    name: String,
    field: Option<Field>,
    text: String,
}

/// The children that matter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Address,
    Identity,
    Title,
    Published,
    Updated,
}

impl Feed {
    fn new(base: &Url) -> Feed {
        Feed { bases: vec![(0, base.clone())], root: None, depth: 0, item: None, found: Vec::new() }
    }

    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(start) => self.open(start),
            Event::Empty(start) => {
                self.open(start);
                self.close(start.name().as_ref());
            }
            Event::End(end) => self.close(end.name().as_ref()),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(reference) => self.reference(reference),
            _ => {}
        }
    }

    fn open(&mut self, start: &BytesStart<'_>) {
        self.depth += 1;
        self.root.get_or_insert_with(|| start.local_name().as_ref().to_ascii_lowercase());
        if let Some(base) = attribute(start, "xml:base").and_then(|base| web_address(&base, self.base())) {
            self.bases.push((self.depth, base));
        }
        let name = start.name();
        match &self.item {
            None if matches!(start.local_name().as_ref(), "item" | "entry") => {
                self.item =
                    Some(Item { name: name.as_ref().to_owned(), depth: self.depth, ..Item::default() });
            }
            Some(item) if item.child.is_none() => self.open_child(start),
            _ => {}
        }
    }

    fn open_child(&mut self, start: &BytesStart<'_>) {
        let (name, local) = (start.name(), start.local_name());
        let address = attribute(start, "href").filter(|_| local.as_ref() == "link");
        let linked = address.as_deref().filter(|_| is_page(start)).map(|href| web_address(href, self.base()));
        let Some(item) = self.item.as_mut() else { return };
        let prefix = |name: &str| name.split_once(':').map_or(0, |(prefix, _)| prefix.len());
        let own = prefix(name.as_ref()) == prefix(&item.name);
        let field = match local.as_ref() {
            "link" if own && address.is_none() => Some(Field::Address),
            "guid" | "id" if own => Some(Field::Identity),
            "title" if own => Some(Field::Title),
            "pubDate" | "published" | "issued" | "date" => Some(Field::Published),
            "updated" | "modified" => Some(Field::Updated),
            _ => None,
        };
        if own && item.url.is_none() {
            item.url = linked.flatten();
        }
        item.child = Some(Child { name: name.as_ref().to_owned(), field, text: String::new() });
    }

    /// Ends are known by their names, since what stands between may not be closed: `<description><br></description>`.
    fn close(&mut self, name: &str) {
        let depth = match self.item.as_mut() {
            Some(item) if item.name == name => {
                let depth = item.depth - 1;
                let item = self.item.take();
                self.found.extend(item.and_then(Item::into_entry));
                depth
            }
            Some(item) if item.child.as_ref().is_some_and(|child| child.name == name) => {
                let child = item.child.take();
                let (depth, base) = (item.depth, &self.bases[self.bases.len() - 1].1);
                child.into_iter().for_each(|child| item.set(child, base));
                depth
            }
            Some(item) => (self.depth - 1).max(item.depth),
            None => self.depth.saturating_sub(1),
        };
        self.depth = depth;
        while self.bases.len() > 1 && self.bases.last().is_some_and(|(of, _)| *of > depth) {
            self.bases.pop();
        }
    }

    fn base(&self) -> &Url {
        &self.bases[self.bases.len() - 1].1
    }

    fn text(&mut self, text: &str) {
        let Some(child) = self.item.as_mut().and_then(|item| item.child.as_mut()) else { return };
        if child.field.is_some() && child.text.len() + text.len() <= MAX_FIELD_BYTES {
            child.text.push_str(text);
        }
    }

    /// Only XML's own names are left after mending; entities of the document type are never expanded.
    fn reference(&mut self, reference: &BytesRef<'_>) {
        if let Ok(Some(character)) = reference.resolve_char_ref() {
            self.text(character.encode_utf8(&mut [0; 4]));
        } else if let Some(text) = quick_xml::escape::resolve_xml_entity(&reference.xml10_content()) {
            self.text(text);
        }
    }

    fn finish(self, broken: Option<String>) -> Result<Vec<Entry>, String> {
        match (self.root.as_deref(), broken) {
            (Some("rss" | "rdf" | "feed"), Some(broken)) if self.found.is_empty() => Err(broken),
            (Some("rss" | "rdf" | "feed"), _) => Ok(self.found),
            (Some(other), _) => Err(format!("its root is <{other}>")),
            (None, _) => Err("broken XML".to_owned()),
        }
    }
}

impl Item {
    /// The first of each kind counts.
    fn set(&mut self, child: Child, base: &Url) {
        let text = child.text.trim();
        match child.field {
            Some(Field::Address) if self.url.is_none() => self.url = web_address(text, base),
            Some(Field::Identity) if text.starts_with("http://") || text.starts_with("https://") => {
                self.identity = web_address(text, base);
            }
            Some(Field::Title) if self.title.is_none() => self.title = one_line(text),
            Some(Field::Published) if self.published.is_none() => self.published = instant(text),
            Some(Field::Updated) if self.updated.is_none() => self.updated = instant(text),
            _ => {}
        }
    }

    fn into_entry(self) -> Option<Entry> {
        let (url, published) = (self.url.or(self.identity)?, self.published.or(self.updated));
        Some(Entry { url, title: self.title, published })
    }
}

/// Whether a link of Atom goes to the page itself.
fn is_page(link: &BytesStart<'_>) -> bool {
    attribute(link, "rel").is_none_or(|relation| matches!(relation.as_str(), "" | "alternate"))
}

/// The value of an attribute. Attributes are not compared with each other, so that thousands cost no more than their bytes.
fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = start.try_get_attribute(name).ok()??;
    let value =
        quick_xml::escape::unescape(&found.value).map_or_else(|_| found.value.to_string(), Into::into);
    (value.len() <= MAX_FIELD_BYTES).then_some(value)
}
