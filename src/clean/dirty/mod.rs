//! Cleans text that an earlier scraper left dirty.
//!
//! Such text has lines only: no tags, hardly a link, often some Markdown. What gives boilerplate away is its phrase
//! ([`Phrases`]), its markup (images, one-cell tables) or its place (titles and captions before the first
//! paragraph, a signature after the last).
//!
//! - item: a line of the text, or a wrapped paragraph joined again, with what became of it
//! - head: the items before the first paragraph of prose
//!
//! The steps: [`lines`] splits, [`markup`] reads Markdown ([`brackets`] its links and images), [`fields`] takes those of the first lines, the phrase
//! rules judge, [`head`] sorts out what stands before the first paragraph, [`tail`] finds the signature.

mod brackets;
mod fields;
mod head;
mod lines;
mod markup;
mod tail;

use std::ops::Range;

use memchr::memchr2_iter;

use super::Kind;
use super::text::{Line, Phrases, Verdict, detect_language};
use crate::article::date::{Moment, Order};
use crate::article::is_control;
use crate::article::{Article, Block, BlockKind, Metadata, Span};

/// Lines and cells of tables of one text. Each costs up to 400 bytes and 10 µs; the longest novels have fewer.
pub(crate) const MAX_LINES: usize = 100_000;

/// Whether a text has more lines and cells than are read.
pub(crate) fn has_too_many_lines(text: &str) -> bool {
    memchr2_iter(b'\n', b'|', text.as_bytes()).nth(MAX_LINES).is_some()
}

/// What was found in a dirty text.
#[derive(Clone, Debug, Default)]
pub(crate) struct DirtyResult {
    /// The article.
    pub blocks: Vec<Block>,
    /// The headline, when it stood before the text.
    pub title: Option<String>,
    /// A date in ISO 8601 (or a year and a month) from the first line.
    pub date: Option<String>,
    /// The site's name, when it stood before the title.
    pub site: Option<String>,
    /// Who signed the text.
    pub author: Option<String>,
    /// Language, ISO 639-1.
    pub language: Option<String>,
    /// What was taken away, in the order of the text; dates and bylines are among it.
    pub removed: Vec<RemovedLine>,
}

/// A line, or the part of one, that was taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RemovedLine {
    /// The text as it was.
    pub line: String,
    /// What it is.
    pub kind: Kind,
    /// The rule that said so.
    pub rule: String,
    /// How many blocks of the article stand before it.
    pub place: usize,
}

impl DirtyResult {
    /// The article; removed lines of the kinds in `keep` stand in their places, marked as such.
    pub fn into_article(self, keep: &[Kind]) -> Article {
        let wanted = self.removed.into_iter().filter(|removed| keep.contains(&removed.kind));
        let mut placed: Vec<(usize, Block)> = wanted.map(RemovedLine::into_block).collect();
        // The sort is stable, so that of one place what was removed comes first, in its order.
        placed.extend(self.blocks.into_iter().enumerate());
        placed.sort_by_key(|(place, _)| *place);
        let blocks = placed.into_iter().map(|(_, block)| block).collect();
        let metadata = Metadata {
            title: self.title,
            date: self.date,
            site: self.site,
            authors: self.author.into_iter().collect(),
            language: self.language,
            ..Metadata::default()
        };
        Article { blocks, metadata, ..Article::default() }
    }
}

impl RemovedLine {
    /// A paragraph that is marked as what it is, with its place.
    fn into_block(self) -> (usize, Block) {
        let block = Block::plain(BlockKind::Paragraph, self.line);
        (self.place, Block { boilerplate: Some(self.kind), ..block })
    }
}

/// A line with what it is and what became of it.
#[derive(Clone, Debug)]
struct Item {
    kind: BlockKind,
    text: String,
    spans: Vec<Span>,
    /// Set when it is no part of the article.
    removed: Option<(Kind, String)>,
    /// What was cut out of it.
    cut: Vec<RemovedLine>,
}

impl Item {
    fn new(kind: BlockKind, text: impl Into<String>) -> Item {
        Item { kind, text: text.into(), spans: Vec::new(), removed: None, cut: Vec::new() }
    }

    /// Takes the whole item away; the first reason stands.
    fn remove(&mut self, kind: Kind, rule: &str) {
        self.removed.get_or_insert_with(|| (kind, rule.to_owned()));
    }

