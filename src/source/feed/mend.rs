//! Mends the commonest faults of feeds that are written by hand or by templates: a bare `&`, as in `?a=1&b=2` or
//! "R&D", and names of HTML's characters (`&eacute;`), which XML does not know.

use html5ever::data::NAMED_ENTITIES;
use memchr::{memchr2, memmem};

/// The names that XML knows itself.
const KNOWN: [&str; 5] = ["amp", "apos", "gt", "lt", "quot"];

/// Longest name of a character that is looked up.
const MAX_NAME_BYTES: usize = 32;

const RAW_START: &str = "<![CDATA[";
const RAW_END: &str = "]]>";

/// The feed with every `&` that XML understands. Sections of raw text (CDATA) are left as they are.
pub(super) fn mended(feed: &str) -> String {
    let mut mended = String::with_capacity(feed.len() + 1024);
    // Behind the last end no raw text is looked for, or each that stays open would be read to the end of the feed.
    let last_end = memmem::rfind(feed.as_bytes(), RAW_END.as_bytes()).unwrap_or(0);
    let mut rest = feed;
    while let Some(at) = memchr2(b'&', b'<', rest.as_bytes()) {
        mended.push_str(&rest[..at]);
        rest = &rest[at..];
        let ends = feed.len() - rest.len() < last_end;
        let taken = match rest.starts_with('&') {
            true => push_reference(rest, &mut mended),
            false => push_raw(rest, ends, &mut mended),
        };
        rest = &rest[taken..];
    }
    mended.push_str(rest);
    mended
}

/// A section of raw text, or else the `<` alone; returns how many bytes that was.
fn push_raw(rest: &str, ends: bool, mended: &mut String) -> usize {
    let find = || memmem::find(rest.as_bytes(), RAW_END.as_bytes());
    let end = (ends && rest.starts_with(RAW_START)).then(find).flatten();
    let taken = end.map_or(1, |end| end + RAW_END.len());
    mended.push_str(&rest[..taken]);
    taken
}

/// What stands for the reference at an `&`; returns how many bytes of the feed that was.
fn push_reference(rest: &str, mended: &mut String) -> usize {
    let name = name(rest).unwrap_or_default();
    if KNOWN.contains(&name) || is_number(name) {
        mended.push_str(&rest[..name.len() + 2]);
    } else if let Some(codes) = named(name) {
        codes.iter().for_each(|code| mended.push_str(&format!("&#{code};")));
    } else {
        mended.push_str("&amp;");
        return 1;
    }
    name.len() + 2
}

/// What stands between an `&` and its semicolon.
fn name(rest: &str) -> Option<&str> {
    let end = memchr2(b';', b'&', &rest.as_bytes()[1..rest.len().min(MAX_NAME_BYTES)])? + 1;
    rest[end..].starts_with(';').then(|| &rest[1..end])
}

fn is_number(name: &str) -> bool {
    match name.as_bytes() {
        [b'#', b'x', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit),
        [b'#', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// The characters that HTML has under a name.
fn named(name: &str) -> Option<Vec<u32>> {
    let (first, second) = NAMED_ENTITIES.get(format!("{name};").as_str()).copied()?;
    let codes: Vec<u32> = [first, second].into_iter().filter(|code| *code != 0).collect();
    (!codes.is_empty()).then_some(codes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(feed: &str) -> String {
        mended(feed)
    }

    #[test]
    fn every_ampersand_is_understood_afterwards() {
        for (before, after) in [
            ("R&D & co", "R&amp;D &amp; co"),
            ("?a=1&b=2;&copy=3", "?a=1&amp;b=2;&amp;copy=3"),
            ("caf&eacute;&nbsp;!", "caf&#233;&#160;!"),
            ("&amp;&lt;&#233;&#xE9;&apos;", "&amp;&lt;&#233;&#xE9;&apos;"),
            ("&#;&#xZ;&;&nosuchname;", "&amp;#;&amp;#xZ;&amp;;&amp;nosuchname;"),
            ("<![CDATA[a & b &eacute;]]> &", "<![CDATA[a & b &eacute;]]> &amp;"),
            ("<![CDATA[a & b", "<![CDATA[a &amp; b"),
            ("&NotEqualTilde;", "&#8770;&#824;"),
            ("", ""),
        ] {
            assert_eq!(text(before), after, "{before}");
        }
    }
}
