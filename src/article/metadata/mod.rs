//! Metadata of an article: what it is, and how it is found in a page.
//!
//! Every field has its sources in a fixed order, by how sure they are: JSON-LD, OpenGraph and other metas, then what the
//! page shows. `extract` is the table of contents; a field's own file says which source goes before which.
//! Nothing here knows the time: "future" and "3 hours ago" are the caller's business.

mod authors;
mod dates;
mod head;
mod language;
mod live;
mod marks;
mod names;
pub mod origin;
mod page;
mod site;
#[cfg(test)]
mod tests;
mod title;
pub(crate) mod words;

use std::cell::OnceCell;

use serde::{Deserialize, Serialize};
use url::Url;

use self::head::Head;
pub(crate) use self::language::settle as settle_language;
use self::names::{Byline, Trust};
use self::page::Page;
use crate::article::date::Order;
use crate::article::drop_controls;
use crate::article::jsonld::{self, Hints, Story};
use crate::parse::{Dom, NodeId};
use crate::tables::FastSet;

/// Headings that are compared with the titles of JSON-LD objects.
const MAX_HEADINGS: usize = 20;
/// A longer tag is a sentence.
const MAX_TAG_CHARS: usize = 60;
/// More tags than this are an index of the site.
const MAX_TAGS: usize = 50;

/// What kind of page an article was taken from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageType {
    /// One text: news, a blog post.
    #[default]
    Article,
    /// A list of articles: headlines with teasers.
    Listing,
    /// A list of things, as a category of a shop.
    Collection,
    /// A thread of posts, or a question with answers.
    Forum,
    /// One thing that is for sale.
    Product,
    /// A page of a manual or a wiki.
    Documentation,
}

/// Title, authors, date and the like.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metadata {
    /// The headline as shown, without the site's name.
    pub title: Option<String>,
    /// Names of the authors, without "Par", agencies or roles.
    pub authors: Vec<String>,
    /// Publication date, ISO 8601: a date, or a date and time with offset.
    pub date: Option<String>,
    /// Date of the last change, ISO 8601.
    pub modified: Option<String>,
    /// Name of the site.
    pub site: Option<String>,
    /// Language, ISO 639-1.
    pub language: Option<String>,
    /// Canonical URL.
    pub canonical: Option<String>,
    /// Description or summary given in the page's head.
    pub description: Option<String>,
    /// Address of the main image.
    pub image: Option<String>,
    /// Tags, keywords and sections.
    pub tags: Vec<String>,
    /// `articleBody` of the page's JSON-LD, used as evidence by the cleaner; not part of records.
    #[serde(skip)]
    pub body_hint: Option<String>,
    /// Parts of the page that its JSON-LD lists, used as evidence by the cleaner; not part of records.
    #[serde(skip)]
    pub listed: Listed,
    /// What kind of page it is.
    #[serde(rename = "type")]
    pub page_type: PageType,
    /// Whether the page says that it is behind a paywall (`isAccessibleForFree: false`).
    pub paywalled: Option<bool>,
    /// Whether the page says that it is live coverage (a live blog or ticker).
    pub live: bool,
}

/// Parts of a page that its JSON-LD lists.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listed {
    /// The ingredients of a recipe.
    pub ingredients: Vec<String>,
    /// Questions and their answers.
    pub answers: Vec<String>,
}

impl Metadata {
    /// Takes out control characters: a page may not move the cursor of a terminal.
    pub(crate) fn drop_controls(&mut self) {
        let texts = [&mut self.title, &mut self.site, &mut self.language, &mut self.description];
        texts.into_iter().flatten().for_each(drop_controls);
        self.authors.iter_mut().chain(&mut self.tags).for_each(drop_controls);
    }
}

/// Whether a line of running text is the full name of one person and nothing else.
pub(crate) fn is_person(line: &str) -> bool {
    let byline = Byline::read(line, &[], Trust::Seen);
    byline.has_full_name() && byline.people == [line]
}

