//! Politeness: a [`Host`] decides when the next request to it may start.
//!
//! Terms: the *delay* is the least time from one answer to the next request; a *hold* is an instant before which
//! the host wants no request at all (Retry-After, or our own back-off after 429 and 503); a *turn* is the
//! permission to make one request, given back when it is dropped.
//!
//! The delay counts from the moment the last request was answered, not from when it was sent. So the server
//! never sees two requests closer than the delay, however long the first was on its way.
//!
//! Where other processes ask the same hosts, a [`Gate`] has the last word.

mod pace;
mod silence;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::error::FetchErrorKind;
use super::gate::{Entry, Gate};
use super::host_report::HostReport;
use super::options::{FetchOptions, bounded};
pub(super) use pace::HostRules;
use pace::Pace;
use silence::Silence;

/// One host: its delay, its permits, its back-off.
pub(super) struct Host {
    name: String,
    rules: HostRules,
    gate: Option<Arc<dyn Gate>>,
    permits: Semaphore,
    /// Held by the one task that is next to start, so that starts are spaced in order.
    line: tokio::sync::Mutex<()>,
    pace: Mutex<Pace>,
    silence: Mutex<Silence>,
    waiting: AtomicUsize,
}

impl Host {
    pub(super) fn new(name: &str, rules: HostRules, gate: Option<Arc<dyn Gate>>) -> Host {
        Host {
            name: name.to_owned(),
            rules,
            gate,
            permits: Semaphore::new(rules.per_host.max(1)),
            line: tokio::sync::Mutex::new(()),
            pace: Mutex::default(),
            silence: Mutex::default(),
            waiting: AtomicUsize::new(0),
        }
    }

    /// Waits until a request may start. This is the policy: a permit of the host, then one's place in line,
    /// then the delay and any hold, then a place among the requests to all hosts, then the turn among processes.
    pub(super) async fn turn<'a>(&'a self, all_hosts: &'a Semaphore) -> Result<Turn<'a>, FetchErrorKind> {
        let _waiting = Waiting::enter(&self.waiting);
        let permit = self.permits.acquire().await.ok(); // the semaphores are never closed
        let _line = self.line.lock().await;
        let place = loop {
            self.wait_for_start().await?;
            let place = all_hosts.acquire().await.ok();
            if self.enter().await? {
                break place;
            }
        };
        self.pace().begin();
        Ok(Turn { host: self, answered: false, _permit: permit, _place: place })
    }

    /// Takes the turn among processes; if it is not free, notes when it may be.
    async fn enter(&self) -> Result<bool, FetchErrorKind> {
        let Some(gate) = &self.gate else { return Ok(true) };
        let (delay, _) = self.pace().delay(&self.rules);
        match gate.enter(&self.name, delay).await {
            Entry::Open => Ok(true),
            Entry::Wait(wait) => {
                self.pace().elsewhere = Some(Instant::now() + wait);
                Ok(false)
            }
            Entry::Closed => Err(FetchErrorKind::Stopped),
        }
    }

    async fn wait_for_start(&self) -> Result<(), FetchErrorKind> {
        loop {
            let Some((until, reason)) = self.pace().earliest_start(&self.rules) else { return Ok(()) };
            let wait = until.saturating_duration_since(Instant::now());
            if wait.is_zero() {
                return Ok(());
            }
            // The delay of the settings is the user's own wish and never too long.
            if wait > self.rules.max_wait.max(self.rules.delay) {
                let limit = self.rules.max_wait.as_secs_f64();
                return Err(FetchErrorKind::HostBusy { wait, reason: reason.to_owned(), limit });
            }
            tokio::time::sleep_until(until).await;
        }
    }

    /// Notes a request of a page that is rendered: it waits for no turn, but the next turn waits for it.
    #[cfg(feature = "render")]
    pub(super) fn asked_beside(&self, code: u16, retry_after: Option<Duration>) {
        let rest = {
            let mut pace = self.pace();
            pace.begin();
            pace.answered(code, retry_after, &self.rules);
            pace.rest(&self.rules)
        };
        self.gate.iter().for_each(|gate| gate.postpone(&self.name, rest));
    }

    /// Fails while the host is let alone because it did not answer.
    pub(super) fn check_silence(&self) -> Result<(), FetchErrorKind> {
        self.silence().check()
    }

    /// Notes that an address got no answer at all.
    pub(super) fn note_silence(&self) {
        self.silence().note();
    }

