//! `tamis eval` as scripts see it; against score.py where the corpus is at hand (`TAMIS_SHARED=/path`).
#![cfg(feature = "cli")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn eval(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tamis")).arg("eval").args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A set of one page.
fn corpus() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text =
        "Le conseil municipal a voté mardi soir la rénovation du vieux pont, fermé depuis l’hiver dernier.";
    let html =
        format!("<title>Le pont</title><nav><a href=/>Accueil</a></nav><article><p>{text}</p></article>");
    let gold = serde_json::json!({"id": "un.deux", "lang": "fr", "text": text, "without": ["Accueil"]});
    std::fs::create_dir_all(folder.path().join("demo/html")).unwrap();
    std::fs::write(folder.path().join("demo/html/un.deux.html"), html).unwrap();
    std::fs::write(folder.path().join("demo/gold.jsonl"), format!("{gold}\n")).unwrap();
    folder
}

fn path(folder: &Path) -> &str {
    folder.to_str().unwrap()
}

#[test]
fn cleans_the_pages_and_prints_their_figures() {
    let corpus = corpus();
    let json = corpus.path().join("figures.json");
    let output = eval(&[path(corpus.path()), "--json", path(&json), "--timing"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).lines().any(|line| line.starts_with("demo ") && line.contains("1.000")));
    assert!(stdout(&output).contains("ms/MB"));
    let figures: Value = serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!((&figures["demo"]["all"]["acc"], &figures["demo"]["all"]["n"]), (&1.0.into(), &1.into()));
}

#[test]
fn a_figure_below_its_floor_ends_with_1_and_says_which() {
    let corpus = corpus();
    let sunk = eval(&[path(corpus.path()), "--floor", "F1=0.5", "--floor", "demo:wF1=1.5"]);
    assert_eq!(sunk.status.code(), Some(1));
    assert_eq!(stderr(&sunk), "error: demo wF1 1.0000 is below the floor 1.5\n");
    assert_eq!(eval(&[path(corpus.path()), "--floor", "demo:F1=0.5"]).status.code(), Some(0));
    let mistyped = eval(&[path(corpus.path()), "--floor", "f1=0.5"]);
    assert_eq!(mistyped.status.code(), Some(2));
    assert!(stderr(&mistyped).contains("unknown figure `f1`"));
}

#[test]
fn predictions_made_before_are_scored_instead() {
    let corpus = corpus();
    let predictions = corpus.path().join("made.jsonl");
    std::fs::write(&predictions, "{\"source\":\"x/un.deux.html.gz\",\"text\":\"Accueil\"}\n").unwrap();
    let output = eval(&[path(corpus.path()), "--pred", path(&predictions), "--floor", "wout=1"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("worst 0.000 un.deux fr ?"), "{}", stdout(&output));
}

#[test]
fn ids_choose_pages_and_wrong_ones_are_an_error() {
    let corpus = corpus();
    let ids = corpus.path().join("ids.txt");
    std::fs::write(&ids, "un.deux\tnote\n").unwrap();
    assert_eq!(eval(&[path(corpus.path()), "--ids", path(&ids)]).status.code(), Some(0));
    std::fs::write(&ids, "other\n").unwrap();
    assert_eq!(eval(&[path(corpus.path()), "--ids", path(&ids)]).status.code(), Some(2));
}

#[test]
fn a_folder_without_gold_is_no_corpus() {
    let empty = tempfile::tempdir().unwrap();
    let output = eval(&[path(empty.path())]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("is no corpus"), "{}", stderr(&output));
}

const SETS: [&str; 7] = ["fr", "newsrooms", "pagetypes", "multilingual", "snippets", "dates", "readability"];

/// score.py rounds nothing in its JSON, so that sums in another order are all that may differ.
const TOLERANCE: f64 = 1e-9;

#[test]
fn figures_equal_those_of_score_py() {
    let Some(shared) = std::env::var_os("TAMIS_SHARED").map(PathBuf::from) else { return };
    let folder = tempfile::tempdir().unwrap();
    for set in SETS {
        let corpus = shared.join("corpus").join(set);
        let predictions = folder.path().join(format!("{set}.jsonl"));
        std::fs::write(&predictions, mangled(&corpus.join("gold.jsonl"))).unwrap();
        let (theirs, ours) = (folder.path().join("theirs.json"), folder.path().join("ours.json"));
        let script = Command::new("python3")
            .arg(shared.join("score.py"))
            .args([&corpus.join("gold.jsonl"), &predictions])
            .args(["--by", "lang,type", "--json", path(&theirs)])
            .output()
            .unwrap();
        assert!(script.status.success(), "{}", stderr(&script));
        let output =
            eval(&[path(&corpus), "--pred", path(&predictions), "--json", path(&ours), "--worst", "0"]);
        assert!(output.status.success(), "{}", stderr(&output));
        let read =
            |path: &Path| serde_json::from_str::<Value>(&std::fs::read_to_string(path).unwrap()).unwrap();
        let theirs = read(&theirs).as_object().unwrap().values().next().unwrap().clone();
        let ours = read(&ours)[set].clone();
        for part in ["all", "lang", "type"] {
            assert_close(&theirs[part], &ours[part], &format!("{set} {part}"));
        }
    }
}

/// Predictions with every kind of mistake, made from the gold: cut, doubled, shuffled, empty, absent.
fn mangled(gold: &Path) -> String {
    let gold = std::fs::read_to_string(gold).unwrap().replace(": NaN", ": null");
    let lines = gold.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).enumerate();
    let made = lines.filter(|(index, _)| index % 11 != 10).map(|(index, page)| {
        let whole = ["text", "alt"][index % 2];
        let gold =
            page[whole].as_str().or(page["text"].as_str()).map_or_else(|| snippets(&page), str::to_owned);
        let words: Vec<&str> = gold.split(' ').collect();
        let text = match index % 5 {
            0 => gold.clone(),
            1 => words[..words.len() / 2].join(" "),
            2 => format!("Lire aussi\u{a0}: {gold}\n\n{}", gold.to_uppercase()),
            3 => words.iter().rev().copied().collect::<Vec<_>>().join(" "),
            _ => String::new(),
        };
        let title = page["title"].as_str().map(|title| title.to_uppercase().replace('\'', "’"));
        let mut made =
            serde_json::json!({"id": page["id"], "text": text, "title": title, "date": page["date"]});
        match index % 3 {
            0 => made["author"] = page["author"].clone(),
            1 => made["authors"] = serde_json::json!(["A", "B"]),
            _ => {}
        }
        made.to_string() + "\n"
    });
    made.collect()
}

fn snippets(page: &Value) -> String {
    let some = ["with", "without"].iter().filter_map(|field| page[field].as_array()).flatten();
    some.filter_map(Value::as_str).step_by(2).collect::<Vec<_>>().join("\n")
}

fn assert_close(theirs: &Value, ours: &Value, place: &str) {
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) => {
            assert_eq!(theirs.len(), ours.len(), "{place}: {theirs:?} {ours:?}");
            theirs.iter().for_each(|(key, value)| assert_close(value, &ours[key], &format!("{place} {key}")));
        }
        _ => {
            let (theirs, ours) = (theirs.as_f64().unwrap(), ours.as_f64().unwrap());
            assert!((theirs - ours).abs() < TOLERANCE, "{place}: {theirs} {ours}");
        }
    }
}
