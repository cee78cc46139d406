//! Names of meta elements that hold dates.

/// Metas of publication, surest first.
pub(super) const PUBLISHED: [&str; 22] = [
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "article:published",
    "datepublished",
    "date_published",
    "publish_date",
    "publish-date",
    "publication_date",
    "publication-date",
    "pubdate",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "dc.date.issued",
    "dcterms.issued",
    "dc.issued",
    "dcterms.available",
    "citation_publication_date",
    "article.published",
    "published_at",
    "vr:published_time",
];
/// Metas of a date of which they do not say what it is.
pub(super) const DATED: [&str; 12] = [
    "dc.date",
    "dcterms.date",
    "date",
    "article:post_date",
    "originalpublicationdate",
    "dc.date.created",
    "dcterms.created",
    "dc.created",
    "created",
    "datecreated",
    "citation_date",
    "article.created",
];
/// Metas of the last change.
pub(super) const MODIFIED: [&str; 14] = [
    "article:modified_time",
    "og:updated_time",
    "og:modified_time",
    "article:updated_time",
    "article:modified",
    "datemodified",
    "lastmod",
    "last-modified",
    "dcterms.modified",
    "dc.date.modified",
    "dc.modified",
    "revision_date",
    "updated_time",
    "cxenseparse:recs:modifiedtime",
];

/// Whether the name of a meta element says that its date is of the publication: `w-published-date`, `publishedAt`.
pub(super) fn says_publication(key: &str) -> bool {
    let words =
        ["published", "publish", "pubdate", "publication", "publie", "veroffentlicht", "released", "posted"];
    let others =
        ["publisher", "last", "modif", "updat", "expir", "unpublish", "author", "section", "tag", "id"];
    words.iter().any(|word| key.contains(word)) && !others.iter().any(|word| ends_or_holds(key, word))
}

/// The same of the last change.
pub(super) fn says_change(key: &str) -> bool {
    let words = ["modified", "updated", "lastmod", "last-update", "revised"];
    words.iter().any(|word| key.contains(word)) && !key.contains("author") && !key.contains("cache")
}

/// Whether a key holds a word, or ends in it where it is short: "id" in `publisher-id`, not in `video`.
fn ends_or_holds(key: &str, word: &str) -> bool {
    if word.len() > 2 { key.contains(word) } else { key.ends_with(word) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_sites_make_up_are_understood() {
        for key in ["w-published-date", "publishedat", "article-pubdate", "published"] {
            assert!(says_publication(key), "{key}");
        }
        for key in ["publisher", "article:publisher", "last_published", "publication-id", "modified"] {
            assert!(!says_publication(key), "{key}");
        }
        assert!(says_change("article-updated") && !says_change("date"));
    }
}
