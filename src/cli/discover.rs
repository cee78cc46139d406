//! `tamis discover`: the feeds and sitemaps that sites name, printed as lines, as JSON, or as a section of a
//! configuration.

use std::fmt::Write as _;
use std::io::Write as _;

use clap::{Args, ValueEnum};
use serde::Serialize;
use url::Url;

use tamis::Fetcher;
use tamis::config::Sources;
use tamis::fetch::shown;
use tamis::source::discover::{Discovery, discover};
use tamis::source::list::parse_url;

use super::network::NetworkArgs;
use super::shell::{Exit, Shell, Usage};
use super::stop::Stop;

/// Arguments of `tamis discover`.
#[derive(Debug, Args)]
pub struct DiscoverArgs {
    /// Home pages of sites
    #[arg(value_name = "URL", required = true)]
    urls: Vec<String>,
    /// Lines (kind, address, title, parted by tabs), one JSON object a line, or a section of config.toml
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Form,
    #[command(flatten)]
    network: NetworkArgs,
}

/// Forms of the answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Form {
    #[default]
    Txt,
    Jsonl,
    Toml,
}

/// One thing that was found.
#[derive(Debug, Serialize)]
struct Line<'a> {
    kind: &'static str,
    url: &'a str,
    title: Option<&'a str>,
    site: &'a str,
}

/// Asks the sites, one after the other: each has its own delay, and people read the answer as it comes.
pub fn execute(args: DiscoverArgs, _shell: &Shell) -> anyhow::Result<Exit> {
    let read = |text: &String| parse_url(text).map_err(|reason| Usage(format!("`{text}` {reason}")));
    let homes = args.urls.iter().map(read).collect::<Result<Vec<Url>, Usage>>()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let exit = runtime.block_on(async {
        let fetcher = Fetcher::new(args.network.options()?)?;
        let mut stop = Stop::listen();
        let mut answer = Answer { form: args.format, sources: Sources::default(), exit: Exit::Done };
        for home in &homes {
            tokio::select! {
                found = discover(&fetcher, home) => answer.take(home, &found)?,
                () = stop.requested() => return Ok(Exit::PagesFailed),
            }
        }
        answer.finish()
    });
    runtime.shutdown_background();
    exit
}

/// What is said on standard output.
struct Answer {
    form: Form,
    /// Everything that was found, for a configuration.
    sources: Sources,
    exit: Exit,
}

impl Answer {
    fn take(&mut self, home: &Url, found: &Discovery) -> anyhow::Result<()> {
        let site = shown(home);
        for problem in &found.problems {
            tracing::warn!("{problem}");
            self.exit = Exit::PagesFailed;
        }
        if found.feeds.is_empty() && found.sitemaps.is_empty() && found.problems.is_empty() {
            tracing::warn!("{site} names no feed and no sitemap");
        }
        let mut text = String::new();
        for feed in &found.feeds {
            let title = feed.title.as_deref();
            self.write(&mut text, &Line { kind: "feed", url: feed.url.as_str(), title, site: &site })?;
            self.sources.feeds.push(feed.url.to_string());
        }
        for url in &found.sitemaps {
            self.write(&mut text, &Line { kind: "sitemap", url: url.as_str(), title: None, site: &site })?;
            self.sources.sitemaps.push(url.to_string());
        }
        print(&text)
    }

    fn write(&self, text: &mut String, line: &Line<'_>) -> anyhow::Result<()> {
        match self.form {
            Form::Txt => writeln!(text, "{}\t{}\t{}", line.kind, line.url, line.title.unwrap_or_default())?,
            Form::Jsonl => writeln!(text, "{}", serde_json::to_string(line)?)?,
            Form::Toml => {}
        }
        Ok(())
    }

    fn finish(self) -> anyhow::Result<Exit> {
        if self.form == Form::Toml {
            let list = |urls: &[String]| {
                urls.iter().map(|url| format!("    {},\n", quoted(url))).collect::<String>()
            };
            let (feeds, sitemaps) = (list(&self.sources.feeds), list(&self.sources.sitemaps));
            print(&format!("[sources]\nfeeds = [\n{feeds}]\nsitemaps = [\n{sitemaps}]\n"))?;
        }
        Ok(self.exit)
    }
}

/// A text as TOML has it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn print(text: &str) -> anyhow::Result<()> {
    Ok(std::io::stdout().lock().write_all(text.as_bytes())?)
}
