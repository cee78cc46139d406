//! Rules for one site: CSS selectors that say where the body, the headline, the authors and the date are, and what is
//! never part of the article. They win over everything else.
//!
//! A rule file (`sites/<any-name>.toml` in a folder of rules) brings its own tests: small pages with the text that the
//! rules must give. They run when the folder is read.

use std::collections::HashSet;

use serde::Deserialize;
use url::Url;

use super::Kind;
use super::block::{Fate, TextBlock};
use super::features::above;
use crate::article::Metadata;
use crate::article::date::{Moment, Order};
use crate::error::Error;
use crate::parse::{Dom, NodeId, Selector};

/// The rule of a block inside of the body, and of one outside.
const BODY_RULE: &str = "site.body";
/// The rule of what is never part of the article.
const STRIP_RULE: &str = "site.strip";
/// The rule of what always is.
const KEEP_RULE: &str = "site.keep";
/// What all rules of sites start with.
pub(crate) const SITE_RULES: &str = "site.";
/// Attributes that hold a date for machines.
const DATE_ATTRIBUTES: [&str; 3] = ["datetime", "content", "title"];

/// The rules of one site as they are written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SiteFile {
    host: String,
    body: Vec<String>,
    strip: Vec<String>,
    keep: Vec<String>,
    title: Vec<String>,
    author: Vec<String>,
    date: Vec<String>,
    test: Vec<SiteTest>,
}

/// A page and what the rules must make of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SiteTest {
    /// The page.
    pub html: String,
    /// The text that must come out, where it matters.
    pub text: Option<String>,
    /// Blocks that must be removed.
    #[serde(default)]
    pub removes: Vec<String>,
    /// Blocks that the site's rules must leave. Unlike `text`, this asks nothing of the rest of the cleaner.
    #[serde(default)]
    pub keeps: Vec<String>,
    /// The headline, where it matters.
    pub title: Option<String>,
    /// The authors, where they matter.
    pub authors: Option<Vec<String>>,
    /// The start of the date, where it matters.
    pub date: Option<String>,
}

/// The rules of one site.
#[derive(Clone, Debug)]
pub(crate) struct SiteRules {
    /// The host, which stands for its subdomains too.
    pub host: String,
    /// File that they were read from.
    pub origin: String,
    body: Vec<Selector>,
    strip: Vec<Selector>,
    keep: Vec<Selector>,
    title: Vec<Selector>,
    author: Vec<Selector>,
    date: Vec<Selector>,
    /// What must hold.
    pub tests: Vec<SiteTest>,
}

impl SiteTest {
    fn says_nothing(&self) -> bool {
        self.text.is_none() && self.removes.is_empty() && self.keeps.is_empty()
    }
}

impl SiteRules {
    /// Reads the rules of a site; `origin` names the file in messages.
    pub fn parse(text: &str, origin: &str) -> Result<SiteRules, Error> {
        let wrong = |message: String| Error::Rules { origin: origin.to_owned(), message };
        let file: SiteFile = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let host = file.host.trim().trim_start_matches("www.").to_lowercase();
        if host.is_empty() {
            return Err(wrong(
                "`host` is missing: the host whose pages these rules are for, as in \"example.org\"".into(),
            ));
        }
        if file.test.is_empty() {
            return Err(wrong(
                "a site rule needs at least one [[test]] with `html` and `text`, `removes` or `keeps`".into(),
            ));
        }
        if let Some(index) = file.test.iter().position(SiteTest::says_nothing) {
            return Err(wrong(format!(
                "[[test]] number {} needs `text`, `removes` or `keeps`: what must come of its `html`",
                index + 1
            )));
        }
        let compile = |selectors: &[String]| -> Result<Vec<Selector>, Error> {
            let one = |css: &String| {
                Selector::parse(css).map_err(|error| wrong(format!("`{css}` is no CSS selector: {error}")))
            };
            selectors.iter().map(one).collect()
        };
        Ok(SiteRules {
            host,
            origin: origin.to_owned(),
            body: compile(&file.body)?,
            strip: compile(&file.strip)?,
            keep: compile(&file.keep)?,
            title: compile(&file.title)?,
            author: compile(&file.author)?,
            date: compile(&file.date)?,
            tests: file.test,
        })
    }

    /// Whether they say where the body is.
    pub fn has_body(&self) -> bool {
        !self.body.is_empty()
    }

    /// The names that decisions have for these rules, and the tables that they come from.
    pub fn named(&self) -> Vec<(&'static str, &'static str)> {
        let tables = [
            (BODY_RULE, "body", &self.body),
            (STRIP_RULE, "strip", &self.strip),
            (KEEP_RULE, "keep", &self.keep),
        ];
        let used = tables.into_iter().filter(|(.., selectors)| !selectors.is_empty());
        used.map(|(rule, table, _)| (rule, table)).collect()
    }

    /// Whether these rules are for the page at this address.
    fn is_for(&self, url: &Url) -> bool {
        url.host_str().is_some_and(|host| {
            host.strip_suffix(self.host.as_str())
                .is_some_and(|before| before.is_empty() || before.ends_with('.'))
        })
    }

