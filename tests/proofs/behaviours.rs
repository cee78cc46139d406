//! Every behaviour of a server ends in its documented state within its deadline and in little memory.

use std::net::Ipv4Addr;
use std::time::Duration;

use crate::fetch;
use crate::support::{Answer, Asked, Server, bombs};

/// The deadline of a page, in seconds.
const DEADLINE: f64 = 3.0;

/// Deadlines that the whole run may take on a busy machine: pages run side by side.
const MOST_DEADLINES: u32 = 30;

/// Most memory with the bombs, in KiB; a build without optimisation needs more for its own code and stacks.
const MOST_MEMORY: u64 = if cfg!(debug_assertions) { 96 << 10 } else { 64 << 10 };

/// What decompressed is a gibibyte.
const BOMB_MEBIBYTES: usize = 1024;

const ARTICLE: &str = "Le conseil municipal a voté mardi soir la rénovation du vieux pont, fermé depuis l'été dernier. \
    Les travaux dureront dix-huit mois et coûteront deux millions d'euros, a précisé la maire à la presse locale.";

fn page() -> String {
    html(&format!("<article><h1>Le pont</h1><p>{ARTICLE}</p><p>{ARTICLE}</p></article>"))
}

fn html(body: &str) -> String {
    format!("<!DOCTYPE html><html lang=fr><head><title>Le pont</title></head><body>{body}</body></html>")
}

/// A behaviour: its name, which is its path, and the states that its page may end in.
type Behaviour = (&'static str, Answer, &'static str);

fn charsets() -> Vec<Behaviour> {
    let encoded = |encoding: &'static encoding_rs::Encoding| encoding.encode(&page()).0.into_owned();
    let utf16: Vec<u8> = format!("\u{feff}{}", page()).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let with_meta = page().replace("<head>", "<head><meta charset=iso-8859-15>");
    let meta = encoding_rs::ISO_8859_15.encode(&with_meta).0.into_owned();
    vec![
        ("/utf-8", Answer::html(&page()), "ok"),
        ("/latin", Answer::bytes("text/html; charset=iso-8859-1", encoded(encoding_rs::WINDOWS_1252)), "ok"),
        ("/windows", Answer::bytes("text/html", encoded(encoding_rs::WINDOWS_1252)), "ok"),
        ("/utf-16", Answer::bytes("text/html", utf16), "ok"),
        ("/meta", Answer::bytes("text/html", meta), "ok"),
    ]
}

fn statuses() -> Vec<Behaviour> {
    vec![
        ("/301", Answer::redirect(301, "/302"), "ok"),
        ("/302", Answer::redirect(302, "/307"), "ok"),
        ("/307", Answer::redirect(307, "/308"), "ok"),
        ("/308", Answer::redirect(308, "/utf-8"), "ok"),
        ("/loop", Answer::redirect(302, "/loop?"), "too-many-redirects"),
        ("/304", Answer::status(304), "http-error"),
        ("/404", Answer::status(404), "not-found"),
        ("/410", Answer::status(410), "gone"),
        ("/429", Answer::status(429).header("Retry-After", "3600"), "rate-limited"),
        ("/503", Answer::status(503).header("Retry-After", "Sun, 06 Nov 2095 08:49:37 GMT"), "rate-limited"),
        ("/500", Answer::status(500), "server-error"),
    ]
}

fn broken() -> Vec<Behaviour> {
    vec![
        ("/drip", Answer::drip(&page(), Duration::from_millis(100)), "timeout"),
        ("/silent", Answer::silence(), "timeout"),
        ("/hangup", Answer::hangup(), "connect-failed"),
        ("/truncated", Answer::cut(b"<p>Le".to_vec()).header("Content-Length", "1000"), "truncated"),
        (
            "/longer",
            Answer::cut(page().into_bytes()).header("Content-Length", &(page().len() - 14).to_string()),
            "ok",
        ),
        ("/headers", Answer::endless_headers(), "bad-response"),
        ("/pdf", Answer::bytes("application/pdf", b"%PDF-1.7".to_vec()), "unsupported-media-type"),
        ("/not-html", Answer::html("%PDF-1.7 in the place of a page"), "not-html"),
        ("/private", Answer::html(&page()), "robots-denied"),
        ("/robots-500", Answer::html(&page()), "robots-unavailable"),
        ("/robots-bomb", Answer::html(&page()), "ok"),
    ]
}

/// Pages with status 200 that are no articles.
fn walls() -> Vec<Behaviour> {
    let consent = "<h1>Votre vie privée</h1><p>Nous et nos partenaires utilisons des cookies et des traceurs.</p>\
        <button>Tout accepter</button><button>Refuser</button><button>Préférences</button>";
    let login = "<h1>Connexion</h1><form><label>Adresse</label><input><label>Mot de passe</label><input type=password>\
        <button>Se connecter</button><a href=/x>Mot de passe oublié ?</a></form>";
    let missing = "<h1>Erreur 404</h1><p>Page introuvable : la page demandée n’existe pas ou plus.</p>";
    let robot = "<h1>Checking your browser</h1><p>Please verify you are human. Ray ID: 7d3f</p>";
    vec![
        ("/consent", Answer::html(&html(consent)), "consent-wall"),
        ("/login", Answer::html(&html(login)), "login-wall"),
        ("/soft-404", Answer::html(&html(missing)), "soft-not-found"),
        ("/robot", Answer::html(&html(robot)), "bot-check"),
        ("/shell", Answer::html(&html("<div id=root></div><script src=/app.js></script>")), "empty-shell"),
    ]
}

