//! Articles that come twice: under two addresses, or nearly alike in two papers.

use super::bench::{Bench, mark, page};
use super::support::{Answer, Server};

fn run_over(server: &Server, paths: &[&str], output: &str) -> Bench {
    let bench = Bench::new(&format!(
        "[fetch]\ndelay_seconds = 0\n[sources]\nlists = [\"urls.txt\"]\n[output]\n{output}"
    ));
    let urls: Vec<String> = paths.iter().map(|path| server.url(path).to_string()).collect();
    bench.write("urls.txt", urls.join("\n"));
    let run = bench.run();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    bench
}

/// An article long enough for a fingerprint, with sentences of its own.
fn long(name: &str, last: &str) -> String {
    let sentences: String = (0..60)
        .map(|number| format!("La mesure {name}{number} concerne la commune {number}{name} du bassin. "))
        .collect();
    page(name).replace("Les travaux commenceront au printemps.", &format!("{sentences}{last}"))
}

fn canonical(server: &Server, path: &str, text: &str) -> Answer {
    let link = format!("<head><link rel=canonical href=\"{}\">", server.url(path));
    Answer::html(&text.replace("<head>", &link))
}

#[test]
fn a_second_address_of_one_article_is_skipped() {
    let server = Server::start();
    for path in ["/a", "/a.amp"] {
        server.route(path, canonical(&server, "/a", &long("a", "Fin.")));
    }
    server.route("/moved", Answer::redirect(301, "/a"));
    let bench = run_over(&server, &["/a", "/a.amp", "/moved"], "kind = \"jsonl\"\n");
    let lines = bench.read("articles.jsonl");
    let records: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let statuses: Vec<&str> = records.iter().map(|record| record["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["ok", "duplicate", "duplicate"]);
    assert!(records[1]["reason"].as_str().unwrap().contains(server.url("/a").as_str()));
    assert_eq!(bench.report()["duplicates"], 2);
    bench.run();
    assert_eq!((server.count("/a.amp"), bench.report()["tried"].clone()), (1, 0.into()));
}

#[test]
fn a_wrong_canonical_address_costs_no_article() {
    let server = Server::start();
    for name in ["a", "b"] {
        server.route(&format!("/{name}"), canonical(&server, "/rubrique", &long(name, "Fin.")));
    }
    let bench = run_over(&server, &["/a", "/b"], "");
    let files = bench.files("articles");
    assert_eq!(files.len(), 2);
    assert!(files.values().any(|text| text.contains(&mark("b"))));
}

fn nearly_alike() -> Server {
    let server = Server::start();
    let agency = long("a", "Le texte finit ainsi.");
    server.route("/one", Answer::html(&agency));
    server.route(
        "/two",
        Answer::html(&agency.replace(
            "Le texte finit ainsi",
            "Le texte finit ainsi, dit l’agence, qui cite le maire de la ville et deux de ses adjoints",
        )),
    );
    server.route("/other", Answer::html(&long("z", "Fin.")));
    server
}

#[test]
fn near_duplicates_are_reported_skipped_or_kept_as_configured() {
    for (setting, written, doubles) in [("report", 3, 1), ("skip", 2, 1), ("keep", 3, 0)] {
        let server = nearly_alike();
        let output = format!("near_duplicates = \"{setting}\"\n");
        let bench = run_over(&server, &["/one", "/two", "/other"], &output);
        let report = bench.report();
        assert_eq!(
            (&report["written"], &report["duplicates"]),
            (&written.into(), &doubles.into()),
            "{setting}"
        );
        assert_eq!(bench.files("articles").len(), written, "{setting}");
        let known = bench.tamis(&["state", "--format", "jsonl"]).stdout;
        let reasons = known.matches("of 64 bits differ) as http").count();
        assert_eq!(reasons, doubles, "{setting}: {known}");
    }
}

#[test]
fn near_duplicates_are_found_over_runs() {
    let server = nearly_alike();
    let bench = run_over(&server, &["/one"], "near_duplicates = \"skip\"\n");
    bench.write("urls.txt", server.url("/two").as_str());
    bench.run();
    assert_eq!((bench.files("articles").len(), &bench.report()["duplicates"]), (1, &1.into()));
    assert_eq!(bench.states()[server.url("/two").as_str()], "rejected");
}
