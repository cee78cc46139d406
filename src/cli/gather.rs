//! What `tamis fetch` is to fetch: addresses from arguments, lists, feeds and sitemaps, each once, in that order.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::Path;

use url::Url;

use tamis::fetch::{Fetcher, shown};
use tamis::record::Record;
use tamis::source::filter::Filter;
use tamis::source::list::{self, parse_url};
use tamis::source::normal::normalized;
use tamis::source::saved::STDIN;
use tamis::source::web::{self, Kind, Problem, shown_place};

/// Status of what is no address.
const INVALID_URL: &str = "invalid-url";

/// Status of a source that was fetched and is none.
const BAD_SOURCE: &str = "bad-source";

/// One page to fetch.
#[derive(Clone, Debug)]
pub struct Task {
    /// The address as it was given.
    pub source: String,
    /// The address.
    pub url: Url,
}

/// What was gathered.
#[derive(Debug, Default)]
pub struct Gathered {
    filter: Filter,
    /// Pages to fetch.
    pub tasks: Vec<Task>,
    /// Addresses and sources that came to nothing.
    pub failures: Vec<Record>,
    seen: HashSet<Url>,
}

impl Gathered {
    /// With the filter for pages that nobody named one by one.
    pub fn new(filter: Filter) -> Gathered {
        Gathered { filter, ..Gathered::default() }
    }

    /// Credentials in an address are for the server alone: records do not keep them.
    fn add(&mut self, source: Option<&str>, url: Url) {
        if self.seen.insert(normalized(&url)) {
            let secret = !url.username().is_empty() || url.password().is_some();
            let source = source.filter(|_| !secret).map_or_else(|| shown(&url), str::to_owned);
            self.tasks.push(Task { source, url });
        }
    }

    /// An address as given on the command line.
    pub fn argument(&mut self, text: &str) {
        match parse_url(text) {
            Ok(url) => self.add(Some(text), url),
            Err(reason) => {
                self.failures.push(Record::failure(text, INVALID_URL, format!("`{text}` {reason}")))
            }
        }
    }

    /// A list file, or standard input for `-`.
    pub fn list(&mut self, path: &str) -> Result<(), tamis::Error> {
        let bytes = if path == STDIN {
            std::io::read_to_string(std::io::stdin()).map(String::into_bytes)
        } else {
            std::fs::read(Path::new(path))
        };
        let bytes = bytes.map_err(tamis::Error::io("cannot read the list", path))?;
        let (entries, invalid) = list::parse(&String::from_utf8_lossy(&bytes), path);
        for entry in entries {
            if self.filter.wants(&entry.url, None) {
                self.add(None, entry.url);
            }
        }
        let failures =
            invalid.into_iter().map(|line| Record::failure(&line.text, INVALID_URL, line.to_string()));
        self.failures.extend(failures);
        Ok(())
    }

    /// The pages of a feed, of a sitemap and those below it, or of all that a site names of both.
    pub async fn source(&mut self, kind: Kind, address: &str, fetcher: &Fetcher) {
        let is_file = kind != Kind::Site && !web::is_address(address) && Path::new(address).exists();
        if let Some(reason) = parse_url(address).err().filter(|_| !is_file) {
            return self.failures.push(Record::failure(
                address,
                INVALID_URL,
                format!("`{address}` {reason}"),
            ));
        }
        let found = web::read(kind, address, &self.filter, fetcher).await;
        found.pages.into_iter().for_each(|page| self.add(None, page.url));
        for problem in found.problems {
            let (place, status) = match &problem {
                Problem::Fetch(error) => (error.url.clone(), error.status()),
                Problem::Format { place, .. } => (place.clone(), BAD_SOURCE),
                Problem::Place { .. } => (address.to_owned(), BAD_SOURCE),
            };
            let record = Record::failure(&place, status, problem.to_string());
            self.failures.push(record.at(Some(&place), None));
        }
        if found.filtered > 0 {
            tracing::info!(
                "{}: {} pages are not wanted by their age or address",
                shown_place(address),
                found.filtered
            );
        }
    }
}

/// One of each host in turn, so that a long list of one site does not keep the others waiting.
pub fn interleaved(tasks: Vec<Task>) -> VecDeque<Task> {
    let mut hosts: Vec<VecDeque<Task>> = Vec::new();
    let mut index: HashMap<String, usize> = HashMap::new();
    for task in tasks {
        let host = task.url.host_str().unwrap_or_default().to_owned();
        let place = *index.entry(host).or_insert_with(|| {
            hosts.push(VecDeque::new());
            hosts.len() - 1
        });
        hosts[place].push_back(task);
    }
    let mut turns = VecDeque::new();
    while !hosts.is_empty() {
        turns.extend(hosts.iter_mut().filter_map(VecDeque::pop_front));
        hosts.retain(|host| !host.is_empty());
    }
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_once_and_wrong_ones_are_kept_as_records() {
        let mut gathered = Gathered::default();
        for text in ["https://a.example/1?utm_source=x#x", "a.example/2", "https://a.example/1"] {
            gathered.argument(text);
        }
        assert_eq!(gathered.tasks.len(), 1);
        assert_eq!(gathered.tasks[0].source, "https://a.example/1?utm_source=x#x");
        assert_eq!(gathered.failures[0].status, "invalid-url");
    }

    #[test]
    fn hosts_take_turns() {
        let mut gathered = Gathered::default();
        for text in ["http://a/1", "http://a/2", "http://a/3", "http://b/1", "http://c/1", "http://c/2"] {
            gathered.argument(text);
        }
        let order: Vec<String> = interleaved(gathered.tasks).into_iter().map(|task| task.source).collect();
        assert_eq!(
            order,
            ["http://a/1", "http://b/1", "http://c/1", "http://a/2", "http://c/2", "http://a/3"]
        );
    }

    #[test]
    fn a_list_that_is_not_there_is_an_error_with_its_name() {
        let error = Gathered::default().list("no/such/list.txt").unwrap_err();
        assert!(error.to_string().starts_with("cannot read the list no/such/list.txt"), "{error}");
    }
}