async fn explosive() -> Vec<Behaviour> {
    let (first, piece) = bombs::gzip_pieces();
    let coded = |bytes, coding| Answer::bytes("text/html", bytes).header("Content-Encoding", coding);
    let gzip = Answer::chunks(first, piece, BOMB_MEBIBYTES).header("Content-Encoding", "gzip");
    vec![
        ("/bomb-gzip", gzip, "too-large"),
        ("/bomb-br", coded(bombs::brotli(BOMB_MEBIBYTES).await, "br"), "too-large"),
        ("/bomb-zstd", coded(bombs::zstd(BOMB_MEBIBYTES).await, "zstd"), "too-large"),
        ("/bomb-plain", Answer::chunks(Vec::new(), vec![b'a'; 1 << 16], BOMB_MEBIBYTES * 16), "too-large"),
    ]
}

/// The robots.txt of each host; the host of a behaviour is told by its last number.
fn robots(asked: &Asked, names: &[&'static str]) -> Answer {
    let number = asked.host.rsplit('.').next().and_then(|number| number.parse::<usize>().ok());
    match number.and_then(|number| names.get(number - 1)) {
        Some(&"/private") => Answer::text("User-agent: *\nDisallow: /private\n"),
        Some(&"/robots-500") => Answer::status(500),
        Some(&"/robots-bomb") => Answer::chunks(Vec::new(), b"# nothing\n".repeat(1000), 100_000),
        _ => Answer::status(404),
    }
}

/// Sitemaps that name one another for ever, and one that is an entity bomb; a feed.
fn serve_sources(server: &Server, host: &str) {
    let url = |path| server.url_at(host, path);
    let index = |path| format!("<sitemapindex><sitemap><loc>{}</loc></sitemap></sitemapindex>", url(path));
    let both = format!(
        "{}<sitemap><loc>{}</loc></sitemap></sitemapindex>",
        index("/map-2").trim_end_matches("</sitemapindex>"),
        url("/map-bomb")
    );
    let entities: String = (1..40).map(|n| format!("<!ENTITY e{n} \"&e{};&e{};\">", n - 1, n - 1)).collect();
    let bomb = format!(
        "<!DOCTYPE urlset [<!ENTITY e0 \"x\">{entities}]><urlset><url><loc>&e39;</loc></url>\
        <url><loc>{}</loc></url></urlset>",
        url("/from-map")
    );
    let item = format!("<item><title>t</title><link>{}</link></item>", url("/from-feed"));
    let feed = format!("<rss version='2.0'><channel><title>t</title>{item}</channel></rss>");
    for (path, text) in [("/map-1", both), ("/map-2", index("/map-1")), ("/map-bomb", bomb), ("/feed", feed)]
    {
        server.route(path, Answer::bytes("application/xml", text.into_bytes()));
    }
    server.route("/from-map", Answer::html(&page())).route("/from-feed", Answer::html(&page()));
}

#[test]
fn every_behaviour_ends_in_its_documented_state_in_time_and_in_little_memory() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let all = [charsets(), statuses(), broken(), walls(), runtime.block_on(explosive())].concat();
    let names: Vec<&'static str> = all.iter().map(|(path, ..)| *path).collect();
    // each behaviour on a host of its own, so that one that asks for a pause does not hold back the others
    let hosts: Vec<Ipv4Addr> =
        (0..=all.len()).map(|number| Ipv4Addr::new(127, 0, 1, number as u8 + 1)).collect();
    let server = Server::start_on(&hosts).expect("Linux has all of 127.0.0.0/8");
    for (path, answer, _) in &all {
        server.route(path, answer.clone());
    }
    server.on("/loop", |asked| Answer::redirect(302, &format!("{}?x", asked.path)));
    server.on("/robots.txt", move |asked| robots(asked, &names));
    let own = hosts[all.len()].to_string();
    serve_sources(&server, &own);
    let url =
        |(number, behaviour): (usize, &Behaviour)| server.url_at(&hosts[number].to_string(), behaviour.0);
    let urls: Vec<String> = all.iter().enumerate().map(|pair| url(pair).to_string()).collect();
    let (map, feed) = (server.url_at(&own, "/map-1").to_string(), server.url_at(&own, "/feed").to_string());
    let deadline = DEADLINE.to_string();
    let arguments =
        ["--delay", "0", "--retries", "1", "--timeout", &deadline, "--sitemap", &map, "--feed", &feed];

    let ran = fetch(&arguments, &urls.join("\n"));

    let found = ran.statuses();
    let mut expected: std::collections::BTreeMap<String, String> =
        urls.iter().zip(&all).map(|(url, behaviour)| (url.clone(), behaviour.2.to_owned())).collect();
    for path in ["/from-map", "/from-feed"] {
        expected.insert(server.url_at(&own, path).to_string(), "ok".to_owned());
    }
    assert_eq!(found, expected, "{}", ran.stderr);
    assert_eq!(ran.code, Some(3));
    let texts = ran.records.iter().filter(|record| record["status"] == "ok").map(|record| &record["text"]);
    texts.for_each(|text| {
        assert!(text.as_str().is_some_and(|text| text.contains("fermé depuis l'été")), "{text}")
    });
    println!("{} behaviours in {:.1?}, at most {} KiB", found.len(), ran.elapsed, ran.peak);
    assert!(ran.elapsed < MOST_DEADLINES * Duration::from_secs_f64(DEADLINE), "{:?}", ran.elapsed);
    assert!(ran.peak > 0 && ran.peak < MOST_MEMORY, "{} KiB", ran.peak);
}
