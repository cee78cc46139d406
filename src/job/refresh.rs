//! Which known pages are asked again, and when: pure, with a table test.
//!
//! Terms:
//! - birth: when a page was published, as far as its source or itself says so, else when it was first seen
//! - check: asking a known page whether it has changed, with If-None-Match and If-Modified-Since
//!
//! News articles are corrected and completed within hours and then never again. So checks stand at fixed ages,
//! counted from birth, and a page whose last such age has passed is left alone for ever. Ages that passed while
//! no run took place are not made up for: one check answers for all of them.

use std::time::Duration;

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// Which known pages are asked again. Feeds, sitemaps and lists are read in every run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RefreshOptions {
    /// Ages of a page in hours at which it is asked again; empty for never.
    pub after_hours: Vec<f64>,
}

/// A correction follows within hours, the last update of a developing story within two days.
const USUAL_AGES: [f64; 3] = [2.0, 12.0, 48.0];
/// Hours of a hundred years: older than any page of the web gets.
const MOST_HOURS: f64 = 876_000.0;
const HOUR_SECONDS: f64 = 3600.0;

impl Default for RefreshOptions {
    fn default() -> RefreshOptions {
        RefreshOptions { after_hours: USUAL_AGES.to_vec() }
    }
}

impl RefreshOptions {
    /// Finds ages that cannot be.
    pub fn check(&self) -> Result<(), Error> {
        match self.after_hours.iter().find(|hours| !(0.0..=MOST_HOURS).contains(*hours)) {
            Some(hours) => Err(Error::Config(format!(
                "refresh.after_hours has {hours}; write hours between 0 and {MOST_HOURS}, as in [2, 12, 48]"
            ))),
            None => Ok(()),
        }
    }

    /// The first check of a page that lies ahead; none if the page is too old for any.
    pub fn next_check(&self, birth: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let ages = self.after_hours.iter().map(|hours| Duration::from_secs_f64(hours * HOUR_SECONDS));
        let checks = ages.filter_map(|age| birth.min(now).checked_add(age).ok());
        checks.map(in_whole_seconds).filter(|check| *check > now).min()
    }
}

/// The database keeps seconds; a check a moment too early would have to be made again.
fn in_whole_seconds(time: Timestamp) -> Timestamp {
    let up = TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Ceil);
    time.round(up).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + hours * 3600).unwrap()
    }

    #[test]
    fn a_page_is_asked_again_at_each_age_and_then_never() {
        let options = RefreshOptions::default();
        for (now, next) in [
            (0, Some(2)),
            (1, Some(2)),
            (2, Some(12)),
            (11, Some(12)),
            (12, Some(48)),
            (30, Some(48)),
            (48, None),
            (9000, None),
        ] {
            assert_eq!(options.next_check(at(0), at(now)), next.map(at), "{now} hours after birth");
        }
    }

    #[test]
    fn a_date_in_the_future_counts_as_now() {
        assert_eq!(RefreshOptions::default().next_check(at(500), at(0)), Some(at(2)));
    }

    #[test]
    fn no_ages_mean_never() {
        let never = RefreshOptions { after_hours: Vec::new() };
        assert_eq!(never.next_check(at(0), at(0)), None);
    }

    #[test]
    fn ages_that_cannot_be_are_refused() {
        for hours in [-1.0, f64::NAN, f64::INFINITY, 1e9] {
            let message = RefreshOptions { after_hours: vec![hours] }.check().unwrap_err().to_string();
            assert!(message.contains("refresh.after_hours"), "{message}");
        }
    }
}
