//! Addresses and times as feeds, sitemaps and pages write them.

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use url::Url;

use crate::article::date::{Moment, Order};

/// Bytes of an address. sitemaps.org allows 2,048; a long base would be copied for each relative address.
const MAX_ADDRESS_BYTES: usize = 2_048;

/// An address of the web, without its fragment. A relative one is resolved against `base`, where that is no longer than
/// an address may be.
pub(super) fn web_address(address: &str, base: &Url) -> Option<Url> {
    let address = address.trim();
    if address.is_empty() || address.len() > MAX_ADDRESS_BYTES {
        return None;
    }
    let relative = || base.join(address).ok();
    let mut url =
        if base.as_str().len() > MAX_ADDRESS_BYTES { Url::parse(address).ok() } else { relative() }?;
    url.set_fragment(None);
    (matches!(url.scheme(), "http" | "https") && url.as_str().len() <= MAX_ADDRESS_BYTES).then_some(url)
}

/// A title on one line; titles are often wrapped and indented.
pub(super) fn one_line(title: &str) -> Option<String> {
    let words: Vec<&str> = title.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Reads an instant: that of RFC 2822 or ISO 8601, or else any date. What is missing (zone, time, day, month) is taken
/// as the beginning, in UTC.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    /// Names of days are superfluous, and often wrong or in another language.
    const MAIL: rfc2822::DateTimeParser = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    let text = text.trim();
    let mail = || MAIL.parse_timestamp(text).ok();
    let any = || iso(&Moment::from_machine(text, Order::DayFirst)?.to_string());
    iso(text).or_else(mail).or_else(any)
}

fn iso(text: &str) -> Option<Timestamp> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    let day = match text.len() {
        4 => format!("{text}-01-01"),
        7 => format!("{text}-01"),
        _ => text.to_owned(),
    };
    let moment = day.parse::<jiff::civil::DateTime>().ok()?;
    moment.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_as_they_are_written() {
        for (text, wanted) in [
            ("2024-05-01T10:00:00+02:00", "2024-05-01T08:00:00Z"),
            ("2024-05-01T10:00+0200", "2024-05-01T08:00:00Z"),
            ("2024-05-01 10:00:00", "2024-05-01T10:00:00Z"),
            ("2024-05-02T10:00:00.5Z", "2024-05-02T10:00:00.5Z"),
            (" 2024-05-02 ", "2024-05-02T00:00:00Z"),
            ("2024-05", "2024-05-01T00:00:00Z"),
            ("2024", "2024-01-01T00:00:00Z"),
            ("Wed, 03 Jul 2024 08:15:00 +0200", "2024-07-03T06:15:00Z"),
            ("Mon, 03 Jul 2024 08:15:00 GMT", "2024-07-03T08:15:00Z"),
            ("Wed, 3 Jul 24 08:15 EST", "2024-07-03T13:15:00Z"),
            ("Thurs, 4 July 2024 08:15:00 UTC", "2024-07-04T08:15:00Z"),
            ("mer., 03 juil. 2024 08:15:00 +0200", "2024-07-03T06:15:00Z"),
            ("July 3, 2024 08:15", "2024-07-03T08:15:00Z"),
        ] {
            assert_eq!(instant(text), wanted.parse().ok(), "{text}");
        }
        for text in ["", "soon", "yesterday", "2024-13-45", "0", "99999"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn a_long_address_is_none_and_a_long_base_completes_none() {
        let base = Url::parse("https://a.example/b/c").expect("a URL");
        let read = |address: &str, base: &Url| web_address(address, base).map(String::from);
        assert_eq!(read(" d#e ", &base).as_deref(), Some("https://a.example/b/d"));
        for none in ["", "javascript:alert(1)", "mailto:a@b.example", &"a".repeat(3_000)] {
            assert_eq!(read(none, &base), None);
        }
        let long = base.join(&"a".repeat(3_000)).expect("a URL");
        assert_eq!(read("d", &long), None);
        assert_eq!(read("https://a.example/d", &long).as_deref(), Some("https://a.example/d"));
    }
}
