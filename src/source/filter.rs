//! Which of the pages that a source names are wanted: by their age and by patterns on their addresses.
//!
//! - pattern: a glob over the whole address without fragment, in which `*` stands for any characters, slashes
//!   included: `https://www.site.example/sport/*`, `*/video/*`
//! - age: of the date that the source gives for a page: publication, else last change. A page without a date is
//!   wanted: only the page itself could tell.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use jiff::{SignedDuration, Timestamp};
use url::Url;

/// Seconds of a day.
const DAY_SECONDS: f64 = 86_400.0;

/// Longest age in days that a setting may name: 1,000 years, far from overflow.
pub const LONGEST_DAYS: f64 = 365_250.0;

/// Which pages are wanted. The default wants all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    include: Option<GlobSet>,
    exclude: GlobSet,
    since: Option<Timestamp>,
}

impl Filter {
    /// Wants addresses that match one of `include` (all, if it is empty) and none of `exclude`. The error names the
    /// pattern that is wrong.
    pub fn new(include: &[String], exclude: &[String]) -> Result<Filter, String> {
        let include = if include.is_empty() { None } else { Some(patterns(include)?) };
        Ok(Filter { include, exclude: patterns(exclude)?, since: None })
    }

    /// Wants pages of the last `days` only; 0 for all.
    pub fn not_older_than(mut self, days: f64, now: Timestamp) -> Filter {
        // the conversion makes 0 of what is no number
        let age = SignedDuration::from_secs((days.clamp(0.0, LONGEST_DAYS) * DAY_SECONDS) as i64);
        self.since = if days > 0.0 { now.checked_sub(age).ok() } else { None };
        self
    }

    /// Whether a page is wanted.
    pub fn wants(&self, url: &Url, date: Option<Timestamp>) -> bool {
        let old = self.since.zip(date).is_some_and(|(since, date)| date < since);
        let address = &url[..url::Position::AfterQuery];
        let included = self.include.as_ref().is_none_or(|include| include.is_match(address));
        !old && included && !self.exclude.is_match(address)
    }

    /// Pages from before are not wanted.
    pub fn since(&self) -> Option<Timestamp> {
        self.since
    }
}

fn patterns(texts: &[String]) -> Result<GlobSet, String> {
    let mut set = GlobSetBuilder::new();
    for text in texts {
        let glob = GlobBuilder::new(text).literal_separator(false).backslash_escape(true).build();
        set.add(glob.map_err(|error| format!("the pattern `{text}` is wrong: {}", error.kind()))?);
    }
    set.build().map_err(|error| format!("the patterns are too large together: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(include: &[&str], exclude: &[&str]) -> Filter {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Filter::new(&owned(include), &owned(exclude)).expect("good patterns")
    }

    fn wants(filter: &Filter, address: &str) -> bool {
        filter.wants(&address.parse().expect(address), None)
    }

    #[test]
    fn without_settings_all_is_wanted() {
        assert!(wants(&Filter::default(), "https://a.example/b"));
        assert!(wants(&filter(&[], &[]), "https://a.example/b"));
    }

    #[test]
    fn patterns_are_matched_with_the_whole_address() {
        let politics = filter(&["https://a.example/politique/*", "*/monde/*"], &["*/video/*", "*?page=*"]);
        for (address, wanted) in [
            ("https://a.example/politique/2024/05/x#y", true),
            ("https://b.example/monde/x", true),
            ("https://b.example/politique/x", false),
            ("https://a.example/politique/video/x", false),
            ("https://a.example/politique/?page=2", false),
            ("https://a.example/politique", false),
        ] {
            assert_eq!(wants(&politics, address), wanted, "{address}");
        }
    }

    #[test]
    fn old_pages_are_left_out_and_undated_ones_stay() {
        let now: Timestamp = "2024-05-10T12:00:00Z".parse().expect("a date");
        let filter = Filter::default().not_older_than(2.5, now);
        let url: Url = "https://a.example/".parse().expect("a URL");
        let wants = |date: &str| filter.wants(&url, date.parse().ok());
        assert!(
            wants("2024-05-08T00:00:00Z") && wants("2024-05-10T12:00:00Z") && wants("2099-01-01T00:00:00Z")
        );
        assert!(!wants("2024-05-07T23:59:59Z") && !wants("1970-01-01T00:00:00Z"));
        assert!(wants("no date"));
        assert_eq!(Filter::default().not_older_than(0.0, now).since(), None);
        assert_eq!(Filter::default().not_older_than(f64::NAN, now).since(), None);
        assert!(
            Filter::default().not_older_than(1e300, now).wants(&url, "1500-01-01T00:00:00Z".parse().ok())
        );
    }

    #[test]
    fn a_wrong_pattern_is_named() {
        let error = Filter::new(&[], &["*/[a".to_owned()]).expect_err("an open class");
        assert!(error.contains("`*/[a`"), "{error}");
    }
}
