//! Lists of URLs: a text file with one address a line.
//!
//! Blank lines are skipped; a `#` at the start of a line or after a space begins a comment. An address that
//! comes twice (fragments aside) is kept once, at its first place. A line that is no address is never dropped
//! silently: it comes back as an [`InvalidLine`] with its number.

use std::collections::HashSet;

use url::Url;

/// One address of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListEntry {
    /// The address, without fragment.
    pub url: Url,
    /// The line it stands on, from 1.
    pub line: usize,
}

/// A line that is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{origin}, line {line}: `{text}` {reason}")]
pub struct InvalidLine {
    /// The list, as it was given: a file name, `-` for the standard input.
    pub origin: String,
    /// The line, from 1.
    pub line: usize,
    /// What stands there, shortened, without credentials.
    pub text: String,
    /// What is wrong with it and what to write.
    pub reason: String,
}

/// Characters of a wrong line that are shown.
const SHOWN_CHARS: usize = 120;

/// Reads a list. `origin` names it in messages.
pub fn parse(text: &str, origin: &str) -> (Vec<ListEntry>, Vec<InvalidLine>) {
    let mut seen = HashSet::new();
    let (mut entries, mut invalid) = (Vec::new(), Vec::new());
    for (index, line) in lines(text).enumerate() {
        let address = without_comment(line);
        if address.is_empty() {
            continue;
        }
        let line = index + 1;
        match parse_url(address) {
            Ok(url) if seen.insert(url.clone()) => entries.push(ListEntry { url, line }),
            Ok(_) => {}
            Err(reason) => {
                invalid.push(InvalidLine {
                    origin: origin.to_owned(),
                    line,
                    text: presentable(address),
                    reason,
                });
            }
        }
    }
    (entries, invalid)
}

/// Reads one address, as given in a list or as an argument. The reason of a refusal follows the address in a
/// sentence, as in "`example.org` lacks its beginning; write `https://example.org`".
pub fn parse_url(text: &str) -> Result<Url, String> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(normalized(url)),
        Ok(_) if looks_like_host(text) => Err(lacks_beginning(text)),
        Ok(url) => Err(format!("begins with `{}:`; only http and https can be fetched", url.scheme())),
        Err(url::ParseError::RelativeUrlWithoutBase) if looks_like_host(text) => Err(lacks_beginning(text)),
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            Err("is not an address; write it in full, as in https://example.org/page".to_owned())
        }
        Err(error) => Err(format!("is not a valid address ({error})")),
    }
}

/// The form in which two addresses of one page are equal: the fragment never reaches the server.
fn normalized(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}

fn lacks_beginning(text: &str) -> String {
    format!("lacks its beginning; write https://{}", presentable(text))
}

/// Whether it begins like `example.org` or `example.org:8080`, with a dot in the part that would be the host.
fn looks_like_host(text: &str) -> bool {
    let host = text.split(['/', ':', '?']).next().unwrap_or_default();
    host.contains('.') && !host.starts_with('.') && !host.contains(char::is_whitespace)
}

/// Lines ended by `\n`, `\r\n` or a lone `\r`, without the byte order mark.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

fn without_comment(line: &str) -> &str {
    let starts = line
        .match_indices('#')
        .find(|(at, _)| line[..*at].chars().next_back().is_none_or(char::is_whitespace));
    line[..starts.map_or(line.len(), |(at, _)| at)].trim()
}

/// A wrong line as it may be shown: short, and without what stands between `//` and `@`.
fn presentable(text: &str) -> String {
    if text.starts_with("mailto:") {
        return text.chars().filter(|character| !character.is_control()).take(SHOWN_CHARS).collect();
    }
    let after_scheme = text.find("//").map_or(0, |at| at + 2);
    let (scheme, rest) = text.split_at(after_scheme);
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host_start = rest[..authority_end].rfind('@').map_or(0, |at| at + 1);
    let shown = scheme.chars().chain(rest[host_start..].chars());
    shown.filter(|character| !character.is_control()).take(SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(text: &str) -> Vec<(usize, String)> {
        let (entries, invalid) = parse(text, "list.txt");
        assert_eq!(invalid, vec![], "{text}");
        entries.into_iter().map(|entry| (entry.line, entry.url.into())).collect()
    }

    fn complaint(line: &str) -> String {
        let (entries, invalid) = parse(line, "list.txt");
        assert_eq!(entries, vec![], "{line}");
        invalid[0].to_string()
    }

    #[test]
    fn reads_addresses_between_comments_and_blank_lines() {
        let text = "# my list\n\nhttps://example.org/a\n   https://example.org/b\t\n\t# more\nhttps://example.org/c # old\n";
        let expected =
            [(3, "https://example.org/a"), (4, "https://example.org/b"), (6, "https://example.org/c")];
        assert_eq!(urls(text), expected.map(|(line, url)| (line, url.to_owned())));
    }

    #[test]
    fn knows_byte_order_mark_and_all_line_ends() {
        let lines: Vec<usize> =
            urls("\u{feff}http://a.org\r\nhttp://b.org\n\nhttp://c.org").into_iter().map(|u| u.0).collect();
        assert_eq!(lines, [1, 2, 4]);
        assert_eq!(urls("http://a.org\rhttp://b.org").len(), 2);
        assert_eq!(urls(""), []);
        assert_eq!(urls("\u{feff}"), []);
    }

    #[test]
    fn keeps_one_of_addresses_that_are_equal_after_normalisation() {
        let text = "https://Example.org:443/a\nhttps://example.org/a#comments\nhttps://example.org/a\nhttps://example.org/A\n";
        let expected = [(1, "https://example.org/a"), (4, "https://example.org/A")];
        assert_eq!(urls(text), expected.map(|(line, url)| (line, url.to_owned())));
    }

    #[test]
    fn a_hash_within_an_address_is_no_comment() {
        assert_eq!(urls("https://example.org/a#b")[0].1, "https://example.org/a");
        assert_eq!(urls("https://example.org/a?b=%23c")[0].1, "https://example.org/a?b=%23c");
    }

    #[test]
    fn reports_what_is_no_address_with_its_line_and_what_to_write() {
        assert_eq!(
            complaint("www.lemonde.fr/article"),
            "list.txt, line 1: `www.lemonde.fr/article` lacks its beginning; write https://www.lemonde.fr/article"
        );
        assert!(complaint("example.org:8080/a").contains("write https://example.org:8080/a"));
        assert!(complaint("ftp://example.org/a").contains("only http and https"));
        assert!(complaint("hello").contains("write it in full"));
        assert!(complaint("https://").contains("not a valid address"));
        assert!(complaint("https://exa mple.org/").contains("not a valid address"));
    }

    #[test]
    fn wrong_lines_do_not_stop_the_right_ones() {
        let (entries, invalid) = parse("http://a.org\nnonsense\nhttp://b.org\n", "-");
        assert_eq!((entries.len(), invalid.len(), invalid[0].line), (2, 1, 2));
    }

    #[test]
    fn passwords_of_wrong_lines_are_not_shown() {
        for line in
            ["ftp://anna:secret@example.org/a", "https://anna:secret@", "https://anna:secret@exa mple/"]
        {
            assert!(!complaint(line).contains("secret"), "{}", complaint(line));
        }
    }

    #[test]
    fn a_mail_address_is_no_password() {
        assert!(
            complaint("mailto:anna@example.org").contains("`mailto:anna@example.org` begins with `mailto:`")
        );
    }

    #[test]
    fn long_wrong_lines_are_shortened() {
        assert!(complaint(&"é".repeat(10_000)).len() < 500);
    }
}
