//! Turns at hosts that several processes share.
//!
//! A *gate* is brought by the caller, as a run brings its shared state. Without one, a fetcher keeps politeness by
//! itself, which is enough as long as no other process asks the same hosts.

use std::time::Duration;

use futures::future::BoxFuture;

/// What a gate says to who wants the turn at a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The turn is yours.
    Open,
    /// Try again after this time.
    Wait(Duration),
    /// There are no turns any more.
    Closed,
}

/// Shares turns at hosts among processes. Called from several tasks at once.
pub trait Gate: Send + Sync {
    /// Tries to take the turn at a host whose requests are to be `delay` apart.
    fn enter<'a>(&'a self, host: &'a str, delay: Duration) -> BoxFuture<'a, Entry>;
    /// Gives the turn back. Nobody is to ask the host before it has had this rest.
    fn leave(&self, host: &str, rest: Duration);
    /// Gives a host a rest after a request that took no turn.
    fn postpone(&self, host: &str, rest: Duration);
}
