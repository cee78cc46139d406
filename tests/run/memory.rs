//! What runs remember of rules and sites: furniture, lost containers, the counts of rules.

use super::bench::{Bench, Ended};

const NOTE: &str =
    "Chaque soir, la rédaction du Phare rassemble pour vous les nouvelles de la vallée et de ses villages.";

/// An article that shares no sentence with others of another name.
fn article(name: &str) -> String {
    let sentences: Vec<String> = (0..24)
        .map(|number| {
            format!(
                "La mesure {name}{number} concerne le bourg {number}{name} et la commune {name}x{number}."
            )
        })
        .collect();
    let paragraphs = sentences.chunks(6).map(|sentences| format!("<p>{}</p>", sentences.join(" ")));
    format!("<h1>Le budget de {name}</h1>{}", paragraphs.collect::<String>())
}

fn page(address: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=fr><head><meta charset=utf-8>\
         <link rel=canonical href=https://www.phare.example/{address}></head><body>\
         <article class=corps>{body}<p>{NOTE}</p></article></body></html>"
    )
}

fn bench(more: &str) -> Bench {
    Bench::new(&format!("[sources]\nsaved = [\"pages\"]\n[output]\nnear_duplicates = \"keep\"\n{more}"))
}

fn run(bench: &Bench) -> Ended {
    let ended = bench.run();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended
}

fn text(bench: &Bench, name: &str) -> String {
    let files = bench.files("articles");
    let found = files.iter().find(|(file, _)| file.starts_with(name));
    found.unwrap_or_else(|| panic!("{name} in {:?}", files.keys())).1.clone()
}

const NAMES: [&str; 5] = ["arles", "brest", "cahors", "dreux", "evron"];

#[test]
fn a_paragraph_of_many_different_articles_leaves_the_pages_of_later_runs() {
    let bench = bench("");
    for name in NAMES {
        bench.write(&format!("pages/{name}.html"), page(name, &article(name)));
    }
    run(&bench);
    assert!(text(&bench, "arles").contains(NOTE), "nothing is known in the first run");
    bench.write("pages/foix.html", page("foix", &article("foix")));
    bench.write(
        "pages/elsewhere.html",
        page("gap", &article("gap")).replace("phare.example", "autre.example"),
    );
    run(&bench);
    let later = text(&bench, "foix");
    assert!(!later.contains(NOTE) && later.contains("La mesure foix23"), "{later}");
    assert!(text(&bench, "elsewhere").contains(NOTE), "it is furniture of one host alone");
    assert_eq!(bench.report()["rules"]["furniture"], 1);
}

#[test]
fn furniture_can_be_switched_off_and_single_pages_have_none() {
    let bench = bench("[rules]\nfurniture = false\n");
    for name in NAMES {
        bench.write(&format!("pages/{name}.html"), page(name, &article(name)));
    }
    run(&bench);
    bench.write("pages/foix.html", page("foix", &article("foix")));
    run(&bench);
    assert!(text(&bench, "foix").contains(NOTE));
    assert!(bench.tamis(&["clean", "pages/foix.html"]).stdout.contains(NOTE));
}

#[test]
fn an_article_at_many_addresses_is_not_eaten() {
    let bench = bench("");
    for number in 0..8 {
        let title = format!("<h1>Le budget, variante {}</h1>", NAMES[number % NAMES.len()]);
        let body = article("arles").replace("<h1>Le budget de arles</h1>", &title);
        bench.write(&format!("pages/copie-{number}.html"), page(&number.to_string(), &body));
    }
    run(&bench);
    bench.write("pages/derniere.html", page("derniere", &article("arles")));
    run(&bench);
    let last = text(&bench, "derniere");
    assert!(
        last.contains("La mesure arles0 ") && last.contains("La mesure arles23 ") && last.contains(NOTE),
        "{last}"
    );
}

const SITE: &str = "host = \"phare.example\"\nbody = [\".ancien\"]\n[[test]]\n\
    html = \"<div class=ancien><p>Le texte.</p></div>\"\ntext = \"Le texte.\"\n";

#[test]
fn a_body_selector_that_matches_no_page_any_more_is_told() {
    let bench = bench("[rules]\nfolder = \"mine\"\n");
    bench.write("mine/sites/phare.toml", SITE);
    for number in 0..12 {
        let name = format!("{}{number}", NAMES[number % NAMES.len()]);
        bench.write(&format!("pages/{name}.html"), page(&name, &article(&name)));
    }
    let ended = run(&bench);
    let told = "phare.example: body selector matched 0 of the last 12 pages";
    assert!(ended.stderr.contains(told), "{}", ended.stderr);
    assert!(bench.report()["warnings"].to_string().contains(told));
}

#[test]
fn rules_are_counted_over_runs_and_dead_ones_named() {
    let bench = bench("[rules]\nfolder = \"mine\"\n");
    let site = "host = \"phare.example\"\nstrip = [\".promo\"]\n[[test]]\n\
        html = \"<p>Le texte.</p><p class=promo>Non.</p>\"\nremoves = [\"Non.\"]\nkeeps = [\"Le texte.\"]\n";
    bench.write("mine/sites/phare.toml", site);
    let phrase = "language = \"fr\"\n[[rule]]\nid = \"fr.other.jamais\"\nkind = \"other\"\nscope = \"line\"\n\
        patterns = [\"abracadabra\"]\nremove = [\"Abracadabra\"]\nkeep = [\"Rien.\"]\n";
    bench.write("mine/phrases/fr.toml", phrase);
    for number in 0..101 {
        let name = format!("{}{number}", NAMES[number % NAMES.len()]);
        let read = format!("{}<p class=promo>Abonnez-vous dès aujourd’hui.</p>", article(&name));
        let body = if number == 0 { read } else { article(&name) };
        bench.write(&format!("pages/{name}.html"), page(&name, &body));
    }
    run(&bench);
    let listed = bench.tamis(&["rules", "list", "--own", "--json"]).stdout;
    let strip = listed.lines().find(|line| line.contains("site.strip@phare.example")).unwrap();
    let strip: serde_json::Value = serde_json::from_str(strip).unwrap();
    assert_eq!((strip["pages"].as_u64(), strip["blocks"].as_u64()), (Some(1), Some(1)), "{listed}");
    let health = bench.tamis(&["rules", "health"]);
    assert!(health.stdout.contains("dead    fr.other.jamais: 0 hits in 101 articles"), "{}", health.stdout);
    assert!(!health.stdout.contains("site.strip@"), "{}", health.stdout);
    assert!(health.stderr.contains("101 articles counted"), "{}", health.stderr);
}
