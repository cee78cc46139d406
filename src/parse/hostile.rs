//! Hostile pages: each must cost no more than a fixed multiple of a plain page of its size.
//!
//! Times on a busy machine are rough. The bounds are far above what was measured and far below what a
//! quadratic parse takes.

use std::time::{Duration, Instant};

use super::{Dom, Limits, Rejection, Selector, parse};

/// How many elements are nested; a debug build is slow enough with fewer.
const SIZE: usize = if cfg!(debug_assertions) { 10_000 } else { 100_000 };

/// A debug build counts siblings without cache.
const SIBLINGS: usize = if cfg!(debug_assertions) { 2_000 } else { 200_000 };

/// How much slower than plain text in paragraphs a page may be.
const MOST_TIMES_SLOWER: u32 = 40;

/// Below this, ratios say nothing on a busy machine; a quadratic parse takes far longer.
const ALWAYS_FAST_ENOUGH: Duration = Duration::from_secs(15);

fn timed(page: &str) -> (Duration, Result<Dom, Rejection>) {
    let start = Instant::now();
    let outcome = parse(page, &Limits { max_nodes: 10 * SIZE, ..Limits::default() });
    (start.elapsed(), outcome)
}

fn plain_page(bytes: usize) -> String {
    "<p class=x>Some words of an article, <a href=y>with a link</a>.\n".repeat(bytes / 64 + 1)
}

/// Parses the page, checks the time and gives what came of it.
fn outcome_in_time(name: &str, page: &str) -> Result<Dom, Rejection> {
    let (taken, outcome) = timed(page);
    println!("{name}: {} KB, {taken:?}", page.len() >> 10);
    if taken > ALWAYS_FAST_ENOUGH {
        let (plain, _) = timed(&plain_page(page.len()));
        assert!(taken < plain * MOST_TIMES_SLOWER, "{name}: {taken:?} against {plain:?}");
    }
    outcome
}

fn tree_in_time(name: &str, page: &str) -> Dom {
    outcome_in_time(name, page).expect("within the limits")
}

fn numbered(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect()
}

#[test]
fn flattens_deep_nesting_and_keeps_its_text() {
    let limit = Limits::default().max_depth + 2 * Limits::default().max_formatting + 8;
    for tag in [
        "div",
        "b",
        "table",
        "select",
        "svg",
        "a",
        "li",
        "button",
        "section",
        "em",
        "math",
        "form",
        "span",
        "ruby",
        "x-y",
        "dl><dt",
        "td",
        "table><tr><td",
        "p><b",
        "a><div",
        "b><div",
        "i><table",
        "b><p",
        "svg><foreignObject",
        "svg><desc",
        "ul><li",
        "nobr",
        "h1",
        "object",
        "a><b><div",
        "select><option",
        "noscript",
    ] {
        let page = format!("<body>{}end", format!("<{tag}>").repeat(SIZE));
        let dom = tree_in_time(tag, &page);
        assert!(dom.text_content(dom.document()).contains("end"), "{tag} loses text");
        assert!(dom.deepest() <= limit, "{tag} is {} deep", dom.deepest());
    }
    tree_in_time("template", &"<template>".repeat(SIZE));
}

#[test]
fn drops_as_many_end_tags_as_start_tags() {
    let page = format!("{}deep{}<p id=after>after", "<div>".repeat(SIZE), "</div>".repeat(SIZE));
    let dom = tree_in_time("nested and closed", &page);
    let after = dom.descendants(dom.document()).find(|&node| dom.attribute(node, "id") == Some("after"));
    assert_eq!(after.and_then(|node| dom.parent(node)), dom.body());
}

#[test]
fn caps_open_formatting_elements() {
    tree_in_time("font", &numbered(SIZE, |n| format!("<font color={n}>")));
    tree_in_time("font and text", &numbered(SIZE / 2, |n| format!("<font color={n}>text</p>")));
    tree_in_time("font in paragraphs", &numbered(SIZE / 10, |n| format!("<p><font color={n}>text</p>")));
    let page = format!("{}{}", numbered(64, |n| format!("<p><b id={n}>")), "<p>x".repeat(3 * SIZE));
    assert_eq!(
        outcome_in_time("reopened in 300,000 paragraphs", &page).err().map(|it| it.status()),
        Some("too-many-nodes")
    );
    let page = format!(
        "{}{}{}",
        "<div>".repeat(500),
        numbered(60, |n| format!("<p><b id={n}>")),
        "<p>x".repeat(3 * SIZE)
    );
    assert!(outcome_in_time("reopened deep inside", &page).is_err());
    let page = format!("<p><b class='{}'>{}", "long ".repeat(SIZE / 5), "<p>x".repeat(2 * SIZE));
    tree_in_time("long attribute in 200,000 paragraphs", &page);
    tree_in_time("misnested", &"<b><i><p></b></i>".repeat(SIZE / 3));
    tree_in_time("misnested links", &"<a href=x><div><p>".repeat(SIZE / 3));
}

