//! The block classifier: a small forest that gives each block the probability that it belongs to the article.
//!
//! Trained by `model/train.py` on the columns of [`super::vector`], which see the neighbours of a block as well as
//! the block itself; so one pass is enough. The rules' decision is one of the columns.

use super::Kind;
use super::block::{Fate, TextBlock};
use super::declared::Declared;
use super::features::ends_sentence;
use super::forest::{Asking, Forest};
use super::kinds::{Kinds, PageKind, promised_f1};
use super::label::STANDFIRST_RULE;
use super::rules::{CONSENT_MANAGER_MARK, OWN_MARK};
use super::vector::WIDTH;
use crate::article::metadata::PageType;

const BUILTIN: &[u8] = include_bytes!("../../model/blocks.bin");

/// A standfirst stands alone between the headline and the body, which the classifier takes for a teaser; the rules
/// look at the whole. So theirs is kept from this share of the threshold on.
const STANDFIRST_SHARE: f32 = 0.4;

/// What the rules remove needs so much more than what they keep: where the two disagree out of site, the rules are
/// right more often than the score says.
const REMOVED_EXTRA: f32 = 0.15;

/// What a tag, role or name marks comes back only when the classifier is sure.
const PRUNED_THRESHOLD: f32 = 0.8;
/// Names are wrong about sentences without links more often than about other text, but for those of teasers ...
const PRUNED_PROSE_THRESHOLD: f32 = 0.65;
/// ... that are so long.
const MIN_PRUNED_PROSE_BYTES: usize = 80;

/// Where no text reaches the threshold, this times the F1 that the scores promise is the share of the threshold. With true
/// probabilities half of that F1 is the best threshold (Lipton, Elkan and Narayanaswamy, "Optimal Thresholding of
/// Classifiers to Maximize F1 Measure", 2014); ours are too sure out of site, where 0.4 of it does best.
const PROMISED_SHARE: f32 = 0.67;

/// A name is not doubted for less text.
const MIN_MISTAKEN_BYTES: usize = 600;

/// The block classifier.
#[derive(Clone, Debug)]
pub struct Classifier {
    forest: Forest,
    /// What tells the kinds of pages apart.
    pub kinds: Kinds,
}

impl Classifier {
    /// The classifier that is built in.
    pub fn builtin() -> Classifier {
        Classifier::read(BUILTIN).expect("the built-in model is tested")
    }

    /// Reads a model file; `None` when it is damaged.
    pub fn read(mut bytes: &[u8]) -> Option<Classifier> {
        let (forest, kinds) = (Forest::read(&mut bytes)?, Kinds::read(&mut bytes)?);
        bytes.is_empty().then_some(Classifier { forest, kinds })
    }

    /// Whether it was trained on the columns that blocks have.
    pub fn fits(&self) -> bool {
        self.forest.width() == WIDTH
    }

    /// What each column has in the score of one row, against those of other rows; see [`Forest::shares`].
    pub fn shares(&self, row: &[f32], others: &[&[f32]]) -> Vec<f32> {
        if self.fits() { self.forest.shares(row, others) } else { Vec::new() }
    }

    /// Scores of blocks, to be asked row by row.
    pub fn scores(&self) -> Scores<'_> {
        Scores(self.fits().then(|| Asking::new(&self.forest)))
    }

    /// Decides every block but the headline by its score: kept from `threshold` on, less on pages that are no articles. A
    /// block that the rules removed keeps their reason; one that they kept is of no known kind. Gives the threshold that
    /// counts on this page.
    pub fn decide(
        scores: &[f32],
        blocks: &mut [TextBlock],
        threshold: f32,
        declared: Declared,
        kind: PageKind,
    ) -> f32 {
        let page = Page {
            threshold: threshold * share(blocks, scores, threshold, declared, kind),
            full_threshold: threshold,
            declared,
            kind,
            mistaken: no_comments(blocks, scores, threshold),
        };
        let cut_out: Vec<bool> = (0..blocks.len()).map(|index| is_cut_out(blocks, index)).collect();
        for ((block, &score), cut_out) in blocks.iter_mut().zip(scores).zip(cut_out) {
            if block.fate.kind == Some(Kind::Title) {
                continue;
            }
            match (score >= page.needed(block), block.fate.kept) {
                (true, false) if !cut_out => block.fate = Fate::kept("model"),
                (false, true) if !cut_out => block.fate = Fate::removed(Kind::Other, "model"),
                _ => {}
            }
            block.fate.score = Some(score);
        }
        page.threshold
    }
}

/// The probabilities that blocks belong to the article; none from a model for other columns.
pub struct Scores<'c>(Option<Asking<'c>>);

