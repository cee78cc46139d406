//! The order of the stages: decode, parse, clean, article. Nothing else knows it.

mod settling;

use std::sync::OnceLock;

use url::Url;

use self::settling::{bring_back, take_out};
use crate::article::metadata::{self, PageType};
use crate::article::{Article, Block, Metadata, escape_html};
use crate::clean::FastSet;
use crate::clean::block::TextBlock;
use crate::clean::classify::Classifier;
use crate::clean::context::Contexts;
use crate::clean::declared::Declared;
use crate::clean::dirty::{MAX_LINES, clean_dirty, has_too_many_lines};
use crate::clean::discussion::comments;
use crate::clean::facts::announced;
use crate::clean::features::Features;
use crate::clean::furniture::Furniture;
use crate::clean::grid::fill_spans;
use crate::clean::kinds;
use crate::clean::label::label;
use crate::clean::listing::is_list;
use crate::clean::loss;
use crate::clean::paywall::says_paywalled;
use crate::clean::phrases::{self, Readings};
use crate::clean::prune::Marks;
use crate::clean::reject;
use crate::clean::segment::{MAX_BLOCKS, segment};
use crate::clean::sites::SiteRules;
use crate::clean::spare;
use crate::clean::survey::{Survey, text_weight};
use crate::clean::text::{detect_language, is_plainly};
use crate::clean::trace::{SiteTrace, Trace};
use crate::clean::units::Units;
use crate::clean::vector::{Evidence, each_row};
use crate::decode::{decode, not_html};
use crate::error::Rejection;
use crate::explain::Explanation;
use crate::inspect::Inspection;
use crate::options::CleanOptions;
use crate::parse::{Dom, Limits, parse};
use crate::rules::Rules;

/// A page that shows more than this is not asked for its data.
const MAX_SHOWN_BESIDE_SPARE: u32 = 600;
/// So many times as much as the page shows must stand in its data.
const SPARE_EXCESS: u32 = 3;

/// Cleans pages. Reusable, `Send + Sync`, without state between pages.
///
/// ```
/// use tamis::{CleanOptions, Cleaner, Rules};
///
/// let cleaner = Cleaner::new(Rules::builtin(), CleanOptions::default());
/// let html = "<nav>Accueil</nav><article><h1>Crue</h1><p>La Loire est montée de deux mètres dans la nuit.</p></article>";
/// let article = cleaner.clean(html, None)?;
/// assert_eq!(article.to_text(), "La Loire est montée de deux mètres dans la nuit.");
/// # Ok::<(), tamis::Rejection>(())
/// ```
#[derive(Clone, Debug)]
pub struct Cleaner {
    rules: Rules,
    classifier: Classifier,
    options: CleanOptions,
    /// Known furniture; only runs have it, and the trace of a site is only made for them.
    furniture: Option<Furniture>,
}

/// What was read off a page.
struct Reading {
    blocks: Vec<TextBlock>,
    metadata: Metadata,
    warnings: Vec<String>,
    trace: Trace,
}

/// What a page says of itself.
struct Said<'m> {
    metadata: &'m Metadata,
    declared: Declared,
    /// Shingles of the announced body.
    hint: &'m FastSet<u64>,
}

impl Default for Cleaner {
    fn default() -> Cleaner {
        Cleaner::new(Rules::default(), CleanOptions::default())
    }
}

impl Cleaner {
    /// A cleaner with these rules and options.
    pub fn new(rules: Rules, options: CleanOptions) -> Cleaner {
        Cleaner { rules, classifier: Classifier::builtin(), options, furniture: None }
    }

    /// The same cleaner with another block classifier, as `model/train.py` writes it; `None` when the file is damaged
    /// or was trained on other columns.
    pub fn with_model(self, model: &[u8]) -> Option<Cleaner> {
        let classifier = Classifier::read(model).filter(Classifier::fits)?;
        Some(Cleaner { classifier, ..self })
    }

    pub(crate) fn classifier(&self) -> &Classifier {
        &self.classifier
    }

    /// The rules that it cleans by.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The same cleaner with the memory of a run: the furniture of sites that earlier pages showed.
    pub fn with_furniture(self, furniture: Furniture) -> Cleaner {
        Cleaner { furniture: Some(furniture), ..self }
    }

    /// Cleans a page as served. `content_type` is the HTTP header, where known.
    pub fn clean_bytes(
        &self,
        bytes: &[u8],
        content_type: Option<&str>,
        url: Option<&Url>,
    ) -> Result<Article, Rejection> {
        self.check_size(bytes.len())?;
        match not_html(bytes, content_type) {
            Some(rejection) => Err(rejection),
            None => self.clean(&decode(bytes, content_type, url).text, url),
        }
    }

