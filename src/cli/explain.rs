//! `tamis explain`: every block of a page with its fate, as a list, as JSON or as a page to look at.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use url::Url;

use tamis::decode::decode;
use tamis::source::list::parse_url;
use tamis::source::saved::{InputKind, Item, PageKind, Saved};
use tamis::{ExplainedBlock, Explanation, FetchOptions, Fetcher};

use super::clean::page_url;
use super::explain_html;
use super::options::{DecidingArgs, input};
use super::shell::{Exit, PageFailed, Shell, Usage};

/// Characters of a block's text in the list.
const SHOWN_CHARS: usize = 100;

/// Width of the columns for the kind and the rule.
const KIND_WIDTH: usize = 12;
const RULE_WIDTH: usize = 34;

/// Arguments of `tamis explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A saved page, `-` for stdin, or an address to fetch
    #[arg(value_name = "PATH|URL")]
    page: String,
    /// Write a report to look at in a browser
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Address of a saved page
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Reach loopback and private addresses, too
    #[arg(long)]
    allow_private: bool,
    /// What the page is taken for; auto tells by extension and content, as `tamis clean` does
    #[arg(long, value_parser = input(), default_value = "auto", value_name = "KIND")]
    input: InputKind,
    #[command(flatten)]
    deciding: DecidingArgs,
}

/// A page as it was read or fetched.
struct Source {
    bytes: Vec<u8>,
    content_type: Option<String>,
    url: Option<Url>,
}

/// Explains one page.
pub fn execute(args: ExplainArgs, _shell: &Shell) -> anyhow::Result<Exit> {
    let source = source(&args)?;
    let cleaner = args.deciding.cleaner(args.deciding.options())?;
    let (bytes, content_type, url) = (&source.bytes, source.content_type.as_deref(), source.url.as_ref());
    let decoded = decode(bytes, content_type, url);
    let explanation = match cleaner.describe_bytes(bytes, content_type, url) {
        Ok(_) => cleaner.explain(&decoded.text, url),
        Err(rejection) => Explanation {
            status: rejection.status().to_owned(),
            reason: Some(rejection.to_string()),
            blocks: Vec::new(),
        },
    };
    if let Some(path) = &args.html {
        let report = explain_html::render(&explanation, &args.page);
        tamis::sink::atomic::write(path, report.as_bytes())?;
        tracing::info!("the report is in {}", path.display());
    }
    let text = match (args.json, &args.html) {
        (true, _) => serde_json::to_string_pretty(&explanation)? + "\n",
        (false, Some(_)) => String::new(),
        (false, None) => list(&explanation, decoded.encoding.name()),
    };
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    Ok(Exit::Done)
}

fn source(args: &ExplainArgs) -> anyhow::Result<Source> {
    let url = args.url.as_deref().map(page_url).transpose()?;
    if args.page.starts_with("http://") || args.page.starts_with("https://") {
        return fetch(&args.page, args.allow_private);
    }
    let bytes = read(&args.page, args.input, args.deciding.options().max_bytes)?;
    Ok(Source { bytes, content_type: None, url })
}

/// Reads one page, and nothing that is more than one or has no elements.
fn read(page: &str, input: InputKind, max_bytes: usize) -> anyhow::Result<Vec<u8>> {
    let wrong = |what: &str| Usage(format!("{page} is {what}"));
    if Path::new(page).is_dir() {
        return Err(wrong("a folder; name one page").into());
    }
    let item = match Saved::new(vec![page.to_owned()], input, max_bytes).next() {
        Some(item @ (Item::File { .. } | Item::Failed(_))) => item,
        Some(Item::Page(_)) | None => return Err(wrong("a web archive; name one page").into()),
    };
    let loaded = item.load(max_bytes).map_err(|record| PageFailed(record.reason.unwrap_or_default()))?;
    match loaded.kind {
        PageKind::Html => Ok(loaded.bytes),
        PageKind::Text => {
            Err(wrong("text without elements; `tamis clean` cleans it, --input html takes it for a page")
                .into())
        }
    }
}

fn fetch(address: &str, allow_private: bool) -> anyhow::Result<Source> {
    let url = parse_url(address).map_err(|reason| Usage(format!("`{address}` {reason}")))?;
    let fetcher = Fetcher::new(FetchOptions { allow_private, ..FetchOptions::default() })?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let page = runtime.block_on(fetcher.fetch(&url)).map_err(|error| PageFailed(error.to_string()))?;
    Ok(Source { bytes: page.bytes, content_type: page.content_type, url: Some(page.final_url) })
}

/// The fate of the page, a line a block, and the sums.
fn list(explanation: &Explanation, encoding: &str) -> String {
    let reason = explanation.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let mut text = format!("status {}{reason}\nencoding {encoding}\n\n", explanation.status);
    for block in &explanation.blocks {
        text.push_str(&line(block));
    }
    let kept = explanation.blocks.iter().filter(|block| block.kept).count();
    let removed = explanation.blocks.len() - kept;
    text + &format!("\n{kept} blocks kept (+), {removed} removed (-)\n")
}

/// `- 0.04 related      fr.related.lire-aussi    Lire aussi : ...`
fn line(block: &ExplainedBlock) -> String {
    let sign = if block.kept { '+' } else { '-' };
    let score = block.score.map_or("    ".to_owned(), |score| format!("{score:.2}"));
    let kind = block.kind.map_or("", |kind| kind.name());
    format!("{sign} {score} {kind:KIND_WIDTH$} {:RULE_WIDTH$} {}\n", block.rule, start(&block.text))
}

/// The start of a text on one line.
fn start(text: &str) -> String {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match folded.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &folded[..end]),
        None => folded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tamis::clean::Kind;

    #[test]
    fn the_list_has_a_line_for_each_block_and_sums() {
        let kept = ExplainedBlock {
            text: "Un\ntexte".repeat(40),
            kept: true,
            rule: "model".to_owned(),
            ..Default::default()
        };
        let removed = ExplainedBlock {
            text: "Lire aussi".to_owned(),
            kind: Some(Kind::Related),
            rule: "fr.related.lire-aussi".to_owned(),
            score: Some(0.041),
            ..ExplainedBlock::default()
        };
        let explanation = Explanation {
            status: "too-short".to_owned(),
            reason: Some("why".to_owned()),
            blocks: vec![kept, removed],
        };
        let text = list(&explanation, "UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..3], ["status too-short: why", "encoding UTF-8", ""]);
        assert!(
            lines[3].starts_with("+      ") && lines[3].ends_with('…') && lines[3].contains("Un texteUn")
        );
        assert!(lines[4].starts_with("- 0.04 related "), "{}", lines[4]);
        assert_eq!(lines[6], "1 blocks kept (+), 1 removed (-)");
    }
}
