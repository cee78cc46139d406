//! Tells pages from what servers send in their place: PDF, images, JSON, feeds, plain text.

use crate::error::Rejection;

/// First bytes of file formats that are met in the place of pages, and what to call them.
const SIGNATURES: [(&[u8], &str); 21] = [
    (b"%PDF-", "PDF"),
    (b"\x89PNG", "PNG image"),
    (b"\xFF\xD8\xFF", "JPEG image"),
    (b"GIF8", "GIF image"),
    (b"RIFF", "WebP image or sound"),
    (b"BM\0", "BMP image"),
    (b"II*\0", "TIFF image"),
    (b"MM\0*", "TIFF image"),
    (b"\0\0\x01\0", "icon"),
    (b"\0\0\0", "video"),
    (b"\x1A\x45\xDF\xA3", "video"),
    (b"OggS", "sound"),
    (b"ID3", "sound"),
    (b"PK\x03\x04", "ZIP archive or office document"),
    (b"\x1F\x8B", "gzip data"),
    (b"\x28\xB5\x2F\xFD", "zstd data"),
    (b"\xD0\xCF\x11\xE0", "office document"),
    (b"{\\rtf", "RTF document"),
    (b"wOF", "font"),
    (b"\x7FELF", "program"),
    (b"WARC/", "web archive, to be read with `--input warc`"),
];

/// Bytes that are looked at for a first tag; pages open with one, but some have a long banner before it.
const TAG_WINDOW: usize = 64 << 10;

/// Bytes that are looked at for what binary data holds and text does not.
const BINARY_WINDOW: usize = 1024;

/// What bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// An HTML page or a piece of one; also nothing at all, which is left to the cleaner.
    Html,
    /// Text without any markup.
    Text,
    /// Something else: its name or media type.
    Other(String),
}

/// Says what bytes are. `content_type` is the HTTP header.
///
/// The bytes count for more than the header: servers send articles as `text/plain`, never PDF files as articles.
pub fn content_of(bytes: &[u8], content_type: Option<&str>) -> Content {
    if let Some(name) = by_signature(bytes) {
        return Content::Other(name);
    }
    match by_text(bytes) {
        Content::Html => by_header(bytes, content_type).map_or(Content::Html, Content::Other),
        other => other,
    }
}

/// Says why bytes are no HTML page, or `None` when they may be one. `content_type` is the HTTP header.
pub fn not_html(bytes: &[u8], content_type: Option<&str>) -> Option<Rejection> {
    match content_of(bytes, content_type) {
        Content::Html => None,
        Content::Text => Some(Rejection::NotHtml { found: "plain text without any markup".to_owned() }),
        Content::Other(found) => Some(Rejection::NotHtml { found }),
    }
}

/// Whether bytes look like an HTML page or a piece of one.
pub fn looks_like_html(bytes: &[u8]) -> bool {
    !bytes.trim_ascii().is_empty() && content_of(bytes, None) == Content::Html
}

fn by_signature(bytes: &[u8]) -> Option<String> {
    if utf16(bytes) {
        return None;
    }
    let known = SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature));
    if let Some((_, name)) = known {
        return Some((*name).to_owned());
    }
    // text of every 8-bit charset is free of these; UTF-16 was let through above
    let control = |byte: &&u8| matches!(byte, 0..=8 | 14..=26 | 28..=31);
    let window = &bytes[..bytes.len().min(BINARY_WINDOW)];
    let controls = window.iter().filter(control).count();
    (controls * 20 > window.len()).then(|| "binary data".to_owned())
}

fn utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xFF\xFE")
        || bytes.starts_with(b"\xFE\xFF")
        || super::utf16_by_zero_bytes(bytes).is_some()
}

/// Text formats that are no pages: JSON, feeds and sitemaps, text without any tag.
fn by_text(bytes: &[u8]) -> Content {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    if text.is_empty() || utf16(bytes) {
        return Content::Html;
    }
    if matches!(text[0], b'{' | b'[') && serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok() {
        return Content::Other("JSON".to_owned());
    }
    match first_element(text) {
        Some(name) => xml_format(&name).map_or(Content::Html, |name| Content::Other(name.to_owned())),
        None => Content::Text,
    }
}

