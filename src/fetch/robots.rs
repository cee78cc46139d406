//! robots.txt: what a site allows, and how fast (RFC 9309).
//!
//! Rules hold for one *origin* (scheme, host and port). They are asked for once, at the first URL of the
//! origin, and believed until they expire. What an answer means:
//!
//! | answer | meaning |
//! | --- | --- |
//! | 2xx | its rules, of the first 500 KiB |
//! | 4xx, too many redirects | no rules: everything is allowed |
//! | 429, 5xx, silence, broken body | unknown: nothing is fetched for now, but older rules stay in force |
//! | no connection, name, certificate; private | the URL itself fails for that reason |

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use robotxt::Robots;
use tokio::time::Instant;
use url::Url;

use super::error::FetchErrorKind;

/// Bytes of a robots.txt that are read; the RFC asks for at least 500 KiB.
pub(super) const MAX_BYTES: usize = robotxt::BYTE_LIMIT + 1; // the parser sees that there was more

/// Redirects of a robots.txt that are followed, as the RFC has it.
pub(super) const MAX_REDIRECTS: usize = 5;

/// How long an answer that says nothing is kept before robots.txt is asked for again.
const RETRY_AFTER_FAILURE: Duration = Duration::from_secs(5 * 60);

/// The rules of all origins that were met.
pub(super) struct RobotsCache {
    name: String,
    expiry: Duration,
    origins: Mutex<HashMap<String, Arc<Origin>>>,
}

/// One origin; the lock is held while its robots.txt is fetched, so that it is fetched once.
type Origin = tokio::sync::Mutex<Option<Known>>;

struct Known {
    verdict: Verdict,
    until: Instant,
}

/// What an answer to robots.txt means.
#[derive(Clone, Debug, PartialEq)]
enum Verdict {
    Rules(Arc<Robots>),
    Failed(FetchErrorKind),
}

impl RobotsCache {
    /// `name` is the product name that groups of robots.txt are searched for.
    pub(super) fn new(name: &str, expiry: Duration) -> RobotsCache {
        RobotsCache { name: name.to_owned(), expiry, origins: Mutex::default() }
    }

    /// The rules for a URL; `load` fetches its robots.txt when they are not known or have expired.
    pub(super) async fn rules<F>(
        &self,
        url: &Url,
        load: impl FnOnce() -> F,
    ) -> Result<Arc<Robots>, FetchErrorKind>
    where
        F: Future<Output = Result<Vec<u8>, FetchErrorKind>>,
    {
        let origin = self.origin(url);
        let mut slot = origin.lock().await;
        if let Some(known) = slot.as_ref()
            && Instant::now() < known.until
        {
            return known.verdict.clone().into_rules();
        }
        let fresh = verdict(&self.name, load().await);
        let known = self.remember(slot.take(), fresh);
        let rules = known.verdict.clone().into_rules();
        *slot = Some(known);
        rules
    }

    /// A failure does not undo rules that were read before.
    fn remember(&self, before: Option<Known>, fresh: Verdict) -> Known {
        let kept = match (before.map(|known| known.verdict), fresh) {
            (Some(Verdict::Rules(old)), Verdict::Failed(_)) => {
                return Known { verdict: Verdict::Rules(old), until: Instant::now() + RETRY_AFTER_FAILURE };
            }
            (_, fresh) => fresh,
        };
        let life = if matches!(kept, Verdict::Rules(_)) { self.expiry } else { RETRY_AFTER_FAILURE };
        Known { verdict: kept, until: Instant::now() + life }
    }

    fn origin(&self, url: &Url) -> Arc<Origin> {
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(origins.entry(url.origin().ascii_serialization()).or_default())
    }
}

impl Verdict {
    fn into_rules(self) -> Result<Arc<Robots>, FetchErrorKind> {
        match self {
            Verdict::Rules(rules) => Ok(rules),
            Verdict::Failed(kind) => Err(kind),
        }
    }
}

/// What an answer to robots.txt means; see the table above.
fn verdict(name: &str, answer: Result<Vec<u8>, FetchErrorKind>) -> Verdict {
    use FetchErrorKind as Kind;
    match answer {
        Ok(bytes) => Verdict::Rules(Arc::new(Robots::parse(&bytes, name))),
        Err(kind) if means_no_rules(&kind) => Verdict::Rules(Arc::new(Robots::allow_all())),
        Err(kind @ (Kind::Dns { .. } | Kind::Connect { .. } | Kind::Tls { .. })) => Verdict::Failed(kind),
        Err(kind @ (Kind::PrivateAddress { .. } | Kind::HostBusy { .. })) => Verdict::Failed(kind),
        Err(kind @ (Kind::HostSilent { .. } | Kind::Stopped)) => Verdict::Failed(kind),
        Err(kind) => Verdict::Failed(Kind::RobotsUnavailable { detail: kind.to_string() }),
    }
}

/// Whether a failure means that the site has no rules.
pub(super) fn means_no_rules(kind: &FetchErrorKind) -> bool {
    match kind {
        FetchErrorKind::Status { code, .. } => (400..500).contains(code) && *code != 429,
        FetchErrorKind::TooManyRedirects { .. } => true,
        _ => false,
    }
}

