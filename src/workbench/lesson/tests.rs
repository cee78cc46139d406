use super::*;
use crate::Cleaner;

#[test]
fn a_phrase_is_taken_word_for_word() {
    assert_eq!(pattern("Prix :  3 € (TTC)").unwrap(), r"Prix ?: 3 € \(TTC\)");
    assert_eq!(pattern("{month}").unwrap(), r"\x7bmonth\x7d");
    assert!(pattern(" … ").is_err() && pattern(&"a".repeat(300)).is_err());
}

const PAGE: &str = "<link rel=canonical href=https://www.phare.example/a><div class=corps><h1>Crue</h1>\
    <p>La Loire est montée de deux mètres dans la nuit de mardi à mercredi, a dit la préfecture.</p>\
    <p class=promo>Notre cahier spécial du dimanche parle de la vallée, de ses ponts et de ses gens.</p>\
    <p>Les habitants des quais ont été évacués vers deux gymnases de la ville haute.</p></div>";

fn taught(lesson: &Lesson, start: &str) -> (Draft, String) {
    let folder = tempfile::tempdir().unwrap();
    let overlay = Overlay::new(folder.path());
    let page = Cleaner::default().inspect(PAGE, None).unwrap();
    let index = page.blocks.iter().position(|block| block.text.starts_with(start)).unwrap();
    let draft = lesson.draft(&overlay, &page, index).unwrap();
    let cleaner = Cleaner::new(overlay.rules_with(&draft).unwrap(), crate::CleanOptions::default());
    let text = cleaner.clean(PAGE, None).unwrap().to_text();
    (draft, text)
}

#[test]
fn a_selector_goes_into_the_file_of_the_site_with_both_examples() {
    let (draft, text) =
        taught(&Lesson::Selector { aim: Aim::Remove, selector: ".promo".into() }, "Notre cahier");
    assert_eq!(draft.file(), "sites/phare.example.toml");
    assert!(draft.after().contains("strip = [\".promo\"]"), "{}", draft.after());
    assert!(draft.after().contains("removes = [\"Notre cahier") && draft.after().contains("keeps = [\""));
    assert!(text.starts_with("La Loire") && !text.contains("cahier"), "{text}");
}

#[test]
fn a_phrase_becomes_a_rule_of_its_language() {
    let lesson = Lesson::Phrase {
        phrase: "Notre cahier spécial".into(),
        scope: PhraseScope::Begins,
        kind: Kind::Advert,
        language: "fr".into(),
        keep: "Notre cahier est vide.".into(),
    };
    let (draft, text) = taught(&lesson, "Notre cahier");
    assert!(draft.after().contains("id = \"fr.advert.own-notre-cahier-special\""), "{}", draft.after());
    assert!(!text.contains("cahier"), "{text}");
}

#[test]
fn a_keep_example_that_would_go_refuses_the_lesson() {
    let folder = tempfile::tempdir().unwrap();
    let page = Cleaner::default().inspect(PAGE, None).unwrap();
    let lesson = Lesson::Phrase {
        phrase: "Notre cahier".into(),
        scope: PhraseScope::Begins,
        kind: Kind::Advert,
        language: "fr".into(),
        keep: "Notre cahier est vide.".into(),
    };
    let index = page.blocks.iter().position(|block| block.text.starts_with("Notre")).unwrap();
    let overlay = Overlay::new(folder.path());
    let draft = lesson.draft(&overlay, &page, index).unwrap();
    let error = overlay.rules_with(&draft).unwrap_err().to_string();
    assert!(error.contains("Notre cahier est vide."), "{error}");
}

#[test]
fn a_file_of_the_users_own_hand_keeps_its_comments_and_rules() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("sites")).unwrap();
    let own = "# mine\nhost = \"phare.example\"\nstrip = [\".old\"] # since 2019\n\n[[test]]\n\
        html = \"<p>Le port est ouvert.</p><p class=old>Non.</p>\"\nremoves = [\"Non.\"]\n";
    std::fs::write(folder.path().join("sites/my-paper.toml"), own).unwrap();
    let page = Cleaner::default().inspect(PAGE, None).unwrap();
    let index = page.blocks.iter().position(|block| block.text.starts_with("Notre")).unwrap();
    let lesson = Lesson::Selector { aim: Aim::Remove, selector: ".promo".into() };
    let draft = lesson.draft(&Overlay::new(folder.path()), &page, index).unwrap();
    assert_eq!((draft.file(), draft.before()), ("sites/my-paper.toml", Some(own)));
    for kept in ["# mine\n", "\".old\", \".promo\"", "# since 2019", "removes = [\"Non.\"]"] {
        assert!(draft.after().contains(kept), "{kept}\n{}", draft.after());
    }
}

#[test]
fn a_selector_must_match_the_block_and_leave_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let page = Cleaner::default().inspect(PAGE, None).unwrap();
    let index = page.blocks.iter().position(|block| block.text.starts_with("Notre")).unwrap();
    let refused = |selector: &str| {
        let lesson = Lesson::Selector { aim: Aim::Remove, selector: selector.into() };
        lesson.draft(&Overlay::new(folder.path()), &page, index).unwrap_err().to_string()
    };
    assert!(refused("h1").contains("does not match this block"));
    assert!(refused(".corps").contains("should leave the block"), "{}", refused(".corps"));
    assert!(refused("p >").contains("no CSS selector"));
}

#[test]
fn the_body_wins_over_what_stands_outside() {
    let lesson = Lesson::Selector { aim: Aim::Body, selector: ".promo".into() };
    assert!(taught(&lesson, "Notre cahier").1.starts_with("Notre cahier"));
}
