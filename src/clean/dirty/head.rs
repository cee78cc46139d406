//! What stands before the first paragraph: fields, site, section, breadcrumb, title, captions.
//!
//! Lines before the first paragraph that do not end as sentences do are taken away when there is evidence that the
//! head of a page was copied along: a title that is doubled or carries the site's name, a breadcrumb, a caption
//! that is repeated with its credit, a byline or date that the phrase rules found. Lines behind the last such sign are
//! the article's, as verses and results are; without any sign only a title goes that the text speaks of. That lines are
//! short is no evidence. A standfirst stays: it is long or a sentence.
//!
//! - stem: a line without the site's name behind a bar or dash
//! - sign: a line that shows that the head of a page was copied along

use super::super::Kind;
use super::super::text::fold_text;
use super::super::text::shape::{ends_sentence, is_prose};
use super::{DirtyResult, Item};
use crate::article::BlockKind;

/// A line of this many characters that is no sentence is a standfirst rather than a title or caption.
const STANDFIRST: usize = 130;
/// More lines than this before a sign are a part of the article: a poem above its poet's name, a programme.
const MAX_RUN: usize = 5;
/// Most names of sites and sections before a title.
const MAX_NAMES: usize = 2;
/// Lines are compared with each other: more than this are no head of a page, and would take quadratic time.
const MAX_HEAD: usize = 1_000;
/// Longest title that is taken for one without other evidence; longer ones are standfirsts without a full stop.
const LONE_TITLE: usize = 110;
/// Most words of a site's or section's name.
const NAME_WORDS: usize = 3;
/// Fewest words of a title.
const TITLE_WORDS: usize = 4;

/// Takes away what is no part of the article before its first paragraph.
pub(super) fn sort_out(items: &mut [Item], found: &mut DirtyResult) {
    let Some(end) = items.iter().position(opens_the_text) else { return };
    let (head, body) = items.split_at_mut(end);
    if head.is_empty() || head.len() > MAX_HEAD {
        return;
    }
    take_title_heading(head, found);
    take_breadcrumbs(head);
    take_doubled(head, found);
    take_site_suffix(head, found);
    take_captions(head);
    let last_sign =
        head.iter().rposition(|item| !item.is_kept() && item.cut.is_empty() && is_of_a_page(item));
    let (before, after) = head.split_at_mut(last_sign.unwrap_or(0));
    take_run(before, found);
    take_title(after, body, found);
}

/// The first item that is a sentence of the article.
fn opens_the_text(item: &Item) -> bool {
    let text = item.text.trim_end_matches(['»', '”', '"', ' ', '\u{a0}', ')']);
    item.is_kept() && item.is_paragraph() && (is_prose(&item.text) || text.ends_with(['.', '。']))
}

/// Removed for a reason that shows that the head of a page was copied along. Fields, and pictures, which are no line of
/// a page's head, show nothing.
fn is_of_a_page(item: &Item) -> bool {
    const NO_SIGNS: [&str; 3] = ["dirty.date-field", "dirty.field", "dirty.image"];
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
    item.removed
        .as_ref()
        .is_some_and(|(kind, rule)| page.contains(kind) && !NO_SIGNS.contains(&rule.as_str()))
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
fn take_doubled(head: &mut [Item], found: &mut DirtyResult) {
    let stems: Vec<String> = head.iter().map(|item| fold_text(stem(&item.text))).collect();
    for later in 1..head.len() {
        let words = stems[later].split(' ').count();
        let Some(first) = stems[..later].iter().position(|stem| *stem == stems[later]) else { continue };
        if words < TITLE_WORDS || !is_short(&head[first]) {
            continue;
        }
        found.title.get_or_insert_with(|| stem(&head[first].text).to_owned());
        head[first].remove(Kind::Title, "dirty.title-doubled");
        head[later].remove(Kind::Title, "dirty.title-doubled");
    }
}

/// `Title | Site` once; the bar is a sign that no sentence has.
fn take_site_suffix(head: &mut [Item], found: &mut DirtyResult) {
    let has_bar = |item: &&mut Item| {
        item.is_kept()
            && is_short(item)
            && stem(&item.text).len() < item.text.trim().len()
            && item.text.contains('|')
    };
    if let Some(title) = head.iter_mut().find(has_bar) {
        found.title.get_or_insert_with(|| stem(&title.text).to_owned());
        title.remove(Kind::Title, "dirty.title-with-site");
    }
}

/// A caption that is repeated with its credit: the bare one goes too.
fn take_captions(head: &mut [Item]) {
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
        }
    }
}

