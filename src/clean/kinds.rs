//! What kind of page it is: for each kind a small forest over what the whole page shows and says of itself.
//!
//! What a page says (`declared`) is right where it says something, and most pages say nothing. The scores of the blocks
//! say more: an article has one run of sure text, a shop or a list hardly any. Trained by `model/train.py`, one kind
//! against all others, on the scores of models that never saw the site.

use memchr::memchr3_iter;
use url::Url;

use super::block::TextBlock;
use super::declared::Declared;
use super::features::ends_sentence;
use super::forest::Forest;
use crate::article::metadata::PageType;
use crate::article::{BlockKind, Metadata};

/// Kinds of pages, in the order of their forests.
const KINDS: [PageKind; 7] = [
    PageKind::Article,
    PageKind::Forum,
    PageKind::Documentation,
    PageKind::Service,
    PageKind::Product,
    PageKind::Listing,
    PageKind::Collection,
];

/// A page is an article from this probability on: few articles are less likely to be one, and few other pages more.
const MIN_ARTICLE: f32 = 0.35;

/// A page of fewer blocks is what it says: lists, shops and threads have more, and so have nearly all pages that the
/// forests were trained on.
const MIN_BLOCKS: usize = 30;

/// Bytes of a sentence that is prose.
const MIN_PROSE_BYTES: usize = 80;

/// What a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// One text.
    Article,
    /// A thread of posts.
    Forum,
    /// A page of a manual.
    Documentation,
    /// What a company, an office or a club says of itself.
    Service,
    /// One thing that is for sale.
    Product,
    /// A list of articles, events, places...
    Listing,
    /// A list of things for sale.
    Collection,
}

impl PageKind {
    /// What the record says: a page about a service is a text like another.
    pub fn page_type(self) -> PageType {
        match self {
            PageKind::Article | PageKind::Service => PageType::Article,
            PageKind::Forum => PageType::Forum,
            PageKind::Documentation => PageType::Documentation,
            PageKind::Product => PageType::Product,
            PageKind::Listing => PageType::Listing,
            PageKind::Collection => PageType::Collection,
        }
    }
}

impl From<PageType> for PageKind {
    fn from(declared: PageType) -> PageKind {
        let is_declared = |kind: &&PageKind| kind.page_type() == declared;
        KINDS.iter().find(is_declared).copied().unwrap_or(PageKind::Article)
    }
}

/// Columns of a page, and their names.
pub const PAGE_COLUMNS: [&str; 29] = [
    "promised",
    "sure",
    "over-0.1",
    "over-0.3",
    "over-0.6",
    "over-0.9",
    "share-0.6",
    "mean-score",
    "says-article",
    "says-forum",
    "says-product",
    "says-documentation",
    "says-collection",
    "slug-words",
    "path-digits",
    "path-depth",
    "dated",
    "blocks",
    "text",
    "rules-text",
    "rules-share",
    "sentences",
    "prose",
    "links",
    "list-items",
    "prices",
    "price-share",
    "headings",
    "questions",
];

