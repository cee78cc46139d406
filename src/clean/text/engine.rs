//! From hits to verdicts: limits, needs, and what goes along with a line.
//!
//! 1. each line on its own: the first rule whose evidence holds decides; a label that stands alone takes the links
//!    or headlines after it along
//! 2. once more, for rules that ask for the end of the prose: by now the notices behind the article are gone
//! 3. a phrase that ends the article takes everything after it along, unless too much prose would go

use std::ops::Range;

use super::fold::Folded;
use super::matcher::{Candidate, Hit, Matcher};
use super::page::{Page, is_linked};
use super::reported::is_reported;
use super::rule::{Need, Rule, Scope, Takes};
use super::shape::{
    begins_like_a_sentence, ends_sentence, ends_with_full_stop, is_headline, is_names, is_upper,
};
use super::{Line, Verdict};

/// Largest share of the prose that a phrase such as "Leave a Reply" may take along: what is left behind it may be
/// readers' comments, not the article.
const GUARD: f32 = 0.25;
/// Most lines that go along with a label.
const MAX_RUN: usize = 12;

/// What was read off a line: its folded text and the patterns that may match it. A line that is judged twice is read
/// once.
pub(crate) struct Reading<'m> {
    matcher: &'m Matcher,
    folded: String,
    candidates: Vec<Candidate<'m>>,
}

