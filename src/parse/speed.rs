//! Speed against html5ever on real pages: `TAMIS_SHARED=... cargo test --release --lib speed -- --ignored
//! --nocapture`.
//!
//! Only ratios within one run mean something.

use std::hint::black_box;
use std::time::{Duration, Instant};

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{TagKind, Token, TokenSink, TokenSinkResult, TokenizerOpts};

use super::keep::Retention;
use super::tokenizer::conformance::{corpus_pages, parse_by_html5ever, run_html5ever};
use super::tokenizer::{Consumer, Tokenizer, normalise_newlines};
use super::{Dom, Limits, parse_into};

/// Takes tokens and builds nothing; only says which elements hold raw text.
struct NoTree;

impl TokenSink for NoTree {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        match black_box(&token) {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => match &*tag.name {
                "script" => TokenSinkResult::RawData(RawKind::ScriptData),
                "style" | "iframe" | "xmp" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
                "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
                _ => TokenSinkResult::Continue,
            },
            _ => TokenSinkResult::Continue,
        }
    }
}

impl Consumer for NoTree {}

const ROUNDS: usize = 15;

/// A name and what it does with a page.
type Contender<'a> = (&'a str, &'a mut dyn FnMut(&str));

/// The fastest round of each contender over all pages. They take turns, for the machine may be busy with other things.
fn fastest(pages: &[String], contenders: &mut [Contender]) {
    let mut times = vec![Duration::MAX; contenders.len()];
    for _ in 0..ROUNDS {
        for ((_, parse), time) in contenders.iter_mut().zip(&mut times) {
            let start = Instant::now();
            pages.iter().for_each(|page| parse(page));
            *time = start.elapsed().min(*time);
        }
    }
    for ((name, _), time) in contenders.iter().zip(&times) {
        println!("{name}: {time:?}, {:.1} times the first", time.as_secs_f64() / times[0].as_secs_f64());
    }
}

#[test]
#[ignore = "a measurement"]
fn measures_speed_against_html5ever() {
    let pages: Vec<String> =
        ["fr", "newsrooms"].into_iter().flat_map(corpus_pages).map(|(_, page)| page).collect();
    println!("{} pages, {:.1} MB", pages.len(), pages.iter().map(String::len).sum::<usize>() as f64 / 1e6);
    let mut dom = Some(Dom::new());
    fastest(
        &pages,
        &mut [
            ("tree", &mut |page| {
                dom = dom
                    .take()
                    .map(|dom| parse_into(page, &Limits::default(), dom).expect("within the limits"));
            }),
            ("same tree by html5ever's tokenizer", &mut |page| {
                black_box(parse_by_html5ever(page, Retention::Article));
            }),
            ("scraper's tree", &mut |page| {
                black_box(scraper::Html::parse_document(page));
            }),
        ],
    );
    fastest(
        &pages,
        &mut [
            ("tokens, all attributes", &mut |page| {
                Tokenizer::new(&normalise_newlines(page), NoTree).run();
            }),
            ("html5ever's tokens", &mut |page| {
                run_html5ever(page, NoTree, TokenizerOpts::default());
            }),
        ],
    );
}
