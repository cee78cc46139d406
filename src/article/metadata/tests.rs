//! Whole pages through [`extract`], one rule a test.

use super::*;
use crate::parse::{Limits, parse};

fn read(html: &str) -> Metadata {
    read_at(html, "https://www.lemeridien.example/mer/le-port-demain-123.html")
}

fn read_at(html: &str, address: &str) -> Metadata {
    let dom = parse(html, &Limits::default()).unwrap();
    extract(&dom, Url::parse(address).ok().as_ref())
}

fn title(head: &str, body: &str) -> String {
    read(&format!("<head>{head}</head><body>{body}</body>")).title.unwrap_or_default()
}

fn date(body: &str) -> String {
    read(&format!("<html lang=fr><body><h1>Le port de demain</h1>{body}")).date.unwrap_or_default()
}

fn authors(body: &str) -> Vec<String> {
    read(&format!("<html lang=fr><body><h1>Le port de demain</h1>{body}")).authors
}

#[test]
fn the_title_is_the_headline_in_its_own_typography() {
    let head = "<title>Qui veut du port ? - Le Méridien</title><meta property=og:title content=\"Qui veut du port ?\">";
    let body = "<h1>Le Méridien</h1><h1>Qui veut du port\u{a0}?</h1>";
    assert_eq!(title(head, body), "Qui veut du port\u{a0}?");
}

#[test]
fn a_headline_that_the_head_words_differently_wins() {
    let head = "<title>Port : le résultat</title><meta property=og:title content='Port : le résultat'>";
    assert_eq!(
        title(head, "<article><h1>Le chantier naval sauvé des eaux</h1></article>"),
        "Le chantier naval sauvé des eaux"
    );
}

#[test]
fn the_name_of_the_site_leaves_the_title_when_no_heading_shows_it() {
    let named = "<meta property=og:site_name content='Le Méridien'>";
    for given in [
        "Le port - demain | Le Méridien",
        "Le Méridien : : Le port - demain",
        "Le port - demain – lemeridien.example",
    ] {
        let given = given.replace(": :", "::");
        assert_eq!(title(&format!("{named}<title>{given}</title>"), "<p>x"), "Le port - demain");
    }
}

#[test]
fn rubrics_and_badges_leave_the_headline_when_the_head_confirms() {
    let head = "<meta property=og:title content='Un héritage culturel au pluriel'>";
    for body in [
        "<h1>Fête de la mer : un héritage culturel au pluriel</h1>",
        "<h1>Un héritage culturel au pluriel <span class=label>Abonnés</span></h1>",
        "<h1><span>Culture</span>Un héritage culturel au pluriel</h1>",
        "<h1><span class=sr-only>Titre</span>Un héritage culturel au pluriel</h1>",
    ] {
        assert_eq!(title(head, body), "Un héritage culturel au pluriel", "{body}");
    }
}

#[test]
fn words_of_the_headline_are_no_rubric() {
    let head = "<meta property=og:title content='Le prix du port de pêche'>";
    assert_eq!(title(head, "<h1>2025 Le prix du port de pêche</h1>"), "2025 Le prix du port de pêche");
}

#[test]
fn a_line_may_tell_publication_and_change() {
    for (line, published, modified) in [
        ("Publié le 1er mars 2026 | Modifié le 2 mars 2026", "2026-03-01", Some("2026-03-02")),
        ("Mis à jour le 5 mars 2026, publié le 4 mars 2026", "2026-03-04", Some("2026-03-05")),
        ("Publié le 1er mars 2026, mis à jour par Anne Le Gall", "2026-03-01", None),
    ] {
        let page = read(&format!("<h1>Le port de demain</h1><p>{line}</p><p>Le port rouvre."));
        assert_eq!((page.date.as_deref(), page.modified.as_deref()), (Some(published), modified), "{line}");
    }
}

#[test]
fn a_heading_of_one_word_is_the_title_where_the_head_has_the_word() {
    let head = "<title>Voiliers à vendre sur la côte | Le Méridien</title>";
    assert_eq!(title(head, "<h1>Voiliers</h1>"), "Voiliers");
    let head = "<title>Le port de demain | Le Méridien</title>";
    assert_eq!(title(head, "<h1>Économie</h1>"), "Le port de demain", "a rubric");
}

