//! Families of hostile inputs: each makes an input of about so many bytes, of one kind of trouble.

mod lists;
mod others;

use lists::{LINES, NESTED, NESTED_TOGETHER, SIBLINGS};
use others::{sources, texts};

/// A sentence of an article, so that what surrounds it is weighed as prose is.
const PROSE: &str =
    "Le préfet a signé hier l’arrêté qui interdit l’arrosage des jardins dans douze communes. ";

/// The start of a page with an article; the hostile part follows.
const ARTICLE: &str = "<!DOCTYPE html><html lang=fr><head><title>La Loire en crue</title></head><body><article>\
    <h1>La Loire en crue</h1><p>La Loire est montée de deux mètres dans la nuit de mardi à mercredi, et \
    les digues ont tenu, selon la préfecture.</p>";

/// What reads an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The cleaner, and all formats of its outcome.
    Page,
    /// The cleaner of dirty text, and all formats of its outcome.
    Text,
    /// `tamis explain`.
    Explain,
    /// The reader of feeds.
    Feed,
    /// The reader of sitemaps.
    Sitemap,
    /// The search for feeds that a page names.
    Discovery,
    /// The reader of lists of addresses.
    List,
    /// The reader of robots.txt.
    Robots,
}

/// One kind of input in any size.
pub struct Family {
    /// What it is made of.
    pub name: String,
    /// Who reads it.
    pub reader: Reader,
    make: Box<dyn Fn(usize) -> String>,
}

impl Family {
    fn new(reader: Reader, name: impl Into<String>, make: impl Fn(usize) -> String + 'static) -> Family {
        Family { name: name.into(), reader, make: Box::new(make) }
    }

    /// An input of about so many bytes.
    pub fn input(&self, bytes: usize) -> String {
        (self.make)(bytes)
    }
}

/// Items until the size is reached; each gets its number.
fn numbered(bytes: usize, item: impl Fn(usize) -> String) -> String {
    let mut out = String::with_capacity(bytes + 1000);
    let mut number = 0;
    while out.len() < bytes {
        out.push_str(&item(number));
        number += 1;
    }
    out
}

fn repeated(bytes: usize, item: &str) -> String {
    item.repeat(bytes / item.len() + 1)
}

/// All families.
pub fn all() -> Vec<Family> {
    let mut families = siblings();
    families.extend(attributes());
    families.extend(metadata());
    families.extend(texts());
    families.extend(sources());
    families.extend(nesting());
    families
}

fn nesting() -> Vec<Family> {
    let mut families = Vec::new();
    let mut add = |name: String, open: String, close: String| {
        let item = open.clone();
        families.push(Family::new(Reader::Page, format!("nested {name}"), move |bytes| {
            format!("{ARTICLE}{}fin", repeated(bytes, &item))
        }));
        families.push(Family::new(Reader::Page, format!("nested and closed {name}"), move |bytes| {
            let count = bytes / (open.len() + close.len() + 2);
            format!("{ARTICLE}{}{PROSE}{}", format!("{open}x ").repeat(count), close.repeat(count))
        }));
    };
    for tag in NESTED {
        add(format!("<{tag}>"), format!("<{tag}>"), format!("</{tag}>"));
    }
    for tags in NESTED_TOGETHER {
        add(tags.to_owned(), tags.to_owned(), String::new());
    }
    families.push(Family::new(Reader::Page, "nested prose", |bytes| {
        format!("{ARTICLE}{}", repeated(bytes, &format!("<div class=box><p>{PROSE}</p>")))
    }));
    families.push(Family::new(Reader::Page, "fonts of different colours", |bytes| {
        format!("{ARTICLE}{}", numbered(bytes, |n| format!("<font color={n}>x")))
    }));
    families.push(Family::new(Reader::Page, "formatting reopened in paragraphs", |bytes| {
        format!("{ARTICLE}{}", numbered(bytes, |n| format!("<p><b id={n}>mot")))
    }));
    families
}

