//! When two addresses are one page: the form of an address in which they are equal.
//!
//! - [`normalized`] says it before the fetch, by what is in the address alone: fragment, parameters that only count
//!   readers, ways of writing the same characters. It makes the key of the frontier; what is asked for and what the
//!   record names stays as it was given.
//! - [`identity`] says it after the fetch, when the page has named its canonical address. Only so is the AMP or
//!   mobile form of a page known to be that page: `/amp` and `m.` in an address are a guess, and are left alone.

use url::Url;

/// Beginnings of the names of parameters that only count readers, with who writes them.
const TRACKING_PREFIXES: [&str; 13] = [
    "utm_",      // Urchin, Google Analytics and everyone after them
    "at_custom", // Piano (AT Internet)
    "at_link_",  //
    "at_bbc_",   //
    "mtm_",      // Matomo
    "matomo_",   //
    "pk_",       // Piwik, Matomo's old name
    "piwik_",    //
    "hsa_",      // HubSpot ads
    "__hs",      // HubSpot
    "_hs",       //
    "oly_",      // Omeda
    "stm_",      // Ströer
];

/// Names of parameters that only count readers, with who writes them.
const TRACKING_NAMES: [&str; 58] = [
    // Piano (AT Internet), on most French news sites
    "xtor",
    "xtref",
    "xtcr",
    "xts",
    "at_medium",
    "at_campaign",
    "at_creation",
    "at_variant",
    "at_format",
    "at_platform",
    "at_channel",
    "at_network",
    "at_emailtype",
    "at_send_date",
    "at_recipient_id",
    "at_recipient_list",
    "at_ptr_name",
    // advertising networks: the click that led here
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "gad_source",
    "msclkid",
    "twclid",
    "ttclid",
    "yclid",
    "ysclid",
    "li_fat_id",
    "rdt_cid",
    "sccid",
    "epik",
    "irclickid",
    "srsltid",
    "igshid",
    "igsh",
    "mibextid",
    // newsletters and marketing suites
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "vero_id",
    "vero_conv",
    "ml_subscriber",
    "ml_subscriber_hash",
    "_openstat",
    "wickedid",
    "sc_cid",
    "s_cid",
    "cmpid",
    "wt_mc",
    "wt_zmc",
    "wt.mc_id",
    // Google Analytics across domains; Comscore
    "_ga",
    "_gl",
    "ns_campaign",
    "ns_mchannel",
    "ns_source",
];

/// Hosts that keep the AMP form of other sites' pages. Their pages name an address of another site.
const AMP_CACHES: [&str; 2] = ["cdn.ampproject.org", "bing-amp.com"];

/// The form of an address in which two addresses of one page are equal. Whatever it leaves out never reaches the
/// server (fragment, credentials) or does not change what the server sends.
pub fn normalized(url: &Url) -> Url {
    let mut plain = url.clone();
    plain.set_fragment(None);
    // both fail only for addresses that cannot carry credentials
    let _ = plain.set_username("");
    let _ = plain.set_password(None);
    if let Some(name) = url.host_str().filter(|name| name.ends_with('.')) {
        let _ = plain.set_host(Some(name.trim_end_matches('.')));
    }
    let query = url.query().map(without_tracking).filter(|query| !query.is_empty());
    plain.set_query(query.as_deref());
    let path = evenly_written(url.path());
    if path != url.path() {
        plain.set_path(&path);
    }
    plain
}

/// The address that stands for a page that was fetched: its canonical address where the page may name one, else its
/// own, normalized. A page may name an address of its own site only, or the copy in an AMP cache its original:
/// else a page could take the place of a page of others.
pub fn identity(address: &Url, canonical: Option<&str>) -> Url {
    let named = canonical.and_then(|named| address.join(named).ok());
    let believed = |named: &Url| is_web(named) && (is_of_one_site(named, address) || is_amp_cache(address));
    normalized(named.as_ref().filter(|named| believed(named)).unwrap_or(address))
}

/// Whether a parameter only counts readers.
fn is_tracking(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    TRACKING_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || TRACKING_NAMES.contains(&name.as_str())
}

/// The other parameters, in their order and as they are written: servers may care for both.
fn without_tracking(query: &str) -> String {
    let own = |part: &&str| !part.is_empty() && !is_tracking(part.split('=').next().unwrap_or_default());
    query.split('&').filter(own).collect::<Vec<_>>().join("&")
}

/// A path with its escapes in one form: letters, digits and `-_~` bare, hexadecimal digits in upper case
/// (RFC 3986, 6.2.2).
fn evenly_written(path: &str) -> String {
    let mut written = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        written.push_str(&rest[..at]);
        let taken = match escaped_byte(&rest[at + 1..]) {
            Some(byte) if is_unreserved(byte) => {
                written.push(char::from(byte));
                3
            }
            Some(byte) => {
                written.push_str(&format!("%{byte:02X}"));
                3
            }
            None => {
                written.push('%');
                1
            }
        };
        rest = &rest[at + taken..];
    }
    written + rest
}

