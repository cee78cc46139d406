//! Kinds of boilerplate. Also part of the build script, which prepares the phrase rules.

use serde::{Deserialize, Serialize};

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
