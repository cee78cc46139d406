//! Prints scores as tables and as JSON, and holds them against floors.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::str::FromStr;

use serde_json::{Map, Value, json};

use super::SetScore;
use super::score::{COLUMNS, Figures, PageScore};

/// Width of the first column.
const NAME_WIDTH: usize = 34;

/// Width of a figure.
const FIGURE_WIDTH: usize = 6;

/// A way to group the pages of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// By language.
    Lang,
    /// By type of page.
    Type,
}

impl Group {
    fn name(self) -> &'static str {
        match self {
            Group::Lang => "lang",
            Group::Type => "type",
        }
    }

    fn of(self, page: &PageScore) -> &str {
        match self {
            Group::Lang => &page.language,
            Group::Type => &page.page_type,
        }
    }
}

impl FromStr for Group {
    type Err = String;

    fn from_str(name: &str) -> Result<Group, String> {
        match name {
            "lang" => Ok(Group::Lang),
            "type" => Ok(Group::Type),
            _ => Err(format!("unknown group `{name}`; use lang or type")),
        }
    }
}

/// The line above the tables.
pub fn heading() -> String {
    row("", COLUMNS.iter().map(|name| (*name).to_owned()))
}

/// The figures of a set, of its groups, and its worst pages.
pub fn table(set: &SetScore, groups: &[Group], worst: usize) -> String {
    let mut text = figures_row(&set.name, &Figures::of(&all(set)));
    for group in groups {
        let parts = parts(set, *group);
        // a single group repeats the line above it
        for (name, pages) in parts.iter().filter(|_| parts.len() > 1) {
            text.push_str(&figures_row(&format!("   {}={name}", group.name()), &Figures::of(pages)));
        }
    }
    for page in worst_pages(set, worst) {
        let f1 = f1(page).unwrap_or(0.0);
        let _ = writeln!(text, "   worst {f1:.3} {} {} {}", page.id, page.language, page.page_type);
    }
    text
}

/// Processor time for a megabyte of HTML.
pub fn timing(set: &SetScore) -> String {
    let (seconds, megabytes) = (set.time.as_secs_f64(), set.bytes as f64 / 1e6);
    let (per_megabyte, per_page) =
        (seconds * 1000.0 / megabytes.max(1e-9), seconds * 1000.0 / set.pages.len().max(1) as f64);
    format!("   time {per_megabyte:.2} ms/MB, {per_page:.3} ms/page over {megabytes:.1} MB\n")
}

/// All figures as JSON: by set, language and type, with the F1 of each page.
pub fn to_json(sets: &[SetScore], groups: &[Group]) -> Value {
    let sets = sets.iter().map(|set| {
        let pages = set.pages.iter().map(|page| (page.id.clone(), json!(f1(page))));
        let mut fields = Map::new();
        fields.insert("all".to_owned(), Figures::of(&all(set)).to_json());
        for group in groups {
            let parts = parts(set, *group);
            let figures =
                parts.iter().map(|(name, pages)| ((*name).to_owned(), Figures::of(pages).to_json()));
            fields.insert(group.name().to_owned(), Value::Object(figures.collect()));
        }
        if !set.time.is_zero() {
            let per_megabyte = set.time.as_secs_f64() * 1e9 / (set.bytes.max(1) as f64);
            fields.insert("ms_per_mb".to_owned(), json!(per_megabyte));
        }
        fields.insert("pages".to_owned(), Value::Object(pages.collect()));
        (set.name.clone(), Value::Object(fields))
    });
    Value::Object(sets.collect())
}

/// A figure that must not sink: `F1=0.95`, or `fr:F1=0.95` for one set.
#[derive(Clone, Debug, PartialEq)]
pub struct Floor {
    set: Option<String>,
    figure: &'static str,
    least: f64,
}

impl FromStr for Floor {
    type Err = String;

    fn from_str(text: &str) -> Result<Floor, String> {
        let wrong =
            || format!("`{text}` is no floor; write FIGURE=VALUE or SET:FIGURE=VALUE, as in fr:F1=0.95");
        let (key, value) = text.split_once('=').ok_or_else(wrong)?;
        let (set, name) = match key.split_once(':') {
            Some((set, name)) => (Some(set.to_owned()), name),
            None => (None, key),
        };
        let known = COLUMNS.into_iter().find(|column| *column == name);
        let figure =
            known.ok_or_else(|| format!("unknown figure `{name}`; use one of {}", COLUMNS.join(", ")))?;
        let least = value.parse().ok().filter(|least: &f64| least.is_finite()).ok_or_else(wrong)?;
        Ok(Floor { set, figure, least })
    }
}

impl Floor {
    /// What is below the floor, a sentence for each set. A floor that no set answers to is below, too: it would
    /// otherwise guard nothing.
    pub fn breaches(&self, sets: &[SetScore]) -> Vec<String> {
        let meant = || sets.iter().filter(|set| self.set.as_ref().is_none_or(|name| *name == set.name));
        if meant().next().is_none() {
            return vec![format!("no set is named {}", self.set.as_deref().unwrap_or("so"))];
        }
        meant().filter_map(|set| self.breach(set)).collect()
    }

