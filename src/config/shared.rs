//! The `[state]` section: a state on PostgreSQL that many workers share, and what does not go with it.

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Config, OutputKind, mask};
use crate::error::Error;

/// A state that many workers share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StateOptions {
    /// The PostgreSQL database in the place of the file `job.state`; empty for the file.
    pub url: String,
    /// Seconds after which the work of a worker that is not heard of is for others.
    pub lease_seconds: u64,
}

impl Default for StateOptions {
    fn default() -> StateOptions {
        StateOptions { url: String::new(), lease_seconds: 30 }
    }
}

/// What is told where PostgreSQL is asked for and not built in.
pub(crate) const WITHOUT_POSTGRES: &str = "state.url asks for PostgreSQL, and this tamis was built without; install it \
    with `cargo install --path . --features postgres`, or leave state.url empty";

/// A worker renews its lease three times in this time; a day is longer than any database is away.
const LEASES: std::ops::RangeInclusive<u64> = 2..=86_400;

impl Config {
    /// The database that many workers share, if there is one.
    pub fn shared_state(&self) -> Option<&str> {
        Some(self.state.url.as_str()).filter(|url| !url.is_empty())
    }

    /// Finds settings that do not go with a shared state, or need one.
    pub(super) fn check_state(&self) -> Result<(), Error> {
        let Some(url) = self.shared_state() else {
            return match self.output.kind {
                OutputKind::Postgres => wrong("output.kind is \"postgres\", which needs [state] url"),
                _ => Ok(()),
            };
        };
        check_url(url)?;
        if !LEASES.contains(&self.state.lease_seconds) {
            let (least, most) = (LEASES.start(), LEASES.end());
            return wrong(&format!("state.lease_seconds is wrong; write {least} to {most}"));
        }
        self.check_sharing()
    }

    fn check_sharing(&self) -> Result<(), Error> {
        let special = self.fetch.hosts.values().filter_map(|host| host.per_host);
        match () {
            () if matches!(self.output.kind, OutputKind::Jsonl | OutputKind::Sqlite) => wrong(
                "one file cannot take the articles of many workers (state.url); write output.kind = \"postgres\", \
                 or \"folder\" if all workers see one folder",
            ),
            () if !self.sources.saved.is_empty() => wrong(
                "sources.saved names files of one machine, which other workers (state.url) do not have; leave it \
                 empty, and clean them with `tamis clean` or a configuration of their own",
            ),
            () if special.chain([self.fetch.per_host]).any(|requests| requests > 1) => wrong(
                "fetch.per_host is more than 1, but with state.url a host has one request at a time over all \
                 workers; write 1",
            ),
            () => Ok(()),
        }
    }
}

fn check_url(url: &str) -> Result<(), Error> {
    let parsed = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "postgres" | "postgresql"));
    match parsed {
        None => wrong(&format!(
            "state.url `{}` is no address of a database; write it as in \"postgres://user@db.example/tamis\"",
            mask::without_password(url)
        )),
        Some(_) if !cfg!(feature = "postgres") => wrong(WITHOUT_POSTGRES),
        Some(_) => Ok(()),
    }
}

fn wrong(message: &str) -> Result<(), Error> {
    Err(Error::Config(message.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        Config::from_toml(text, "my.toml")
            .unwrap()
            .check()
            .map_or_else(|error| error.to_string(), |()| String::new())
    }

    #[test]
    fn an_address_of_something_else_is_refused_without_its_password() {
        let message = problem("[state]\nurl = \"mysql://anna:hush@db.example/tamis\"\n");
        assert!(message.contains("postgres://") && message.contains("db.example"), "{message}");
        assert!(!message.contains("hush"), "{message}");
    }

    #[cfg(not(feature = "postgres"))]
    #[test]
    fn without_the_feature_the_message_names_it() {
        let message = problem("[state]\nurl = \"postgres://db.example/tamis\"\n");
        assert!(message.contains("--features postgres"), "{message}");
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn what_one_machine_has_alone_does_not_go_with_many_workers() {
        let url = "[state]\nurl = \"postgres://db.example/tamis\"\n";
        for (rest, part) in [
            ("[output]\nkind = \"jsonl\"\n", "one file"),
            ("[output]\nkind = \"sqlite\"\n", "one file"),
            ("[sources]\nsaved = [\"pages\"]\n", "sources.saved"),
            ("[fetch]\nper_host = 2\n", "per_host"),
            ("[fetch.hosts.\"a.example\"]\nper_host = 2\n", "per_host"),
        ] {
            let message = problem(&format!("{url}{rest}"));
            assert!(message.contains(part), "{rest}: {message}");
        }
        assert_eq!(problem(url), "");
        assert!(problem(&format!("{url}lease_seconds = 1\n")).contains("lease_seconds"));
    }

    #[test]
    fn articles_go_into_a_database_only_where_there_is_one() {
        assert!(problem("[output]\nkind = \"postgres\"\n").contains("[state] url"));
    }
}