/// The columns of a page whose blocks have these scores, before they are decided.
pub fn columns(
    blocks: &[TextBlock],
    scores: &[f32],
    declared: Declared,
    metadata: &Metadata,
    url: Option<&Url>,
) -> [f32; PAGE_COLUMNS.len()] {
    let bytes = |is_in: &dyn Fn(&TextBlock, f32) -> bool| -> f32 {
        let pairs = blocks.iter().zip(scores).filter(|(block, score)| is_in(block, **score));
        pairs.map(|(block, _)| block.text.len() as f32).sum()
    };
    let all = bytes(&|_, _| true) + 1.0;
    let over = |least: f32| bytes(&|_, score| score > least);
    let share = |is_in: &dyn Fn(&TextBlock, f32) -> bool| bytes(is_in) / all;
    let count =
        |is_in: &dyn Fn(&TextBlock) -> bool| blocks.iter().filter(|block| is_in(block)).count() as f32;
    // asked for once: they look at the text
    let ends: Vec<bool> = blocks.iter().map(|block| ends_sentence(&block.text)).collect();
    let priced: Vec<bool> = blocks.iter().map(|block| names_price(&block.text)).collect();
    let share_of = |flags: &[bool], least: usize| {
        let lengths = blocks.iter().zip(flags).filter(|(block, flag)| **flag && block.text.len() > least);
        lengths.map(|(block, _)| block.text.len() as f32).sum::<f32>() / all
    };
    let weighted = || scores.iter().zip(blocks).map(|(score, block)| (*score, block.text.len() as f32));
    let linked: usize = blocks.iter().flat_map(|block| block.links().map(|range| range.len())).sum();
    let [slug_words, path_digits, path_depth] = address_columns(metadata, url);
    let flag = |is: bool| f32::from(u8::from(is));
    [
        promised_f1(weighted().collect()),
        over(0.9) / (over(0.2) + 1.0),
        over(0.1).ln_1p(),
        over(0.3).ln_1p(),
        over(0.6).ln_1p(),
        over(0.9).ln_1p(),
        over(0.6) / all,
        weighted().map(|(score, weight)| score * weight).sum::<f32>() / all,
        flag(declared.article),
        flag(declared.forum),
        flag(declared.product),
        flag(declared.documentation),
        flag(declared.collection),
        slug_words,
        path_digits,
        path_depth,
        flag(metadata.date.is_some()),
        blocks.len() as f32,
        all.ln_1p(),
        bytes(&|block, _| block.fate.kept).ln_1p(),
        share(&|block, _| block.fate.kept),
        share_of(&ends, 0),
        share_of(&ends, MIN_PROSE_BYTES),
        linked as f32 / all,
        share(&|block, _| matches!(block.kind, BlockKind::ListItem { .. })),
        priced.iter().filter(|priced| **priced).count() as f32,
        share_of(&priced, 0),
        count(&|block| matches!(block.kind, BlockKind::Heading(2..))),
        count(&|block| block.text.ends_with('?')) / (blocks.len() as f32 + 1.0),
    ]
}

/// The largest F1 to be expected, were the scores true probabilities, of keeping all blocks from some score on.
pub(super) fn promised_f1(mut weighted: Vec<(f32, f32)>) -> f32 {
    weighted.sort_unstable_by(|one, other| other.0.total_cmp(&one.0));
    let all: f32 = weighted.iter().map(|(score, weight)| score * weight).sum();
    let (mut right, mut kept, mut best) = (0.0, 0.0, 0.0_f32);
    for (score, weight) in weighted {
        right += score * weight;
        kept += weight;
        best = best.max(2.0 * right / (kept + all).max(1.0));
    }
    best
}

fn names_price(text: &str) -> bool {
    // what these signs begin with
    let places = memchr3_iter(b'$', 0xc2, 0xe2, text.as_bytes());
    places.into_iter().any(|at| text[at..].starts_with(['$', '€', '£', '¥', '₽']))
}

/// Words of the last segment of the path, digits and segments of the path: an article's is long or has a number, a list's
/// is short. The canonical address counts more than the one that was asked.
fn address_columns(metadata: &Metadata, url: Option<&Url>) -> [f32; 3] {
    let canonical = metadata.canonical.as_deref().and_then(|canonical| Url::parse(canonical).ok());
    let Some(url) = canonical.as_ref().or(url) else { return [-1.0; 3] };
    let segments: Vec<&str> = url.path().split('/').filter(|segment| !segment.is_empty()).collect();
    let slug = segments.last().map_or("", |last| last.split_once('.').map_or(*last, |(stem, _)| stem));
    let words = slug.split(['-', '_']).filter(|word| !word.is_empty()).count();
    let digits = url.path().bytes().filter(u8::is_ascii_digit).count();
    [words as f32, digits as f32, segments.len() as f32]
}

/// The forests; none in a model of blocks alone.
#[derive(Clone, Debug, Default)]
pub struct Kinds {
    forests: Vec<Forest>,
}

impl Kinds {
    /// Reads what follows the forest of blocks; `None` when it is damaged or for other columns.
    pub fn read(bytes: &mut &[u8]) -> Option<Kinds> {
        if bytes.is_empty() {
            return Some(Kinds::default());
        }
        let forests: Vec<Forest> = KINDS.iter().map(|_| Forest::read(bytes)).collect::<Option<_>>()?;
        forests.iter().all(|forest| forest.width() == PAGE_COLUMNS.len()).then_some(Kinds { forests })
    }

