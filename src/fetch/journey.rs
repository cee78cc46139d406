//! The way of one URL: from address to address along redirects, with repetitions on failure.
//!
//! At each address, in this order: guard, robots.txt, the host's turn, the request. So every rule holds for
//! redirects and repetitions as for the first request.

use std::time::Duration;

use tokio::time::Instant;
use url::Url;

use super::archive::Capture;
use super::error::{FetchError, FetchErrorKind, Phase, without_credentials};
use super::exchange::{Answer, Exchanged, Received, exchange};
use super::options::seconds;
use super::page::{Fetched, Page, Request, Wanted};
use super::retry::{self, Decision};
use super::{Engine, guard, robots};

/// Sites may redirect to the same address once, to set a cookie; more often is a loop.
const MOST_VISITS: usize = 2;

/// One URL under way.
pub(super) struct Journey<'a> {
    engine: &'a Engine,
    request: &'a Request,
    here: Url,
    redirects: Vec<Url>,
    attempts: u32,
    failures: u32,
    /// Whether the last request got any answer.
    answered: bool,
    /// Time on the network so far; waiting for a turn does not count.
    spent: Duration,
}

impl<'a> Journey<'a> {
    pub(super) fn new(engine: &'a Engine, request: &'a Request) -> Journey<'a> {
        Journey {
            engine,
            request,
            here: request.url.clone(),
            redirects: Vec::new(),
            attempts: 0,
            failures: 0,
            answered: false,
            spent: Duration::ZERO,
        }
    }

    /// Follows the URL to its page.
    pub(super) async fn travel(mut self) -> Result<Fetched, FetchError> {
        loop {
            match self.stop().await {
                Ok(Answer::Page(received)) => return Ok(Fetched::Page(self.page(received))),
                Ok(Answer::NotModified) => return Ok(Fetched::NotModified),
                Ok(Answer::Redirect(next)) => self.follow(next)?,
                Err(kind) => return Err(FetchError::new(&self.here, kind)),
            }
        }
    }

    /// One address of the way: may it be asked, and what does it answer.
    async fn stop(&mut self) -> Result<Answer, FetchErrorKind> {
        guard::check_url(&self.here, self.engine.options.allow_private)?;
        let host = self.engine.host(&self.here);
        host.check_silence()?;
        self.check_robots().await?;
        loop {
            let Exchanged { answer, capture } = self.attempt().await?;
            let kind = match answer {
                Ok(answer) => return self.archive(capture).await.map(|()| answer),
                Err(kind) => kind,
            };
            self.failures += 1;
            match retry::decide(&kind, self.failures, &self.engine.policy, retry::chance()) {
                Decision::Again(pause) if !self.left().is_zero() => {
                    self.engine.unless_stopped(tokio::time::sleep(pause)).await?;
                }
                _ => {
                    if !self.answered && kind.may_be_silence() {
                        host.note_silence();
                    }
                    return self.archive(capture).await.and(Err(kind));
                }
            }
        }
    }

    /// Keeps an answer that stands.
    async fn archive(&self, capture: Option<Capture>) -> Result<(), FetchErrorKind> {
        match (&self.engine.archive, capture) {
            (Some(archive), Some(capture)) => archive.add(capture).await,
            _ => Ok(()),
        }
    }

    async fn check_robots(&self) -> Result<(), FetchErrorKind> {
        if self.request.wanted == Wanted::Robots || !self.engine.options.respect_robots {
            return Ok(());
        }
        let rules = self.engine.robots_rules(&self.here).await?;
        self.engine.host(&self.here).set_crawl_delay(rules.crawl_delay());
        robots::check(&rules, &self.here)
    }

    /// One request, when the host's turn has come, within the time that is left. Fails if the turn does not come.
    async fn attempt(&mut self) -> Result<Exchanged, FetchErrorKind> {
        let host = self.engine.host(&self.here);
        let mut turn = self.engine.unless_stopped(host.turn(&self.engine.places)).await??;
        self.attempts += 1;
        let Engine { client, options, .. } = self.engine;
        let begin = Instant::now();
        let asking = exchange(client, options, self.request, &self.here, &mut turn);
        let outcome = tokio::time::timeout(self.left(), asking).await;
        self.spent += begin.elapsed();
        self.answered = turn.was_answered();
        let too_late =
            FetchErrorKind::Timeout { phase: Phase::Total, seconds: options.total_timeout_seconds };
        Ok(outcome.unwrap_or(Exchanged { answer: Err(too_late), capture: None }))
    }

    fn left(&self) -> Duration {
        seconds(self.engine.options.total_timeout_seconds).saturating_sub(self.spent)
    }

    fn follow(&mut self, mut next: Url) -> Result<(), FetchError> {
        next.set_fragment(None);
        let visits = self.redirects.iter().chain([&self.here]).filter(|visited| **visited == next).count();
        if self.redirects.len() >= self.most_redirects() || visits >= MOST_VISITS {
            let count = self.redirects.len();
            return Err(FetchError::new(&self.here, FetchErrorKind::TooManyRedirects { count }));
        }
        tracing::debug!(from = %without_credentials(&self.here), to = %without_credentials(&next), "redirect");
        self.redirects.push(std::mem::replace(&mut self.here, next));
        Ok(())
    }

    fn most_redirects(&self) -> usize {
        match self.request.wanted {
            Wanted::Robots => robots::MAX_REDIRECTS,
            Wanted::Page | Wanted::Source => self.engine.options.max_redirects,
        }
    }

    fn page(self, received: Received) -> Page {
        Page {
            url: without_credentials(&self.request.url),
            final_url: without_credentials(&self.here),
            status: received.status,
            content_type: received.content_type,
            etag: received.etag,
            last_modified: received.last_modified,
            bytes: received.bytes,
            elapsed: self.spent,
            attempts: self.attempts,
            redirects: self.redirects.iter().map(without_credentials).collect(),
        }
    }
}
