//! `tamis fetch` as scripts see it, against a server on loopback.
#![cfg(feature = "cli")]

mod support;

#[path = "cli_fetch/archive.rs"]
mod archive;
#[path = "cli_fetch/render.rs"]
mod render;
#[path = "cli_fetch/sources.rs"]
mod sources;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use support::{Answer, Server};

const PAGE: &str = "<!DOCTYPE html><html lang=fr><head><title>Le pont</title></head><body><article>\
    <p>Le conseil municipal a voté mardi soir la rénovation du vieux pont, fermé depuis l’hiver dernier.</p>\
    <p>Les travaux dureront dix-huit mois et coûteront deux millions d’euros, a précisé la maire.</p></article></body></html>";

fn fetch(arguments: &[&str], stdin: &str) -> Output {
    let mut child = command(arguments).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    child.wait_with_output().unwrap()
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tamis"));
    command
        .args(["fetch", "--allow-private", "--delay", "0", "--retries", "0"])
        .args(arguments)
        .args(if arguments.contains(&"--format") { [].as_slice() } else { &["--format", "jsonl"] })
        .env_remove("TAMIS_LOG")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Source and status of every record, sorted, because records come as they are ready.
fn outcomes(output: &Output) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let lines = std::str::from_utf8(&output.stdout).unwrap().lines();
    let records = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut outcomes: Vec<_> =
        records.map(|record| (text(&record["source"]), text(&record["status"]))).collect();
    outcomes.sort();
    outcomes
}

fn pair(source: &str, status: &str) -> (String, String) {
    (source.to_owned(), status.to_owned())
}

#[test]
fn every_address_ends_in_a_record() {
    let server = Server::start();
    server.on("/a", |_| Answer::html(PAGE)).on("/b", |_| Answer::redirect(301, "/a"));
    let (a, b, missing) = (server.url("/a"), server.url("/b"), server.url("/missing"));
    let list = format!("# list\n{a}\n\n{a}#again\n{b}\nno address\n{missing}\n");
    let output = fetch(&[a.as_str(), "--list", "-"], &list);
    let mut expected = [
        pair(a.as_str(), "ok"),
        pair(b.as_str(), "ok"),
        pair("no address", "invalid-url"),
        pair(missing.as_str(), "not-found"),
    ];
    expected.sort();
    assert_eq!(outcomes(&output), expected);
    assert_eq!(output.status.code(), Some(3));
    let record = String::from_utf8_lossy(&output.stdout)
        .lines()
        .find(|line| line.contains("/b\""))
        .unwrap()
        .to_owned();
    let record: Value = serde_json::from_str(&record).unwrap();
    assert_eq!((record["url"].as_str(), record["final_url"].as_str()), (Some(b.as_str()), Some(a.as_str())));
}

#[test]
fn feeds_and_sitemaps_name_pages() {
    let server = Server::start();
    let (one, two) = (server.url("/1"), server.url("/2"));
    let rss = format!(
        "<rss version='2.0'><channel><title>t</title><item><title>x</title><link>{one}</link></item></channel></rss>"
    );
    let map = format!("<urlset><url><loc>{one}</loc></url><url><loc>{two}</loc></url></urlset>");
    server
        .on("/1", |_| Answer::html(PAGE))
        .on("/2", |_| Answer::html(PAGE))
        .on("/rss", move |_| Answer::bytes("application/rss+xml", rss.clone().into_bytes()))
        .on("/map", move |_| Answer::bytes("application/xml", map.clone().into_bytes()));
    let (feed, sitemap) = (server.url("/rss"), server.url("/map"));
    let output = fetch(&["--feed", feed.as_str(), "--sitemap", sitemap.as_str()], "");
    assert_eq!(outcomes(&output), [pair(one.as_str(), "ok"), pair(two.as_str(), "ok")]);
    assert_eq!(output.status.code(), Some(0));
    let wrong = fetch(&["--feed", one.as_str()], "");
    assert_eq!(outcomes(&wrong), [pair(one.as_str(), "bad-source")]);
    assert_eq!(wrong.status.code(), Some(3));
}

