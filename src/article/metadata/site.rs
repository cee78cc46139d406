//! The site: its name and the canonical address.

use url::Url;

use super::head::Head;
use super::title;
use super::words::{letters, tidy};
use crate::article::jsonld::Story;

/// A longer end of a title is no name of a site.
const MAX_NAME_CHARS: usize = 40;

/// The name of the site as the page gives it, what follows the headline in `<title>`, or the host.
pub(super) fn name(head: &Head, story: &Story, title: Option<&str>, address: Option<&Url>) -> Option<String> {
    let given = head.first(&["og:site_name"]).or(story.site.as_deref()).or_else(|| {
        head.first(&["application-name", "apple-mobile-web-app-title", "al:android:app_name", "dc.publisher"])
    });
    given
        .map(tidy)
        .filter(|name| !name.is_empty() && !name.starts_with("http"))
        .or_else(|| suffix(head.title.as_deref()?, title?))
        .or_else(|| prefix(head.title.as_deref()?, title?))
        .or_else(|| address.and_then(host).map(str::to_owned))
}

/// "Le Site" of "Titre - Le Site".
fn suffix(named: &str, title: &str) -> Option<String> {
    let parts = title::split(named);
    let (last, front) = parts.split_last()?;
    let is_headline = letters(&front.concat()) == letters(title);
    (is_headline && last.chars().count() <= MAX_NAME_CHARS).then(|| tidy(last))
}

/// "Le Site" of "Le Site : titre".
fn prefix(named: &str, title: &str) -> Option<String> {
    let is_separator =
        |c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | ':' | '|' | '»' | '·' | '>');
    let named = tidy(named);
    let front = named.strip_suffix(tidy(title).as_str())?;
    let name = front.trim_end_matches(is_separator);
    (!name.is_empty() && name != front && name.chars().count() <= MAX_NAME_CHARS).then(|| name.to_owned())
}

/// Everything that the site is called, folded to letters, to know its name in titles and bylines.
pub(super) fn names(head: &Head, story: &Story, address: Option<&Url>) -> Vec<String> {
    let mut names: Vec<String> = head
        .all(&[
            "og:site_name",
            "application-name",
            "apple-mobile-web-app-title",
            "twitter:site",
            "dc.publisher",
        ])
        .chain(story.site.as_deref())
        .map(letters)
        .collect();
    if let Some(host) = address.and_then(host) {
        names.push(letters(host));
        let registrable = psl::domain_str(host).unwrap_or(host);
        names.push(letters(registrable));
        names.extend(registrable.split('.').next().map(letters));
    }
    names.retain(|name| name.chars().count() > 1);
    names.sort_unstable();
    names.dedup();
    names
}

fn host(address: &Url) -> Option<&str> {
    address.host_str().map(|host| host.strip_prefix("www.").unwrap_or(host))
}

/// The canonical address: absolute, of a page below the root; sites that name their home page are not believed.
pub(super) fn canonical(head: &Head, story: &Story, address: Option<&Url>) -> Option<Url> {
    [head.link("canonical"), head.first(&["og:url"]), story.address.as_deref()]
        .into_iter()
        .flatten()
        .filter_map(|target| absolute(target, address))
        .find(|target| names_a_page(target, address))
}

fn names_a_page(target: &Url, address: Option<&Url>) -> bool {
    let depth =
        |url: &Url| url.path_segments().map_or(0, |segments| segments.filter(|one| !one.is_empty()).count());
    let is_root = depth(target) == 0 && target.query().is_none();
    // The page itself may be at the root; otherwise a path that merely begins the page's own is a rubric.
    let is_above = address.is_some_and(|page| {
        let (above, below) = (target.path().trim_end_matches('/'), page.path().trim_end_matches('/'));
        target.query().is_none()
            && below.len() > above.len()
            && below.starts_with(above)
            && depth(page) > depth(target) + 1
    });
    !is_root && !is_above
}

/// Makes an address absolute; only http and https.
pub(super) fn absolute(target: &str, address: Option<&Url>) -> Option<Url> {
    let url = match address {
        Some(base) => base.join(target).ok()?,
        None => Url::parse(target).ok()?,
    };
    matches!(url.scheme(), "http" | "https").then_some(url)
}
