//! The `[sources]` section: which pages of which source are wanted.

use std::path::Path;

use jiff::Timestamp;

use super::{PlaceOptions, Sources, is_address};
use crate::error::Error;
use crate::source::filter::{Filter, LONGEST_DAYS};

impl Sources {
    /// The filter of a source: its own settings over those for all.
    pub fn filter(&self, place: &str, now: Timestamp) -> Result<Filter, Error> {
        let usual = PlaceOptions::default();
        let own = self.places.get(place).unwrap_or(&usual);
        let include = own.include.as_ref().unwrap_or(&self.include);
        let exclude = own.exclude.as_ref().unwrap_or(&self.exclude);
        let filter =
            Filter::new(include, exclude).map_err(|error| Error::Config(format!("sources: {error}")))?;
        Ok(filter.not_older_than(own.max_age_days.unwrap_or(self.max_age_days), now))
    }

    /// Finds patterns and ages that cannot work, and settings of sources that are not there.
    pub(super) fn check_filters(&self) -> Result<(), Error> {
        self.filter("", Timestamp::UNIX_EPOCH)?;
        check_age("sources.max_age_days", self.max_age_days)?;
        for (place, own) in &self.places {
            let key = format!("sources.places.\"{place}\"");
            if !self.names(place) {
                let advice = "write it as it stands in lists, feeds, sitemaps or discover";
                return Err(Error::Config(format!("{key} is no source of this configuration; {advice}")));
            }
            check_age(&format!("{key}.max_age_days"), own.max_age_days.unwrap_or_default())?;
            self.filter(place, Timestamp::UNIX_EPOCH)?;
        }
        Ok(())
    }

    fn names(&self, place: &str) -> bool {
        let web = self.feeds.iter().chain(&self.sitemaps).chain(&self.discover);
        web.into_iter().any(|named| named == place) || self.lists.iter().any(|list| list == Path::new(place))
    }

    /// Makes the places of files relative to a folder, like the files themselves.
    pub(super) fn resolve_places(&mut self, folder: &Path) {
        let resolved = |place: String| match is_address(&place) {
            true => place,
            false => folder.join(place).to_string_lossy().into_owned(),
        };
        self.places = std::mem::take(&mut self.places)
            .into_iter()
            .map(|(place, options)| (resolved(place), options))
            .collect();
    }
}

fn check_age(key: &str, days: f64) -> Result<(), Error> {
    if (0.0..=LONGEST_DAYS).contains(&days) {
        return Ok(());
    }
    Err(Error::Config(format!("{key} is {days}; write a number of days, 0 (for all) to {LONGEST_DAYS}")))
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    fn sources(text: &str) -> Sources {
        Config::from_toml(text, "").expect(text).sources
    }

    fn refused(text: &str) -> String {
        Config::from_toml(text, "").expect(text).check().expect_err(text).to_string()
    }

    #[test]
    fn a_place_has_its_own_settings_over_those_for_all() {
        let text = "[sources]\nmax_age_days = 3\nexclude = [\"*/video/*\"]\n\
            [sources.places.\"https://a.example/rss\"]\nmax_age_days = 0\ninclude = [\"*/monde/*\"]\n";
        let (sources, now) = (sources(text), Timestamp::now());
        let wants = |place: &str, address: &str, date| {
            sources.filter(place, now).expect("a filter").wants(&address.parse().expect(address), date)
        };
        let long_ago = Some(Timestamp::UNIX_EPOCH);
        assert!(wants("https://a.example/rss", "https://a.example/monde/1", long_ago));
        assert!(!wants("https://a.example/rss", "https://a.example/sport/1", None));
        assert!(!wants("https://a.example/rss", "https://a.example/monde/video/1", None));
        assert!(!wants("https://b.example/rss", "https://a.example/monde/1", long_ago));
        assert!(wants("https://b.example/rss", "https://a.example/sport/1", None));
    }

    #[test]
    fn settings_that_cannot_work_are_refused() {
        assert!(refused("[sources]\nexclude = [\"[\"]").contains("the pattern `[` is wrong"));
        assert!(refused("[sources]\nmax_age_days = -1").starts_with("sources.max_age_days is -1"));
        assert!(refused("[sources]\nmax_age_days = nan").starts_with("sources.max_age_days"));
        let place =
            "[sources]\nfeeds = [\"https://a.example/rss\"]\n[sources.places.\"https://a.example/rs\"]\n";
        assert!(refused(place).contains("is no source of this configuration"));
        let place = "[sources]\ndiscover = [\"https://a.example\"]\n[sources.places.\"https://a.example\"]\ninclude = [\"{\"]";
        assert!(refused(place).contains("the pattern `{` is wrong"));
        assert!(refused("[sources]\ndiscover = [\"a.example\"]").contains("is no address"));
    }

    #[test]
    fn places_of_files_are_relative_to_the_configuration() {
        let mut sources =
            sources("[sources]\nlists = [\"u.txt\"]\n[sources.places.\"u.txt\"]\nexclude = [\"*\"]\n");
        sources.lists = vec!["/etc/tamis/u.txt".into()];
        sources.resolve_places(Path::new("/etc/tamis"));
        sources.check_filters().expect("the list is known");
        let filter = sources.filter("/etc/tamis/u.txt", Timestamp::now()).expect("a filter");
        assert!(!filter.wants(&"https://a.example/".parse().expect("a URL"), None));
    }
}
