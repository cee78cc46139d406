//! Mends the commonest faults of feeds that are written by hand or by templates: a bare `&`, as in `?a=1&b=2` or
//! "R&D", and names of HTML's characters (`&eacute;`), which XML does not know.

use html5ever::data::NAMED_ENTITIES;
use memchr::{memchr2, memmem};

/// The names that XML knows itself.
const KNOWN: [&[u8]; 5] = [b"amp", b"apos", b"gt", b"lt", b"quot"];

/// Longest name of a character that is looked up.
const MAX_NAME_BYTES: usize = 32;

const CDATA: &[u8] = b"<![CDATA[";

/// The feed with every `&` that XML understands. Sections of raw text (CDATA) are left as they are.
pub(super) fn mended(bytes: &[u8]) -> Vec<u8> {
    let mut mended = Vec::with_capacity(bytes.len() + 1024);
    let mut rest = bytes;
    while let Some(at) = memchr2(b'&', b'<', rest) {
        mended.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let taken =
            if rest[0] == b'&' { push_reference(rest, &mut mended) } else { push_raw(rest, &mut mended) };
        rest = &rest[taken..];
    }
    mended.extend_from_slice(rest);
    mended
}

/// A section of raw text, or else the `<` alone; returns how many bytes that was.
fn push_raw(rest: &[u8], mended: &mut Vec<u8>) -> usize {
    let end = memmem::find(rest, b"]]>").filter(|_| rest.starts_with(CDATA));
    let taken = end.map_or(1, |end| end + b"]]>".len());
    mended.extend_from_slice(&rest[..taken]);
    taken
}

/// What stands for the reference at an `&`; returns how many bytes of the feed that was.
fn push_reference(rest: &[u8], mended: &mut Vec<u8>) -> usize {
    let inner = memchr2(b';', b'&', &rest[1..rest.len().min(MAX_NAME_BYTES)]).map(|end| &rest[1..=end]);
    let inner = inner.filter(|inner| rest[inner.len() + 1] == b';').unwrap_or_default();
    if KNOWN.contains(&inner) || is_number(inner) {
        mended.extend_from_slice(&rest[..inner.len() + 2]);
    } else if let Some(codes) = named(inner) {
        codes.iter().for_each(|code| mended.extend_from_slice(format!("&#{code};").as_bytes()));
    } else {
        mended.extend_from_slice(b"&amp;");
        return 1;
    }
    inner.len() + 2
}

fn is_number(inner: &[u8]) -> bool {
    match inner {
        [b'#', b'x', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit),
        [b'#', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

/// The characters that HTML has under a name.
fn named(inner: &[u8]) -> Option<Vec<u32>> {
    let name = format!("{};", std::str::from_utf8(inner).ok()?);
    let (first, second) = NAMED_ENTITIES.get(name.as_str()).copied()?;
    let codes: Vec<u32> = [first, second].into_iter().filter(|code| *code != 0).collect();
    (!codes.is_empty()).then_some(codes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(feed: &str) -> String {
        String::from_utf8(mended(feed.as_bytes())).expect("UTF-8 stays UTF-8")
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
