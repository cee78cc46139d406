//! A pair as the cleaner sees it: the blocks of the page, each kept or not, each wanted or not.

use super::align::{Gold, Wanted};
use super::pairs::Pair;
use crate::article::escape_html;
use crate::clean::Kind;
use crate::clean::text::detect_language;
use crate::error::Rejection;
use crate::inspect::Inspection;
use crate::pipeline::Cleaner;
use crate::workbench::proposal::host;

/// A pair with its labels.
pub struct Sheet {
    /// The page or text.
    pub pair: Pair,
    /// The page; of a text, its kept lines as one.
    pub page: Inspection,
    /// For each block whether it is wanted.
    pub wanted: Vec<Wanted>,
    /// For each block whether it is kept.
    pub kept: Vec<bool>,
    /// The site, where the page says its address.
    pub host: Option<String>,
    /// ISO 639-1, or `any`.
    pub language: String,
}

/// Lines of a page that should have fared otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Faults {
    /// Kept and not wanted.
    pub extra: usize,
    /// Wanted and not kept.
    pub missing: usize,
}

impl Sheet {
    /// Of a pair, by a cleaner.
    pub fn of(pair: &Pair, cleaner: &Cleaner) -> Result<Sheet, Rejection> {
        let page = match pair.is_html {
            true => cleaner.inspect(&pair.raw, None)?,
            false => cleaner.inspect(&as_page(&kept_lines(&pair.raw, cleaner)), None)?,
        };
        let gold = Gold::new(&pair.wanted);
        let wanted = page.blocks.iter().map(|block| gold.wants(&block.text)).collect();
        let kept = page.blocks.iter().map(|block| !pair.is_html || block.fate.kept).collect();
        let named = page.metadata.language.as_deref().or_else(|| detect_language(&pair.wanted));
        let language = named.and_then(|named| named.get(..2)).unwrap_or("any").to_owned();
        let host = host(&page).filter(|_| pair.is_html);
        Ok(Sheet { pair: pair.clone(), page, wanted, kept, host, language })
    }

    /// The blocks that are kept and not wanted.
    pub fn extras(&self) -> impl Iterator<Item = usize> {
        (0..self.kept.len()).filter(|index| self.kept[*index] && self.wanted[*index] == Wanted::No)
    }

    /// The blocks that are wanted and not kept; headlines are metadata.
    pub fn missing(&self) -> impl Iterator<Item = usize> {
        let is_title = |index: &usize| self.page.blocks[*index].fate.kind == Some(Kind::Title);
        (0..self.kept.len())
            .filter(move |index| !self.kept[*index] && self.wanted[*index] == Wanted::Yes && !is_title(index))
    }

    /// How many of each.
    pub fn faults(&self) -> Faults {
        Faults { extra: self.extras().count(), missing: self.missing().count() }
    }

    /// The text of a block.
    pub fn text(&self, index: usize) -> &str {
        &self.page.blocks[index].text
    }
}

impl std::ops::Add for Faults {
    type Output = Faults;

    fn add(self, other: Faults) -> Faults {
        Faults { extra: self.extra + other.extra, missing: self.missing + other.missing }
    }
}

fn kept_lines(dirty: &str, cleaner: &Cleaner) -> Vec<String> {
    let blocks = cleaner.clean_text(dirty).map(|article| article.blocks).unwrap_or_default();
    blocks.into_iter().map(|block| block.text).collect()
}

fn as_page(lines: &[String]) -> String {
    let paragraphs = lines.iter().map(|line| format!("<p>{}</p>", escape_html(line).replace('\n', "<br>")));
    format!("<article>{}</article>", paragraphs.collect::<String>())
}
