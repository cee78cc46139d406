//! Rules from examples: from pairs of a page (or dirty text) and the text that is wanted of it, the phrases and selectors
//! that would have made the one into the other.
//!
//! 1. `pairs`: read the pages and the wanted texts, matched by name
//! 2. `sheet`, `align`: clean each page and say of each block whether it is wanted
//! 3. `phrases`: words that unwanted lines of several pages begin with, and no wanted line does
//! 4. `places`: selectors of one site that hold unwanted blocks only, or wanted ones that were removed
//! 5. each proposal becomes a rule with examples (`workbench::lesson`), is tried on all pairs with the proposals before
//!    it, and is refused if its examples fail or a wanted line goes
//!
//! Nothing is written but by [`apply`].

pub mod align;
pub mod pairs;
mod phrases;
mod places;
mod sheet;

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use crate::clean::Kind;
use crate::error::Error;
use crate::options::CleanOptions;
use crate::pipeline::Cleaner;
use crate::workbench::lesson::Lesson;
use crate::workbench::{Aim, Draft, Overlay, examples};
use align::Wanted;
use pairs::Pair;
use phrases::Group;
pub use sheet::Faults;
use sheet::Sheet;

/// Proposals that are tried at most; each is tried on every pair.
const MOST_PROPOSALS: usize = 60;
/// Lines that are shown of a proposal.
const SHOWN: usize = 3;
/// Lines that are tried as the example that a phrase rule must keep.
const TRIED_EXAMPLES: usize = 4;
/// Length in characters of a line that serves as such an example.
const EXAMPLE_CHARS: std::ops::RangeInclusive<usize> = 30..=300;

/// What was learned.
#[derive(Debug, Default, Serialize)]
pub struct Learned {
    /// Pairs that were looked at.
    pub pairs: usize,
    /// With the rules as they are.
    pub before: Faults,
    /// With the proposals that hold.
    pub after: Faults,
    /// What is proposed, and what was tried and refused.
    pub proposals: Vec<Proposal>,
    /// Wanted lines that rules and steps still remove, by rule: how many, and one of them.
    pub missing: BTreeMap<String, (usize, String)>,
}

/// A rule that was tried.
#[derive(Debug, Serialize)]
pub struct Proposal {
    /// What it says, as in `fr: lines that begin with "Lire la suite"`.
    pub what: String,
    /// The rule file within the folder.
    pub file: String,
    /// Lines that it puts right.
    pub hits: usize,
    /// Pages on which it does.
    pub pages: usize,
    /// Lines of all pairs that it puts wrong.
    pub false_hits: usize,
    /// The first lines that it puts right.
    pub lines: Vec<String>,
    /// Why it is not taken.
    pub refused: Option<String>,
    /// The drafts' texts, for those who want to see the rule.
    #[serde(skip)]
    draft: Option<Draft>,
}

/// Learns from pairs, over the rules of a folder; nothing is written into it.
pub fn learn(pairs: &[Pair], folder: Option<&Path>) -> Result<Learned, Error> {
    let scratch = tempfile::tempdir().map_err(Error::io("cannot make a temporary folder in", "."))?;
    let overlay = Overlay::new(scratch.path().join("rules"));
    if let Some(folder) = folder {
        Overlay::new(folder).copy_to(&overlay)?;
    }
    let cleaner = Cleaner::new(overlay.rules()?, options());
    let sheets: Vec<Sheet> = pairs.par_iter().filter_map(|pair| Sheet::of(pair, &cleaner).ok()).collect();
    let before: Vec<Faults> = sheets.iter().map(Sheet::faults).collect();
    let mut trial = Trial { overlay, sheets: &sheets, faults: before.clone(), learned: Learned::default() };
    for idea in ideas(&sheets).into_iter().take(MOST_PROPOSALS) {
        trial.try_idea(&idea)?;
    }
    let Trial { faults, learned, .. } = trial;
    let sum = |faults: Vec<Faults>| faults.into_iter().fold(Faults::default(), |sum, one| sum + one);
    Ok(Learned {
        pairs: sheets.len(),
        before: sum(before),
        after: sum(faults),
        missing: missing(&sheets),
        ..learned
    })
}

