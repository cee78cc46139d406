//! Groups of elements by their tags, which several stages need. Names are interned, so that they compare as numbers; the
//! groups of an element are found when it is made, since each stage asks for them.

use html5ever::{LocalName, local_name};

/// The groups of a tag, in one byte.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct TagGroups(u8);

/// The level of a heading, 0 for other elements.
const HEADING: u8 = 0b111;
const BLOCK_LEVEL: u8 = 1 << 3;
const UNREAD: u8 = 1 << 4;

impl TagGroups {
    /// The groups of elements of this name.
    pub fn of(name: &LocalName) -> TagGroups {
        let bit = |bit: u8, is_set: bool| if is_set { bit } else { 0 };
        let level = heading_level(name).unwrap_or(0);
        TagGroups(level | bit(BLOCK_LEVEL, is_block_level(name)) | bit(UNREAD, is_unread(name)))
    }

    /// Elements that begin and end a block of text.
    pub fn is_block_level(self) -> bool {
        self.0 & BLOCK_LEVEL != 0
    }

    /// The level of a heading, 1 to 6.
    pub fn heading_level(self) -> Option<u8> {
        Some(self.0 & HEADING).filter(|level| *level > 0)
    }

    /// Elements whose text is no text of the page: code, styles, controls.
    pub fn is_unread(self) -> bool {
        self.0 & UNREAD != 0
    }
}

fn is_block_level(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("address")
            | local_name!("article")
            | local_name!("aside")
            | local_name!("blockquote")
            | local_name!("body")
            | local_name!("center")
            | local_name!("dd")
            | local_name!("details")
            | local_name!("dialog")
            | local_name!("dir")
            | local_name!("div")
            | local_name!("dl")
            | local_name!("dt")
            | local_name!("fieldset")
            | local_name!("figcaption")
            | local_name!("figure")
            | local_name!("footer")
            | local_name!("form")
            | local_name!("header")
            | local_name!("hgroup")
            | local_name!("html")
            | local_name!("legend")
            | local_name!("li")
            | local_name!("main")
            | local_name!("menu")
            | local_name!("nav")
            | local_name!("ol")
            | local_name!("p")
            | local_name!("pre")
            | local_name!("section")
            | local_name!("summary")
            | local_name!("table")
            | local_name!("caption")
            | local_name!("tbody")
            | local_name!("td")
            | local_name!("tfoot")
            | local_name!("th")
            | local_name!("thead")
            | local_name!("tr")
            | local_name!("ul")
            | local_name!("picture")
            | local_name!("search")
    ) || heading_level(name).is_some()
        || &**name == "amp-img"
}

fn heading_level(name: &LocalName) -> Option<u8> {
    match *name {
        local_name!("h1") => Some(1),
        local_name!("h2") => Some(2),
        local_name!("h3") => Some(3),
        local_name!("h4") => Some(4),
        local_name!("h5") => Some(5),
        local_name!("h6") => Some(6),
        _ => None,
    }
}

fn is_unread(name: &LocalName) -> bool {
    matches!(
        *name,
        local_name!("script")
            | local_name!("style")
            | local_name!("noscript")
            | local_name!("svg")
            | local_name!("button")
            | local_name!("template")
            | local_name!("select")
            | local_name!("option")
            | local_name!("textarea")
            | local_name!("iframe")
    )
}
