//! Messages about a configuration file: which line, what is wrong, what to write instead.
//!
//! The parser's own message and position are the raw material: for an unknown key it lists the keys that would
//! do, and the nearest of them is named.

use super::Config;

/// How alike (Jaro-Winkler, 0 to 1) a key must be to be proposed; `delay` and `delay_seconds` have 0.88.
const ALIKE: f64 = 0.8;

/// The message for people.
pub(super) fn explain(text: &str, origin: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let number = before.matches('\n').count() + 1;
    let line = text.lines().nth(number - 1).unwrap_or_default();
    let problem = problem(error.message(), before, line);
    format!("{origin}, line {number}: {problem}\n{number:>5} | {}", without_secrets(line))
}

/// A line that sets a header or proxy may hold a password; such a line is shown up to its value.
fn without_secrets(line: &str) -> String {
    match line.split_once('=') {
        Some((key, value)) if super::mask::is_secret(key) || value.contains('@') => {
            format!("{}= {}", key, super::mask::MASK)
        }
        _ => line.trim_end().to_owned(),
    }
}

fn problem(message: &str, before: &str, line: &str) -> String {
    let names = quoted(message);
    match names.split_first() {
        Some((key, known)) if message.starts_with("unknown field") => unknown_key(key, known, before),
        Some((value, known)) if message.starts_with("unknown variant") => unknown_value(value, known),
        _ if message.starts_with("invalid type") || message.starts_with("invalid value") => {
            wrong_type(message, before, line)
        }
        _ => message.to_owned(),
    }
}

fn unknown_key(key: &str, known: &[String], before: &str) -> String {
    let section = section(before);
    let place = if section.is_empty() { String::new() } else { format!(" in [{section}]") };
    let advice = match nearest(key, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => match home_of(key) {
            Some(home) => format!("it belongs into [{home}]"),
            None => format!("use one of {}", known.join(", ")),
        },
    };
    format!("unknown key `{key}`{place}; {advice}")
}

fn unknown_value(value: &str, known: &[String]) -> String {
    let all = known.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    match nearest(value, known) {
        Some(near) => format!("\"{value}\" is not a value here; did you mean \"{near}\"? (all: {all})"),
        None => format!("\"{value}\" is not a value here; use one of {all}"),
    }
}

/// `invalid type: string "1", expected f64` in the words of the file.
fn wrong_type(message: &str, before: &str, line: &str) -> String {
    let (_, rest) = message.split_once(": ").unwrap_or(("", message));
    let (found, expected) = rest.rsplit_once(", expected ").unwrap_or((rest, "another value"));
    let found = found.replace("integer", "the number").replace("floating point", "the number");
    let found = found.replace("string", "the text").replace("boolean", "the value");
    let key = key_of(line).or_else(|| before.lines().rev().find_map(key_of));
    let key = key.map_or_else(|| "this value".to_owned(), |key| format!("`{key}`"));
    format!("{key} must be {}, not {found}", in_words(expected))
}

fn in_words(expected: &str) -> &str {
    match expected {
        "f32" | "f64" => "a number",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i64" | "isize" => "a whole number",
        "a sequence" => "a list, as in [\"one\", \"two\"]",
        "a string" | "path string" => "a text in quotes",
        "a boolean" => "true or false",
        "a map" => "a section",
        other if other.starts_with("struct") => "a section, as in [job] on a line of its own",
        other => other,
    }
}

fn key_of(line: &str) -> Option<&str> {
    let key = line.split_once('=')?.0.trim();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '"');
    (!key.is_empty() && key.chars().all(plain)).then_some(key)
}

/// The header in force at the end of a text, without its brackets.
fn section(before: &str) -> &str {
    let header = |line: &str| line.trim_start().starts_with('[') && line.contains(']') && !line.contains(',');
    let line = before.lines().rev().find(|line| header(line)).unwrap_or_default();
    let name = line.trim_start().trim_start_matches('[');
    name.split(']').next().unwrap_or_default()
}

fn nearest<'a>(key: &str, known: &'a [String]) -> Option<&'a str> {
    let plain = key.to_lowercase().replace('-', "_");
    let scored = known.iter().map(|name| (strsim::jaro_winkler(&plain, &name.replace('-', "_")), name));
    let best = scored.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (best.0 >= ALIKE).then_some(best.1.as_str())
}

/// The section that knows the key, if another one does.
fn home_of(key: &str) -> Option<String> {
    known_keys("").into_iter().find(|section| known_keys(section).iter().any(|known| known == key))
}

/// The keys of a section, or the sections themselves: the parser is asked for a key that nobody has.
pub(super) fn known_keys(section: &str) -> Vec<String> {
    const NOBODYS: &str = "zzz";
    let header = if section.is_empty() { String::new() } else { format!("[{section}]\n") };
    let answer = toml::from_str::<Config>(&format!("{header}{NOBODYS} = 0"));
    let message = answer.err().map(|error| error.message().to_owned()).unwrap_or_default();
    quoted(&message).into_iter().filter(|name| name != NOBODYS).collect()
}

/// What stands between backticks.
fn quoted(message: &str) -> Vec<String> {
    message.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}
