//! Looking: opening a page, its blocks with their fates beside the article, one block in depth.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::answer::{Answer, Refusal};
use super::bench::{Bench, Opened};
use crate::article::metadata::origin::Origin;
use crate::article::{Article, BlockKind};
use crate::clean::Kind;
use crate::error::Rejection;
use crate::inspect::{Inspection, Share};
use crate::options::Focus;
use crate::record::Record;
use crate::source::list::parse_url;

/// Saved pages that one answer lists.
const PAGES_LISTED: usize = 50;
/// Columns that one answer names.
const SHARES_NAMED: usize = 10;
/// Longest name of an uploaded file that is shown.
const MAX_NAME_CHARS: usize = 200;

/// What the page needs at its start.
pub(super) async fn start(State(bench): State<Arc<Bench>>) -> Answer<Value> {
    let kinds: Vec<&str> = Kind::ALL.iter().map(|(_, name)| *name).collect();
    let lasting = bench.options.rules.as_ref().map(|folder| folder.display().to_string());
    let history = bench.overlay.history()?;
    let focus = bench.options.clean.focus;
    Ok(Json(json!({ "kinds": kinds, "focus": focus, "rules": lasting, "history": history })))
}

/// Which saved pages are wanted.
#[derive(Debug, Deserialize)]
pub(super) struct SavedQuery {
    #[serde(default)]
    words: String,
    #[serde(default)]
    from: usize,
}

/// Saved pages, some at a time.
pub(super) async fn saved(State(bench): State<Arc<Bench>>, Query(query): Query<SavedQuery>) -> Answer<Value> {
    apart(move || {
        let library = bench.library();
        let (pages, found) = library.find(&query.words, query.from, PAGES_LISTED);
        let (all, cut) = (library.len(), library.is_cut);
        Ok(json!({ "pages": pages, "found": found, "all": all, "cut": cut }))
    })
    .await
}

/// What an uploaded page is called and where it is from.
#[derive(Debug, Deserialize)]
pub(super) struct UploadQuery {
    #[serde(default)]
    name: String,
    #[serde(default)]
    url: String,
}

/// Opens a page that the browser sends: a file or pasted HTML, as its bytes.
pub(super) async fn upload(
    State(bench): State<Arc<Bench>>,
    Query(query): Query<UploadQuery>,
    bytes: Bytes,
) -> Answer<Value> {
    let url = match query.url.trim() {
        "" => None,
        address => Some(address_of(address)?),
    };
    let name = query.name.chars().take(MAX_NAME_CHARS).collect();
    apart(move || {
        let max_bytes = bench.options.clean.max_bytes;
        Ok(json!({ "page": bench.open(Opened::new(name, &bytes, None, url, max_bytes)) }))
    })
    .await
}

/// Where a page is to be fetched, or which saved one is to be opened.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Wanted {
    Url { url: String },
    Saved { saved: usize },
}

/// Opens a page of the network or of the library.
pub(super) async fn fetch(State(bench): State<Arc<Bench>>, Json(wanted): Json<Wanted>) -> Answer<Value> {
    let max_bytes = bench.options.clean.max_bytes;
    match wanted {
        Wanted::Url { url } => {
            let url = address_of(url.trim())?;
            let failed = |error: crate::FetchError| Refusal::new(StatusCode::BAD_GATEWAY, error.to_string());
            let page = bench.fetcher.fetch(&url).await.map_err(failed)?;
            let name = page.final_url.to_string();
            let kind = page.content_type.as_deref();
            let opened = Opened::new(name, &page.bytes, kind, Some(page.final_url.clone()), max_bytes);
            Ok(Json(json!({ "page": bench.open(opened) })))
        }
        Wanted::Saved { saved } => {
            apart(move || {
                let loaded = bench.library().load(saved, max_bytes);
                let (page, url) = loaded.ok_or_else(|| Refusal::gone("saved page"))?;
                let kind = page.content_type.as_deref();
                let opened = Opened::new(page.name.clone(), &page.bytes, kind, url, max_bytes);
                Ok(json!({ "page": bench.open(opened) }))
            })
            .await
        }
    }
}

fn address_of(text: &str) -> Result<Url, Refusal> {
    parse_url(text)
        .map_err(|reason| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, format!("`{text}` {reason}")))
}

/// An opened page, seen with a focus.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct View {
    pub page: usize,
    pub focus: Focus,
}

/// A page with all that the two columns show.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    name: String,
    url: Option<String>,
    encoding: &'static str,
    status: String,
    reason: Option<String>,
    warnings: Vec<String>,
    blocks: Vec<ShownBlock>,
    article: Vec<ShownPart>,
    metadata: Vec<Origin>,
}

