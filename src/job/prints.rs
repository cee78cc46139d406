//! By what an article is told from others and from its own earlier versions.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use url::Url;

use super::simhash::simhash;
use super::state::Print;
use crate::record::Record;
use crate::sink::hash;

/// The prints of an article. A saved page has no address of its own, so none is compared.
pub(super) fn of(record: &Record, final_url: Option<&Url>) -> Print {
    let title = record.title.as_deref().unwrap_or_default();
    Print {
        text_hash: hash::hex(format!("{title}\n{}", record.text).as_bytes()),
        canonical: final_url.map(|url| canonical(record.canonical.as_deref(), url)),
        simhash: simhash(&record.text),
    }
}

/// The address that stands for the article: the one the page names, if it is believable, else its own.
///
/// A home page is not: some sites name it on every page.
fn canonical(named: Option<&str>, url: &Url) -> String {
    let named = named.and_then(|named| url.join(named).ok());
    let believable = |named: &Url| {
        matches!(named.scheme(), "http" | "https") && !named.path().trim_matches('/').is_empty()
    };
    let mut address = named.filter(believable).unwrap_or_else(|| url.clone());
    address.set_fragment(None);
    address.into()
}

/// The moment that an ISO 8601 date of a page means; a day without a time is over when it ends, but not after now.
pub(super) fn moment(date: &str, now: Timestamp) -> Option<Timestamp> {
    if let Ok(moment) = date.parse::<Timestamp>() {
        return Some(moment.min(now));
    }
    let civil = match date.parse::<Date>() {
        Ok(day) if date.len() <= "2026-01-01".len() => {
            day.checked_add(1.day()).ok()?.to_datetime(Default::default())
        }
        _ => date.parse::<DateTime>().ok()?,
    };
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp().min(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(named: Option<&str>) -> String {
        canonical(named, &"https://m.site.example/a?amp=1".parse().unwrap())
    }

    #[test]
    fn the_address_that_a_page_names_stands_for_it() {
        assert_eq!(address(Some("https://www.site.example/a#top")), "https://www.site.example/a");
        assert_eq!(address(Some("/b")), "https://m.site.example/b");
        for unbelievable in
            [None, Some("https://www.site.example/"), Some("mailto:a@b.example"), Some("http://")]
        {
            assert_eq!(address(unbelievable), "https://m.site.example/a?amp=1", "{unbelievable:?}");
        }
    }

    #[test]
    fn dates_of_pages_are_moments_but_not_later_than_now() {
        let now: Timestamp = "2026-01-05T12:00:00Z".parse().unwrap();
        let found = |date| moment(date, now).map(|moment| moment.to_string());
        assert_eq!(found("2026-01-02").as_deref(), Some("2026-01-03T00:00:00Z"));
        assert_eq!(found("2026-01-05").as_deref(), Some("2026-01-05T12:00:00Z"));
        assert_eq!(found("2026-01-02T10:00:00+02:00").as_deref(), Some("2026-01-02T08:00:00Z"));
        assert_eq!(found("2026-01-02T10:00").as_deref(), Some("2026-01-02T10:00:00Z"));
        assert_eq!(found("hier"), None);
    }

    #[test]
    fn the_text_hash_changes_with_title_or_text_alone() {
        let record = |title: &str, text: &str, site: &str| Record {
            title: Some(title.into()),
            text: text.into(),
            site: Some(site.into()),
            ..Record::default()
        };
        let hash = |title, text, site| of(&record(title, text, site), None).text_hash;
        assert_eq!(hash("A", "B", "x"), hash("A", "B", "y"));
        assert_ne!(hash("A", "B", "x"), hash("A", "C", "x"));
        assert_ne!(hash("A", "B", "x"), hash("C", "B", "x"));
    }
}
