//! Single flight: tasks that ask for the same thing at the same time share one request.
//!
//! A *flight* is a request under way with everyone who waits for it. It goes on as long as one of them waits,
//! and is forgotten when it ends: the next one who asks makes a new request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared, WeakShared};

use super::error::FetchError;
use super::page::{Fetched, Request};

type Outcome = Result<Arc<Fetched>, FetchError>;
type Flight = BoxFuture<'static, Outcome>;

/// Entries of flights that everyone left are swept out past this number.
const SWEEP_PAST: usize = 1024;

/// All flights under way.
#[derive(Default)]
pub(super) struct Flights {
    open: Mutex<HashMap<Request, WeakShared<Flight>>>,
}

impl Flights {
    /// Joins the flight for this request, or starts it.
    pub(super) async fn join(
        &self,
        request: Request,
        start: impl FnOnce(Request) -> Flight,
    ) -> Result<Fetched, FetchError> {
        let flight = self.board(&request, start);
        let outcome = flight.clone().await;
        self.forget(&request);
        drop(flight);
        // The last one to leave takes the page, the others get a copy.
        outcome.map(|fetched| Arc::try_unwrap(fetched).unwrap_or_else(|shared| Fetched::clone(&shared)))
    }

    fn board(&self, request: &Request, start: impl FnOnce(Request) -> Flight) -> Shared<Flight> {
        let mut open = self.open();
        let underway =
            open.get(request).and_then(WeakShared::upgrade).filter(|flight| flight.peek().is_none());
        if let Some(flight) = underway {
            return flight;
        }
        let flight = start(request.clone()).shared();
        if open.len() > SWEEP_PAST {
            open.retain(|_, flight| flight.upgrade().is_some());
        }
        if let Some(weak) = flight.downgrade() {
            open.insert(request.clone(), weak);
        }
        flight
    }

    /// Removes a flight that has landed; a newer one for the same request stays.
    fn forget(&self, request: &Request) {
        let mut open = self.open();
        let landed =
            open.get(request).is_some_and(|weak| weak.upgrade().is_none_or(|flight| flight.peek().is_some()));
        if landed {
            open.remove(request);
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Request, WeakShared<Flight>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use super::*;

    fn request() -> Request {
        Request::page(url::Url::parse("https://example.org/a").expect("a URL"))
    }

    async fn join(flights: &Flights, starts: &Arc<AtomicU32>) -> Result<Fetched, FetchError> {
        let starts = Arc::clone(starts);
        let start = move |_| -> Flight {
            starts.fetch_add(1, Ordering::Relaxed);
            Box::pin(async {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok(Arc::new(Fetched::NotModified))
            })
        };
        flights.join(request(), start).await
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_ask_together_share_one_request() {
        let (flights, starts) = (Flights::default(), Arc::default());
        let (one, two) = tokio::join!(join(&flights, &starts), join(&flights, &starts));
        assert_eq!((one, two), (Ok(Fetched::NotModified), Ok(Fetched::NotModified)));
        assert_eq!(starts.load(Ordering::Relaxed), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_ask_later_make_a_new_one() {
        let (flights, starts) = (Flights::default(), Arc::default());
        join(&flights, &starts).await.expect("landed");
        assert!(flights.open().is_empty());
        join(&flights, &starts).await.expect("landed");
        assert_eq!(starts.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_flight_survives_the_one_who_started_it() {
        let (flights, starts) = (Flights::default(), Arc::default());
        let first = tokio::time::timeout(Duration::from_millis(500), join(&flights, &starts));
        let (first, second) = tokio::join!(first, join(&flights, &starts));
        assert!(first.is_err(), "gave up");
        assert_eq!(second, Ok(Fetched::NotModified));
        assert_eq!(starts.load(Ordering::Relaxed), 1);
    }
}
