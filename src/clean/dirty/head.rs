//! What stands before the first paragraph: fields, site, section, breadcrumb, title, captions.
//!
//! Lines before the first paragraph that do not end as sentences do are taken away when there is evidence that the
//! head of a page was copied along: a title that is doubled or carries the site's name, a breadcrumb, a caption
//! that is repeated with its credit, a byline or date that the phrase rules found, or simply a run of them. A
//! standfirst stays: it is long or a sentence.
//!
//! - stem: a line without the site's name behind a bar or dash

use std::sync::LazyLock;

use regex::Regex;

use super::super::Kind;
use super::super::text::fold_text;
use super::super::text::shape::{ends_sentence, is_prose};
use super::{DirtyResult, Item};
use crate::article::BlockKind;

/// A line of this many characters that is no sentence is a standfirst rather than a title or caption.
const STANDFIRST: usize = 130;
/// From this many lines on a run of short lines needs no other evidence.
const RUN: usize = 3;
/// More lines than this are a part of the article: a list of voices, a programme.
const MAX_RUN: usize = 8;
/// Lines are compared with each other: more than this are no head of a page, and would take quadratic time.
const MAX_HEAD: usize = 1_000;
/// Longest title that is taken for one without other evidence; longer ones are standfirsts without a full stop.
const LONE_TITLE: usize = 110;
/// Most words of a site's or section's name.
const NAME_WORDS: usize = 3;
/// Fewest words of a title.
const TITLE_WORDS: usize = 4;
/// Lines at the top that may be fields such as `date: 2023-05-12`.
const FIELD_LINES: usize = 8;

/// Takes `date 2023-05` off the first line and `title: ..`, `author: ..` lines off the top.
pub(super) fn take_fields(items: &mut [Item], found: &mut DirtyResult) {
    static DATE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^\s*(?i:date)\s*:?\s+(\d{4}-\d{2}(?:-\d{2})?)(?:\s+|$)").ok());
    let Some(first) = items.first_mut() else { return };
    let date = DATE.as_ref().and_then(|pattern| pattern.captures(&first.text));
    if let Some((range, date)) =
        date.and_then(|date| Some((date.get(0)?.range(), date.get(1)?.as_str().to_owned())))
    {
        found.date = Some(date);
        first.cut(&[range], Kind::DateLine, "dirty.date-field");
        if first.text.is_empty() {
            first.remove(Kind::DateLine, "dirty.date-field");
        }
    }
    take_front_matter(items, found);
}

/// Lines `name: value` at the very top, with or without the dashes of YAML around them. One alone is text.
fn take_front_matter(items: &mut [Item], found: &mut DirtyResult) {
    let fields = items.iter().take(FIELD_LINES).take_while(|item| field(&item.text).is_some()).count();
    if fields < 2 {
        return;
    }
    for item in &mut items[..fields] {
        let Some((name, value)) = field(&item.text) else { continue };
        let (slot, kind) = match name.as_str() {
            "title" | "titre" | "titel" => (Some(&mut found.title), Kind::Title),
            "author" | "auteur" | "autor" => (Some(&mut found.author), Kind::Byline),
            "date" => (Some(&mut found.date), Kind::DateLine),
            "site" | "sitename" | "hostname" => (Some(&mut found.site), Kind::Other),
            _ => (None, Kind::Other),
        };
        if let Some(slot) = slot.filter(|_| !value.is_empty()) {
            slot.get_or_insert(value);
        }
        item.remove(kind, "dirty.field");
    }
}

/// Name and value of a field; the dashes around fields have neither.
fn field(line: &str) -> Option<(String, String)> {
    const NAMES: [&str; 20] = [
        "title",
        "titre",
        "titel",
        "author",
        "auteur",
        "autor",
        "date",
        "site",
        "sitename",
        "hostname",
        "url",
        "link",
        "tags",
        "categories",
        "image",
        "language",
        "lang",
        "description",
        "id",
        "fingerprint",
    ];
    if line.trim() == "---" {
        return Some((String::new(), String::new()));
    }
    let (name, value) = line.split_once(':')?;
    let name = name.trim().to_lowercase();
    NAMES.contains(&name.as_str()).then(|| (name, value.trim().trim_matches('"').to_owned()))
}

/// Takes away what is no part of the article before its first paragraph.
pub(super) fn sort_out(items: &mut [Item], found: &mut DirtyResult) {
    let Some(end) = items.iter().position(opens_the_text) else { return };
    let (head, body) = items.split_at_mut(end);
    if head.is_empty() || head.len() > MAX_HEAD {
        return;
    }
    take_title_heading(head, found);
    take_breadcrumbs(head);
    let dirty = take_doubled(head, found) | take_site_suffix(head, found) | take_captions(head);
    let evident =
        dirty || head.iter().any(|item| !item.is_kept() && item.cut.is_empty() && is_of_a_page(item));
    take_run(head, body, evident, found);
}

