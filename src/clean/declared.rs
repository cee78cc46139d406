//! What kind of page a page says it is: by schema.org types, OpenGraph, the software that made it, and its address.
//!
//! None of these is a proof; they are evidence for the classifier, and choose the policy for readers' comments, which
//! are the content of a forum and boilerplate elsewhere.

use html5ever::local_name;
use url::Url;

use crate::article::Metadata;
use crate::article::metadata::PageType;
use crate::parse::{Dom, NodeId, NodeKind};

/// What a page says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// It says that it is an article.
    pub article: bool,
    /// A thread of posts, or a question with answers.
    pub forum: bool,
    /// One thing that is for sale.
    pub product: bool,
    /// A page of a manual.
    pub documentation: bool,
    /// A list of things or articles.
    pub collection: bool,
}

/// schema.org types, as JSON-LD quotes them and microdata ends in them.
const ARTICLE_TYPES: [&str; 6] = [
    "Article",
    "NewsArticle",
    "ReportageNewsArticle",
    "BlogPosting",
    "OpinionNewsArticle",
    "LiveBlogPosting",
];
const FORUM_TYPES: [&str; 2] = ["DiscussionForumPosting", "QAPage"];
const PRODUCT_TYPES: [&str; 2] = ["Product", "ProductGroup"];
const COLLECTION_TYPES: [&str; 2] = ["CollectionPage", "SearchResultsPage"];

/// Software by `<meta name=generator>`.
const FORUM_SOFTWARE: [&str; 10] = [
    "discourse",
    "phpbb",
    "vbulletin",
    "xenforo",
    "mybb",
    "flarum",
    "nodebb",
    "invision",
    "simple machines",
    "fluxbb",
];
const MANUAL_SOFTWARE: [&str; 9] = [
    "docusaurus",
    "sphinx",
    "mkdocs",
    "gitbook",
    "mediawiki",
    "vitepress",
    "doxygen",
    "rustdoc",
    "readthedocs",
];

/// Classes of `<html>` and `<body>` that forum and shop software sets.
const FORUM_CLASSES: [&str; 6] =
    ["ipsapp", "xenforo", "question-page", "section-viewtopic", "phpbb", "nb-forum"];
const PRODUCT_CLASSES: [&str; 2] = ["single-product", "product-template-default"];
const COLLECTION_CLASSES: [&str; 5] =
    ["archive", "category", "tax-product_cat", "product-listing-page", "search-results"];

/// Parts of the address: whole segments of the path, or first labels of the host.
const FORUM_SEGMENTS: [&str; 6] = ["forum", "forums", "threads", "thread", "viewtopic.php", "showthread.php"];
/// Segments that stand for a thread before its number only: newspapers and encyclopedias have topics, too.
const NUMBERED_SEGMENTS: [&str; 5] = ["topic", "topics", "discussion", "discussions", "questions"];
/// So many digits before a title are no year.
const MIN_NUMBER_DIGITS: usize = 5;
const FORUM_HOSTS: [&str; 5] = ["forum", "forums", "community", "discuss", "discourse"];
const MANUAL_SEGMENTS: [&str; 5] = ["docs", "doc", "documentation", "manual", "reference"];
const MANUAL_HOSTS: [&str; 5] = ["docs", "doc", "developer", "developers", "wiki"];

impl Declared {
    /// Reads what a page says of itself.
    pub fn of(dom: &Dom, url: Option<&Url>, metadata: &Metadata) -> Declared {
        let mut declared = Declared::default();
        for node in dom.descendants(dom.document()).filter(|node| dom.kind(*node) == NodeKind::Element) {
            match *dom.local_name(node) {
                local_name!("meta") => declared.read_meta(dom, node),
                local_name!("script") => declared.read_linked_data(dom, node),
                local_name!("html") | local_name!("body") => {
                    declared.read_classes(dom.attribute(node, "class").unwrap_or(""))
                }
                _ => {}
            }
            if let Some(kind) = dom.attribute(node, "itemtype") {
                declared.read_type(kind.rsplit('/').next().unwrap_or(""));
            }
        }
        let canonical = metadata.canonical.as_deref().and_then(|canonical| Url::parse(canonical).ok());
        if let Some(url) = url.or(canonical.as_ref()) {
            declared.read_address(url);
        }
        declared
    }

    /// The kind of page that fits best.
    pub fn page_type(&self) -> PageType {
        match self {
            Declared { forum: true, .. } => PageType::Forum,
            Declared { article: true, .. } => PageType::Article,
            Declared { product: true, .. } => PageType::Product,
            Declared { collection: true, .. } => PageType::Collection,
            Declared { documentation: true, .. } => PageType::Documentation,
            _ => PageType::Article,
        }
    }

