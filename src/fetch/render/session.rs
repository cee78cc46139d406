//! The talk with a browser: shows it a page, answers its requests, takes the page when it has come to rest.
//!
//! - rest: the page is loaded and for a moment no part was asked for
//! - picture: the document as HTML, as it is at one moment

use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use chromiumoxide::cdp::browser_protocol::fetch::{self, EventRequestPaused, RequestPattern};
use chromiumoxide::cdp::browser_protocol::network::SetBypassServiceWorkerParams;
use chromiumoxide::cdp::browser_protocol::page::{AddScriptToEvaluateOnNewDocumentParams, NavigateParams};
use chromiumoxide::error::CdpError;
use chromiumoxide::handler::HandlerConfig;
use chromiumoxide::{Browser as Talk, Page as Tab};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use serde::Deserialize;
use tokio::time::Instant;

use super::super::Engine;
use super::super::error::FetchErrorKind;
use super::super::page::Page;
use super::browser::Browser;
use super::parts::Parts;

/// How long no part may have been asked for.
const REST: Duration = Duration::from_millis(500);

/// How often a page is looked at.
const STEP: Duration = Duration::from_millis(100);

/// Share of the time that is left after which a page that never rests is taken as it is.
const RESTLESS_SHARE: f64 = 0.6;

/// Questions to a reader, who is not there, would hold the page's scripts for ever.
const NO_QUESTIONS: &str = "window.alert = window.confirm = window.prompt = window.print = () => undefined;";

/// The document as HTML, cut behind `LIMIT` characters, and whether it is loaded.
const PICTURE: &str = "(() => ({ loaded: document.readyState === 'complete', \
    html: '<!DOCTYPE html>' + document.documentElement.outerHTML.slice(0, LIMIT) }))()";

/// A page at one moment.
#[derive(Deserialize)]
struct Picture {
    loaded: bool,
    html: String,
}

/// Shows a page to a browser of its own; gives what its scripts made of it.
pub(super) async fn show(
    engine: &Engine,
    program: &Path,
    page: &Page,
    left: Duration,
) -> Result<String, FetchErrorKind> {
    let begun = Instant::now();
    let failed = |detail: String| FetchErrorKind::Render { detail };
    let browser = Browser::start(program, &engine.options).await.map_err(failed)?;
    // The deadline of the page is the only one.
    let patience = HandlerConfig { request_timeout: left, ..HandlerConfig::default() };
    let (talk, mut events) = match Talk::connect_with_config(&browser.address, patience).await {
        Ok(pair) => pair,
        Err(error) => return Err(failed(format!("it does not answer: {error}"))),
    };
    let driving = async { while events.next().await.is_some_and(|event| event.is_ok()) {} };
    let restless = begun + left.mul_f64(RESTLESS_SHARE);
    let html = tokio::select! {
        html = picture_at_rest(&talk, engine, page, restless) => html.map_err(|error| failed(error.to_string())),
        () = driving => Err(failed("it ended before the page was built".to_owned())),
    };
    browser.end().await;
    let limit = engine.options.max_bytes;
    let too_large = |html: &String| html.len() > limit;
    match html? {
        html if too_large(&html) => {
            Err(FetchErrorKind::TooLarge { limit, how: ", once its scripts have run" })
        }
        html => Ok(html),
    }
}

async fn picture_at_rest(
    talk: &Talk,
    engine: &Engine,
    page: &Page,
    restless: Instant,
) -> Result<String, CdpError> {
    let tab = talk.new_page("about:blank").await?;
    let mut requests = tab.event_listener::<EventRequestPaused>().await?;
    prepare(&tab).await?;
    let parts = Parts::of(engine, page);
    let mut answers = FuturesUnordered::new();
    let mut pictures = FuturesUnordered::new();
    let mut going = pin!(tab.execute(NavigateParams::new(page.final_url.as_str())));
    let (mut gone, mut last) = (false, Instant::now());
    let mut step = tokio::time::interval(STEP);
    loop {
        tokio::select! {
            request = requests.next() => {
                let Some(request) = request else { return Err(CdpError::NoResponse) };
                answers.push(answer(&tab, &parts, request));
            }
            Some(answered) = answers.next() => {
                answered?;
                last = Instant::now();
            }
            went = &mut going, if !gone => {
                gone = true;
                // Once the page is there, this tells only of frames, which may never load.
                match went {
                    Err(error) if !parts.page_is_given() => return Err(error),
                    _ => {}
                }
            }
            Some(picture) = pictures.next() => {
                let Picture { loaded, html } = picture?;
                let at_rest = loaded && answers.is_empty() && last.elapsed() >= REST;
                if at_rest || Instant::now() >= restless {
                    return Ok(html);
                }
            }
            _ = step.tick() => {
                let may_rest = answers.is_empty() && last.elapsed() >= REST;
                if parts.page_is_given() && pictures.is_empty() && (may_rest || Instant::now() >= restless) {
                    pictures.push(picture(&tab, engine.options.max_bytes));
                }
            }
        }
    }
}

/// Holds every request before the first is made.
async fn prepare(tab: &Tab) -> Result<(), CdpError> {
    let all = RequestPattern { url_pattern: Some("*".to_owned()), ..RequestPattern::default() };
    tab.execute(fetch::EnableParams::builder().pattern(all).build()).await?;
    tab.execute(SetBypassServiceWorkerParams::new(true)).await?;
    tab.execute(AddScriptToEvaluateOnNewDocumentParams::new(NO_QUESTIONS)).await?;
    Ok(())
}

/// Answers one request. The page may have given it up meanwhile, which is no failure.
async fn answer(
    tab: &Tab,
    parts: &Parts<'_>,
    request: std::sync::Arc<EventRequestPaused>,
) -> Result<(), CdpError> {
    let reply = parts.reply(&request).await;
    let said = match reply.command(request.request_id.clone()) {
        Ok(give) => tab.execute(give).await.map(drop),
        Err(refuse) => tab.execute(refuse).await.map(drop),
    };
    match said {
        Err(CdpError::Chrome(_)) => Ok(()),
        other => other,
    }
}

async fn picture(tab: &Tab, limit: usize) -> Result<Picture, CdpError> {
    // One more than the limit shows that there is more.
    let question = PICTURE.replace("LIMIT", &(limit + 1).to_string());
    Ok(tab.evaluate(question).await?.into_value()?)
}
