//! What feeds, sitemaps and sites name: found, chosen, and each page once.

use std::process::{Command, Output};

use crate::support::{Answer, Server};
use crate::{PAGE, fetch, outcomes, pair};

fn xml(text: &str) -> Answer {
    Answer::bytes("application/xml", text.as_bytes().to_vec())
}

/// A site whose home page names a feed and whose robots.txt names a sitemap.
fn site() -> Server {
    let server = Server::start();
    for path in ["/1", "/2", "/3"] {
        server.route(path, Answer::html(PAGE));
    }
    let link = "<link rel=alternate type=application/rss+xml title='Le fil' href=/rss>";
    server.route("/", Answer::html(&format!("<head>{link}</head><body><a href=/1>Une</a></body>")));
    let base = server.url("").to_string();
    let item = |path: &str| format!("<item><title>t</title><link>{base}{}</link></item>", &path[1..]);
    let (one, two) = (item("/1?utm_source=rss&amp;at_medium=x#xtor=RSS-1"), item("/2"));
    server.route(
        "/rss",
        xml(&format!("<rss version='2.0'><channel><title>t</title>{one}{two}</channel></rss>")),
    );
    let location =
        |path, date| format!("<url><loc>{}</loc><lastmod>{date}</lastmod></url>", server.url(path));
    let (one, three) = (location("/1", "2099-01-01"), location("/3", "2001-01-01"));
    server.route("/map.xml", xml(&format!("<urlset>{one}{three}</urlset>")));
    server.robots(&format!("Sitemap: {}\n", server.url("/map.xml")));
    server
}

fn discover(server: &Server, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tamis"))
        .args(["discover", "--allow-private", "--delay", "0", server.url("/").as_str()])
        .args(arguments)
        .env_remove("TAMIS_LOG")
        .output()
        .expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn discover_prints_what_a_site_names() {
    let server = site();
    let output = discover(&server, &[]);
    let expected = format!("feed\t{}\tLe fil\nsitemap\t{}\t\n", server.url("/rss"), server.url("/map.xml"));
    assert_eq!((text(&output.stdout), output.status.code()), (expected, Some(0)), "{}", text(&output.stderr));
    let toml = text(&discover(&server, &["--format", "toml"]).stdout);
    let config = tamis::Config::from_toml(&toml, "discovered").expect(&toml);
    assert_eq!(config.sources.feeds, [server.url("/rss").to_string()]);
    assert_eq!(config.sources.sitemaps, [server.url("/map.xml").to_string()]);
    let jsonl = text(&discover(&server, &["--format", "jsonl"]).stdout);
    let first: serde_json::Value = serde_json::from_str(jsonl.lines().next().expect("a line")).expect(&jsonl);
    assert_eq!((&first["kind"], &first["title"]), (&"feed".into(), &"Le fil".into()));
}

#[test]
fn discover_looks_at_the_usual_places_only_where_robots_txt_names_none() {
    let named = site();
    discover(&named, &[]);
    assert_eq!(named.count("/sitemap.xml"), 0);
    let silent = Server::start();
    silent.route("/", Answer::html("<p>home</p>")).route("/sitemap.xml", Answer::html("<p>soft 404</p>"));
    silent.route("/sitemap_index.xml", xml("<sitemapindex></sitemapindex>"));
    let output = discover(&silent, &[]);
    assert_eq!(text(&output.stdout), format!("sitemap\t{}\t\n", silent.url("/sitemap_index.xml")));
    assert_eq!(silent.count("/sitemap-index.xml"), 0, "the first that is one is enough");
}

#[test]
fn discover_says_what_it_could_not_ask() {
    let server = Server::start();
    let output = discover(&server, &[]);
    assert_eq!((text(&output.stdout).as_str(), output.status.code()), ("", Some(3)));
    assert!(text(&output.stderr).contains("the server answered 404"), "{}", text(&output.stderr));
}

#[test]
fn a_page_that_several_sources_name_is_fetched_once_and_keeps_its_name_as_given() {
    let server = site();
    let given = server.url("/3?utm_campaign=letter").to_string();
    let home = server.url("/").to_string();
    let output = fetch(&[given.as_str(), "--discover", home.as_str()], "");
    let first = server.url("/1?utm_source=rss&at_medium=x").to_string();
    let mut expected = [pair(&first, "ok"), pair(server.url("/2").as_str(), "ok"), pair(&given, "ok")];
    expected.sort();
    assert_eq!(outcomes(&output), expected);
    let asked: Vec<String> = server.log().into_iter().map(|asked| asked.path).collect();
    let pages = asked.iter().filter(|path| path.starts_with("/1") || path.starts_with("/3")).count();
    assert_eq!(pages, 2, "{asked:?}");
}

#[test]
fn pages_are_chosen_by_age_and_address() {
    let server = site();
    let (map, rss) = (server.url("/map.xml").to_string(), server.url("/rss").to_string());
    let chosen = |arguments: &[&str]| -> Vec<String> {
        let base = server.url("/").to_string();
        let output = fetch(&[&["--sitemap", map.as_str(), "--feed", rss.as_str()], arguments].concat(), "");
        let path = |source: String| source.strip_prefix(&base).unwrap_or(&source).to_owned();
        outcomes(&output).into_iter().map(|(source, _)| path(source)).collect()
    };
    let tracked = "1?utm_source=rss&at_medium=x";
    assert_eq!(chosen(&[]), [tracked, "2", "3"]);
    assert_eq!(chosen(&["--max-age", "7"]), [tracked, "2"], "a page without a date stays");
    assert_eq!(chosen(&["--exclude", "*/2", "--exclude", "*utm_*"]), ["1", "3"]);
    assert_eq!(chosen(&["--include", "*/2", "--include", "*/3"]), ["2", "3"]);
    let wrong = fetch(&["--include", "[", "--feed", rss.as_str()], "");
    assert_eq!(wrong.status.code(), Some(2), "{}", text(&wrong.stderr));
}

#[test]
fn the_same_article_under_two_addresses_is_said() {
    let server = Server::start();
    let canonical = format!("<head><link rel=canonical href={}>", server.url("/article-1"));
    let page = PAGE.replace("<head>", &canonical);
    server.route("/article-1", Answer::html(&page)).route("/article-1/amp", Answer::html(&page));
    server.route("/article-2", Answer::html(PAGE));
    let urls = ["/article-1", "/article-1/amp", "/article-2"].map(|path| server.url(path).to_string());
    let output = fetch(&urls.each_ref().map(String::as_str), "");
    let records: Vec<serde_json::Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let warned: Vec<_> =
        records.iter().filter(|record| record["warnings"] != serde_json::json!([])).collect();
    assert_eq!((records.len(), warned.len()), (3, 1), "{records:?}");
    let warning = warned[0]["warnings"][0].as_str().expect("a text");
    assert!(warning.starts_with("the same article as http") && warning.ends_with("/article-1"), "{warning}");
}
