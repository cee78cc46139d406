//! Scores predictions against gold: one page, then a group of pages.

use serde_json::{Map, Value, json};

use super::corpus::GoldPage;
use super::measure::{Shares, bag_f1, folded, harmonic, title_form, tokens, without_optional};
use crate::record::Record;

/// Characters of a date that count: the day.
const DAY_CHARS: usize = 10;

/// A page with an F1 below this has failed.
const FAILED_F1: f64 = 0.5;

/// What was found on a page. A field that is `None` was not looked for and is not scored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prediction {
    /// The text of the article.
    pub text: String,
    /// The title, empty when none was found.
    pub title: Option<String>,
    /// The date, empty when none was found.
    pub date: Option<String>,
    /// The authors, parted by a comma and a space.
    pub author: Option<String>,
}

impl Prediction {
    /// What a record says.
    pub fn of(record: &Record) -> Prediction {
        Prediction {
            text: record.text.clone(),
            title: Some(record.title.clone().unwrap_or_default()),
            date: Some(record.date.clone().unwrap_or_default()),
            author: Some(record.authors.join(", ")),
        }
    }
}

/// The score of one page; each part is there when gold has something to compare with.
#[derive(Clone, Debug, Default)]
pub struct PageScore {
    /// The page's id.
    pub id: String,
    /// Its language.
    pub language: String,
    /// Its type.
    pub page_type: String,
    /// Whether no text was found.
    pub empty: bool,
    /// Agreement of the text.
    pub text: Option<TextScore>,
    /// Snippets found and asked for, boilerplate absent and asked for.
    pub snippets: Option<[usize; 4]>,
    /// Whether the title is right.
    pub title: Option<bool>,
    /// Whether the day is right.
    pub date: Option<bool>,
    /// Whether the authors are right.
    pub author: Option<bool>,
}

/// How well a text agrees with gold.
#[derive(Clone, Copy, Debug)]
pub struct TextScore {
    /// Of shingles.
    pub shares: Shares,
    /// Of the bag of words.
    pub words: f64,
    /// Whether the sequence of words is exactly gold's.
    pub exact: bool,
}

/// Scores one page; without a prediction it counts as empty.
pub fn score_page(gold: &GoldPage, found: Option<&Prediction>) -> PageScore {
    let text = found.map_or("", |found| found.text.as_str());
    PageScore {
        id: gold.id.clone(),
        language: gold.lang.clone().unwrap_or_else(|| "?".to_owned()),
        page_type: gold.page_type.clone().unwrap_or_else(|| "?".to_owned()),
        empty: text.trim().is_empty(),
        text: score_text(gold, text),
        snippets: score_snippets(gold, text),
        title: same(&gold.title, found.and_then(|found| found.title.as_ref()), title_form),
        date: same(&gold.date, found.and_then(|found| found.date.as_ref()), day),
        author: same(&gold.author, found.and_then(|found| found.author.as_ref()), title_form),
    }
}

/// With two annotators the page counts by the one that it agrees with more.
fn score_text(gold: &GoldPage, found: &str) -> Option<TextScore> {
    let found = match gold.optional.as_slice() {
        [] => tokens(found),
        optional => tokens(&without_optional(found, optional)),
    };
    let first = compare(gold.text.as_ref()?, &found);
    let second = gold.alt.as_ref().map(|alt| compare(alt, &found));
    Some(second.filter(|second| second.shares.f1() > first.shares.f1()).unwrap_or(first))
}

fn compare(gold: &str, found: &[String]) -> TextScore {
    let gold = tokens(gold);
    TextScore { shares: Shares::of(&gold, found), words: bag_f1(&gold, found), exact: gold == found }
}

fn score_snippets(gold: &GoldPage, text: &str) -> Option<[usize; 4]> {
    if gold.with.is_empty() && gold.without.is_empty() {
        return None;
    }
    let text = folded(text);
    let there =
        |snippets: &[String]| snippets.iter().filter(|snippet| text.contains(&folded(snippet))).count();
    let absent = gold.without.len() - there(&gold.without);
    Some([there(&gold.with), gold.with.len(), absent, gold.without.len()])
}

fn same(gold: &Option<String>, found: Option<&String>, form: fn(&str) -> String) -> Option<bool> {
    let gold = gold.as_deref().filter(|gold| !gold.is_empty())?;
    Some(form(gold) == form(found?))
}

fn day(date: &str) -> String {
    date.chars().take(DAY_CHARS).collect()
}

/// The columns of a table of figures, in order.
pub const COLUMNS: [&str; 15] = [
    "n", "F1", "P", "R", "mF1", "wF1", "acc", "fail", "empty", "with", "wout", "snip", "ttl", "date", "auth",
];

/// The figures of a group of pages; those that gold says nothing about are absent.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    values: Vec<(&'static str, f64)>,
}

