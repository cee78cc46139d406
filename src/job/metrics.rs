//! The report in Prometheus' text format, for node_exporter's textfile collector.
//!
//! All are gauges of the last run or of the state database: each run writes the file anew. A run that fails as a
//! whole leaves the file of the one before, whose age an alert can watch by `tamis_run_end_time_seconds`.

use std::fmt::Write;
use std::path::Path;

use jiff::Timestamp;

use super::report::Report;
use super::tally::HostTally;
use crate::error::Error;
use crate::sink::atomic;

/// Writes the file, whole.
pub(super) fn save(report: &Report, path: &Path, now: Timestamp) -> Result<(), Error> {
    atomic::write(path, render(report, now).as_bytes())?;
    atomic::sync_folder(atomic::folder_of(path))
}

fn render(report: &Report, now: Timestamp) -> String {
    let mut text = String::new();
    let tally = &report.tally;
    let end = f64::from(u32::try_from(now.as_second()).unwrap_or_default());
    metric(&mut text, "run_end_time_seconds", "When the last run ended.", [(String::new(), end)]);
    metric(&mut text, "run_duration_seconds", "How long it took.", [(String::new(), report.seconds)]);
    let stopped = f64::from(u8::from(report.stopped.is_some()));
    metric(&mut text, "run_stopped", "1 if it ended before all was done.", [(String::new(), stopped)]);
    let pages = [
        ("written", tally.written),
        ("changed", tally.changed),
        ("rejected", tally.rejected),
        ("failing", tally.failing),
        ("failed", tally.failed),
        ("unchanged", tally.unchanged),
        ("in_vain", tally.in_vain),
        ("duplicate", tally.duplicates),
        ("left", report.left),
    ];
    let pages = pages.map(|(outcome, count)| (label("outcome", outcome), number(count)));
    metric(&mut text, "run_pages", "Pages of the last run by outcome.", pages);
    let statuses = tally.statuses.iter().map(|(status, count)| (label("status", status), number(*count)));
    metric(&mut text, "run_statuses", "Pages tried in the last run by status.", statuses);
    let problems =
        report.sources.iter().map(|source| (label("source", &source.name), number(source.problems.len())));
    metric(&mut text, "run_source_problems", "What went wrong with each source.", problems);
    let states = report.states.iter().map(|(state, count)| (label("state", state), *count as f64));
    metric(&mut text, "pages", "Pages known over all runs by state.", states);
    hosts(&mut text, report);
    text
}

/// Name, help and value of a metric by host.
type OfHost = (&'static str, &'static str, fn(&HostTally) -> f64);

fn hosts(text: &mut String, report: &Report) {
    let metrics: [OfHost; 6] = [
        ("run_host_pages", "Pages tried by host.", |host| number(host.tried)),
        ("run_host_failed", "Pages that failed by host.", |host| number(host.failed)),
        ("run_host_left", "Pages left for the next run by host.", |host| number(host.left)),
        ("run_host_bytes", "Bytes read by host, decompressed.", |host| number(host.bytes)),
        ("run_host_network_seconds", "Time on the network by host.", |host| host.network_seconds),
        ("run_host_holds", "How often a host asked to be left alone.", |host| host.holds as f64),
    ];
    for (name, help, value) in metrics {
        let rows = report.tally.hosts.iter().map(|(name, host)| (label("host", name), value(host)));
        metric(text, name, help, rows);
    }
}

fn metric(text: &mut String, name: &str, help: &str, rows: impl IntoIterator<Item = (String, f64)>) {
    let _ = writeln!(text, "# HELP tamis_{name} {help}\n# TYPE tamis_{name} gauge");
    for (labels, value) in rows {
        let _ = writeln!(text, "tamis_{name}{labels} {value}");
    }
}

fn label(name: &str, value: &str) -> String {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("{{{name}=\"{value}\"}}")
}

fn number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::page_state::PageState;
    use crate::job::tally::tests::tallied;

    #[test]
    fn every_line_is_a_comment_or_a_metric_with_a_number() {
        let tally = tallied(&[(PageState::Done, "ok"), (PageState::Failing, "timeout")]);
        let report = Report { tally, seconds: 1.5, left: 3, ..Report::default() };
        let text = render(&report, "2026-01-01T00:00:00Z".parse().unwrap());
        for line in text.lines().filter(|line| !line.starts_with("# ")) {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with("tamis_") && value.parse::<f64>().is_ok(), "{line}");
        }
        assert!(text.contains("tamis_run_end_time_seconds 1767225600\n"), "{text}");
        assert!(text.contains("tamis_run_pages{outcome=\"left\"} 3\n"), "{text}");
        assert!(text.contains("tamis_run_host_failed{host=\"a.example\"} 1\n"), "{text}");
    }

    #[test]
    fn values_of_labels_are_escaped() {
        assert_eq!(label("source", "a\"b\\c\nd"), "{source=\"a\\\"b\\\\c\\nd\"}");
    }
}
