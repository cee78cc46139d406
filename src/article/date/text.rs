//! Finds a date in running text: month names of many languages, numbers in every usual order, CJK.
//!
//! Text is folded first (lower case, no accents), so that the tables need one spelling and positions do not matter.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{Clock, FURTHEST_MINUTES, Moment, Offset, Order};
use crate::article::metadata::words::{first_chars, fold};

const MONTHS: &str = include_str!("../../../rules/months.toml");
/// A date stands near the start of a line or attribute; the rest of a long text is not searched.
const MAX_CHARS: usize = 400;
/// A dateline begins with its date: "Karlsruhe, (12.11.2021)".
const MAX_FRONT_CHARS: usize = 30;
/// The clock time follows the date within this many characters.
const MAX_CLOCK_DISTANCE: usize = 24;

/// A word that may be the name of a month, and what stands before one. That it is one, the table says: a pattern of all
/// their names takes longer to compile than pages take to read.
const WORD: &str = r#"[^\s0-9.,:;/()\[\]"'|<>+=*-]+"#;
const GAP: &str = r#"[\s.,:;/()\[\]"'|<>+=*-]"#;

/// The patterns, and the table of months.
struct Patterns {
    months: BTreeMap<String, i8>,
    dates: Regex,
    clock: Regex,
    zone: Regex,
    path: Regex,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(Patterns::build);

impl Patterns {
    /// Digits are those of ASCII: others are no numbers for `parse`, and `\d` takes three times as long to compile.
    fn build() -> Option<Patterns> {
        let table: toml::Table = MONTHS.parse().ok()?;
        let mut months = BTreeMap::new();
        for names in table.values().filter_map(toml::Value::as_array) {
            for (month, spellings) in (1..).zip(names.iter().filter_map(toml::Value::as_str)) {
                for spelling in spellings.split('/') {
                    months.entry(fold(spelling)).or_insert(month);
                }
            }
        }
        let of_two_words = months.keys().filter(|name| name.contains(' ')).map(|name| regex::escape(name));
        let month = of_two_words.chain([WORD.to_owned()]).collect::<Vec<_>>().join("|");
        let dates = [
            // 2021-03-03, 2021/3/3, 2021.03.03
            r"(?:^|[^0-9])(?<y1>(?:19|20)[0-9][0-9])\s?[-/.]\s?(?<m1>[0-9]{1,2})\s?[-/.]\s?(?<d1>[0-9]{1,2})(?:[^0-9]|$)".to_owned(),
            // 2021年3月3日, 2021년 3월 3일
            r"(?<y2>(?:19|20)[0-9][0-9])\s*(?:年|년)\s*(?<m2>[0-9]{1,2})\s*(?:月|월)\s*(?<d2>[0-9]{1,2})\s*(?:日|일)".to_owned(),
            // 3 mars 2021, 3. März 2021, 1er mai 2021, 3 de marzo de 2021, 03-Mar-2021, 3rd of March, 2021
            format!(
                r"(?:^|[^0-9])(?<d3>[0-9]{{1,2}})(?:(?:er|st|nd|rd|th|o|a|e|eme)?[\s.,-]+)?(?:de\s+|of\s+|d')?(?<m3>{month})[\s.,-]*(?:de\s+|del\s+|of\s+)?(?<y3>(?:19|20)[0-9][0-9])(?:[^0-9]|$)"
            ),
            // March 3, 2021; Mar 3rd 2021; 2021. március 3.
            format!(
                r"(?:^|{GAP})(?<m4>{month})[\s.,]*(?<d4>[0-9]{{1,2}})(?:st|nd|rd|th)?\s*[,.\s]\s*(?:(?:at\s+)?[0-9]{{1,2}}:[0-9][0-9](?::[0-9][0-9])?\s+)?(?<y4>(?:19|20)[0-9][0-9])(?:[^0-9]|$)"
            ),
            format!(r"(?<y5>(?:19|20)[0-9][0-9])[\s.,-]+(?<m5>{month})[\s.,-]+(?<d5>[0-9]{{1,2}})(?:[^0-9]|$)"),
            // 03/03/2021, 3.3.2021, 03-03-21
            r"(?:^|[^0-9.,/-])(?<a6>[0-9]{1,2})(?:\s?/\s?|(?<dot>\.\s?)|-)(?<b6>[0-9]{1,2})(?:\s?/\s?|\.\s?|-)(?<y6>(?:19|20)[0-9][0-9]|[0-9][0-9])(?:[^0-9/]|$)".to_owned(),
        ]
        .join("|");
        Some(Patterns {
            months,
            dates: Regex::new(&dates).ok()?,
            clock: Regex::new(
                r"^(?:(?<gap>.*?)[^0-9:])??(?<h>[0-9]{1,2})\s?(?:[:h.]|\s?heures?\s?|\s?uhr\s?|時)\s?(?<m>[0-9][0-9])(?:[:.m](?<s>[0-9][0-9])(?:[.,][0-9]+)?)?\s*(?<half>[ap]\.?m)?",
            )
            .ok()?,
            zone: Regex::new(r"^\s?(?:(?<utc>z|utc|gmt)?\s?(?<sign>[+-])(?<h>[0-9][0-9]):?(?<m>[0-9][0-9])?|(?<name>[a-z]{1,4})\b)").ok()?,
            path: Regex::new(
                r"(?:^|[/_.=-])(?<y>(?:19|20)[0-9][0-9])(?:[/_-](?<m>[0-9]{1,2})[/_-](?<d>[0-9]{1,2})|(?<mm>[01][0-9])(?<dd>[0-3][0-9]))(?:[/_.,;?&T-]|$)",
            )
            .ok()?,
        })
    }