    /// The metadata of a page as served, whether it is an article or not.
    pub fn describe_bytes(
        &self,
        bytes: &[u8],
        content_type: Option<&str>,
        url: Option<&Url>,
    ) -> Result<Metadata, Rejection> {
        self.check_size(bytes.len())?;
        match not_html(bytes, content_type) {
            Some(rejection) => Err(rejection),
            None => {
                let dom = parse(&decode(bytes, content_type, url).text, &Limits::default())?;
                let mut found = metadata::extract(&dom, url);
                found.drop_controls();
                Ok(found)
            }
        }
    }

    /// Cleans a page that is decoded already.
    pub fn clean(&self, html: &str, url: Option<&Url>) -> Result<Article, Rejection> {
        self.check_size(html.len())?;
        let dom = parse(html, &Limits::default())?;
        let reading = self.read(&dom, url);
        check_blocks(&reading)?;
        let mut article = match self.spare(&dom, &reading) {
            Some(article) => self.accept(article)?,
            None => self.judge(&dom, reading)?,
        };
        article.make_links_absolute(url);
        article.drop_controls();
        article.normalize(self.options.normalize);
        Ok(article)
    }

    /// Cleans text that an earlier scraper left dirty.
    pub fn clean_text(&self, dirty: &str) -> Result<Article, Rejection> {
        self.check_size(dirty.len())?;
        if has_too_many_lines(dirty) {
            return Err(Rejection::TooManyLines { max: MAX_LINES });
        }
        let mut article =
            self.accept(clean_dirty(dirty, &self.rules.phrases).into_article(&self.options.keep))?;
        article.drop_controls();
        article.normalize(self.options.normalize);
        Ok(article)
    }

    /// Says of every block of a page what became of it and why.
    pub fn explain(&self, html: &str, url: Option<&Url>) -> Explanation {
        match self.inspect(html, url) {
            Ok(inspection) => inspection.explanation(),
            Err(rejection) => Explanation::rejected(&rejection),
        }
    }

    /// Looks at a page from all sides; an error is about a page that cannot be read at all.
    pub fn inspect(&self, html: &str, url: Option<&Url>) -> Result<Inspection, Rejection> {
        self.check_size(html.len())?;
        let dom = parse(html, &Limits::default())?;
        let reading = self.read(&dom, url);
        let (blocks, metadata) = (reading.blocks.clone(), reading.metadata.clone());
        let outcome = check_blocks(&reading).and_then(|()| match self.spare(&dom, &reading) {
            Some(article) => self.accept(article),
            None => self.judge(&dom, reading),
        });
        let (url, cleaner) = (url.cloned(), self.clone());
        Ok(Inspection { dom, blocks, rows: OnceLock::new(), url, cleaner, metadata, outcome })
    }

    /// What the classifier is trained on: the text of each block, and the rows of measurements one after the other.
    #[doc(hidden)]
    pub fn training_rows(&self, html: &str, url: Option<&Url>) -> Result<(Vec<String>, Vec<f32>), Rejection> {
        let (blocks, rows) = self.rows(&parse(html, &Limits::default())?, url);
        Ok((blocks.into_iter().map(|block| block.text).collect(), rows))
    }

    /// What the kinds of pages are told apart by; see [`crate::clean::kinds`].
    #[doc(hidden)]
    pub fn page_columns(&self, html: &str, url: Option<&Url>) -> Result<Vec<f32>, Rejection> {
        let dom = parse(html, &Limits::default())?;
        let metadata = metadata::extract(&dom, url);
        let declared = Declared::of(&dom, url, &metadata);
        let mut scores = self.classifier.scores();
        let said = Said { metadata: &metadata, declared, hint: &announced(&metadata) };
        let blocks = self.measure(&dom, said, &mut Readings::default(), |row| scores.add(row));
        Ok(kinds::columns(&blocks, &scores.finish(), declared, &metadata, url).to_vec())
    }

    /// The undecided blocks of a page and the rows of measurements of all of them.
    pub(crate) fn rows(&self, dom: &Dom, url: Option<&Url>) -> (Vec<TextBlock>, Vec<f32>) {
        let metadata = metadata::extract(dom, url);
        let declared = Declared::of(dom, url, &metadata);
        let mut rows = Vec::new();
        let said = Said { metadata: &metadata, declared, hint: &announced(&metadata) };
        let blocks = self.measure(dom, said, &mut Readings::default(), |row| rows.extend_from_slice(row));
        (blocks, rows)
    }

