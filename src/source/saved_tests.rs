use super::*;

const LIMIT: usize = 10_000;

/// A folder with these files; their content is their name.
fn folder(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, format!("<p>{file}</p>")).unwrap();
    }
    folder
}

/// The names of the items below a folder, `!` and the status for failures.
fn names(root: &Path, path: &str, kind: InputKind) -> Vec<String> {
    let path = if path.is_empty() { root.to_owned() } else { root.join(path) };
    let items = Saved::new(vec![path.display().to_string()], kind, LIMIT);
    let prefix = format!("{}/", root.display());
    items
        .map(|item| match item.load(LIMIT) {
            Ok(page) => page.name.replace(&prefix, ""),
            Err(record) => format!("!{}", record.status),
        })
        .collect()
}

#[test]
fn walks_folders_in_order_and_leaves_out_what_is_no_page() {
    let root =
        folder(&["b.html", "a/2.htm.gz", "a/1.txt", "a/style.css", ".hidden/x.html", "meta.json", "le-2.5"]);
    assert_eq!(names(root.path(), "", InputKind::Auto), ["a/2.htm.gz", "b.html", "le-2.5"]);
    assert_eq!(names(root.path(), "", InputKind::Text), ["a/1.txt", "le-2.5"]);
    assert_eq!(names(root.path(), "", InputKind::Html), ["a/2.htm.gz", "b.html", "le-2.5"]);
}

#[test]
fn globs_mean_what_they_mean_in_a_shell() {
    let root = folder(&["a/1.html", "a/2.html", "b/1.html", "b/deep/1.html", "b/1.txt"]);
    assert_eq!(names(root.path(), "*/1.html", InputKind::Auto), ["a/1.html", "b/1.html"]);
    assert_eq!(
        names(root.path(), "b/**/*.{html,txt}", InputKind::Auto),
        ["b/1.html", "b/1.txt", "b/deep/1.html"]
    );
    assert_eq!(names(root.path(), "*/[2-9].html", InputKind::Auto), ["a/2.html"]);
}

#[test]
fn what_stands_for_nothing_is_a_failure() {
    let root = folder(&["a/style.css"]);
    for path in ["missing.html", "*.html", "a", "[", "nowhere/*"] {
        assert_eq!(names(root.path(), path, InputKind::Auto), ["!read-error"], "{path}");
    }
}

#[test]
fn a_file_that_is_named_is_read_whatever_its_extension() {
    let root = folder(&["page.json", "[odd].html"]);
    assert_eq!(names(root.path(), "page.json", InputKind::Auto), ["page.json"]);
    assert_eq!(names(root.path(), "[odd].html", InputKind::Auto), ["[odd].html"]);
}

#[test]
fn the_content_decides_where_the_name_does_not() {
    let root = folder(&["page", "text.txt"]);
    std::fs::write(root.path().join("words"), "Only words.").unwrap();
    let load = |name: &str| {
        let path = root.path().join(name).display().to_string();
        Saved::new(vec![path], InputKind::Auto, LIMIT).next().unwrap().load(LIMIT).unwrap().kind
    };
    assert_eq!(
        (load("page"), load("text.txt"), load("words")),
        (PageKind::Html, PageKind::Text, PageKind::Text)
    );
}

#[test]
fn archives_give_their_pages_and_failures() {
    let root = folder(&[]);
    let record = |url: &str, status: &str| {
        let block = format!("HTTP/1.1 {status}\r\nContent-Type: text/html\r\n\r\n<p>x</p>");
        let head = format!(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nContent-Length: {}",
            block.len()
        );
        format!("{head}\r\n\r\n{block}\r\n\r\n")
    };
    let archive = record("http://a.example/1", "200 OK") + &record("http://a.example/2", "500 Oops");
    std::fs::write(root.path().join("a.warc"), &archive).unwrap();
    std::fs::write(root.path().join("unnamed"), &archive).unwrap();
    let expected = ["http://a.example/1", "!server-error"];
    assert_eq!(names(root.path(), "a.warc", InputKind::Auto), expected);
    assert_eq!(names(root.path(), "unnamed", InputKind::Auto), expected);
    assert_eq!(names(root.path(), "unnamed", InputKind::Html), ["unnamed"]);
}

#[test]
fn a_page_over_the_limit_is_a_rejection() {
    let root = folder(&[]);
    std::fs::write(root.path().join("large.html"), vec![b'a'; LIMIT + 1]).unwrap();
    assert_eq!(names(root.path(), "large.html", InputKind::Auto), ["!too-large"]);
}

#[test]
fn kinds_are_read_by_name() {
    for name in InputKind::NAMES {
        assert_eq!(
            serde_json::to_string(&name.parse::<InputKind>().unwrap()).unwrap(),
            format!("\"{name}\"")
        );
    }
    assert!("pdf".parse::<InputKind>().unwrap_err().contains("auto, html, text, warc"));
}
