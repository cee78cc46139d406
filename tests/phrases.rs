//! The phrase rules as a reader of the library sees them: every rule proves itself by its own examples.

use std::ops::Range;

use tamis::clean::Kind;
use tamis::clean::text::{Line, Phrases, Scope, Verdict};

fn text(line: &str) -> Line<'_> {
    Line { text: line, ..Line::default() }
}

fn html(line: &str) -> Line<'_> {
    Line { text: line, html: true, ..Line::default() }
}

fn judge(lines: &[&str], language: &str) -> Vec<Verdict> {
    let lines: Vec<Line<'_>> = lines.iter().map(|line| text(line)).collect();
    Phrases::builtin().judge(&lines, Some(language))
}

fn kept(lines: &[&str], language: &str) -> Vec<String> {
    let verdicts = judge(lines, language);
    let kept = lines.iter().zip(verdicts).filter(|(_, verdict)| *verdict == Verdict::Keep);
    kept.map(|(line, _)| (*line).to_owned()).collect()
}

#[test]
fn every_rule_removes_and_keeps_what_its_examples_say() {
    let failures = Phrases::builtin().check_examples();
    assert!(failures.is_empty(), "{} examples fail:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_language_has_the_usual_kinds_and_french_goes_deepest() {
    let phrases = Phrases::builtin();
    let of = |language: &str| -> Vec<_> {
        let start = format!("{language}.");
        phrases.rules().filter(|rule| rule.id.starts_with(&start)).collect()
    };
    let usual = [
        Kind::Related,
        Kind::Newsletter,
        Kind::Paywall,
        Kind::Share,
        Kind::Comments,
        Kind::Credit,
        Kind::DateLine,
        Kind::Byline,
        Kind::Advert,
        Kind::EmbedChrome,
        Kind::Tags,
        Kind::Footer,
        Kind::Consent,
    ];
    for language in ["fr", "en", "de", "es", "it", "pt", "nl", "pl", "ru", "ja", "zh", "ar"] {
        let rules = of(language);
        for kind in usual {
            assert!(
                rules.iter().any(|rule| rule.kind == kind),
                "{language} has no rule of kind {}",
                kind.name()
            );
        }
    }
    assert!(of("fr").len() >= 110, "French has {} rules", of("fr").len());
    for language in ["sv", "no", "da", "tr", "uk", "el"] {
        assert!(of(language).len() >= 6, "{language} has {} rules", of(language).len());
    }
}

#[test]
fn ids_are_unique_and_name_language_kind_and_phrase() {
    let mut ids: Vec<String> = Phrases::builtin().rules().map(|rule| rule.id.clone()).collect();
    assert!(ids.iter().all(|id| id.split('.').count() == 3), "{ids:?}");
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

#[test]
fn writing_does_not_matter() {
    for line in [
        "À lire aussi : La Loire au plus bas",
        "A LIRE AUSSI : La Loire au plus bas",
        "à\u{a0}lire\u{202f}aussi\u{a0}: La Loire au plus bas",
        "À li\u{ad}re aussi\u{a0}: La Loire au plus bas",
        "A\u{300} lire aussi : La Loire au plus bas",
        "\u{200b}>> À lire aussi : « La Loire au plus bas »",
    ] {
        assert!(matches!(&judge(&[line], "fr")[0], Verdict::Remove { .. }), "{line}");
    }
}

#[test]
fn prose_that_talks_of_boilerplate_stays() {
    let prose = [
        "Lire aussi souvent que possible est utile.",
        "La newsletter du comité, deux pages envoyées chaque vendredi, compte désormais 2 300 inscrits.",
        "« Abonnez-vous à l’incertitude, nous a dit le directeur en souriant. »",
        "Les cookies sont au beurre, et les commentaires du pâtissier sont fermés au public.",
        "Partager les coûts",
        "Le bilan est de douze blessés. (AFP)",
        "La photo : une rue vide, un chien, et le soleil de midi qui efface tout.",
        "Commentaires et questions se sont succédé pendant trois heures, jusqu’à la nuit.",
        "Par hasard, elle a retrouvé la lettre de son père.",
        "Source de vie, la rivière alimente douze villages et leurs jardins depuis le Moyen Âge.",
    ];
    assert_eq!(kept(&prose, "fr"), prose);
}

#[test]
fn a_label_alone_takes_the_headline_after_it_but_no_prose() {
    let lines = [
        "Le préfet a signé hier l’arrêté qui interdit l’arrosage dans douze communes du département.",
        "Lire aussi",
        "La Loire au plus bas depuis 1976, les irrigants s’inquiètent",
        "Les agriculteurs demandent un délai, et la chambre d’agriculture les soutient depuis lundi.",
        "Lire aussi",
        "La décision est attendue dans les prochains jours, a précisé le porte-parole de la préfecture.",
    ];
    assert_eq!(kept(&lines, "fr"), [lines[0], lines[3], lines[5]]);
}

#[test]
fn a_phrase_that_ends_the_article_spares_long_prose_behind_it() {
    let prose = "Le préfet a signé hier l’arrêté qui interdit l’arrosage dans douze communes du département.";
    let tail = ["Recent News", "Editor's Pick"];
    let mut lines = vec![prose, prose, prose, prose, prose, "Leave a Reply", "Name"];
    lines.extend(tail);
    assert_eq!(kept(&lines, "fr").len(), 5);
    let lines = [prose, "Leave a Reply", prose, prose, prose];
    assert_eq!(kept(&lines, "fr"), [prose; 4], "the article goes on behind the phrase");
}

#[test]
fn in_a_page_a_label_without_a_link_needs_a_colon() {
    let phrases = Phrases::builtin();
    let of = |line: Line<'_>| phrases.judge(&[line], Some("fr")).remove(0);
    assert_eq!(of(html("À lire aussi La natalité russe menacée")), Verdict::Keep);
    let mut linked = html("À lire aussi La natalité russe menacée");
    let start = linked.text.find("La").unwrap();
    linked.links.push(start..linked.text.len());
    assert!(matches!(of(linked), Verdict::Remove { .. }));
}

#[test]
fn rules_of_other_languages_do_not_apply_but_english_ones_do() {
    let lines = ["Lesen Sie auch: Der Rhein fällt auf den tiefsten Stand", "Share this article"];
    assert_eq!(kept(&lines, "fr"), [lines[0]]);
    assert!(kept(&lines, "de-AT").is_empty());
    assert_eq!(kept(&lines, "fi"), [lines[0]], "a language without rules has those of every page");
}

#[test]
fn a_page_that_names_english_is_judged_by_the_language_of_its_text() {
    let prose = "Le préfet a signé hier l’arrêté qui interdit l’arrosage dans douze communes du département.";
    let lines = [prose, prose, prose, prose, prose, prose, prose, prose, prose, prose, prose, "Lire aussi"];
    assert_eq!(kept(&lines, "en").len(), lines.len() - 1);
    assert_eq!(kept(&lines, "de"), lines, "another language is taken at its word");
    assert_eq!(kept(&lines[10..], "en"), &lines[10..], "one paragraph does not gainsay the page");
}

#[test]
fn pictograms_before_and_after_a_phrase_are_passed_over() {
    for line in
        ["🟣 À lire aussi : La Loire au plus bas", "➡️ Abonnez-vous à notre newsletter ⭐➡️", "⏩ Lire aussi"]
    {
        assert!(matches!(&judge(&[line], "fr")[0], Verdict::Remove { .. }), "{line}");
    }
}

#[test]
fn both_ways_of_writing_norwegian_have_the_same_rules() {
    let lines = ["Les også: Broen stenges for tredje gang i år"];
    for language in ["nb", "nn-NO", "no"] {
        assert!(kept(&lines, language).is_empty(), "{language}");
    }
}

#[test]
fn an_overlay_wins_by_id_adds_and_switches_off() {
    let overlay = r#"
        language = "fr"
        [[rule]]
        id = "fr.related.lire-aussi"
        kind = "related"
        scope = "line"
        off = true
        [[rule]]
        id = "fr.other.maison"
        kind = "other"
        scope = "line"
        patterns = ["la maison vous salue"]
        remove = ["La maison vous salue"]
        keep = ["La maison vous salue bien."]
    "#;
    let phrases = Phrases::builtin().overlay(&[("mine.toml", overlay)]).unwrap();
    let lines = [text("Lire aussi : La Loire au plus bas depuis 1976"), text("La maison vous salue")];
    let verdicts = phrases.judge(&lines, Some("fr"));
    assert_eq!(verdicts[0], Verdict::Keep);
    assert!(matches!(&verdicts[1], Verdict::Remove { rule, .. } if rule == "fr.other.maison"));
}

#[test]
fn a_wrong_pattern_is_told_with_file_and_rule() {
    let overlay = r#"
        language = "fr"
        [[rule]]
        id = "fr.other.maison"
        kind = "other"
        scope = "line"
        patterns = ["la maison ("]
        remove = ["x"]
        keep = ["y"]
    "#;
    let message = Phrases::builtin().overlay(&[("mine.toml", overlay)]).unwrap_err().to_string();
    assert!(message.contains("mine.toml") && message.contains("fr.other.maison"), "{message}");
}

#[test]
fn the_same_lines_get_the_same_verdicts_every_time() {
    let lines = ["Par Jeanne Aubier", "Publié le 02/11/23 à 16h33", "Il pleut sur la ville.", "Partager"];
    let first = judge(&lines, "fr");
    for _ in 0..50 {
        assert_eq!(judge(&lines, "fr"), first);
    }
}

#[test]
fn strange_lines_do_no_harm() {
    let long = "Lire aussi : ".repeat(20_000);
    let strange =
        ["", " ", "\u{ad}", "[", "©", "(@", "é\u{301}", "À lire aussi", ":", "«", &long, "\u{fffd}"];
    for language in ["fr", "en", "ja", "ar", "", "xx", "français"] {
        assert_eq!(judge(&strange, language).len(), strange.len());
    }
    let broken = Line {
        text: "À lire",
        links: vec![1..99, Range { start: 5, end: 2 }, 0..1],
        html: true,
        ..Line::default()
    };
    assert_eq!(Phrases::builtin().judge(&[broken], Some("fr")).len(), 1);
    assert!(Phrases::builtin().judge(&[], None).is_empty());
}

#[test]
fn scopes_are_all_in_use() {
    use Scope::{Begins, Contains, FromHere, LeadIn, Line as Whole, Suffix};
    let phrases = Phrases::builtin();
    for scope in [Whole, Begins, Contains, LeadIn, Suffix, FromHere] {
        assert!(phrases.rules().any(|rule| rule.scope == scope), "{scope:?}");
    }
}

proptest::proptest! {
    #[test]
    fn cuts_are_character_ranges_of_any_text(line in "\\PC{0,80}", label in proptest::bool::ANY, from in 0usize..90, to in 0usize..90) {
        let line = if label { format!("À lire aussi {line}") } else { line };
        let mut judged = html(&line);
        let links: Vec<_> = Some(from..to).into_iter().collect();
        judged.links = links;
        for verdict in Phrases::builtin().judge(&[judged], Some("fr")) {
            if let Verdict::Cut { ranges, .. } = verdict {
                for range in ranges {
                    proptest::prop_assert!(line.get(range).is_some());
                }
            }
        }
    }
}
