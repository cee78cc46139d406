//! Answers the requests of a page that is rendered: the page itself, its parts, and a refusal for all else.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use chromiumoxide::cdp::browser_protocol::fetch::{
    EventRequestPaused, FailRequestParams, FulfillRequestParams, HeaderEntry, RequestId,
};
use chromiumoxide::cdp::browser_protocol::network::{ErrorReason, ResourceType};
use reqwest::header::{
    CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, LOCATION, SET_COOKIE,
    TRANSFER_ENCODING,
};
use url::Url;

use super::super::body::{self, Limit};
use super::super::error::{FetchErrorKind, without_credentials};
use super::super::page::Page;
use super::super::{Engine, exchange, guard, robots, wire};

/// Parts of one page; an application of a news site has some dozens.
const MOST_PARTS: usize = 200;

/// Redirects of one part.
const MOST_REDIRECTS: usize = 5;

/// Headers of a script's request that are passed on, beside those that begin with `x-`.
const PASSED_ON: [&str; 5] = ["accept", "accept-language", "authorization", "origin", "referer"];

/// Headers of an answer that are of no use to the browser, because they are undone or kept by our client.
const KEPT_BACK: [HeaderName; 5] =
    [CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, SET_COOKIE, TRANSFER_ENCODING];

/// What a request of the browser is answered with.
pub(super) enum Reply {
    Give { code: u16, headers: Vec<(String, String)>, body: Vec<u8> },
    Refuse(ErrorReason),
}

/// The requests of one page.
pub(super) struct Parts<'a> {
    engine: &'a Engine,
    page: &'a Page,
    page_given: AtomicBool,
    asked: AtomicUsize,
    /// Bytes that all parts together may still have.
    left: AtomicUsize,
}

impl<'a> Parts<'a> {
    pub(super) fn of(engine: &'a Engine, page: &'a Page) -> Parts<'a> {
        let left = AtomicUsize::new(engine.options.max_bytes);
        Parts { engine, page, page_given: AtomicBool::new(false), asked: AtomicUsize::new(0), left }
    }

    /// Whether the browser has the page.
    pub(super) fn page_is_given(&self) -> bool {
        self.page_given.load(Ordering::Relaxed)
    }

    /// What a request gets.
    pub(super) async fn reply(&self, event: &EventRequestPaused) -> Reply {
        match event.resource_type {
            ResourceType::Document => self.document(&event.request.url),
            ResourceType::Stylesheet => given("text/css", Vec::new()),
            ResourceType::Script | ResourceType::Xhr | ResourceType::Fetch
                if event.request.method == "GET" =>
            {
                self.part(event).await
            }
            _ => Reply::Refuse(ErrorReason::BlockedByClient),
        }
    }

    /// The page as it was fetched, once. Frames and further pages are given up, which leaves the page as it is.
    fn document(&self, address: &str) -> Reply {
        let is_page = Url::parse(address).is_ok_and(|address| address == self.page.final_url);
        if !is_page || self.page_given.swap(true, Ordering::Relaxed) {
            return Reply::Refuse(ErrorReason::Aborted);
        }
        given(self.page.content_type.as_deref().unwrap_or("text/html"), self.page.bytes.clone())
    }

    async fn part(&self, event: &EventRequestPaused) -> Reply {
        let Ok(address) = Url::parse(&event.request.url) else {
            return Reply::Refuse(ErrorReason::AddressUnreachable);
        };
        if self.asked.fetch_add(1, Ordering::Relaxed) >= MOST_PARTS {
            return Reply::Refuse(ErrorReason::BlockedByClient);
        }
        let shown = without_credentials(&address);
        match self.fetch(address, &passed_on(event.request.headers.inner())).await {
            Ok(reply) => reply,
            Err(kind) => {
                tracing::debug!(part = %shown, page = %self.page.final_url, "refused or failed: {kind}");
                Reply::Refuse(ErrorReason::BlockedByClient)
            }
        }
    }

    /// One part along its redirects: guard, robots.txt, a place among all requests, limits.
    async fn fetch(&self, mut here: Url, asked_with: &HeaderMap) -> Result<Reply, FetchErrorKind> {
        let Engine { options, client, .. } = self.engine;
        for _ in 0..=MOST_REDIRECTS {
            guard::check_url(&here, options.allow_private)?;
            if options.respect_robots {
                robots::check(&*self.engine.robots_rules(&here).await?, &here)?;
            }
            let _place = self.engine.places.acquire().await;
            let mut headers = asked_with.clone();
            headers.extend(exchange::host_headers(options, &here));
            let response = client.get(here.clone()).headers(headers).send().await;
            let response = response.map_err(|error| wire::request_error(&error, options))?;
            let code = response.status().as_u16();
            self.engine.host(&here).asked_beside(code, exchange::asked_wait(response.headers()));
            let next = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            match next.filter(|_| response.status().is_redirection()).map(|next| here.join(next)) {
                Some(Ok(next)) => here = next,
                _ => return self.receive(response).await,
            }
        }
        Err(FetchErrorKind::TooManyRedirects { count: MOST_REDIRECTS })
    }

    async fn receive(&self, response: reqwest::Response) -> Result<Reply, FetchErrorKind> {
        let code = response.status().as_u16();
        let headers = response.headers().iter().filter(|(name, _)| !KEPT_BACK.contains(name));
        let headers = headers.map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        let headers = headers.collect();
        let limit = Limit::Refuse(self.left.load(Ordering::Relaxed));
        let body = body::read(response, limit, false, &self.engine.options).await?.bytes;
        let take = |left: usize| left.checked_sub(body.len());
        match self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take) {
            Ok(_) => Ok(Reply::Give { code, headers, body }),
            Err(_) => {
                let limit = self.engine.options.max_bytes;
                Err(FetchErrorKind::TooLarge { limit, how: ", all parts of the page together" })
            }
        }
    }
}

