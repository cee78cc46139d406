//! Finds the charset that a page declares in itself: WHATWG's "prescan a byte stream", and what browsers do
//! when the `<meta>` comes later than its 1024 bytes.
//!
//! The prescan is no parser: it skips comments, steps over tags with their attributes and looks at `<meta>` only.

use encoding_rs::Encoding;

/// Bytes that WHATWG's prescan looks at.
const PRESCAN_BYTES: usize = 1024;

/// Bytes in which a late `<meta>` is still looked for: one page in fourteen has it after the first 1024 bytes, behind
/// comments, preloads and scripts; a browser starts again when its parser meets it.
const LATE_BYTES: usize = 128 << 10;

/// The encoding that the page declares: an early `<meta>`, a late one, the XML declaration.
pub(super) fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let early = &bytes[..bytes.len().min(PRESCAN_BYTES)];
    let late = &bytes[..bytes.len().min(LATE_BYTES)];
    Scanner { bytes: early, at: 0, skip_raw_text: false }
        .run()
        .or_else(|| Scanner { bytes: late, at: 0, skip_raw_text: true }.run())
        .or_else(|| xml_declaration(early))
}

/// The encoding behind a label; unknown ones and those that browsers refuse to decode are none.
fn for_label(label: &[u8]) -> Option<&'static Encoding> {
    Encoding::for_label_no_replacement(label)
}

/// WHATWG's "extracting a character encoding from a meta element": `charset = value` anywhere in the text.
pub(super) fn charset_in(text: &[u8]) -> Option<&'static Encoding> {
    let mut rest = text;
    loop {
        rest = &rest[find_ignoring_case(rest, b"charset")? + b"charset".len()..];
        let Some(after) = trim_start(rest).strip_prefix(b"=") else { continue };
        return for_label(value_at(trim_start(after))?);
    }
}

/// A quoted value, or an unquoted one up to a space, semicolon or comma. An open quote is no value.
fn value_at(text: &[u8]) -> Option<&[u8]> {
    match text.first()? {
        quote @ (b'"' | b'\'') => {
            let inner = &text[1..];
            inner.iter().position(|byte| byte == quote).map(|end| &inner[..end])
        }
        _ => {
            let ends = |byte: &u8| is_space(*byte) || matches!(byte, b';' | b',');
            Some(&text[..text.iter().position(ends).unwrap_or(text.len())])
        }
    }
}

/// `<?xml version="1.0" encoding="..."?>`
fn xml_declaration(bytes: &[u8]) -> Option<&'static Encoding> {
    let inside = bytes.strip_prefix(b"<?xml")?;
    let inside = &inside[..inside.iter().position(|byte| *byte == b'>')?];
    let after = &inside[find_ignoring_case(inside, b"encoding")? + b"encoding".len()..];
    for_label(value_at(trim_start(trim_start(after).strip_prefix(b"=")?))?)
}

/// Elements whose content is no markup.
const RAW_TEXT: [&[u8]; 6] = [b"script", b"style", b"textarea", b"title", b"xmp", b"iframe"];

/// Name and value of an attribute, in lower case.
type Attribute = (Vec<u8>, Vec<u8>);

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The prescan of the standard looks into scripts; a late `<meta>` is only believed outside of them.
    skip_raw_text: bool,
}

/// What the attributes of one `<meta>` say.
#[derive(Default)]
struct Meta {
    names: Vec<Vec<u8>>,
    got_pragma: bool,
    need_pragma: Option<bool>,
    charset: Option<&'static Encoding>,
}

impl Meta {
    fn add(&mut self, name: Vec<u8>, value: &[u8]) {
        if self.names.contains(&name) {
            return;
        }
        match name.as_slice() {
            b"http-equiv" => self.got_pragma |= value == b"content-type",
            b"content" if self.charset.is_none() && self.need_pragma.is_none() => {
                self.charset = charset_in(value);
                self.need_pragma = self.charset.map(|_| true);
            }
            b"charset" => {
                self.charset = for_label(value);
                self.need_pragma = Some(false);
            }
            _ => {}
        }
        self.names.push(name);
    }

    fn encoding(self) -> Option<&'static Encoding> {
        match self.need_pragma? {
            true if !self.got_pragma => None,
            _ => self.charset,
        }
    }
}

