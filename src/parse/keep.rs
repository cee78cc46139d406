//! What of a page is worth storing: the attributes that some step may read, and the scripts that carry data.

use std::sync::LazyLock;

use html5ever::{LocalName, local_name};
use memchr::memmem::Finder;

const DATA_PREFIX: &str = "data-";

/// Longer values of `data-*` attributes are serialized state of scripts.
const MAX_DATA_VALUE_BYTES: usize = 200;

/// A character reference is at most so many times as long as what it stands for, zeros before a number left aside:
/// `&CounterClockwiseContourIntegral;` stands for three bytes.
const MOST_SHRUNK: usize = 11;

/// Objects by which frameworks ship a page's content inside a script.
const STATE_MARKERS: [&str; 5] =
    ["__NEXT_DATA__", "__NUXT__", "__APOLLO_STATE__", "__INITIAL_STATE__", "__PRELOADED_STATE__"];

static MARKER_FINDERS: LazyLock<[Finder<'static>; 5]> = LazyLock::new(|| STATE_MARKERS.map(Finder::new));

/// How much of a page goes into the arena.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Retention {
    /// What the later steps may read.
    Article,
    /// Everything, to compare trees in tests.
    #[cfg(test)]
    Everything,
}

impl Retention {
    /// Whether attributes of this name may be stored.
    pub fn keeps_attribute_named(self, name: &str) -> bool {
        self != Retention::Article || is_read(name) || name.starts_with(DATA_PREFIX)
    }

    /// Whether an attribute with a value of so many bytes of markup may be stored. Serialized state is told by its length
    /// before all of its quotes are decoded.
    pub fn may_keep_attribute(self, name: &str, bytes: usize) -> bool {
        self != Retention::Article
            || is_read(name)
            || (name.starts_with(DATA_PREFIX) && bytes <= MOST_SHRUNK * MAX_DATA_VALUE_BYTES)
    }

    /// Whether this very attribute is stored.
    pub fn keeps_attribute(self, name: &str, value: &str) -> bool {
        self != Retention::Article
            || is_read(name)
            || (name.starts_with(DATA_PREFIX) && value.len() <= MAX_DATA_VALUE_BYTES)
    }

    /// Whether the body of a script with this `type` and `id` is stored.
    pub fn keeps_script(self, kind: &str, id: &str, body: &str) -> bool {
        self != Retention::Article
            || contains_ignoring_case(kind, "json")
            || STATE_MARKERS.contains(&id)
            || MARKER_FINDERS.iter().any(|finder| finder.find(body.as_bytes()).is_some())
    }

    /// Whether the text of comments and the name of the DOCTYPE are stored.
    pub fn keeps_comments(self) -> bool {
        self != Retention::Article
    }

    /// Whether the text inside a `<style>` is stored.
    pub fn keeps_style(self) -> bool {
        self != Retention::Article
    }
}

/// Whether the trees that are cleaned have attributes of this name.
pub(crate) fn keeps_attribute(name: &str) -> bool {
    Retention::Article.keeps_attribute_named(name)
}

/// Attributes that the rules, features, metadata, output or the tree builder itself may read.
fn is_read(name: &str) -> bool {
    matches!(
        name,
        "class"
            | "id"
            | "href"
            | "src"
            | "srcset"
            | "content"
            | "name"
            | "property"
            | "rel"
            | "role"
            | "style"
            | "hidden"
            | "lang"
            | "dir"
            | "alt"
            | "title"
            | "datetime"
            | "itemprop"
            | "itemscope"
            | "itemtype"
            | "type"
            | "media"
            | "charset"
            | "http-equiv"
            | "aria-hidden"
            | "aria-label"
            | "aria-expanded"
            | "encoding"
            | "color"
            | "face"
            | "size"
            | "width"
            | "height"
            | "start"
            | "colspan"
            | "rowspan"
            | "value"
            | "cite"
    )
}

fn contains_ignoring_case(text: &str, needle: &str) -> bool {
    text.as_bytes().windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
}

/// Elements whose body is no text of the page.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum CodeElement {
    /// `<script>`
    Script,
    /// `<style>`
    Style,
}

impl CodeElement {
    /// The kind of an element, in HTML and SVG alike.
    pub fn of(name: &LocalName) -> Option<CodeElement> {
        match *name {
            local_name!("script") => Some(CodeElement::Script),
            local_name!("style") => Some(CodeElement::Style),
            _ => None,
        }
    }
}
