//! The record: what tamis says of one page, whatever became of it.

use jiff::civil;
use serde::{Deserialize, Serialize};

use crate::article::Article;
use crate::article::metadata::{Metadata, PageType};
use crate::error::Rejection;

/// Characters of a day in ISO 8601: "2024-05-06".
const DAY_CHARS: usize = 10;

/// Where a page stands in a web archive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archived {
    /// The archive, as it was given.
    pub file: String,
    /// Byte of the file at which the record starts; a later run can go on behind it.
    pub offset: Option<u64>,
    /// The record's id.
    pub id: Option<String>,
    /// When the page was fetched.
    pub date: Option<String>,
}

/// The outcome of one page. A page that failed still has its record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// The path or URL as it was given.
    pub source: String,
    /// The address that was asked for, where known.
    pub url: Option<String>,
    /// The address after redirects.
    pub final_url: Option<String>,
    /// The canonical address that the page names.
    pub canonical: Option<String>,
    /// Headline.
    pub title: Option<String>,
    /// Names of the authors.
    pub authors: Vec<String>,
    /// Publication date, ISO 8601.
    pub date: Option<String>,
    /// Date of the last change, ISO 8601.
    pub modified: Option<String>,
    /// Language, ISO 639-1.
    pub language: Option<String>,
    /// Name of the site.
    pub site: Option<String>,
    /// Summary given in the page's head.
    pub description: Option<String>,
    /// Address of the main image.
    pub image: Option<String>,
    /// Tags and sections.
    pub tags: Vec<String>,
    /// What kind of page it is, as `article` or `listing`; none of a page that was not read.
    #[serde(rename = "type")]
    pub page_type: Option<PageType>,
    /// Whether the page says that it is behind a paywall.
    pub paywalled: Option<bool>,
    /// Whether the page says that it is live coverage.
    pub live: bool,
    /// The clean text: paragraphs parted by one blank line. Empty unless `status` is `ok`.
    pub text: String,
    /// Readers' comments, where they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<String>,
    /// `ok`, or the rejection or error in kebab-case.
    pub status: String,
    /// One sentence about a status other than `ok`.
    pub reason: Option<String>,
    /// What a careful reader should know.
    pub warnings: Vec<String>,
    /// Where the page stands in a web archive, when it comes from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archive: Option<Archived>,
    /// The article itself, for Markdown and HTML; not part of the JSON.
    #[serde(skip)]
    pub article: Option<Article>,
}

impl Record {
    /// The status of a page that gave an article.
    pub const OK: &'static str = "ok";
    /// The status of a page that was left out because another one gave its article.
    pub const DUPLICATE: &'static str = "duplicate";

    /// The record of a cleaned page, or of its rejection.
    pub fn of(source: impl Into<String>, outcome: Result<Article, Rejection>) -> Record {
        match outcome {
            Ok(article) => Record::article(source, article),
            Err(rejection) => Record::failure(source, rejection.status(), rejection.to_string()),
        }
    }

    /// The record of a page that failed or was rejected.
    pub fn failure(
        source: impl Into<String>,
        status: impl Into<String>,
        reason: impl Into<String>,
    ) -> Record {
        Record {
            source: source.into(),
            status: status.into(),
            reason: Some(reason.into()),
            ..Record::default()
        }
    }

    fn article(source: impl Into<String>, article: Article) -> Record {
        let text = article.to_text();
        let record = Record {
            source: source.into(),
            text,
            comments: article.comments.clone(),
            status: Record::OK.to_owned(),
            warnings: article.warnings.clone(),
            ..Record::default()
        };
        let record = record.described(article.metadata.clone());
        Record { article: Some(article), ..record }
    }

    /// Takes over what is known of the page, be it an article or not.
    pub fn described(self, found: Metadata) -> Record {
        Record {
            canonical: found.canonical,
            title: found.title,
            authors: found.authors,
            date: found.date,
            modified: found.modified,
            language: found.language,
            site: found.site,
            description: found.description,
            image: found.image,
            tags: found.tags,
            page_type: Some(found.page_type),
            paywalled: found.paywalled,
            live: found.live,
            ..self
        }
    }

    /// Refuses dates after `last`: placeholders and slips of the keyboard.
    pub fn without_dates_after(mut self, last: civil::Date) -> Record {
        let is_past = |date: &String| {
            let day = date.get(..DAY_CHARS).and_then(|day| day.parse::<civil::Date>().ok());
            day.is_none_or(|day| day <= last)
        };
        self.date = self.date.filter(is_past);
        self.modified = self.modified.filter(is_past);
        self
    }

    /// Whether the page gave an article.
    pub fn is_ok(&self) -> bool {
        self.status == Record::OK
    }

    /// What kind of page it is, in the word of the JSON.
    #[cfg(any(feature = "job", test))]
    pub(crate) fn type_name(&self) -> Option<String> {
        let name = serde_json::to_value(self.page_type?).ok()?;
        name.as_str().map(str::to_owned)
    }

    /// Sets the address asked for and the one after redirects.
    pub fn at(mut self, url: Option<&str>, final_url: Option<&str>) -> Record {
        self.url = url.map(str::to_owned);
        self.final_url = final_url.or(url).map(str::to_owned);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_that_was_read_is_of_a_kind() {
        assert_eq!(Record::failure("u", "timeout", "It timed out.").type_name(), None);
        assert_eq!(Record::default().described(Metadata::default()).type_name().as_deref(), Some("article"));
    }

    #[test]
    fn dates_to_come_are_refused() {
        let record = Record {
            date: Some("2099-01-01T00:00:00Z".to_owned()),
            modified: Some("2024-05-06".to_owned()),
            ..Record::default()
        };
        let record = record.without_dates_after(civil::date(2024, 5, 6));
        assert_eq!((record.date, record.modified.as_deref()), (None, Some("2024-05-06")));
    }
}
