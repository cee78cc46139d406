//! Pages that their scripts build: a headless Chromium runs the scripts of a page that was fetched.
//!
//! The browser itself never touches the network. Its names resolve to nothing and its proxy does not exist; each
//! request that the page makes is held (`Fetch.requestPaused` of the DevTools protocol) and answered with what our own
//! client fetched, or refused. So guard, robots.txt, limits, proxy, cookies and headers hold as for any page.
//!
//! - shell: a page that holds no article before its scripts ran
//! - part: a script, or data that a script asks for, by GET. Everything else is refused: pictures, fonts, frames,
//!   sockets, forms, further pages. Style sheets come empty.
//!
//! Rendering takes a turn at the page's host, like a request. Parts wait for no turn, as with any reader's browser,
//! but the host's next turn waits for the last of them. One browser serves one page (`browser`), so that pages share
//! nothing and a page that runs wild ends with its browser.

#[cfg(feature = "render")]
mod browser;
#[cfg(feature = "render")]
mod parts;
#[cfg(feature = "render")]
mod session;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

use super::Fetcher;
use super::error::FetchError;
use super::options::FetchOptions;
use super::page::Page;
use crate::error::Error;

/// Statuses of plain pages that scripts may yet turn into an article.
const SHELLS: [&str; 3] = ["empty-shell", "no-main-content", "too-short"];

/// Whether a browser builds pages with their scripts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RenderMode {
    /// Pages are cleaned as they come.
    #[default]
    Never,
    /// Only pages that hold no article as they come.
    Fallback,
    /// All pages.
    Always,
}

impl RenderMode {
    /// Whether a page whose cleaning ended with this status may hold an article once its scripts ran.
    pub fn is_shell(status: &str) -> bool {
        SHELLS.contains(&status)
    }
}

/// What rendering needs.
pub(super) struct Renderer {
    #[cfg(feature = "render")]
    program: Option<PathBuf>,
    /// One for each browser that may run.
    #[cfg(feature = "render")]
    places: tokio::sync::Semaphore,
}

impl Renderer {
    /// Looks for the browser if the settings want one.
    pub(super) fn new(options: &FetchOptions) -> Result<Renderer, Error> {
        let modes = options.hosts.values().filter_map(|host| host.render).chain([options.render]);
        let wanted = modes.into_iter().any(|mode| mode != RenderMode::Never);
        let program = if wanted { Some(find_browser(options)?) } else { None };
        Ok(Renderer::with(program))
    }

    #[cfg(feature = "render")]
    fn with(program: Option<PathBuf>) -> Renderer {
        /// Browsers at once: each takes a processor and some hundred megabytes.
        const MOST_BROWSERS: usize = 2;
        Renderer { program, places: tokio::sync::Semaphore::new(MOST_BROWSERS) }
    }

    #[cfg(not(feature = "render"))]
    fn with(_: Option<PathBuf>) -> Renderer {
        Renderer {}
    }
}

#[cfg(feature = "render")]
fn find_browser(options: &FetchOptions) -> Result<PathBuf, Error> {
    browser::find(options.chromium.as_deref()).map_err(Error::Config)
}

#[cfg(not(feature = "render"))]
fn find_browser(_: &FetchOptions) -> Result<PathBuf, Error> {
    let advice =
        "install it with `cargo install --path . --features render`, or set fetch.render (--render) to never";
    Err(Error::Config(format!("fetch.render asks for a browser, and this tamis was built without; {advice}")))
}

impl Fetcher {
    /// Whether pages of an address are to be rendered.
    pub fn render_mode(&self, address: &Url) -> RenderMode {
        let options = &self.engine.options;
        let own = address.host_str().and_then(|name| options.hosts.get(name));
        own.and_then(|own| own.render).unwrap_or(options.render)
    }

    /// Lets a browser build a page that was fetched: its body becomes what the scripts made of it, and it loses its
    /// validators, which say nothing of what scripts load.
    #[cfg(feature = "render")]
    pub async fn render(&self, page: Page) -> Result<Page, FetchError> {
        let begun = tokio::time::Instant::now();
        let html = self.engine.render(&page).await;
        let html = html.map_err(|kind| FetchError::new(&page.final_url, kind))?;
        Ok(Page {
            bytes: html.into_bytes(),
            content_type: Some("text/html; charset=utf-8".to_owned()),
            etag: None,
            last_modified: None,
            elapsed: page.elapsed + begun.elapsed(),
            ..page
        })
    }

    /// Fails: this tamis was built without the feature `render`.
    #[cfg(not(feature = "render"))]
    pub async fn render(&self, page: Page) -> Result<Page, FetchError> {
        let detail = "this tamis was built without the feature render".to_owned();
        Err(FetchError::new(&page.final_url, super::FetchErrorKind::Render { detail }))
    }
}

#[cfg(feature = "render")]
impl super::Engine {
    /// Renders a page when its host's turn has come, within the time that is left of its deadline.
    async fn render(&self, page: &Page) -> Result<String, super::FetchErrorKind> {
        use super::error::{FetchErrorKind, Phase};
        let missing = || FetchErrorKind::Render { detail: "the settings ask for no browser".to_owned() };
        let program = self.renderer.program.as_deref().ok_or_else(missing)?;
        let _place = self.unless_stopped(self.renderer.places.acquire()).await?;
        let host = self.host(&page.final_url);
        drop(self.unless_stopped(host.turn(&self.places)).await??);
        let total = self.options.total_timeout_seconds;
        let left = super::seconds(total).saturating_sub(page.elapsed);
        let showing = session::show(self, program, page, left);
        let shown = tokio::time::timeout(left, showing).await;
        let html = shown.unwrap_or(Err(FetchErrorKind::Timeout { phase: Phase::Total, seconds: total }))?;
        if let Some(archive) = &self.archive {
            archive.add_rendered(&page.final_url, &html).await?;
        }
        Ok(html)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetcher(options: FetchOptions) -> Result<Fetcher, Error> {
        Fetcher::new(options)
    }

    #[test]
    fn only_pages_without_an_article_are_shells() {
        assert!(RenderMode::is_shell("empty-shell") && RenderMode::is_shell("too-short"));
        assert!(!RenderMode::is_shell("ok") && !RenderMode::is_shell("consent-wall"));
    }

    #[test]
    fn no_browser_is_looked_for_where_none_is_wanted() {
        let options = FetchOptions { chromium: Some("/no/such/browser".into()), ..FetchOptions::default() };
        assert!(fetcher(options).is_ok());
    }

    #[test]
    fn a_browser_that_is_not_there_is_a_setting_to_correct() {
        let options = FetchOptions {
            chromium: Some("/no/such/browser".into()),
            render: RenderMode::Fallback,
            ..FetchOptions::default()
        };
        let message = fetcher(options).expect_err("no browser").to_string();
        assert!(message.contains("fetch."), "{message}");
    }
}