/// Writes the proposals that hold into a folder; each can be undone there (`tamis serve`).
pub fn apply(learned: &Learned, folder: &Path) -> Result<usize, Error> {
    let overlay = Overlay::new(folder);
    let drafts = learned.proposals.iter().filter(|proposal| proposal.refused.is_none());
    let mut applied = 0;
    for (proposal, draft) in drafts.filter_map(|proposal| Some((proposal, proposal.draft.as_ref()?))) {
        overlay.apply(draft, &proposal.what)?;
        applied += 1;
    }
    overlay.rules().map(|_| applied)
}

/// Short texts are no reason to learn nothing.
fn options() -> CleanOptions {
    CleanOptions { min_chars: 1, ..CleanOptions::default() }
}

/// What could be a rule, before it is tried: lessons to be tried until one holds, taught on a block of a sheet.
struct Idea {
    what: String,
    lessons: Vec<Lesson>,
    lines: Vec<(usize, usize)>,
}

/// Phrases that several sites share come first, since they hold elsewhere too; then selectors; then phrases of one site.
fn ideas(sheets: &[Sheet]) -> Vec<Idea> {
    let each = |of: &dyn Fn(&Sheet) -> Vec<usize>| -> Vec<(usize, usize)> {
        let sheets = sheets.iter().enumerate();
        sheets.flat_map(|(at, sheet)| of(sheet).into_iter().map(move |index| (at, index))).collect()
    };
    let mut extras = each(&|sheet| sheet.extras().collect());
    let missing = each(&|sheet| sheet.missing().collect());
    let is_shared = |group: &Group| {
        let mut hosts = group.lines.iter().map(|(sheet, _)| &sheets[*sheet].host);
        let first = hosts.next();
        first == Some(&None) || hosts.any(|host| Some(host) != first)
    };
    let shared: Vec<Group> = phrases::groups(sheets, &extras).into_iter().filter(is_shared).collect();
    let mut explained: Vec<(usize, usize)> = shared.iter().flat_map(|group| group.lines.clone()).collect();
    extras.retain(|line| !explained.contains(line));
    let mut places = places::places(sheets, &extras, Aim::Remove);
    explained.extend(places.iter().flat_map(|place| place.lines.clone()));
    extras.retain(|line| !explained.contains(line));
    places.extend(places::places(sheets, &missing, Aim::Keep));
    let phrases = shared.into_iter().map(|group| Idea::of_phrase(group, sheets)).collect::<Vec<_>>();
    let rest = phrases::groups(sheets, &extras).into_iter().map(|group| Idea::of_phrase(group, sheets));
    phrases.into_iter().chain(places.into_iter().map(Idea::of_place)).chain(rest).collect()
}

impl Idea {
    fn of_phrase(group: Group, sheets: &[Sheet]) -> Idea {
        let Group { phrase, scope, language, lines } = group;
        let (sheet, index) = lines[0];
        let kind = sheets[sheet].page.blocks[index].fate.kind.unwrap_or(Kind::Other);
        let how = serde_json::to_value(scope).ok().and_then(|scope| scope.as_str().map(str::to_owned));
        let lesson = |keep: String| {
            let (phrase, language) = (phrase.clone(), language.clone());
            Lesson::Phrase { phrase, scope, kind, language, keep }
        };
        let what = format!("{language}: {} {phrase:?}", how.unwrap_or_default());
        let lessons = kept_examples(sheets, &language, &phrase).into_iter().map(lesson).collect();
        Idea { what, lessons, lines }
    }

    fn of_place(place: places::Place) -> Idea {
        let places::Place { selector, aim, host, lines } = place;
        let what = format!("{host}: {} {selector}", if aim == Aim::Remove { "strip" } else { "keep" });
        Idea { what, lessons: vec![Lesson::Selector { aim, selector }], lines }
    }
}

