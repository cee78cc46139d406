//! Cleans one page into its record, whatever happens.
//!
//! The cleaner never panics on purpose; if a page finds a way, it costs that page's record and not the run.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use url::Url;

use crate::article::Article;
use crate::error::Rejection;
use crate::pipeline::Cleaner;
use crate::record::Record;

/// Status of a page on which the cleaner panicked.
pub const INTERNAL_ERROR: &str = "internal-error";

/// What is to be cleaned.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// A page as served, with its HTTP header `Content-Type` where known.
    Html(&'a [u8], Option<&'a str>),
    /// Text that an earlier scraper left dirty.
    Text(&'a [u8]),
}

/// Cleans a page or text into a record; `source` is the path or URL as given.
pub fn clean(cleaner: &Cleaner, source: &str, input: Input<'_>, url: Option<&Url>) -> Record {
    let record = guarded(source, || match input {
        Input::Html(bytes, content_type) => cleaner.clean_bytes(bytes, content_type, url),
        Input::Text(bytes) => cleaner.clean_text(&crate::decode::decode(bytes, None, url).text),
    });
    described(record, cleaner, input, url).without_dates_after(tomorrow()).at(url.map(Url::as_str), None)
}

/// A page that is no article still has a title and a date, which are useful to know it by.
fn described(record: Record, cleaner: &Cleaner, input: Input<'_>, url: Option<&Url>) -> Record {
    match input {
        Input::Html(bytes, content_type) if !record.is_ok() && record.status != INTERNAL_ERROR => {
            match cleaner.describe_bytes(bytes, content_type, url) {
                Ok(found) => record.described(found),
                Err(_) => record,
            }
        }
        _ => record,
    }
}

/// The last day on which anything can have been published: by UTC, it is tomorrow already in the east.
fn tomorrow() -> civil::Date {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    today.tomorrow().unwrap_or(today)
}

/// Runs the cleaner; a panic becomes a record that says where it happened.
fn guarded(source: &str, work: impl FnOnce() -> Result<Article, Rejection>) -> Record {
    GUARDED.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(|| Record::of(source, work())));
    GUARDED.set(false);
    outcome.unwrap_or_else(|_| {
        let place = LAST_PANIC.take().unwrap_or_else(|| "an unknown place".to_owned());
        let reason = format!("the cleaner failed at {place}; please report this page");
        Record::failure(source, INTERNAL_ERROR, reason)
    })
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps panics that become records away from stderr, and notes where they happened; others are shown as ever.
/// For programs; a library leaves the hook to its user.
pub fn quiet_guarded_panics() {
    let show = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if GUARDED.get() {
            LAST_PANIC.set(panic.location().map(|place| format!("{}:{}", place.file(), place.line())));
        } else {
            show(panic);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_no_article_keeps_its_title_and_a_date_to_come_goes() {
        let html = b"<title>Le port</title><meta property=article:published_time content=2099-12-31><h1>Le port</h1>";
        let record = clean(&Cleaner::default(), "a.html", Input::Html(html, None), None);
        assert_ne!(record.status, Record::OK);
        assert_eq!((record.title.as_deref(), record.date), (Some("Le port"), None));
    }

    #[test]
    fn a_panic_becomes_a_record() {
        let record = guarded("a.html", || panic!("on purpose"));
        assert_eq!((record.source.as_str(), record.status.as_str()), ("a.html", INTERNAL_ERROR));
        assert!(record.reason.is_some_and(|reason| reason.contains("please report")));
        assert_eq!(guarded("b.html", || Err(Rejection::EmptyShell)).status, "empty-shell");
    }
}
