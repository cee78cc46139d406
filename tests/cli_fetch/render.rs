//! `--render`: pages that their scripts build. Without Chromium in `PATH` the tests say so and pass.

#[cfg(feature = "render")]
use std::process::Command;

use crate::support::{Answer, Server};
use crate::{PAGE, fetch};
#[cfg(feature = "render")]
use crate::{outcomes, pair};

/// A server with a page that is complete, and one that is built by a script.
fn site() -> Server {
    let server = Server::start();
    let article = serde_json::json!(PAGE).to_string();
    let script = format!(
        "document.body.innerHTML = new DOMParser().parseFromString({article}, 'text/html').body.innerHTML;"
    );
    server.route("/plain", Answer::html(PAGE));
    server.route(
        "/shell",
        Answer::html("<!DOCTYPE html><html lang=fr><body><div id=root></div><script src=/app.js></script>"),
    );
    server.route("/app.js", Answer::bytes("text/javascript", script.into_bytes()));
    server
}

#[test]
#[cfg(not(feature = "render"))]
fn a_tamis_without_the_feature_says_how_to_get_it() {
    let server = site();
    let output = fetch(&[server.url("/shell").as_str(), "--render", "fallback"], "");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("--features render"), "{stderr}");
    assert!(server.log().is_empty());
}

#[cfg(feature = "render")]
fn has_browser() -> bool {
    let names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
    let found = names
        .iter()
        .any(|name| Command::new("which").arg(name).output().is_ok_and(|output| output.status.success()));
    if !found {
        println!("skipped: no Chromium in PATH");
    }
    found
}

#[test]
#[cfg(feature = "render")]
fn in_fallback_only_the_shell_is_rendered_and_the_archive_holds_what_came_of_it() {
    if !has_browser() {
        return;
    }
    let server = site();
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("a.warc.gz");
    let (plain, shell) = (server.url("/plain"), server.url("/shell"));
    let archive = archive.to_str().expect("UTF-8");
    let output = fetch(&[plain.as_str(), shell.as_str(), "--render", "fallback", "--warc", archive], "");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(outcomes(&output), [pair(plain.as_str(), "ok"), pair(shell.as_str(), "ok")], "{stderr}");
    assert_eq!(["/plain", "/shell", "/app.js"].map(|path| server.count(path)), [1, 1, 1]);
    let clean =
        Command::new(env!("CARGO_BIN_EXE_tamis")).args(["clean", "--format", "jsonl", archive]).output();
    let mut cleaned: Vec<String> =
        outcomes(&clean.expect("it runs")).into_iter().map(|(_, status)| status).collect();
    cleaned.sort();
    assert_eq!(cleaned, ["empty-shell", "ok", "ok"], "the shell as it came and as it was built");
}

#[test]
#[cfg(feature = "render")]
fn without_a_browser_the_message_names_the_key() {
    let server = site();
    let mut command = crate::command(&[server.url("/shell").as_str(), "--render", "always"]);
    let output =
        command.env("PATH", "/nowhere").spawn().and_then(|child| child.wait_with_output()).expect("it runs");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("fetch.chromium") && stderr.contains("apt install chromium"), "{stderr}");
}

#[test]
#[cfg(feature = "render")]
fn a_browser_does_not_outlive_a_tamis_that_is_killed() {
    if !has_browser() {
        return;
    }
    let server = Server::start();
    server.route("/page", Answer::html("<!DOCTYPE html><body><script>for (;;) {}</script>"));
    let folder = tempfile::tempdir().expect("a folder");
    let holds = |wanted: bool| {
        let is_there = || std::fs::read_dir(folder.path()).expect("a folder").next().is_some();
        (0..1200).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            is_there() == wanted
        })
    };
    let mut command = crate::command(&[server.url("/page").as_str(), "--render", "always"]);
    let mut child = command.env("TMPDIR", folder.path()).spawn().expect("it runs");
    assert!(holds(true), "the browser has a profile");
    child.kill().expect("the system kills");
    child.wait().expect("it ends");
    assert!(holds(false), "the profile is taken away");
    let name = folder.path().display().to_string();
    // Children of the browser end some moments after it.
    let all_ended = (0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        Command::new("pgrep").args(["-f", &name]).output().is_ok_and(|found| found.stdout.is_empty())
    });
    assert!(all_ended, "a browser still runs");
}
