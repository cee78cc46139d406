//! What the name of a file says about what is in it.

use std::path::Path;

use super::saved::InputKind;

/// Extensions of HTML pages, also of those that programs made.
const HTML_EXTENSIONS: [&str; 10] =
    ["html", "htm", "xhtml", "xht", "shtml", "php", "asp", "aspx", "jsp", "cgi"];

/// Extensions of text.
const TEXT_EXTENSIONS: [&str; 4] = ["txt", "text", "md", "markdown"];

/// Extensions of what lies beside saved pages and is none. Any other extension may belong to a page whose
/// address has a dot (`a-road-of-2.5-km`), so that the content decides.
const OTHER_EXTENSIONS: [&str; 42] = [
    "css", "js", "mjs", "map", "json", "jsonl", "ndjson", "xml", "rss", "atom", "csv", "tsv", "toml", "yaml",
    "yml", "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico", "bmp", "pdf", "woff", "woff2", "ttf",
    "otf", "eot", "mp3", "mp4", "webm", "ogg", "zip", "tar", "db", "sqlite", "log", "lock", "py", "rs",
];

/// The extension in lower case, without that of a compression.
fn extension(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    name.rsplit_once('.').map(|(_, extension)| extension.to_owned())
}

/// What a name says about a file; `Auto` when it says nothing.
fn kind_of(path: &Path) -> InputKind {
    match extension(path).as_deref() {
        Some("warc") => InputKind::Warc,
        Some(extension) if HTML_EXTENSIONS.contains(&extension) => InputKind::Html,
        Some(extension) if TEXT_EXTENSIONS.contains(&extension) => InputKind::Text,
        _ => InputKind::Auto,
    }
}

/// The kind that was asked for, else what the name says.
pub(super) fn told(path: &Path, asked: InputKind) -> InputKind {
    if asked == InputKind::Auto { kind_of(path) } else { asked }
}

/// Whether a file of a walked folder belongs to the input.
pub(super) fn wanted(path: &Path, kind: InputKind) -> bool {
    let other = extension(path).is_some_and(|extension| OTHER_EXTENSIONS.contains(&extension.as_str()));
    match (kind, kind_of(path)) {
        (InputKind::Auto, InputKind::Auto) => !other,
        // beside saved pages lie robots.txt, notes and texts that were cleaned before
        (InputKind::Auto, found) => found != InputKind::Text,
        (InputKind::Warc, found) => found == InputKind::Warc,
        (asked, found) => found == asked || (found == InputKind::Auto && !other),
    }
}
