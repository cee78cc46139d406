//! What a run did: counts by status and host, sources, duration; for people and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde::Serialize;

use super::pages::LookAt;
use super::plan::{Plan, SourceReport, Weight};
pub use super::tally::{Doubled, Failed, HostTally, Tally};
use crate::error::Error;
use crate::record::Record;
use crate::sink::atomic;

/// Hosts in the table for people; the JSON has all.
const HOSTS_SHOWN: usize = 12;

/// How a run ended; the command line has an exit code for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All was done; rejected pages are part of it.
    Done,
    /// Some pages failed for good.
    PagesFailed,
    /// The configuration names something that is not there.
    Misconfigured,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// When it began, UTC, ISO 8601.
    pub started: String,
    /// How long it took.
    pub seconds: f64,
    /// Where the articles went.
    pub output: String,
    /// Why it ended before all was done: `shutdown` or `time-budget`.
    pub stopped: Option<String>,
    /// Pages that were to be tried and were not, because the run was stopped.
    pub left: usize,
    /// What the sources named.
    pub sources: Vec<SourceReport>,
    /// What the tries brought.
    #[serde(flatten)]
    pub tally: Tally,
    /// How many pages are in each state, over all runs.
    pub states: BTreeMap<String, u64>,
    /// Articles that a person should look at first.
    pub look_at: Vec<LookAt>,
    /// What should be looked at, with the option that would help.
    pub warnings: Vec<String>,
}

impl Report {
    /// How the run ended.
    pub fn outcome(&self) -> Outcome {
        match heaviest(&self.sources) {
            Some(Weight::Configuration) => Outcome::Misconfigured,
            Some(Weight::Stays) => Outcome::PagesFailed,
            _ if self.tally.failed > 0 => Outcome::PagesFailed,
            _ => Outcome::Done,
        }
    }

    /// Whether it ended because its time was over.
    pub(super) fn is_out_of_time(&self) -> bool {
        self.stopped.as_deref() == Some(super::TIME_BUDGET)
    }

    /// Everything in one line.
    pub fn line(&self) -> String {
        let tally = &self.tally;
        let mut line = format!(
            "{} tried: {} written, {} rejected, {} failed, {} to be tried again",
            counted(tally.tried, "page"),
            counted(tally.written, "article"),
            tally.rejected,
            tally.failed,
            tally.failing
        );
        for (count, what) in [
            (tally.changed, "changed"),
            (tally.rewritten, "written again"),
            (tally.unchanged, "unchanged"),
            (tally.in_vain, "asked again in vain"),
            (tally.duplicates, "doubled"),
        ] {
            if count > 0 {
                let _ = write!(line, ", {count} {what}");
            }
        }
        let known: usize = self.sources.iter().map(|source| source.known).sum();
        let _ = write!(line, "; {known} known; {:.1} s", self.seconds);
        if !self.started.is_empty() {
            let _ = write!(line, "; begun {}", self.started);
        }
        if let Some(stopped) = &self.stopped {
            let _ = write!(line, "; stopped ({stopped}), {} left for the next run", self.left);
        }
        line
    }

    /// Sources, statuses, hosts and the first failures, for people.
    pub fn table(&self) -> String {
        let mut text = sources_table(&self.sources);
        if self.tally.tried > 0 {
            text.push_str(&self.statuses_table());
            text.push_str(&self.hosts_table());
        }
        for failed in &self.tally.failures {
            let _ = writeln!(text, "{}: {}: {}", failed.status, failed.source, failed.reason);
        }
        for double in &self.tally.doubles {
            let _ = writeln!(text, "double: {}: {}", double.source, double.reason);
        }
        let _ = writeln!(text, "articles are in {}", self.output);
        text
    }

