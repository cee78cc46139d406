//! Site rules from files in the public ftr-site-config format, which users bring along.
//!
//! Such a file is named for its host (`example.org.txt`, `.example.org.txt`) and has a directive a line: `body:`,
//! `title:`, `author:`, `date:` and `strip:` with an XPath, `strip_id_or_class:` with a part of a name, and settings
//! of the program it was made for. What CSS can say exactly becomes a rule; every other line is told with the reason.

pub mod css;
pub mod path;
pub mod xpath;

use std::fmt;

use toml::{Table, Value};

use crate::parse::Selector;
use path::Path;

/// A line that became no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its number, from 1.
    pub line: usize,
    /// The line.
    pub text: String,
    /// Why.
    pub reason: String,
}

impl fmt::Display for Left {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}: {}", self.line, self.text, self.reason)
    }
}

/// What became of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// The host, by the name of the file.
    pub host: String,
    /// The selectors by the name of their table in a site rule.
    selectors: Vec<(&'static str, String)>,
    /// Pages that the rules are tested with, the best first: HTML and the text that must come out.
    specimens: Vec<String>,
    /// What became no rule.
    pub left: Vec<Left>,
}

/// What the specimens say.
const TEXT: &str = "The text of the article.";
const STRIPPED: &str = "<p>No part of it.</p>";
/// The tables of a site rule, in their order.
const TABLES: [&str; 5] = ["body", "strip", "title", "author", "date"];

/// The host that a file is for, if its name is that of one.
pub fn host_of(file_name: &str) -> Option<String> {
    let host =
        file_name.strip_suffix(".txt")?.trim_start_matches('.').trim_start_matches("www.").to_lowercase();
    let is_host = host.contains('.') && url::Host::parse(&host).is_ok();
    is_host.then_some(host)
}

/// Reads a file.
pub fn import(host: &str, text: &str) -> Imported {
    let mut imported = Imported { host: host.to_owned(), ..Imported::default() };
    let (mut bodies, mut strips) = (Vec::new(), Vec::new());
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match directive(line) {
            Ok((table, css, paths)) => {
                match table {
                    "body" => bodies.extend(paths),
                    "strip" => strips.extend(paths),
                    _ => {}
                }
                imported.selectors.push((table, css));
            }
            Err(reason) => imported.left.push(Left { line: index + 1, text: line.to_owned(), reason }),
        }
    }
    imported.specimens = specimens(bodies.first(), &strips);
    imported
}

/// The table, the selector, and the paths that it comes from.
fn directive(line: &str) -> Result<(&'static str, String, Vec<Path>), String> {
    let (name, value) = line.split_once(':').ok_or("a directive has a colon")?;
    let (name, value) = (name.trim().to_lowercase(), value.trim());
    let table = TABLES.into_iter().find(|table| *table == name);
    match (table, name.as_str()) {
        (Some(table), _) => {
            let paths = xpath::read(first_of_all(table, value))?;
            paths.iter().try_for_each(|path| check_attribute(table, path))?;
            let css: Vec<String> = paths.iter().map(css::selector).collect::<Result<_, _>>()?;
            let css = css.join(", ");
            Selector::parse(&css).map_err(|error| format!("the selector `{css}` is refused: {error}"))?;
            Ok((table, css, paths))
        }
        (None, "strip_id_or_class") => {
            let part = value.trim_matches(['\'', '"']);
            if part.is_empty() {
                return Err("a part of a name is missing".to_owned());
            }
            let path = format!("//*[contains(@class, '{part}') or contains(@id, '{part}')]");
            let paths = xpath::read(&path)?;
            Ok(("strip", css::selector(&paths[0])?, paths))
        }
        _ => Err(why_not(&name).to_owned()),
    }
}

/// `(//h1)[1]`: of titles and dates the first one counts anyway.
fn first_of_all<'v>(table: &str, value: &'v str) -> &'v str {
    let inner = value.strip_prefix('(').and_then(|value| value.strip_suffix(")[1]"));
    inner.filter(|inner| matches!(table, "title" | "date") && !inner.contains(")[")).unwrap_or(value)
}

/// An attribute in the place of an element is what tamis reads of it, or there is no way to say so.
fn check_attribute(table: &str, path: &Path) -> Result<(), String> {
    let Some(attribute) = &path.attribute else { return Ok(()) };
    let tag = path.steps.last().and_then(|step| step.tag.as_deref());
    let is_read = match (table, attribute.as_str()) {
        ("title" | "author" | "date", "content") => tag == Some("meta"),
        ("date", "datetime") => true,
        _ => false,
    };
    match is_read {
        true => Ok(()),
        false => Err(format!("the attribute `{attribute}` is not where tamis reads the {table}")),
    }
}

