//! JSON Feed.

use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::super::value::{instant, one_line, web_address};
use super::{Entry, MAX_ENTRIES};

/// How the versions begin that are read: 1 and 1.1.
const VERSIONS: &str = "https://jsonfeed.org/version/1";

#[derive(Deserialize)]
struct Feed<'a> {
    #[serde(default)]
    version: String,
    #[serde(borrow, default)]
    items: Vec<&'a RawValue>,
}

/// What matters of an item. Values of other types than text are as good as none.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Item<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    url: Option<&'a RawValue>,
    #[serde(borrow)]
    external_url: Option<&'a RawValue>,
    #[serde(borrow)]
    title: Option<&'a RawValue>,
    #[serde(borrow)]
    date_published: Option<&'a RawValue>,
    #[serde(borrow)]
    date_modified: Option<&'a RawValue>,
}

/// Reads the entries, or says why this is no feed.
pub(super) fn read(text: &str, base: &Url) -> Result<Vec<Entry>, String> {
    let feed: Feed<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if !feed.version.starts_with(VERSIONS) {
        return Err(format!("its `version` does not begin with {VERSIONS}"));
    }
    let items = feed.items.into_iter().take(MAX_ENTRIES);
    Ok(items.filter_map(|item| entry(serde_json::from_str(item.get()).ok()?, base)).collect())
}

fn entry(item: Item<'_>, base: &Url) -> Option<Entry> {
    let address = |value| web_address(&string(value)?, base);
    let identity = || {
        let id = string(item.id).filter(|id| id.starts_with("http://") || id.starts_with("https://"))?;
        web_address(&id, base)
    };
    let date = |value| instant(&string(value)?);
    Some(Entry {
        url: address(item.url).or_else(|| address(item.external_url)).or_else(identity)?,
        title: string(item.title).and_then(|title| one_line(&title)),
        published: date(item.date_published).or_else(|| date(item.date_modified)),
    })
}

fn string(value: Option<&RawValue>) -> Option<String> {
    serde_json::from_str(value?.get()).ok()
}