/// Wanted lines as examples of what must stay: best those that begin with the same word.
fn kept_examples(sheets: &[Sheet], language: &str, phrase: &str) -> Vec<String> {
    let first = phrase.split(' ').next().unwrap_or_default().to_lowercase();
    let of_language = sheets.iter().filter(|sheet| sheet.language == language);
    let mut lines: Vec<(bool, usize, String)> = Vec::new();
    for sheet in of_language {
        for (index, block) in sheet.page.blocks.iter().enumerate() {
            let chars = block.text.chars().count();
            if sheet.kept[index] && sheet.wanted[index] == Wanted::Yes && EXAMPLE_CHARS.contains(&chars) {
                let is_other = !block.text.to_lowercase().starts_with(&first);
                lines.push((is_other, chars, examples::line(block)));
            }
        }
    }
    lines.sort();
    lines.into_iter().map(|(_, _, line)| line).take(TRIED_EXAMPLES).collect()
}

/// Proposals tried one after the other, each over those that held.
struct Trial<'s> {
    overlay: Overlay,
    sheets: &'s [Sheet],
    faults: Vec<Faults>,
    learned: Learned,
}

impl Trial<'_> {
    fn try_idea(&mut self, idea: &Idea) -> Result<(), Error> {
        let (sheet, index) = idea.lines[0];
        let mut refused = Some("no line of the pairs can serve as an example that it must keep".to_owned());
        let mut proposal = Proposal {
            what: idea.what.clone(),
            file: String::new(),
            hits: 0,
            pages: 0,
            false_hits: 0,
            lines: idea
                .lines
                .iter()
                .take(SHOWN)
                .map(|(sheet, index)| self.sheets[*sheet].text(*index).to_owned())
                .collect(),
            refused: None,
            draft: None,
        };
        for lesson in &idea.lessons {
            let drafted = lesson.draft(&self.overlay, &self.sheets[sheet].page, index);
            match drafted.and_then(|draft| Ok((self.overlay.rules_with(&draft)?, draft))) {
                Err(error) => refused = Some(error.to_string()),
                Ok((rules, draft)) => {
                    refused = self.measure(&Cleaner::new(rules, options()), &mut proposal);
                    proposal.file = draft.file().to_owned();
                    if refused.is_none() {
                        self.overlay.apply(&draft, &idea.what)?;
                    }
                    proposal.draft = Some(draft);
                    break;
                }
            }
        }
        proposal.refused = refused;
        self.learned.proposals.push(proposal);
        Ok(())
    }

    /// Cleans all pairs with the proposal; says why it is refused.
    fn measure(&mut self, cleaner: &Cleaner, proposal: &mut Proposal) -> Option<String> {
        let after: Vec<Faults> = self.sheets.par_iter().map(|sheet| faults_with(sheet, cleaner)).collect();
        for (before, after) in self.faults.iter().zip(&after) {
            let fewer =
                before.extra.saturating_sub(after.extra) + before.missing.saturating_sub(after.missing);
            proposal.hits += fewer;
            proposal.pages += usize::from(fewer > 0);
            proposal.false_hits +=
                after.extra.saturating_sub(before.extra) + after.missing.saturating_sub(before.missing);
        }
        match (proposal.hits, proposal.false_hits) {
            (0, _) => Some("it puts no line right: other rules decide".to_owned()),
            (_, 0) => {
                self.faults = after;
                None
            }
            (_, wrong) => Some(format!("it puts {wrong} lines wrong")),
        }
    }
}

/// The faults of a sheet with other rules; the blocks are the same, and so are their labels.
fn faults_with(sheet: &Sheet, cleaner: &Cleaner) -> Faults {
    let Ok(again) = Sheet::of(&sheet.pair, cleaner) else { return sheet.faults() };
    if sheet.pair.is_html {
        return again.faults();
    }
    // of a text only the kept lines are blocks: what is wanted and not there any more has gone
    let is_gone = |index: &usize| {
        sheet.wanted[*index] == Wanted::Yes
            && !again.page.blocks.iter().any(|block| block.text == sheet.text(*index))
    };
    Faults { extra: again.extras().count(), missing: (0..sheet.kept.len()).filter(is_gone).count() }
}

