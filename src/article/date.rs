//! Dates as pages write them, turned into ISO 8601.
//!
//! Terms:
//! - moment: a day, with a clock time and an offset from UTC where the page gives them; nothing is made up
//! - order: whether 03/04/2021 is read day first (most of the world) or month first (the United States)
//!
//! Three readers: [`Moment::from_machine`] for attributes and JSON, [`Moment::find`] for visible text, and
//! [`Moment::from_path`] for the path of an address. Relative dates ("il y a 3 heures") are no dates: without a clock
//! they cannot be told.

mod text;

use std::fmt;

use jiff::civil;

/// The web has no articles from before; older dates are of the subject, not of the publication.
const FIRST_YEAR: i16 = 1990;
/// Later dates are slips of the keyboard or placeholders.
const LAST_YEAR: i16 = 2100;
/// The distance from UTC of the Line Islands, the largest that there is.
const FURTHEST_MINUTES: i32 = 14 * 60;

/// How a numeric date with two small numbers is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// 03/04/2021 is the third of April.
    #[default]
    DayFirst,
    /// 03/04/2021 is the fourth of March.
    MonthFirst,
}

/// A day, and the time of day where it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    day: civil::Date,
    clock: Option<Clock>,
}

/// The distance from UTC as given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offset {
    /// `Z`, `UTC` or `GMT`.
    Zulu,
    /// Minutes, as in `+01:00`.
    Minutes(i32),
}

impl Offset {
    fn is_utc(self) -> bool {
        matches!(self, Offset::Zulu | Offset::Minutes(0))
    }
}

/// A time of day with its offset from UTC, where given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Clock {
    hour: i8,
    minute: i8,
    second: Option<i8>,
    offset: Option<Offset>,
}

impl Moment {
    /// A day that exists, in a year in which the web had articles.
    fn day(year: i16, month: i8, day: i8) -> Option<Moment> {
        let day = civil::Date::new(year, month, day).ok()?;
        (FIRST_YEAR..=LAST_YEAR).contains(&year).then_some(Moment { day, clock: None })
    }

    /// Whether both are on one day.
    pub fn same_day(&self, other: &Moment) -> bool {
        self.day == other.day
    }

    /// Whether this is a stamp in UTC.
    pub fn is_in_utc(&self) -> bool {
        self.clock.and_then(|clock| clock.offset).is_some_and(Offset::is_utc)
    }

    /// Whether this stamp, when in UTC, can be on that other day by the clocks of where the page was written.
    pub fn may_be_on_local_day_of(&self, other: &Moment) -> bool {
        let Some(Clock { hour, offset: Some(offset), .. }) = self.clock else { return false };
        if !offset.is_utc() {
            return false;
        }
        // Zones run from UTC-12 to UTC+14.
        (self.day.tomorrow().is_ok_and(|day| day == other.day) && hour >= 24 - 14)
            || (self.day.yesterday().is_ok_and(|day| day == other.day) && hour < 12)
    }

    /// The next day, when this stamp is in UTC and exactly at that hour.
    pub fn day_begun_at_utc(&self, hour: i8) -> Option<Moment> {
        let clock = self.clock.filter(|clock| clock.offset.is_some_and(Offset::is_utc))?;
        let is_midnight = clock.hour == hour && clock.minute == 0 && clock.second == Some(0);
        let day = self.day.tomorrow().ok()?;
        is_midnight.then_some(Moment { day, clock: None })
    }

    /// Reads what was written for machines: ISO 8601 and its loose kin, RFC 2822, seconds since 1970; at last, any text.
    pub fn from_machine(value: &str, order: Order) -> Option<Moment> {
        let value = value.trim();
        from_epoch(value)
            .or_else(|| from_compact(value))
            .or_else(|| from_iso(value))
            .or_else(|| Moment::find(value, order))
    }

    /// The first date in visible text.
    pub fn find(value: &str, order: Order) -> Option<Moment> {
        text::find(value, order)
    }

    /// Whether a line begins with a date that is set off from what follows: "(27.1.2022) - Bei der ...".
    pub fn opens(line: &str) -> bool {
        text::opens(line)
    }

