//! What is known of a host: the delay in force and who asked for it, and what came of it.

use serde::Serialize;

/// What is known of a host, for the report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HostReport {
    /// Name of the host.
    pub host: String,
    /// The delay in force, in seconds.
    pub delay_seconds: f64,
    /// Who asked for it: `settings` or `robots.txt Crawl-delay`.
    pub delay_reason: &'static str,
    /// Requests made so far, robots.txt and redirects included.
    pub requests: u64,
    /// How often the host asked to be left alone (429, 503).
    pub holds: u64,
    /// URLs that wait for their turn now.
    pub waiting: usize,
}

impl std::fmt::Display for HostReport {
    /// One line: the delay in force, who asked for it, and what came of it.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let HostReport { host, delay_seconds, delay_reason, requests, holds, waiting } = self;
        write!(formatter, "{host}: {delay_seconds} s between requests ({delay_reason}), {requests} made")?;
        if *holds > 0 {
            write!(formatter, ", {holds} refused with 429 or 503")?;
        }
        if *waiting > 0 {
            write!(formatter, ", {waiting} waiting")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_says_the_delay_and_its_reason_and_what_is_unusual() {
        let quiet = HostReport {
            host: "a.example".to_owned(),
            delay_seconds: 2.5,
            delay_reason: "robots.txt Crawl-delay",
            requests: 7,
            holds: 0,
            waiting: 0,
        };
        let line = "a.example: 2.5 s between requests (robots.txt Crawl-delay), 7 made";
        assert_eq!(quiet.to_string(), line);
        let busy = HostReport { holds: 2, waiting: 40, ..quiet };
        assert_eq!(busy.to_string(), format!("{line}, 2 refused with 429 or 503, 40 waiting"));
    }
}
