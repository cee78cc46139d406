//! `fetch.render` in a run. Without Chromium in `PATH` the test says so and passes.

use super::bench::{Bench, page};
use super::support::{Answer, Server};

#[test]
fn a_page_that_its_script_builds_becomes_an_article_and_one_that_stays_empty_does_not() {
    let server = Server::start();
    let shell = |script: &str| {
        format!(
            "<!DOCTYPE html><html lang=fr><body><div id=root></div><script src={script}></script></body></html>"
        )
    };
    let article = serde_json::json!(page("a")).to_string();
    let script = format!(
        "document.body.innerHTML = new DOMParser().parseFromString({article}, 'text/html').body.innerHTML;"
    );
    server.route("/a", Answer::html(&shell("/a.js"))).route("/b", Answer::html(&shell("/b.js")));
    server.route("/a.js", Answer::bytes("text/javascript", script.into_bytes()));
    server.route("/c", Answer::html(&page("c").replace("</body>", "<script src=/c.js></script></body>")));
    let bench = Bench::new(
        "[fetch]\ndelay_seconds = 0\n[fetch.hosts.\"127.0.0.1\"]\nrender = \"fallback\"\n\
         [sources]\nlists = [\"urls.txt\"]\n",
    );
    bench.write("urls.txt", ["/a", "/b", "/c"].map(|path| server.url(path).to_string()).join("\n"));
    let run = bench.run();
    if run.stderr.contains("none is in PATH") {
        return println!("skipped: {}", run.stderr);
    }
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let states = bench.states();
    let state = |path: &str| states[server.url(path).as_str()].as_str();
    assert_eq!((state("/a"), state("/b"), state("/c")), ("done", "rejected", "done"));
    assert_eq!((server.count("/a"), server.count("/c.js")), (1, 0), "a page that is whole needs no browser");
}
