//! What a run says: a line, JSON, Prometheus metrics, warnings with the option that would help.

use super::bench::{Bench, page};
use super::support::{Answer, Server};

fn list(bench: &Bench, server: &Server, paths: &[&str]) {
    let urls: Vec<String> = paths.iter().map(|path| server.url(path).to_string()).collect();
    bench.write("urls.txt", urls.join("\n"));
}

#[test]
fn metrics_are_written_for_prometheus() {
    let server = Server::start();
    server.route("/a", Answer::html(&page("a")));
    let bench = Bench::new(
        "[fetch]\ndelay_seconds = 0\n[sources]\nlists = [\"urls.txt\"]\n[job]\nmetrics = \"m/tamis.prom\"\n",
    );
    list(&bench, &server, &["/a", "/none"]);
    let run = bench.run();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let metrics = bench.read("m/tamis.prom");
    for line in [
        "tamis_run_pages{outcome=\"written\"} 1",
        "tamis_run_pages{outcome=\"failing\"} 1",
        "tamis_run_statuses{status=\"not-found\"} 1",
        "tamis_pages{state=\"done\"} 1",
        "tamis_run_host_pages{host=\"127.0.0.1\"} 2",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line}\n{metrics}");
    }
    assert_eq!(bench.files("m").len(), 1, "no temporary file is left");
}

#[test]
fn the_report_is_a_page_to_look_at_without_script_or_outside_parts() {
    let server = Server::start();
    let text =
        "La Loire est montée de deux mètres dans la nuit de mardi à mercredi, a annoncé la préfecture. ";
    for number in 0..6 {
        let count = if number == 5 { 1 } else { 8 };
        let paragraphs: String =
            (0..count).map(|day| format!("<p>Le {day}e jour. {}</p>", text.repeat(3))).collect();
        let html = format!(
            "<html lang=fr><body><article><h1>Crue &lt;b&gt; {number}</h1>{paragraphs}</article></body></html>"
        );
        server.route(&format!("/{number}"), Answer::html(&html));
    }
    let settings = "[fetch]\ndelay_seconds = 0\n[sources]\nlists = [\"urls.txt\"]\n[output]\nnear_duplicates = \"keep\"\n\
        [job]\nreport_html = \"r/report.html\"\n";
    let bench = Bench::new(settings);
    list(&bench, &server, &["/0", "/1", "/2", "/3", "/4", "/5", "/none"]);
    let run = bench.run();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let page = bench.read("r/report.html");
    for part in [
        "default-src 'none'",
        "<svg",
        "127.0.0.1",
        "not-found",
        "tamis explain &#39;",
        "#open=http%3A%2F%2F127.0.0.1",
        "Crue &lt;b&gt; 5",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(
        !page.contains("<script") && !page.contains("src=") && !page.contains("Crue &lt;b&gt; 4"),
        "{page}"
    );
    let short = &bench.report()["look_at"][0];
    assert_eq!(short["sign"], "short", "{short}");
    assert!(short["source"].as_str().unwrap().ends_with("/5"), "{short}");
}

#[test]
fn a_host_that_asks_for_patience_is_named_with_the_option_that_helps() {
    let server = Server::start();
    server.robots("User-agent: *\nCrawl-delay: 30");
    for path in ["/a", "/b", "/c"] {
        server.route(path, Answer::html(&page(path)));
    }
    let job = "[job]\ntime_budget_seconds = 2\ngrace_seconds = 0\n";
    let bench = Bench::new(&format!("[fetch]\ndelay_seconds = 0\n[sources]\nlists = [\"urls.txt\"]\n{job}"));
    list(&bench, &server, &["/a", "/b", "/c"]);
    let run = bench.run();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let warning = "127.0.0.1 asked for 30 s between requests (robots.txt Crawl-delay); 3 URLs are waiting";
    assert!(run.stderr.contains(warning), "{}", run.stderr);
    assert!(run.stderr.contains("job.time_budget_seconds"), "{}", run.stderr);
    let report = bench.report();
    assert!(report["warnings"][0].as_str().unwrap().starts_with(warning), "{report}");
    assert_eq!(report["hosts"]["127.0.0.1"]["delay_seconds"], 30.0);
}

#[test]
fn hosts_have_counts_times_bytes_and_rejections_by_reason() {
    let server = Server::start();
    server.route("/a", Answer::html(&page("a")));
    server.route("/empty", Answer::html("<html><body></body></html>"));
    let bench = Bench::new("[fetch]\ndelay_seconds = 0\n[sources]\nlists = [\"urls.txt\"]\n");
    list(&bench, &server, &["/a", "/empty"]);
    bench.run();
    let host = &bench.report()["hosts"]["127.0.0.1"];
    assert_eq!((&host["tried"], &host["articles"], &host["rejected"]), (&2.into(), &1.into(), &1.into()));
    assert_eq!(host["statuses"].as_object().unwrap().len(), 1, "{host}");
    assert_eq!(host["requests"], 3, "with robots.txt");
    assert!(host["bytes"].as_u64() > Some(500) && host["network_seconds"].as_f64() > Some(0.0), "{host}");
}

#[test]
fn logs_are_text_or_json_and_verbose_ones_name_every_page() {
    let bench = Bench::new("[sources]\nsaved = [\"pages\"]\n");
    bench.write("pages/a.html", page("a"));
    let run = bench.run_with(&["--log-format", "json", "--verbose"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let events: Vec<serde_json::Value> =
        run.stderr.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let page = events.iter().find(|event| event["page"].is_string()).expect("an event of the page");
    assert_eq!((&page["state"], &page["status"]), (&"done".into(), &"ok".into()));
    assert!(
        events.last().unwrap()["message"].as_str().unwrap().starts_with("1 page tried: 1 article written")
    );
    let quiet = bench.run_with(&["--quiet"]);
    assert_eq!(quiet.stderr, "");
}
