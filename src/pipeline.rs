//! The order of the stages: decode, parse, clean, article. The one file that knows it.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::article::{Article, Block, Metadata, metadata};
use crate::clean::Kind;
use crate::clean::block::TextBlock;
use crate::clean::context::Contexts;
use crate::clean::features::Features;
use crate::clean::label::label;
use crate::clean::prune::Marks;
use crate::clean::rules::GenericRules;
use crate::clean::segment::segment;
use crate::clean::survey::Survey;
use crate::clean::vector::{Evidence, Table, table};
use crate::error::{Error, Rejection};
use crate::parse::{Dom, Limits, NodeId, parse};

/// What to prefer where the evidence is thin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Focus {
    /// Leave out what is doubtful.
    Precision,
    /// Weigh both alike.
    #[default]
    Balanced,
    /// Keep what is doubtful.
    Recall,
}

/// How to clean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CleanOptions {
    /// What to prefer where the evidence is thin.
    pub focus: Focus,
    /// Fewest characters of an article; shorter ones are rejected as `too-short`.
    pub min_chars: usize,
    /// Largest page, in bytes after decompression; larger ones are rejected as `too-large`.
    pub max_bytes: usize,
    /// Languages that are wanted (ISO 639-1); empty for all. Others are rejected as `wrong-language`.
    pub languages: Vec<String>,
    /// Kinds of boilerplate to keep, marked as such in Markdown and HTML.
    pub keep: Vec<Kind>,
}

impl Default for CleanOptions {
    fn default() -> CleanOptions {
        CleanOptions {
            focus: Focus::Balanced,
            min_chars: 25,
            max_bytes: 32 << 20,
            languages: Vec::new(),
            keep: Vec::new(),
        }
    }
}

/// The rules in force: the built-in ones, overlaid by the user's folder.
#[derive(Clone, Debug)]
pub struct Rules {
    generic: GenericRules,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules::builtin()
    }
}

impl Rules {
    /// The rules that are built in.
    pub fn builtin() -> Rules {
        Rules { generic: GenericRules::builtin() }
    }

    /// Adds the rules of a folder; they win over those that are there.
    pub fn overlay_dir(self, path: &std::path::Path) -> Result<Rules, Error> {
        let _ = path;
        Ok(self)
    }
}

/// Cleans pages. Reusable, `Send + Sync`, without state between pages.
#[derive(Clone, Debug, Default)]
pub struct Cleaner {
    rules: Rules,
    options: CleanOptions,
}

impl Cleaner {
    /// A cleaner with these rules and options.
    pub fn new(rules: Rules, options: CleanOptions) -> Cleaner {
        Cleaner { rules, options }
    }

    /// Cleans a page that is decoded already.
    pub fn clean(&self, html: &str, url: Option<&Url>) -> Result<Article, Rejection> {
        let dom = parse(html, &Limits::default())?;
        let metadata = metadata::extract(&dom, url);
        let blocks = self.label(&dom, &metadata);
        let article = Article { blocks: assemble(blocks), metadata, warnings: Vec::new() };
        self.accept(article)
    }

    /// The blocks of a page with their fates.
    fn label(&self, dom: &Dom, metadata: &Metadata) -> Vec<TextBlock> {
        self.measure(dom, metadata).0
    }

    /// The blocks of a page as the rules label them, and what the classifier sees of them.
    fn measure(&self, dom: &Dom, metadata: &Metadata) -> (Vec<TextBlock>, Table) {
        let root = dom.body().unwrap_or(dom.document());
        let survey = Survey::of(dom, root, &self.rules.generic);
        let marks = Marks::of(dom, root, &survey, &self.rules.generic);
        let mut blocks = segment(dom, root, &survey, &marks);
        let features = Features::of(dom, &survey, &blocks);
        let inside = label(dom, &survey, &mut blocks, &features, metadata.title.as_deref());
        let contexts = Contexts::of(dom, root, &survey, &marks);
        let evidence = Evidence::of(&blocks, &inside);
        let table = table(dom, &blocks, &features, &contexts, &evidence, metadata);
        (blocks, table)
    }