fn why_not(name: &str) -> &'static str {
    match name {
        "strip_image_src" => "it is about images, of which the text has none",
        "strip_attr" | "insert_detected_image" | "src_lazy_load_attr" | "wrap_in" | "footnotes" => {
            "it changes markup that the text does not keep"
        }
        "test_url" | "test_contains" | "test_title" => {
            "it names a page of the web; site rules bring a page along"
        }
        "single_page_link" | "next_page_link" | "single_page_link_in_feed" | "if_page_contains" => {
            "it leads to other pages; tamis takes each page as it is"
        }
        "tidy" | "prune" | "autodetect_on_failure" | "parser" | "convert_double_br_tags" | "skip_json_ld" => {
            "it is a setting of another program"
        }
        "requires_login" | "not_logged_in_xpath" | "login_uri" | "login_username_field" => {
            "tamis does not log in; headers and cookies of a host are in [fetch.hosts]"
        }
        "native_ad_clue" => "tamis does not reject advertisements as a whole",
        _ if name.starts_with("http_header") => "headers of a host are in [fetch.hosts] of the configuration",
        _ if name.starts_with("replace_string") || name == "find_string" => {
            "it rewrites the source of the page; tamis takes each page as it is"
        }
        _ => "the directive is not known",
    }
}

fn specimens(body: Option<&Path>, strips: &[Path]) -> Vec<String> {
    let stripped: String = strips.iter().filter_map(|path| css::specimen(path, STRIPPED)).collect();
    let text = format!("<p>{TEXT}</p>");
    let around = |inner: String| match body {
        Some(path) => css::specimen(path, &inner),
        None => Some(format!("<article>{inner}</article>")),
    };
    let all = [around(format!("{text}{stripped}")), around(text.clone()), Some(text)];
    all.into_iter().flatten().collect()
}

impl Imported {
    /// Whether nothing could be used.
    pub fn is_empty(&self) -> bool {
        self.selectors.is_empty()
    }

    /// How many lines became rules.
    pub fn converted(&self) -> usize {
        self.selectors.len()
    }

    /// The site rule, with each of its specimens as its test; the first one that holds is to be taken.
    pub fn site_rules(&self) -> impl Iterator<Item = String> {
        self.specimens.iter().map(|specimen| self.site_rule(specimen))
    }

    fn site_rule(&self, specimen: &str) -> String {
        let mut rule = Table::new();
        rule.insert("host".to_owned(), self.host.clone().into());
        for table in TABLES {
            let of_table = self.selectors.iter().filter(|(name, _)| *name == table);
            let selectors: Vec<Value> = of_table.map(|(_, css)| css.clone().into()).collect();
            if !selectors.is_empty() {
                rule.insert(table.to_owned(), selectors.into());
            }
        }
        let test = Table::from_iter([("html".to_owned(), specimen.into()), ("text".to_owned(), TEXT.into())]);
        rule.insert("test".to_owned(), Value::Array(vec![test.into()]));
        toml::to_string(&rule).expect("a table of texts is TOML")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rules;

    const FILE: &str = "# our own example\ntitle: (//h1)[1]\nbody: //div[@id='story']\nbody: //article\n\
        author: //a[@rel='author']\ndate: //time/@datetime\nstrip: //div[@id='story']/aside\n\
        strip_id_or_class: promo\nstrip: //p[contains(., 'x')]\ntidy: no\nreplace_string(a): b\n\
        title: //img/@alt\ntest_url: https://a.example/1\n";

    #[test]
    fn lines_become_a_site_rule_and_the_others_are_told_with_their_number() {
        let imported = import("a.example", FILE);
        let rule = imported.site_rules().next().unwrap();
        let rules = Rules::builtin().with_site(&rule, "a.example.toml").unwrap();
        let html = "<article><p>Autre chose.</p></article><div id=story><h1>T</h1><p>Le corps de l’article.</p>\
            <aside><p>Un encart.</p></aside><p class=big-promo>Une réclame.</p></div>";
        let cleaner = crate::Cleaner::new(rules, crate::CleanOptions { min_chars: 1, ..Default::default() });
        let article = cleaner.clean(html, Some(&"https://www.a.example/1".parse().unwrap())).unwrap();
        assert_eq!(article.to_text(), "Le corps de l’article.");
        assert_eq!(imported.converted(), 7);
        let lines: Vec<usize> = imported.left.iter().map(|left| left.line).collect();
        assert_eq!(lines, [9, 10, 11, 12, 13]);
        assert!(imported.left[0].to_string().starts_with("9: strip: //p[contains(., 'x')]: CSS cannot look"));
    }

    #[test]
    fn the_test_of_an_imported_rule_can_fail() {
        let imported = import("a.example", "strip: //p\n");
        let holds = |rule: &String| Rules::builtin().with_site(rule, "a").is_ok();
        assert_eq!(imported.site_rules().filter(holds).count(), 0, "it strips every paragraph");
    }

    #[test]
    fn a_file_is_named_for_its_host() {
        assert_eq!(host_of(".News.example.org.txt").as_deref(), Some("news.example.org"));
        assert_eq!(host_of("www.example.org.txt").as_deref(), Some("example.org"));
        for other in ["LICENSE.txt", "example.org", "README.md", "a b.c.txt"] {
            assert_eq!(host_of(other), None, "{other}");
        }
    }
}
