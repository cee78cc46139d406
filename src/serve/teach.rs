//! Teaching: what could be done, what it would change, doing it, undoing it.
//!
//! `apply` takes the number of a preview and nothing else, so that nothing is written that was not shown.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use super::answer::{Answer, Refusal};
use super::bench::{Bench, Cleaners, Preview};
use super::look::{View, apart};
use crate::inspect::Inspection;
use crate::options::Focus;
use crate::workbench::proposal::host;
use crate::workbench::{Aim, Draft, Lesson, PageChange, compare, propose as proposals};

/// Saved pages on which a rule is tried.
const MAX_TRIED: usize = 300;
/// Changed pages that are shown one by one.
const MAX_SHOWN: usize = 30;

/// A block of an opened page, and what is to become of it.
#[derive(Debug, Deserialize)]
pub(super) struct Wish {
    #[serde(flatten)]
    view: View,
    index: usize,
    aim: Aim,
}

/// Which rules could be taught on a block.
pub(super) async fn propose(State(bench): State<Arc<Bench>>, Json(wish): Json<Wish>) -> Answer<Value> {
    apart(move || {
        let page = inspect(&bench, wish.view)?;
        Ok(json!(proposals(&page, wish.index, wish.aim)))
    })
    .await
}

/// A lesson on a block of an opened page.
#[derive(Debug, Deserialize)]
pub(super) struct Trial {
    #[serde(flatten)]
    view: View,
    index: usize,
    lesson: Lesson,
}

/// What a lesson would change: the file, this page, and saved ones of the same site; of all sites for a phrase.
pub(super) async fn preview(State(bench): State<Arc<Bench>>, Json(trial): Json<Trial>) -> Answer<Value> {
    apart(move || {
        let page = inspect(&bench, trial.view)?;
        let draft = trial.lesson.draft(&bench.overlay, &page, trial.index)?;
        let old = bench.cleaners();
        let new = Cleaners::new(&bench.overlay.rules_with(&draft)?, &bench.options);
        let opened = bench.opened(trial.view.page)?;
        let focus = trial.view.focus;
        let here = compare(&opened.name, &opened.html, opened.url.as_ref(), old.of(focus), new.of(focus));
        let site = host(&page);
        let note = note(&trial.lesson, site.as_deref());
        let site = site.filter(|_| matches!(trial.lesson, Lesson::Selector { .. }));
        let others = others(&bench, site.as_deref(), &old, &new, focus);
        let (file, written) = (draft.file().to_owned(), written(&draft));
        let preview = bench.show(Preview { draft, note: note.clone() });
        Ok(json!({
            "preview": preview, "note": note, "file": file, "written": written, "here": here, "site": site,
            "others": others,
        }))
    })
    .await
}

fn inspect(bench: &Bench, view: View) -> Result<Inspection, Refusal> {
    let opened = bench.opened(view.page)?;
    let no_page = |rejection: crate::Rejection| {
        Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, format!("nothing can be taught here: {rejection}"))
    };
    opened.inspect(bench.cleaners().of(view.focus)).map_err(no_page)
}

/// What changes on saved pages: counts over all that were tried, and the first ones that change.
fn others(bench: &Bench, site: Option<&str>, old: &Cleaners, new: &Cleaners, focus: Focus) -> Value {
    let library = bench.library();
    let all = library.of_site(site);
    let try_one = |id: &usize| -> Option<PageChange> {
        let (page, url) = library.load(*id, bench.options.clean.max_bytes)?;
        let text = crate::decode::decode(&page.bytes, page.content_type.as_deref(), url.as_ref()).text;
        Some(compare(&page.name, &text, url.as_ref(), old.of(focus), new.of(focus)))
    };
    let step = all.len().div_ceil(MAX_TRIED).max(1);
    let tried: Vec<&usize> = all.iter().step_by(step).collect();
    let changes: Vec<PageChange> = tried.par_iter().filter_map(|id| try_one(id)).collect();
    let changed: Vec<&PageChange> = changes.iter().filter(|change| change.is_change()).collect();
    let sum = |count: fn(&PageChange) -> usize| changes.iter().map(count).sum::<usize>();
    json!({
        "saved": all.len(), "tried": changes.len(), "changed": changed.len(),
        "before": { "blocks": sum(|change| change.before.blocks), "chars": sum(|change| change.before.chars) },
        "after": { "blocks": sum(|change| change.after.blocks), "chars": sum(|change| change.after.chars) },
        "pages": &changed[..changed.len().min(MAX_SHOWN)],
    })
}

/// The lines that a draft adds.
fn written(draft: &Draft) -> String {
    let change = TextDiff::from_lines(draft.before().unwrap_or_default(), draft.after());
    let added = change.iter_all_changes().filter(|line| line.tag() == ChangeTag::Insert);
    added.map(|line| line.value()).collect()
}

/// A lesson in a few words, for the history.
fn note(lesson: &Lesson, site: Option<&str>) -> String {
    let site = site.unwrap_or("?");
    match lesson {
        Lesson::Selector { aim: Aim::Remove, selector } => format!("{site}: − {selector}"),
        Lesson::Selector { aim: Aim::Keep, selector } => format!("{site}: + {selector}"),
        Lesson::Selector { aim: Aim::Body, selector } => format!("{site}: body {selector}"),
        Lesson::Phrase { phrase, .. } => format!("− “{phrase}”"),
        Lesson::Exception { rule, phrase } => format!("{rule}: + “{phrase}”"),
    }
}

/// A preview that is to be applied.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Approval {
    preview: usize,
}

/// Writes what a preview showed.
pub(super) async fn apply(State(bench): State<Arc<Bench>>, Json(approval): Json<Approval>) -> Answer<Value> {
    apart(move || {
        let note = bench.apply(approval.preview)?;
        Ok(json!({ "done": note, "history": bench.overlay.history()? }))
    })
    .await
}

/// Takes the last change back.
pub(super) async fn undo(State(bench): State<Arc<Bench>>) -> Answer<Value> {
    apart(move || {
        let undone = bench.undo()?;
        Ok(json!({ "undone": undone, "history": bench.overlay.history()? }))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_say_what_was_taught() {
        let lesson = Lesson::Selector { aim: Aim::Remove, selector: ".promo".to_owned() };
        assert_eq!(note(&lesson, Some("a.example")), "a.example: − .promo");
    }
}
