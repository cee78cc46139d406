//! What a careful reader of the report should do: each warning names the host, what was seen, and the option that
//! would help.

use super::plan::{SourceReport, Weight};
use super::report::{Report, counted};
use super::tally::HostTally;
use crate::config::Config;

/// Fewer pages than this may fail alike by chance.
const FEW: usize = 3;
/// One page in so many that fail alike is worth a word.
const SHARE: usize = 5;
/// Seconds on the network for one page, on average, at which a host is slow.
const SLOW_SECONDS: f64 = 5.0;
/// Who asked for a delay, as the fetcher says it, when it was not us.
const SETTINGS: &str = "settings";

/// The warnings of a run, by host.
pub(super) fn warnings(config: &Config, report: &Report) -> Vec<String> {
    let hosts = report.tally.hosts.iter();
    let mut found: Vec<String> = unread(config, report).into_iter().collect();
    found.extend(hosts.flat_map(|(name, host)| of_host(config, report.is_out_of_time(), name, host)));
    found
}

/// What to say of sources that the time did not suffice for.
fn unread(config: &Config, report: &Report) -> Option<String> {
    if !report.is_out_of_time() {
        return None;
    }
    let is_unread =
        |source: &&SourceReport| source.problems.iter().any(|problem| problem.weight == Weight::Unread);
    let unread = report.sources.iter().filter(is_unread).count();
    let is_empty = report.sources.is_empty();
    (unread > 0 || is_empty).then(|| {
        let what = if is_empty { "no source".to_owned() } else { counted(unread, "source") };
        let not = if is_empty { "" } else { "not " };
        format!(
            "{what} could {not}be read in the time of this run; raise job.time_budget_seconds (now {})",
            config.job.time_budget_seconds
        )
    })
}

fn of_host(config: &Config, is_out_of_time: bool, name: &str, host: &HostTally) -> Vec<String> {
    let mut found = Vec::new();
    // Who stopped the run knows why.
    found.extend(waiting(name, host).filter(|_| is_out_of_time));
    found.extend(holds(name, host));
    found.extend(slow(name, host));
    let alike = host.statuses.iter().filter(|(_, count)| **count >= FEW && **count * SHARE >= host.tried);
    found.extend(alike.filter_map(|(status, count)| {
        let advice = advice(config, name, status)?;
        Some(format!("{name}: {count} of {} pages ended as {status}; {advice}", host.tried.max(*count)))
    }));
    found
}

fn waiting(name: &str, host: &HostTally) -> Option<String> {
    if host.left == 0 {
        return None;
    }
    let left = if host.left == 1 { "1 URL is".to_owned() } else { format!("{} URLs are", host.left) };
    let delay = host.delay_seconds.unwrap_or_default();
    Some(match host.delay_reason {
        Some(reason) if reason != SETTINGS => format!(
            "{name} asked for {delay} s between requests ({reason}); {left} waiting for the next run; raise \
             job.time_budget_seconds or run more often"
        ),
        _ => format!(
            "{name}: {left} waiting for the next run; raise job.time_budget_seconds, or lower \
             fetch.hosts.\"{name}\".delay_seconds if the site agrees"
        ),
    })
}

fn holds(name: &str, host: &HostTally) -> Option<String> {
    let delay = host.delay_seconds.unwrap_or_default();
    (host.holds > 0).then(|| {
        format!(
            "{name} asked {} times to be left alone (429 or 503); raise fetch.hosts.\"{name}\".delay_seconds \
             (now {delay})",
            host.holds
        )
    })
}

fn slow(name: &str, host: &HostTally) -> Option<String> {
    let mean = host.network_seconds / host.tried.max(1) as f64;
    (host.tried >= FEW && mean >= SLOW_SECONDS).then(|| {
        format!(
            "{name} is slow: {mean:.1} s a page, {:.1} s at most; lower fetch.total_timeout_seconds to give up \
             sooner, or raise fetch.hosts.\"{name}\".per_host if the site agrees",
            host.slowest_seconds
        )
    })
}

/// The option that helps against a status, if there is one.
fn advice(config: &Config, host: &str, status: &str) -> Option<String> {
    let cookie = || format!("a cookie may help: fetch.hosts.\"{host}\".headers = {{ Cookie = \"...\" }}");
    Some(match status {
        "consent-wall" | "login-wall" => cookie(),
        "bot-check" | "forbidden" if config.fetch.contact.is_none() => {
            "set fetch.contact, so that the site knows who asks".to_owned()
        }
        "bot-check" | "forbidden" => "ask the site, or leave it out of the sources".to_owned(),
        "robots-denied" => "leave these pages out of the sources, or ask the site".to_owned(),
        "timeout" => {
            format!("raise fetch.read_timeout_seconds (now {})", config.fetch.read_timeout_seconds)
        }
        "host-silent" => {
            "it did not answer, and is asked again in a later run; leave it out if it is gone".to_owned()
        }
        "too-large" => format!("raise fetch.max_bytes (now {})", config.fetch.max_bytes),
        "too-short" => format!("lower clean.min_chars (now {}) if they are articles", config.clean.min_chars),
        "wrong-language" => format!("clean.languages asks for {}", config.clean.languages.join(", ")),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(host: HostTally) -> Vec<String> {
        of_host(&Config::default(), true, "a.example", &host)
    }

    #[test]
    fn a_crawl_delay_that_keeps_pages_waiting_is_named() {
        let host = HostTally {
            left: 40,
            delay_seconds: Some(30.0),
            delay_reason: Some("robots.txt Crawl-delay"),
            ..HostTally::default()
        };
        let found = of(host.clone());
        assert!(found[0].starts_with("a.example asked for 30 s between requests"), "{found:?}");
        assert!(found[0].contains("40 URLs are waiting"), "{found:?}");
        assert!(found[0].contains("job.time_budget_seconds"), "{found:?}");
        assert_eq!(of(HostTally { left: 0, ..host.clone() }), Vec::<String>::new());
        let stopped = of_host(&Config::default(), false, "a.example", &host);
        assert_eq!(stopped, Vec::<String>::new(), "no option helps against a wish to stop");
    }

    #[test]
    fn holds_and_slow_hosts_are_named_with_the_option() {
        let found = of(HostTally { tried: 4, holds: 2, network_seconds: 40.0, ..HostTally::default() });
        assert!(found[0].contains("asked 2 times") && found[0].contains("delay_seconds"), "{found:?}");
        assert!(found[1].contains("10.0 s a page") && found[1].contains("total_timeout"), "{found:?}");
    }

    #[test]
    fn many_pages_that_end_alike_are_worth_a_word() {
        let host = |tried, count| HostTally {
            tried,
            statuses: [("timeout".to_owned(), count)].into(),
            ..HostTally::default()
        };
        assert_eq!(of(host(100, 3)), Vec::<String>::new());
        assert_eq!(of(host(2, 2)), Vec::<String>::new());
        assert_eq!(
            of(host(10, 3)),
            ["a.example: 3 of 10 pages ended as timeout; raise fetch.read_timeout_seconds (now 20)"]
        );
    }
}
