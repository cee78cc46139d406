//! The settings of the fetcher: the `[fetch]` section of config.toml.
//!
//! Every duration is a number of seconds and says so in its name. [`FetchOptions::check`] finds what the
//! types cannot: a negative delay, a header with a line break, a proxy that is no address.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::render::RenderMode;
use crate::error::Error;

/// Longest time that any setting or server may ask for; keeps sums of instants away from overflow.
const LONGEST_SECONDS: f64 = 30.0 * 24.0 * 3600.0;

/// Value of [`FetchOptions::proxy`] that stands for `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`.
pub const PROXY_FROM_ENVIRONMENT: &str = "environment";

/// How to fetch. The defaults suit news sites.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FetchOptions {
    /// Name and version sent as `User-Agent`; the part before `/` is the name looked up in robots.txt.
    pub user_agent: String,
    /// A page or mail address where a site's owner reaches you; added to the user agent.
    pub contact: Option<String>,
    /// Least time between two requests to one host, in seconds. A longer Crawl-delay of robots.txt wins.
    pub delay_seconds: f64,
    /// Most requests under way at one host.
    pub per_host: usize,
    /// Most requests under way over all hosts.
    pub concurrency: usize,
    /// Longest wait for a connection, in seconds.
    pub connect_timeout_seconds: f64,
    /// Longest silence of a server, in seconds.
    pub read_timeout_seconds: f64,
    /// Longest time on the network for one URL with its redirects and retries, in seconds. Waiting for
    /// politeness does not count.
    pub total_timeout_seconds: f64,
    /// Largest body, in bytes, counted before and after decompression.
    pub max_bytes: usize,
    /// Most redirects followed for one URL.
    pub max_redirects: usize,
    /// How often a request is repeated after a transient failure.
    pub retries: u32,
    /// First pause after a failure, in seconds; doubles each time, with jitter.
    pub backoff_seconds: f64,
    /// Longest wait that a server may ask for within one run, in seconds (Retry-After, Crawl-delay, back-off).
    /// A URL that would have to wait longer ends as `host-busy`, for a later run.
    pub max_wait_seconds: f64,
    /// Whether robots.txt is asked for and obeyed.
    pub respect_robots: bool,
    /// How long a robots.txt is believed, in seconds.
    pub robots_expiry_seconds: f64,
    /// Whether loopback and private addresses may be reached, for tests and intranets.
    pub allow_private: bool,
    /// Proxy address as in `http://proxy.example:3128` or `socks5h://127.0.0.1:9050`, or `environment` to take
    /// it from there. The proxy resolves names itself, so private addresses behind names cannot be seen.
    pub proxy: Option<String>,
    /// A file with root certificates (PEM) that are believed beside those of the system, for the servers of a house.
    pub root_certificates: Option<PathBuf>,
    /// Whether a browser builds pages with their scripts before they are cleaned.
    pub render: RenderMode,
    /// The browser, Chromium or Chrome; without it, `chromium` and its other usual names are looked for in `PATH`.
    pub chromium: Option<PathBuf>,
    /// A web archive (WARC 1.1) to which everything fetched is appended; compressed if its name ends in `.gz`.
    pub warc: Option<PathBuf>,
    /// Headers sent with every request, as in `Accept-Language = "fr"`.
    pub headers: BTreeMap<String, String>,
    /// Settings of single hosts, by host name.
    pub hosts: BTreeMap<String, HostOptions>,
}

/// Settings of one host; what is not given is as in [`FetchOptions`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HostOptions {
    /// Least time between two requests, in seconds.
    pub delay_seconds: Option<f64>,
    /// Most requests under way.
    pub per_host: Option<usize>,
    /// Whether a browser builds its pages.
    pub render: Option<RenderMode>,
    /// Headers sent to this host only, as in `Authorization = "..."`.
    pub headers: BTreeMap<String, String>,
    /// Cookies that this host finds set, as in `consent = "all"`; those that it sets itself join or replace them.
    pub cookies: BTreeMap<String, String>,
}

impl Default for FetchOptions {
    fn default() -> FetchOptions {
        FetchOptions {
            user_agent: concat!("tamis/", env!("CARGO_PKG_VERSION")).to_owned(),
            contact: None,
            delay_seconds: 1.0,
            per_host: 1,
            concurrency: 16,
            connect_timeout_seconds: 10.0,
            read_timeout_seconds: 20.0,
            total_timeout_seconds: 60.0,
            max_bytes: 16 << 20,
            max_redirects: 10,
            retries: 2,
            backoff_seconds: 2.0,
            max_wait_seconds: 120.0,
            respect_robots: true,
            robots_expiry_seconds: 24.0 * 3600.0,
            allow_private: false,
            proxy: None,
            root_certificates: None,
            render: RenderMode::Never,
            chromium: None,
            warc: None,
            headers: BTreeMap::new(),
            hosts: BTreeMap::new(),
        }
    }
}

