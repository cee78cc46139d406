//! What holds of every page and text, whatever is in it. `PROPTEST_CASES=20000` is the long version.

use proptest::collection::vec;
use proptest::prelude::*;
use tamis::format::Format;
use tamis::parse::{Limits, parse};
use tamis::record::Record;
use tamis::{Article, Cleaner};

use super::pages::{boilerplate, dirty_text, nonsense, paragraph};
use super::readers::{ADDRESS, CLEANER, FORMATS};

/// The characters that are seen, without white space.
fn seen(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_whitespace())
}

fn is_subsequence(part: &str, whole: &str) -> bool {
    let mut whole = seen(whole);
    seen(part).all(|wanted| whole.any(|found| found == wanted))
}

/// Control characters, C1 among them, other than line break and tab.
fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

fn blocks(article: &Article) -> String {
    article.blocks.iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// Everything that is written about a record, with strings of JSON as a reader decodes them.
fn outputs(record: &Record) -> String {
    let mut all: String = FORMATS.iter().map(|format| format.render(record)).collect();
    let parsed: Record = serde_json::from_str(&Format::Jsonl.render(record)).expect("a record");
    for text in
        [parsed.title, parsed.date, parsed.site, parsed.description, parsed.language, parsed.canonical]
    {
        all.push_str(&text.unwrap_or_default());
    }
    all + &parsed.text + &parsed.authors.join(" ") + &parsed.tags.join(" ") + &parsed.warnings.join(" ")
}

fn article_page(paragraphs: &[String], before: &[&str], after: &[&str]) -> String {
    let paragraphs: String = paragraphs.iter().map(|text| format!("<p>{text}</p>\n")).collect();
    format!(
        "<!DOCTYPE html><html lang=fr><head><title>La Loire en crue</title></head><body>{}<main><article>\
         <h1>La Loire en crue</h1>{paragraphs}</article></main>{}</body></html>",
        before.concat(),
        after.concat()
    )
}

#[test]
fn an_inline_box_with_blocks_in_it_ends_the_paragraph_before_it() {
    let paragraph =
        "La Loire est montée de deux mètres dans la nuit de mardi à mercredi, et les digues ont tenu.";
    let last = "Le conseil municipal a voté hier soir, après trois heures de débats, la rénovation du pont.";
    let page = format!(
        "{}<time datetime=2024-05-06>®<A<aside class=related><h3>Sur le même sujet</h3><ul><li><a href=/a>Les digues ont \
         tenu</a></li><li><a href=/b>Le pont sera fermé</a></li></ul></aside>{last}<nav><ul><li><a href=/>Accueil</a></li>\
         <li><a href=/sport>Sport</a></li><li><a href=/monde>Monde</a></li></ul></nav>",
        paragraph.repeat(4)
    );
    let text = CLEANER.clean(&page, Some(&ADDRESS)).expect("an article").to_text();
    assert!(text.starts_with("La Loire est montée"), "{text}");
}

proptest! {
    #[test]
    fn kept_text_stands_in_the_page_and_in_its_order(page in nonsense()) {
        let dom = parse(&page, &Limits::default()).expect("a small page");
        let visible = dom.text_content(dom.document());
        if let Ok(article) = CLEANER.clean(&page, Some(&ADDRESS)) {
            prop_assert!(is_subsequence(&blocks(&article), &visible), "{:?} of {visible:?}", article.to_text());
        }
    }

    #[test]
    fn kept_lines_stand_in_the_text_and_in_their_order(text in dirty_text()) {
        if let Ok(article) = CLEANER.clean_text(&text) {
            // Markup in dirty text is read, so that entities become characters.
            let visible = text.replace("&amp;", "&");
            prop_assert!(is_subsequence(&blocks(&article), &visible), "{:?} of {text:?}", article.to_text());
        }
    }

    #[test]
    fn cleaning_is_deterministic(page in nonsense()) {
        let other = Cleaner::default();
        prop_assert_eq!(CLEANER.clean(&page, None), other.clean(&page, None));
    }

    #[test]
    fn cleaning_a_clean_text_changes_nothing(text in dirty_text()) {
        // Without Markdown: plain text does not say what was a heading, code or a quotation.
        let text = text.replace(['#', '`', '>', '|', '*', '_', '[', ']', '!', '<'], "");
        if let Ok(article) = CLEANER.clean_text(&text) {
            let once = article.to_text();
            let twice = CLEANER.clean_text(&once).map(|article| article.to_text());
            prop_assert_eq!(twice.as_deref(), Ok(once.as_str()));
        }
    }

    #[test]
    fn no_output_holds_control_or_escape_characters(page in nonsense(), text in dirty_text(), title in "\\PC{0,9}[\u{1b}\u{7}\u{9b}\u{202e}]\\PC{0,9}") {
        let page = format!("<title>{title}</title><meta name=description content=\"{title}\"><meta name=author content=\"{title}\">{page}");
        for outcome in [CLEANER.clean(&page, Some(&ADDRESS)), CLEANER.clean_text(&text)] {
            let output = outputs(&Record::of("page.html", outcome));
            prop_assert!(!output.contains(is_control), "{output:?}");
        }
        let described = CLEANER.describe_bytes(page.as_bytes(), None, None).expect("a page");
        let output = outputs(&Record::failure("page.html", "too-short", "The page is too short.").described(described));
        prop_assert!(!output.contains(is_control), "{output:?}");
    }

    #[test]
    fn a_record_says_what_was_asked_and_is_one_line(source in "\\PC{0,40}[\n\r\u{2028}\"\\\\]?\\PC{0,9}", page in nonsense()) {
        let record = Record::of(source.clone(), CLEANER.clean(&page, None));
        let line = Format::Jsonl.render(&record);
        prop_assert_eq!(line.matches('\n').count(), 1);
        let read: Record = serde_json::from_str(&line).expect("a record");
        prop_assert_eq!(read.source, source);
    }

    #[test]
    fn boilerplate_around_an_article_never_takes_its_text(
        paragraphs in vec(paragraph(), 4..9),
        before in vec(boilerplate(), 0..5),
        after in vec(boilerplate(), 0..6),
    ) {
        let alone = CLEANER.clean(&article_page(&paragraphs, &[], &[]), None).expect("an article").to_text();
        let within = CLEANER.clean(&article_page(&paragraphs, &before, &after), None).expect("an article").to_text();
        prop_assert!(is_subsequence(&alone, &within), "{alone:?} is not in {within:?}");
    }
}
