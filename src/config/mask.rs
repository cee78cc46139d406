//! Masks what is secret: values of headers and cookies, keys that sound secret, passwords in addresses.

use toml::{Table, Value};
use url::Url;

/// Stands in the place of what is secret.
pub const MASK: &str = "***";
/// Words in the names of keys and sections whose values are secret. Headers carry cookies and tokens.
const SECRET_WORDS: [&str; 8] =
    ["header", "cookie", "authorization", "password", "passwd", "secret", "token", "api_key"];

/// Whether a key's value is secret.
pub fn is_secret(key: &str) -> bool {
    let key = key.to_lowercase().replace('-', "_");
    SECRET_WORDS.iter().any(|word| key.contains(word))
}

/// The table with its secrets masked.
pub fn masked(table: Table) -> Table {
    table.into_iter().map(|(key, value)| (key.clone(), masked_value(value, is_secret(&key)))).collect()
}

fn masked_value(value: Value, secret: bool) -> Value {
    match value {
        Value::Table(table) if secret => {
            Value::Table(table.into_iter().map(|(key, value)| (key, masked_value(value, true))).collect())
        }
        Value::Table(table) => Value::Table(masked(table)),
        Value::Array(list) => {
            Value::Array(list.into_iter().map(|value| masked_value(value, secret)).collect())
        }
        Value::String(_) if secret => Value::String(MASK.to_owned()),
        Value::String(text) => Value::String(without_password(&text)),
        other => other,
    }
}

/// An address without what lets others in; any other text as it is.
pub fn without_password(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return text.to_owned() };
    mask_query(&mut url);
    if url.username().is_empty() && url.password().is_none() {
        return if url.query().is_some_and(|query| query.contains(MASK)) {
            url.into()
        } else {
            text.to_owned()
        };
    }
    let marked = url.set_username(MASK).and_then(|()| url.set_password(None));
    if marked.is_ok() { url.into() } else { MASK.to_owned() }
}

/// Databases take passwords as parameters, too.
fn mask_query(url: &mut Url) {
    if !url.query_pairs().any(|(key, _)| is_secret(&key)) {
        return;
    }
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let shown = |(key, value): &(String, String)| match is_secret(key) {
        true => format!("{key}={MASK}"),
        false => format!("{key}={value}"),
    };
    url.set_query(Some(&pairs.iter().map(shown).collect::<Vec<_>>().join("&")));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_databases_lose_their_passwords_wherever_they_stand() {
        for (address, shown) in [
            ("postgres://anna:hush@db.example/news", "postgres://***@db.example/news"),
            (
                "postgres://db.example/news?user=anna&password=hush",
                "postgres://db.example/news?user=anna&password=***",
            ),
            ("postgres://db.example/news?sslmode=require", "postgres://db.example/news?sslmode=require"),
        ] {
            assert_eq!(without_password(address), shown);
        }
    }
}
