//! `tamis rules`, `learn`, `accept` and `verify` as scripts see them: stdout, stderr, exit code, files.
#![cfg(feature = "serve")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const FIRST: &str =
    "Le conseil municipal a voté mardi soir la rénovation du vieux pont, fermé depuis l’hiver dernier.";
const SECOND: &str =
    "Les travaux dureront dix-huit mois et coûteront deux millions d’euros, a précisé la maire.";

const THIRD: &str =
    "Le pont, construit en 1904, sera rendu aux piétons et aux cyclistes au printemps prochain.";

fn page(number: usize, more: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=fr><head><meta charset=utf-8><title>Le pont {number}</title>\
         <link rel=canonical href=https://www.phare.example/{number}></head><body>\
         <nav><a href=/>Accueil</a></nav><article><h1>Le pont {number}</h1><p>{FIRST}</p><p>{SECOND}</p>{more}</article></body></html>"
    )
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        write(folder.path(), name, text);
    }
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn tamis(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tamis"));
    command.args(arguments).current_dir(folder).env_remove("TAMIS_LOG").stdin(Stdio::null()).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn verify_shows_what_a_changed_rule_does_and_says_so_in_its_exit_code() {
    let note = "<p class=encart>Notre cahier de la vallée paraît ce samedi avec le journal.</p>";
    let home = folder(&[
        ("pages/a.html", &page(1, note)),
        ("pages/b.html", &page(2, "")),
        ("mine/sites/none.toml", SITE),
    ]);
    let accepted = tamis(home.path(), &["accept", "pages", "--rules", "mine"]);
    assert_eq!(accepted.status.code(), Some(0), "{}", stderr(&accepted));
    let same = tamis(home.path(), &["verify"]);
    assert_eq!((same.status.code(), stdout(&same).as_str()), (Some(0), ""), "{}", stderr(&same));
    write(home.path(), "mine/sites/phare.toml", &SITE.replace("autre.example", "phare.example"));
    let differs = tamis(home.path(), &["verify"]);
    let told = stdout(&differs);
    assert_eq!(differs.status.code(), Some(4), "{}", stderr(&differs));
    assert!(told.starts_with("pages/a.html\n") && told.contains("  - Notre cahier de la vallée"), "{told}");
    assert!(!told.contains("pages/b.html"), "{told}");
    assert!(stderr(&differs).contains("1 of 2 pages differ"), "{}", stderr(&differs));
    assert_eq!(tamis(home.path(), &["accept"]).status.code(), Some(0));
    assert_eq!(tamis(home.path(), &["verify"]).status.code(), Some(0));
    fs::remove_file(home.path().join("pages/b.html")).unwrap();
    assert!(stdout(&tamis(home.path(), &["verify"])).contains("pages/b.html\n  is not there any more"));
}

const SITE: &str = "host = \"autre.example\"\nstrip = [\".encart\"]\n[[test]]\n\
    html = \"<p>Le texte.</p><p class=encart>Non.</p>\"\nremoves = [\"Non.\"]\n";

#[test]
fn verify_without_an_accepted_output_says_what_to_do() {
    let home = folder(&[]);
    let output = tamis(home.path(), &["verify"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("tamis accept PATH"), "{}", stderr(&output));
    let output = tamis(home.path(), &["accept", "--focus", "recall"]);
    assert!(stderr(&output).contains("name the pages"), "{}", stderr(&output));
}

#[test]
fn a_mistyped_path_does_not_replace_what_was_accepted() {
    let home = folder(&[("saved/a.html", &page(1, ""))]);
    assert_eq!(tamis(home.path(), &["accept", "saved"]).status.code(), Some(0));
    let before = std::fs::read(home.path().join("accepted.jsonl")).unwrap();
    let refused = tamis(home.path(), &["accept", "nothere"]);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("nothing was accepted"), "{}", stderr(&refused));
    assert_eq!(std::fs::read(home.path().join("accepted.jsonl")).unwrap(), before);
}

#[test]
fn foreign_site_rules_are_imported_where_css_is_exact_and_the_other_lines_are_listed() {
    let foreign = "# written for this test\ntitle: //h1\nbody: //div[@id='story']\n\
        strip: //div[contains(concat(' ', normalize-space(@class), ' '), ' promo ')]\n\
        strip: //p[contains(., 'Lire aussi')]\nprune: no\n";
    let home = folder(&[("theirs/.phare.example.txt", foreign), ("theirs/README.md", "x")]);
    let output = tamis(home.path(), &["rules", "import", "theirs", "--into", "mine"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let told = stdout(&output);
    assert!(
        told.starts_with("theirs/.phare.example.txt:5: strip: //p[contains(., 'Lire aussi')]: CSS cannot"),
        "{told}"
    );
    assert!(told.contains(".phare.example.txt:6: prune: no: it is a setting of another program"), "{told}");
    let rule = fs::read_to_string(home.path().join("mine/sites/phare.example.toml")).unwrap();
    assert!(rule.contains("\"div#story\"") && rule.contains("\"div.promo\""), "{rule}");
    let body = page(1, "")
        .replace("<article>", "<article><div id=story><p>Le corps.</p><div class=promo>Non.</div></div>");
    write(home.path(), "a.html", &body);
    let cleaned = tamis(home.path(), &["clean", "a.html", "--rules", "mine", "--format", "json"]);
    assert!(stdout(&cleaned).contains("too-short"), "only the body counts: {}", stdout(&cleaned));
    let again = tamis(home.path(), &["rules", "import", "theirs", "--into", "mine"]);
    assert!(stderr(&again).contains("is there already"), "{}", stderr(&again));
}

#[test]
fn rules_are_listed_and_examples_that_fail_are_named() {
    let rule = "language = \"fr\"\n[[rule]]\nid = \"fr.other.mien\"\nkind = \"other\"\nscope = \"begins\"\n\
        patterns = [\"notre cahier\"]\nremove = [\"Notre cahier paraît\"]\nkeep = [\"KEEP\"]\n";
    let home = folder(&[("mine/phrases/fr.toml", &rule.replace("KEEP", "Le cahier est vide."))]);
    let listed = stdout(&tamis(home.path(), &["rules", "list", "--own", "--rules", "mine"]));
    assert!(listed.contains("fr.other.mien") && listed.lines().count() == 2, "{listed}");
    let check = |home: &Path| tamis(home, &["rules", "check", "--rules", "mine"]);
    assert_eq!(check(home.path()).status.code(), Some(0));
    write(home.path(), "mine/phrases/fr.toml", &rule.replace("KEEP", "Notre cahier est vide."));
    let failed = check(home.path());
    assert_eq!(failed.status.code(), Some(2));
    assert!(stderr(&failed).contains("fr.other.mien: keep: `Notre cahier est vide.`"), "{}", stderr(&failed));
}

#[test]
fn learn_proposes_with_evidence_and_writes_on_request_only() {
    let home = folder(&[]);
    for number in 0..3 {
        let note = format!(
            "<p>Notre cahier de la vallée numéro {number} paraît ce samedi avec le journal.</p><p>{THIRD}</p>"
        );
        write(home.path(), &format!("raw/{number}.html"), &page(number, &note));
        write(home.path(), &format!("clean/{number}.txt"), &format!("{FIRST}\n\n{SECOND}\n\n{THIRD}\n"));
    }
    let before = stdout(&tamis(home.path(), &["clean", "raw/0.html"]));
    assert!(before.contains("Notre cahier"), "the sample must need a rule: {before}");
    let proposed = tamis(home.path(), &["learn", "raw", "clean", "--rules", "mine"]);
    let told = stdout(&proposed);
    assert_eq!(proposed.status.code(), Some(0), "{}", stderr(&proposed));
    assert!(
        told.contains("kept and not wanted 3 -> 0") && told.contains("3 hits on 3 pages, 0 false hits"),
        "{told}"
    );
    assert!(!home.path().join("mine").exists(), "nothing is written without --apply");
    assert_eq!(
        tamis(home.path(), &["learn", "raw", "clean", "--rules", "mine", "--apply"]).status.code(),
        Some(0)
    );
    let rules = fs::read_to_string(home.path().join("mine/phrases/fr.toml")).unwrap();
    assert!(rules.contains("remove = [\"<p>Notre cahier") && rules.contains("keep = [\""), "{rules}");
    let after = stdout(&tamis(home.path(), &["clean", "raw/0.html", "--rules", "mine"]));
    assert!(!after.contains("Notre cahier") && after.contains(THIRD), "{after}");
}

#[test]
fn learn_without_a_pair_says_how_names_must_match() {
    let home = folder(&[("raw/a.html", "<p>x</p>"), ("clean/b.txt", "x")]);
    let output = tamis(home.path(), &["learn", "raw", "clean"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("a.html goes with a.txt"), "{}", stderr(&output));
}

#[test]
fn mistyped_commands_and_options_get_a_hint() {
    let home = folder(&[]);
    for (typed, meant) in [
        (vec!["claen", "x"], "'clean'"),
        (vec!["clean", "--fromat", "md"], "'--format'"),
        (vec!["clean", "--format", "jsonL"], "'json'"),
        (vec!["rules", "chek"], "'check'"),
    ] {
        let output = tamis(home.path(), &typed);
        assert_eq!(output.status.code(), Some(2), "{typed:?}");
        assert!(stderr(&output).contains(meant), "{typed:?}: {}", stderr(&output));
    }
}

#[test]
fn every_command_has_a_manual_page_also_those_of_commands_with_commands() {
    let home = folder(&[]);
    for (arguments, name) in [
        (vec!["man"], "tamis"),
        (vec!["man", "verify"], "tamis-verify"),
        (vec!["man", "rules", "import"], "tamis-rules-import"),
    ] {
        let output = tamis(home.path(), &arguments);
        let text = stdout(&output).replace("\\-", "-");
        assert!(text.contains(".TH") && text.contains(name), "{arguments:?}: {}", stderr(&output));
    }
    assert_eq!(tamis(home.path(), &["man", "rules", "nonsense"]).status.code(), Some(2));
}

/// Whether a shell is there to try a script in.
fn has(shell: &str) -> bool {
    Command::new(shell)
        .arg("-c")
        .arg("true")
        .stdin(Stdio::null())
        .output()
        .is_ok_and(|output| output.status.success())
}

#[test]
fn completions_work_in_the_shells_that_are_there() {
    let home = folder(&[]);
    let bash = "source ./bash; COMP_WORDS=(tamis ver); COMP_CWORD=1; _tamis tamis ver tamis; echo \"${COMPREPLY[@]}\"";
    let zsh = "autoload -Uz compinit; compinit -u -d ./dump; source ./zsh; whence -w $_comps[tamis]";
    let fish = "source ./fish; complete -C 'tamis ver'";
    for (shell, script, expected) in
        [("bash", bash, "verify"), ("zsh", zsh, "_tamis: function"), ("fish", fish, "verify")]
    {
        write(home.path(), shell, &stdout(&tamis(home.path(), &["completions", shell])));
        if !has(shell) {
            eprintln!("{shell} is not there; its completions were not tried");
            continue;
        }
        let mut command = Command::new(shell);
        if shell == "zsh" {
            command.arg("-f");
        }
        let tried =
            command.arg("-c").arg(script).current_dir(home.path()).env("HOME", home.path()).output().unwrap();
        assert!(stdout(&tried).contains(expected), "{shell}: {} {}", stdout(&tried), stderr(&tried));
    }
}