    /// The blocks of a page with their fates, and its metadata.
    fn read(&self, dom: &Dom, url: Option<&Url>) -> Reading {
        let mut metadata = metadata::extract(dom, url);
        let declared = Declared::of(dom, url, &metadata);
        let mut scores = self.classifier.scores();
        let (hint, mut readings) = (announced(&metadata), Readings::default());
        let said = Said { metadata: &metadata, declared, hint: &hint };
        let mut blocks = self.measure(dom, said, &mut readings, |row| scores.add(row));
        let threshold = self.options.focus.threshold();
        let scores = scores.finish();
        let kind = self.classifier.kinds.of(&blocks, &scores, declared, &metadata, url);
        metadata.page_type = kind.page_type();
        let threshold = Classifier::decide(&scores, &mut blocks, threshold, declared, kind);
        bring_back(dom, &self.rules.generic, &mut blocks, &metadata, threshold);
        settle_language(&mut metadata, &blocks);
        phrases::apply(&self.rules.phrases, &mut blocks, metadata.language.as_deref(), readings);
        let mut warnings = loss::guard(dom, &mut blocks, &hint);
        take_out(dom, &self.rules.generic, &mut blocks, &mut metadata, declared);
        let (trace, lost) = self.heed_site(dom, url, &mut metadata, &mut blocks);
        warnings.extend(lost);
        Reading { blocks, metadata, warnings, trace }
    }

    /// Lets what is known of the site have the last word: furniture in a run, and rules. Gives a warning when the rules
    /// for its body match nothing.
    fn heed_site(
        &self,
        dom: &Dom,
        url: Option<&Url>,
        metadata: &mut Metadata,
        blocks: &mut [TextBlock],
    ) -> (Trace, Option<String>) {
        let address = self.address(url, metadata);
        let mut trace = Trace { site: self.use_furniture(dom, address.as_ref(), blocks), ..Trace::default() };
        let site = address.and_then(|address| SiteRules::find(&self.rules.sites, &address));
        let lost = site.and_then(|site| {
            let lost = site.decide(dom, blocks);
            site.describe(dom, metadata);
            if let Some(of_site) = trace.site.as_mut().filter(|_| site.has_body()) {
                of_site.body_matched = Some(lost.is_none());
            }
            lost
        });
        trace.count(blocks, site.map(|site| site.host.as_str()));
        (trace, lost)
    }

    /// The address of a page, or the one that it gives as canonical, where something is known of sites.
    fn address(&self, url: Option<&Url>, metadata: &Metadata) -> Option<Url> {
        if self.rules.sites.is_empty() && self.furniture.is_none() {
            return None;
        }
        let canonical = || metadata.canonical.as_deref().and_then(|canonical| Url::parse(canonical).ok());
        url.cloned().or_else(canonical)
    }

    /// Removes known furniture in a run, and says what the page tells of its site.
    fn use_furniture(&self, dom: &Dom, address: Option<&Url>, blocks: &mut [TextBlock]) -> Option<SiteTrace> {
        let (furniture, host) = (self.furniture.as_ref()?, address?.host_str()?.trim_start_matches("www."));
        let trace = SiteTrace::of(dom, host, blocks);
        furniture.remove(host, blocks);
        Some(trace)
    }

