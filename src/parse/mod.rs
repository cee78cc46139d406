//! `&str` to [`Dom`]: the tree of a page, within limits.
//!
//! Terms:
//! - *tokenizer*: cuts the markup into tokens (start tag, end tag, text, comment, DOCTYPE);
//! - *tree builder*: html5ever's own implementation of the HTML standard's tree construction, which turns
//!   tokens into tree edits;
//! - *guard*: stands between the two and drops the tags that would make the tree builder slow;
//! - *sink*: receives those edits and lets the *writer* enter them into the arena;
//! - *arena*: the flat tables of [`Dom`]. Nothing in it is reference-counted and nothing recurses, so that no
//!   page can
//!   overflow the stack and a tree is dropped in one go.
//!
//! Scripting is off: the content of `<noscript>` is parsed as elements.

mod classes;
mod dom;
mod guard;
#[cfg(test)]
mod hostile;
mod keep;
mod limits;
#[cfg(test)]
mod outline;
mod select;
mod sink;
#[cfg(test)]
mod speed;
mod tags;
mod tokenizer;
mod walk;
mod writer;

pub use classes::ByClass;
pub use dom::{AttributeNames, Dom, NodeId, NodeKind};
pub(crate) use keep::keeps_attribute;
pub use limits::Limits;
pub use select::Selector;
pub use walk::Edge;

use crate::error::Rejection;
use guard::Guard;
use keep::Retention;
use sink::Sink;
use tokenizer::{Tokenizer, normalise_newlines};

/// Parses a page into a new [`Dom`].
pub fn parse(html: &str, limits: &Limits) -> Result<Dom, Rejection> {
    let mut dom = parse_into(html, limits, Dom::with_room(html.len()))?;
    dom.shrink();
    Ok(dom)
}

/// Parses a page into `dom`, whose old content is dropped and whose buffers are reused.
pub fn parse_into(html: &str, limits: &Limits, dom: Dom) -> Result<Dom, Rejection> {
    parse_keeping(html, limits, dom, Retention::Article)
}

const BYTE_ORDER_MARK: char = '\u{feff}';

fn parse_keeping(html: &str, limits: &Limits, dom: Dom, retention: Retention) -> Result<Dom, Rejection> {
    let limits = &limits.clamped();
    limits.check_bytes(html.len())?;
    let page = normalise_newlines(html.strip_prefix(BYTE_ORDER_MARK).unwrap_or(html));
    let sink = Sink::new(dom, limits, retention, page.len());
    let guard = Tokenizer::new(&page, Guard::new(sink, limits, retention)).run();
    let dom = guard.finish();
    limits.check_nodes(dom.len())?;
    Ok(dom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(html: &str) -> Dom {
        parse(html, &Limits::default()).expect("within the limits")
    }

    fn found(dom: &Dom, css: &str) -> Vec<String> {
        let selector = Selector::parse(css).expect("a valid selector");
        dom.select(&selector).into_iter().map(|node| dom.text_content(node)).collect()
    }

    #[test]
    fn selects_by_tag_class_id_attribute_and_structure() {
        let dom = parsed(
            "<div id=main class='a b'><p>one</p><p class=x>two</p><p data-k=v>three</p></div><section><p>four</section>",
        );
        assert_eq!(found(&dom, "#main > p"), ["one", "two", "three"]);
        assert_eq!(found(&dom, "div.b p.x, section p"), ["two", "four"]);
        assert_eq!(found(&dom, "p:nth-child(3)"), ["three"]);
        assert_eq!(found(&dom, "p[data-k=v]"), ["three"]);
        assert_eq!(found(&dom, "section:has(p)"), ["four"]);
        assert_eq!(found(&dom, "div:not(:has(.x))"), [""; 0]);
        assert!(Selector::parse("p[").is_err());
    }

    #[test]
    fn keeps_script_bodies_that_carry_data_only() {
        let dom = parsed(
            "<script type='application/ld+json'>{}</script><script>var x</script><script>window.__NUXT__=1</script><style>p{}</style>",
        );
        assert_eq!(found(&dom, "script"), ["{}", "", "window.__NUXT__=1"]);
        assert_eq!(found(&dom, "style"), [""]);
    }

    #[test]
    fn never_visits_template_text() {
        let dom = parsed("<body>a<template><p>b</template>c");
        assert_eq!(dom.text_content(dom.document()), "ac");
    }

    #[test]
    fn parses_noscript_as_elements() {
        assert_eq!(found(&parsed("<body><noscript><img alt=x><p>t</noscript>"), "noscript > p"), ["t"]);
    }

    #[test]
    fn moves_between_threads() {
        fn sendable<T: Send + Sync>(_: &T) {}
        sendable(&parsed(""));
        sendable(&Selector::parse("a").expect("a valid selector"));
    }
}