#[test]
fn a_subhead_set_as_first_heading_below_the_headline_is_no_title() {
    let head = "<title>Le port de demain | Le Méridien</title>";
    let body = "<h2>Le port de demain</h2><p>Texte.</p><h1>Ce que disent les marins</h1>";
    assert_eq!(title(head, body), "Le port de demain");
}

#[test]
fn a_rubric_set_as_first_heading_gives_way_to_the_headline_below() {
    let head = "<title>Le port de demain | Le Méridien</title>";
    let body = "<h1>Toutes nos enquêtes maritimes</h1><h2>Le port de demain</h2><p>Texte.</p>";
    assert_eq!(title(head, body), "Le port de demain");
}

#[test]
fn a_heading_that_swallows_rubric_and_date_gives_the_headline_alone() {
    let head = "<meta property=og:title content='Le port de demain'>";
    let body =
        "<h1><span>Mer</span> <span>Le port de demain</span> <small>Publié le 3 mars 2021</small></h1>";
    assert_eq!(title(head, body), "Le port de demain");
}

#[test]
fn the_site_leaves_the_title_also_where_its_name_is_longer_than_its_address() {
    let head = "<title>Le port de demain | LeMeridien.Mer</title>";
    assert_eq!(title(head, "<p>x"), "Le port de demain");
}

#[test]
fn the_logo_is_no_headline() {
    let body = "<h1><a href='/'>Des nouvelles de la mer</a></h1><h2>Le port de demain</h2>";
    assert_eq!(title("<title>Le port de demain</title>", body), "Le port de demain");
}

#[test]
fn publication_goes_before_change_and_surer_sources_before_less_sure() {
    let linked = "<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"headline\":\"Le port de demain\",\
                  \"dateModified\":\"2021-03-09\",\"datePublished\":\"2021-03-03T14:05:00+01:00\"}</script>";
    let page = read(&format!("<h1>Le port de demain</h1>{linked}<time datetime=2020-01-01>x</time>"));
    assert_eq!(page.date.as_deref(), Some("2021-03-03T14:05:00+01:00"));
    assert_eq!(page.modified.as_deref(), Some("2021-03-09"));
    assert_eq!(
        date("<p>Mis à jour le 9 mars 2021</p><p>Publié le 3 mars 2021 à 14h05</p>"),
        "2021-03-03T14:05"
    );
    assert_eq!(date("<p>Modifié le 9 mars 2021, publié le 3 mars 2021</p>"), "2021-03-03");
    assert_eq!(date("<time datetime=2021-03-09>Publié le 3 mars 2021</time>"), "2021-03-03");
}

#[test]
fn dates_of_other_articles_and_of_comments_are_left_alone() {
    let body = "<p>3 mars 2021</p><aside><time datetime=2022-01-01>x</time></aside>\
                <div class=comments><time datetime=2023-01-01>x</time></div>";
    assert_eq!(date(body), "2021-03-03");
}

#[test]
fn dates_are_read_in_the_shapes_of_old_and_hand_made_pages() {
    for body in [
        "<span class=published title='2021-03-03T18:52:11Z'>mercredi</span>",
        "<p>Cet article a été <i>publié</i> le <b>3 mars 2021</b> par la rédaction.</p>",
        "<div class=sidebar><h4>Publié</h4><div class=post-date>3 mars 2021</div></div><time>hier</time>",
    ] {
        assert_eq!(date(body).get(..10), Some("2021-03-03"), "{body}");
    }
    for head in [
        "<meta itemprop=datePublished content=2021-03-03>",
        "<meta name=w-published-date content=2021-03-03>",
        "<meta name=published content='March 3, 2021'>",
    ] {
        let page = read(&format!("<html><head>{head}</head><body><h1>Le port de demain</h1>"));
        assert_eq!(page.date.as_deref(), Some("2021-03-03"), "{head}");
    }
}

#[test]
fn relative_dates_give_nothing() {
    assert_eq!(date("<time>il y a 3 heures</time><p class=date>Hier à 14h05</p>"), "");
}

#[test]
fn the_address_dates_an_article_that_shows_no_date() {
    let page = read_at("<h1>Le port de demain</h1><p>Texte.", "https://a.example/2024/05/01/le-port/");
    assert_eq!(page.date.as_deref(), Some("2024-05-01"));
}