impl Scores<'_> {
    /// Takes the row of the next block.
    pub fn add(&mut self, row: &[f32]) {
        self.0.iter_mut().for_each(|asking| asking.add(row));
    }

    /// The scores of all blocks, in their order.
    pub fn finish(self) -> Vec<f32> {
        self.0.map_or_else(Vec::new, Asking::finish)
    }
}

/// The share of the threshold that is asked for on this page. Lists, shops and manuals look little like an article, so
/// that their content scores low; the shares are those of the best F1 out of site.
fn share(blocks: &[TextBlock], scores: &[f32], threshold: f32, declared: Declared, kind: PageKind) -> f32 {
    match kind {
        PageKind::Article if declared.page_type() == PageType::Article => {
            doubtful_share(blocks, scores, threshold)
        }
        PageKind::Forum => 0.85,
        // what a page says of itself speaks against the forests
        PageKind::Article => 0.67,
        PageKind::Product => 0.6,
        PageKind::Documentation | PageKind::Service => 0.4,
        PageKind::Listing => 0.15,
        PageKind::Collection => 0.1,
    }
}

/// The share where no text reaches the threshold: what the page has is better than nothing.
fn doubtful_share(blocks: &[TextBlock], scores: &[f32], threshold: f32) -> f32 {
    if scores.iter().any(|score| *score >= threshold) {
        return 1.0;
    }
    let weighted = scores.iter().zip(blocks).map(|(score, block)| (*score, block.text.len() as f32));
    PROMISED_SHARE * promised_f1(weighted.collect())
}

/// Page builders name the parts of a body widgets, as others name the boxes of a sidebar.
const WIDGET_MARK: &str = "prune.name.sidebar";

/// Whether a block that was pruned may be prose all the same.
fn is_misnamed_prose(block: &TextBlock) -> bool {
    block.fate.rule.starts_with("prune.")
        && (block.fate.kind != Some(Kind::Related) || block.fate.rule == WIDGET_MARK)
        && block.text.len() >= MIN_PRUNED_PROSE_BYTES
        && ends_sentence(&block.text)
        && !block.has_links()
}

/// Whether a block was cut out of the sentence beside it, as the text of a tooltip is: it makes no paragraph.
fn is_cut_out(blocks: &[TextBlock], index: usize) -> bool {
    let block = &blocks[index];
    let of_one = |other: Option<&TextBlock>| {
        other.is_some_and(|other| other.element == block.element && other.fate.kept)
    };
    block.fate.rule.starts_with("prune.")
        && (of_one(index.checked_sub(1).map(|before| &blocks[before])) || of_one(blocks.get(index + 1)))
}

/// Whether most of the text that a name calls comments is taken for the article all the same ("gallery__item__comment").
/// Readers' comments score low, since their name is a column.
fn no_comments(blocks: &[TextBlock], scores: &[f32], threshold: f32) -> bool {
    let (mut all, mut likely) = (0, 0);
    for (block, score) in blocks.iter().zip(scores) {
        if block.fate.kind == Some(Kind::Comments) {
            all += block.text.len();
            likely += if *score >= threshold { block.text.len() } else { 0 };
        }
    }
    all >= MIN_MISTAKEN_BYTES && 2 * likely > all
}

/// What all blocks of a page share.
struct Page {
    threshold: f32,
    /// That of an article.
    full_threshold: f32,
    declared: Declared,
    kind: PageKind,
    /// What is named comments looks like anything but.
    mistaken: bool,
}