    fn is_kept(&self) -> bool {
        self.removed.is_none()
    }

    /// Takes ranges out of the text.
    fn cut(&mut self, ranges: &[Range<usize>], kind: Kind, rule: &str) {
        for range in ranges {
            let line = self.text.get(range.clone()).unwrap_or_default().trim().to_owned();
            self.cut.push(RemovedLine { line, kind, rule: rule.to_owned(), place: 0 });
        }
        self.keep_only(|index, _, _| !ranges.iter().any(|range| range.contains(&index)));
    }

    /// Folds white space, except in code.
    fn squeeze(&mut self) {
        if self.kind != BlockKind::Code {
            self.keep_only(|_, before, c| !(is_blank(c) && before.is_none_or(is_blank)));
        }
    }

    /// Control characters move the cursor of a terminal, or worse; entities of the text may have made some.
    fn drop_controls(&mut self) {
        if self.text.contains(is_control) {
            self.keep_only(|_, _, c| !is_control(c));
        }
    }

    /// Keeps the characters that pass; spans follow, empty ones go. `keep` gets the byte, the last character kept
    /// and the character.
    fn keep_only(&mut self, keep: impl Fn(usize, Option<char>, char) -> bool) {
        let mut text = String::with_capacity(self.text.len());
        // eight bytes for each of the text, which most lines do not need
        let mut moved = if self.spans.is_empty() { Vec::new() } else { vec![0; self.text.len() + 1] };
        for (index, c) in self.text.char_indices() {
            if let Some(places) = moved.get_mut(index..index + c.len_utf8()) {
                places.fill(text.len());
            }
            if keep(index, text.chars().next_back(), c) {
                text.push(c);
            }
        }
        text.truncate(text.trim_end_matches(is_blank).len());
        if let Some(end) = moved.last_mut() {
            *end = text.len();
        }
        self.text = text;
        let end = self.text.len();
        let spans = std::mem::take(&mut self.spans).into_iter();
        self.spans = spans
            .map(|span| Span {
                range: moved[span.range.start].min(end)..moved[span.range.end].min(end),
                ..span
            })
            .filter(|span| span.range.start < span.range.end)
            .collect();
    }

    fn line(&self) -> Line<'_> {
        let is_link = |span: &&Span| matches!(span.mark, crate::article::Mark::Link(_));
        Line {
            text: &self.text,
            links: self.spans.iter().filter(is_link).map(|span| span.range.clone()).collect(),
            html: false,
            heading: matches!(self.kind, BlockKind::Heading(_)),
            list_item: matches!(self.kind, BlockKind::ListItem { .. }),
        }
    }

    /// Running text, of whatever length.
    fn is_paragraph(&self) -> bool {
        self.kind == BlockKind::Paragraph
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r')
}

/// Cleans a dirty text. A clean one comes out as it is.
pub(crate) fn clean_dirty(text: &str, phrases: &Phrases) -> DirtyResult {
    let mut found = DirtyResult::default();
    let mut items = markup::read(lines::split(text));
    items.iter_mut().for_each(Item::drop_controls);
    fields::take_fields(&mut items, &mut found);
    let language = detect_language(text);
    judge(&mut items, phrases, language);
    head::sort_out(&mut items, &mut found);
    tail::take_signature(&mut items, &mut found);
    take_date(&items, &mut found);
    found.language = language.map(str::to_owned);
    collect(items, found)
}

/// Asks the phrase rules about what is left. Code is not text.
fn judge(items: &mut [Item], phrases: &Phrases, language: Option<&str>) {
    let asked: Vec<usize> = (0..items.len())
        .filter(|index| items[*index].is_kept() && items[*index].kind != BlockKind::Code)
        .collect();
    let lines: Vec<Line<'_>> = asked.iter().map(|index| items[*index].line()).collect();
    // Without a known language the rules must not guess again from less text.
    let verdicts = phrases.judge(&lines, Some(language.unwrap_or("")));
    for (index, verdict) in asked.into_iter().zip(verdicts) {
        match verdict {
            Verdict::Keep => {}
            Verdict::Remove { kind, rule } => items[index].remove(kind, &rule),
            Verdict::Cut { ranges, kind, rule } => items[index].cut(&ranges, kind, &rule),
        }
    }
}