    fn read_type(&mut self, kind: &str) {
        self.article |= ARTICLE_TYPES.contains(&kind);
        self.forum |= FORUM_TYPES.contains(&kind);
        self.product |= PRODUCT_TYPES.contains(&kind);
        self.collection |= COLLECTION_TYPES.contains(&kind);
    }

    fn read_meta(&mut self, dom: &Dom, node: NodeId) {
        let content = || dom.attribute(node, "content").unwrap_or("").trim().to_ascii_lowercase();
        let name = dom.attribute(node, "property").or(dom.attribute(node, "name")).unwrap_or("");
        if name.eq_ignore_ascii_case("og:type") {
            let content = content();
            self.article |= content.contains("article");
            self.collection |= content == "product.group";
            self.product |= content.starts_with("product") && content != "product.group";
        } else if name.eq_ignore_ascii_case("generator") {
            let content = content();
            self.forum |= FORUM_SOFTWARE.iter().any(|software| content.starts_with(software));
            self.documentation |= MANUAL_SOFTWARE.iter().any(|software| content.starts_with(software));
        }
    }

    /// The types stand in quotes after `"@type"`, in lists too.
    fn read_linked_data(&mut self, dom: &Dom, node: NodeId) {
        if !dom.attribute(node, "type").is_some_and(|kind| kind.contains("ld+json")) {
            return;
        }
        let text = dom.text_content(node);
        for after in text.split("\"@type\"").skip(1) {
            let end = after.find([',', '}']).unwrap_or(after.len());
            let list = if after[..end].contains('[') { after.find(']').unwrap_or(end) } else { end };
            after[..list].split('"').for_each(|kind| self.read_type(kind));
        }
    }

    fn read_classes(&mut self, classes: &str) {
        for class in classes.split_ascii_whitespace().map(str::to_ascii_lowercase) {
            self.forum |= FORUM_CLASSES.contains(&class.as_str());
            self.product |= PRODUCT_CLASSES.contains(&class.as_str());
            self.collection |= COLLECTION_CLASSES.contains(&class.as_str());
        }
    }

    fn read_address(&mut self, url: &Url) {
        let label = url.host_str().unwrap_or("").split('.').next().unwrap_or("").to_ascii_lowercase();
        let path = url.path().to_ascii_lowercase();
        let segments = || path.split('/');
        let has = |wanted: &[&str]| segments().any(|segment| wanted.contains(&segment));
        let mut numbered = segments().zip(segments().skip(1));
        let is_thread =
            |(segment, next): (&str, &str)| NUMBERED_SEGMENTS.contains(&segment) && is_number(next);
        self.forum |=
            FORUM_HOSTS.contains(&label.as_str()) || has(&FORUM_SEGMENTS) || numbered.any(is_thread);
        self.documentation |= MANUAL_HOSTS.contains(&label.as_str()) || has(&MANUAL_SEGMENTS);
    }
}

/// Whether a segment is the number of a thread, alone or before its title.
fn is_number(segment: &str) -> bool {
    let digits = segment.bytes().take_while(u8::is_ascii_digit).count();
    digits > 0 && (digits == segment.len() || digits >= MIN_NUMBER_DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{Limits, parse};

    fn page_type(html: &str, url: &str) -> PageType {
        let dom = parse(html, &Limits::default()).unwrap();
        Declared::of(&dom, Url::parse(url).ok().as_ref(), &Metadata::default()).page_type()
    }

    #[test]
    fn types_software_and_addresses_tell_the_kind_of_page() {
        let linked = |kind: &str| {
            format!("<script type=application/ld+json>{{\"@type\": {kind}, \"name\": \"x\"}}</script>")
        };
        assert_eq!(page_type(&linked("\"QAPage\""), "https://a.example/"), PageType::Forum);
        assert_eq!(page_type(&linked("[\"Thing\", \"Product\"]"), "https://a.example/"), PageType::Product);
        assert_eq!(
            page_type("<meta name=generator content='Sphinx 7'>", "https://a.example/"),
            PageType::Documentation
        );
        assert_eq!(page_type("<body class='archive tag'>", "https://a.example/"), PageType::Collection);
        assert_eq!(page_type("<p>x", "https://a.example/forum/thread/7"), PageType::Forum);
        assert_eq!(page_type("<p>x", "https://a.example/topic/48210-pont"), PageType::Forum);
        assert_eq!(page_type("<p>x", "https://a.example/questions/7/pont"), PageType::Forum);
        assert_eq!(page_type("<p>x", "https://a.example/topics/2024-ponts"), PageType::Article);
        assert_eq!(page_type("<p>x", "https://a.example/topic/history-of-bridges"), PageType::Article);
        assert_eq!(page_type("<p>x", "https://a.example/2024/prices"), PageType::Article);
    }

    #[test]
    fn an_article_that_names_a_product_is_an_article() {
        let html = "<meta property=og:type content=article><div itemtype='https://schema.org/Product'></div>";
        assert_eq!(page_type(html, "https://a.example/"), PageType::Article);
    }
}