impl Page {
    /// The score that a block needs: less where the rules see what the classifier cannot, more where they removed it.
    /// Readers' comments look like an article to the classifier; they come back only in a forum, where they are the
    /// text and signatures are not.
    fn needed(&self, block: &TextBlock) -> f32 {
        let (threshold, fate) = (self.threshold, &block.fate);
        let is_other = self.kind != PageKind::Article || self.declared.page_type() != PageType::Article;
        match fate.kept {
            true if fate.rule == STANDFIRST_RULE => threshold * STANDFIRST_SHARE,
            false if fate.kind == Some(Kind::Comments) && self.mistaken => threshold,
            false if fate.kind == Some(Kind::Comments) && !self.declared.forum => f32::INFINITY,
            false if fate.rule == "prune.tag.figcaption" && !is_other => f32::INFINITY,
            false if fate.rule.starts_with(OWN_MARK) || fate.rule == CONSENT_MANAGER_MARK => f32::INFINITY,
            true => threshold,
            false if fate.kind == Some(Kind::AuthorBio) && self.declared.forum => f32::INFINITY,
            false if is_other && fate.rule.starts_with("prune.tag.") => threshold.max(self.full_threshold),
            false if is_other => threshold,
            false if is_misnamed_prose(block) => threshold.max(PRUNED_PROSE_THRESHOLD),
            false if fate.rule.starts_with("prune.") => threshold.max(PRUNED_THRESHOLD),
            false => (threshold + REMOVED_EXTRA).min(PRUNED_THRESHOLD).max(threshold),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::BlockKind;

    #[test]
    fn builtin_model_loads_is_small_and_fits_the_columns() {
        let classifier = Classifier::builtin();
        assert!(classifier.fits());
        assert!(BUILTIN.len() <= 600_000, "{} bytes", BUILTIN.len());
    }

    #[test]
    fn a_name_of_comments_on_most_of_the_article_is_a_mistake() {
        let block = |kind| TextBlock {
            element: crate::parse::Dom::new().document(),
            kind: BlockKind::Paragraph,
            text: "Le pont reste fermé. ".repeat(20),
            spans: Vec::new(),
            fate: Fate::removed(kind, "prune.name.comments"),
        };
        let kept = |kind, scores: &[f32]| {
            let mut blocks: Vec<TextBlock> = scores.iter().map(|_| block(kind)).collect();
            Classifier::decide(scores, &mut blocks, 0.6, Declared::default(), PageKind::Article);
            blocks.iter().filter(|block| block.fate.kept).count()
        };
        assert_eq!(kept(Kind::Comments, &[0.7, 0.7, 0.1]), 2);
        assert_eq!(kept(Kind::Comments, &[0.7, 0.1, 0.1]), 0);
    }

    #[test]
    fn what_is_no_article_needs_less_than_an_article() {
        let kept = |kind, declared| {
            let scores = [0.7, 0.5, 0.3, 0.2, 0.05];
            let block = || super::super::block::testing::block(BlockKind::Paragraph, "Le pont", None);
            let mut blocks: Vec<TextBlock> = scores.iter().map(|_| block()).collect();
            Classifier::decide(&scores, &mut blocks, 0.6, declared, kind);
            blocks.iter().filter(|block| block.fate.kept).count()
        };
        let shop = Declared { product: true, ..Declared::default() };
        assert_eq!(kept(PageKind::Article, Declared::default()), 1);
        assert_eq!(kept(PageKind::Article, shop), 2);
        assert_eq!(kept(PageKind::Service, Declared::default()), 3);
        assert_eq!(kept(PageKind::Listing, Declared::default()), 4);
    }

    #[test]
    fn where_no_text_is_likely_the_likeliest_is_kept() {
        let kept = |kind, scores: [f32; 4]| {
            let block = || super::super::block::testing::block(BlockKind::Paragraph, "Le pont", None);
            let mut blocks: Vec<TextBlock> = scores.iter().map(|_| block()).collect();
            Classifier::decide(&scores, &mut blocks, 0.6, Declared::default(), kind);
            blocks.iter().filter(|block| block.fate.kept).count()
        };
        assert_eq!(kept(PageKind::Article, [0.5, 0.4, 0.1, 0.05]), 2);
        assert_eq!(kept(PageKind::Article, [0.7, 0.4, 0.1, 0.05]), 1);
        assert_eq!(kept(PageKind::Forum, [0.5, 0.4, 0.1, 0.05]), 0);
    }

    #[test]
    fn a_sentence_comes_back_from_a_named_box_before_other_text_does() {
        let kept = |kind: Kind, text: &str| {
            let fate = Fate::removed(kind, format!("prune.name.{}", kind.name()));
            let block = super::super::block::testing::block(BlockKind::Paragraph, text, None);
            let mut blocks = [TextBlock { fate, ..block }];
            Classifier::decide(&[0.7], &mut blocks, 0.6, Declared::default(), PageKind::Article);
            blocks[0].fate.kept
        };
        let text =
            "Le pont de pierre reste fermé jusqu’à lundi, a indiqué la capitainerie dans un communiqué";
        let sentence = format!("{text}.");
        assert!(kept(Kind::Share, &sentence) && !kept(Kind::Share, text) && !kept(Kind::Related, &sentence));
        let widget = Fate::removed(Kind::Related, WIDGET_MARK);
        assert!(is_misnamed_prose(&TextBlock {
            fate: widget,
            ..super::super::block::testing::block(BlockKind::Paragraph, &sentence, None)
        }));
    }

    #[test]
    fn what_was_cut_out_of_a_sentence_does_not_come_back() {
        let block = |fate| TextBlock {
            element: crate::parse::Dom::new().document(),
            kind: BlockKind::Paragraph,
            text: "Le bus part.".to_owned(),
            spans: Vec::new(),
            fate,
        };
        let mut blocks =
            vec![block(Fate::removed(Kind::Other, "prune.hidden")), block(Fate::kept("label.prose"))];
        Classifier::decide(&[0.95, 0.95], &mut blocks, 0.6, Declared::default(), PageKind::Article);
        assert!(!blocks[0].fate.kept && blocks[1].fate.kept);
    }
}
