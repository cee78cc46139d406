//! What `tamis fetch` is to fetch: addresses from arguments, lists, feeds and sitemaps, each once, in that order.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::Path;

use url::Url;

use tamis::fetch::{FetchError, Fetcher, shown};
use tamis::record::Record;
use tamis::source::list::{self, parse_url};
use tamis::source::saved::STDIN;
use tamis::source::{feed, sitemap};

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
    /// Pages to fetch.
    pub tasks: Vec<Task>,
    /// Addresses and sources that came to nothing.
    pub failures: Vec<Record>,
    seen: HashSet<Url>,
}

impl Gathered {
    /// Credentials in an address are for the server alone: records do not keep them.
    fn add(&mut self, source: Option<&str>, url: Url) {
        if self.seen.insert(url.clone()) {
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
            self.add(None, entry.url);
        }
        let failures =
            invalid.into_iter().map(|line| Record::failure(&line.text, INVALID_URL, line.to_string()));
        self.failures.extend(failures);
        Ok(())
    }

    /// The entries of a feed.
    pub async fn feed(&mut self, address: &str, fetcher: &Fetcher) {
        let Some(url) = self.source_url(address) else { return };
        match fetcher.fetch_source(&url).await {
            Ok(page) => match feed::parse(&page.bytes, &page.final_url) {
                Ok(entries) => entries.into_iter().for_each(|entry| self.add(None, entry.url)),
                Err(error) => self.bad_source(address, &error.to_string()),
            },
            Err(error) => self.unreachable(address, &error),
        }
    }

    /// The pages of a sitemap and of those that it names.
    pub async fn sitemap(&mut self, address: &str, fetcher: &Fetcher) {
        let Some(url) = self.source_url(address) else { return };
        let mut walk = sitemap::Walk::new(url);
        while let Some(next) = walk.next_sitemap() {
            match fetcher.fetch_source(&next).await {
                Ok(page) => match walk.read(&page.bytes) {
                    Ok(pages) => pages.into_iter().for_each(|page| self.add(None, page.url)),
                    Err(error) => self.bad_source(next.as_str(), &error.to_string()),
                },
                Err(error) => self.unreachable(next.as_str(), &error),
            }
        }
        if walk.left_out() > 0 {
            tracing::warn!(
                "{address}: {} sitemaps were left out, the index is too deep or too long",
                walk.left_out()
            );
        }
    }

    fn source_url(&mut self, address: &str) -> Option<Url> {
        let url = parse_url(address);
        if let Err(reason) = &url {
            self.failures.push(Record::failure(address, INVALID_URL, format!("`{address}` {reason}")));
        }
        url.ok()
    }

    fn bad_source(&mut self, address: &str, reason: &str) {
        self.failures.push(Record::failure(address, BAD_SOURCE, reason).at(Some(address), None));
    }

    fn unreachable(&mut self, address: &str, error: &FetchError) {
        let record = Record::failure(address, error.status(), error.reason());
        self.failures.push(record.at(Some(address), None));
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
        for text in ["https://a.example/1#x", "a.example/2", "https://a.example/1"] {
            gathered.argument(text);
        }
        assert_eq!(gathered.tasks.len(), 1);
        assert_eq!(gathered.tasks[0].source, "https://a.example/1#x");
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
