//! Character references (13.2.5.72-80): `&eacute;`, `&#233;`, `&#xE9;`.

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};
use memchr::memchr;

use super::input::REPLACEMENT;

/// Some names are known without their semicolon too; this is the length of the longest of them (`&frac14`,
/// `&Aacute`).
const LONGEST_NAME_WITHOUT_SEMICOLON: usize = 6;

/// Where a character reference stands.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Context {
    /// In text.
    Text,
    /// In an attribute value, where `&copy=1` is part of an address.
    Attribute,
}

/// What a character reference stands for, and its length from the `&` on.
struct Reference {
    characters: [char; 2],
    count: usize,
    len: usize,
}

impl Reference {
    fn one(character: char, len: usize) -> Reference {
        Reference { characters: [character, '\0'], count: 1, len }
    }
}

/// Appends text with its character references decoded.
pub(super) fn push_decoded(text: &str, context: Context, output: &mut String) {
    let mut rest = text;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        output.push_str(&rest[..at]);
        rest = &rest[at..];
        match character_reference(rest, context) {
            Some(reference) => {
                output.extend(&reference.characters[..reference.count]);
                rest = &rest[reference.len..];
            }
            None => {
                output.push('&');
                rest = &rest[1..];
            }
        }
    }
    output.push_str(rest);
}

/// Character reference state (13.2.5.72), at an `&`.
fn character_reference(text: &str, context: Context) -> Option<Reference> {
    match text.as_bytes() {
        [_, b'#', b'x' | b'X', ..] => numeric_reference(text, 3, 16),
        [_, b'#', ..] => numeric_reference(text, 2, 10),
        [_, first, ..] if first.is_ascii_alphanumeric() => named_reference(text, context),
        _ => None,
    }
}

/// Named character reference state (13.2.5.73): the longest name known.
fn named_reference(text: &str, context: Context) -> Option<Reference> {
    let after = &text[1..];
    let name = after.bytes().take_while(u8::is_ascii_alphanumeric).count();
    if after.as_bytes().get(name) == Some(&b';')
        && let Some(characters) = look_up(&after[..=name])
    {
        return Some(reference_to(characters, name + 2));
    }
    let longest = name.min(LONGEST_NAME_WITHOUT_SEMICOLON);
    let (characters, len) = (1..=longest).rev().find_map(|len| Some((look_up(&after[..len])?, len)))?;
    let next = after.as_bytes().get(len);
    if context == Context::Attribute && next.is_some_and(|&byte| byte == b'=' || byte.is_ascii_alphanumeric())
    {
        return None; // for historical reasons
    }
    Some(reference_to(characters, len + 1))
}

/// Code points of a name, the second 0 for most; the table also lists the beginnings of names, with 0.
fn look_up(name: &str) -> Option<(u32, u32)> {
    NAMED_ENTITIES.get(name).copied().filter(|&(first, _)| first != 0)
}

fn reference_to((first, second): (u32, u32), len: usize) -> Reference {
    let characters = [first, second].map(|code| char::from_u32(code).unwrap_or(REPLACEMENT));
    Reference { characters, count: if second == 0 { 1 } else { 2 }, len }
}

/// Numeric character reference states (13.2.5.75-80); `prefix` is the length of `&#` or `&#x`.
fn numeric_reference(text: &str, prefix: usize, radix: u32) -> Option<Reference> {
    let digits = &text[prefix..];
    let count = digits.bytes().take_while(|&byte| (byte as char).is_digit(radix)).count();
    if count == 0 {
        return None; // absence-of-digits-in-numeric-character-reference
    }
    let code = digits[..count]
        .chars()
        .filter_map(|digit| digit.to_digit(radix))
        .fold(0, |code: u32, digit| code.saturating_mul(radix).saturating_add(digit));
    let semicolon = usize::from(digits.as_bytes().get(count) == Some(&b';'));
    Some(Reference::one(numeric_character(code), prefix + count + semicolon))
}

/// Numeric character reference end state (13.2.5.80): windows-1252 in place of C1 controls, U+FFFD for what
/// is none.
fn numeric_character(code: u32) -> char {
    match code {
        0 => REPLACEMENT,
        0x80..=0x9F => {
            C1_REPLACEMENTS[(code - 0x80) as usize].or(char::from_u32(code)).unwrap_or(REPLACEMENT)
        }
        _ => char::from_u32(code).unwrap_or(REPLACEMENT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str, context: Context) -> String {
        let mut output = String::new();
        push_decoded(text, context, &mut output);
        output
    }

    #[test]
    fn knows_the_longest_name_without_semicolon() {
        let names = NAMED_ENTITIES.entries().filter(|(name, value)| value.0 != 0 && !name.ends_with(';'));
        assert_eq!(names.map(|(name, _)| name.len()).max(), Some(LONGEST_NAME_WITHOUT_SEMICOLON));
    }

    #[test]
    fn decodes_named_references() {
        assert_eq!(decoded("&eacute;&lt;&NotEqualTilde;", Context::Text), "é<\u{2242}\u{338}");
        assert_eq!(
            decoded("&notit; &notin; &eacutex &unknown; & &; &", Context::Text),
            "¬it; ∉ éx &unknown; & &; &"
        );
    }

    #[test]
    fn leaves_query_parameters_of_addresses_alone() {
        assert_eq!(decoded("?a=1&copy=2&copyx&copy", Context::Attribute), "?a=1&copy=2&copyx©");
        assert_eq!(decoded("?a=1&copy=2", Context::Text), "?a=1©=2");
    }

    #[test]
    fn decodes_numeric_references() {
        assert_eq!(decoded("&#233;&#xE9;&#Xe9 &#233x", Context::Text), "éé\u{e9} éx");
        assert_eq!(decoded("&#150;&#x80;&#129;", Context::Text), "–€\u{81}");
        assert_eq!(decoded("&#0;&#xD800;&#x110000;&#99999999999;", Context::Text), "\u{fffd}".repeat(4));
        assert_eq!(decoded("&#;&#x;&#xg;", Context::Text), "&#;&#x;&#xg;");
    }
}
