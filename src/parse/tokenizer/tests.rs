//! Each state of the tokenizer on small inputs, and random markup in comparison with html5ever.

use proptest::prelude::*;

use super::conformance::assert_same_trees;
use super::recorder::Recorder;
use super::{State, Tokenizer, normalise_newlines};

fn tokens_in(state: State, last_start_tag: &str, page: &str) -> Vec<String> {
    let page = normalise_newlines(page);
    let recorder = Recorder::new(page.contains("<svg"));
    Tokenizer::new(&page, recorder).starting_in(state, last_start_tag).run().tokens()
}

fn tokens(page: &str) -> Vec<String> {
    tokens_in(State::Data, "", page)
}

fn script(body: &str) -> Vec<String> {
    tokens_in(State::ScriptData, "script", body)
}

/// The only token of a page.
fn token(page: &str) -> String {
    let tokens = tokens(page);
    assert_eq!(tokens.len(), 1, "{page}: {tokens:?}");
    tokens.concat()
}

#[test]
fn takes_lone_less_than_signs_for_text() {
    assert_eq!(token("a < b <3 <= <"), "text a < b <3 <= <");
    assert_eq!(token("a</"), "text a</");
    assert_eq!(token("a</>b"), "text ab");
}

#[test]
fn normalises_newlines() {
    assert_eq!(token("a\r\nb\rc\r\r\nd\r"), "text a\nb\nc\n\nd\n");
    assert_eq!(token("<p title='a\r\nb\rc'>"), "<p title=\"a\nb\nc\">");
    assert_eq!(token("no return"), "text no return");
}

#[test]
fn leaves_null_in_text_to_the_tree_construction_and_replaces_it_elsewhere() {
    assert_eq!(token("a\0b&lt;\0"), "text a\0b<\0");
    assert_eq!(token("<a\0 b\0=c\0>"), "<a\u{fffd} b\u{fffd}=\"c\u{fffd}\">");
    assert_eq!(token("<!--a\0-->"), "comment a\u{fffd}");
    assert_eq!(token("<!\0>"), "comment \u{fffd}");
    assert_eq!(token("<!doctype a\0 public 'b\0'>"), "doctype \"a\u{fffd}\" \"b\u{fffd}\" -");
    for state in [State::Rcdata, State::Rawtext, State::ScriptData, State::Plaintext] {
        assert_eq!(tokens_in(state, "x", "a\0b"), ["text a\u{fffd}b"]);
    }
    assert_eq!(tokens_in(State::CdataSection, "", "a\0b]]>"), ["text a\0b"]);
}

#[test]
fn reads_tags_in_any_case() {
    assert_eq!(tokens("<DIV Class=A></DIV >"), ["<div class=\"A\">", "</div>"]);
    assert_eq!(token("<x-É>"), "<x-É>");
    assert_eq!(token("<a<b>"), "<a<b>");
}