    /// Writes the report as JSON, whole.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let mut json = serde_json::to_vec_pretty(self).expect("a report is plain data");
        json.push(b'\n');
        atomic::write(path, &json)?;
        atomic::sync_folder(atomic::folder_of(path))
    }

    fn statuses_table(&self) -> String {
        let mut statuses: Vec<_> = self.tally.statuses.iter().collect();
        statuses.sort_by_key(|(name, count)| (*name != Record::OK, std::cmp::Reverse(**count)));
        let mut text = format!("\n{:<40} {:>7}\n", "status", "pages");
        for (name, count) in statuses {
            let _ = writeln!(text, "{name:<40} {count:>7}");
        }
        text
    }

    fn hosts_table(&self) -> String {
        let mut hosts: Vec<_> = self.tally.hosts.iter().collect();
        hosts.sort_by_key(|(_, host)| std::cmp::Reverse(host.tried));
        let titles = ["host", "tried", "articles", "rejected", "failed", "KiB", "s/page", "delay"];
        let [host, tried, articles, rejected, failed, size, pace, delay] = titles;
        let mut text = format!(
            "\n{host:<40} {tried:>7} {articles:>8} {rejected:>8} {failed:>7} {size:>8} {pace:>7} {delay:>6}\n"
        );
        for (name, host) in hosts.iter().take(HOSTS_SHOWN) {
            let HostTally { tried, articles, rejected, failed, bytes, .. } = host;
            let size = bytes.div_ceil(1024);
            let pace = host.network_seconds / (*tried).max(1) as f64;
            let delay = host.delay_seconds.map(|delay| format!("{delay:.1}")).unwrap_or_default();
            let _ = writeln!(
                text,
                "{name:<40} {tried:>7} {articles:>8} {rejected:>8} {failed:>7} {size:>8} {pace:>7.2} {delay:>6}"
            );
        }
        if hosts.len() > HOSTS_SHOWN {
            let _ = writeln!(text, "... and {} more", hosts.len() - HOSTS_SHOWN);
        }
        text.push('\n');
        text
    }
}

/// What would be done, for people.
pub fn plan_table(plan: &Plan) -> String {
    let mut text = sources_table(&plan.sources);
    let sum = |count: fn(&SourceReport) -> usize| plan.sources.iter().map(count).sum::<usize>();
    let (new, due, known) = (sum(|source| source.new), sum(|source| source.due), sum(|source| source.known));
    let _ = writeln!(text, "would try {}: {new} new, {due} due; {known} known", counted(new + due, "page"));
    text
}

/// How planning ended.
pub fn plan_outcome(plan: &Plan) -> Outcome {
    match heaviest(&plan.sources) {
        Some(Weight::Configuration) => Outcome::Misconfigured,
        _ => Outcome::Done,
    }
}

fn heaviest(sources: &[SourceReport]) -> Option<Weight> {
    sources.iter().flat_map(|source| &source.problems).map(|problem| problem.weight).max()
}

fn sources_table(sources: &[SourceReport]) -> String {
    let [source, new, due, known, doubled] = ["source", "new", "due", "known", "doubled"];
    let mut text = format!("{source:<40} {new:>7} {due:>8} {known:>8} {doubled:>7}\n");
    for source in sources {
        let SourceReport { name, new, due, known, doubled, filtered, problems } = source;
        let _ = writeln!(text, "{name:<40} {new:>7} {due:>8} {known:>8} {doubled:>7}");
        if *filtered > 0 {
            let _ = writeln!(text, "  not wanted by age or address: {filtered}");
        }
        for problem in problems {
            let _ = writeln!(text, "  problem: {}", problem.message);
        }
    }
    text
}

/// "1 page", "2 pages".
pub(super) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::page_state::PageState;
    use crate::job::plan::Problem;
    use crate::job::tally::tests::tallied;

    fn report(weight: Option<Weight>, failed: usize) -> Report {
        let problems = weight.map(|weight| Problem { message: "Why.".into(), weight }).into_iter().collect();
        let sources = vec![SourceReport { problems, ..SourceReport::default() }];
        Report { sources, tally: Tally { failed, ..Tally::default() }, ..Report::default() }
    }

    #[test]
    fn the_table_names_what_failed() {
        let tally = tallied(&[(PageState::Done, "ok"), (PageState::Gone, "not-found")]);
        let text = Report { tally, ..Report::default() }.table();
        assert!(text.contains("not-found: u: Because."), "{text}");
    }

    #[test]
    fn the_outcome_follows_the_worst_that_happened() {
        assert_eq!(report(None, 0).outcome(), Outcome::Done);
        assert_eq!(report(Some(Weight::MayPass), 0).outcome(), Outcome::Done);
        assert_eq!(report(Some(Weight::MayPass), 1).outcome(), Outcome::PagesFailed);
        assert_eq!(report(Some(Weight::Stays), 0).outcome(), Outcome::PagesFailed);
        assert_eq!(report(Some(Weight::Configuration), 1).outcome(), Outcome::Misconfigured);
    }
}
