//! How to fetch, as far as the command line says so; all else is as in the `[fetch]` section of a configuration.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use tamis::fetch::RenderMode;
use tamis::{Config, FetchOptions};

/// How to fetch.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
pub struct NetworkArgs {
    /// Take the `[fetch]` section of this configuration (hosts, headers, cookies, limits); options here win
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Reach loopback and private addresses, too (tests, intranets)
    #[arg(long)]
    allow_private: bool,
    /// Least seconds between two requests to one host
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    delay: Option<f64>,
    /// Most requests under way over all hosts
    #[arg(long, value_name = "N")]
    concurrency: Option<usize>,
    /// Most seconds on the network for one page
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    timeout: Option<f64>,
    /// How often a transient failure is tried again
    #[arg(long, value_name = "N")]
    retries: Option<u32>,
    /// Page or mail address where a site's owner reaches you, sent to every site
    #[arg(long, value_name = "ADDRESS")]
    contact: Option<String>,
    /// Proxy, as in http://proxy.example:3128, or `environment`
    #[arg(long, value_name = "ADDRESS")]
    proxy: Option<String>,
    /// Let headless Chromium build pages with their scripts: `never`, `fallback` (pages that hold no article as they
    /// come) or `always`
    #[arg(long, value_parser = render(), value_name = "WHEN")]
    render: Option<RenderMode>,
    /// Append everything fetched to this web archive; compressed if its name ends in .gz
    #[arg(long, value_name = "FILE")]
    warc: Option<PathBuf>,
}

impl NetworkArgs {
    /// The settings of the fetcher.
    pub fn options(&self) -> Result<FetchOptions, tamis::Error> {
        let usual = match &self.config {
            Some(path) => Config::load(path)?.fetch,
            None => FetchOptions::default(),
        };
        Ok(FetchOptions {
            allow_private: self.allow_private || usual.allow_private,
            delay_seconds: self.delay.unwrap_or(usual.delay_seconds),
            concurrency: self.concurrency.unwrap_or(usual.concurrency),
            total_timeout_seconds: self.timeout.unwrap_or(usual.total_timeout_seconds),
            retries: self.retries.unwrap_or(usual.retries),
            contact: self.contact.clone().or(usual.contact.clone()),
            proxy: self.proxy.clone().or(usual.proxy.clone()),
            render: self.render.unwrap_or(usual.render),
            warc: self.warc.clone().or(usual.warc.clone()),
            ..usual
        })
    }
}

fn render() -> impl TypedValueParser<Value = RenderMode> {
    PossibleValuesParser::new(["never", "fallback", "always"]).map(|name| match name.as_str() {
        "fallback" => RenderMode::Fallback,
        "always" => RenderMode::Always,
        _ => RenderMode::Never,
    })
}