#[test]
fn the_day_that_readers_see_wins_over_the_day_in_utc() {
    let stamp = |at: &str| format!("<meta property=article:published_time content={at}>");
    assert_eq!(
        date(&format!("{}<p class=date>3 mars 2021</p>", stamp("2021-03-02T23:30:00Z"))),
        "2021-03-03"
    );
    assert_eq!(date(&stamp("2021-03-02T23:00:00Z")), "2021-03-03", "midnight in Paris");
    assert_eq!(date(&stamp("2021-03-02T23:30:00Z")), "2021-03-02T23:30:00Z");
}

#[test]
fn ambiguous_numbers_yield_to_a_plain_date() {
    let linked =
        "<script type=application/ld+json>{\"@type\":\"Article\",\"datePublished\":\"03-05-2021\"}</script>";
    assert_eq!(
        date(&format!("{linked}<meta property=article:published_time content=2021-03-05>")),
        "2021-03-05"
    );
}

#[test]
fn finds_bylines_wherever_pages_put_them() {
    for body in [
        "<meta name=author content='Par Anne Le Gall'>",
        "<p>Par <a href=/auteurs/anne-le-gall>Anne Le Gall</a></p>",
        "<div><span>3 mars 2021</span>, par <b>Anne Le Gall</b></div>",
        "<div class=article__byline>Anne Le Gall, journaliste<br>Publié le 3 mars 2021</div>",
        "<span itemprop=author itemscope><span itemprop=name>Anne Le Gall</span></span>",
        "<p>Texte.</p><p style='text-align: right'><strong>Anne Le Gall</strong></p>",
    ] {
        assert_eq!(authors(body), ["Anne Le Gall"], "{body}");
    }
}

#[test]
fn names_that_are_words_of_the_calendar_are_names() {
    assert_eq!(authors("<p>Par Jan Roth et April Roth</p>"), ["Jan Roth", "April Roth"]);
    assert_eq!(authors("<p style='text-align:right'>Minh Chau – Thu Ha</p>"), ["Minh Chau", "Thu Ha"]);
}

#[test]
fn people_go_before_agencies_and_full_names_before_single_words() {
    let by = "<p class=byline>Par Anne Le Gall</p>";
    assert_eq!(authors(&format!("<meta name=author content='Rédaction'>{by}")), ["Anne Le Gall"]);
    assert_eq!(authors(&format!("<meta name=author content=29ter>{by}")), ["Anne Le Gall"]);
    assert_eq!(authors("<meta name=author content=framasoft>"), ["framasoft"]);
    assert_eq!(authors("<meta name=author content='Le Méridien avec AFP'>"), ["Le Méridien avec AFP"]);
    assert_eq!(authors("<meta name=author content=admin>"), [""; 0]);
}

#[test]
fn a_byline_with_more_names_completes_linked_data() {
    let linked = "<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"headline\":\"Le port de demain\",\
                  \"author\":\"Anne Le Gall\"}</script>";
    let both = authors(&format!("{linked}<p class=byline>Par Anne Le Gall et Jean Petit</p>"));
    assert_eq!(both, ["Anne Le Gall", "Jean Petit"]);
    let menu = authors(&format!("{linked}<div class=byline>Anne Le Gall <a>Suivre Cet Auteur</a></div>"));
    assert_eq!(menu, ["Anne Le Gall"]);
}

#[test]
fn a_button_glued_to_the_name_is_cut_off() {
    assert_eq!(authors("<div class=author><a>Anne Le Gall</a><a>Suivre</a></div>"), ["Anne Le Gall"]);
}

#[test]
fn a_reader_who_signs_a_letter_is_no_author() {
    assert_eq!(authors("<p>Une belle histoire.</p><p class=author>François, 64 ans</p>"), [""; 0]);
}

#[test]
fn an_author_named_far_below_counts_when_plainly_named() {
    let far = "<p>Texte <b>et</b> <i>texte</i>.</p>".repeat(200);
    assert_eq!(authors(&format!("{far}<span itemprop=author>Anne Le Gall</span>")), ["Anne Le Gall"]);
    assert_eq!(authors(&format!("{far}<h3>Écrit par Anne Le Gall</h3>")), ["Anne Le Gall"]);
    let two = "<a rel=author>Anne Le Gall</a><a rel=author>Jean Petit</a>";
    assert_eq!(authors(&format!("{far}{two}")), [""; 0], "a list of authors");
}

#[test]
fn commentators_and_other_articles_authors_are_no_authors() {
    let body =
        "<div class=comments><a rel=author href=/x>Paul Petit</a></div><aside><p>Par Luc Grand</p></aside>";
    assert_eq!(authors(body), [""; 0]);
}