    /// The blocks of a page as the rules label them; what the classifier sees of each goes to `take`.
    fn measure<'c>(
        &'c self,
        dom: &Dom,
        Said { metadata, declared, hint }: Said<'_>,
        readings: &mut Readings<'c>,
        take: impl FnMut(&[f32]),
    ) -> Vec<TextBlock> {
        let root = dom.body().unwrap_or(dom.document());
        let survey = Survey::of(dom, root, &self.rules.generic);
        let marks = Marks::of(dom, root, &survey, &self.rules.generic);
        let mut blocks = segment(dom, root, &survey, &marks);
        let verdicts = phrases::judge(&self.rules.phrases, &blocks, metadata.language.as_deref(), readings);
        phrases::cut_labels(&mut blocks, &verdicts, readings);
        let units = Units::of(dom, root, &blocks);
        let features = Features::of(&units, &blocks);
        let inside = label(dom, &survey, &mut blocks, &features, metadata.title.as_deref());
        let contexts = Contexts::of(dom, root, &survey, &marks, &blocks);
        // the rows take much room
        drop((survey, marks));
        let evidence = Evidence::of(&blocks, &inside, &verdicts);
        each_row(dom, &blocks, &features, &contexts, &units, &evidence, metadata, hint, declared, take);
        blocks
    }

    /// The article from the data that the page carries, when its HTML shows next to nothing of it.
    fn spare(&self, dom: &Dom, reading: &Reading) -> Option<Article> {
        let shown: u32 =
            reading.blocks.iter().filter(|block| block.fate.kept).map(|block| text_weight(&block.text)).sum();
        if shown > MAX_SHOWN_BESIDE_SPARE {
            return None;
        }
        let spare = spare::find(dom, shown == 0).filter(|spare| spare.weight >= SPARE_EXCESS * shown)?;
        let title = escape_html(reading.metadata.title.as_deref().unwrap_or(""));
        let html = format!("<body><h1>{title}</h1><article>{}</article></body>", spare.html);
        let dom = parse(&html, &Limits::default()).ok()?;
        let found = self.read(&dom, None);
        let mut article =
            self.article(&dom, Reading { metadata: reading.metadata.clone(), warnings: Vec::new(), ..found });
        article
            .warnings
            .push(format!("the page shows no text of the article; it was taken from {}", spare.origin));
        Some(article)
    }

    /// An article, or why the page is none.
    fn judge(&self, dom: &Dom, reading: Reading) -> Result<Article, Rejection> {
        match reject::wall(dom, &reading.blocks, &reading.metadata) {
            Some(rejection) => Err(rejection),
            None => self.accept(self.article(dom, reading)),
        }
    }

    fn article(&self, dom: &Dom, reading: Reading) -> Article {
        let Reading { blocks, mut metadata, mut warnings, trace, .. } = reading;
        if matches!(metadata.page_type, PageType::Article | PageType::Collection) && is_list(&blocks) {
            metadata.page_type = PageType::Listing;
            // those of one teaser
            (metadata.authors, metadata.date) = (Vec::new(), None);
        }
        if metadata.page_type == PageType::Listing {
            warnings.push("the page looks like a list of articles or things, not one article".to_owned());
        }
        let comments = if self.options.comments { comments(&blocks) } else { Vec::new() };
        if metadata.page_type == PageType::Article && metadata.paywalled.is_none() {
            metadata.paywalled = says_paywalled(&blocks).then_some(true);
        }
        let blocks = self.assemble(fill_spans(dom, blocks));
        Article { blocks, comments, trace, metadata, warnings }
    }

    /// The article's blocks, and those of the kinds that are to be kept.
    fn assemble(&self, blocks: Vec<TextBlock>) -> Vec<Block> {
        let wanted = |block: &TextBlock| {
            let on_request = block.fate.kind.is_some_and(|kind| self.options.keep.contains(&kind));
            block.fate.kept || (on_request && !block.text.is_empty())
        };
        let finish = |block: TextBlock| Block {
            kind: block.kind,
            text: block.text,
            spans: block.spans,
            boilerplate: if block.fate.kept { None } else { block.fate.kind },
        };
        blocks.into_iter().filter(wanted).map(finish).collect()
    }

    fn accept(&self, article: Article) -> Result<Article, Rejection> {
        let own = article.blocks.iter().filter(|block| block.boilerplate.is_none());
        let chars: usize = own.map(|block| block.text.chars().count()).sum();
        let min = self.options.min_chars;
        let language = article.metadata.language.as_deref().unwrap_or("");
        match chars {
            0 => Err(Rejection::NoMainContent),
            _ if chars < min => Err(Rejection::TooShort { chars, min }),
            _ if !self.options.wants_language(language) => {
                Err(Rejection::WrongLanguage { found: language.to_owned() })
            }
            _ => Ok(article),
        }
    }

    fn check_size(&self, bytes: usize) -> Result<(), Rejection> {
        let max = self.options.max_bytes;
        if bytes > max { Err(Rejection::TooLarge { bytes, max }) } else { Ok(()) }
    }
}

/// Rejects a page of which only the first blocks were read.
fn check_blocks(reading: &Reading) -> Result<(), Rejection> {
    let max = MAX_BLOCKS;
    if reading.blocks.len() > max { Err(Rejection::TooManyBlocks { max }) } else { Ok(()) }
}

/// The language that the page names, or the one that its text is in.
fn settle_language(metadata: &mut Metadata, blocks: &[TextBlock]) {
    let texts: Vec<&str> =
        blocks.iter().filter(|block| block.fate.kept).map(|block| block.text.as_str()).collect();
    let text = texts.join("\n");
    metadata.language = metadata::settle_language(metadata.language.take(), &text, |named| match named {
        Some(named) if is_plainly(named, &text) => None,
        _ => detect_language(&text),
    });
}
