//! Feeds: RSS, Atom and JSON Feed, read into their entries. One that is no valid XML is mended first.

mod mend;

use std::collections::HashSet;

use jiff::Timestamp;
use url::Url;

/// One entry of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Address of the article, without fragment.
    pub url: Url,
    /// Its title, as plain text.
    pub title: Option<String>,
    /// When it was published, or last changed where the feed gives only that.
    pub published: Option<Timestamp>,
}

/// Bytes that are no feed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a feed ({detail}); give the address of an RSS, Atom or JSON feed")]
pub struct FeedError {
    /// What the parser said.
    pub detail: String,
}

/// Reads a feed. Relative addresses are resolved against `base`, the feed's own address. Entries without an
/// address of the web are left out, and so are second entries of one address.
pub fn parse(bytes: &[u8], base: &Url) -> Result<Vec<Entry>, FeedError> {
    let bytes = trimmed(bytes);
    let read = |bytes: &[u8]| {
        let parser =
            feed_rs::parser::Builder::new().base_uri(Some(base.as_str())).sanitize_content(false).build();
        parser.parse(bytes)
    };
    let feed = read(bytes).or_else(|error| match bytes.first() {
        // What is wrong with the feed as it came says more than what is left after mending.
        Some(b'<') => read(&mend::mended(bytes)).map_err(|_| error),
        _ => Err(error),
    });
    let feed = feed.map_err(|error| FeedError { detail: error.to_string() })?;
    let mut seen = HashSet::new();
    let entries = feed.entries.into_iter().filter_map(|entry| read_entry(entry, base));
    Ok(entries.filter(|entry| seen.insert(entry.url.clone())).collect())
}

/// Some servers send blank lines before the XML declaration, which XML forbids.
fn trimmed(bytes: &[u8]) -> &[u8] {
    let without_mark = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    without_mark.trim_ascii_start()
}

fn read_entry(entry: feed_rs::model::Entry, base: &Url) -> Option<Entry> {
    let url = address(&entry, base)?;
    let published = entry.published.or(entry.updated);
    Some(Entry {
        url,
        title: entry.title.and_then(|title| plain(&title.content)),
        published: published.and_then(|date| Timestamp::from_second(date.timestamp()).ok()),
    })
}

/// The link to the article itself, or else a GUID that is an address.
fn address(entry: &feed_rs::model::Entry, base: &Url) -> Option<Url> {
    let is_page = |link: &&feed_rs::model::Link| matches!(link.rel.as_deref(), None | Some("" | "alternate"));
    let links = entry.links.iter().filter(is_page).map(|link| link.href.as_str());
    let identity =
        Some(entry.id.as_str()).filter(|id| id.starts_with("http://") || id.starts_with("https://"));
    links.chain(identity).find_map(|address| web_address(address, base))
}

fn web_address(address: &str, base: &Url) -> Option<Url> {
    let address = address.trim();
    let mut url = if address.is_empty() { return None } else { base.join(address).ok()? };
    url.set_fragment(None);
    matches!(url.scheme(), "http" | "https").then_some(url)
}