fn siblings() -> Vec<Family> {
    let mut families: Vec<Family> = SIBLINGS
        .into_iter()
        .map(|(name, item)| {
            Family::new(Reader::Page, name, move |bytes| format!("{ARTICLE}{}", repeated(bytes, item)))
        })
        .collect();
    families.push(Family::new(Reader::Page, "one paragraph, over and over", |bytes| {
        format!("{ARTICLE}{}", repeated(bytes, &format!("<p>{PROSE}{PROSE}</p>")))
    }));
    families.push(Family::new(Reader::Page, "different paragraphs", |bytes| {
        format!(
            "{ARTICLE}{}",
            numbered(bytes, |n| format!("<p>{PROSE} Le {n} a dit {} et {}.</p>", n * 7, n * 13))
        )
    }));
    families.push(Family::new(Reader::Page, "one endless paragraph", |bytes| {
        format!("{ARTICLE}<p>{}", repeated(bytes, PROSE))
    }));
    families.push(Family::new(Reader::Page, "one endless word", |bytes| {
        format!("{ARTICLE}<p>{}", repeated(bytes, "x"))
    }));
    families.push(Family::new(Reader::Page, "blank text", |bytes| {
        format!("{ARTICLE}<p>{}", repeated(bytes, " \n\t\u{a0}\u{200b}"))
    }));
    families.push(Family::new(Reader::Page, "links", |bytes| {
        format!("{ARTICLE}{}", numbered(bytes, |n| format!("<a href=/{n}>n{n}</a> ")))
    }));
    families.push(Family::new(Reader::Page, "links in one paragraph of prose", |bytes| {
        format!("{ARTICLE}<p>{}", numbered(bytes, |n| format!("{PROSE}<a href=/{n}>le lien</a> ")))
    }));
    families.push(Family::new(Reader::Page, "blocks in a cell behind scripts", |bytes| {
        let scripts = repeated(bytes / 2, "<script></script>");
        format!("{ARTICLE}<table><tr>{scripts}<td>{}", repeated(bytes / 2, "<p>x"))
    }));
    families.push(Family::new(Reader::Page, "blocks in a list item behind scripts", |bytes| {
        let scripts = repeated(bytes / 2, "<script></script>");
        format!("{ARTICLE}<ol>{scripts}<li>{}", repeated(bytes / 2, "<p>x"))
    }));
    families.push(Family::new(Reader::Page, "blocks in open marks", |bytes| {
        format!("{ARTICLE}{}{}", "<cite>".repeat(400), repeated(bytes, "<p>x"))
    }));
    families.push(Family::new(Reader::Page, "blocks in a link with a long address", |bytes| {
        let address = repeated(bytes / 2, "a");
        format!("{ARTICLE}<a href='{address}'>{}", repeated(bytes / 2, "<p>x"))
    }));
    families.push(Family::new(Reader::Page, "links that a long canonical address completes", |bytes| {
        let address = repeated(bytes / 2, "a/");
        let page = format!("<link rel=canonical href='https://a.example/{address}'>{ARTICLE}<p>{PROSE}");
        page + &repeated(bytes / 2, "<a href=x>y</a> un mot ")
    }));
    families.push(Family::new(Reader::Page, "marks in one paragraph", |bytes| {
        format!("{ARTICLE}<p>{}", repeated(bytes, &format!("{PROSE}<b>mot</b> <i><b>x</b></i> ")))
    }));
    families.push(Family::new(Reader::Explain, "explained paragraphs in a long name", |bytes| {
        let name = repeated(bytes / 2, "a");
        format!("{ARTICLE}<div id='{name}' class='{name}'>{}", repeated(bytes / 2, "<p>x"))
    }));
    families.push(Family::new(Reader::Explain, "explained paragraphs", |bytes| {
        format!("{ARTICLE}{}", repeated(bytes, &format!("<p>{PROSE}</p>")))
    }));
    families.extend(LINES.into_iter().map(|(name, line)| {
        Family::new(Reader::Page, format!("paragraphs of {name}"), move |bytes| {
            format!("{ARTICLE}{}", repeated(bytes, &format!("<p>{line}</p>")))
        })
    }));
    families
}

fn attributes() -> Vec<Family> {
    let page = |name: &str, make: fn(usize) -> String| {
        Family::new(Reader::Page, name, move |bytes| format!("{ARTICLE}{}", make(bytes)))
    };
    vec![
        page("attributes of one element", |bytes| {
            format!("<p {}>{PROSE}", numbered(bytes, |n| format!(" data-{n}=v")))
        }),
        page("attributes of many elements", |bytes| {
            repeated(bytes, "<p class='a b' id=c title=d data-e=f style='g:h'>x")
        }),
        page("one long class list", |bytes| {
            format!("<p class='{}'>{PROSE}", numbered(bytes, |n| format!("c{n} ")))
        }),
        page("many long class lists", |bytes| {
            numbered(bytes, |n| format!("<p class='{}'>x", format!("c{n}x-y_z ").repeat(50)))
        }),
        page("names of rules in classes", |bytes| {
            repeated(bytes, "<div class='related sidebar promo article-body content'>x</div>")
        }),
        page("long ids", |bytes| format!("<div id='{}'>{PROSE}", repeated(bytes, "article-"))),
        page("long style", |bytes| format!("<div style='{}'>{PROSE}", repeated(bytes, "color:red;"))),
        page("long address", |bytes| format!("<p><a href='/{}'>{PROSE}</a>", repeated(bytes, "a/../%41/"))),
        page("long alternative text", |bytes| format!("<img alt='{}'>", repeated(bytes, PROSE))),
        page("quoted in alternative text", |bytes| {
            format!("<p>{}<img alt='{PROSE}'>", repeated(bytes, PROSE))
        }),
        page("microdata", |bytes| {
            repeated(
                bytes,
                "<div itemscope itemtype=https://schema.org/NewsArticle><span itemprop=author>Anne Roux</span></div>",
            )
        }),
    ]
}

