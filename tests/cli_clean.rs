//! `tamis clean` and `tamis explain` as scripts see them: stdout, stderr, exit code.
#![cfg(feature = "cli")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const FIRST: &str =
    "Le conseil municipal a voté mardi soir la rénovation du vieux pont, fermé depuis l’hiver dernier.";
const SECOND: &str =
    "Les travaux dureront dix-huit mois et coûteront deux millions d’euros, a précisé la maire de la ville.";

/// A page with an article that no cleaner can miss.
fn page(title: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=fr><head><meta charset=utf-8><title>{title}</title></head><body>\
         <nav><a href=/>Accueil</a></nav><article><h1>{title}</h1><p>{FIRST}</p><p>{SECOND}</p></article></body></html>"
    )
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn tamis(folder: &Path, arguments: &[&str]) -> Output {
    with_stdin(folder, arguments, b"")
}

fn with_stdin(folder: &Path, arguments: &[&str], stdin: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tamis"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("TAMIS_LOG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // the program may end without reading
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn records(output: &Output) -> Vec<Value> {
    stdout(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn one_page_gives_its_text_and_nothing_on_stderr() {
    let folder = folder(&[("a.html", &page("Le pont"))]);
    let output = tamis(folder.path(), &["clean", "a.html"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stdout(&output), format!("{FIRST}\n\n{SECOND}\n"));
    assert_eq!(stderr(&output), "");
}

#[test]
fn records_come_in_the_order_given_with_the_paths_as_given() {
    let files: Vec<(String, String)> = (0..200).map(|n| (format!("in/{n:03}.html"), page("x"))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = folder(&files);
    let output = tamis(folder.path(), &["clean", "in", "in/007.html", "--format", "jsonl", "--threads", "4"]);
    let sources: Vec<String> =
        records(&output).iter().map(|record| record["source"].as_str().unwrap().into()).collect();
    let mut expected: Vec<String> = (0..200).map(|n| format!("in/{n:03}.html")).collect();
    expected.push("in/007.html".to_owned());
    assert_eq!(sources, expected);
    assert_eq!(stderr(&output), "201 pages: 201 articles\n");
}

#[test]
fn a_record_has_every_field_of_the_contract() {
    let folder = folder(&[("a.html", &page("Le pont"))]);
    let output =
        tamis(folder.path(), &["clean", "a.html", "--format", "jsonl", "--url", "https://a.example/pont"]);
    let record = &records(&output)[0];
    for field in
        ["source", "url", "final_url", "title", "authors", "date", "language", "site", "text", "status"]
    {
        assert!(record.get(field).is_some(), "{field}");
    }
    assert_eq!((record["status"].as_str(), record["reason"].is_null()), (Some("ok"), true));
    assert_eq!(record["url"], "https://a.example/pont");
    assert!(record["warnings"].is_array() && record["authors"].is_array());
}

#[test]
fn rejected_pages_have_their_record_and_leave_text_clean() {
    let folder = folder(&[("a.html", &page("A")), ("b.html", "%PDF-1.7 x"), ("c.html", &page("C"))]);
    let jsonl = tamis(folder.path(), &["clean", ".", "--format", "jsonl"]);
    let statuses: Vec<Value> = records(&jsonl).iter().map(|record| record["status"].clone()).collect();
    assert_eq!((statuses.len(), &statuses[0], &statuses[2]), (3, &"ok".into(), &"ok".into()));
    assert_ne!(statuses[1], "ok");
    assert_eq!(jsonl.status.code(), Some(0));

    let text = tamis(folder.path(), &["clean", "."]);
    assert_eq!(stdout(&text), format!("{FIRST}\n\n{SECOND}\n\n{FIRST}\n\n{SECOND}\n"));
    assert!(stderr(&text).contains("b.html"), "{}", stderr(&text));
    assert_eq!(text.status.code(), Some(0));
    let quiet = tamis(folder.path(), &["--quiet", "clean", "."]);
    assert_eq!((stdout(&quiet), stderr(&quiet).as_str()), (stdout(&text), ""));
}

#[test]
fn what_cannot_be_read_has_a_record_and_exit_code_3() {
    let folder = folder(&[("a.html", &page("A"))]);
    let output = tamis(folder.path(), &["clean", "missing.html", "a.html", "*.htm", "--format", "jsonl"]);
    let statuses: Vec<Value> = records(&output).iter().map(|record| record["status"].clone()).collect();
    assert_eq!(statuses, ["read-error", "ok", "read-error"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("missing.html was not found"), "{}", stderr(&output));
}

#[test]
fn stdin_compressed_files_and_archives_are_read() {
    let folder = folder(&[]);
    std::fs::write(folder.path().join("a.html.zst"), zstd::encode_all(page("A").as_bytes(), 1).unwrap())
        .unwrap();
    let block = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{}", page("B"));
    let record = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://b.example/\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
        block.len()
    );
    std::fs::write(folder.path().join("b.warc"), record).unwrap();
    let output = with_stdin(
        folder.path(),
        &["clean", "a.html.zst", "b.warc", "-", "--format", "jsonl"],
        page("C").as_bytes(),
    );
    let found: Vec<(Value, Value)> =
        records(&output).iter().map(|record| (record["source"].clone(), record["url"].clone())).collect();
    let archived = "https://b.example/";
    assert_eq!(
        found,
        [("a.html.zst".into(), Value::Null), (archived.into(), archived.into()), ("-".into(), Value::Null)]
    );
    assert!(records(&output).iter().all(|record| record["status"] == "ok"), "{}", stdout(&output));
}

/// A record of an archive, compressed on its own.
fn archived(url: &str, html: &str) -> Vec<u8> {
    let block = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{html}");
    let head = format!(
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-05-06T07:08:09Z\r\n\
         WARC-Record-ID: <urn:{url}>\r\nContent-Length: {}\r\n\r\n",
        block.len()
    );
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, format!("{head}{block}\r\n\r\n").as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn an_archive_goes_on_behind_the_offset_of_its_last_record() {
    let folder = folder(&[]);
    let urls: Vec<String> = (0..5).map(|number| format!("https://a.example/{number}")).collect();
    let archive: Vec<u8> = urls.iter().flat_map(|url| archived(url, &page(url))).collect();
    std::fs::write(folder.path().join("a.warc.gz"), archive).unwrap();
    let all = records(&tamis(folder.path(), &["clean", "a.warc.gz", "--format", "jsonl"]));
    assert_eq!(all.len(), urls.len());
    let place = &all[2]["archive"];
    assert_eq!((&place["file"], &place["date"]), (&"a.warc.gz".into(), &"2024-05-06T07:08:09Z".into()));
    assert_eq!(place["id"], format!("<urn:{}>", urls[2]));

    let after = |offset: &str, path: &str| {
        tamis(folder.path(), &["clean", path, "--format", "jsonl", "--after", offset])
    };
    assert_eq!(records(&after(&place["offset"].to_string(), "a.warc.gz")), all[3..]);
    let wrong = after("1", "a.warc.gz");
    assert_eq!(wrong.status.code(), Some(3));
    assert!(stdout(&wrong).contains("no record starts at byte 1"), "{}", stdout(&wrong));
    let needless = after("1", "-");
    assert_eq!(needless.status.code(), Some(2));
    assert!(stderr(&needless).contains("--after needs exactly one path"), "{}", stderr(&needless));
}

#[test]
fn a_folder_gets_one_file_an_article_and_stdout_stays_empty() {
    let folder = folder(&[("in/a.html", &page("A")), ("in/b/a.html", &page("A")), ("in/c.html", "<p></p>")]);
    let output = tamis(folder.path(), &["clean", "in", "-o", "out", "--format", "md"]);
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), String::new()));
    let mut names: Vec<String> = std::fs::read_dir(folder.path().join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 2, "{names:?}");
    for name in names {
        let text = std::fs::read_to_string(folder.path().join("out").join(name)).unwrap();
        assert!(text.starts_with("---\n") && text.contains(FIRST), "{text}");
    }
    assert!(stderr(&output).contains("3 pages: 2 articles, 1 "), "{}", stderr(&output));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let files: Vec<(String, String)> = (0..300).map(|n| (format!("{n:03}.html"), page("x"))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let folder = folder(&files);
    let mut child = Command::new(env!("CARGO_BIN_EXE_tamis"))
        .args(["clean", ".", "--format", "json"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
}

#[test]
fn mistakes_are_explained_and_end_with_2() {
    let folder = folder(&[("a.html", &page("A"))]);
    for (arguments, hint) in [
        (vec!["claen", "a.html"], "'clean'"),
        (vec!["clean", "--formt", "md", "a.html"], "'--format'"),
        (vec!["clean", "--format", "jsonn", "a.html"], "'json'"),
        (vec!["clean", "--keep", "captions", "a.html"], "'caption'"),
        (vec!["clean", "--input", "htlm", "a.html"], "'html'"),
        (vec!["clean", "--threads", "0", "a.html"], "1..=1024"),
        (vec!["clean", "--url", "a.example", "a.html"], "https://a.example"),
        (vec!["fetch"], "--list"),
        (vec!["man", "nothing"], "tamis --help"),
    ] {
        let output = tamis(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(hint), "{arguments:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "");
    }
}

#[test]
fn lines_on_stderr_can_be_json() {
    let folder = folder(&[]);
    let output = tamis(folder.path(), &["clean", "missing.html", "--log-format", "json"]);
    let line: Value = serde_json::from_str(stderr(&output).lines().next().unwrap()).unwrap();
    assert_eq!(line["level"], "WARN");
    assert!(line["message"].as_str().unwrap().starts_with("missing.html: read-error"));
}

#[test]
fn explain_lists_every_block_and_writes_a_report() {
    let folder = folder(&[("a.html", &page("Le pont"))]);
    let list = tamis(folder.path(), &["explain", "a.html"]);
    assert!(
        stdout(&list).lines().any(|line| line.starts_with("+ ") && line.contains("Le conseil municipal"))
    );
    assert!(stdout(&list).lines().any(|line| line.starts_with("- ") && line.ends_with("Accueil")));
    let json = tamis(folder.path(), &["explain", "a.html", "--json", "--html", "report.html"]);
    let explanation: Value = serde_json::from_str(&stdout(&json)).unwrap();
    assert!(explanation["blocks"].as_array().unwrap().len() >= 3);
    let report = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(report.contains(FIRST) && report.contains("class=\"removed\""));
    let missing = tamis(folder.path(), &["explain", "missing.html"]);
    assert_eq!(missing.status.code(), Some(3));
    assert!(stderr(&missing).contains("missing.html was not found"));
}

#[test]
fn explain_and_clean_see_one_and_the_same() {
    let text = format!("{FIRST}\n\n{SECOND}\n");
    let folder = folder(&[
        ("bin.html", "\u{1}\0\u{2}PK\u{3}\u{4}\0\0\0\0"),
        ("dirty.txt", &text),
        ("a.html", &page("A")),
    ]);
    let of = |command: &str| tamis(folder.path(), &[command, "bin.html"]);
    let status = stdout(&of("explain"));
    assert!(status.starts_with("status not-html"), "{status}");
    assert!(stderr(&of("clean")).contains("not-html"));
    for (arguments, code) in [
        (&["explain", "dirty.txt"][..], 2),
        (&["explain", "dirty.txt", "--input", "html"], 0),
        (&["explain", "."], 2),
        (&["explain", "a.html", "--normalize", "french"], 2),
    ] {
        let output = tamis(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn a_file_that_held_another_text_is_set_aside_and_told() {
    let folder = folder(&[("x/art.html", &page("X")), ("y/art.html", &page("Y"))]);
    let clean = |path: &str| tamis(folder.path(), &["clean", path, "-o", "out", "--format", "md"]);
    assert!(!stderr(&clean("x")).contains("held another text"));
    assert!(!stderr(&clean("x")).contains("held another text"), "the same again is nothing to tell");
    let second = clean("y");
    assert!(stderr(&second).contains("1 files held another text before (y/art.html"), "{}", stderr(&second));
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    assert!(read(&folder.path().join("out/art.md")).contains("# Y"));
    let versions: Vec<_> = std::fs::read_dir(folder.path().join("out/versions")).unwrap().collect();
    assert_eq!(versions.len(), 1);
    assert!(read(&versions[0].as_ref().unwrap().path()).contains("# X"));
}

#[test]
fn an_archive_that_is_none_and_one_that_is_not_told_are_failures() {
    let folder = folder(&[("a.html", &page("A")), ("empty.warc", "")]);
    for arguments in [&["clean", "--input", "warc", "a.html"][..], &["clean", "empty.warc"]] {
        let output = tamis(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        assert!(stderr(&output).contains("is no web archive"), "{}", stderr(&output));
    }
    let piped = with_stdin(folder.path(), &["clean"], &archived("https://a.example/1", &page("A")));
    assert_eq!(piped.status.code(), Some(3));
    assert!(stderr(&piped).contains("--input warc"), "{}", stderr(&piped));
}

#[test]
fn one_address_is_not_given_to_many_pages() {
    let folder = folder(&[("a.html", &page("A")), ("b.html", &page("B"))]);
    let clean = |paths: &[&str]| {
        let arguments = [&["clean", "--url", "https://a.example/1"], paths].concat();
        tamis(folder.path(), &arguments).status.code()
    };
    assert_eq!(
        (clean(&["a.html"]), clean(&["a.html", "b.html"]), clean(&["."])),
        (Some(0), Some(2), Some(2))
    );
}

#[test]
fn completions_and_manual_pages_are_printed() {
    let folder = folder(&[]);
    for shell in ["bash", "zsh", "fish"] {
        assert!(stdout(&tamis(folder.path(), &["completions", shell])).contains("clean"));
    }
    assert!(stdout(&tamis(folder.path(), &["man"])).contains(".TH tamis 1"));
    assert!(stdout(&tamis(folder.path(), &["man", "clean"])).contains(".TH tamis-clean 1"));
}