/// Whether the rules let a URL be fetched.
pub(super) fn check(rules: &Robots, url: &Url) -> Result<(), FetchErrorKind> {
    if rules.is_url_allowed(url) {
        return Ok(());
    }
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let rule = rules.matching_rule(path).map_or("/", |rule| rule.pattern());
    Err(FetchErrorKind::RobotsDenied { rule: rule.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(path: &str) -> Url {
        Url::parse("https://example.org").and_then(|base| base.join(path)).expect(path)
    }

    fn rules(text: &str) -> Arc<Robots> {
        verdict("tamis", Ok(text.as_bytes().to_vec())).into_rules().expect("rules")
    }

    fn status(code: u16) -> FetchErrorKind {
        FetchErrorKind::Status { code, retry_after: None }
    }

    #[test]
    fn obeys_the_group_of_its_own_name() {
        let text =
            "User-agent: *\nDisallow: /\n\nUser-agent: Tamis\nDisallow: /prive/\nAllow: /prive/ouvert\n";
        let rules = rules(text);
        assert_eq!(check(&rules, &url("/actualites?page=2")), Ok(()));
        assert_eq!(check(&rules, &url("/prive/ouvert/1")), Ok(()));
        let kind = check(&rules, &url("/prive/1")).expect_err("denied");
        assert_eq!(
            (kind.status(), kind.to_string().contains("`Disallow: /prive/`")),
            ("robots-denied", true)
        );
    }

    #[test]
    fn falls_back_to_the_group_for_everyone() {
        let rules =
            rules("User-agent: other\nDisallow: /\n\nUser-agent: *\nDisallow: /*.pdf$\nCrawl-delay: 2.5\n");
        assert_eq!(check(&rules, &url("/a.html")), Ok(()));
        assert!(check(&rules, &url("/a.pdf")).is_err());
        assert_eq!(rules.crawl_delay(), Some(Duration::from_millis(2500)));
    }

    #[test]
    fn answers_mean_what_the_table_says() {
        let detail = || "x".to_owned();
        let table = [
            (status(404), "allowed"),
            (status(401), "allowed"),
            (status(403), "allowed"),
            (FetchErrorKind::TooManyRedirects { count: 5 }, "allowed"),
            (status(429), "robots-unavailable"),
            (status(500), "robots-unavailable"),
            (status(503), "robots-unavailable"),
            (FetchErrorKind::Truncated { detail: detail() }, "robots-unavailable"),
            (FetchErrorKind::BadResponse { detail: detail() }, "robots-unavailable"),
            (FetchErrorKind::Connect { detail: detail() }, "connect-failed"),
            (FetchErrorKind::Dns { detail: detail() }, "dns-failed"),
            (FetchErrorKind::Tls { detail: detail() }, "tls-failed"),
            (FetchErrorKind::PrivateAddress { address: detail() }, "private-address"),
        ];
        for (kind, meaning) in table {
            let found = match verdict("tamis", Err(kind.clone())).into_rules() {
                Ok(rules) => check(&rules, &url("/a")).map_or("denied", |()| "allowed"),
                Err(kind) => kind.status(),
            };
            assert_eq!(found, meaning, "{kind:?}");
        }
    }

    #[test]
    fn any_bytes_are_read_without_complaint() {
        for text in
            ["", "\u{feff}", "<html><body>Not found</body></html>", "Disallow: /", "User-agent: tamis"]
        {
            assert_eq!(check(&rules(text), &url("/a")), Ok(()), "{text}");
        }
        let verdict = verdict("tamis", Ok(vec![0xff; 1000])).into_rules().expect("rules");
        assert_eq!(check(&verdict, &url("/a")), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn is_fetched_once_until_it_expires() {
        let cache = RobotsCache::new("tamis", Duration::from_secs(60));
        let denied =
            async || cache.rules(&url("/a"), || async { Ok(b"User-agent: *\nDisallow: /".to_vec()) }).await;
        let never = || async { unreachable!("asked again before its expiry") };
        denied().await.expect("rules");
        assert!(check(&cache.rules(&url("/b"), never).await.expect("rules"), &url("/b")).is_err());
        tokio::time::advance(Duration::from_secs(61)).await;
        let fresh = cache.rules(&url("/b"), || async { Ok(Vec::new()) }).await.expect("rules");
        assert_eq!(check(&fresh, &url("/b")), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_tried_again_soon_and_keeps_older_rules() {
        let cache = RobotsCache::new("tamis", Duration::from_secs(60));
        let failing = async || cache.rules(&url("/a"), || async { Err(status(500)) }).await;
        assert_eq!(failing().await.expect_err("unknown").status(), "robots-unavailable");
        tokio::time::advance(RETRY_AFTER_FAILURE).await;
        cache
            .rules(&url("/a"), || async { Ok(b"User-agent: *\nDisallow: /a".to_vec()) })
            .await
            .expect("rules");
        tokio::time::advance(Duration::from_secs(61)).await;
        assert!(check(&failing().await.expect("older rules"), &url("/a")).is_err());
    }

    #[tokio::test]
    async fn each_origin_has_its_own_rules() {
        let cache = RobotsCache::new("tamis", Duration::from_secs(60));
        let deny = || async { Ok(b"User-agent: *\nDisallow: /".to_vec()) };
        cache.rules(&url("/a"), deny).await.expect("rules");
        let other = Url::parse("https://example.org:8443/a").expect("a URL");
        let rules = cache.rules(&other, || async { Ok(Vec::new()) }).await.expect("rules");
        assert_eq!(check(&rules, &other), Ok(()));
    }
}