    /// The month of a number or a name. Bullets and the like may stand before a name.
    fn month(&self, word: &str) -> Option<i8> {
        let name = word.trim_start_matches(|c: char| !c.is_alphanumeric());
        word.parse().ok().or_else(|| self.months.get(name).copied())
    }

    /// Whether the month is a word that is the name of none.
    fn is_other_word(&self, found: &Captures<'_>) -> bool {
        let name = ["m3", "m4", "m5"].into_iter().find_map(|group| found.name(group));
        name.is_some_and(|name| self.month(name.as_str()).is_none())
    }
}

/// The first date of `value`.
pub(super) fn find(value: &str, order: Order) -> Option<Moment> {
    let folded = fold(first_chars(value, MAX_CHARS));
    let (moment, end) = find_day(&folded, order)?;
    // What follows the year, as the T of ISO 8601, may be part of the match; it is read again.
    Some(Moment { clock: clock_after(PATTERNS.as_ref()?, &folded[end..]), ..moment })
}

/// Whether `line` begins with a date, perhaps after a place, and a dash, colon, bracket or time follows.
pub(super) fn opens(line: &str) -> bool {
    let folded = fold(first_chars(line, MAX_CHARS));
    find_day(&folded, Order::DayFirst).is_some_and(|(_, end)| {
        let is_front = folded[..end].chars().count() <= MAX_FRONT_CHARS;
        let rest = folded[end..].trim_start();
        is_front
            && (rest.is_empty()
                || rest.starts_with(['-', ':', ')', '|', '/', '•', '·'])
                || starts_clock(rest))
    })
}

fn starts_clock(rest: &str) -> bool {
    let after_digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    after_digits.len() < rest.len() && after_digits.starts_with([':', 'h'])
}

/// The first day of folded text, and where it ends.
fn find_day(folded: &str, order: Order) -> Option<(Moment, usize)> {
    let patterns = PATTERNS.as_ref()?;
    let mut start = 0;
    while let Some(found) = patterns.dates.captures_at(folded, start) {
        let whole = found.get(0)?;
        if let Some(moment) = day_of(patterns, &found, order) {
            return Some((moment, year_or_day_end(&found).unwrap_or(whole.end())));
        }
        // a date may begin within what only looked like one
        let next = folded[whole.start()..].chars().next().map_or(1, char::len_utf8);
        start = if patterns.is_other_word(&found) { whole.start() + next } else { whole.end() };
    }
    None
}

/// The date in the path of an address.
pub(super) fn find_in_path(path: &str) -> Option<Moment> {
    let patterns = PATTERNS.as_ref()?;
    let mut start = 0;
    while let Some(found) = patterns.path.captures_at(path, start) {
        let number = |name: &str| found.name(name).and_then(|part| part.as_str().parse::<i16>().ok());
        let month = number("m").or(number("mm"))? as i8;
        let day = number("d").or(number("dd"))? as i8;
        if let Some(moment) = Moment::day(number("y")?, month, day) {
            return Some(moment);
        }
        start = found.name("y")?.end();
    }
    None
}

fn day_of(patterns: &Patterns, found: &Captures<'_>, order: Order) -> Option<Moment> {
    let part = |name: &str| found.name(name).map(|part| part.as_str());
    for group in 1..=5 {
        let Some(year) = part(&format!("y{group}")) else { continue };
        let month = patterns.month(part(&format!("m{group}"))?)?;
        return Moment::day(year.parse().ok()?, month, part(&format!("d{group}"))?.parse().ok()?);
    }
    let (first, second): (i8, i8) = (part("a6")?.parse().ok()?, part("b6")?.parse().ok()?);
    let year: i16 = part("y6")?.parse().ok()?;
    let year = if year < 100 { 2000 + year } else { year };
    // Nobody writes the month first between full stops.
    let order = if found.name("dot").is_some() { Order::DayFirst } else { order };
    let day_first = Moment::day(year, second, first);
    let month_first = Moment::day(year, first, second);
    match order {
        Order::DayFirst => day_first.or(month_first),
        Order::MonthFirst => month_first.or(day_first),
    }
}

fn year_or_day_end(found: &Captures<'_>) -> Option<usize> {
    ["d1", "d2", "y3", "y4", "d5", "y6"].into_iter().find_map(|name| found.name(name)).map(|part| part.end())
}

fn clock_after(patterns: &Patterns, rest: &str) -> Option<Clock> {
    let near: String = rest.chars().take(MAX_CLOCK_DISTANCE + 24).collect();
    let found = patterns.clock.captures(&near)?;
    // Words such as "à", "at", "um", "- mis à jour" may stand between; a second date or other number may not.
    let gap = found.name("gap").map_or("", |gap| gap.as_str());
    if gap.chars().count() > MAX_CLOCK_DISTANCE || gap.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if ["modif", "mis a jour", "maj", "updat", "aktual", "actuali"].iter().any(|word| gap.contains(word)) {
        return None;
    }
    let mut hour: i8 = found["h"].parse().ok()?;
    match found.name("half").map(|half| &half.as_str()[..1]) {
        Some("p") if hour < 12 => hour += 12,
        Some("a") if hour == 12 => hour = 0,
        _ => {}
    }
    let second = found.name("s").and_then(|second| second.as_str().parse().ok());
    clock(&format!("{hour}:{}", &found["m"]), second, &near[found.get(0)?.end()..])
}

/// The clock of `hour:minute`, with what follows it read as a zone.
pub(super) fn clock(hour_and_minute: &str, second: Option<i8>, rest: &str) -> Option<Clock> {
    let (hour, minute) = hour_and_minute.split_once(':')?;
    let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
    let is_time = (0..24).contains(&hour) && (0..60).contains(&minute);
    is_time.then(|| Clock {
        hour,
        minute,
        second: second.filter(|second| (0..60).contains(second)),
        offset: offset(&rest.to_lowercase()),
    })
}

/// The distance from UTC: `z`, `+01:00`, `-0330`, `gmt+2`, and the zone names that RFC 2822 defines plus Europe's.
fn offset(rest: &str) -> Option<Offset> {
    let found = PATTERNS.as_ref()?.zone.captures(rest)?;
    if let Some(sign) = found.name("sign") {
        let number = |name: &str| found.name(name).and_then(|part| part.as_str().parse::<i32>().ok());
        let minutes = number("h")? * 60 + number("m").unwrap_or(0);
        let minutes = if sign.as_str() == "-" { -minutes } else { minutes };
        return (minutes.abs() <= FURTHEST_MINUTES).then_some(Offset::Minutes(minutes));
    }
    let hours = match &found["name"] {
        "z" | "utc" | "gmt" => return Some(Offset::Zulu),
        "bst" | "cet" => 1,
        "cest" => 2,
        "edt" => -4,
        "est" | "cdt" => -5,
        "cst" | "mdt" => -6,
        "mst" | "pdt" => -7,
        "pst" => -8,
        _ => return None,
    };
    Some(Offset::Minutes(hours * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Option<String> {
        find(value, Order::DayFirst).map(|moment| moment.to_string())
    }

    #[test]
    fn reads_month_names_of_many_languages() {
        for (given, expected) in [
            ("Publié le 3 mars 2021 à 14h05", "2021-03-03T14:05"),
            ("Mis en ligne le mercredi 1er août 2018", "2018-08-01"),
            ("Publié le 09 déc. 2020 à 06:00", "2020-12-09T06:00"),
            ("3. März 2021, 14:05 Uhr", "2021-03-03T14:05"),
            ("Published March 3rd, 2021 at 2:05 PM", "2021-03-03T14:05"),
            ("Sept. 11, 2019", "2019-09-11"),
            ("3 de marzo de 2021", "2021-03-03"),
            ("3 marzo 2021", "2021-03-03"),
            ("3 de março de 2021", "2021-03-03"),
            ("3 maart 2021", "2021-03-03"),
            ("3 października 2021", "2021-10-03"),
            ("3 июля 2021, 10:15", "2021-07-03T10:15"),
            ("15 травня 2021", "2021-05-15"),
            ("2021. június 5.", "2021-06-05"),
            ("2021年3月3日 14時05分", "2021-03-03T14:05"),
            ("2021년 3월 3일", "2021-03-03"),
            ("1 مارس 2021", "2021-03-01"),
            ("12 تشرين الثاني 2021", "2021-11-12"),
            ("5août 2021", "2021-08-05"),
            ("•mars 3, 2021", "2021-03-03"),
            ("12 articles 2021 mars 3", "2021-03-03"),
        ] {
            assert_eq!(text(given).as_deref(), Some(expected), "{given}");
        }
    }

    #[test]
    fn reads_numbers_in_the_order_of_the_page() {
        assert_eq!(text("Le 03/04/2021 à 8 h 30").as_deref(), Some("2021-04-03T08:30"));
        assert_eq!(text("3.4.21").as_deref(), Some("2021-04-03"));
        assert_eq!(text("04/23/2021").as_deref(), Some("2021-04-23"), "there is no 23rd month");
        let month_first = find("03/04/2021", Order::MonthFirst).map(|moment| moment.to_string());
        assert_eq!(month_first.as_deref(), Some("2021-03-04"));
    }

    #[test]
    fn a_time_of_modification_is_not_the_time_of_publication() {
        assert_eq!(text("Publié le 3 mars 2021, mis à jour à 18h20").as_deref(), Some("2021-03-03"));
    }

    #[test]
    fn relative_dates_and_other_numbers_are_no_dates() {
        for given in [
            "il y a 3 heures",
            "Hier à 14h05",
            "version 1.2.3.4",
            "192.168.10.20",
            "12-34-56-78",
            "le 3 mars",
        ] {
            assert_eq!(text(given), None, "{given}");
        }
    }

    #[test]
    fn reads_the_date_in_an_address() {
        let path = |path| find_in_path(path).map(|moment| moment.to_string());
        assert_eq!(path("/economie/2024/05/01/titre.html").as_deref(), Some("2024-05-01"));
        assert_eq!(path("/titre-20240501-abc").as_deref(), Some("2024-05-01"));
        assert_eq!(path("/a/2024-5-1").as_deref(), Some("2024-05-01"));
        assert_eq!(path("/2024/05/titre"), None);
        assert_eq!(path("/product/20991399-x"), None);
    }
}