/// A title on one line; titles are often wrapped and indented.
fn plain(title: &str) -> Option<String> {
    let words: Vec<&str> = title.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Entry> {
        parse(text.as_bytes(), &base()).expect("a feed")
    }

    fn base() -> Url {
        Url::parse("https://example.org/flux/une.xml").expect("a URL")
    }

    fn entry(url: &str, title: &str, published: &str) -> Entry {
        Entry {
            url: Url::parse(url).expect(url),
            title: Some(title.to_owned()).filter(|title| !title.is_empty()),
            published: published.parse().ok(),
        }
    }

    #[test]
    fn reads_rss() {
        let text = r#"
            <?xml version="1.0" encoding="UTF-8"?>
            <rss version="2.0"><channel><title>Le Courrier</title><link>https://example.org/</link>
            <item><title>
                L’été s’installe &amp; dure</title><link>https://example.org/a#xtor=RSS-1</link>
              <pubDate>Wed, 03 Jul 2024 08:15:00 +0200</pubDate></item>
            <item><title>Sans lien</title><guid isPermaLink="true">https://example.org/b</guid></item>
            <item><link>/c</link></item>
            <item><title>Rien</title></item>
            <item><title>Encore</title><link>https://example.org/a</link></item>
            </channel></rss>"#;
        let expected = [
            entry("https://example.org/a", "L’été s’installe & dure", "2024-07-03T06:15:00Z"),
            entry("https://example.org/b", "Sans lien", ""),
            entry("https://example.org/c", "", ""),
        ];
        assert_eq!(read(text), expected);
    }

    #[test]
    fn reads_atom() {
        let text = r#"<feed xmlns="http://www.w3.org/2005/Atom"><title>Revue</title><id>r</id>
            <entry><title type="html">Un &lt;b&gt;titre&lt;/b&gt;</title><id>tag:1</id>
              <link rel="replies" href="https://example.org/a/comments"/>
              <link rel="alternate" href="../a"/><updated>2024-05-01T10:00:00Z</updated></entry>
            <entry><title>Deux</title><id>tag:2</id><link href="https://example.org/b"/>
              <published>2024-04-30T23:30:00-02:00</published><updated>2024-05-02T00:00:00Z</updated></entry></feed>"#;
        let found = read(text);
        assert_eq!(found[0].url.as_str(), "https://example.org/a");
        assert_eq!(found[0].published, "2024-05-01T10:00:00Z".parse().ok());
        assert_eq!(found[1], entry("https://example.org/b", "Deux", "2024-05-01T01:30:00Z"));
    }

    #[test]
    fn reads_json_feed() {
        let text = r#"{"version":"https://jsonfeed.org/version/1.1","title":"J","items":[
            {"id":"1","url":"https://example.org/a","title":"Un","content_text":"x","date_published":"2024-05-01T10:00:00Z"}]}"#;
        assert_eq!(read(text), [entry("https://example.org/a", "Un", "2024-05-01T10:00:00Z")]);
    }

    #[test]
    fn reads_rss_in_its_own_charset() {
        let mut bytes =
            br#"<?xml version="1.0" encoding="ISO-8859-1"?><rss version="2.0"><channel><item><title>"#
                .to_vec();
        bytes
            .extend_from_slice(b"\xc9t\xe9</title><link>https://example.org/a</link></item></channel></rss>");
        assert_eq!(parse(&bytes, &base()).expect("a feed")[0].title.as_deref(), Some("Été"));
    }

    #[test]
    fn bare_ampersands_and_unknown_entities_cost_no_entry() {
        for fault in ["Recherche & développement", "R&D", "Caf&eacute; &nbsp;!", "a &nosuchname; b"] {
            let text = format!(
                "<rss version=\"2.0\"><channel><title>J</title>\
                 <item><title>{fault}</title><link>https://example.org/a?b=1&c=2</link></item>\
                 <item><title>Deux</title><link>https://example.org/b</link></item></channel></rss>"
            );
            let found = read(&text);
            let addresses: Vec<&str> = found.iter().map(|entry| entry.url.as_str()).collect();
            assert_eq!(addresses, ["https://example.org/a?b=1&c=2", "https://example.org/b"], "{fault}");
            assert!(found[0].title.is_some());
        }
    }

    #[test]
    fn addresses_of_other_schemes_are_left_out() {
        let text = r#"<rss version="2.0"><channel><item><link>javascript:alert(1)</link></item>
            <item><link>mailto:a@example.org</link></item></channel></rss>"#;
        assert_eq!(read(text), []);
    }

    #[test]
    fn what_is_no_feed_is_an_error() {
        for text in ["", "hello", "<html><body>x</body></html>", "{\"a\":1}", "<rss", "\u{0}\u{1}"] {
            assert!(parse(text.as_bytes(), &base()).is_err(), "{text}");
        }
    }

    #[test]
    fn entity_bombs_stay_small() {
        let text = r#"<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
            <rss version="2.0"><channel><item><title>&b;</title><link>https://example.org/a</link></item></channel></rss>"#;
        let title =
            parse(text.as_bytes(), &base()).ok().and_then(|entries| entries.into_iter().next()?.title);
        assert!(title.is_none_or(|title| title.len() < 20));
    }

    #[test]
    fn deep_nesting_does_no_harm() {
        let deep = "<a>".repeat(100_000);
        for text in [
            format!("<rss version=\"2.0\"><channel><item><description>{deep}"),
            format!("<rss version=\"2.0\"><channel><item>{deep}"),
            format!("<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><content type=\"xhtml\"><div>{deep}"),
            format!("{{\"version\":\"https://jsonfeed.org/version/1\",\"x\":{}", "[".repeat(100_000)),
        ] {
            let _ = parse(text.as_bytes(), &base());
        }
    }
}
