//! Sitemaps: lists of a site's pages (sitemaps.org), also as index, news sitemap, gzip file or plain text.
//!
//! An *index* names further sitemaps. [`parse`] reads one file; [`Walk`] keeps track of which are still to be
//! fetched, without going round in circles or too deep. Neither touches the network.

mod walk;

use std::io::Read;

use jiff::Timestamp;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};
use url::Url;

use super::feed;
use super::value::{instant, one_line, web_address};
pub use walk::{MAX_DEPTH, MAX_SITEMAPS, Walk};

/// One page, or one further sitemap of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Its address, without fragment.
    pub url: Url,
    /// When it was last changed.
    pub modified: Option<Timestamp>,
    /// When it was published (news sitemaps).
    pub published: Option<Timestamp>,
    /// Its title (news sitemaps).
    pub title: Option<String>,
}

/// What a sitemap holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sitemap {
    /// Pages.
    Pages(Vec<Location>),
    /// Further sitemaps.
    Index(Vec<Location>),
}

/// Bytes that are no sitemap.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SitemapError {
    /// Neither XML of a sitemap nor a list of addresses.
    #[error("not a sitemap ({detail}); give the address of a sitemap, as named in the site's robots.txt")]
    NotASitemap {
        /// What was found instead.
        detail: String,
    },
    /// More than a sitemap may hold.
    #[error("the sitemap has more than {max} bytes when decompressed")]
    TooLarge {
        /// The limit.
        max: usize,
    },
    /// The gzip file is broken.
    #[error("the sitemap's gzip file is broken ({detail})")]
    Gzip {
        /// What the decompressor said.
        detail: String,
    },
}

/// Bytes of a decompressed sitemap; sitemaps.org allows 50 MB.
pub const MAX_BYTES: usize = 52_428_800;

/// Locations that are read of one file; sitemaps.org allows 50,000, and some sites are generous.
pub const MAX_LOCATIONS: usize = 100_000;

/// Bytes of one address or date that are read.
const MAX_FIELD_BYTES: usize = 4096;

/// First bytes of a gzip file.
const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];

/// Reads a sitemap, plain or gzip. Relative addresses are resolved against `base`, the sitemap's own address.
pub fn parse(bytes: &[u8], base: &Url) -> Result<Sitemap, SitemapError> {
    let unpacked = if bytes.starts_with(GZIP_MAGIC) { Some(gunzip(bytes)?) } else { None };
    let bytes = unpacked.as_deref().unwrap_or(bytes);
    if bytes.len() > MAX_BYTES {
        return Err(SitemapError::TooLarge { max: MAX_BYTES });
    }
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('<') { parse_xml(text, base) } else { parse_text(text, base) }
}

fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, SitemapError> {
    let mut unpacked = Vec::new();
    let mut reader = flate2::read::MultiGzDecoder::new(bytes).take(MAX_BYTES as u64 + 1);
    match reader.read_to_end(&mut unpacked) {
        Ok(_) => Ok(unpacked),
        Err(error) => Err(SitemapError::Gzip { detail: error.to_string() }),
    }
}

/// A text sitemap: one address a line.
fn parse_text(text: &str, base: &Url) -> Result<Sitemap, SitemapError> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let locations: Option<Vec<Location>> =
        lines.take(MAX_LOCATIONS).map(|line| plain_location(line, base)).collect();
    match locations {
        Some(locations) if !locations.is_empty() => Ok(Sitemap::Pages(locations)),
        _ => Err(not_a_sitemap("neither XML nor a list of addresses")),
    }
}

fn plain_location(line: &str, base: &Url) -> Option<Location> {
    let full = line.starts_with("http://") || line.starts_with("https://");
    let url = web_address(line, base).filter(|_| full)?;
    Some(Location { url, modified: None, published: None, title: None })
}

fn parse_xml(text: &str, base: &Url) -> Result<Sitemap, SitemapError> {
    let mut parser =
        Parser { base, root: None, path: Vec::new(), fields: Fields::default(), found: Vec::new() };
    let mut reader = Reader::from_str(text);
    // Sitemaps are written by scripts; what was read before an error is still good.
    reader.config_mut().check_end_names = false;
    while parser.found.len() < MAX_LOCATIONS {
        match reader.read_event() {
            Ok(Event::Eof) | Err(_) => break,
            Ok(event) => parser.take(&event),
        }
    }
    parser.finish(text)
}

