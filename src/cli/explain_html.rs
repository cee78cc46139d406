//! The report of `tamis explain --html`: one file, readable without network, nothing of the page runs in it.
//!
//! The page's text is escaped; the script that filters is ours and reads nothing but the classes of the list.

use std::collections::BTreeMap;

use tamis::article::escape_html as escape;
use tamis::{ExplainedBlock, Explanation};

/// Everything but the list itself.
const TEMPLATE: &str = include_str!("explain.html");

/// Renders the report of a page; `name` is its path or address.
pub fn render(explanation: &Explanation, name: &str) -> String {
    let reason = explanation.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let kept = explanation.blocks.iter().filter(|block| block.kept).count();
    let parts = [
        ("{{name}}", escape(name)),
        ("{{status}}", escape(&format!("{}{reason}", explanation.status))),
        ("{{kept}}", kept.to_string()),
        ("{{removed}}", (explanation.blocks.len() - kept).to_string()),
        ("{{kinds}}", kinds(&explanation.blocks)),
        ("{{blocks}}", explanation.blocks.iter().map(block).collect()),
    ];
    fill(TEMPLATE, &parts)
}

/// Replaces the marks of a template in one pass, so that text of the page that looks like a mark stays text.
fn fill(template: &str, parts: &[(&str, String)]) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find("{{") {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        match parts.iter().find(|(mark, _)| rest.starts_with(mark)) {
            Some((mark, value)) => {
                text.push_str(value);
                rest = &rest[mark.len()..];
            }
            None => {
                text.push_str("{{");
                rest = &rest[2..];
            }
        }
    }
    text + rest
}

/// The choices of the filter: every kind that was removed, with its count.
fn kinds(blocks: &[ExplainedBlock]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for block in blocks.iter().filter(|block| !block.kept) {
        *counts.entry(kind_name(block)).or_default() += 1;
    }
    counts.iter().map(|(kind, count)| format!("<option value=\"{kind}\">{kind} ({count})</option>")).collect()
}

fn kind_name(block: &ExplainedBlock) -> &'static str {
    block.kind.map_or("other", |kind| kind.name())
}

fn block(block: &ExplainedBlock) -> String {
    let fate = if block.kept { "kept" } else { "removed" };
    let kind = if block.kept { "" } else { kind_name(block) };
    let score = block.score.map_or(String::new(), |score| format!("<span class=\"score\">{score:.2}</span>"));
    format!(
        "<li class=\"{fate}\" data-kind=\"{kind}\"><p class=\"why\"><b>{fate}</b> <span>{kind}</span> <code>{}</code> {score}\
         </p><p class=\"text\" dir=\"auto\">{}</p><p class=\"path\">{}</p></li>\n",
        escape(&block.rule),
        escape(&block.text),
        escape(&block.path)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(text: &str) -> String {
        let block =
            ExplainedBlock { text: text.to_owned(), rule: "r<1>".to_owned(), ..ExplainedBlock::default() };
        render(&Explanation { status: "ok".to_owned(), reason: None, blocks: vec![block] }, "a&b.html")
    }

    #[test]
    fn nothing_of_the_page_becomes_markup() {
        let html = report("<script>alert(1)</script> \"&amp;");
        assert!(!html.contains("<script>alert"), "{html}");
        assert!(
            html.contains("&lt;script&gt;alert(1)")
                && html.contains("r&lt;1&gt;")
                && html.contains("a&amp;b.html")
        );
    }

    #[test]
    fn the_report_is_one_file_without_outside_parts() {
        let html = report("x");
        for outside in ["src=", "href=", "http://", "https://", "@import", "url("] {
            assert!(!html.contains(outside), "{outside}");
        }
        assert!(!html.contains("{{name}}") && html.contains("<option value=\"other\">other (1)"));
    }

    #[test]
    fn text_that_looks_like_a_mark_stays_text() {
        assert!(report("{{status}} {{x").contains("{{status}} {{x"));
    }
}