/// The first item that is a sentence of the article.
fn opens_the_text(item: &Item) -> bool {
    let text = item.text.trim_end_matches(['»', '”', '"', ' ', '\u{a0}', ')']);
    item.is_kept() && item.is_paragraph() && (is_prose(&item.text) || text.ends_with(['.', '。']))
}

/// Removed for a reason that shows that the head of a page was copied along.
fn is_of_a_page(item: &Item) -> bool {
    let page = [
        Kind::Breadcrumb,
        Kind::Byline,
        Kind::DateLine,
        Kind::Share,
        Kind::Credit,
        Kind::Caption,
        Kind::Title,
        Kind::Navigation,
    ];
    item.removed.as_ref().is_some_and(|(kind, rule)| page.contains(kind) && rule != "dirty.date-field")
}

fn take_title_heading(head: &mut [Item], found: &mut DirtyResult) {
    let is_title = |item: &&mut Item| item.is_kept() && item.kind == BlockKind::Heading(1);
    if let Some(title) = head.iter_mut().find(is_title) {
        found.title.get_or_insert_with(|| title.text.trim().to_owned());
        title.remove(Kind::Title, "dirty.title");
    }
}

/// `Accueil > Monde > Europe`
fn take_breadcrumbs(head: &mut [Item]) {
    for item in head.iter_mut().filter(|item| item.is_kept()) {
        let parts: Vec<&str> = item.text.split(['>', '›', '»', '/', '|', '•']).map(str::trim).collect();
        let short = |part: &&str| !part.is_empty() && part.split_whitespace().count() <= TITLE_WORDS;
        if parts.len() >= 3 && parts.iter().take(parts.len() - 1).all(short) && !ends_sentence(&item.text) {
            item.remove(Kind::Breadcrumb, "dirty.breadcrumb");
        }
    }
}

/// A title that stands there twice, with or without the site's name.
fn take_doubled(head: &mut [Item], found: &mut DirtyResult) -> bool {
    let stems: Vec<String> = head.iter().map(|item| fold_text(stem(&item.text))).collect();
    let mut any = false;
    for later in 1..head.len() {
        let words = stems[later].split(' ').count();
        let Some(first) = stems[..later].iter().position(|stem| *stem == stems[later]) else { continue };
        if words < TITLE_WORDS || !is_short(&head[first]) {
            continue;
        }
        found.title.get_or_insert_with(|| stem(&head[first].text).to_owned());
        head[first].remove(Kind::Title, "dirty.title-doubled");
        head[later].remove(Kind::Title, "dirty.title-doubled");
        any = true;
    }
    any
}

/// `Title | Site` once; the bar is a sign that no sentence has.
fn take_site_suffix(head: &mut [Item], found: &mut DirtyResult) -> bool {
    let has_bar = |item: &&mut Item| {
        item.is_kept()
            && is_short(item)
            && stem(&item.text).len() < item.text.trim().len()
            && item.text.contains('|')
    };
    let Some(title) = head.iter_mut().find(has_bar) else { return false };
    found.title.get_or_insert_with(|| stem(&title.text).to_owned());
    title.remove(Kind::Title, "dirty.title-with-site");
    true
}

/// A caption that is repeated with its credit: the bare one goes too.
fn take_captions(head: &mut [Item]) -> bool {
    let mut any = false;
    for later in 1..head.len() {
        let long = head[later].text.trim().to_owned();
        let bare = |item: &Item| {
            let rest = long.strip_prefix(item.text.trim()).map(str::trim_start);
            item.text.trim().len() >= 12
                && rest.is_some_and(|rest| rest.starts_with(['-', '–', '—', '©', '(', '/', '|', ',', '.']))
        };
        if let Some(first) = head[..later].iter().position(|item| is_short(item) && bare(item)) {
            head[first].remove(Kind::Caption, "dirty.caption-repeated");
            head[later].remove(Kind::Caption, "dirty.caption-repeated");
            any = true;
        }
    }
    any
}

/// What is left of the head: names, section, title, captions.
fn take_run(head: &mut [Item], body: &[Item], evident: bool, found: &mut DirtyResult) {
    let open: Vec<usize> =
        (0..head.len()).filter(|index| head[*index].is_kept() && is_short(&head[*index])).collect();
    let long = |index: &usize| head[*index].text.split_whitespace().count() >= TITLE_WORDS;
    let title = open.iter().copied().find(long);
    let is_headline =
        |title: usize| head[title].text.chars().count() <= LONE_TITLE && speaks_of(&head[title].text, body);
    let is_head = match open.len() {
        _ if evident => true,
        0 => false,
        // A title, perhaps with a name before or a caption after it.
        1 | 2 => title.is_some_and(is_headline),
        lines => (RUN..=MAX_RUN).contains(&lines),
    };
    if !is_head {
        return;
    }
    for index in open {
        let text = head[index].text.trim().to_owned();
        let before_title = title.is_none_or(|title| index < title);
        if Some(index) == title && found.title.is_none() {
            found.title = Some(text);
            head[index].remove(Kind::Title, "dirty.head.title");
        } else if before_title && text.split_whitespace().count() <= NAME_WORDS {
            if index == 0 {
                found.site.get_or_insert(text);
            }
            head[index].remove(Kind::Breadcrumb, "dirty.head.section");
        } else {
            head[index].remove(Kind::Caption, "dirty.head.caption");
        }
    }
}

