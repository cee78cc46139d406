//! Text that an earlier scraper left dirty comes out clean: every `samples/text/*.dirty.txt` gives exactly the lines
//! of its `.gold.txt`, and gold texts come out as they went in.

use std::fs;
use std::path::{Path, PathBuf};

use tamis::clean::Kind;
use tamis::{CleanOptions, Cleaner, Rules};

fn samples() -> Vec<(PathBuf, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/text");
    let mut pairs = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Some(stem) = name.strip_suffix(".dirty.txt") {
            pairs.push((path.clone(), path.with_file_name(format!("{stem}.gold.txt"))));
        }
    }
    pairs.sort();
    pairs
}

/// Lines that say something, white space folded.
fn lines(text: &str) -> Vec<String> {
    let folded = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    folded.filter(|line| !line.is_empty()).collect()
}

fn clean(text: &str) -> String {
    Cleaner::default().clean_text(text).unwrap().to_text()
}

#[test]
fn every_dirty_sample_gives_its_gold() {
    let samples = samples();
    assert!(samples.len() >= 4, "found {} samples", samples.len());
    for (dirty, gold) in samples {
        let found = lines(&clean(&fs::read_to_string(&dirty).unwrap()));
        let wanted = lines(&fs::read_to_string(&gold).unwrap());
        let lost: Vec<_> = wanted.iter().filter(|line| !found.contains(line)).collect();
        let left: Vec<_> = found.iter().filter(|line| !wanted.contains(line)).collect();
        assert!(lost.is_empty() && left.is_empty(), "{}\nlost: {lost:#?}\nleft: {left:#?}", dirty.display());
        assert_eq!(found, wanted, "{}: order", dirty.display());
    }
}

#[test]
fn gold_texts_come_out_as_they_went_in() {
    for (_, gold) in samples() {
        let text = fs::read_to_string(&gold).unwrap();
        assert_eq!(lines(&clean(&text)), lines(&text), "{}", gold.display());
    }
}

const PAGE: &str = "\
LE PHARE
Eau

L’arrosage interdit dans douze communes de l’estuaire

Un champ sec près de Port-Salvy, le 3 mai 2023

Un champ sec près de Port-Salvy, le 3 mai 2023 - ANNA BERG / AFP

Le préfet a signé hier l’arrêté qui interdit l’arrosage dans douze communes du département.

La newsletter du comité des usagers, envoyée le vendredi, l’annonçait déjà [sans date].

Lire aussi  La Loire au plus bas depuis 1976, les irrigants s’inquiètent

Ce que demandent les irrigants

Ils veulent un délai, et « que chacun paie sa part », résume leur porte-parole. (AFP)

- un seau par jour
- une heure par semaine

Jeanne Aubier avec agences

Laisser un commentaire

Votre adresse e-mail ne sera pas publiée. Les champs obligatoires sont indiqués avec *

Articles récents
";

#[test]
fn what_stands_around_the_article_goes_into_the_metadata() {
    let article = Cleaner::default().clean_text(PAGE).unwrap();
    let kept = lines(&article.to_text());
    assert_eq!(kept.len(), 6, "{kept:#?}");
    assert!(kept[0].starts_with("Le préfet") && kept[2] == "Ce que demandent les irrigants");
    assert_eq!(article.metadata.title.as_deref(), Some("L’arrosage interdit dans douze communes de l’estuaire"));
    assert_eq!(article.metadata.site.as_deref(), Some("LE PHARE"));
    assert_eq!(article.metadata.authors, ["Jeanne Aubier"]);
    assert_eq!(article.metadata.language.as_deref(), Some("fr"));
}

#[test]
fn kinds_that_are_asked_for_stay_in_their_places_and_are_marked() {
    let options = CleanOptions { keep: vec![Kind::Related], ..CleanOptions::default() };
    let article = Cleaner::new(Rules::builtin(), options).clean_text(PAGE).unwrap();
    let place = article.blocks.iter().position(|block| block.text.starts_with("Lire aussi")).unwrap();
    assert_eq!(place, 2);
    assert_eq!(article.blocks[place].boilerplate, Some(Kind::Related));
}

#[test]
fn a_text_of_boilerplate_alone_is_no_article() {
    let rejection = Cleaner::default().clean_text("Partager cet article\n\nLaisser un commentaire\n").unwrap_err();
    assert_eq!(rejection.status(), "no-main-content");
}

#[test]
fn markdown_of_the_article_stays_and_that_of_the_scraper_goes() {
    let text = "\
# La crue

![Le pont](https://a.example/pont.jpg)

La Loire est montée de deux mètres dans la nuit de lundi à mardi, selon la préfecture.

## Les secours

> Nous n’avons jamais vu cela, dit le maire.

1. Couper le courant
2. Monter à l’étage

| Ville | Hauteur |
| --- | --- |
| Tours | 4,2 m |
";
    let article = Cleaner::default().clean_text(text).unwrap();
    assert_eq!(
        lines(&article.to_text()),
        [
            "La Loire est montée de deux mètres dans la nuit de lundi à mardi, selon la préfecture.",
            "Les secours",
            "Nous n’avons jamais vu cela, dit le maire.",
            "1. Couper le courant",
            "2. Monter à l’étage",
            "Ville | Hauteur",
            "Tours | 4,2 m",
        ]
    );
    assert_eq!(article.metadata.title.as_deref(), Some("La crue"));
}
