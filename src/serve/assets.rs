//! The files of the page, as they are written; the key is the one thing put into them.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;

use super::bench::Bench;

const PAGE: &str = include_str!("assets/index.html");
/// Where the key goes.
const KEY_MARK: &str = "{{key}}";

const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Path, type and text of each file.
const FILES: [(&str, &str, &str); 11] = [
    ("/theme.css", STYLE, include_str!("assets/theme.css")),
    ("/layout.css", STYLE, include_str!("assets/layout.css")),
    ("/parts.css", STYLE, include_str!("assets/parts.css")),
    ("/main.js", SCRIPT, include_str!("assets/main.js")),
    ("/server.js", SCRIPT, include_str!("assets/server.js")),
    ("/build.js", SCRIPT, include_str!("assets/build.js")),
    ("/words.js", SCRIPT, include_str!("assets/words.js")),
    ("/columns.js", SCRIPT, include_str!("assets/columns.js")),
    ("/page.js", SCRIPT, include_str!("assets/page.js")),
    ("/block.js", SCRIPT, include_str!("assets/block.js")),
    ("/teach.js", SCRIPT, include_str!("assets/teach.js")),
];

/// A mark for the tab of the browser.
const ICON: &str = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><circle cx='8' cy='8' r='7' \
    fill='none' stroke='#2f6f9f' stroke-width='2'/><path d='M4 6h8M4 8h8M4 10h8M6 4v8M8 4v8M10 4v8' stroke='#2f6f9f'/></svg>";

/// The routes of all files.
pub(super) fn routes() -> Router<Arc<Bench>> {
    let mut router = Router::new()
        .route("/", get(page))
        .route("/icon.svg", get(|| async { ([(CONTENT_TYPE, "image/svg+xml")], ICON) }));
    for (path, kind, text) in FILES {
        router = router.route(path, get(move || async move { ([(CONTENT_TYPE, kind)], text) }));
    }
    router
}

async fn page(State(bench): State<Arc<Bench>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], PAGE.replace(KEY_MARK, &bench.key))
}

#[cfg(test)]
#[path = "contrast.rs"]
mod contrast;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::clean::{Kind, vector};

    fn file(name: &str) -> &'static str {
        FILES.iter().find(|(path, ..)| *path == name).unwrap().2
    }

    #[test]
    fn nothing_is_asked_of_other_servers_and_no_markup_is_made_of_text() {
        for (path, _, text) in FILES.iter().chain([&("/", "", PAGE)]) {
            for outside in ["https://", "http://", "//cdn", "@import", "url("] {
                assert!(!text.contains(outside), "{path}: {outside}");
            }
            let risky = [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
                "srcdoc",
                "new Function",
            ];
            for way in risky {
                assert!(!text.contains(way), "{path}: {way}");
            }
        }
        assert!(!PAGE.contains("<script>") && !PAGE.contains(" style=") && !PAGE.contains(" onclick="));
    }

    /// Keys of the two tables of a file of words: `name: ["English", "French"]` or `"name": [...]`.
    fn keys(text: &str) -> BTreeSet<&str> {
        let lines = text.lines().filter_map(|line| line.trim().split_once(": [\""));
        lines.map(|(key, _)| key.trim_matches('"')).collect()
    }

    #[test]
    fn every_kind_and_column_has_its_words() {
        let words = keys(file("/words.js"));
        let missing: Vec<_> = Kind::ALL
            .iter()
            .map(|(_, name)| format!("kind.{name}"))
            .filter(|key| !words.contains(key.as_str()))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
        let columns = keys(file("/columns.js"));
        let base = |name: &String| name.split('[').next().unwrap_or_default().to_owned();
        // a key that ends in `-` stands for all that begin so
        let is_known = |name: &String| {
            columns.contains(name.as_str())
                || columns.iter().any(|key| key.ends_with('-') && name.starts_with(key))
        };
        let missing: BTreeSet<_> = vector::names().iter().map(base).filter(|name| !is_known(name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn every_word_is_there_in_both_languages_and_every_key_in_use_is_known() {
        let words = keys(file("/words.js"));
        for text in [file("/words.js"), file("/columns.js")] {
            for line in text.lines().filter(|line| line.contains(": [\"")) {
                assert_eq!(line.matches("\", \"").count(), 1, "{line}");
            }
        }
        for (path, _, text) in FILES.iter().chain([&("/", "", PAGE)]) {
            let calls = text.split("say(\"").skip(1).chain(text.split("data-say=\"").skip(1));
            let calls = calls.chain(text.split("data-say-label=\"").skip(1));
            for key in calls.filter_map(|rest| rest.split('"').next()) {
                assert!(words.contains(key) || key.ends_with('.'), "{path}: {key}");
            }
        }
    }
}