    /// The date in an address such as `/2024/05/01/titre` or `/titre-2024-05-01.html`.
    pub fn from_path(path: &str) -> Option<Moment> {
        text::find_in_path(path)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.day)?;
        let Some(clock) = self.clock else { return Ok(()) };
        write!(formatter, "T{:02}:{:02}", clock.hour, clock.minute)?;
        if let Some(second) = clock.second {
            write!(formatter, ":{second:02}")?;
        }
        match clock.offset {
            None => Ok(()),
            Some(Offset::Zulu) => formatter.write_str("Z"),
            Some(Offset::Minutes(minutes)) => {
                let sign = if minutes < 0 { '-' } else { '+' };
                write!(formatter, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        }
    }
}

/// `1583226000` or `1583226000000`: seconds or milliseconds since 1970.
fn from_epoch(value: &str) -> Option<Moment> {
    if !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = value.parse().ok()?;
    let seconds = match value.len() {
        9 | 10 => number,
        12 | 13 => number / 1000,
        _ => return None,
    };
    let moment = jiff::Timestamp::from_second(seconds).ok()?.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let clock = Clock {
        hour: moment.hour(),
        minute: moment.minute(),
        second: Some(moment.second()),
        offset: Some(Offset::Zulu),
    };
    let day = Moment::day(moment.year(), moment.month(), moment.day())?;
    Some(Moment { clock: Some(clock), ..day })
}

/// `20240501`, `202405011405`, `20240501140533` and `20240501T140533Z`.
fn from_compact(value: &str) -> Option<Moment> {
    let (day, clock) = value.split_at_checked(8)?;
    let number = |text: &str, from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
    if !day.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let moment = Moment::day(number(day, 0, 4)?, number(day, 4, 6)? as i8, number(day, 6, 8)? as i8)?;
    let clock = clock.strip_prefix(['T', ' ', '-']).unwrap_or(clock);
    let digits = clock.bytes().take_while(u8::is_ascii_digit).count();
    if digits != 4 && digits != 6 {
        return clock.is_empty().then_some(moment);
    }
    let clock = text::clock(
        &format!("{}:{}", &clock[..2], &clock[2..4]),
        number(clock, 4, digits).map(|second| second as i8),
        &clock[digits..],
    );
    Some(Moment { clock, ..moment })
}

/// `2024-05-01T14:05:33+02:00`, with `Z`, another offset or none at the end: what most pages write, told without a search.
fn from_iso(value: &str) -> Option<Moment> {
    let (head, zone) = value.split_at_checked("2024-05-01T14:05:33".len())?;
    let number = |from: usize, length: usize| -> Option<i16> {
        let digits = head.get(from..from + length)?;
        if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
    };
    let signs = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    let is_century = head.starts_with("19") || head.starts_with("20");
    if !is_century || signs.iter().any(|(at, sign)| head.as_bytes()[*at] != *sign) {
        return None;
    }
    let moment = Moment::day(number(0, 4)?, number(5, 2)? as i8, number(8, 2)? as i8)?;
    let (hour, minute, second) = (number(11, 2)? as i8, number(14, 2)? as i8, number(17, 2)? as i8);
    let is_time = hour < 24 && minute < 60 && second < 60;
    let offset = iso_offset(zone)?;
    is_time.then_some(Moment { clock: Some(Clock { hour, minute, second: Some(second), offset }), ..moment })
}

/// The offset that ends a stamp; `None` when it is none that `from_iso` reads.
fn iso_offset(zone: &str) -> Option<Option<Offset>> {
    let (sign, hours, minutes) = match *zone.as_bytes() {
        [] => return Some(None),
        [b'Z'] => return Some(Some(Offset::Zulu)),
        [sign @ (b'+' | b'-'), h, i, b':', m, n] | [sign @ (b'+' | b'-'), h, i, m, n] => {
            (sign, [h, i], [m, n])
        }
        _ => return None,
    };
    let number = |[tens, ones]: [u8; 2]| {
        let is_number = tens.is_ascii_digit() && ones.is_ascii_digit();
        is_number.then(|| i32::from(tens - b'0') * 10 + i32::from(ones - b'0'))
    };
    let minutes = number(hours)? * 60 + number(minutes)?;
    (minutes <= FURTHEST_MINUTES).then_some(Some(Offset::Minutes(if sign == b'-' {
        -minutes
    } else {
        minutes
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(value: &str) -> Option<String> {
        Moment::from_machine(value, Order::DayFirst).map(|moment| moment.to_string())
    }

    #[test]
    fn reads_what_machines_write_and_keeps_the_zone() {
        for (given, expected) in [
            ("2021-03-03", "2021-03-03"),
            ("2021-03-03T14:05:00+01:00", "2021-03-03T14:05:00+01:00"),
            ("2021-03-03T14:05:00.000Z", "2021-03-03T14:05:00Z"),
            ("2021-03-03T14:05:00+00:00", "2021-03-03T14:05:00+00:00"),
            ("2021-03-03T14:05:00.123-0330", "2021-03-03T14:05:00-03:30"),
            ("2021-03-03 14:05:00 +0100", "2021-03-03T14:05:00+01:00"),
            ("2021-03-03T14:05", "2021-03-03T14:05"),
            ("2021-03-03 14:05:00 UTC", "2021-03-03T14:05:00Z"),
            ("Wed, 03 Mar 2021 14:05:09 GMT", "2021-03-03T14:05:09Z"),
            ("Wed Mar 03 2021 14:05:09 GMT+0100 (CET)", "2021-03-03T14:05:09+01:00"),
            ("20210303", "2021-03-03"),
            ("20210303T140509Z", "2021-03-03T14:05:09Z"),
            ("1614780309", "2021-03-03T14:05:09Z"),
            ("1614780309000", "2021-03-03T14:05:09Z"),
        ] {
            assert_eq!(machine(given).as_deref(), Some(expected), "{given}");
        }
    }

    #[test]
    fn a_stamp_that_is_read_without_a_search_is_read_as_with_one() {
        for zone in ["", "Z", "+02:00", "-0330", "+14:00", "+14:30", "+00:00", "-00:00", ".5Z", " UTC", "z"] {
            for day in ["2024-05-01", "2024-13-01", "1989-05-01", "2024-02-30", "2024/05/01", "2100-01-01"] {
                for clock in ["T14:05:33", "T24:05:33", "T14:60:33", "T14:05:60", "T14:05", "T14:5:33"] {
                    let stamp = format!("{day}{clock}{zone}");
                    let searched = Moment::find(&stamp, Order::DayFirst);
                    let direct = from_iso(&stamp);
                    assert!(direct.is_none() || direct == searched, "{stamp}: {direct:?} {searched:?}");
                }
            }
        }
        assert!(from_iso("2024-05-01T14:05:33+02:00").is_some() && from_iso("2024-05-01T14:05:33").is_some());
    }

    #[test]
    fn refuses_what_is_no_date_of_an_article() {
        for given in [
            "",
            "0000-00-00",
            "1970-01-01T00:00:00Z",
            "0001-01-01",
            "2021-13-01",
            "2021-02-30",
            "hier",
            "9999-12-31",
            "12",
        ] {
            assert_eq!(machine(given), None, "{given}");
        }
    }
}