impl FetchOptions {
    /// The `User-Agent` as sent: the name, and where the owner of a site finds you.
    pub fn full_user_agent(&self) -> String {
        match &self.contact {
            Some(contact) => format!("{} (+{contact})", self.user_agent),
            None => format!("{} (article reader; no contact set)", self.user_agent),
        }
    }

    /// The name that robots.txt is searched for: the user agent up to its version.
    pub fn robots_name(&self) -> &str {
        let end = self.user_agent.find(['/', ' ', '(']).unwrap_or(self.user_agent.len());
        &self.user_agent[..end]
    }

    /// Finds settings that cannot work. The message names the key and what to write.
    pub fn check(&self) -> Result<(), Error> {
        if self.warc.as_deref().is_some_and(|path| path == Path::new("")) {
            return Err(wrong(
                "warc",
                "is empty; name a file, as in `archive.warc.gz`, or leave the key out",
            ));
        }
        self.check_proxy()?;
        self.check_times()?;
        self.check_counts()?;
        self.check_headers()?;
        self.hosts.iter().try_for_each(|(name, host)| host.check(name))
    }

    /// What is neither an address nor a host with its port would be taken for a host.
    fn check_proxy(&self) -> Result<(), Error> {
        let Some(proxy) = self.proxy.as_deref().filter(|proxy| *proxy != PROXY_FROM_ENVIRONMENT) else {
            return Ok(());
        };
        let port =
            proxy.rsplit_once(':').and_then(|(_, port)| port.trim_end_matches('/').parse::<u16>().ok());
        if proxy.contains("://") || port.is_some() {
            return Ok(());
        }
        Err(wrong("proxy", "is not an address; write http://host:port, socks5h://host:port or environment"))
    }

    fn check_times(&self) -> Result<(), Error> {
        let may_be_zero = [
            ("delay_seconds", self.delay_seconds),
            ("backoff_seconds", self.backoff_seconds),
            ("max_wait_seconds", self.max_wait_seconds),
            ("robots_expiry_seconds", self.robots_expiry_seconds),
        ];
        let positive = [
            ("connect_timeout_seconds", self.connect_timeout_seconds),
            ("read_timeout_seconds", self.read_timeout_seconds),
            ("total_timeout_seconds", self.total_timeout_seconds),
        ];
        may_be_zero.iter().try_for_each(|(key, value)| check_seconds(key, *value, true))?;
        positive.iter().try_for_each(|(key, value)| check_seconds(key, *value, false))
    }

    fn check_counts(&self) -> Result<(), Error> {
        check_count("per_host", self.per_host)?;
        check_count("concurrency", self.concurrency)?;
        check_count("max_bytes", self.max_bytes)
    }

    fn check_headers(&self) -> Result<(), Error> {
        if self.robots_name().is_empty() {
            return Err(wrong("user_agent", "must begin with a name, as in `tamis/0.1`"));
        }
        check_header_value("user_agent and contact", &self.full_user_agent())?;
        self.headers.iter().try_for_each(|(name, value)| check_header("headers", name, value))
    }
}

impl HostOptions {
    fn check(&self, name: &str) -> Result<(), Error> {
        let key = |field: &str| format!("hosts.\"{name}\".{field}");
        check_host_name(name)?;
        if let Some(delay) = self.delay_seconds {
            check_seconds(&key("delay_seconds"), delay, true)?;
        }
        if let Some(count) = self.per_host {
            check_count(&key("per_host"), count)?;
        }
        self.headers.iter().try_for_each(|(header, value)| check_header(&key("headers"), header, value))?;
        self.cookies.iter().try_for_each(|(cookie, value)| check_cookie(&key("cookies"), cookie, value))
    }
}

/// A number of seconds as a duration: never negative, never longer than the longest wait.
pub(super) fn seconds(value: f64) -> Duration {
    let bounded = if value.is_nan() { 0.0 } else { value.clamp(0.0, LONGEST_SECONDS) };
    Duration::from_secs_f64(bounded)
}

/// A duration that a server asks for, kept within bounds.
pub(super) fn bounded(asked: Duration) -> Duration {
    asked.min(seconds(LONGEST_SECONDS))
}

fn check_seconds(key: &str, value: f64, may_be_zero: bool) -> Result<(), Error> {
    let fits = value.is_finite() && (0.0..=LONGEST_SECONDS).contains(&value) && (may_be_zero || value > 0.0);
    if fits {
        return Ok(());
    }
    let least = if may_be_zero { "0 or more" } else { "more than 0" };
    Err(wrong(key, &format!("is {value}; write a number of seconds, {least} and at most {LONGEST_SECONDS}")))
}

/// The name of a host as addresses have it; settings under any other name would never count.
fn check_host_name(name: &str) -> Result<(), Error> {
    let address = if name.contains("://") { name.to_owned() } else { format!("http://{name}/") };
    let host = url::Url::parse(&address).ok().and_then(|url| url.host_str().map(str::to_owned));
    let key = format!("hosts.\"{name}\"");
    match host {
        Some(host) if host == name => Ok(()),
        Some(host) => Err(wrong(&key, &format!("is no name of a host; write fetch.hosts.\"{host}\""))),
        None => Err(wrong(&key, "is no name of a host; write it as in fetch.hosts.\"www.site.example\"")),
    }
}