#[test]
fn caps_attributes() {
    tree_in_time("attributes", &format!("<p {}>x", numbered(SIZE, |n| format!(" data-{n}=v"))));
    tree_in_time("attributes of b", &format!("<b {}>x", numbered(SIZE, |n| format!(" a{n}=v"))));
    tree_in_time("one attribute", &format!("<p {}>x", " class=a".repeat(SIZE)));
    tree_in_time("attributes of body", &numbered(SIZE, |n| format!("<body data-{n}=v>")));
}

#[test]
fn takes_wide_and_ragged_pages() {
    for item in [
        "<p>x",
        "<br>",
        "x<br>",
        "</p>",
        "</br>",
        "</div>",
        "</x>",
        "<p></div>",
        "<td>",
        "<tr>x",
        "<option>",
        "<li>",
        "<!doctype html>",
        "<!-->",
        "<!x>",
        "</b>",
        "<img src=x>",
        "<h1>",
        "<frameset>",
    ] {
        let _ = outcome_in_time(item, &item.repeat(2 * SIZE));
    }
    tree_in_time("text around a table", &format!("<table>{}", "x<td>y</td>".repeat(SIZE)));
    tree_in_time("text in rows", &format!("<table>{}", "<tr>x".repeat(2 * SIZE)));
}

#[test]
fn takes_broken_markup() {
    let million = 10 * SIZE;
    for item in [
        "<",
        "<a",
        "<a ",
        "<!--",
        "&",
        "&a",
        "&amp",
        "&#",
        "&#x",
        "&#9",
        "</",
        "<?",
        "<!",
        "<![CDATA[",
        "\0",
        "\r",
        "-",
        "<a='",
        "é",
        "=\"",
        "<!--<script",
        "--!",
    ] {
        let _ = outcome_in_time(item, &item.repeat(million / item.len()));
        let _ = outcome_in_time(item, &format!("<script>{}", item.repeat(million / item.len())));
        let _ = outcome_in_time(item, &format!("<title>{}", item.repeat(million / item.len())));
        let _ = outcome_in_time(item, &format!("<p title='{}'>", item.repeat(million / item.len())));
        let _ = outcome_in_time(item, &format!("<!--{}", item.repeat(million / item.len())));
        let _ = outcome_in_time(item, &format!("<!doctype html {}", item.repeat(million / item.len())));
    }
    tree_in_time("escaped scripts", &format!("<script>{}", "<!--<script></script>-->".repeat(SIZE / 2)));
}

#[test]
fn rejects_what_is_too_large() {
    let limits = Limits { max_bytes: 10, max_nodes: 6, ..Limits::default() };
    assert_eq!(parse("<p>0123456789", &limits).unwrap_err(), Rejection::TooLarge { bytes: 13, max: 10 });
    assert_eq!(parse("<p><p><p>", &limits).unwrap_err(), Rejection::TooManyNodes { max: 6 });
    assert!(parse("<p>x", &limits).is_ok());
}

#[test]
fn selects_in_time_among_many_siblings_and_in_deep_trees() {
    let wide = tree_in_time("siblings", &"<p>x".repeat(SIBLINGS));
    let limits = Limits { max_depth: usize::MAX, max_formatting: usize::MAX, ..Limits::default() };
    let deep = parse(&"<div><i>".repeat(SIZE), &limits).expect("within the limits");
    for css in [
        "p:nth-child(3)",
        "p:nth-last-child(3)",
        "p:last-of-type",
        "a ~ p",
        "p:not(a ~ p)",
        "p:has(~ a)",
        "div:has(p)",
        "div i div p",
    ] {
        let selector = Selector::parse(css).expect("a valid selector");
        let start = Instant::now();
        let found = [&wide, &deep].map(|dom| dom.select(&selector).len());
        println!("{css}: {found:?}, {:?}", start.elapsed());
        assert!(start.elapsed() < Duration::from_secs(5), "{css}");
    }
}
