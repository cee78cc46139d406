//! `--warc`: what was fetched can be cleaned again, without a request.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Answer, Server, bombs};
use crate::{PAGE, fetch};

/// A site with pages in several forms, and what is no page.
fn site() -> Server {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let gzip = runtime.block_on(bombs::every_coding(PAGE.as_bytes())).remove(0).1;
    let latin = PAGE.replace('’', "'").chars().map(|letter| letter as u32 as u8).collect();
    let server = Server::start();
    server.robots("User-agent: *\nDisallow: /prive\n");
    server.route("/gzip", Answer::bytes("text/html", gzip).header("Content-Encoding", "gzip"));
    server.route("/latin", Answer::bytes("text/html; charset=ISO-8859-1", latin));
    server.route("/chunked", Answer::chunks(Vec::new(), PAGE.as_bytes().to_vec(), 1));
    server.route("/to", Answer::redirect(302, "/gzip?from=to").header("Set-Cookie", "session=s3cret"));
    server.sequence("/late", vec![Answer::status(503), Answer::html(PAGE)]);
    server.route("/empty", Answer::html("<html><body></body></html>"));
    let item = format!("<item><title>t</title><link>{}</link></item>", server.url("/latin"));
    let feed = format!("<rss version='2.0'><channel><title>t</title>{item}</channel></rss>");
    server.route("/rss", Answer::bytes("application/rss+xml", feed.into_bytes()));
    server
}

fn addresses(server: &Server) -> Vec<String> {
    let paths = ["/gzip", "/chunked", "/to", "/late", "/empty", "/missing", "/prive/a"];
    paths.iter().map(|path| server.url(path).to_string()).collect()
}

fn clean(archive: &Path) -> (Vec<Value>, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_tamis"))
        .args(["clean", "--format", "jsonl"])
        .arg(archive)
        .output()
        .expect("the program runs");
    (records(&output.stdout), output.status.code())
}

/// Records in the order of their final addresses.
fn records(stdout: &[u8]) -> Vec<Value> {
    let lines = std::str::from_utf8(stdout).expect("UTF-8").lines();
    let mut records: Vec<Value> = lines.map(|line| serde_json::from_str(line).expect(line)).collect();
    records.sort_by_key(|record| record["final_url"].as_str().map(str::to_owned));
    records
}

/// What cleaning says of a page: everything but the name that it was asked for by, and where it is kept.
fn said(record: &Value) -> Value {
    let mut record = record.clone();
    for key in ["source", "url", "reason", "archive"] {
        record[key] = Value::Null;
    }
    record
}

#[test]
fn an_archive_is_cleaned_again_without_a_request() {
    for name in ["a.warc.gz", "a.warc"] {
        let folder = tempfile::tempdir().expect("a folder");
        let archive = folder.path().join("new").join(name);
        let server = site();
        let (urls, rss) = (addresses(&server), server.url("/rss").to_string());
        let output = Command::new(env!("CARGO_BIN_EXE_tamis"))
            .args(["fetch", "--allow-private", "--delay", "0", "--retries", "1", "--format", "jsonl"])
            .args(["--feed", &rss, "--warc", archive.to_str().expect("UTF-8")])
            .args(&urls)
            .output()
            .expect("the program runs");
        let fetched = records(&output.stdout);
        let requests = server.log().len();
        drop(server);
        let (cleaned, code) = clean(&archive);
        assert_eq!(code, Some(0), "{cleaned:?}");
        // what robots.txt forbids was never asked for, so it is in no archive
        let answered = fetched.iter().filter(|record| record["status"] != "robots-denied");
        assert_eq!(cleaned.iter().map(said).collect::<Vec<_>>(), answered.map(said).collect::<Vec<_>>());
        assert_eq!((cleaned.len(), requests), (7, 11), "{cleaned:?}");
        assert_eq!(cleaned.iter().filter(|record| record["status"] == "ok").count(), 5);
    }
}