fn check_count(key: &str, value: usize) -> Result<(), Error> {
    if value == 0 { Err(wrong(key, "is 0; write 1 or more")) } else { Ok(()) }
}

fn check_header(key: &str, name: &str, value: &str) -> Result<(), Error> {
    if reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_err() {
        return Err(wrong(key, &format!("`{name}` is not the name of a header")));
    }
    check_header_value(&format!("{key}.{name}"), value)
}

/// Beyond these characters browsers differ (RFC 6265, 4.1.1).
fn check_cookie(key: &str, name: &str, value: &str) -> Result<(), Error> {
    let fits = |text: &str| text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, ';' | ','));
    if name.is_empty() || name.contains('=') || !fits(name) || !fits(value) {
        let advice = "write name = \"value\", in letters without blanks, commas and semicolons";
        return Err(wrong(key, &format!("`{name}` or its value cannot be a cookie; {advice}")));
    }
    Ok(())
}

fn check_header_value(key: &str, value: &str) -> Result<(), Error> {
    match reqwest::header::HeaderValue::from_str(value) {
        Ok(_) => Ok(()),
        Err(_) => Err(wrong(key, "holds a character that a header cannot carry, such as a line break")),
    }
}

fn wrong(key: &str, message: &str) -> Error {
    Error::Config(format!("fetch.{key} {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(toml: &str) -> String {
        let options: FetchOptions = toml::from_str(toml).expect("well-formed settings");
        options.check().expect_err(toml).to_string()
    }

    #[test]
    fn defaults_pass_their_own_check() {
        FetchOptions::default().check().expect("the defaults work");
    }

    #[test]
    fn settings_survive_a_round_trip_through_toml() {
        let mut options =
            FetchOptions { contact: Some("me@example.org".to_owned()), ..FetchOptions::default() };
        options
            .hosts
            .insert("example.org".to_owned(), HostOptions { per_host: Some(2), ..Default::default() });
        let written = toml::to_string(&options).expect("written");
        assert_eq!(toml::from_str::<FetchOptions>(&written).expect("read again"), options);
    }

    #[test]
    fn unknown_keys_are_refused() {
        assert!(toml::from_str::<FetchOptions>("delay = 3").is_err());
        assert!(toml::from_str::<FetchOptions>("[hosts.\"a.org\"]\ndelay = 3").is_err());
    }

    #[test]
    fn impossible_figures_are_named_with_their_key() {
        for (toml, key) in [
            ("delay_seconds = -1.0", "fetch.delay_seconds"),
            ("delay_seconds = nan", "fetch.delay_seconds"),
            ("total_timeout_seconds = 0.0", "fetch.total_timeout_seconds"),
            ("max_wait_seconds = 1e300", "fetch.max_wait_seconds"),
            ("per_host = 0", "fetch.per_host"),
            ("warc = \"\"", "fetch.warc"),
            ("contact = \"a\\nb\"", "fetch.user_agent and contact"),
            ("[headers]\n\"a b\" = \"c\"", "fetch.headers"),
            (
                "[hosts.\"http://a.org/b\"]\nper_host = 1",
                "fetch.hosts.\"http://a.org/b\" is no name of a host",
            ),
            ("[hosts.\"127.0.0.1:8702\"]\nper_host = 1", "fetch.hosts.\"127.0.0.1:8702\" is no name"),
            ("[hosts.\"A.org\"]\nper_host = 1", "fetch.hosts.\"A.org\" is no name"),
            ("proxy = \"foo\"", "fetch.proxy"),
            ("[hosts.\"a.org\"]\nper_host = 0", "fetch.hosts.\"a.org\".per_host"),
            ("[hosts.\"a.org\".cookies]\na = \"b; c\"", "fetch.hosts.\"a.org\".cookies"),
        ] {
            assert!(complaint(toml).starts_with(key), "{toml}: {}", complaint(toml));
        }
    }

    #[test]
    fn user_agent_carries_the_contact_and_robots_sees_the_name() {
        let mut options = FetchOptions { user_agent: "lecteur/2.1".to_owned(), ..FetchOptions::default() };
        assert_eq!(options.full_user_agent(), "lecteur/2.1 (article reader; no contact set)");
        options.contact = Some("https://example.org/bot".to_owned());
        assert_eq!(options.full_user_agent(), "lecteur/2.1 (+https://example.org/bot)");
        assert_eq!(options.robots_name(), "lecteur");
    }

    #[test]
    fn seconds_are_bounded_whatever_the_number() {
        assert_eq!(seconds(f64::NAN), Duration::ZERO);
        assert_eq!(seconds(-5.0), Duration::ZERO);
        assert_eq!(seconds(f64::INFINITY), seconds(LONGEST_SECONDS));
        assert_eq!(bounded(Duration::MAX), seconds(LONGEST_SECONDS));
    }
}
