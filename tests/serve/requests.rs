//! What the server answers, and what it refuses.

use serde_json::{Value, json};

use crate::server::{Server, holds, index_of, program};
use crate::site;

#[test]
fn requests_from_elsewhere_are_refused() {
    let server = Server::start();
    let key = server.key_line();
    let with_host = |host: &str| {
        server.raw(&format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")).status
    };
    assert_eq!(with_host(&server.address), 200);
    assert_eq!(with_host("localhost"), 200);
    for host in ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "", "tamis"] {
        assert_eq!(with_host(host), 403, "{host}");
    }
    let start = |headers: &str| server.ask("GET", "/api/start", headers, "").status;
    assert_eq!(start(&key), 200);
    assert_eq!(start(""), 403, "without the key");
    assert_eq!(start("x-tamis-key: 0123456789abcdef\r\n"), 403);
    assert_eq!(start(&format!("{key}Origin: http://evil.example\r\n")), 403);
    assert_eq!(start(&format!("{key}Origin: null\r\n")), 403);
    assert_eq!(start(&format!("{key}Origin: http://{}\r\n", server.address)), 200);
    assert_eq!(start(&format!("{key}Sec-Fetch-Site: cross-site\r\n")), 403);
    assert_eq!(server.ask("POST", "/api/undo", "", "").status, 403, "a form of another site");
}

#[test]
fn every_answer_forbids_foreign_script_frames_and_guessing() {
    let server = Server::start();
    for path in ["/", "/main.js", "/theme.css", "/nothing", "/api/start"] {
        let head = server.get(path).head;
        let wanted =
            ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "nosniff", "no-store"];
        for part in wanted {
            assert!(head.contains(part), "{path}: {part} not in {head}");
        }
        assert!(!head.contains("unsafe-inline") && !head.contains("access-control-allow"), "{path}");
    }
    assert!(server.get("/main.js").head.contains("text/javascript"));
}