    fn silence(&self) -> MutexGuard<'_, Silence> {
        self.silence.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over the Crawl-delay of robots.txt, or its absence.
    pub(super) fn set_crawl_delay(&self, crawl_delay: Option<Duration>) {
        self.pace().crawl_delay = crawl_delay.map(bounded);
    }

    pub(super) fn report(&self, name: &str) -> HostReport {
        let pace = self.pace();
        let (delay, delay_reason) = pace.delay(&self.rules);
        HostReport {
            host: name.to_owned(),
            delay_seconds: delay.as_secs_f64(),
            delay_reason,
            requests: pace.requests,
            holds: pace.holds,
            waiting: self.waiting.load(Ordering::Relaxed),
        }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The permission to make one request. Dropped when the body has been read.
pub(super) struct Turn<'a> {
    host: &'a Host,
    answered: bool,
    _permit: Option<SemaphorePermit<'a>>,
    _place: Option<SemaphorePermit<'a>>,
}

impl Turn<'_> {
    /// Whether the host answered anything.
    pub(super) fn was_answered(&self) -> bool {
        self.answered
    }

    /// Tells the host what it answered.
    pub(super) fn answered(&mut self, code: u16, retry_after: Option<Duration>) {
        self.answered = true;
        *self.host.silence() = Silence::default();
        self.host.pace().answered(code, retry_after, &self.host.rules);
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // A request that failed or was given up may still have reached the server.
        let rest = {
            let mut pace = self.host.pace();
            if !self.answered {
                pace.last = Some(Instant::now());
            }
            pace.rest(&self.host.rules)
        };
        self.host.gate.iter().for_each(|gate| gate.leave(&self.host.name, rest));
    }
}