fn missing(sheets: &[Sheet]) -> BTreeMap<String, (usize, String)> {
    let mut by_rule: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for sheet in sheets {
        for index in sheet.missing() {
            let rule = sheet.page.blocks[index].fate.rule.to_string();
            by_rule.entry(rule).or_insert_with(|| (0, sheet.text(index).to_owned())).0 += 1;
        }
    }
    by_rule
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROSE: [&str; 3] = [
        "Le préfet a signé hier l’arrêté qui interdit l’arrosage dans douze communes du département.",
        "Les habitants des quais ont été évacués vers deux gymnases de la ville haute dans la nuit.",
        "La pluie n’est pas attendue avant lundi, a dit le service de la météorologie nationale.",
    ];

    fn page(number: usize) -> Pair {
        let (prose, other) = (PROSE[number % 3], PROSE[(number + 1) % 3].replace(',', " encore,"));
        let raw = format!(
            "<link rel=canonical href=https://www.phare.example/{number}><article class=corps><h1>Crue {number}</h1><p>{prose}</p>\
             <p>Notre cahier de la vallée numéro {number} est en vente chez tous les libraires.</p>\
             <p>{other} La suite, le {number}, sera dite demain.</p>\
             <p class=edito>La rédaction {} vous remercie de votre fidélité à nos colonnes.</p></article>",
            ["du soir", "entière", "locale"][number % 3],
        );
        let wanted = format!("{prose}\n{other} La suite, le {number}, sera dite demain.\n");
        Pair { name: format!("{number}.html"), is_html: true, raw, wanted }
    }

    #[test]
    fn phrases_and_selectors_are_proposed_with_evidence_and_written_on_request() {
        let pairs: Vec<Pair> = (0..3).map(page).collect();
        let learned = learn(&pairs, None).unwrap();
        assert_eq!((learned.pairs, learned.before), (3, Faults { extra: 6, missing: 0 }));
        assert_eq!(learned.after, Faults::default(), "{:#?}", learned.proposals);
        let told: Vec<(&str, usize, usize)> = learned
            .proposals
            .iter()
            .map(|proposal| (proposal.what.as_str(), proposal.hits, proposal.false_hits))
            .collect();
        assert!(
            told.iter().any(|(what, hits, wrong)| what.contains("Notre cahier") && (*hits, *wrong) == (3, 0))
        );
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(apply(&learned, folder.path()).unwrap(), learned.proposals.len());
        let again = learn(&pairs, Some(folder.path())).unwrap();
        assert_eq!((again.before, again.proposals.len()), (Faults::default(), 0));
    }

    #[test]
    fn what_begins_like_a_wanted_line_is_not_proposed() {
        let raw = |line: &str| format!("{}\n\n{line}\n\n{}\n", PROSE[0], PROSE[1]);
        let pair = |line: &str, wanted: &str| Pair {
            name: "a.txt".to_owned(),
            is_html: false,
            raw: raw(line),
            wanted: wanted.to_owned(),
        };
        let clean = format!("{}\n{}\n", PROSE[0], PROSE[1]);
        let line = |end: &str| format!("Le grand vestiaire des anciens élèves {end}");
        let unwanted = ["rouvre lundi", "ferme mardi", "attend jeudi"].map(|end| pair(&line(end), &clean));
        let found = learn(&unwanted, None).unwrap();
        assert_eq!((found.before.extra, found.after.extra), (3, 0), "{found:#?}");
        let wanted = line("a brûlé");
        let with_wanted = [&unwanted[..], &[pair(&wanted, &raw(&wanted))]].concat();
        let found = learn(&with_wanted, None).unwrap();
        assert_eq!(
            (found.before, found.after),
            (Faults { extra: 3, missing: 0 }, found.before),
            "{found:#?}"
        );
    }
}