impl Figures {
    /// The figures of some pages.
    pub fn of(pages: &[&PageScore]) -> Figures {
        let mut figures = Figures { values: vec![("n", pages.len() as f64)] };
        figures.add_text(pages);
        figures.add("empty", mean(pages.iter().map(|page| share(page.empty))).or(Some(0.0)));
        figures.add_snippets(pages);
        figures.add_answers("ttl", "ttl_n", pages.iter().filter_map(|page| page.title));
        figures.add_answers("date", "date_n", pages.iter().filter_map(|page| page.date));
        figures.add_answers("auth", "auth_n", pages.iter().filter_map(|page| page.author));
        figures
    }

    /// A figure by its name.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// The figures as a JSON object.
    pub fn to_json(&self) -> Value {
        let count = |name: &str| name == "n" || name.ends_with("_n");
        let number = |name: &str, value: f64| if count(name) { json!(value as u64) } else { json!(value) };
        let fields = self.values.iter().map(|(name, value)| ((*name).to_owned(), number(name, *value)));
        Value::Object(fields.collect::<Map<String, Value>>())
    }

    /// P and R are means over the pages where they have a meaning; F1 is the harmonic mean of these means.
    fn add_text(&mut self, pages: &[&PageScore]) {
        let texts: Vec<TextScore> = pages.iter().filter_map(|page| page.text).collect();
        if texts.is_empty() {
            return;
        }
        let shares = || texts.iter().map(|text| text.shares);
        let precision =
            mean(shares().filter(|one| one.hit + one.excess > 0.0).map(Shares::precision)).unwrap_or(0.0);
        let recall =
            mean(shares().filter(|one| one.hit + one.missed > 0.0).map(Shares::recall)).unwrap_or(0.0);
        self.add("F1", Some(harmonic(precision, recall)));
        self.add("P", Some(precision));
        self.add("R", Some(recall));
        self.add("mF1", mean(shares().map(Shares::f1)));
        self.add("wF1", mean(texts.iter().map(|text| text.words)));
        self.add("acc", mean(texts.iter().map(|text| share(text.exact))));
        self.add("fail", mean(shares().map(|one| share(one.f1() < FAILED_F1))));
    }

    fn add_snippets(&mut self, pages: &[&PageScore]) {
        let scored = pages.iter().filter_map(|page| page.snippets);
        let [there, with, absent, without] =
            scored.fold([0; 4], |sum, page| std::array::from_fn(|index| sum[index] + page[index]));
        let part = |hits: usize, all: usize| (all > 0).then(|| hits as f64 / all as f64);
        self.add("with", part(there, with));
        self.add("wout", part(absent, without));
        self.add("snip", part(there + absent, with + without));
    }

    fn add_answers(&mut self, name: &'static str, count: &'static str, answers: impl Iterator<Item = bool>) {
        let answers: Vec<f64> = answers.map(share).collect();
        self.add(name, mean(answers.iter().copied()));
        self.add(count, (!answers.is_empty()).then_some(answers.len() as f64));
    }

    fn add(&mut self, name: &'static str, value: Option<f64>) {
        self.values.extend(value.map(|value| (name, value)));
    }
}

fn share(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gold() -> GoldPage {
        GoldPage {
            id: "a".to_owned(),
            text: Some("Un deux trois quatre cinq six".to_owned()),
            title: Some("L’Été".to_owned()),
            date: Some("2024-05-06".to_owned()),
            with: vec!["deux  trois".to_owned(), "huit".to_owned()],
            without: vec!["Lire aussi".to_owned()],
            ..GoldPage::default()
        }
    }

    fn found(text: &str) -> Prediction {
        Prediction {
            text: text.to_owned(),
            title: Some("l'été".to_owned()),
            date: Some("2024-05-06T10:00:00+02:00".to_owned()),
            author: Some(String::new()),
        }
    }

    #[test]
    fn a_right_page_has_full_marks() {
        let page = score_page(&gold(), Some(&found("Un deux trois quatre\n\ncinq six")));
        assert!(page.text.unwrap().exact);
        assert_eq!((page.title, page.date, page.author), (Some(true), Some(true), None));
        assert_eq!(page.snippets, Some([1, 2, 1, 1]));
    }

    #[test]
    fn a_page_without_prediction_counts_as_empty_and_its_title_not_at_all() {
        let page = score_page(&gold(), None);
        assert!(page.empty);
        assert_eq!((page.text.unwrap().shares.f1(), page.title), (0.0, None));
    }

    #[test]
    fn the_annotator_that_agrees_more_decides() {
        let mut gold = gold();
        gold.alt = Some("Un deux trois quatre".to_owned());
        assert!(score_page(&gold, Some(&found("Un deux trois quatre"))).text.unwrap().exact);
    }

    #[test]
    fn means_leave_out_pages_that_have_no_meaning_for_them() {
        let right = score_page(&gold(), Some(&found("Un deux trois quatre cinq six")));
        let empty = score_page(&gold(), None);
        let figures = Figures::of(&[&right, &empty]);
        // nothing was found on the empty page, so that it has no precision
        assert_eq!(
            (figures.get("P"), figures.get("R"), figures.get("mF1")),
            (Some(1.0), Some(0.5), Some(0.5))
        );
        assert_eq!(
            (figures.get("n"), figures.get("empty"), figures.get("auth")),
            (Some(2.0), Some(0.5), None)
        );
        assert_eq!(Figures::of(&[]).get("F1"), None);
    }
}