impl Scanner<'_> {
    /// `None` when the bytes end before a declaration.
    fn run(mut self) -> Option<&'static Encoding> {
        loop {
            self.at += memchr::memchr(b'<', self.bytes.get(self.at..)?)?;
            if self.looking_at(b"<!--") {
                // the dashes may be shared, as in `<!-->`
                self.at += 2;
                self.at += memchr::memmem::find(&self.bytes[self.at..], b"-->")? + 3;
            } else if self.at_meta() {
                if let Some(encoding) = self.meta()? {
                    return Some(encoding);
                }
            } else if self.at_tag() {
                self.tag()?;
            } else if matches!(self.peek(1), Some(b'!' | b'/' | b'?')) {
                self.at += memchr::memchr(b'>', &self.bytes[self.at..])? + 1;
            } else {
                self.at += 1;
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn looking_at(&self, text: &[u8]) -> bool {
        self.bytes[self.at..].get(..text.len()).is_some_and(|start| start.eq_ignore_ascii_case(text))
    }

    fn at_meta(&self) -> bool {
        self.looking_at(b"<meta") && self.peek(5).is_some_and(|byte| is_space(byte) || byte == b'/')
    }

    fn at_tag(&self) -> bool {
        let letter = |ahead| self.peek(ahead).is_some_and(|byte: u8| byte.is_ascii_alphabetic());
        letter(1) || (self.peek(1) == Some(b'/') && letter(2))
    }

    /// The outer `None` says that the bytes ended.
    fn meta(&mut self) -> Option<Option<&'static Encoding>> {
        self.at += b"<meta".len();
        let mut meta = Meta::default();
        while let Some((name, value)) = self.attribute()? {
            meta.add(name, &value);
        }
        Some(meta.encoding())
    }

    /// Steps over a tag, and over the content of a raw text element where that is asked for.
    fn tag(&mut self) -> Option<()> {
        let start = self.at + 1;
        while !is_space(self.peek(0)?) && self.peek(0)? != b'>' {
            self.at += 1;
        }
        let name = self.bytes[start..self.at].to_ascii_lowercase();
        while self.attribute()?.is_some() {}
        if self.skip_raw_text && RAW_TEXT.contains(&name.as_slice()) {
            let close = [b"</".as_slice(), &name].concat();
            self.at += find_ignoring_case(&self.bytes[self.at..], &close)?;
        }
        Some(())
    }

    /// WHATWG's "get an attribute"; the inner `None` at the end of the tag.
    fn attribute(&mut self) -> Option<Option<Attribute>> {
        while is_space(self.peek(0)?) || self.peek(0)? == b'/' {
            self.at += 1;
        }
        if self.peek(0)? == b'>' {
            return Some(None);
        }
        let name = self.attribute_name()?;
        self.skip_spaces()?;
        if self.peek(0)? != b'=' {
            return Some(Some((name, Vec::new())));
        }
        self.at += 1;
        self.skip_spaces()?;
        let value = self.attribute_value()?;
        Some(Some((name, value)))
    }

    fn attribute_name(&mut self) -> Option<Vec<u8>> {
        let start = self.at;
        loop {
            let byte = self.peek(0)?;
            // an equals sign at the very start belongs to the name
            let equals = byte == b'=' && self.at > start;
            if equals || is_space(byte) || matches!(byte, b'/' | b'>') {
                return Some(self.bytes[start..self.at].to_ascii_lowercase());
            }
            self.at += 1;
        }
    }

    fn attribute_value(&mut self) -> Option<Vec<u8>> {
        let first = self.peek(0)?;
        if matches!(first, b'"' | b'\'') {
            let start = self.at + 1;
            let end = start + memchr::memchr(first, self.bytes.get(start..)?)?;
            self.at = end + 1;
            return Some(self.bytes[start..end].to_ascii_lowercase());
        }
        let start = self.at;
        while !is_space(self.peek(0)?) && self.peek(0)? != b'>' {
            self.at += 1;
        }
        Some(self.bytes[start..self.at].to_ascii_lowercase())
    }

    fn skip_spaces(&mut self) -> Option<()> {
        while is_space(self.peek(0)?) {
            self.at += 1;
        }
        Some(())
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0C' | b'\r' | b' ')
}

fn trim_start(text: &[u8]) -> &[u8] {
    &text[text.iter().take_while(|byte| is_space(**byte)).count()..]
}

fn find_ignoring_case(text: &[u8], word: &[u8]) -> Option<usize> {
    let first = word.first()?.to_ascii_lowercase();
    let is_word =
        |at: &usize| text[*at..].get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), text).find(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(html: &str) -> Option<&'static str> {
        declared(html.as_bytes()).map(Encoding::name)
    }

    #[test]
    fn reads_both_kinds_of_meta_in_any_quoting() {
        for html in [
            "<meta charset=iso-8859-2>",
            "<META CHARSET = 'ISO-8859-2' >",
            "<meta/charset=\"iso8859-2\"/>",
            "<meta http-equiv=Content-Type content='text/html; charset=iso-8859-2'>",
            "<meta content='text/html;charset = \"iso-8859-2\"' http-equiv='content-type'>",
            "<?xml version='1.0' encoding='iso-8859-2'?><html></html>",
        ] {
            assert_eq!(name(html), Some("ISO-8859-2"), "{html}");
        }
    }

    #[test]
    fn passes_over_what_is_no_declaration() {
        for html in [
            "<!-- <meta charset=iso-8859-2> -->",
            "<metacharset=iso-8859-2>",
            "<meta content='text/html; charset=iso-8859-2'>",
            "<p title='<meta charset=iso-8859-2>'>",
            "<meta charset=no-such-thing>",
            "<meta charset=iso-8859-2",
            "<meta http-equiv=refresh content='text/html; charset=iso-8859-2'>",
        ] {
            assert_eq!(name(html), None, "{html}");
        }
    }

    #[test]
    fn finds_a_late_meta_but_not_one_that_a_script_writes() {
        let script = format!("<script>{}'<meta charset=koi8-r>'</script>", "x();".repeat(400));
        assert_eq!(name(&script), None);
        assert_eq!(name(&format!("{script}<meta charset=windows-1251>")), Some("windows-1251"));
    }

    #[test]
    fn reads_the_charset_of_a_header() {
        for (header, found) in [
            ("text/html; charset=UTF-8", Some("UTF-8")),
            ("text/html;Charset = 'windows-1251' ; boundary=x", Some("windows-1251")),
            ("text/html; charset=utf-8, text/html", Some("UTF-8")),
            ("text/html; charset", None),
            ("text/html; charset=\"utf-8", None),
            ("text/html", None),
            ("text/html; charset=iso-2022-kr", None),
        ] {
            assert_eq!(charset_in(header.as_bytes()).map(Encoding::name), found, "{header}");
        }
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let html = b"<!--><a b=c d='e'/></x><?y><meta charset='iso-8859-2' content=charset=><!z>";
        for end in 0..html.len() {
            for start in 0..end {
                declared(&html[start..end]);
            }
        }
    }
}