fn xml_format(element: &[u8]) -> Option<&'static str> {
    match element {
        b"rss" | b"feed" | b"rdf:rdf" => Some("a feed"),
        b"urlset" | b"sitemapindex" => Some("a sitemap"),
        b"svg" => Some("SVG image"),
        _ => None,
    }
}

/// Name of the first start or end tag; the doctype, comments and processing instructions are passed over.
fn first_element(text: &[u8]) -> Option<Vec<u8>> {
    let window = &text[..text.len().min(TAG_WINDOW)];
    let mut seen_markup = false;
    for at in memchr::memchr_iter(b'<', window) {
        let after = window[at + 1..].strip_prefix(b"/").unwrap_or(&window[at + 1..]);
        match after.first() {
            Some(byte) if byte.is_ascii_alphabetic() => {
                let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/');
                let end = after.iter().position(ends).unwrap_or(after.len());
                return Some(after[..end].to_ascii_lowercase());
            }
            Some(b'!' | b'?') => seen_markup = true,
            _ => {}
        }
    }
    seen_markup.then(Vec::new)
}

/// Media types of pages; `text/plain` and unknown binary types stand for servers that do not know better.
const PAGE_TYPES: [&str; 6] = [
    "text/html",
    "application/xhtml+xml",
    "text/plain",
    "application/octet-stream",
    "text/xml",
    "application/xml",
];

/// Trusts the header only where nothing in the bytes speaks for a page.
fn by_header(bytes: &[u8], content_type: Option<&str>) -> Option<String> {
    let media = content_type?.split([';', ',']).next()?.trim().to_ascii_lowercase();
    if !media.contains('/') || PAGE_TYPES.contains(&media.as_str()) {
        return None;
    }
    let window = &bytes[..bytes.len().min(TAG_WINDOW)];
    let page = [b"<html".as_slice(), b"<!doctype html", b"<body", b"<p>"]
        .iter()
        .any(|tag| window.windows(tag.len()).any(|place| place.eq_ignore_ascii_case(tag)));
    (!page).then_some(media)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8], content_type: Option<&str>) -> Option<String> {
        match not_html(bytes, content_type)? {
            Rejection::NotHtml { found } => Some(found),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn names_what_is_no_page() {
        for (bytes, name) in [
            (b"%PDF-1.7 ...".as_slice(), "PDF"),
            (b"\x89PNG\r\n\x1A\n\0\0", "PNG image"),
            (b"\xFF\xD8\xFF\xE0", "JPEG image"),
            (b" {\"a\": [1, 2]}", "JSON"),
            (b"<?xml version='1.0'?><rss version='2.0'><channel>", "a feed"),
            (b"<?xml version='1.0'?><!-- x --><urlset>", "a sitemap"),
            (b"Only words, 3 < 4, and no tag.", "plain text without any markup"),
            (b"\x01\x02\x03\x04 some \x05\x06", "binary data"),
        ] {
            assert_eq!(found(bytes, Some("text/html")).as_deref(), Some(name));
        }
    }

    #[test]
    fn lets_pages_through_whatever_the_header_says() {
        let utf16: Vec<u8> = "<html><p>a</p></html>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [
            b"<!DOCTYPE html><html><body><p>x</p>".as_slice(),
            b"\xEF\xBB\xBF\n<HTML>",
            b"{ not json } <p>x</p>",
            b"\n \xE9t\xE9 <p>x",
            &utf16,
        ] {
            assert_eq!(found(bytes, Some("text/plain")), None);
            assert!(looks_like_html(bytes));
        }
        assert_eq!(found(b"<!doctype html><p>x", Some("application/json")), None);
    }

    #[test]
    fn leaves_an_empty_page_to_the_cleaner() {
        assert_eq!(found(b" \n", None), None);
        assert!(!looks_like_html(b" \n"));
    }

    #[test]
    fn believes_the_header_where_the_bytes_are_silent() {
        assert_eq!(
            found(b"<a>1</a>", Some("image/svg+xml; charset=utf-8")).as_deref(),
            Some("image/svg+xml")
        );
    }
}