/// The date of the first date line, where it gives one.
fn take_date(items: &[Item], found: &mut DirtyResult) {
    let is_date = |item: &&Item| matches!(item.removed, Some((Kind::DateLine | Kind::Byline, _)));
    let mut dates = items.iter().filter(is_date).filter_map(|item| Moment::find(&item.text, Order::DayFirst));
    if found.date.is_none() {
        found.date = dates.next().map(|date| date.to_string());
    }
}

/// Parts the items into the article and what was taken away.
fn collect(items: Vec<Item>, mut found: DirtyResult) -> DirtyResult {
    for mut item in items {
        let place = found.blocks.len();
        found.removed.extend(item.cut.drain(..).map(|cut| RemovedLine { place, ..cut }));
        match item.removed.take() {
            Some((kind, rule)) => {
                let line = item.text.trim().to_owned();
                found.removed.push(RemovedLine { line, kind, rule, place });
            }
            None => {
                item.squeeze();
                if !item.text.trim().is_empty() {
                    let Item { kind, text, spans, .. } = item;
                    found.blocks.push(Block { kind, text, spans, boilerplate: None });
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Mark;

    const PROSE: &str =
        "Le préfet a signé hier l’arrêté qui interdit l’arrosage dans douze communes du département.";

    fn clean(text: &str) -> (DirtyResult, String) {
        let result = clean_dirty(text, &Phrases::builtin());
        let text = Article { blocks: result.blocks.clone(), ..Article::default() }.to_text();
        (result, text)
    }

    #[test]
    fn a_clean_text_comes_out_as_it_is() {
        let text = format!(
            "{PROSE}\n\nUn second chantier\n\n{PROSE} « Nous verrons [plus tard] », dit-il.\n\n- un seau\n- une pelle\n\nIl a dit non."
        );
        let (result, cleaned) = clean(&text);
        assert_eq!(cleaned, text);
        assert!(result.removed.is_empty(), "{:?}", result.removed);
    }

    #[test]
    fn cleaning_twice_changes_nothing_more() {
        let (_, once) = clean(&format!(
            "LE PHARE\nEau\n\nL’arrosage interdit dans douze communes\n\n{PROSE}\n\nLire aussi  La Loire au plus bas depuis 1976\n\n{PROSE}\n\nJeanne Aubier avec AFP"
        ));
        assert_eq!(once, format!("{PROSE}\n\n{PROSE}"));
        assert_eq!(clean(&once).1, once);
    }

    #[test]
    fn cuts_move_the_links_that_stay() {
        let mut item = Item::new(BlockKind::Paragraph, "À lire ici : le pont est rouvert.");
        item.spans = vec![
            Span { range: 0..11, mark: Mark::Strong },
            Span { range: 17..21, mark: Mark::Link("/p".into()) },
        ];
        item.cut(std::slice::from_ref(&(0..14)), Kind::Related, "x");
        assert_eq!(item.text, "le pont est rouvert.");
        assert_eq!(item.spans, [Span { range: 3..7, mark: Mark::Link("/p".into()) }]);
        assert_eq!(item.cut[0].line, "À lire ici :");
    }

    #[test]
    fn everything_that_goes_is_told() {
        let (result, _) =
            clean(&format!("{PROSE}\n\nPartager cet article\n\nLire aussi : La Loire au plus bas"));
        let kinds: Vec<Kind> = result.removed.iter().map(|removed| removed.kind).collect();
        assert_eq!(kinds, [Kind::Share, Kind::Related]);
        assert_eq!(result.language.as_deref(), Some("fr"));
    }

    #[test]
    fn a_text_of_too_many_lines_or_cells_is_rejected() {
        for part in ["a\n", "|a"] {
            assert!(has_too_many_lines(&part.repeat(MAX_LINES + 1)), "{part}");
            assert!(!has_too_many_lines(&part.repeat(MAX_LINES)), "{part}");
        }
        let rejected = crate::Cleaner::default().clean_text(&"a\n".repeat(MAX_LINES + 1));
        assert_eq!(rejected.map(|_| ()), Err(crate::Rejection::TooManyLines { max: MAX_LINES }));
    }

    #[test]
    fn white_space_is_folded_but_french_spaces_stay() {
        assert_eq!(clean(&format!("  {PROSE}   Vraiment\u{a0}?  ")).1, format!("{PROSE} Vraiment\u{a0}?"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_cleaned_without_panic(text in "(\\PC|\n|!\\[|\\]\\(|\\||> |# ){0,120}") {
            let _ = clean(&text);
        }
    }
}
