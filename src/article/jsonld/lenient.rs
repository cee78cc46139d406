//! Reads JSON that strict parsers refuse: line breaks and bare quotes in strings, trailing or missing commas,
//! comments, a cut-off end. What cannot be made out ends the value; what was read until there is kept.
//!
//! One pass over the text; the depth is limited, so that no page can overflow the stack.

use serde_json::{Map, Number, Value};

/// Deeper values end the reading; real linked data nests about ten levels.
const MAX_DEPTH: usize = 64;

/// All values of `text`, one after the other.
pub(super) fn parse(text: &str) -> Vec<Value> {
    let mut reader = Reader { text, at: 0 };
    let mut values = Vec::new();
    while let Some(start) = reader.rest().find(['{', '[']) {
        reader.at += start;
        values.extend(reader.value(0));
    }
    values
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn advance(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    /// Gives up: nothing after this place is read.
    fn stop(&mut self) {
        self.at = self.text.len();
    }

    /// Skips white space, control characters, comments and `also`.
    fn skip_blank(&mut self, also: &[char]) {
        loop {
            let rest = self.rest();
            let kept = rest.trim_start_matches(|c: char| is_blank(c) || also.contains(&c));
            self.at += rest.len() - kept.len();
            let end = match kept {
                _ if kept.starts_with("/*") => kept.find("*/").map(|end| end + 2),
                _ if kept.starts_with("//") => kept.find('\n'),
                _ if kept.starts_with("<!--") => Some(4),
                _ if kept.starts_with("-->") => Some(3),
                _ => return,
            };
            match end {
                Some(end) => self.at += end,
                None => return self.stop(),
            }
        }
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.skip_blank(&[]);
        match self.peek()? {
            '{' | '[' if depth >= MAX_DEPTH => {
                self.stop();
                None
            }
            '{' => Some(Value::Object(self.object(depth))),
            '[' => Some(Value::Array(self.array(depth))),
            quote @ ('"' | '\'') => Some(Value::String(self.string(quote))),
            _ => Some(self.bare()),
        }
    }

    fn object(&mut self, depth: usize) -> Map<String, Value> {
        let mut map = Map::new();
        self.advance();
        loop {
            self.skip_blank(&[',']);
            let key = match self.peek() {
                Some('}') => {
                    self.advance();
                    return map;
                }
                Some(quote @ ('"' | '\'')) => self.string(quote),
                Some(c) if c.is_alphabetic() || c == '@' || c == '_' => self.word(),
                _ => {
                    self.stop();
                    return map;
                }
            };
            self.skip_blank(&[]);
            if self.peek() != Some(':') {
                self.stop();
                return map;
            }
            self.advance();
            if let Some(value) = self.value(depth + 1) {
                map.insert(key, value);
            }
        }
    }

    fn array(&mut self, depth: usize) -> Vec<Value> {
        let mut items = Vec::new();
        self.advance();
        loop {
            self.skip_blank(&[',']);
            match self.peek() {
                Some(']') => {
                    self.advance();
                    return items;
                }
                Some('}' | ':') | None => {
                    self.stop();
                    return items;
                }
                Some(_) => items.extend(self.value(depth + 1)),
            }
        }
    }

    fn word(&mut self) -> String {
        let rest = self.rest();
        let end = rest.find(|c: char| is_blank(c) || ",:}]{[\"'".contains(c)).unwrap_or(rest.len());
        self.at += end;
        rest[..end].to_owned()
    }

    /// A number, `true`, `false`, `null`, or a word that someone forgot to quote.
    fn bare(&mut self) -> Value {
        let word = self.word();
        if word.is_empty() {
            self.advance();
        }
        match word.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" | "undefined" | "" => Value::Null,
            _ => word.parse::<Number>().map_or(Value::String(word), Value::Number),
        }
    }

    fn string(&mut self, quote: char) -> String {
        let mut out = String::new();
        self.advance();
        while let Some(c) = self.peek() {
            self.advance();
            match c {
                '\\' => self.escape(&mut out),
                _ if c == quote && self.closes_string() => return out,
                _ if c.is_control() => out.push(' '),
                _ => out.push(c),
            }
        }
        out
    }

    fn escape(&mut self, out: &mut String) {
        let Some(c) = self.peek() else { return };
        self.advance();
        match c {
            'n' | 'r' | 't' => out.push(if c == 't' { '\t' } else { '\n' }),
            'b' | 'f' => out.push(' '),
            'u' => out.extend(self.code_point()),
            _ => out.push(c),
        }
    }

    /// The character of `\u` escapes; two of them where they are a surrogate pair.
    fn code_point(&mut self) -> Option<char> {
        let high = self.hex()?;
        if !(0xd800..0xdc00).contains(&high) {
            return char::from_u32(high);
        }
        let low = if self.rest().starts_with("\\u") {
            self.at += 2;
            self.hex()?
        } else {
            return None;
        };
        char::from_u32(0x10000 + ((high - 0xd800) << 10) + low.checked_sub(0xdc00)?.min(0x3ff))
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.rest().get(..4)?;
        let number = u32::from_str_radix(digits, 16).ok()?;
        self.at += 4;
        Some(number)
    }

    /// Whether the quote just read ends its string: what follows must be able to follow a string.
    fn closes_string(&self) -> bool {
        let rest = self.rest().trim_start_matches(is_blank);
        let Some(after_comma) = rest.strip_prefix(',') else {
            return rest.is_empty() || rest.starts_with([':', '}', ']']);
        };
        let next = after_comma.trim_start_matches(is_blank).chars().next();
        next.is_none_or(|c| "\"'{[}]-".contains(c) || c.is_ascii_digit())
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\u{feff}' || c == ';'
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_what_strict_parsers_refuse() {
        for (given, expected) in [
            ("{\"a\": \"b\n c\",}", json!({"a": "b  c"})),
            ("{\"a\": \"il a dit \"non\" hier\", \"b\": 1}", json!({"a": "il a dit \"non\" hier", "b": 1})),
            ("<!-- {\"a\": [1, 2,], /* x */ b: true} -->", json!({"a": [1, 2], "b": true})),
            ("{\"a\": \"\\u00e9\\ud83d\\ude00\\'\"}", json!({"a": "é😀'"})),
            ("{\"a\": {\"b\": \"cut off", json!({"a": {"b": "cut off"}})),
        ] {
            let given = given.replace("b\n c", "b\u{1} c");
            assert_eq!(parse(&given), [expected], "{given}");
        }
    }

    #[test]
    fn reads_several_objects() {
        assert_eq!(parse("{\"a\":1};\n{\"b\":2}"), [json!({"a": 1}), json!({"b": 2})]);
    }

    #[test]
    fn deep_and_broken_input_ends() {
        for text in
            ["[".repeat(100_000), "{\"a\":".repeat(100_000), "\"".repeat(100_000), "{\"a\" \"".repeat(50_000)]
        {
            parse(&text);
        }
    }
}