/// Share of a title's long words that the text must hold.
const SHARED_WORDS: f32 = 0.6;
/// Letters of a word that says something.
const LONG_WORD: usize = 5;

/// Whether the words of a title come again in the first paragraphs, as those of a headline do.
fn speaks_of(title: &str, body: &[Item]) -> bool {
    let text: Vec<&str> = body.iter().take(6).map(|item| item.text.as_str()).collect();
    let text = fold_text(&text.join(" "));
    let title = fold_text(title);
    let words: Vec<&str> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= LONG_WORD)
        .collect();
    // The first letters, so that a plural or another tense is the same word.
    let known = |word: &&&str| {
        text.contains(word.char_indices().nth(LONG_WORD).map_or(**word, |(at, _)| &word[..at]))
    };
    words.len() >= 3 && words.iter().filter(known).count() as f32 >= SHARED_WORDS * words.len() as f32
}

/// May be a title, a name or a caption: no sentence, not long, no list or quote.
fn is_short(item: &Item) -> bool {
    let plain = matches!(item.kind, BlockKind::Paragraph | BlockKind::Heading(1));
    plain
        && item.text.chars().count() < STANDFIRST
        && !is_prose(&item.text)
        && !item.text.trim_end().ends_with(['.', ':', '：'])
}

/// The title without ` | Site`.
fn stem(text: &str) -> &str {
    let text = text.trim();
    match text.rsplit_once('|') {
        Some((title, site)) if is_site(site) && title.split_whitespace().count() >= TITLE_WORDS => {
            title.trim()
        }
        _ => text,
    }
}

fn is_site(name: &str) -> bool {
    // "Nouvelles du monde", "The Guardian", "Actualités - Le Phare"
    (1..=5).contains(&name.split_whitespace().count())
}

#[cfg(test)]
mod tests {
    use super::super::super::text::Phrases;
    use super::super::clean_dirty;
    use super::*;

    const PROSE: &str =
        "Le préfet a signé hier l’arrêté qui interdit l’arrosage dans douze communes du département.";

    fn clean(head: &str) -> (DirtyResult, Vec<String>) {
        let result = clean_dirty(&format!("{head}\n{PROSE}\n{PROSE}"), &Phrases::builtin());
        let mut texts: Vec<String> = result.blocks.iter().map(|block| block.text.clone()).collect();
        assert_eq!(texts.split_off(texts.len() - 2), [PROSE, PROSE]);
        (result, texts)
    }

    #[test]
    fn site_section_title_and_captions_go() {
        let (found, left) = clean(
            "LE PHARE\nEau\nL’arrosage interdit dans douze communes\nUn champ sec, le 3 mai\nUn champ sec, le 3 mai - ANNA BERG / AFP",
        );
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(found.site.as_deref(), Some("LE PHARE"));
        assert_eq!(found.title.as_deref(), Some("L’arrosage interdit dans douze communes"));
    }

    #[test]
    fn a_doubled_title_with_the_sites_name_goes() {
        let (found, left) =
            clean("Douze communes privées d’eau | Le Phare\nDouze communes privées d’eau |  Le Phare");
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(found.title.as_deref(), Some("Douze communes privées d’eau"));
    }

    #[test]
    fn breadcrumbs_and_fields_go() {
        let (found, left) = clean(
            "title: Douze communes privées d’eau\nauthor: Anna Berg\ndate: 2023-05-12\nAccueil > Monde > Europe",
        );
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(found.author.as_deref(), Some("Anna Berg"));
        assert_eq!(found.date.as_deref(), Some("2023-05-12"));
    }

    #[test]
    fn a_leading_date_goes_into_the_metadata() {
        let result = clean_dirty(&format!(" date 2023-05 {PROSE}"), &Phrases::builtin());
        assert_eq!(result.date.as_deref(), Some("2023-05"));
        assert_eq!(result.blocks[0].text, PROSE);
        let prose =
            "Date 1914 ne dit rien à personne dans ce village de montagne, et pourtant elle est partout.";
        assert_eq!(clean_dirty(prose, &Phrases::builtin()).blocks[0].text, prose);
    }

    #[test]
    fn standfirst_and_short_first_sentence_stay() {
        let standfirst = "Dans le Val de Loire, les maires de douze communes apprennent à compter l’eau, et les irrigants, qui n’ont plus le droit d’arroser, comptent leurs pertes";
        assert_eq!(clean(standfirst).1, [standfirst]);
        assert_eq!(clean("Il pleut enfin.").1, ["Il pleut enfin."]);
        assert_eq!(clean("Premier acte").1, ["Premier acte"]);
    }
}