/// A block of the page.
#[derive(Debug, Serialize)]
struct ShownBlock {
    text: String,
    kept: bool,
    kind: Option<&'static str>,
    rule: String,
    score: Option<f32>,
    path: String,
    sort: &'static str,
}

/// A part of the article, and the block that it is, where that is known.
#[derive(Debug, Serialize)]
struct ShownPart {
    sort: &'static str,
    level: u8,
    text: String,
    block: Option<usize>,
}

/// The page as it is cleaned with a focus.
pub(super) async fn page(State(bench): State<Arc<Bench>>, Query(view): Query<View>) -> Answer<Shown> {
    apart(move || {
        let opened = bench.opened(view.page)?;
        let inspected = opened.inspect(bench.cleaners().of(view.focus));
        Ok(shown(&opened, inspected))
    })
    .await
}

fn shown(opened: &Opened, inspected: Result<Inspection, Rejection>) -> Shown {
    let mut shown = Shown {
        name: opened.name.clone(),
        url: opened.url.as_ref().map(Url::to_string),
        encoding: opened.encoding,
        status: Record::OK.to_owned(),
        reason: None,
        warnings: Vec::new(),
        blocks: Vec::new(),
        article: Vec::new(),
        metadata: Vec::new(),
    };
    let refuse = |shown: &mut Shown, rejection: &Rejection| {
        shown.status = rejection.status().to_owned();
        shown.reason = Some(rejection.to_string());
    };
    match inspected {
        Err(rejection) => refuse(&mut shown, &rejection),
        Ok(inspection) => {
            shown.blocks = blocks(&inspection);
            shown.metadata = inspection.origins();
            match &inspection.outcome {
                Ok(article) => {
                    shown.warnings.clone_from(&article.warnings);
                    shown.article = parts(article, &shown.blocks);
                }
                Err(rejection) => refuse(&mut shown, rejection),
            }
        }
    }
    shown
}

fn blocks(inspection: &Inspection) -> Vec<ShownBlock> {
    let sorts = inspection.blocks.iter().map(|block| sort(block.kind).0);
    let explained = inspection.explanation().blocks.into_iter().zip(sorts);
    let block = |(block, sort): (crate::ExplainedBlock, _)| ShownBlock {
        text: block.text,
        kept: block.kept,
        kind: block.kind.map(Kind::name),
        rule: block.rule,
        score: block.score,
        path: block.path,
        sort,
    };
    explained.map(block).collect()
}

/// The article's blocks are the kept ones in order, unless it was taken from the data of the page.
fn parts(article: &Article, blocks: &[ShownBlock]) -> Vec<ShownPart> {
    let kept: Vec<usize> = (0..blocks.len()).filter(|index| blocks[*index].kept).collect();
    let is_same = kept.len() == article.blocks.len();
    let part = |(index, block): (usize, &crate::article::Block)| {
        let (sort, level) = sort(block.kind);
        ShownPart {
            sort,
            level,
            text: block.text.clone(),
            block: if is_same { Some(kept[index]) } else { None },
        }
    };
    article.blocks.iter().enumerate().map(part).collect()
}

/// The sort of a block and its level.
fn sort(kind: BlockKind) -> (&'static str, u8) {
    match kind {
        BlockKind::Paragraph => ("paragraph", 0),
        BlockKind::Heading(level) => ("heading", level),
        BlockKind::ListItem { depth, .. } => ("item", depth),
        BlockKind::Quote => ("quote", 0),
        BlockKind::Code => ("code", 0),
        BlockKind::Cell { first, .. } => ("cell", u8::from(first)),
    }
}

/// A block of an opened page.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct BlockQuery {
    page: usize,
    focus: Focus,
    index: usize,
}

/// Why the classifier scores a block as it does.
pub(super) async fn block(State(bench): State<Arc<Bench>>, Query(query): Query<BlockQuery>) -> Answer<Value> {
    apart(move || {
        let opened = bench.opened(query.page)?;
        let inspected = opened.inspect(bench.cleaners().of(query.focus));
        let shares = inspected.map(|inspection| inspection.shares(query.index)).unwrap_or_default();
        let named =
            |share: &Share| json!({ "column": share.column, "value": share.value, "share": share.share });
        let strongest: Vec<Value> = shares.iter().take(SHARES_NAMED).map(named).collect();
        let sum: f32 = shares.iter().map(|share| share.share).sum();
        Ok(json!({ "shares": strongest, "sum": sum }))
    })
    .await
}

/// Work for the processor, off the threads that answer.
pub(super) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Answer<T> {
    let failed = |_| {
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "the program failed on this page; please report it")
    };
    tokio::task::spawn_blocking(work).await.map_err(failed)?.map(Json)
}