/// Reads the metadata of a page. `url`: its address, where known.
pub fn extract(dom: &Dom, url: Option<&Url>) -> Metadata {
    let head = Head::read(dom);
    let page = Page::read(dom);
    let headings = title::headings(&page);
    let linked = jsonld::read(dom);
    let story = Story::of(&linked, &hints(&head, &headings, url));
    let address = url.cloned().or_else(|| site::canonical(&head, &story, None));
    let address = address.as_ref();
    let names = site::names(&head, &story, address);
    let titles = title::named(&head, story.headline.as_deref());
    let title = title::find(&page, &titles, &headings, &names);
    let order = order(&head, address);
    let language = language::named(&head, &story);
    let dates = dates::find(&dates::Sources {
        head: &head,
        story: &story,
        page: &page,
        headlines: &title.nodes,
        address,
        order,
        language: language.as_deref(),
        shown: OnceCell::new(),
    });
    let authors = authors::find(&authors::Sources {
        head: &head,
        story: &story,
        page: &page,
        headlines: &title.nodes,
        names: &names,
    });
    let site = site::name(&head, &story, title.text.as_deref(), address);
    Metadata {
        page_type: PageType::default(),
        title: title.text,
        authors,
        date: dates.published.map(|moment| moment.to_string()),
        modified: dates.modified.map(|moment| moment.to_string()),
        site,
        language,
        canonical: site::canonical(&head, &story, address).map(String::from),
        live: live::is_live(&story, &titles, address),
        description: description(&head, &story),
        image: image(&head, &story, address),
        tags: tags(&head, &story, &page),
        paywalled: story.free.map(|free| !free).or_else(|| paywalled(&head)),
        body_hint: story.body,
        listed: story.listed,
    }
}

fn hints(head: &Head, headings: &[(NodeId, String)], url: Option<&Url>) -> Hints {
    let addresses =
        url.map(Url::as_str).into_iter().chain(head.link("canonical")).chain(head.first(&["og:url"]));
    let titles = title::named(head, None)
        .into_iter()
        .chain(headings.iter().take(MAX_HEADINGS).map(|(_, text)| text.as_str()));
    Hints { addresses: addresses.map(str::to_owned).collect(), titles: titles.map(words::letters).collect() }
}

/// Americans write the month first; of English pages, those that do not say otherwise.
fn order(head: &Head, address: Option<&Url>) -> Order {
    let language = head.language.as_deref().or(head.first(&["og:locale"])).unwrap_or_default().to_lowercase();
    let country =
        address.and_then(Url::host_str).and_then(|host| host.rsplit('.').next()).unwrap_or_default();
    let is_elsewhere = country.len() == 2 && !matches!(country, "us" | "io" | "co" | "ai" | "me" | "tv");
    match language.replace('_', "-").as_str() {
        "en-us" => Order::MonthFirst,
        "en" if !is_elsewhere => Order::MonthFirst,
        _ => Order::DayFirst,
    }
}

fn description(head: &Head, story: &Story) -> Option<String> {
    let given = head.first(&[
        "og:description",
        "description",
        "twitter:description",
        "dc.description",
        "dcterms.abstract",
    ]);
    given.map(str::to_owned).or_else(|| story.description.clone())
}

fn image(head: &Head, story: &Story, address: Option<&Url>) -> Option<String> {
    let given = head.first(&[
        "og:image",
        "og:image:secure_url",
        "og:image:url",
        "twitter:image",
        "twitter:image:src",
    ]);
    given
        .into_iter()
        .chain(story.image.as_deref())
        .chain(head.link("image_src"))
        .find_map(|target| site::absolute(target, address))
        .map(String::from)
}

fn tags(head: &Head, story: &Story, page: &Page<'_>) -> Vec<String> {
    let listed =
        head.all(&["news_keywords", "keywords", "parsely-tags"]).flat_map(|list| list.split([',', ';']));
    let linked = page.content().filter(|node| {
        page.dom
            .attribute(*node, "rel")
            .is_some_and(|rel| rel.split_ascii_whitespace().any(|one| one == "tag"))
    });
    let single = head.all(&["article:tag", "article:section"]).flat_map(|list| list.split(','));
    let mut tags: Vec<String> = Vec::new();
    let mut known = FastSet::default();
    let all = single.chain(story.tags.iter().map(String::as_str)).chain(listed).map(words::tidy);
    for tag in all.chain(linked.map(|node| page.text(node))) {
        let is_tag = !tag.is_empty() && tag.chars().count() <= MAX_TAG_CHARS && tags.len() < MAX_TAGS;
        if is_tag && known.insert(words::letters(&tag)) {
            tags.push(tag);
        }
    }
    tags
}

/// `article:content_tier` is Facebook's, with "free", "metered" and "locked".
fn paywalled(head: &Head) -> Option<bool> {
    match head.first(&["article:content_tier", "og:article:content_tier"])?.to_lowercase().as_str() {
        "free" => Some(false),
        "locked" => Some(true),
        _ => None,
    }
}
