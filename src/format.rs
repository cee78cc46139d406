//! How records are written: plain text, Markdown, HTML, JSON.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::record::Record;

/// An output format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// The text alone.
    #[default]
    Txt,
    /// Front matter, title and Markdown.
    Md,
    /// A whole HTML page.
    Html,
    /// One JSON object, indented.
    Json,
    /// One JSON object a line.
    Jsonl,
}

impl Format {
    /// All formats by name, for help texts and messages.
    pub const NAMES: [&'static str; 5] = ["txt", "md", "html", "json", "jsonl"];

    /// The extension of a file in this format.
    pub fn extension(self) -> &'static str {
        Format::NAMES[self as usize]
    }

    /// Renders a record; the result ends with a line break unless it is empty.
    pub fn render(self, record: &Record) -> String {
        match self {
            Format::Txt => with_line_break(record.text.clone()),
            Format::Md => with_line_break(markdown(record)),
            Format::Html => with_line_break(html(record)),
            Format::Json => with_line_break(json(serde_json::to_string_pretty(record))),
            Format::Jsonl => with_line_break(json(serde_json::to_string(record))),
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Format, String> {
        let all = [Format::Txt, Format::Md, Format::Html, Format::Json, Format::Jsonl];
        all.into_iter()
            .find(|format| format.extension() == name)
            .ok_or_else(|| format!("unknown format `{name}`; use one of {}", Format::NAMES.join(", ")))
    }
}

fn with_line_break(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn json(result: serde_json::Result<String>) -> String {
    result.expect("a record is plain data: strings, lists and booleans")
}

/// Front matter (YAML; JSON strings are valid YAML), the title, the body.
fn markdown(record: &Record) -> String {
    let Some(article) = &record.article else { return String::new() };
    let mut front = Vec::new();
    let mut field = |name: &str, value: Option<&String>| {
        if let Some(value) = value {
            front.push(format!("{name}: {}", json(serde_json::to_string(value))));
        }
    };
    field("title", record.title.as_ref());
    field("date", record.date.as_ref());
    field("site", record.site.as_ref());
    field("language", record.language.as_ref());
    field("url", record.canonical.as_ref().or(record.final_url.as_ref()));
    if !record.authors.is_empty() {
        front.push(format!("authors: {}", json(serde_json::to_string(&record.authors))));
    }
    let title = match &record.title {
        Some(title) => format!("# {}\n\n", crate::article::escape_markdown(title)),
        None => String::new(),
    };
    format!("---\n{}\n---\n\n{title}{}", front.join("\n"), article.to_markdown())
}

fn html(record: &Record) -> String {
    use crate::article::escape_html as escape;
    let Some(article) = &record.article else { return String::new() };
    let language = record.language.as_deref().unwrap_or("und");
    let title = escape(record.title.as_deref().unwrap_or(""));
    let mut head = format!("<meta charset=\"utf-8\">\n<title>{title}</title>\n");
    if let Some(url) = record.canonical.as_ref().or(record.final_url.as_ref()) {
        head.push_str(&format!("<link rel=\"canonical\" href=\"{}\">\n", escape(url)));
    }
    for author in &record.authors {
        head.push_str(&format!("<meta name=\"author\" content=\"{}\">\n", escape(author)));
    }
    if let Some(date) = &record.date {
        head.push_str(&format!("<meta name=\"date\" content=\"{}\">\n", escape(date)));
    }
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n{head}</head>\n<body>\n<article>\n<h1>{title}</h1>\n",
        escape(language)
    );
    article.push_html(&mut page);
    page.push_str("</article>\n</body>\n</html>");
    page
}