impl<'m> Reading<'m> {
    fn of(matcher: &'m Matcher, text: &str, room: &mut Vec<u32>) -> Reading<'m> {
        let folded = Folded::new(text).into_text();
        Reading { matcher, candidates: matcher.candidates(&folded, room), folded }
    }
}

/// Says of every line what the rules ask for. `known` has what was read of the same lines before, and keeps what is read
/// now.
pub(super) fn judge<'m>(
    matcher: &'m Matcher,
    lines: &[Line<'_>],
    known: &mut [Option<Reading<'m>>],
) -> Vec<Verdict> {
    let (mut folded, mut candidates) = (Vec::with_capacity(lines.len()), Vec::with_capacity(lines.len()));
    let mut room = Vec::new();
    for (line, known) in lines.iter().zip(known.iter_mut()) {
        let reading = known.take().filter(|known| std::ptr::eq(known.matcher, matcher));
        let reading = reading.unwrap_or_else(|| Reading::of(matcher, line.text, &mut room));
        folded.push(Folded::again(line.text, reading.folded));
        candidates.push(reading.candidates);
    }
    let mut page = Page::new(lines, folded);
    let verdicts = judge_all(&mut page, &candidates);
    for ((known, folded), candidates) in known.iter_mut().zip(page.folded).zip(candidates) {
        *known = Some(Reading { matcher, folded: folded.into_text(), candidates });
    }
    verdicts
}

fn judge_all(page: &mut Page<'_, '_>, candidates: &[Vec<Candidate<'_>>]) -> Vec<Verdict> {
    let mut verdicts = vec![Verdict::Keep; candidates.len()];
    judge_lines(page, candidates, &mut verdicts);
    page.forget(&verdicts);
    judge_lines(page, candidates, &mut verdicts);
    page.forget(&verdicts);
    end_article(page, candidates, &mut verdicts);
    verdicts
}

/// The phrases that these patterns find in a line, but for those that come to nothing wherever they stand.
fn hits<'c, 'm>(
    page: &Page<'_, '_>,
    index: usize,
    candidates: impl Iterator<Item = &'c Candidate<'m>>,
) -> impl Iterator<Item = &'c Hit<'m>>
where
    'm: 'c,
{
    let counts = move |candidate: &&Candidate<'_>| {
        let (rule, glued) = (candidate.rule(), candidate.is_glued());
        let fits = glued || rule.scope == Scope::LeadIn || within_limits(rule, page.lines[index].text);
        fits && rule.needs.iter().all(|need| holds(*need, page, index, None))
    };
    candidates.filter(counts).flat_map(move |candidate| candidate.hits(page.folded[index].as_str()))
}

/// Judges the lines that are kept so far, one by one.
fn judge_lines(page: &Page<'_, '_>, candidates: &[Vec<Candidate<'_>>], verdicts: &mut [Verdict]) {
    for (index, candidates) in candidates.iter().enumerate() {
        if verdicts[index] != Verdict::Keep {
            continue;
        }
        let mut all = hits(page, index, candidates.iter());
        if let Some((verdict, along)) = all.find_map(|hit| apply(page, index, hit)) {
            verdicts[index..=index + along].fill(verdict);
        }
        if let Verdict::Cut { ranges, .. } = &mut verdicts[index] {
            let glued = candidates.iter().filter(|candidate| candidate.is_glued());
            hits(page, index, glued).for_each(|hit| cut_more(page, index, hit, ranges));
        }
    }
}

/// Adds what another label glued to the same paragraph announces.
fn cut_more(page: &Page<'_, '_>, index: usize, hit: &Hit<'_>, ranges: &mut Vec<Range<usize>>) {
    let Some((Verdict::Cut { ranges: others, .. }, _)) = apply(page, index, hit) else { return };
    for other in others {
        if ranges.iter().all(|range| other.end <= range.start || range.end <= other.start) {
            ranges.push(other);
        }
    }
    ranges.sort_unstable_by_key(|range| range.start);
}

/// Takes away what stands after the first phrase that may end the article.
fn end_article(page: &Page<'_, '_>, candidates: &[Vec<Candidate<'_>>], verdicts: &mut [Verdict]) {
    let ends = |index: usize, hit: &Hit<'_>| {
        apply(page, index, hit).is_some() && page.prose_after(index) <= hit.rule.guard.unwrap_or(GUARD)
    };
    let first = candidates.iter().enumerate().find_map(|(index, candidates)| {
        let last = candidates.iter().filter(|candidate| candidate.rule().scope == Scope::FromHere);
        hits(page, index, last).find(|hit| ends(index, hit)).map(|hit| (index, hit.rule))
    });
    let Some((index, rule)) = first else { return };
    for verdict in &mut verdicts[index + 1..] {
        if !matches!(verdict, Verdict::Remove { .. }) {
            *verdict = remove(rule);
        }
    }
}

/// What a rule asks for, when its evidence holds, and how many of the next lines go along.
fn apply(page: &Page<'_, '_>, index: usize, hit: &Hit<'_>) -> Option<(Verdict, usize)> {
    let rule = hit.rule;
    let text = page.lines[index].text;
    let is_long = !within_limits(rule, text);
    if is_long && !hit.glued && rule.scope != Scope::LeadIn {
        return None;
    }
    if !rule.needs.iter().all(|need| holds(*need, page, index, Some(hit))) {
        return None;
    }
    match rule.scope {
        Scope::Begins | Scope::Contains if is_reported(page.folded[index].as_str(), hit.start..hit.end) => {
            None
        }
        Scope::Line | Scope::Begins | Scope::Contains | Scope::FromHere => {
            Some((remove(rule), along(page, index, rule)))
        }
        Scope::Suffix => Some((cut_end(page, index, hit)?, 0)),
        Scope::LeadIn if hit.glued => Some((glued_label(page, index, hit)?, 0)),
        Scope::LeadIn if is_long => Some((cut_ranges(rule, cut_after_label(page, index, hit)?), 0)),
        Scope::LeadIn => label(page, index, hit),
    }
}

/// A label in front of a paragraph too long to be a headline: label and link are cut, the paragraph stays.
fn cut_after_label(page: &Page<'_, '_>, index: usize, hit: &Hit<'_>) -> Option<Range<usize>> {
    let text = page.lines[index].text;
    cut_announced(page, index, Separator::after(text, page.folded[index].original(hit.end)).end)
}

fn within_limits(rule: &Rule, text: &str) -> bool {
    let max = rule.max_chars();
    // A character has four bytes at most, so most long lines need no counting.
    text.len() <= max.saturating_mul(4)
        && text.chars().count() <= max
        && rule.max_words.is_none_or(|words| text.split_whitespace().count() <= words)
}

/// Whether a need holds. Needs about words look at the capture group, or at the whole line. Without a hit, what depends
/// on it may hold.
fn holds(need: Need, page: &Page<'_, '_>, index: usize, hit: Option<&Hit<'_>>) -> bool {
    let line = &page.lines[index];
    let folded = &page.folded[index];
    let group = |hit: &Hit<'_>| match hit.group {
        Some((start, end)) => &line.text[folded.original(start)..folded.original(end)],
        None => line.text,
    };
    match (need, hit) {
        (Need::NoStop, _) => !ends_with_full_stop(line.text),
        (Need::Link, _) => page.is_link(index),
        (Need::NotHeading, _) => !line.heading,
        (Need::Start, _) => page.at_start(index),
        (Need::End, _) => page.at_end(index),
        (Need::Edge, _) => page.at_start(index) || page.at_end(index),
        (Need::Html, _) => line.html,
        (Need::Text, _) => !line.html,
        (Need::Names | Need::Headline | Need::Capital | Need::Upper | Need::Announces, None) => true,
        (Need::Names, Some(hit)) => is_names(group(hit).trim_end_matches(['.', ' ', ')'])),
        (Need::Headline, Some(hit)) => is_headline(group(hit)),
        (Need::Capital, Some(hit)) => begins_like_a_sentence(group(hit)),
        (Need::Upper, Some(hit)) => is_upper(group(hit)),
        // A label with text behind it announces that text.
        (Need::Announces, Some(hit)) => {
            let behind = || folded.as_str()[hit.end..].contains(char::is_alphanumeric);
            page.is_announced(index + 1) || page.at_end(index) || behind()
        }
    }
}

/// How many lines after this one a rule takes along; only labels and titles of boxes announce something.
fn along(page: &Page<'_, '_>, index: usize, rule: &Rule) -> usize {
    let most = match (rule.scope, rule.takes) {
        (_, Takes::Run) => MAX_RUN,
        (Scope::LeadIn, Takes::Next) => 1,
        _ => 0,
    };
    (index + 1..=index + most).take_while(|next| page.is_announced(*next)).count()
}

/// A label at the start of a line: see [`Scope::LeadIn`].
fn label(page: &Page<'_, '_>, index: usize, hit: &Hit<'_>) -> Option<(Verdict, usize)> {
    let text = page.lines[index].text;
    let end = page.folded[index].original(hit.end);
    let separator = Separator::after(text, end);
    let rest = &text[separator.end..];
    if !rest.contains(char::is_alphanumeric) {
        return Some((remove(hit.rule), along(page, index, hit.rule)));
    }
    if is_linked(page.links_in(index, separator.end..text.len())) {
        return Some((remove(hit.rule), 0));
    }
    if let Some(cut) = cut_announced(page, index, separator.end) {
        return Some((cut_ranges(hit.rule, cut), 0));
    }
    let unlinked = !page.lines[index].html || separator.strong;
    let evident = separator.strong || label_stands_out(text, end, rest) || hit.rule.strong;
    let is_headline_of_two = hit.rule.strong && separator.strong && is_short_without_stop(rest);
    (unlinked && evident && (is_headline(rest) || is_headline_of_two)).then(|| (remove(hit.rule), 0))
}

/// Longest headline, in characters.
const MAX_HEADLINE: usize = 160;

/// "À lire aussi » Ballonnements... Que faire ?": a headline may be two sentences, but has no full stop at its end.
fn is_short_without_stop(rest: &str) -> bool {
    rest.chars().count() <= MAX_HEADLINE && !rest.trim_end().ends_with('.')
}

/// "LIRE AUSSI La Loire au plus bas": the label is in capitals, what follows is not.
fn label_stands_out(text: &str, end: usize, rest: &str) -> bool {
    is_upper(&text[..end]) && !is_upper(rest)
}

/// Label and link, or label and first line, when prose follows.
fn cut_announced(page: &Page<'_, '_>, index: usize, from: usize) -> Option<Range<usize>> {
    let line = &page.lines[index];
    let starts_here = |link: &&Range<usize>| link.start <= from && from < link.end;
    if let Some(link) = page.links(index).find(starts_here) {
        return Some(0..skip_space(line.text, link.end));
    }
    let first_line = line.text[from..].find('\n').map(|length| from + length)?;
    let whole =
        is_linked(page.links_in(index, from..first_line)) || is_headline(&line.text[from..first_line]);
    whole.then(|| 0..skip_space(line.text, first_line))
}

/// What stands between a label and what it announces.
struct Separator {
    /// Where the announced text begins.
    end: usize,
    /// Whether it shows that the label is one: a colon (its last character, maybe), a quote mark turned arrow, two
    /// spaces, a line break.
    strong: bool,
}

impl Separator {
    fn after(text: &str, from: usize) -> Separator {
        const SIGNS: &str = ":»>|→▶►➜•：-–—)]";
        let rest = &text[from..];
        let trimmed =
            rest.trim_start_matches(|c: char| c.is_whitespace() || is_ignored(c) || SIGNS.contains(c));
        let between = &rest[..rest.len() - trimmed.len()];
        let spaces = between.chars().filter(|c| c.is_whitespace()).count();
        let strong = between.contains(|c: char| SIGNS.contains(c) || c == '\n')
            || text[..from].ends_with([':', '»', '>'])
            || (spaces >= 2 && between.chars().all(char::is_whitespace));
        Separator { end: text.len() - trimmed.len(), strong }
    }
}

/// Joiners and soft hyphens are not seen.
fn is_ignored(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{fe0f}')
}

/// A label after the last sentence of a paragraph: "… a-t-il dit. Lire aussi : La Loire au plus bas".
fn glued_label(page: &Page<'_, '_>, index: usize, hit: &Hit<'_>) -> Option<Verdict> {
    let text = page.lines[index].text;
    let start = cut_start(text, page.folded[index].original(hit.start))?;
    let separator = Separator::after(text, page.folded[index].original(hit.end));
    let rest = &text[separator.end..];
    let linked = is_linked(page.links_in(index, separator.end..text.len()));
    let inside = page.links(index).find(|link| link.start <= separator.end && separator.end < link.end);
    let goes_on = |link: &&Range<usize>| begins_like_a_sentence(&text[link.end..]);
    if let (false, Some(link)) = (linked, inside.filter(goes_on)) {
        // the paragraph goes on after the link: the white space before the label parts its sentences
        let space = text[start..].chars().next().filter(|c| c.is_whitespace()).map_or(0, char::len_utf8);
        return Some(cut_ranges(hit.rule, start + space..skip_space(text, link.end)));
    }
    // no space before the label: two elements were put together
    let is_stuck = start == page.folded[index].original(hit.start);
    let announced = is_headline(rest) && (is_stuck || separator.strong && !page.lines[index].html);
    (linked || announced).then(|| cut_ranges(hit.rule, start..text.len()))
}

/// A phrase glued to the end of a paragraph; alone on its line it goes with the line.
fn cut_end(page: &Page<'_, '_>, index: usize, hit: &Hit<'_>) -> Option<Verdict> {
    let text = page.lines[index].text;
    let from = page.folded[index].original(hit.start);
    if !text[..from].contains(char::is_alphanumeric) {
        return Some(remove(hit.rule));
    }
    Some(cut_ranges(hit.rule, cut_start(text, from)?..text.len()))
}

/// Where to cut so that the sentence before stays whole; `None` when no sentence ends there.
fn cut_start(text: &str, from: usize) -> Option<usize> {
    let opening = |c: char| c.is_whitespace() || "([>|→•-–—*".contains(c);
    let before = text[..from].trim_end_matches(opening);
    (!before.is_empty() && ends_sentence(before)).then_some(before.len())
}

fn skip_space(text: &str, from: usize) -> usize {
    let rest = &text[from..];
    text.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || is_ignored(c)).len()
}

fn remove(rule: &Rule) -> Verdict {
    Verdict::Remove { kind: rule.kind, rule: rule.id.clone() }
}

fn cut_ranges(rule: &Rule, range: Range<usize>) -> Verdict {
    Verdict::Cut { ranges: vec![range], kind: rule.kind, rule: rule.id.clone() }
}
