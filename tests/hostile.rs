//! Hostile pages cleaned as a whole: each costs no more than a fixed multiple of a plain page of its size.

use std::time::{Duration, Instant};

/// Elements that are nested or stand in a row; a debug build is slow enough with fewer.
const SIZE: usize = if cfg!(debug_assertions) { 4_000 } else { 100_000 };
/// How much slower than plain text in paragraphs a page may be.
const MOST_TIMES_SLOWER: u32 = 40;
/// Below this, ratios say nothing on a busy machine; a quadratic step takes far longer.
const ALWAYS_FAST_ENOUGH: Duration = Duration::from_secs(10);

const ARTICLE: &str =
    "<body><h1>La Loire en crue</h1><p>La Loire est montée de deux mètres dans la nuit de mardi.</p>";

fn time_of(page: &str) -> Duration {
    let start = Instant::now();
    // a page without an article is as good an outcome
    drop(tamis::clean(page, None));
    start.elapsed()
}

fn assert_in_time(name: &str, page: &str) {
    let taken = time_of(page);
    if taken > ALWAYS_FAST_ENOUGH {
        let plain = "<p class=x>Quelques mots d’un article, <a href=y>avec un lien</a>.\n"
            .repeat(page.len() / 70 + 1);
        let plain = time_of(&plain);
        assert!(taken < plain * MOST_TIMES_SLOWER, "{name}: {taken:?} against {plain:?}");
    }
}

#[test]
fn deep_pages_are_cleaned_in_time() {
    for tag in
        ["div", "b", "table", "font color=red", "p><b", "ul><li", "a href=x", "table><tr><td", "blockquote"]
    {
        assert_in_time(tag, &format!("{ARTICLE}{}la fin", format!("<{tag}>").repeat(SIZE)));
    }
}

#[test]
fn wide_pages_are_cleaned_in_time() {
    for item in [
        "<p>x",
        "<div>x</div>",
        "<li>x",
        "x<br>",
        "<tr><td>x",
        "<h2>Titre</h2>",
        "<p class=share>x",
        "<p>Par Anne Le Gall",
        "<strong>Jean Dupont</strong><p>",
        "<time datetime=2020-01-01>3 mars 2021</time>",
        "<li class=c><h3><a href=/a>T</a></h3><p>Texte.</p></li>",
    ] {
        assert_in_time(item, &format!("{ARTICLE}{}", item.repeat(2 * SIZE)));
    }
    let classes: String = (0..SIZE).map(|number| format!("<p class='c{number} share{number}-x'>x")).collect();
    assert_in_time("classes", &format!("{ARTICLE}{classes}"));
}

#[test]
fn long_texts_and_data_are_cleaned_in_time() {
    let named = "{\"@type\":\"NewsArticle\",\"headline\":\"Titre\",\"author\":{\"name\":\"Anne Le Gall\"}},";
    let script = |body: &str| format!("<head><script type='application/ld+json'>{body}</script>{ARTICLE}");
    for (name, page) in [
        ("less-than signs", "<".repeat(10 * SIZE)),
        ("one word", format!("{ARTICLE}<p>{}", "a".repeat(10 * SIZE))),
        ("words", format!("{ARTICLE}<p>{}", "mot ".repeat(3 * SIZE))),
        (
            "attributes",
            format!("{ARTICLE}<p {}>x", (0..SIZE).map(|n| format!(" data-{n}=v")).collect::<String>()),
        ),
        ("deep data", script(&"[".repeat(5 * SIZE))),
        ("much data", script(&format!("[{}{{}}]", named.repeat(SIZE / 10)))),
        (
            "metas",
            format!("{}{ARTICLE}", "<meta property=article:author content='Anne Le Gall'>".repeat(SIZE / 2)),
        ),
    ] {
        assert_in_time(name, &page);
    }
}
