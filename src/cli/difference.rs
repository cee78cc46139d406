//! The difference between an accepted output and today's, for people: whole paragraphs that came or went, and the words
//! that changed within one.

use similar::{ChangeTag, DiffOp, DiffTag, TextDiff, capture_diff_slices};

use super::accepted::Entry;

/// Characters of an unchanged paragraph or stretch of words that are shown for orientation.
const SHOWN_CHARS: usize = 40;
/// Two paragraphs with a smaller share of words in common are no versions of each other.
const MIN_RATIO: f32 = 0.5;

/// The difference, a line a change; none if there is none.
pub fn difference(accepted: &Entry, today: &Entry) -> Option<String> {
    if accepted == today {
        return None;
    }
    let fields = [
        ("status", accepted.status.clone(), today.status.clone()),
        ("title", shown(&accepted.title), shown(&today.title)),
        ("authors", accepted.authors.join(", "), today.authors.join(", ")),
        ("date", shown(&accepted.date), shown(&today.date)),
        ("language", shown(&accepted.language), shown(&today.language)),
    ];
    let changed = fields.into_iter().filter(|(_, before, now)| before != now);
    let mut lines: Vec<String> = changed
        .flat_map(|(name, before, now)| [format!("- {name}: {before}"), format!("+ {name}: {now}")])
        .collect();
    lines.extend(paragraphs(&accepted.text, &today.text));
    Some(lines.iter().map(|line| format!("  {line}\n")).collect())
}

fn shown(value: &Option<String>) -> String {
    value.clone().unwrap_or_else(|| "(none)".to_owned())
}

fn paragraphs(before: &str, now: &str) -> Vec<String> {
    let split =
        |text: &'_ str| text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (before, now) = (split(before), split(now));
    let changes = capture_diff_slices(similar::Algorithm::Myers, &before, &now);
    changes.iter().flat_map(|change| render(change, &before, &now)).collect()
}

fn render(change: &DiffOp, before: &[String], now: &[String]) -> Vec<String> {
    let (old, new) = (&before[change.old_range()], &now[change.new_range()]);
    match change.tag() {
        DiffTag::Equal => match old.last() {
            Some(last) => vec![format!("  {}", start(last))],
            None => Vec::new(),
        },
        DiffTag::Replace if old.len() == new.len() => {
            old.iter().zip(new).flat_map(|(old, new)| replaced(old, new)).collect()
        }
        _ => {
            let gone = old.iter().map(|text| format!("- {text}"));
            gone.chain(new.iter().map(|text| format!("+ {text}"))).collect()
        }
    }
}

/// A changed paragraph; two that have little in common are shown one after the other.
fn replaced(old: &str, new: &str) -> Vec<String> {
    let diff = TextDiff::from_words(old, new);
    if diff.ratio() < MIN_RATIO {
        return vec![format!("- {old}"), format!("+ {new}")];
    }
    let changes: Vec<(ChangeTag, &str)> =
        diff.iter_all_changes().map(|change| (change.tag(), change.value())).collect();
    vec![format!("~ {}", words(&changes))]
}

/// `… the same [-gone-]{+new+} the same …`
fn words(changes: &[(ChangeTag, &str)]) -> String {
    let mut runs: Vec<(ChangeTag, String)> = Vec::new();
    for (tag, value) in changes {
        match runs.last_mut() {
            Some((known, run)) if known == tag => run.push_str(value),
            _ => runs.push((*tag, (*value).to_owned())),
        }
    }
    let last = runs.len().saturating_sub(1);
    let render = |(index, (tag, run)): (usize, &(ChangeTag, String))| match tag {
        ChangeTag::Delete => format!("[-{run}-]"),
        ChangeTag::Insert => format!("{{+{run}+}}"),
        ChangeTag::Equal if index == 0 => end(run),
        ChangeTag::Equal if index == last => start(run),
        ChangeTag::Equal if run.chars().count() > 2 * SHOWN_CHARS => format!("{} {}", start(run), end(run)),
        ChangeTag::Equal => run.clone(),
    };
    runs.iter().enumerate().map(render).collect()
}

fn start(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

fn end(text: &str) -> String {
    let cut = text.char_indices().rev().nth(SHOWN_CHARS - 1).map_or(0, |(cut, _)| cut);
    if cut == 0 { text.to_owned() } else { format!("…{}", &text[cut..]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> Entry {
        Entry { source: "a.html".into(), status: "ok".into(), text: text.into(), ..Entry::default() }
    }

    #[test]
    fn paragraphs_that_came_or_went_are_shown_whole() {
        let found =
            difference(&entry("Un.\n\nLire aussi\n\nDeux."), &entry("Un.\n\nDeux.\n\nTrois.")).unwrap();
        assert_eq!(found, "    Un.\n  - Lire aussi\n    Deux.\n  + Trois.\n");
        assert_eq!(difference(&entry("Un."), &entry("Un.")), None);
    }

    #[test]
    fn within_a_paragraph_the_words_are_shown() {
        let long = "Le préfet a signé l’arrêté qui interdit l’arrosage dans les douze";
        let found =
            difference(&entry(&format!("{long} communes.")), &entry(&format!("{long} villages."))).unwrap();
        assert!(
            found.starts_with("  ~ …") && found.ends_with("les douze [-communes.-]{+villages.+}\n"),
            "{found}"
        );
    }

    #[test]
    fn paragraphs_with_nothing_in_common_are_shown_whole() {
        let found = difference(&entry("Un deux trois."), &entry("Quatre cinq six.")).unwrap();
        assert_eq!(found, "  - Un deux trois.\n  + Quatre cinq six.\n");
    }

    #[test]
    fn metadata_counts() {
        let titled = Entry { title: Some("T".into()), ..entry("Un.") };
        let found = difference(&entry("Un."), &titled).unwrap();
        assert_eq!(found, "  - title: (none)\n  + title: T\n    Un.\n");
    }
}