/// What stands before the last sign: names, section, title, captions.
fn take_run(before: &mut [Item], found: &mut DirtyResult) {
    let open: Vec<usize> = short_lines(before).collect();
    if open.len() > MAX_RUN {
        return;
    }
    let title = open.iter().copied().find(|index| is_long(&before[*index]));
    for index in open {
        let is_name = title.is_none_or(|title| index < title) && has_length_of_name(&before[index]);
        if Some(index) == title && found.title.is_none() {
            name_title(&mut before[index], found);
        } else if is_name {
            name_section(&mut before[index], index == 0, found);
        } else {
            before[index].remove(Kind::Caption, "dirty.head.caption");
        }
    }
}

/// A title that no sign but the text itself shows to be one, with the names before it.
fn take_title(after: &mut [Item], body: &[Item], found: &mut DirtyResult) {
    let open: Vec<usize> = short_lines(after).collect();
    let Some(place) = open.iter().position(|index| is_long(&after[*index])) else { return };
    let (names, title) = (&open[..place], open[place]);
    let is_headline = after[title].text.chars().count() <= LONE_TITLE && speaks_of(&after[title].text, body);
    let has_names = names.len() <= MAX_NAMES && names.iter().all(|name| has_length_of_name(&after[*name]));
    if found.title.is_some() || !is_headline || !has_names {
        return;
    }
    for &name in names {
        name_section(&mut after[name], name == 0, found);
    }
    name_title(&mut after[title], found);
}

fn short_lines(items: &[Item]) -> impl Iterator<Item = usize> {
    (0..items.len()).filter(|index| items[*index].is_kept() && is_short(&items[*index]))
}

fn is_long(item: &Item) -> bool {
    item.text.split_whitespace().count() >= TITLE_WORDS
}

fn has_length_of_name(item: &Item) -> bool {
    item.text.split_whitespace().count() <= NAME_WORDS
}

fn name_title(item: &mut Item, found: &mut DirtyResult) {
    found.title = Some(item.text.trim().to_owned());
    item.remove(Kind::Title, "dirty.head.title");
}

/// The first name is the site's, if it is not what sections are called.
fn name_section(item: &mut Item, is_first: bool, found: &mut DirtyResult) {
    if is_first && !is_menu(&item.text) {
        found.site.get_or_insert_with(|| item.text.trim().to_owned());
    }
    item.remove(Kind::Breadcrumb, "dirty.head.section");
}

/// Nothing but names of sections: "Politique Sport Culture".
fn is_menu(line: &str) -> bool {
    const SECTIONS: &str = "accueil actualites actu politique economie societe monde international france sport sports culture \
        sciences science sante planete environnement opinions debats faits divers regions local home news world politics \
        business economy opinion health tech technology travel lifestyle entertainment startseite politik wirtschaft welt \
        gesellschaft kultur wissen gesundheit regional inicio politica economia mundo internacional sociedad deportes cultura \
        ciencia salud esteri cronaca mondo salute esporte esportes saude brasil binnenland buitenland cultuur wetenschap menu \
        video videos photos";
    let is_section = |word: &str| SECTIONS.split_whitespace().any(|section| section == word);
    let line = fold_text(line);
    line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).all(is_section)
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
    fn standfirst_and_short_first_sentence_stay() {
        let standfirst = "Dans le Val de Loire, les maires de douze communes apprennent à compter l’eau, et les irrigants, qui n’ont plus le droit d’arroser, comptent leurs pertes";
        assert_eq!(clean(standfirst).1, [standfirst]);
        assert_eq!(clean("Il pleut enfin.").1, ["Il pleut enfin."]);
        assert_eq!(clean("Premier acte").1, ["Premier acte"]);
    }

    #[test]
    fn verses_results_and_lists_before_the_first_sentence_stay() {
        for lines in [
            "Chanson du port\nLes filets longs\nDes matelots\nDe novembre\nSèchent au vent\nD’une langueur",
            "Les résultats du week-end\nPort-Salvy - Vertou 2-1\nRezé - Vallet 0-0\nClisson - Pornic 3-2",
            "Le Pont de pierre\nLa Peste\nChéri",
        ] {
            let left = clean(lines).1;
            assert_eq!(left, lines.split('\n').collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_stands_behind_the_last_sign_stays() {
        let (found, left) =
            clean("Chanson du port de Salvy\nPar Jeanne Aubier\nLes filets longs\nDes matelots\nDe novembre");
        assert_eq!(left, ["Les filets longs", "Des matelots", "De novembre"]);
        assert_eq!(found.title.as_deref(), Some("Chanson du port de Salvy"));
        let verses = "Un\nDeux verses\nTrois\nQuatre\nCinq\nSix";
        assert_eq!(clean(&format!("{verses}\nPar Jeanne Aubier")).1, verses.split('\n').collect::<Vec<_>>());
    }

    #[test]
    fn a_menu_is_no_name_of_a_site_and_a_title_that_the_text_speaks_of_goes() {
        let (found, left) =
            clean("Politique Sport Culture\nL’arrosage interdit dans douze communes du département");
        assert!(left.is_empty(), "{left:?}");
        assert_eq!((found.site, found.title.is_some()), (None, true));
    }
}