/// Reads the events of the XML without recursion. Entities other than XML's own five are left out, never
/// expanded, so that entity bombs are harmless.
struct Parser<'a> {
    base: &'a Url,
    root: Option<String>,
    /// Local names of the open elements, as deep as they matter.
    path: Vec<Field>,
    fields: Fields,
    found: Vec<Location>,
}

/// The elements that matter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    /// `<url>` or `<sitemap>`.
    Item,
    Address,
    Modified,
    Published,
    Title,
    Other,
}

/// Texts of the item being read.
#[derive(Default)]
struct Fields {
    address: String,
    modified: String,
    published: String,
    title: String,
}

impl Parser<'_> {
    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(start) => self.open(start.local_name().as_ref()),
            Event::Empty(start) => {
                self.open(start.local_name().as_ref());
                self.close();
            }
            Event::End(_) => self.close(),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(reference) => self.reference(reference),
            _ => {}
        }
    }

    fn open(&mut self, name: &str) {
        if self.root.is_none() {
            self.root = Some(name.to_ascii_lowercase());
        }
        let parent = self.path.last().copied().unwrap_or(Field::Other);
        let field = match name {
            "url" | "sitemap" if self.path.len() == 1 => Field::Item,
            // `loc` of an image or video is deeper, and its parent is no item.
            "loc" if parent == Field::Item => Field::Address,
            "lastmod" if parent == Field::Item => Field::Modified,
            "publication_date" => Field::Published,
            "title" => Field::Title,
            _ => Field::Other,
        };
        if field == Field::Item {
            self.fields = Fields::default();
        }
        self.path.push(field);
    }

    fn close(&mut self) {
        if self.path.pop() == Some(Field::Item) {
            let fields = std::mem::take(&mut self.fields);
            self.found.extend(fields.into_location(self.base));
        }
    }

    fn text(&mut self, text: &str) {
        let field = match self.path.last() {
            Some(Field::Address) => &mut self.fields.address,
            Some(Field::Modified) => &mut self.fields.modified,
            Some(Field::Published) => &mut self.fields.published,
            Some(Field::Title) => &mut self.fields.title,
            _ => return,
        };
        if field.len() + text.len() <= MAX_FIELD_BYTES {
            field.push_str(text);
        }
    }

    fn reference(&mut self, reference: &BytesRef<'_>) {
        if let Ok(Some(character)) = reference.resolve_char_ref() {
            self.text(character.encode_utf8(&mut [0; 4]));
        } else if let Some(text) = quick_xml::escape::resolve_xml_entity(&reference.xml10_content()) {
            self.text(text);
        }
    }

    fn finish(self, text: &str) -> Result<Sitemap, SitemapError> {
        match self.root.as_deref() {
            Some("urlset") => Ok(Sitemap::Pages(self.found)),
            Some("sitemapindex") => Ok(Sitemap::Index(self.found)),
            // sitemaps.org lets a feed stand in for a sitemap.
            Some("rss" | "feed" | "rdf") => from_feed(text, self.base),
            Some(other) => Err(not_a_sitemap(&format!("its root is <{other}>"))),
            None => Err(not_a_sitemap("broken XML")),
        }
    }
}

impl Fields {
    fn into_location(self, base: &Url) -> Option<Location> {
        Some(Location {
            url: web_address(&self.address, base)?,
            modified: instant(&self.modified),
            published: instant(&self.published),
            title: one_line(&self.title),
        })
    }
}

fn from_feed(text: &str, base: &Url) -> Result<Sitemap, SitemapError> {
    let entries = feed::parse(text.as_bytes(), base).map_err(|error| not_a_sitemap(&error.detail))?;
    let locations = entries.into_iter().map(|entry| Location {
        url: entry.url,
        modified: None,
        published: entry.published,
        title: entry.title,
    });
    Ok(Sitemap::Pages(locations.collect()))
}