fn given(content_type: &str, body: Vec<u8>) -> Reply {
    Reply::Give { code: 200, headers: vec![("content-type".to_owned(), content_type.to_owned())], body }
}

/// The headers of a script's request that belong to it; the others are our client's own.
fn passed_on(asked: &serde_json::Value) -> HeaderMap {
    let all = asked.as_object().into_iter().flatten();
    let wanted = all.filter_map(|(name, value)| {
        let name = name.to_ascii_lowercase();
        let passes = PASSED_ON.contains(&name.as_str()) || name.starts_with("x-");
        let value = HeaderValue::from_str(value.as_str()?).ok()?;
        HeaderName::from_bytes(name.as_bytes()).ok().filter(|_| passes).map(|name| (name, value))
    });
    wanted.collect()
}

impl Reply {
    /// The answer as a command to the browser: what to give, or else why not.
    pub(super) fn command(self, request: RequestId) -> Result<FulfillRequestParams, FailRequestParams> {
        use base64::Engine as _;
        match self {
            Reply::Refuse(reason) => Err(FailRequestParams::new(request, reason)),
            Reply::Give { code, headers, body } => {
                let headers = headers.into_iter().map(|(name, value)| HeaderEntry::new(name, value));
                let mut command = FulfillRequestParams::new(request, i64::from(code));
                command.response_headers = Some(headers.collect());
                command.body = Some(base64::engine::general_purpose::STANDARD.encode(body).into());
                Ok(command)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_scripts_are_passed_on_and_those_of_the_browser_are_not() {
        let asked = serde_json::json!({
            "Accept": "application/json", "X-Requested-With": "XMLHttpRequest", "User-Agent": "Mozilla",
            "Cookie": "a=b", "sec-ch-ua": "x", "Referer": "https://a.example/",
        });
        let passed = passed_on(&asked);
        let mut names: Vec<&str> = passed.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["accept", "referer", "x-requested-with"]);
    }
}