/// The byte of the two hexadecimal digits that a text begins with.
fn escaped_byte(text: &str) -> Option<u8> {
    let digits = text.get(..2).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    u8::from_str_radix(digits, 16).ok()
}

/// A dot is left escaped: bare it could become `..`, which is another path.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~')
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// Whether two hosts are of one registered domain, as `m.site.example` and `www.site.example`.
fn is_of_one_site(one: &Url, other: &Url) -> bool {
    let site = |url: &Url| url.domain().map(|name| psl::domain_str(name).unwrap_or(name).to_owned());
    match (site(one), site(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one.host() == other.host(),
    }
}

fn is_amp_cache(url: &Url) -> bool {
    let name = url.domain().unwrap_or_default();
    let below = |cache: &&str| name.strip_suffix(*cache).is_some_and(|before| before.ends_with('.'));
    AMP_CACHES.iter().any(|cache| name == *cache || below(cache))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(text: &str) -> String {
        normalized(&Url::parse(text).expect(text)).into()
    }

    fn of(address: &str, canonical: &str) -> String {
        let canonical = Some(canonical).filter(|canonical| !canonical.is_empty());
        identity(&Url::parse(address).expect(address), canonical).into()
    }

    #[test]
    fn what_only_counts_readers_is_left_out() {
        for text in [
            "https://a.example/b?c=1&utm_source=rss&utm_Medium=x&d=%C3%A9+e",
            "https://a.example/b?fbclid=IwAR0&c=1&d=%C3%A9+e#xtor=RSS-1",
            "https://a.example/b?c=1&at_medium=custom7&at_campaign=64&d=%C3%A9+e&xtor=AL-32280270",
            "https://A.example:443/b?c=1&d=%C3%A9+e&&gclid",
            "https://anna:secret@a.example./b?c=1&d=%C3%A9+e",
        ] {
            assert_eq!(plain(text), "https://a.example/b?c=1&d=%C3%A9+e", "{text}");
        }
        assert_eq!(plain("https://a.example/b?utm_source=rss"), "https://a.example/b");
        assert_eq!(plain("https://a.example/b?"), "https://a.example/b");
    }

    #[test]
    fn what_may_change_the_page_stays() {
        for text in [
            "https://a.example/b?id=3&page=2",
            "https://a.example/b?page=2&id=3",
            "https://a.example/b?utm=1&source=2&at=3&gclid_x=4",
            "https://a.example/b/",
            "https://a.example/B",
            "http://a.example/b",
            "https://m.a.example/b",
            "https://a.example/b/amp",
            "https://a.example/b%2Fc",
            "https://a.example/100%",
        ] {
            assert_eq!(plain(text), text, "{text}");
        }
    }

    #[test]
    fn escapes_have_one_form() {
        assert_eq!(plain("https://a.example/%7eb/%c3%a9t%C3%A9/%41"), "https://a.example/~b/%C3%A9t%C3%A9/A");
        assert_eq!(plain("https://a.example/été"), plain("https://a.example/%c3%a9t%c3%a9"));
    }

    #[test]
    fn the_mobile_and_the_amp_form_are_the_page_that_they_name() {
        let page = "https://www.site.fr/article-1";
        assert_eq!(of("https://m.site.fr/article-1?utm_source=x", page), page);
        assert_eq!(of("https://www.site.fr/article-1/amp", page), page);
        assert_eq!(of("https://www-site-fr.cdn.ampproject.org/c/s/www.site.fr/article-1/amp", page), page);
        assert_eq!(of("https://amp.site.fr/x", "https://www.site.fr/article-1?xtor=1#top"), page);
        assert_eq!(of(page, ""), page);
        assert_eq!(of("https://www.site.fr/x", "/article-1"), page);
    }

    #[test]
    fn a_page_cannot_take_the_place_of_one_of_another_site() {
        let own = "https://thief.example/a";
        for named in ["https://www.site.fr/article-1", "javascript:1", "ftp://thief.example/b", "http://["] {
            assert_eq!(of(own, named), own, "{named}");
        }
        assert_eq!(of("https://a.co.uk/x", "https://b.co.uk/x"), "https://a.co.uk/x");
        assert_eq!(of("http://127.0.0.1/x", "http://127.0.0.2/y"), "http://127.0.0.1/x");
        assert_eq!(of("http://127.0.0.1/x", "http://127.0.0.1/y"), "http://127.0.0.1/y");
    }

    proptest! {
        #[test]
        fn what_is_normal_stays_as_it_is(text in "https?://[a-z.]{1,9}/[ -~é]{0,30}") {
            if let Ok(url) = Url::parse(&text) {
                let once = normalized(&url);
                prop_assert_eq!(normalized(&once), once);
            }
        }
    }
}
