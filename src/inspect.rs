//! One page looked at from all sides at once: its blocks with their fates, the article, where the metadata stand, and
//! what the classifier made of each block. `tamis explain` and the workbench show it.

use std::sync::OnceLock;

use url::Url;

use crate::article::metadata::origin::{self, Origin};
use crate::article::{Article, Metadata};
use crate::clean::Kind;
use crate::clean::block::TextBlock;
use crate::clean::vector::{self, WIDTH};
use crate::error::Rejection;
use crate::explain::{ExplainedBlock, Explanation};
use crate::parse::Dom;
use crate::pipeline::Cleaner;

/// Blocks that one is compared with; more take time and change nothing.
const MAX_COMPARED: usize = 24;

/// A page with all that was decided about it.
#[derive(Debug)]
pub struct Inspection {
    pub(crate) dom: Dom,
    pub(crate) blocks: Vec<TextBlock>,
    /// What the classifier saw of each block, row after row; made when somebody asks.
    pub(crate) rows: OnceLock<Vec<f32>>,
    pub(crate) url: Option<Url>,
    pub(crate) cleaner: Cleaner,
    /// What the page says of itself.
    pub metadata: Metadata,
    /// The article, or why there is none.
    pub outcome: Result<Article, Rejection>,
}

/// What one column of the classifier has in a block's score.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// Name of the column.
    pub column: String,
    /// Its value.
    pub value: f32,
    /// How far it moves the score, in log-odds; above zero speaks for the article.
    pub share: f32,
}

impl Inspection {
    /// Every block with its fate.
    pub fn explanation(&self) -> Explanation {
        let verdict = match &self.outcome {
            Ok(_) => Explanation::accepted(),
            Err(rejection) => Explanation::rejected(rejection),
        };
        let blocks = self.blocks.iter().cloned().map(|block| ExplainedBlock::of(&self.dom, block)).collect();
        Explanation { blocks, ..verdict }
    }

    /// The values of the metadata, and where the page says them.
    pub fn origins(&self) -> Vec<Origin> {
        origin::origins(&self.dom, self.url.as_ref(), &self.metadata)
    }

    /// Why the classifier scores a block as it does, strongest columns first: against the kept blocks of the page if it
    /// was removed, against the removed ones if it was kept.
    pub fn shares(&self, index: usize) -> Vec<Share> {
        let rows = self.rows.get_or_init(|| self.cleaner.rows(&self.dom, self.url.as_ref()).1);
        let rows: Vec<&[f32]> = rows.chunks_exact(WIDTH).collect();
        let (Some(block), Some(row)) = (self.blocks.get(index), rows.get(index)) else { return Vec::new() };
        let is_headline = |other: &TextBlock| other.fate.kind == Some(Kind::Title);
        let is_other = |other: &TextBlock| other.fate.kept != block.fate.kept && !is_headline(other);
        let others: Vec<&[f32]> =
            self.blocks.iter().zip(&rows).filter(|(other, _)| is_other(other)).map(|(_, row)| *row).collect();
        let step = others.len().div_ceil(MAX_COMPARED).max(1);
        let compared: Vec<&[f32]> = others.into_iter().step_by(step).collect();
        let shares = self.cleaner.classifier().shares(row, &compared);
        let mut shares: Vec<Share> = (vector::names().into_iter().zip(*row).zip(shares))
            .map(|((column, value), share)| Share { column, value: *value, share })
            .filter(|share| share.share != 0.0)
            .collect();
        shares.sort_by(|one, other| other.share.abs().total_cmp(&one.share.abs()));
        shares
    }
}

#[cfg(test)]
mod tests {
    use crate::Cleaner;

    const PAGE: &str = "<body><nav><a href=/a>Accueil</a> <a href=/b>Politique</a></nav><article><h1>Crue</h1>\
        <p>La Loire est montée de deux mètres dans la nuit de mardi à mercredi, a dit la préfecture.</p>\
        <p>Les habitants des quais ont été évacués vers deux gymnases de la ville haute.</p></article>";

    #[test]
    fn the_columns_of_a_menu_speak_against_it_and_those_of_prose_for_it() {
        let page = Cleaner::default().inspect(PAGE, None).unwrap();
        let explained = page.explanation();
        let sum = |start: &str| -> f32 {
            let index = explained.blocks.iter().position(|block| block.text.starts_with(start)).unwrap();
            page.shares(index).iter().map(|share| share.share).sum()
        };
        assert!(sum("Accueil") < -1.0 && sum("La Loire") > 1.0, "{} {}", sum("Accueil"), sum("La Loire"));
        assert!(page.shares(usize::MAX).is_empty());
    }

    #[test]
    fn the_strongest_columns_come_first() {
        let page = Cleaner::default().inspect(PAGE, None).unwrap();
        let shares = page.shares(0);
        assert!(shares.windows(2).all(|pair| pair[0].share.abs() >= pair[1].share.abs()) && shares.len() > 3);
    }
}