    /// What a page is whose blocks have these scores; a forum when it says so, and without forests what it says.
    pub fn of(
        &self,
        blocks: &[TextBlock],
        scores: &[f32],
        declared: Declared,
        metadata: &Metadata,
        url: Option<&Url>,
    ) -> PageKind {
        // readers' posts are text nowhere else
        if declared.forum || blocks.len() < MIN_BLOCKS || self.forests.is_empty() {
            return declared.page_type().into();
        }
        let columns = columns(blocks, scores, declared, metadata, url);
        let probabilities: Vec<f32> = self.forests.iter().map(|forest| forest.ask(&columns)).collect();
        match probabilities.as_slice() {
            [article, ..] if *article >= MIN_ARTICLE => PageKind::Article,
            all => {
                let others = KINDS.iter().zip(all).skip(1);
                let likeliest = others.max_by(|one, other| one.1.total_cmp(other.1));
                likeliest.map_or(PageKind::Article, |(kind, _)| *kind)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::testing::block;
    use super::*;

    fn column(name: &str, blocks: &[TextBlock], canonical: &str) -> f32 {
        let metadata = Metadata { canonical: Some(canonical.to_owned()), ..Metadata::default() };
        let scores = vec![0.95; blocks.len()];
        let columns = columns(blocks, &scores, Declared::default(), &metadata, None);
        columns[PAGE_COLUMNS.iter().position(|column| *column == name).unwrap()]
    }

    #[test]
    fn addresses_and_blocks_are_measured() {
        let blocks = [
            block(BlockKind::Heading(2), "Nos bières", None),
            block(BlockKind::Paragraph, "Blonde, 33 cl, 3,20 €", None),
        ];
        let of = |name| column(name, &blocks, "https://a.example/2024/05/le-pont-rouvre.html");
        assert_eq!([of("slug-words"), of("path-digits"), of("path-depth")], [3.0, 6.0, 3.0]);
        assert_eq!([of("prices"), of("headings"), of("blocks")], [1.0, 1.0, 2.0]);
        assert!(of("sure") > 0.9 && of("promised") > 0.9);
        assert_eq!(column("slug-words", &blocks, "no address"), -1.0);
    }

    #[test]
    fn the_promised_f1_is_that_of_the_best_cut() {
        let even = |scores: &[f32]| promised_f1(scores.iter().map(|score| (*score, 10.0)).collect());
        assert!((even(&[1.0, 1.0, 0.0]) - 1.0).abs() < 1e-6);
        // both, or the first alone: 2 * 1.2 / (2 + 1.2), 2 * 1 / (1 + 1.2)
        assert!((even(&[0.2, 1.0]) - 2.0 / 2.2).abs() < 1e-6);
        assert_eq!(even(&[]), 0.0);
    }

    #[test]
    fn the_kinds_of_the_record_have_a_kind_of_page() {
        for kind in KINDS.into_iter().filter(|kind| *kind != PageKind::Service) {
            assert_eq!(PageKind::from(kind.page_type()), kind);
        }
    }

    /// A page of so many links.
    fn kind(kinds: &Kinds, count: usize, declared: Declared) -> PageKind {
        let link = || block(BlockKind::Paragraph, "Le pont", Some(crate::clean::Kind::Related));
        let blocks: Vec<TextBlock> = (0..count).map(|_| link()).collect();
        kinds.of(&blocks, &vec![0.02; count], declared, &Metadata::default(), None)
    }

    #[test]
    fn without_forests_a_page_is_what_it_says() {
        let kinds = Kinds::read(&mut &[][..]).unwrap();
        let declared = Declared { product: true, ..Declared::default() };
        assert_eq!(kind(&kinds, 4 * MIN_BLOCKS, declared), PageKind::Product);
        assert_eq!(kind(&kinds, 4 * MIN_BLOCKS, Declared::default()), PageKind::Article);
        assert!(Kinds::read(&mut &[1, 2, 3][..]).is_none());
    }

    #[test]
    fn short_pages_and_forums_are_what_they_say() {
        let kinds = super::super::classify::Classifier::builtin().kinds;
        assert_eq!(kind(&kinds, MIN_BLOCKS - 1, Declared::default()), PageKind::Article);
        let other = kind(&kinds, 4 * MIN_BLOCKS, Declared::default());
        assert!(!matches!(other, PageKind::Article | PageKind::Forum), "{other:?}");
        let forum = Declared { forum: true, ..Declared::default() };
        assert_eq!(kind(&kinds, 4 * MIN_BLOCKS, forum), PageKind::Forum);
    }
}
