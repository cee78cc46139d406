//! Reads predictions that were made before: JSON lines of `tamis clean` or of any other cleaner.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

use super::corpus::bad_line;
use super::score::Prediction;
use crate::error::Error;

/// Predictions by page id.
#[derive(Debug, Default)]
pub struct Predictions {
    by_id: HashMap<String, Prediction>,
}

impl Predictions {
    /// Reads a file of JSON lines with `id` or `source`, `text` and, if there, `title`, `date`, `author` or `authors`.
    pub fn read(path: &Path) -> Result<Predictions, Error> {
        let text = std::fs::read_to_string(path).map_err(Error::io("cannot read", path))?;
        let mut by_id = HashMap::new();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let value: Value = serde_json::from_str(line).map_err(|error| bad_line(path, index, &error))?;
            by_id.insert(id_of(&value), prediction(&value));
        }
        Ok(Predictions { by_id })
    }

    /// The prediction for a page.
    pub fn get(&self, id: &str) -> Option<&Prediction> {
        self.by_id.get(id)
    }
}

/// The id, or the file name of the source without `.html` and the extension of a compression.
fn id_of(value: &Value) -> String {
    if let Some(id) = value["id"].as_str().filter(|id| !id.is_empty()) {
        return id.to_owned();
    }
    let name = value["source"].as_str().unwrap_or("").rsplit('/').next().unwrap_or("");
    let bare = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name);
    bare.strip_suffix(".html").or_else(|| bare.strip_suffix(".htm")).unwrap_or(name).to_owned()
}

fn prediction(value: &Value) -> Prediction {
    let field = |name: &str| value.get(name).map(|field| field.as_str().unwrap_or("").to_owned());
    let list = |name: &str| {
        let authors = value.get(name)?.as_array().map(Vec::as_slice).unwrap_or(&[]);
        Some(authors.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "))
    };
    Prediction {
        text: field("text").unwrap_or_default(),
        title: field("title"),
        date: field("date"),
        author: field("author").or_else(|| list("authors")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_from_the_line_or_from_the_name_of_the_source() {
        for (line, id) in [
            (r#"{"id":"a.b","source":"x.html"}"#, "a.b"),
            (r#"{"source":"html/a.b.html.gz"}"#, "a.b"),
            (r#"{"source":"a.htm"}"#, "a"),
            (r#"{"source":"a.gz"}"#, "a.gz"),
        ] {
            assert_eq!(id_of(&serde_json::from_str(line).unwrap()), id);
        }
    }

    #[test]
    fn fields_that_are_absent_are_told_from_empty_ones() {
        let bare = prediction(&serde_json::json!({"text": "x"}));
        assert_eq!((bare.title, bare.author), (None, None));
        let full = prediction(&serde_json::json!({"text": "x", "title": null, "authors": ["A", "B"]}));
        assert_eq!((full.title.as_deref(), full.author.as_deref()), (Some(""), Some("A, B")));
    }
}