#[test]
fn private_addresses_are_refused_unless_allowed() {
    let server = Server::start();
    let output = Command::new(env!("CARGO_BIN_EXE_tamis"))
        .args(["fetch", server.url("/a").as_str(), "--format", "jsonl"])
        .output()
        .unwrap();
    assert_eq!(outcomes(&output)[0].1, "private-address");
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn articles_go_to_files_named_after_their_addresses() {
    let server = Server::start();
    server.on("/le-pont", |_| Answer::html(PAGE));
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let output =
        fetch(&[server.url("/le-pont").as_str(), "-o", out.to_str().unwrap(), "--format", "txt"], "");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let names: Vec<String> = std::fs::read_dir(out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(names.len() == 1 && names[0].contains("le-pont") && names[0].ends_with(".txt"), "{names:?}");
    assert!(output.stdout.is_empty());
}

#[test]
fn a_password_in_an_address_stays_out_of_records_and_logs() {
    let server = Server::start();
    let secret = server.url("/a").to_string().replace("http://", "http://anna:secret@");
    let output = fetch(&[&secret], "");
    let all = [output.stdout, output.stderr].concat();
    assert!(!String::from_utf8_lossy(&all).contains("secret"), "{}", String::from_utf8_lossy(&all));
}

#[test]
fn a_proxy_is_taken_from_the_environment_when_asked_to() {
    let (proxy, other) = (Server::start(), Server::start());
    proxy.route("http://public.example/a", Answer::html(PAGE));
    other.route("/b", Answer::html(PAGE));
    let direct = other.url("/b").to_string();
    let run = |arguments: &[&str]| {
        let mut command = command(arguments);
        let address = proxy.url("/").to_string();
        command
            .env("http_proxy", &address)
            .env("HTTP_PROXY", &address)
            .env("NO_PROXY", "127.0.0.1")
            .env_remove("no_proxy");
        outcomes(&command.spawn().unwrap().wait_with_output().unwrap())
    };
    let found = run(&["--proxy", "environment", "http://public.example/a", &direct]);
    assert_eq!(found, [pair(&direct, "ok"), pair("http://public.example/a", "ok")]);
    assert_eq!((proxy.log().len(), other.count("/b")), (2, 1), "robots.txt and the page; NO_PROXY holds");
    run(&[&direct]);
    assert_eq!(proxy.log().len(), 2, "only when asked to");
}

#[test]
fn the_delay_in_force_is_said_with_its_reason() {
    let server = Server::start();
    server.robots("User-agent: *\nCrawl-delay: 0.1\n").route("/a", Answer::html(PAGE));
    let output = fetch(&[server.url("/a").as_str(), "--hosts"], "");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let expected = "127.0.0.1: 0.1 s between requests (robots.txt Crawl-delay), 2 made\n";
    assert!(stderr.contains(expected), "{stderr}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_accounts_for_what_was_not_done() {
    let server = Server::start();
    server.on("/quick", |_| Answer::html(PAGE)).on("/silent", |_| Answer::silence());
    let (quick, silent) = (server.url("/quick"), server.url("/silent"));
    let mut child = command(&[quick.as_str(), silent.as_str()]).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut records = String::new();
    stdout.read_line(&mut records).unwrap();
    // the silent page is under way once the server was asked for it
    while !server.log().iter().any(|asked| asked.path == "/silent") {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let interrupt = |pid: u32| Command::new("kill").args(["-INT", &pid.to_string()]).status().unwrap();
    interrupt(child.id());
    // the second wish ends the grace
    std::thread::sleep(std::time::Duration::from_millis(500));
    interrupt(child.id());
    stdout.read_to_string(&mut records).unwrap();
    let output = Output { stdout: records.into_bytes(), ..child.wait_with_output().unwrap() };
    assert_eq!(outcomes(&output), [pair(quick.as_str(), "ok"), pair(silent.as_str(), "not-attempted")]);
    assert_eq!(output.status.code(), Some(3));
}