    /// What the classifier is trained on: the text of each block and its row of measurements.
    #[doc(hidden)]
    pub fn training_rows(&self, html: &str, url: Option<&Url>) -> Result<(Vec<String>, Table), Rejection> {
        let dom = parse(html, &Limits::default())?;
        let metadata = metadata::extract(&dom, url);
        let (blocks, table) = self.measure(&dom, &metadata);
        Ok((blocks.into_iter().map(|block| block.text).collect(), table))
    }

    fn accept(&self, article: Article) -> Result<Article, Rejection> {
        let chars = article.blocks.iter().map(|block| block.text.chars().count()).sum();
        match chars {
            0 => Err(Rejection::NoMainContent),
            _ if chars < self.options.min_chars => {
                Err(Rejection::TooShort { chars, min: self.options.min_chars })
            }
            _ => Ok(article),
        }
    }

    /// Cleans a page as served. `content_type` is the HTTP header, where known.
    pub fn clean_bytes(
        &self,
        bytes: &[u8],
        content_type: Option<&str>,
        url: Option<&Url>,
    ) -> Result<Article, Rejection> {
        let _ = content_type;
        self.clean(&String::from_utf8_lossy(bytes), url)
    }

    /// Cleans text that an earlier scraper left dirty.
    pub fn clean_text(&self, dirty: &str) -> Result<Article, Rejection> {
        let _ = dirty;
        Err(Rejection::NoMainContent)
    }

    /// Says of every block of a page what became of it and why.
    pub fn explain(&self, html: &str, url: Option<&Url>) -> Explanation {
        let Ok(dom) = parse(html, &Limits::default()) else { return Explanation::default() };
        let metadata = metadata::extract(&dom, url);
        let blocks = self.label(&dom, &metadata);
        let blocks = blocks.into_iter().map(|block| ExplainedBlock {
            path: path(&dom, block.element),
            text: block.text,
            kept: block.fate.kept,
            kind: block.fate.kind,
            rule: block.fate.rule.into_owned(),
            score: block.fate.score,
        });
        Explanation { blocks: blocks.collect(), ..Explanation::default() }
    }
}

fn path(dom: &Dom, node: NodeId) -> String {
    let mut parts: Vec<String> = crate::clean::features::above(dom, node)
        .filter(|node| !dom.tag(*node).is_empty())
        .map(|node| {
            let mut part = dom.tag(node).to_owned();
            if let Some(id) = dom.attribute(node, "id") {
                part.push('#');
                part.push_str(id);
            }
            for class in dom.attribute(node, "class").unwrap_or("").split_ascii_whitespace() {
                part.push('.');
                part.push_str(class);
            }
            part
        })
        .collect();
    parts.reverse();
    parts.join(" > ")
}

/// The article's blocks from the kept text blocks.
fn assemble(blocks: Vec<TextBlock>) -> Vec<Block> {
    blocks
        .into_iter()
        .filter(|block| block.fate.kept && !block.text.is_empty())
        .map(|block| Block { kind: block.kind, text: block.text, spans: block.spans, boilerplate: None })
        .collect()
}

/// Every block of a page with its fate.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Explanation {
    /// `ok` or the rejection, in kebab-case.
    pub status: String,
    /// One sentence about a status other than `ok`.
    pub reason: Option<String>,
    /// The blocks in the order of the page.
    pub blocks: Vec<ExplainedBlock>,
}

/// One block of a page with its fate.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ExplainedBlock {
    /// Its text.
    pub text: String,
    /// Where it stands: tags, ids and classes from the body down.
    pub path: String,
    /// Whether it is part of the article.
    pub kept: bool,
    /// What kind of boilerplate it is, when it was removed.
    pub kind: Option<Kind>,
    /// The step or rule that decided, as in `prune.tag.nav` or `fr.related.lire-aussi`.
    pub rule: String,
    /// The labeller's score, from 0 (boilerplate) to 1 (article), where it was asked.
    pub score: Option<f32>,
}