/// Counts a task as waiting for as long as it lives.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(count: &'a AtomicUsize) -> Waiting<'a> {
        count.fetch_add(1, Ordering::Relaxed);
        Waiting(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// All hosts that were met, by name. http and https, and all ports of a name, are one host.
#[derive(Default)]
pub(super) struct Hosts {
    known: Mutex<HashMap<String, Arc<Host>>>,
    gate: Option<Arc<dyn Gate>>,
}

impl Hosts {
    /// None yet; other processes ask them, too, where there is a gate.
    pub(super) fn new(gate: Option<Arc<dyn Gate>>) -> Hosts {
        Hosts { known: Mutex::default(), gate }
    }

    /// The host of this name, made on first sight.
    pub(super) fn get(&self, name: &str, options: &FetchOptions) -> Arc<Host> {
        let mut known = self.known();
        if let Some(host) = known.get(name) {
            return Arc::clone(host);
        }
        let host = Arc::new(Host::new(name, HostRules::of(name, options), self.gate.clone()));
        known.insert(name.to_owned(), Arc::clone(&host));
        host
    }

    /// What is known of every host, in order of their names.
    pub(super) fn reports(&self) -> Vec<HostReport> {
        let mut reports: Vec<HostReport> =
            self.known().iter().map(|(name, host)| host.report(name)).collect();
        reports.sort_by(|one, other| one.host.cmp(&other.host));
        reports
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Arc<Host>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: HostRules = HostRules {
        delay: Duration::from_secs(1),
        per_host: 1,
        backoff: Duration::from_secs(4),
        max_wait: Duration::from_secs(60),
    };

    fn alone(rules: HostRules) -> Host {
        Host::new("a", rules, None)
    }

    /// Makes one request that is answered at once; returns when it started, on the paused clock.
    async fn request(host: &Host, code: u16, retry_after: Option<u64>) -> Instant {
        let all = Semaphore::new(1);
        let mut turn = host.turn(&all).await.expect("a turn");
        let started = Instant::now();
        turn.answered(code, retry_after.map(Duration::from_secs));
        started
    }

    #[tokio::test(start_paused = true)]
    async fn spaces_requests_by_the_delay_after_the_answer() {
        let host = alone(RULES);
        let all = Semaphore::new(1);
        let mut turn = host.turn(&all).await.expect("a turn");
        tokio::time::sleep(Duration::from_secs(5)).await;
        turn.answered(200, None);
        let answered = Instant::now();
        drop(turn);
        assert_eq!(request(&host, 200, None).await - answered, RULES.delay);
    }

    #[tokio::test(start_paused = true)]
    async fn spaces_requests_that_run_side_by_side() {
        let host = alone(HostRules { per_host: 3, ..RULES });
        let all = Semaphore::new(10);
        let begin = Instant::now();
        let mut turns = Vec::new();
        for _ in 0..3 {
            turns.push(host.turn(&all).await.expect("a turn"));
        }
        assert_eq!(begin.elapsed(), 2 * RULES.delay);
    }

    #[tokio::test(start_paused = true)]
    async fn crawl_delay_wins_when_it_is_longer() {
        let host = alone(RULES);
        let first = request(&host, 200, None).await;
        host.set_crawl_delay(Some(Duration::from_secs(7)));
        let second = request(&host, 200, None).await;
        assert_eq!(second - first, Duration::from_secs(7));
        assert_eq!(host.report("a").delay_reason, "robots.txt Crawl-delay");
        host.set_crawl_delay(Some(Duration::from_millis(1)));
        assert_eq!(request(&host, 200, None).await - second, RULES.delay);
        assert_eq!(host.report("a").delay_reason, "settings");
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_holds_the_whole_host() {
        let host = alone(RULES);
        let first = request(&host, 503, Some(20)).await;
        assert_eq!(request(&host, 200, None).await - first, Duration::from_secs(20));
    }

    #[tokio::test(start_paused = true)]
    async fn backs_off_longer_with_each_refusal_and_forgets_after_a_success() {
        let host = alone(RULES);
        let mut last = request(&host, 429, None).await;
        for (low, high) in [(2, 4), (4, 8), (8, 16)] {
            let next = request(&host, 429, None).await;
            let waited = next - last;
            assert!(waited >= Duration::from_secs(low) && waited <= Duration::from_secs(high), "{waited:?}");
            last = next;
        }
        request(&host, 200, None).await;
        let refused = request(&host, 429, None).await;
        assert!(request(&host, 200, None).await - refused <= RULES.backoff);
        assert_eq!(host.report("a").holds, 5);
    }

    #[tokio::test(start_paused = true)]
    async fn refuses_to_wait_longer_than_the_limit() {
        let host = alone(RULES);
        request(&host, 429, Some(3600)).await;
        let kind = host.turn(&Semaphore::new(1)).await.err().expect("too long a wait");
        assert_eq!(kind.status(), "host-busy");
        assert!(kind.to_string().contains("3600 s"), "{kind}");
        tokio::time::sleep(Duration::from_secs(3600)).await;
        request(&host, 200, None).await;
    }

    #[tokio::test(start_paused = true)]
    async fn the_delay_of_the_settings_may_be_longer_than_the_limit() {
        let host = alone(HostRules { delay: Duration::from_secs(300), ..RULES });
        let first = request(&host, 200, None).await;
        assert_eq!(request(&host, 200, None).await - first, Duration::from_secs(300));
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_is_given_up_frees_the_host() {
        let host = alone(RULES);
        let all = Semaphore::new(1);
        drop(host.turn(&all).await.expect("a turn"));
        request(&host, 200, None).await;
        assert_eq!(all.available_permits(), 1);
    }

    /// Another process that has the turn when it is first asked for.
    #[derive(Debug, Default)]
    struct Neighbour {
        asked: AtomicUsize,
        rests: Mutex<Vec<Duration>>,
    }

    impl Gate for Neighbour {
        fn enter<'a>(&'a self, _: &'a str, _: Duration) -> futures::future::BoxFuture<'a, Entry> {
            let first = self.asked.fetch_add(1, Ordering::Relaxed) == 0;
            Box::pin(async move { if first { Entry::Wait(Duration::from_secs(7)) } else { Entry::Open } })
        }

        fn leave(&self, _: &str, rest: Duration) {
            self.rests.lock().expect("rests").push(rest);
        }

        fn postpone(&self, _: &str, _: Duration) {}
    }

    #[tokio::test(start_paused = true)]
    async fn waits_for_other_processes_and_tells_them_of_its_delay_and_holds() {
        let neighbour = Arc::new(Neighbour::default());
        let host = Host::new("a", RULES, Some(neighbour.clone()));
        let begin = Instant::now();
        assert_eq!(request(&host, 200, None).await - begin, Duration::from_secs(7));
        request(&host, 503, Some(20)).await;
        assert_eq!(*neighbour.rests.lock().expect("rests"), [RULES.delay, Duration::from_secs(20)]);
        assert_eq!(neighbour.asked.load(Ordering::Relaxed), 3);
    }

    #[test]
    fn one_host_has_its_own_settings() {
        let mut options = FetchOptions::default();
        let own = crate::fetch::HostOptions { delay_seconds: Some(9.0), ..Default::default() };
        options.hosts.insert("slow.example".to_owned(), own);
        assert_eq!(HostRules::of("slow.example", &options).delay, Duration::from_secs(9));
        assert_eq!(HostRules::of("other.example", &options).delay, Duration::from_secs(1));
    }
}