#[test]
fn no_file_outside_of_the_saved_pages_is_reached() {
    let server = Server::start();
    for path in
        ["/../Cargo.toml", "/..%2f..%2fetc/passwd", "/saved/crue-0.html", "/rules/sites", "//etc/passwd"]
    {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
    assert_eq!(server.post("/api/fetch", &json!({"saved": 3})).status, 404);
    assert!(server.post("/api/fetch", &json!({"saved": "../../etc/passwd"})).status >= 400);
    for address in ["file:///etc/passwd", "/etc/passwd", "saved/crue-0.html", "ftp://a.example/"] {
        assert_eq!(server.post("/api/fetch", &json!({"url": address})).status, 422, "{address}");
    }
}

#[test]
fn private_addresses_are_not_fetched() {
    let server = Server::start();
    for address in [
        &format!("http://{}/", server.address),
        "http://169.254.169.254/latest",
        "http://[::1]/",
        "http://2130706433/",
    ] {
        let answer = server.post("/api/fetch", &json!({"url": address}));
        assert_eq!(answer.status, 502, "{address}: {}", answer.body);
        assert!(answer.json()["error"].as_str().unwrap().contains("private"), "{}", answer.body);
    }
}

#[test]
fn other_machines_are_kept_out_unless_they_are_let_in() {
    let output = program().args(["serve", "--bind", "0.0.0.0:0"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--allow-remote"));
}

#[test]
fn a_page_is_shown_with_the_fate_of_each_block() {
    let server = Server::start();
    let page = server.open(&site::page(0));
    let shown = server.get(&format!("/api/page?page={page}&focus=balanced")).json();
    let blocks = shown["blocks"].as_array().unwrap();
    let removed = &blocks[index_of(blocks, "Lire aussi")];
    assert_eq!(removed["kept"], false);
    assert_eq!(removed["kind"], "related");
    let kept = index_of(blocks, "La Loire est montée");
    assert_eq!(blocks[kept]["kept"], true);
    assert!(shown["article"].as_array().unwrap().iter().any(|part| part["block"] == json!(kept)));
    let date = shown["metadata"].as_array().unwrap().iter().find(|origin| origin["field"] == "date").unwrap();
    assert_eq!(date["places"][0], "meta[property=\"article:published_time\"]");
    let why = server.get(&format!("/api/block?page={page}&focus=balanced&index={kept}")).json();
    assert!(why["shares"].as_array().unwrap().len() > 3 && why["sum"].as_f64().unwrap() > 0.0, "{why}");
}

#[test]
fn the_focus_changes_the_view_and_an_unknown_one_is_refused() {
    let server = Server::start();
    let page = server.open(&site::page(0));
    for focus in ["precision", "recall"] {
        assert_eq!(server.get(&format!("/api/page?page={page}&focus={focus}")).json()["status"], "ok");
    }
    assert_eq!(server.get(&format!("/api/page?page={page}&focus=best")).status, 400);
    assert_eq!(server.get("/api/page?page=99&focus=recall").status, 404);
}

#[test]
fn what_is_no_page_is_told_and_not_taught() {
    let server = Server::start();
    let page = server.open("%PDF-1.4 not a page");
    let shown = server.get(&format!("/api/page?page={page}&focus=balanced")).json();
    assert_eq!(shown["status"], "not-html");
    let wish = json!({"page": page, "focus": "balanced", "index": 0, "aim": "remove"});
    assert_eq!(server.post("/api/propose", &wish).status, 422);
}

/// The wish to remove the notice on a page, as the browser sends it.
fn preview(server: &Server, page: u64, lesson: &Value) -> Value {
    let index = index_of(&server.blocks(page), "Le cahier");
    let trial = json!({"page": page, "focus": "balanced", "index": index, "lesson": lesson});
    let answer = server.post("/api/preview", &trial);
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

#[test]
fn nothing_is_written_without_the_preview_and_each_is_applied_once() {
    let server = Server::start();
    let page = server.open(&site::page(0));
    let index = index_of(&server.blocks(page), "Le cahier");
    assert_eq!(server.blocks(page)[index]["kept"], true, "the notice is taken for prose");
    let wish = json!({"page": page, "focus": "balanced", "index": index, "aim": "remove"});
    let proposal = server.post("/api/propose", &wish).json();
    assert_eq!(proposal["host"], "phare.example");
    let selector = proposal["selectors"][0]["selector"].as_str().unwrap();
    assert!(selector.contains("cahier"), "{proposal}");
    let lesson = json!({"form": "selector", "aim": "remove", "selector": selector});

    for wrong in [json!({"preview": 1}), json!({"lesson": lesson}), json!({"preview": 1, "lesson": lesson})] {
        assert!(server.post("/api/apply", &wrong).status >= 400);
    }
    let shown = preview(&server, page, &lesson);
    assert_eq!(shown["here"]["removed"], json!([site::NOTICE]));
    assert_eq!((&shown["others"]["tried"], &shown["others"]["changed"]), (&json!(3), &json!(3)));
    assert!(shown["written"].as_str().unwrap().contains("strip = "), "{shown}");
    assert!(!server.rules().exists(), "a preview writes nothing");

    let apply = json!({"preview": shown["preview"]});
    assert_eq!(server.post("/api/apply", &apply).status, 200);
    assert_eq!(server.written(), ["sites/phare.example.toml"]);
    assert!(holds(&server.rules(), "sites/phare.example.toml", "removes = [\"Le cahier"));
    assert!(holds(&server.rules(), "sites/phare.example.toml", "keeps = ["));
    assert_eq!(server.blocks(page)[index]["rule"], "site.strip");
    assert_eq!(server.post("/api/apply", &apply).status, 404, "a preview is spent");

    let undone = server.post("/api/undo", &json!({})).json();
    assert!(undone["undone"].as_str().unwrap().contains("phare.example"), "{undone}");
    assert!(server.written().is_empty());
    assert_eq!(server.blocks(page)[index]["kept"], true);
    assert_eq!(server.post("/api/undo", &json!({})).json()["undone"], Value::Null);
}

#[test]
fn a_taught_phrase_holds_for_the_command_line_too() {
    let server = Server::start();
    let page = server.open(&site::page(0));
    let lesson = json!({"form": "phrase", "phrase": "Le cahier du dimanche", "scope": "begins", "kind": "advert",
        "language": "fr", "keep": "Les cahiers du dimanche sont en vente au kiosque."});
    let shown = preview(&server, page, &lesson);
    assert_eq!(server.post("/api/apply", &json!({"preview": shown["preview"]})).status, 200);
    assert!(holds(&server.rules(), "phrases/fr.toml", "fr.advert.own-le-cahier-du-dimanche"));
    let saved = server.rules().parent().unwrap().join("saved/crue-1.html");
    let output = program().arg("clean").arg(saved).arg("--rules").arg(server.rules()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Le maire a demandé") && !text.contains("cahier"), "{text}");
}

#[test]
fn an_exception_to_a_built_in_phrase_brings_a_line_back() {
    let server = Server::start();
    let page = server.open(&site::page(0));
    let index = index_of(&server.blocks(page), "Lire aussi");
    let wish = json!({"page": page, "focus": "balanced", "index": index, "aim": "keep"});
    let proposal = server.post("/api/propose", &wish).json();
    assert_eq!(proposal["phrase"]["exception_to"], "fr.related.lire-aussi", "{proposal}");
    let by_phrase =
        json!({"form": "exception", "rule": "fr.related.lire-aussi", "phrase": proposal["phrase"]["phrase"]});
    let by_selector = json!({"form": "selector", "aim": "keep", "selector": ".lire"});
    for lesson in [by_phrase, by_selector] {
        let trial = json!({"page": page, "focus": "balanced", "index": index, "lesson": lesson});
        let shown = server.post("/api/preview", &trial).json();
        assert_eq!(shown["here"]["added"], json!([site::READ_ALSO]), "{shown}");
    }
}

#[test]
fn a_wrong_lesson_is_refused_in_a_sentence() {
    let server = Server::start();
    let page = server.open(&site::page(0));
    let index = index_of(&server.blocks(page), "Le cahier");
    let refused = |lesson: Value| {
        let trial = json!({"page": page, "focus": "balanced", "index": index, "lesson": lesson});
        let answer = server.post("/api/preview", &trial);
        assert_eq!(answer.status, 422, "{}", answer.body);
        answer.json()["error"].as_str().unwrap().to_owned()
    };
    assert!(
        refused(json!({"form": "selector", "aim": "remove", "selector": "p >"})).contains("no CSS selector")
    );
    let elsewhere = refused(json!({"form": "selector", "aim": "remove", "selector": ".qui"}));
    assert!(elsewhere.contains("does not match this block"), "{elsewhere}");
    let phrase = json!({"form": "phrase", "phrase": "Le", "scope": "begins", "kind": "advert", "language": "fr",
        "keep": "Le cahier est clos."});
    assert!(refused(phrase).contains("Le cahier est clos."));
}

#[test]
fn a_hostile_page_leaves_the_server_as_data() {
    let server = Server::start();
    let page = server.open(&site::hostile());
    let answer = server.get(&format!("/api/page?page={page}&focus=balanced"));
    assert!(answer.head.contains("content-type: application/json") && answer.head.contains("nosniff"));
    let blocks = server.blocks(page);
    let text = blocks[index_of(&blocks, "La Loire")]["text"].as_str().unwrap();
    assert!(text.contains("<script>window.hacked=2</script>"), "{text}");
}

/// Furniture counts from four different articles on, which share next to no words.
#[test]
fn furniture_that_runs_have_found_is_a_reason_in_the_workbench() {
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("saved");
    std::fs::create_dir_all(&saved).unwrap();
    let page = |name: &str| {
        let sentence =
            |number| format!("La mesure {name}{number} concerne le bourg {number}{name} et {name}x{number}.");
        let prose: Vec<String> = (0..24).map(sentence).collect();
        format!(
            "<html lang=fr><link rel=canonical href=https://www.phare.example/{name}><body><article>\
             <h1>Le budget de {name}</h1><p>{}</p><p>{}</p><p>{}</p></article></body></html>",
            prose[..12].join(" "),
            prose[12..].join(" "),
            site::NOTICE
        )
    };
    for name in ["arles", "brest", "cahors", "dreux", "evron"] {
        std::fs::write(saved.join(format!("{name}.html")), page(name)).unwrap();
    }
    std::fs::write(folder.path().join("config.toml"), "[sources]\nsaved = [\"saved\"]\n").unwrap();
    assert!(program().arg("run").current_dir(folder.path()).output().unwrap().status.success());
    let server = Server::start_in(folder);
    let blocks = server.blocks(server.open(&page("foix")));
    let notice = &blocks[index_of(&blocks, "Le cahier")];
    assert_eq!(
        (notice["kept"].as_bool(), notice["rule"].as_str()),
        (Some(false), Some("furniture")),
        "{notice}"
    );
}