#[test]
fn reads_the_fields_of_the_head() {
    let page = read(
        "<html lang=fr-FR><head><link rel=canonical href='/mer/le-port-demain-123.html'>\
         <meta property=og:site_name content='Le Méridien'><meta property=og:image content='/p.jpg'>\
         <meta name=description content='Résumé.'><meta name=keywords content='mer, port, Mer'>\
         <meta property=article:content_tier content=locked></head><body><h1>x",
    );
    assert_eq!(page.canonical.as_deref(), Some("https://www.lemeridien.example/mer/le-port-demain-123.html"));
    assert_eq!(page.image.as_deref(), Some("https://www.lemeridien.example/p.jpg"));
    assert_eq!(page.site.as_deref(), Some("Le Méridien"));
    assert_eq!(page.language.as_deref(), Some("fr"));
    assert_eq!(page.description.as_deref(), Some("Résumé."));
    assert_eq!(page.tags, ["mer", "port"]);
    assert_eq!(page.paywalled, Some(true));
}

#[test]
fn the_site_is_named_by_the_end_of_the_title_or_by_the_host() {
    let page = read("<title>Le port de demain - Le Méridien</title><h1>Le port de demain</h1>");
    assert_eq!(page.site.as_deref(), Some("Le Méridien"));
    assert_eq!(read("<title>Le port de demain</title>").site.as_deref(), Some("lemeridien.example"));
}

#[test]
fn reads_the_body_and_the_paywall_of_linked_data() {
    let page = read(
        "<h1>Le port</h1><script type=application/ld+json>{\"@type\":\"NewsArticle\",\"isAccessibleForFree\":\"False\",\
         \"articleBody\":\"&lt;p&gt;Un.&lt;/p&gt;&lt;p&gt;L&amp;#039;autre.&lt;/p&gt;\"}</script>",
    );
    assert_eq!(page.body_hint.as_deref(), Some("Un.\nL'autre."));
    assert_eq!(page.paywalled, Some(true));
}

#[test]
fn linked_data_list_ingredients_questions_and_answers() {
    let page = read(
        "<script type=application/ld+json>[{\"@type\":\"Recipe\",\"recipeIngredient\":[\"2 œufs\",\"1 kg de riz\"]},\
         {\"@type\":\"FAQPage\",\"mainEntity\":[{\"@type\":\"Question\",\"name\":\"Qui paie ?\",\
         \"acceptedAnswer\":[{\"@type\":\"Answer\",\"text\":\"<p>La ville.</p>\"}]}]}]</script>",
    );
    assert_eq!(page.listed.ingredients, ["2 œufs", "1 kg de riz"]);
    assert_eq!(page.listed.answers, ["Qui paie ?", "La ville."]);
}

#[test]
fn live_coverage_is_said_by_linked_data_or_the_headline() {
    let linked =
        "<script type=application/ld+json>{\"@type\":\"LiveBlogPosting\",\"headline\":\"La crue\"}</script>";
    assert!(read(&format!("<h1>La crue</h1>{linked}")).live);
    assert!(read("<title>EN DIRECT. La crue de la Loire</title><h1>La crue de la Loire</h1>").live);
    assert!(!read("<h1>La crue de la Loire</h1>").live);
}

#[test]
fn a_canonical_address_that_is_the_home_page_or_a_rubric_is_not_believed() {
    for target in ["https://www.lemeridien.example/", "/mer", "javascript:void(0)"] {
        let page = read_at(
            &format!("<link rel=canonical href='{target}'><h1>x"),
            "https://www.lemeridien.example/mer/port/article.html",
        );
        assert_eq!(page.canonical, None, "{target}");
    }
}

#[test]
fn hostile_pages_end() {
    let many = |piece: &str| piece.repeat(4_000);
    for html in [
        many("<h1>a - b"),
        many("<div class='date byline author'>Par 3 mars"),
        many("<p><b>Anne Le Gall</b></p>"),
        format!("<title>{}</title><meta name=author content='{}'>", many(" - a"), many("y y ")),
        format!("<script type=application/ld+json>{}</script>", many("{\"@graph\":[\"")),
        format!("<meta property=og:title content='{}'>", many("&amp;amp;")),
    ] {
        let dom = parse(&html, &Limits::default()).unwrap();
        extract(&dom, None);
    }
}
