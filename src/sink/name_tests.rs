use proptest::prelude::*;

use super::*;

fn name(source: &str) -> String {
    Names::default().claim(source)
}

#[test]
fn names_a_url_by_host_path_and_hash() {
    let stem = name("https://www.site.example/2024/05/01/le-titre.html");
    let words = stem.strip_suffix(&hash::short("https://www.site.example/2024/05/01/le-titre.html"));
    assert_eq!(words, Some("www.site.example-2024-05-01-le-titre-"));
}

#[test]
fn the_same_url_has_the_same_name_in_any_run() {
    let first = name("https://a.example/x?id=1");
    let mut names = Names::default();
    names.claim("https://a.example/x?id=2");
    assert_eq!(names.claim("https://a.example/x?id=1"), first);
    assert_eq!(names.claim("https://a.example/x?id=1"), first);
}

#[test]
fn urls_that_read_alike_keep_different_names() {
    let mut names = Names::default();
    assert_ne!(names.claim("https://a.example/2024/05"), names.claim("https://a.example/2024-05"));
}

#[test]
fn reads_percent_escapes_and_drops_what_says_nothing() {
    assert!(name("https://a.example/%C3%A9t%C3%A9/index.html").starts_with("a.example-été-"));
    assert!(name("http://a.example:8080/").starts_with("a.example-8080-"));
    assert!(name("https://a.example/%2e%2e/%2fetc").starts_with("a.example-etc-"));
}

#[test]
fn names_a_file_by_its_stem() {
    assert_eq!(name("pages/Le titre.html"), "Le titre");
    assert_eq!(name("Le titre.HTML.gz"), "Le titre");
    assert_eq!(name("v1.2.html"), "v1.2");
    assert_eq!(name("-"), "stdin");
}

#[test]
fn takes_the_folder_of_a_file_whose_name_says_nothing() {
    assert_eq!(name("samples/pages/fr-journal/page.html"), "fr-journal");
    assert_eq!(name("page.html"), "page");
}

#[test]
fn resolves_collisions_by_folder_then_by_hash() {
    let mut names = Names::default();
    assert_eq!(names.claim("a/x.html"), "x");
    assert_eq!(names.claim("b/X.html"), "b-X");
    assert_eq!(names.claim("c/b/x.html"), format!("x-{}", hash::short("c/b/x.html")));
    assert_eq!(names.claim("a/x.html"), "x");
}

#[test]
fn a_restored_name_stays_with_its_source() {
    let mut names = Names::default();
    names.restore("b/x.html", "x");
    assert_eq!(names.claim("a/x.html"), "a-x");
    assert_eq!(names.claim("b/x.html"), "x");
}

#[test]
fn a_restored_name_cannot_lead_out_of_the_folder() {
    let mut names = Names::default();
    names.restore("b/x.html", "../../etc/passwd");
    assert_eq!(names.claim("b/x.html"), "x");
}

#[test]
fn composed_and_decomposed_letters_collide() {
    let mut names = Names::default();
    assert_eq!(names.claim("a/e\u{301}te\u{301}.html"), "été");
    assert_eq!(names.claim("b/été.html"), "b-été");
}

#[test]
fn reserved_and_hidden_names_are_changed() {
    assert_eq!(name("con.html"), "_con");
    assert_eq!(name("Aux.tar.html"), "_Aux.tar");
    assert_eq!(name("com¹.html"), "_com¹");
    assert_eq!(name("COM10.html"), "COM10");
    assert_eq!(name("a/.htaccess"), "htaccess");
    assert_eq!(name("--help.html"), "help");
    assert_eq!(name("a: b?.html"), "a- b-");
    assert_eq!(name("trail. .html"), "trail");
    assert_eq!(name("abc\u{202e}fdp.html"), "abcfdp");
}

#[test]
fn long_names_are_cut_and_stay_different() {
    let mut names = Names::default();
    let long = "é".repeat(300);
    let (first, second) = (names.claim(&format!("{long}1.html")), names.claim(&format!("{long}2.html")));
    assert!(first.len() <= MAX_STEM_BYTES && second.len() <= MAX_STEM_BYTES);
    assert_ne!(first, second);
}

#[test]
fn a_name_made_of_nothing_is_a_hash() {
    assert_eq!(name("..."), hash::short("..."));
    assert_eq!(name(""), hash::short(""));
}

proptest! {
    #[test]
    fn every_name_is_safe(source in "\\PC{0,80}|(https?://)?[a-z./?*:<>|%\\\\\"\u{0}-\u{1f}]{0,60}") {
        let stem = name(&source);
        prop_assert!(!stem.is_empty() && stem.len() <= MAX_STEM_BYTES);
        prop_assert!(!stem.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']));
        prop_assert!(!stem.chars().any(char::is_control));
        prop_assert!(!stem.starts_with(['.', '-', ' ']) && !stem.ends_with(['.', ' ']));
        prop_assert!(!is_device(&stem));
    }

    #[test]
    fn no_two_sources_share_a_name(sources in prop::collection::hash_set("[aAbé/.]{1,6}", 1..30)) {
        let mut names = Names::default();
        let keys: std::collections::HashSet<_> = sources.iter().map(|source| key(&names.claim(source))).collect();
        prop_assert_eq!(keys.len(), sources.len());
    }
}
