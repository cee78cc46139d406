//! Feeds: RSS, Atom and JSON Feed, read into their entries.
//!
//! Feeds are made by templates and by strangers. So they are read leniently: what is wrong costs the entry in which it
//! stands, a bare `&` nothing. And they are read in one pass that keeps nothing but entries: whatever a feed of some
//! megabytes holds, it takes time in proportion to its size, and memory of a few times its size.

mod json;
mod mend;
mod xml;

use std::borrow::Cow;
use std::collections::HashSet;

use encoding_rs::{Encoding, UTF_8};
use jiff::Timestamp;
use url::Url;

/// Entries that are read of one feed. The longest that people read have some thousands; longer lists are sitemaps.
const MAX_ENTRIES: usize = 25_000;
/// Bytes of an XML declaration in which the charset is looked for.
const DECLARATION_BYTES: usize = 256;

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
    /// What was found instead.
    pub detail: String,
}

/// Reads a feed. Relative addresses are resolved against `base`, the feed's own address. Entries without an
/// address of the web are left out, and so are second entries of one address.
pub fn parse(bytes: &[u8], base: &Url) -> Result<Vec<Entry>, FeedError> {
    let text = decoded(bytes);
    let found = match text.as_bytes().first() {
        Some(b'<') => xml::read(&mend::mended(&text), base),
        Some(b'{') => json::read(&text, base),
        _ => Err("neither XML nor JSON".to_owned()),
    };
    let mut entries = found.map_err(|detail| FeedError { detail })?;
    let mut seen = HashSet::new();
    entries.retain(|entry| seen.insert(entry.url.clone()));
    Ok(entries)
}

/// The text by its byte order mark or declaration. Some servers send blank lines before it, which XML forbids.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(&bytes[mark..]);
        return trimmed(text);
    }
    let bytes = bytes.trim_ascii_start();
    let encoding = declared(bytes).unwrap_or(UTF_8);
    encoding.decode_without_bom_handling(bytes).0
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_start()),
        Cow::Owned(text) => Cow::Owned(text.trim_start().to_owned()),
    }
}

/// The charset of `<?xml version="1.0" encoding="ISO-8859-1"?>`. One of two bytes a character could not have said so.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = &bytes[..bytes.len().min(DECLARATION_BYTES)];
    let declaration = String::from_utf8_lossy(start.strip_prefix(b"<?xml")?);
    let (_, value) = declaration.split("?>").next()?.split_once("encoding")?;
    let label = value.trim_start().strip_prefix('=')?.trim_start().get(1..)?;
    let encoding = Encoding::for_label(label.split(['"', '\'']).next()?.as_bytes())?;
    encoding.is_ascii_compatible().then_some(encoding)
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
    fn what_is_wrong_costs_the_entry_in_which_it_stands() {
        let text = "<rss version=\"2.0\"><channel><item><description><p>a<br>b</description><link>/a</link></item>\
            <item></b><title>Deux</title><link>/b</link></item><item><link>/c</link>";
        let addresses: Vec<String> = read(text).into_iter().map(|entry| entry.url.to_string()).collect();
        assert_eq!(addresses, ["https://example.org/a", "https://example.org/b"]);
        let text = r#"{"version":"https://jsonfeed.org/version/1","items":[
            {"id":7,"url":"/a","title":["x"],"date_published":1},{"id":"https://example.org/b"},7,{"url":null}]}"#;
        let expected = [entry("https://example.org/a", "", ""), entry("https://example.org/b", "", "")];
        assert_eq!(read(text), expected);
    }

    #[test]
    fn children_of_other_names_are_not_those_of_the_item() {
        let text = r#"<rss version="2.0"><channel><link>https://example.org/</link><title>Le Courrier</title>
            <item><media:title>Photo</media:title><source url="x"><title>Autre</title></source>
            <media:group><link>/photo</link></media:group><title>Titre</title><link>/a</link>
            <dc:date>2024-05-01</dc:date></item></channel></rss>"#;
        assert_eq!(read(text), [entry("https://example.org/a", "Titre", "2024-05-01T00:00:00Z")]);
        let text = r#"<atom:feed xmlns:atom="x" xml:base="/b/"><atom:entry xml:base="c/"><atom:link href="d?e&amp;f"/>
            <atom:title type="xhtml"><div>Un <b>titre</b></div></atom:title></atom:entry>
            <atom:entry><atom:link href="d"/></atom:entry></atom:feed>"#;
        let expected = [
            entry("https://example.org/b/c/d?e&f", "Un titre", ""),
            entry("https://example.org/b/d", "", ""),
        ];
        assert_eq!(read(text), expected);
    }

    #[test]
    fn a_feed_of_two_bytes_a_character_is_read_by_its_mark() {
        let text = "<rss><channel><item><title>Été</title><link>/a</link></item></channel></rss>";
        let bytes: Vec<u8> =
            "\u{feff}".chars().chain(text.chars()).flat_map(|c| (c as u16).to_le_bytes()).collect();
        assert_eq!(parse(&bytes, &base()).expect("a feed"), [entry("https://example.org/a", "Été", "")]);
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

    proptest::proptest! {
        #[test]
        fn any_feed_is_read_without_panic(
            parts in proptest::collection::vec(
                proptest::sample::select(vec![
                    "<rss>", "<feed xml:base='b/'>", "<item>", "</item>", "<a:entry xml:base='//c'>", "</a:entry>", "<entry>",
                    "</entry>", "<title>", "</title>", "<link>", "<link href='d?e&f' rel=alternate/>", "</link>", "<guid>",
                    "<date>", "</date>", "<![CDATA[", "]]>", "&", "&eacute;", "&#0;", "2024-13", "é", "{", "/a", "<!--", "?>",
                ]),
                0..40,
            ),
        ) {
            for text in [parts.concat(), format!("<rss><channel>{}", parts.concat())] {
                for entry in parse(text.as_bytes(), &base()).into_iter().flatten() {
                    assert!(matches!(entry.url.scheme(), "http" | "https") && entry.url.fragment().is_none());
                }
            }
        }
    }
}