fn metadata() -> Vec<Family> {
    let json = |name: &str, make: fn(usize) -> String| {
        Family::new(Reader::Page, name, move |bytes| {
            format!("<script type=application/ld+json>{}</script>{ARTICLE}", make(bytes))
        })
    };
    let head = |name: &str, make: fn(usize) -> String| {
        Family::new(Reader::Page, name, move |bytes| format!("{}{ARTICLE}", make(bytes)))
    };
    vec![
        json("JSON-LD arrays in arrays", |bytes| repeated(bytes, "[")),
        json("JSON-LD objects in objects", |bytes| repeated(bytes, "{\"a\":")),
        json("JSON-LD graphs in graphs", |bytes| repeated(bytes, "{\"@graph\":[")),
        json("JSON-LD of many objects", |bytes| {
            format!(
                "[{}{{}}]",
                repeated(
                    bytes,
                    "{\"@type\":\"NewsArticle\",\"headline\":\"Un titre\",\"author\":{\"name\":\"A. Roux\"}},"
                )
            )
        }),
        json("JSON-LD references", |bytes| {
            format!(
                "{{\"@graph\":[{}{{}}]}}",
                numbered(bytes, |n| format!(
                    "{{\"@id\":\"#{n}\",\"@type\":\"Person\",\"name\":\"A B\",\"author\":{{\"@id\":\"#{}\"}}}},",
                    n + 1
                ))
            )
        }),
        json("JSON-LD authors", |bytes| {
            format!(
                "{{\"@type\":\"NewsArticle\",\"author\":[{}\"\"]}}",
                numbered(bytes, |n| format!("{{\"name\":\"Anne Roux{n}\"}},"))
            )
        }),
        json("JSON-LD body", |bytes| {
            format!("{{\"@type\":\"NewsArticle\",\"articleBody\":\"{}\"}}", repeated(bytes, PROSE))
        }),
        json("JSON-LD different body", |bytes| {
            format!(
                "{{\"@type\":\"NewsArticle\",\"articleBody\":\"{}\"}}",
                numbered(bytes, |n| format!("Le {n} a dit {}. ", n * 7))
            )
        }),
        json("JSON-LD body of tags", |bytes| {
            format!("{{\"@type\":\"NewsArticle\",\"articleBody\":\"{}\"}}", repeated(bytes, "<p>x<b>y</b>"))
        }),
        json("JSON-LD keywords", |bytes| {
            format!(
                "{{\"@type\":\"NewsArticle\",\"keywords\":\"{}\"}}",
                numbered(bytes, |n| format!("mot{n},"))
            )
        }),
        json("broken JSON-LD", |bytes| {
            format!("{{\"@type\":\"NewsArticle\" {}", repeated(bytes, "\"a\\q\": \n'b',, "))
        }),
        json("JSON-LD strings that do not end", |bytes| repeated(bytes, "{\"")),
        head("JSON-LD scripts", |bytes| {
            repeated(
                bytes,
                "<script type=application/ld+json>{\"@type\":\"NewsArticle\",\"headline\":\"x\"}</script>",
            )
        }),
        head("state in scripts", |bytes| {
            format!(
                "<script>window.__NEXT_DATA__={{\"a\":[{}1]}}</script>",
                repeated(bytes, "{\"body\":\"<p>x</p>\"},")
            )
        }),
        head("deep state in scripts", |bytes| {
            format!("<script>window.__NUXT__={}</script>", repeated(bytes, "{\"a\":["))
        }),
        head("metas", |bytes| {
            numbered(bytes, |n| format!("<meta property=article:author content='Anne Roux{n}'>"))
        }),
        head("meta dates", |bytes| {
            repeated(bytes, "<meta property=article:published_time content=2024-05-06T10:00:00Z>")
        }),
        head("links to feeds and canonicals", |bytes| {
            numbered(bytes, |n| format!("<link rel=canonical href=/{n}>"))
        }),
        head("long title", |bytes| format!("<title>{}</title>", repeated(bytes, "Un titre - Le Journal | "))),
        head("long description", |bytes| {
            format!("<meta name=description content='{}'>", repeated(bytes, PROSE))
        }),
        head("long author", |bytes| {
            format!("<meta name=author content='{}'>", repeated(bytes, "Anne Roux, Jean Blanc et "))
        }),
        head("long date", |bytes| format!("<meta name=date content='{}'>", repeated(bytes, "6 mai 2024 "))),
        head("long keywords", |bytes| {
            format!("<meta name=keywords content='{}'>", numbered(bytes, |n| format!("mot{n}, ")))
        }),
    ]
}
