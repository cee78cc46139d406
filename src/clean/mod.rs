//! From a tree to the blocks of the article, in named steps (see `pipeline`).
//!
//! Terms:
//! - block: a run of text that a reader sees as one paragraph, heading, list item, cell..., with the elements above it
//! - boilerplate: blocks that do not belong to the article; each removed block has a [`Kind`] and a rule
//! - line: a block's text as the phrase rules see it; dirty text has lines only

pub(crate) mod alike;
pub(crate) mod between;
pub mod block;
pub mod caption;
pub mod classify;
pub mod context;
pub mod declared;
pub(crate) mod dirty;
pub(crate) mod discussion;
pub mod doubled;
pub(crate) mod facts;
pub mod features;
pub mod forest;
pub mod furniture;
pub(crate) mod headline;
pub(crate) mod heads;
pub mod label;
pub mod listing;
pub mod loss;
pub mod names;
pub mod notes;
pub mod phrases;
pub mod prune;
pub mod reject;
pub mod rules;
pub mod segment;
pub mod settle;
mod shape;
pub mod signature;
pub(crate) mod sites;
pub mod spare;
pub(crate) mod standfirst;
pub(crate) mod strays;
mod surroundings;
pub mod survey;
pub mod text;
pub mod trace;
pub mod units;
pub mod vector;
pub mod words;

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

/// Tables of one page. Seeded by chance as those of the standard library, with a much quicker hash.
pub(crate) type FastMap<K, V> = HashMap<K, V, foldhash::fast::RandomState>;
/// The same as a set.
pub(crate) type FastSet<K> = HashSet<K, foldhash::fast::RandomState>;

/// What a removed block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Menus, links to sections, "skip to content", pagination.
    Navigation,
    /// The way from the home page to this page.
    Breadcrumb,
    /// The text below a picture, video or chart.
    Caption,
    /// Who made a picture, or the agency a text comes from.
    Credit,
    /// Who wrote the article.
    Byline,
    /// When it was published or changed, reading time.
    DateLine,
    /// Links to other articles: "Lire aussi", teasers, most read.
    Related,
    /// Invitations to subscribe to mails, apps, channels.
    Newsletter,
    /// Notices that the rest is for subscribers.
    Paywall,
    /// Share and follow buttons.
    Share,
    /// Tags, topics and sections of the article.
    Tags,
    /// Who the author is.
    AuthorBio,
    /// Readers' comments and the form for them.
    Comments,
    /// Advertisements and sponsored links.
    Advert,
    /// What surrounds embedded posts, players and maps.
    EmbedChrome,
    /// The end of the page: imprint, copyright.
    Footer,
    /// Cookie and consent notices.
    Consent,
    /// The headline itself, which goes into the metadata.
    Title,
    /// Anything else that is not the article.
    Other,
}

impl Kind {
    /// Every kind with its name, in the order of the documentation.
    pub const ALL: [(Kind, &'static str); 19] = [
        (Kind::Navigation, "navigation"),
        (Kind::Breadcrumb, "breadcrumb"),
        (Kind::Caption, "caption"),
        (Kind::Credit, "credit"),
        (Kind::Byline, "byline"),
        (Kind::DateLine, "date-line"),
        (Kind::Related, "related"),
        (Kind::Newsletter, "newsletter"),
        (Kind::Paywall, "paywall"),
        (Kind::Share, "share"),
        (Kind::Tags, "tags"),
        (Kind::AuthorBio, "author-bio"),
        (Kind::Comments, "comments"),
        (Kind::Advert, "advert"),
        (Kind::EmbedChrome, "embed-chrome"),
        (Kind::Footer, "footer"),
        (Kind::Consent, "consent"),
        (Kind::Title, "title"),
        (Kind::Other, "other"),
    ];

    /// The kebab-case name.
    pub fn name(self) -> &'static str {
        Kind::ALL[self as usize].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_agree_with_the_serialised_form() {
        for (kind, name) in Kind::ALL {
            assert_eq!(kind.name(), name);
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{name}\""));
        }
    }
}