    fn breach(&self, set: &SetScore) -> Option<String> {
        let Floor { figure, least, .. } = self;
        match Figures::of(&all(set)).get(figure) {
            Some(value) if value >= *least => None,
            Some(value) => Some(format!("{} {figure} {value:.4} is below the floor {least}", set.name)),
            None => Some(format!("{} has no {figure}, which is to be at least {least}", set.name)),
        }
    }
}

fn all(set: &SetScore) -> Vec<&PageScore> {
    set.pages.iter().collect()
}

/// The groups of a set, the largest first, then as they come.
fn parts(set: &SetScore, group: Group) -> Vec<(&str, Vec<&PageScore>)> {
    let mut index: HashMap<&str, usize> = HashMap::new();
    let mut parts: Vec<(&str, Vec<&PageScore>)> = Vec::new();
    for page in &set.pages {
        let place = *index.entry(group.of(page)).or_insert_with(|| {
            parts.push((group.of(page), Vec::new()));
            parts.len() - 1
        });
        parts[place].1.push(page);
    }
    parts.sort_by_key(|(_, pages)| std::cmp::Reverse(pages.len()));
    parts
}

fn f1(page: &PageScore) -> Option<f64> {
    page.text.map(|text| text.shares.f1())
}

fn worst_pages(set: &SetScore, count: usize) -> Vec<&PageScore> {
    let mut pages: Vec<&PageScore> = set.pages.iter().filter(|page| page.text.is_some()).collect();
    pages.sort_by(|one, other| f1(one).unwrap_or(0.0).total_cmp(&f1(other).unwrap_or(0.0)));
    pages.truncate(count);
    pages
}

fn figures_row(name: &str, figures: &Figures) -> String {
    let cell = |column: &&str| match figures.get(column) {
        Some(value) if *column == "n" => format!("{value}"),
        Some(value) => format!("{value:.3}"),
        None => "-".to_owned(),
    };
    row(name, COLUMNS.iter().map(cell))
}

fn row(name: &str, cells: impl Iterator<Item = String>) -> String {
    let short: String = name.chars().take(NAME_WIDTH).collect();
    let cells: Vec<String> = cells.map(|cell| format!("{cell:>FIGURE_WIDTH$}")).collect();
    format!("{short:NAME_WIDTH$}{}\n", cells.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::corpus::GoldPage;
    use crate::eval::score::{Prediction, score_page};

    fn set() -> SetScore {
        let page = |id: &str, lang: &str, found: &str| {
            let gold = GoldPage {
                id: id.to_owned(),
                lang: Some(lang.to_owned()),
                text: Some("un deux trois quatre cinq".to_owned()),
                ..GoldPage::default()
            };
            score_page(&gold, Some(&Prediction { text: found.to_owned(), ..Prediction::default() }))
        };
        let right = "un deux trois quatre cinq";
        let pages = vec![page("a", "fr", right), page("b", "en", "nothing of it"), page("c", "fr", right)];
        SetScore { name: "demo".to_owned(), pages, ..SetScore::default() }
    }

    #[test]
    fn tables_hold_a_line_for_the_set_each_language_and_the_worst_page() {
        let text = table(&set(), &[Group::Lang, Group::Type], 1);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4, "{text}");
        assert!(lines[0].starts_with("demo ") && lines[0].contains(" 0.667 "), "{}", lines[0]);
        assert!(lines[1].starts_with("   lang=fr") && lines[2].starts_with("   lang=en"));
        assert_eq!(lines[3], "   worst 0.000 b en ?");
        assert_eq!(heading().len(), format!("{}\n", lines[0]).len());
    }

    #[test]
    fn floors_hold_or_say_what_sank() {
        let sets = [set()];
        let breaches = |floor: &str| floor.parse::<Floor>().unwrap().breaches(&sets);
        assert_eq!(breaches("F1=0.6"), [""; 0]);
        assert_eq!(breaches("demo:acc=0.7"), ["demo acc 0.6667 is below the floor 0.7"]);
        assert_eq!(breaches("snip=0.5"), ["demo has no snip, which is to be at least 0.5"]);
        assert_eq!(breaches("other:F1=0.5"), ["no set is named other"]);
    }

    #[test]
    fn a_mistyped_floor_is_explained() {
        for (text, part) in
            [("F1", "is no floor"), ("f1=0.5", "unknown figure `f1`"), ("F1=high", "is no floor")]
        {
            assert!(text.parse::<Floor>().unwrap_err().contains(part), "{text}");
        }
    }

    #[test]
    fn json_holds_figures_groups_and_pages() {
        let json = to_json(&[set()], &[Group::Lang]);
        assert_eq!(json["demo"]["all"]["n"], 3);
        assert_eq!(json["demo"]["lang"]["en"]["mF1"], 0.0);
        assert_eq!(json["demo"]["pages"]["a"], 1.0);
    }
}
