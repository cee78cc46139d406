//! Targets that take pages or texts.

use std::sync::LazyLock;

use tamis::{CleanOptions, Cleaner, Rules};
use url::Url;

use crate::checks::check_article;

/// Everything that is left is shown, so that more of the output is looked at.
static CLEANER: LazyLock<Cleaner> = LazyLock::new(|| {
    Cleaner::new(Rules::builtin(), CleanOptions { min_chars: 1, comments: true, ..CleanOptions::default() })
});

static ADDRESS: LazyLock<Url> =
    LazyLock::new(|| Url::parse("https://www.news.example/2024/05/06/une-crue").expect("an address"));

/// A page of any encoding; its first line is the content type.
pub fn decode(data: &[u8]) {
    let at = data.iter().position(|&byte| byte == b'\n').unwrap_or(0);
    let content_type = std::str::from_utf8(&data[..at]).ok();
    let decoded = tamis::decode::decode(&data[at..], content_type, Some(&ADDRESS));
    assert!(decoded.text.len() <= 3 * data.len(), "a byte is three bytes of UTF-8 at most");
    tamis::decode::not_html(&data[at..], content_type);
}

/// A page from bytes to all formats.
pub fn clean(data: &[u8]) {
    if let Ok(article) = CLEANER.clean_bytes(data, None, Some(&ADDRESS)) {
        check_article("page.html", article);
    }
}

/// Dirty text to all formats.
pub fn clean_text(data: &[u8]) {
    if let Ok(article) = CLEANER.clean_text(&String::from_utf8_lossy(data)) {
        check_article("dirty.txt", article);
    }
}

/// Every block has its fate.
pub fn explain(data: &[u8]) {
    let page = String::from_utf8_lossy(data);
    let explanation = CLEANER.explain(&page, Some(&ADDRESS));
    assert!(!explanation.status.is_empty());
}

/// A date wherever the metadata look for one: in an attribute, in text, in JSON-LD, in the address.
pub fn date(data: &[u8]) {
    let value = String::from_utf8_lossy(data);
    let escaped = tamis::article::escape_html(&value);
    let json = value.replace(['"', '\\', '<'], " ");
    let page = format!(
        "<html lang=fr><meta property=article:published_time content=\"{escaped}\">\
         <script type=application/ld+json>{{\"@type\":\"NewsArticle\",\"dateModified\":\"{json}\"}}</script>\
         <h1>Titre</h1><p class=date>{escaped}</p><time datetime=\"{escaped}\">{escaped}</time>\
         <p>Publié le {escaped}</p><p>Par Anne Roux, {escaped}</p>"
    );
    let address = Url::parse(&format!("https://news.example/{value}/une")).ok();
    let Ok(found) = CLEANER.describe_bytes(page.as_bytes(), None, address.as_ref()) else { return };
    for date in [found.date, found.modified].into_iter().flatten() {
        assert!(date.len() >= 4 && date.is_ascii(), "{date:?} is no ISO 8601");
    }
}