#[test]
fn an_archive_has_requests_and_answers_and_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("a.warc");
    let server = site();
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "[fetch.headers]\nAuthorization = \"s3cret\"\nCookie = \"s3cret\"\n")
        .expect("a file");
    let url = server.url("/to").to_string().replace("http://", "http://anna:s3cret@");
    fetch(&[&url, "--warc", archive.to_str().expect("UTF-8"), "-c", config.to_str().expect("UTF-8")], "");
    assert!(server.log().iter().all(|asked| asked.headers["cookie"] == "s3cret"));
    let text = String::from_utf8_lossy(&std::fs::read(&archive).expect("an archive")).into_owned();
    assert!(!text.contains("s3cret"), "{text}");
    let types: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("WARC-Type: ")).collect();
    assert_eq!(types, [&["warcinfo"][..], &["response", "request"].repeat(3)].concat(), "{text}");
    assert!(
        text.starts_with("WARC/1.1\r\n")
            && text.contains("\r\nGET /gzip?from=to HTTP/1.1\r\nHost: 127.0.0.1:")
    );
    assert!(text.contains("user-agent: tamis/") && text.contains("location: /gzip?from=to\r\n"), "{text}");
}

#[test]
fn a_torn_end_is_cut_off_and_the_archive_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("a.warc.gz");
    let server = site();
    let run = |path| {
        let url = server.url(path).to_string();
        fetch(&[&url, "--warc", archive.to_str().expect("UTF-8")], "")
    };
    run("/gzip");
    run("/latin");
    let whole = std::fs::read(&archive).expect("an archive");
    // the last record is the request; of the answer before it nothing is lost
    std::fs::write(&archive, &whole[..whole.len() - 5]).expect("a file");
    let again = run("/chunked");
    assert!(String::from_utf8_lossy(&again.stderr).contains("torn record"));
    let (cleaned, code) = clean(&archive);
    assert_eq!((cleaned.len(), code), (3, Some(0)), "{cleaned:?}");
    assert!(cleaned.iter().all(|record| record["status"] == "ok"), "{cleaned:?}");
}

#[test]
fn a_file_that_is_no_archive_is_not_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let diary = folder.path().join("diary.warc");
    std::fs::write(&diary, "my diary").expect("a file");
    let server = site();
    let output = fetch(&[server.url("/gzip").as_str(), "--warc", diary.to_str().expect("UTF-8")], "");
    assert_eq!((output.status.code(), server.log().len()), (Some(1), 0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no web archive"));
    assert_eq!(std::fs::read(&diary).expect("a file"), b"my diary");
}

#[test]
fn two_programs_do_not_write_to_one_archive() {
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("a.warc");
    let held = std::fs::File::create(&archive).expect("a file");
    held.lock().expect("a lock");
    let server = site();
    let output = fetch(&[server.url("/gzip").as_str(), "--warc", archive.to_str().expect("UTF-8")], "");
    assert_eq!((output.status.code(), server.log().len()), (Some(75), 0));
}

/// `kill -9` at any moment: every article that is on standard output is in the archive, whole.
#[cfg(unix)]
#[test]
fn a_kill_loses_no_page_that_was_delivered() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("a.warc.gz");
    let server = Server::start();
    let paths: Vec<String> = (0..30).map(|number| format!("/{number}")).collect();
    for path in &paths {
        server.route(path, Answer::html(PAGE));
    }
    let urls: Vec<String> = paths.iter().map(|path| server.url(path).to_string()).collect();
    for delivered in [1, 4] {
        let mut arguments = vec!["--warc", archive.to_str().expect("UTF-8")];
        arguments.extend(urls.iter().map(String::as_str));
        let mut child = crate::command(&arguments).spawn().expect("the program runs");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let known: Vec<String> = lines.by_ref().take(delivered).map(|line| line.expect("a record")).collect();
        child.kill().expect("it runs");
        child.wait().expect("it ends");
        let repaired = fetch(&[&urls[0], "--warc", archive.to_str().expect("UTF-8")], "");
        assert_eq!(repaired.status.code(), Some(0));
        let (cleaned, code) = clean(&archive);
        assert_eq!(code, Some(0), "{cleaned:?}");
        for line in known {
            let known: Value = serde_json::from_str(&line).expect("JSON");
            assert!(cleaned.iter().any(|record| record["final_url"] == known["final_url"]), "{line}");
        }
    }
}