fn not_a_sitemap(detail: &str) -> SitemapError {
    SitemapError::NotASitemap { detail: detail.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn base() -> Url {
        Url::parse("https://example.org/sitemaps/index.xml").expect("a URL")
    }

    fn pages(text: &str) -> Vec<Location> {
        match parse(text.as_bytes(), &base()) {
            Ok(Sitemap::Pages(pages)) => pages,
            other => panic!("{other:?} for {text}"),
        }
    }

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).expect("to memory");
        encoder.finish().expect("to memory")
    }

    #[test]
    fn reads_pages_with_their_dates() {
        let found = pages(
            r#"<?xml version="1.0" encoding="UTF-8"?>
            <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
              <url><loc>
                https://example.org/a?b=1&amp;c=&#x32;#top </loc><lastmod>2024-05-01T10:00:00+02:00</lastmod>
                <image:image><image:loc>https://example.org/a.jpg</image:loc></image:image></url>
              <url><loc><![CDATA[https://example.org/b]]></loc><lastmod>soon</lastmod></url>
              <url><loc>javascript:alert(1)</loc></url>
              <url><priority>1</priority></url>
              <url><loc>/c</loc></url>
            </urlset>"#,
        );
        let addresses: Vec<&str> = found.iter().map(|page| page.url.as_str()).collect();
        assert_eq!(
            addresses,
            ["https://example.org/a?b=1&c=2", "https://example.org/b", "https://example.org/c"]
        );
        assert_eq!(found[0].modified, "2024-05-01T08:00:00Z".parse().ok());
        assert_eq!(found[1].modified, None);
    }

    #[test]
    fn reads_news_sitemaps() {
        let found = pages(
            r#"<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://example.org/a</loc>
            <news:news><news:publication><news:name>Le Courrier</news:name></news:publication>
            <news:publication_date>2024-07-03T06:15Z</news:publication_date>
            <news:title>L&apos;été &amp; la mer</news:title></news:news></url></urlset>"#,
        );
        assert_eq!(found[0].title.as_deref(), Some("L'été & la mer"));
        assert_eq!(found[0].published, "2024-07-03T06:15:00Z".parse().ok());
    }

    #[test]
    fn reads_gzip_text_and_feeds() {
        let xml = "<urlset><url><loc>https://example.org/a</loc></url></urlset>";
        assert_eq!(parse(&gzip(xml), &base()).expect("gzip"), Sitemap::Pages(pages(xml)));
        assert_eq!(pages("\u{feff}https://example.org/a\r\n\nhttps://example.org/b\n").len(), 2);
        let rss =
            r#"<rss version="2.0"><channel><item><link>https://example.org/a</link></item></channel></rss>"#;
        assert_eq!(pages(rss)[0].url.as_str(), "https://example.org/a");
    }

    #[test]
    fn what_is_no_sitemap_is_an_error() {
        let broken_gzip = &gzip("<urlset></urlset>")[..15];
        for bytes in [b"".as_slice(), b"hello", b"<html><body/></html>", b"<", b"\xff\xfe\0", broken_gzip] {
            assert!(parse(bytes, &base()).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn a_cut_sitemap_gives_what_it_has() {
        let text = "<urlset><url><loc>https://example.org/a</loc></url><url><loc>https://exam";
        assert_eq!(pages(text).len(), 1);
    }

    #[test]
    fn entity_bombs_and_deep_nesting_do_no_harm() {
        let entities: String =
            (1..30).map(|n| format!("<!ENTITY e{n} \"&e{};&e{};\">", n - 1, n - 1)).collect();
        let bomb = format!(
            "<!DOCTYPE urlset [<!ENTITY e0 \"https://example.org/\">{entities}]><urlset><url><loc>&e29;</loc></url>\
             <url><loc>https://example.org/a</loc></url></urlset>"
        );
        assert_eq!(pages(&bomb).len(), 1);
        assert_eq!(pages(&format!("<urlset>{}", "<url>".repeat(200_000))), []);
        let long = format!("<urlset><url><loc>{}</loc></url></urlset>", "a".repeat(MAX_FIELD_BYTES * 2));
        assert_eq!(pages(&long), []);
    }

    #[test]
    fn a_gzip_bomb_stops_at_the_limit() {
        let bomb = gzip(&" ".repeat(MAX_BYTES + 10));
        assert_eq!(parse(&bomb, &base()), Err(SitemapError::TooLarge { max: MAX_BYTES }));
    }

    #[test]
    fn more_locations_than_the_limit_are_left() {
        let text = format!("<urlset>{}</urlset>", "<url><loc>/a</loc></url>".repeat(MAX_LOCATIONS + 5));
        assert_eq!(pages(&text).len(), MAX_LOCATIONS);
    }
}
