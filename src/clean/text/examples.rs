//! Runs the examples that rules carry: what they must remove, keep and cut.

use super::rule::{Example, Rule};
use super::{Line, Phrases, Verdict};

/// A line of an example, with its marks taken off.
struct Parsed {
    text: String,
    links: Vec<std::ops::Range<usize>>,
    html: bool,
    heading: bool,
    list_item: bool,
    /// Must stay although it stands in a `remove` example.
    stays: bool,
}

impl Parsed {
    fn new(written: &str) -> Parsed {
        let (stays, rest) = match written.strip_prefix("= ") {
            Some(rest) => (true, rest),
            None => (false, written),
        };
        let tag = ["<p>", "<h2>", "<li>"].into_iter().find(|tag| rest.starts_with(tag));
        let mut parsed = Parsed {
            text: String::new(),
            links: Vec::new(),
            html: tag.is_some(),
            heading: tag == Some("<h2>"),
            list_item: tag == Some("<li>"),
            stays,
        };
        parsed.read_links(&rest[tag.map_or(0, str::len)..]);
        parsed
    }

    fn read_links(&mut self, mut rest: &str) {
        while let Some((before, after)) = rest.split_once("<a>") {
            let (inside, after) = after.split_once("</a>").unwrap_or((after, ""));
            self.text.push_str(before);
            let start = self.text.len();
            self.text.push_str(inside);
            self.links.push(start..self.text.len());
            rest = after;
        }
        self.text.push_str(rest);
    }

    fn line(&self) -> Line<'_> {
        Line {
            text: &self.text,
            links: self.links.clone(),
            html: self.html,
            heading: self.heading,
            list_item: self.list_item,
        }
    }
}

/// Describes every example of a rule that fails.
pub(super) fn check(phrases: &Phrases, language: &str, rule: &Rule) -> Vec<String> {
    let mut failures = Vec::new();
    let alone = phrases.only(language, rule);
    for example in &rule.remove {
        failures.extend(check_removed(&alone, language, rule, example));
        failures.extend(check_kind(phrases, language, rule, example));
    }
    for example in &rule.keep {
        failures.extend(check_kept(phrases, language, rule, example));
    }
    for [line, rest] in &rule.cut {
        failures.extend(check_cut(&alone, language, rule, line, rest));
    }
    failures
}

/// With all rules the first line must go too, and be of the same kind.
fn check_kind(phrases: &Phrases, language: &str, rule: &Rule, example: &Example) -> Option<String> {
    let parsed = parse(example);
    let first = parsed.iter().position(|line| !line.stays)?;
    let verdict = judge(phrases, language, &parsed).swap_remove(first);
    let same = matches!(&verdict, Verdict::Remove { kind, .. } if *kind == rule.kind);
    (!same).then(|| format!("{}: with all rules `{}` gives {verdict:?}", rule.id, parsed[first].text))
}

/// This rule alone must take away all lines but those with `= `.
fn check_removed(phrases: &Phrases, language: &str, rule: &Rule, example: &Example) -> Option<String> {
    let parsed = parse(example);
    let verdicts = judge(phrases, language, &parsed);
    let right = |line: &Parsed, verdict: &Verdict| matches!(verdict, Verdict::Remove { .. }) != line.stays;
    let wrong = parsed.iter().zip(&verdicts).find(|(line, verdict)| !right(line, verdict))?;
    Some(format!("{}: remove: `{}` gives {:?}", rule.id, wrong.0.text, wrong.1))
}

fn check_kept(phrases: &Phrases, language: &str, rule: &Rule, example: &Example) -> Option<String> {
    let parsed = parse(example);
    let verdicts = judge(phrases, language, &parsed);
    let wrong = parsed.iter().zip(&verdicts).find(|(_, verdict)| **verdict != Verdict::Keep)?;
    Some(format!("{}: keep: `{}` gives {:?}", rule.id, wrong.0.text, wrong.1))
}

fn check_cut(phrases: &Phrases, language: &str, rule: &Rule, line: &str, rest: &str) -> Option<String> {
    let parsed = [Parsed::new(line)];
    let verdict = judge(phrases, language, &parsed).pop()?;
    let wrong = match &verdict {
        Verdict::Cut { ranges, .. } => {
            let left = super::apply_cut(&parsed[0].text, ranges);
            if left == rest { return None } else { left }
        }
        other => format!("{other:?}"),
    };
    Some(format!("{}: cut: `{}` gives {wrong}", rule.id, parsed[0].text))
}

fn parse(example: &Example) -> Vec<Parsed> {
    match example {
        Example::One(line) => vec![Parsed::new(line)],
        Example::Many(lines) => lines.iter().map(|line| Parsed::new(line)).collect(),
    }
}

fn judge(phrases: &Phrases, language: &str, parsed: &[Parsed]) -> Vec<Verdict> {
    let lines: Vec<Line<'_>> = parsed.iter().map(Parsed::line).collect();
    phrases.judge(&lines, Some(language))
}