    /// The rules for a page: those of the most specific host.
    pub fn find<'r>(rules: &'r [SiteRules], url: &Url) -> Option<&'r SiteRules> {
        rules.iter().filter(|rules| rules.is_for(url)).max_by_key(|rules| rules.host.len())
    }

    /// Decides the blocks; says what does not fit the page any more.
    pub fn decide(&self, dom: &Dom, blocks: &mut [TextBlock]) -> Option<String> {
        let body = first_match(dom, &self.body);
        let (strip, keep) = (all_matches(dom, &self.strip), all_matches(dom, &self.keep));
        // the nearest element with a rule of its own decides
        let own = |node: NodeId| {
            let is_stripped = strip.contains(&node);
            (is_stripped || keep.contains(&node)).then_some(is_stripped)
        };
        for block in blocks.iter_mut() {
            let inside =
                |nodes: &HashSet<NodeId>| above(dom, block.element).any(|node| nodes.contains(&node));
            let is_stripped = above(dom, block.element).find_map(own);
            let fate = if is_stripped == Some(true) {
                Fate::removed(Kind::Other, STRIP_RULE)
            } else if is_stripped == Some(false) {
                Fate::kept(KEEP_RULE)
            } else if body.is_empty() {
                continue;
            } else if inside(&body) && block.fate.kind != Some(Kind::Title) {
                Fate::kept(BODY_RULE)
            } else if block.fate.kept {
                Fate::removed(Kind::Other, BODY_RULE)
            } else {
                continue;
            };
            block.fate = Fate { score: block.fate.score, ..fate };
        }
        let is_lost = body.is_empty() && !self.body.is_empty();
        is_lost.then(|| {
            format!("{}: no selector of `body` matches this page; it was cleaned without", self.origin)
        })
    }

    /// Fills in the metadata that the rules know the place of.
    pub fn describe(&self, dom: &Dom, metadata: &mut Metadata) {
        if let Some(title) = texts(dom, &self.title).into_iter().next() {
            metadata.title = Some(title);
        }
        let authors = texts(dom, &self.author);
        if !authors.is_empty() {
            metadata.authors = authors;
        }
        let date = first_match(dom, &self.date).into_iter().min().and_then(|node| date_of(dom, node));
        if let Some(date) = date {
            metadata.date = Some(date.to_string());
        }
    }
}

/// The elements of the first selector that matches anything.
fn first_match(dom: &Dom, selectors: &[Selector]) -> HashSet<NodeId> {
    let all = selectors.iter().map(|selector| dom.select(selector));
    all.into_iter().find(|nodes| !nodes.is_empty()).unwrap_or_default().into_iter().collect()
}

/// The elements of all selectors.
fn all_matches(dom: &Dom, selectors: &[Selector]) -> HashSet<NodeId> {
    selectors.iter().flat_map(|selector| dom.select(selector)).collect()
}

/// The texts of what the first selector matches, white space folded, without doubles.
fn texts(dom: &Dom, selectors: &[Selector]) -> Vec<String> {
    let mut nodes: Vec<NodeId> = first_match(dom, selectors).into_iter().collect();
    nodes.sort();
    let mut texts: Vec<String> = Vec::new();
    for node in nodes {
        let shown = dom.text_content(node);
        let text = dom.attribute(node, "content").filter(|_| dom.tag(node) == "meta").unwrap_or(&shown);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !text.is_empty() && !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

fn date_of(dom: &Dom, node: NodeId) -> Option<Moment> {
    let machine = DATE_ATTRIBUTES.iter().filter_map(|name| dom.attribute(node, name));
    machine
        .into_iter()
        .find_map(|value| Moment::from_machine(value, Order::DayFirst))
        .or_else(|| Moment::find(&dom.text_content(node), Order::DayFirst))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEST: &str = "[[test]]\nhtml = \"<p>x</p>\"\ntext = \"x\"\n";

    #[test]
    fn the_most_specific_host_wins_and_others_are_left_alone() {
        let rules = |host: &str| SiteRules::parse(&format!("host = \"{host}\"\n{TEST}"), host).unwrap();
        let all = [rules("example.org"), rules("blog.example.org")];
        let found =
            |url: &str| SiteRules::find(&all, &Url::parse(url).unwrap()).map(|rules| rules.host.as_str());
        assert_eq!(found("https://www.example.org/a"), Some("example.org"));
        assert_eq!(found("https://blog.example.org/a"), Some("blog.example.org"));
        assert_eq!(found("https://notexample.org/a"), None);
    }

    #[test]
    fn mistakes_are_told_with_the_file() {
        let error = |text: &str| SiteRules::parse(text, "sites/a.toml").unwrap_err().to_string();
        assert!(error("body = [\"p\"]").contains("`host` is missing"));
        assert!(error("host = \"a.example\"").contains("[[test]]"));
        assert!(error("host = \"a.example\"\n[[test]]\nhtml = \"<p>x</p>\"").contains("`removes`"));
        assert!(
            error(&format!("host = \"a.example\"\nbody = [\"p >\"]\n{TEST}"))
                .contains("`p >` is no CSS selector")
        );
        assert!(error(&format!("host = \"a.example\"\nbdy = [\"p\"]\n{TEST}")).contains("sites/a.toml"));
    }
}