#[test]
fn reads_attributes_with_and_without_quotes() {
    assert_eq!(token("<p a=1 b='2' c=\"3\" d e = 4>"), r#"<p a="1" b="2" c="3" d="" e="4">"#);
    assert_eq!(token("<p a='1'b=\"2\"c=3/>"), r#"<p a="1" b="2" c="3/">"#);
    assert_eq!(token("<p a=>"), r#"<p a="">"#);
    assert_eq!(token("<p =a=b \"c>"), r#"<p =a="b" "c="">"#);
    assert_eq!(token("<p a\n=\n'1'\n>"), r#"<p a="1">"#);
    assert_eq!(token("<p a='>' b=`x`>"), r#"<p a=">" b="`x`">"#);
}

#[test]
fn knows_self_closing_tags_by_their_slash_only() {
    assert_eq!(token("<br/>"), "<br />");
    assert_eq!(token("<br />"), "<br />");
    assert_eq!(token("<br / a / >"), r#"<br a="">"#);
    assert_eq!(token("<a href=/>"), r#"<a href="/">"#);
}

#[test]
fn keeps_the_first_of_equal_attributes() {
    assert_eq!(token("<p a=1 A=2 b=3 a=4>"), r#"<p a="1" b="3">"#);
}

#[test]
fn decodes_references_in_text_and_attributes() {
    assert_eq!(token("&eacute;&amp;lt; &unknown;"), "text é&lt; &unknown;");
    assert_eq!(token("<a href='?a&copy=1&amp;b'>"), r#"<a href="?a&copy=1&b">"#);
    assert_eq!(tokens("&am<b>"), ["text &am", "<b>"]);
}

#[test]
fn drops_tags_that_the_page_cuts_short() {
    for tag in ["<p", "<p ", "<p a", "<p a ", "<p a=", "<p a='", "<p a='b'", "<p a=b", "<p /", "</p", "</p a"]
    {
        assert_eq!(token(&format!("text{tag}")), "text text");
    }
}

#[test]
fn ends_comments_in_all_ways() {
    for (page, text) in [
        ("<!---->", ""),
        ("<!-->", ""),
        ("<!--->", ""),
        ("<!-- a -->", " a "),
        ("<!--a--!>", "a"),
        ("<!--a--->", "a-"),
        ("<!--a->b-->", "a->b"),
        ("<!--a--b-->", "a--b"),
        ("<!--a--!b-->", "a--!b"),
        ("<!--a--!-->", "a--!"),
        ("<!--<!---->", "<!--"),
        ("<!--<!-->", "<!"),
        ("<!--a", "a"),
        ("<!--a-", "a"),
        ("<!--a--", "a"),
        ("<!--a--!", "a"),
        ("<!--a---", "a-"),
        ("<!--", ""),
        ("<!--<!--", "<!"),
    ] {
        assert_eq!(token(page), format!("comment {text}"), "{page}");
    }
}

#[test]
fn takes_other_declarations_for_comments() {
    assert_eq!(token("<?xml version='1.0'?>"), "comment ?xml version='1.0'?");
    assert_eq!(token("<!ELEMENT br>"), "comment ELEMENT br");
    assert_eq!(token("<!-a>"), "comment -a");
    assert_eq!(token("</ p>"), "comment  p");
    assert_eq!(token("<!"), "comment ");
    assert_eq!(token("<![CDATA[a]]>"), "comment [CDATA[a]]");
}

#[test]
fn reads_cdata_sections_in_foreign_content() {
    assert_eq!(tokens("<svg><![CDATA[<a>&amp;]]]>b"), ["<svg>", "text <a>&amp;]b"]);
    assert_eq!(tokens("<svg><![CDATA[a]]"), ["<svg>", "text a]]"]);
    assert_eq!(tokens("<svg><![cdata[a]]>"), ["<svg>", "comment [cdata[a]]"]);
}

#[test]
fn reads_doctypes() {
    for (page, expected) in [
        ("<!DOCTYPE html>", r#""html" - -"#),
        ("<!doctypeHTML>", r#""html" - -"#),
        ("<!doctype\nHtml\n>", r#""html" - -"#),
        ("<!doctype html PUBLIC \"-//a\" 'b'>", r#""html" "-//a" "b""#),
        ("<!doctype html public'a'\"b\">", r#""html" "a" "b""#),
        ("<!doctype html public 'a'>", r#""html" "a" -"#),
        ("<!doctype html system 'b' >", r#""html" - "b""#),
        ("<!doctype html system '' x>", r#""html" - """#),
        ("<!doctype>", "- - - quirks"),
        ("<!doctype", "- - - quirks"),
        ("<!doctype html", r#""html" - - quirks"#),
        ("<!doctype html ", r#""html" - - quirks"#),
        ("<!doctype html x>", r#""html" - - quirks"#),
        ("<!doctype html public>", r#""html" - - quirks"#),
        ("<!doctype html public x 'y'>", r#""html" - - quirks"#),
        ("<!doctype html public 'a", r#""html" "a" - quirks"#),
        ("<!doctype html public 'a>", r#""html" "a" - quirks"#),
        ("<!doctype html public 'a' x>", r#""html" "a" - quirks"#),
        ("<!doctype html public 'a' 'b' x>", r#""html" "a" "b""#),
        ("<!doctype html system x>", r#""html" - - quirks"#),
        ("<!doctype html system 'b' x", r#""html" - "b""#),
        ("<!doctype html system 'b'", r#""html" - "b" quirks"#),
    ] {
        assert_eq!(token(page), format!("doctype {expected}"), "{page}");
    }
}

#[test]
fn ends_raw_text_at_the_end_tag_of_its_name_only() {
    assert_eq!(
        tokens_in(State::Rcdata, "title", "a<b>&amp;</b></TITLE >c"),
        ["text a<b>&</b>", "</title>", "text c"]
    );
    assert_eq!(tokens_in(State::Rcdata, "title", "</titles></title/>"), ["text </titles>", "</title>"]);
    assert_eq!(tokens_in(State::Rawtext, "style", "a&amp;<b></style\n>"), ["text a&amp;<b>", "</style>"]);
    assert_eq!(tokens_in(State::Rawtext, "style", "a</style"), ["text a</style"]);
    assert_eq!(tokens_in(State::Rawtext, "style", "a</style "), ["text a"]);
    assert_eq!(tokens_in(State::Rawtext, "", "a</ >"), ["text a</ >"]);
    assert_eq!(tokens_in(State::Plaintext, "plaintext", "a&lt;</plaintext>"), ["text a&lt;</plaintext>"]);
}

#[test]
fn ends_scripts_outside_of_double_escapes_only() {
    assert_eq!(script("a</script>b"), ["text a", "</script>", "text b"]);
    assert_eq!(script("<!--a</script>b"), ["text <!--a", "</script>", "text b"]);
    assert_eq!(script("<!--<script></script>--></script>"), ["text <!--<script></script>-->", "</script>"]);
    assert_eq!(script("<!--<script>--></script>"), ["text <!--<script>-->", "</script>"]);
    assert_eq!(script("<!--<script></script></script>"), ["text <!--<script></script>", "</script>"]);
    assert_eq!(script("<!--<scripts></script>"), ["text <!--<scripts>", "</script>"]);
    assert_eq!(script("<!--><script></script>"), ["text <!--><script>", "</script>"]);
    assert_eq!(script("<!---><script></script>"), ["text <!---><script>", "</script>"]);
    assert_eq!(script("<!-<script></script>"), ["text <!-<script>", "</script>"]);
    assert_eq!(script("<!--<script></script"), ["text <!--<script></script"]);
}

/// Pieces of markup that tokenizer and tree construction treat in their own ways.
const PIECES: &[&str] = &[
    "<",
    ">",
    "/",
    "!",
    "-",
    "--",
    "=",
    "'",
    "\"",
    "&",
    ";",
    "#",
    "x",
    "a",
    "é",
    " ",
    "\n",
    "\r",
    "\0",
    "\u{c}",
    "]]>",
    "<!--",
    "-->",
    "--!>",
    "<![CDATA[",
    "<!doctype html>",
    "<!DOCTYPE",
    "public ",
    "system'",
    "<?",
    "</",
    "</>",
    "&amp",
    "&lt;",
    "&copy=",
    "&notin",
    "&#x80;",
    "&#0;",
    "&#",
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<a href='x&copy=1'>",
    "</a>",
    "<i ",
    "class=c ",
    "CLASS=\"d\"",
    "data-x='1'",
    "/>",
    "<table>",
    "<tr>",
    "<td>",
    "</td>",
    "</table>",
    "<script>",
    "</script>",
    "<SCRIPT",
    "<style>",
    "</style>",
    "<title>",
    "</title>",
    "<textarea>\n",
    "</textarea>",
    "<pre>\n",
    "<svg>",
    "</svg>",
    "<math>",
    "<mi>",
    "<annotation-xml encoding=text/html>",
    "<foreignObject>",
    "<template>",
    "</template>",
    "<select>",
    "<option>",
    "<plaintext>",
    "<noscript>",
    "</noscript>",
    "<iframe>",
    "</iframe>",
    "<body a=1>",
    "<html b=2>",
    "<head>",
    "</body>",
    "</html>",
    "<frameset>",
    "<br/>",
    "</br>",
    "<li>",
    "<font color=1>",
    "<form>",
    "<input type=hidden>",
    "<h1>",
    "<button>",
    "<caption>",
    "<col>",
    "<nobr>",
    "<marquee>",
    "</form>",
    "<image>",
    "<ruby><rt>",
    "<xmp>",
    "</xmp>",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn builds_the_trees_that_html5ever_builds_of_random_markup(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)
    ) {
        assert_same_trees(&pieces.concat(), "random markup");
    }

    #[test]
    fn builds_the_trees_that_html5ever_builds_of_random_text(page in "[<>/!a-cA-C&#x;='\" \\-\\]\\[\0\r\n]{0,80}") {
        assert_same_trees(&page, "random text");
    }
}
