//! Hostile inputs that are no pages.

use super::lists::LINES;
use super::{Family, PROSE, Reader, numbered, repeated};

/// Dirty texts.
pub fn texts() -> Vec<Family> {
    let mut families: Vec<Family> = LINES
        .into_iter()
        .map(|(name, line)| {
            Family::new(Reader::Text, format!("text of {name}"), move |bytes| {
                format!("{PROSE}\n\n{}", repeated(bytes, line))
            })
        })
        .collect();
    for (name, line) in [
        ("prose", PROSE),
        ("short lines", "a\n"),
        ("blank lines", "\n"),
        ("letters", "a"),
        ("bold", "**a** "),
        ("marks", "*_`"),
        ("HTML", "<div><p>Un mot"),
        ("entities", "&amp;&eacute;"),
        ("table", "| a | b |\n|---|---|\n"),
        ("headings", "# Un titre\n"),
        ("fences", "```\n"),
        ("cells", "|a"),
    ] {
        families
            .push(Family::new(Reader::Text, format!("text of {name}"), move |bytes| repeated(bytes, line)));
    }
    families.push(Family::new(Reader::Text, "text with a long head", |bytes| {
        format!("{}{PROSE}", numbered(bytes, |n| format!("Titre {n} du journal\n")))
    }));
    families.push(Family::new(Reader::Text, "text of one paragraph, over and over", |bytes| {
        repeated(bytes, &format!("{PROSE}{PROSE}\n\n"))
    }));
    families
}

/// What names pages: feeds, sitemaps, lists, robots.txt.
pub fn sources() -> Vec<Family> {
    vec![
        Family::new(Reader::Feed, "feed items", |bytes| {
            format!(
                "<rss version=\"2.0\"><channel>{}",
                numbered(bytes, |n| format!(
                    "<item><link>https://a.example/{n}</link><title>x</title></item>"
                ))
            ) + "</channel></rss>"
        }),
        Family::new(Reader::Feed, "feed nesting", |bytes| {
            format!("<rss version=\"2.0\"><channel><item><title>{}", repeated(bytes, "<a>"))
        }),
        Family::new(Reader::Feed, "feed of unknown elements", |bytes| {
            format!(
                "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry>{}",
                repeated(bytes, "<x y='z'>a</x>")
            )
        }),
        Family::new(Reader::Feed, "feed of entities", |bytes| {
            format!("<rss version=\"2.0\"><channel><item><title>{}", repeated(bytes, "&amp;&lt;&x;"))
        }),
        Family::new(Reader::Feed, "feed of attributes", |bytes| {
            format!("<rss version=\"2.0\" {}><channel>", numbered(bytes, |n| format!(" a{n}='b'")))
        }),
        Family::new(Reader::Feed, "feed of namespaces", |bytes| {
            let names = numbered(bytes / 2, |n| format!(" xmlns:a{n}='b'"));
            format!("<rss version=\"2.0\" {names}><channel>{}", repeated(bytes / 2, "<a0:x>y</a0:x>"))
        }),
        Family::new(Reader::Feed, "feed with a long base", |bytes| {
            let base = repeated(bytes / 2, "a/");
            let entries = numbered(bytes / 2, |n| format!("<entry><link href='{n}'/></entry>"));
            format!("<feed xml:base='https://a.example/{base}'>{entries}</feed>")
        }),
        Family::new(Reader::Feed, "feed of bases in bases", |bytes| {
            format!("<feed>{}", repeated(bytes, "<x xml:base='a/'>"))
        }),
        Family::new(Reader::Feed, "feed of raw texts that do not end", |bytes| {
            format!("<rss version=\"2.0\"><channel>& {}", repeated(bytes, "<![CDATA["))
        }),
        Family::new(Reader::Feed, "feed of long fields", |bytes| {
            repeated(bytes, &format!("<rss><item><title>{}</title>", "&eacute;<b> </b>".repeat(300)))
        }),
        Family::new(Reader::Feed, "JSON feed items", |bytes| {
            let items = numbered(bytes, |n| format!("{{\"url\":\"/{n}\"}},"));
            format!("{{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{items}{{}}]}}")
        }),
        Family::new(Reader::Feed, "JSON feed of empty items", |bytes| {
            let items = repeated(bytes, "{},");
            format!("{{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{items}{{}}]}}")
        }),
        Family::new(Reader::Feed, "JSON feed of authors", |bytes| {
            let authors = numbered(bytes / 2, |n| format!("{{\"name\":\"a{n}\"}},"));
            let items = repeated(bytes / 2, "{\"id\":\"1\"},");
            format!(
                "{{\"version\":\"https://jsonfeed.org/version/1\",\"title\":\"x\",\"authors\":[{authors}{{}}],\"items\":[{items}{{}}]}}"
            )
        }),
        Family::new(Reader::Feed, "JSON feed nesting", |bytes| {
            format!("{{\"version\":\"https://jsonfeed.org/version/1\",\"x\":{}", repeated(bytes, "["))
        }),
        Family::new(Reader::Sitemap, "sitemap", |bytes| {
            format!(
                "<urlset>{}</urlset>",
                numbered(bytes, |n| format!("<url><loc>https://a.example/{n}</loc></url>"))
            )
        }),
        Family::new(Reader::Sitemap, "sitemap nesting", |bytes| {
            format!("<urlset>{}", repeated(bytes, "<url><loc>"))
        }),
        Family::new(Reader::Sitemap, "sitemap of texts", |bytes| {
            format!("<urlset><url><loc>{}", repeated(bytes, "a&amp;<!---->"))
        }),
        Family::new(Reader::Sitemap, "sitemap as a list", |bytes| {
            numbered(bytes, |n| format!("https://a.example/{n}\n"))
        }),
        Family::new(Reader::Discovery, "feeds that a page names", |bytes| {
            numbered(bytes, |n| format!("<link rel=alternate type=application/rss+xml href=/{n}>"))
        }),
        Family::new(Reader::Discovery, "feeds under a long base", |bytes| {
            let links = "<link rel=alternate type=application/rss+xml href=x>";
            format!("<base href='/{}'>{}", repeated(bytes / 2, "a/"), repeated(bytes / 2, links))
        }),
        Family::new(Reader::Sitemap, "sitemap of attributes", |bytes| {
            format!("<urlset {}>", numbered(bytes, |n| format!(" a{n}='b'")))
        }),
        Family::new(Reader::List, "list of addresses", |bytes| {
            numbered(bytes, |n| format!("https://a.example/{n}?b=c#d # e\n"))
        }),
        Family::new(Reader::List, "list of wrong lines", |bytes| {
            numbered(bytes, |n| format!("no address {n}\n"))
        }),
        Family::new(Reader::Robots, "robots.txt of stars", |bytes| {
            format!("User-agent: *\nDisallow: /{}x$", repeated(bytes, "*a"))
        }),
        Family::new(Reader::Robots, "robots.txt of rules", |bytes| {
            format!("User-agent: *\n{}", numbered(bytes, |n| format!("Disallow: /a*{n}*b$\n")))
        }),
        Family::new(Reader::Robots, "robots.txt of groups", |bytes| {
            numbered(bytes, |n| format!("User-agent: a{n}\nDisallow: /\n"))
        }),
    ]
}
