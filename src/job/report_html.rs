//! The report of a run as one HTML file: no script, nothing from elsewhere, small charts as inline SVG.

use std::fmt::Write;

use super::report::Report;
use super::tally::HostTally;
use crate::article::escape_html as escape;

/// Everything but the figures.
const TEMPLATE: &str = include_str!("report.html");
/// The colours of the workbench, whose contrast is tested there.
const THEME: &str = include_str!("../serve/assets/theme.css");
/// Where `tamis serve` is found, unless told otherwise.
const WORKBENCH: &str = "http://127.0.0.1:8080/";
/// Hosts with a line of their own.
const MAX_HOSTS: usize = 200;
/// Rules in the chart.
const MAX_RULES: usize = 15;
/// Width of a chart, in its own units.
const WIDTH: f64 = 100.0;

/// Outcomes in the order of their charts: class, name, count.
type Parts = [(&'static str, &'static str, usize); 5];

/// The report as a page.
pub(super) fn render(report: &Report) -> String {
    let parts = [
        ("theme", theme()),
        ("line", escape(&report.line())),
        ("chart", chart(&overall(report), 8.0)),
        ("legend", legend(&overall(report))),
        ("warnings", list("Warnings", report.warnings.iter().map(|warning| escape(warning)))),
        ("pages", pages(report)),
        ("hosts", hosts(report)),
        ("statuses", statuses(report)),
        ("rules", rules(report)),
        ("failures", failures(report)),
    ];
    // in one pass, so that text that looks like a mark stays text
    let mut pieces = TEMPLATE.split("{{");
    let mut page = pieces.next().unwrap_or_default().to_owned();
    for (mark, rest) in pieces.filter_map(|piece| piece.split_once("}}")) {
        page.push_str(parts.iter().find(|(name, _)| *name == mark).map_or("", |(_, part)| part));
        page.push_str(rest);
    }
    page
}

/// The dark colours hold where the system asks for them, since nobody can switch here.
fn theme() -> String {
    THEME.replace(":root[data-theme=\"dark\"] {", "@media (prefers-color-scheme: dark) { :root {") + "}"
}

fn overall(report: &Report) -> Parts {
    let tally = &report.tally;
    [
        ("good", "articles", tally.written),
        ("same", "unchanged", tally.unchanged + tally.in_vain),
        ("warn", "rejected", tally.rejected),
        ("bad", "failed", tally.failed + tally.failing),
        ("left", "left for the next run", report.left),
    ]
}

fn of_host(host: &HostTally) -> Parts {
    [
        ("good", "articles", host.articles),
        ("same", "unchanged", host.unchanged),
        ("warn", "rejected", host.rejected),
        ("bad", "failed", host.failed),
        ("left", "left for the next run", host.left),
    ]
}

/// A bar of the parts, side by side.
fn chart(parts: &Parts, height: f64) -> String {
    let all: usize = parts.iter().map(|(_, _, count)| count).sum();
    let mut bars = String::new();
    let mut at = 0.0;
    for (class, name, count) in parts.iter().filter(|(_, _, count)| *count > 0) {
        let width = *count as f64 / all.max(1) as f64 * WIDTH;
        let _ = write!(
            bars,
            "<rect class=\"{class}\" x=\"{at:.2}\" width=\"{width:.2}\" height=\"{height}\"><title>{name}: {count}</title></rect>"
        );
        at += width;
    }
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">{bars}</svg>",
        said(parts)
    )
}

fn said(parts: &Parts) -> String {
    let shown = parts.iter().filter(|(_, _, count)| *count > 0);
    shown.map(|(_, name, count)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
}

fn legend(parts: &Parts) -> String {
    let shown = parts.iter().filter(|(_, _, count)| *count > 0);
    shown.map(|(class, name, count)| format!("<li><i class=\"{class}\"></i>{count} {name}</li>")).collect()
}

/// A section with a list; nothing if the list is empty.
fn list(title: &str, items: impl Iterator<Item = String>) -> String {
    let items: String = items.map(|item| format!("<li>{item}</li>")).collect();
    section(title, &format!("<ul>{items}</ul>"), items.is_empty())
}

fn section(title: &str, inner: &str, is_empty: bool) -> String {
    if is_empty { String::new() } else { format!("<section><h2>{title}</h2>{inner}</section>") }
}

fn pages(report: &Report) -> String {
    let item = |page: &super::pages::LookAt| {
        let title = escape(page.title.as_deref().unwrap_or(&page.source));
        format!(
            "<b class=\"sign\">{}</b> {title}<br>{}{}",
            page.sign,
            escape(&page.reason),
            ways(&page.source)
        )
    };
    list("Pages to look at first", report.look_at.iter().map(item))
}

/// How to see why: in the workbench, or by a command.
fn ways(source: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(source.as_bytes()).collect();
    let quoted = source.replace('\'', "'\\''");
    format!(
        "<span class=\"ways\"><a href=\"{WORKBENCH}#open={encoded}\">explain in the workbench</a> <code>{}</code></span>",
        escape(&format!("tamis explain '{quoted}'"))
    )
}

fn failures(report: &Report) -> String {
    let failed = report.tally.failures.iter().map(|page| {
        format!(
            "<b class=\"sign\">{}</b> {}<br>{}",
            escape(&page.status),
            escape(&page.source),
            escape(&page.reason)
        )
    });
    let doubled = report.tally.doubles.iter().map(|page| {
        format!("<b class=\"sign\">double</b> {}<br>{}", escape(&page.source), escape(&page.reason))
    });
    list("Failures and doubles (the first ones)", failed.chain(doubled))
}

fn hosts(report: &Report) -> String {
    let mut hosts: Vec<_> = report.tally.hosts.iter().collect();
    hosts.sort_by_key(|(_, host)| std::cmp::Reverse(host.tried + host.unchanged + host.left));
    let rows: String = hosts.iter().take(MAX_HOSTS).map(|(name, host)| row(name, host)).collect();
    let more = match hosts.len().checked_sub(MAX_HOSTS) {
        Some(more) if more > 0 => format!("<p>... and {more} more; the JSON report has all.</p>"),
        _ => String::new(),
    };
    let head =
        "<tr><th>host<th>outcome<th>tried<th>articles<th>rejected<th>failed<th>KiB<th>s a page<th>delay</tr>";
    section(
        "Hosts",
        &format!("<div class=\"wide\"><table><thead>{head}</thead><tbody>{rows}</tbody></table></div>{more}"),
        rows.is_empty(),
    )
}

fn row(name: &str, host: &HostTally) -> String {
    let HostTally { tried, articles, rejected, failed, bytes, .. } = host;
    let (size, pace) = (bytes.div_ceil(1024), host.network_seconds / (*tried).max(1) as f64);
    let delay = host.delay_seconds.map(|delay| format!("{delay:.1} s")).unwrap_or_default();
    format!(
        "<tr><th scope=\"row\">{}<td>{}<td>{tried}<td>{articles}<td>{rejected}<td>{failed}<td>{size}<td>{pace:.2}<td>{delay}</tr>",
        escape(name),
        chart(&of_host(host), 10.0)
    )
}

fn statuses(report: &Report) -> String {
    let bars = report.tally.statuses.iter().map(|(name, count)| (name.as_str(), *count));
    section("Outcomes", &bars_of(bars.collect()), report.tally.statuses.is_empty())
}

fn rules(report: &Report) -> String {
    let bars: Vec<(&str, usize)> =
        report.tally.rules.iter().map(|(name, count)| (name.as_str(), *count)).collect();
    section("Rules that decided most blocks", &bars_of(bars), report.tally.rules.is_empty())
}

/// A bar for each count, longest first.
fn bars_of(mut counts: Vec<(&str, usize)>) -> String {
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let most = counts.first().map_or(1, |(_, count)| *count).max(1);
    let bar = |(name, count): &(&str, usize)| {
        let width = *count as f64 / most as f64 * WIDTH;
        format!(
            "<tr><th scope=\"row\">{}<td>{count}<td><svg viewBox=\"0 0 {WIDTH} 10\" preserveAspectRatio=\"none\" \
             aria-hidden=\"true\"><rect class=\"bar\" width=\"{width:.2}\" height=\"10\"/></svg></tr>",
            escape(name)
        )
    };
    let rows: String = counts.iter().take(MAX_RULES).map(bar).collect();
    format!("<table class=\"bars\"><tbody>{rows}</tbody></table>")
}

#[cfg(test)]
mod tests {
    use super::super::page_state::PageState;
    use super::super::pages::LookAt;
    use super::super::tally::tests::tallied;
    use super::*;

    fn page() -> String {
        let look_at = LookAt {
            source: "https://a.example/?q=a&b='<x>".to_owned(),
            title: Some("<script>alert(1)</script>".to_owned()),
            sign: "short",
            reason: "10 characters; the median of a.example is 4000".to_owned(),
        };
        let tally = tallied(&[
            (PageState::Done, "ok"),
            (PageState::Rejected, "too-short"),
            (PageState::Failed, "timeout"),
        ]);
        render(&Report {
            tally,
            look_at: vec![look_at],
            warnings: vec!["a & b".to_owned()],
            ..Report::default()
        })
    }

    #[test]
    fn the_report_is_one_inert_file() {
        let html = page();
        assert!(html.contains("default-src 'none'") && !html.contains("{{"), "{html}");
        assert!(
            !html.contains("<script")
                && html.contains("&lt;script&gt;alert(1)")
                && html.contains("a &amp; b")
        );
        for outside in ["src=", "@import", "url(", "<link"] {
            assert!(!html.contains(outside), "{outside}");
        }
    }

    #[test]
    fn charts_say_what_they_show_and_pages_link_to_the_workbench() {
        let html = page();
        assert!(
            html.contains("aria-label=\"1 rejected, 1 failed\"")
                && html.contains("aria-label=\"1 articles, 1 rejected, 1 failed\""),
            "{html}"
        );
        assert!(html.contains(
            "href=\"http://127.0.0.1:8080/#open=https%3A%2F%2Fa.example%2F%3Fq%3Da%26b%3D%27%3Cx%3E\""
        ));
        assert!(
            html.contains("tamis explain &#39;https://a.example/?q=a&amp;b=&#39;\\&#39;&#39;&lt;x&gt;&#39;"),
            "{html}"
        );
        assert_eq!(html.matches("<svg").count(), html.matches("</svg>").count());
    }

    #[cfg(feature = "serve")]
    #[test]
    fn the_link_goes_where_the_workbench_is() {
        assert_eq!(WORKBENCH, format!("http://{}/", crate::serve::USUAL_ADDRESS));
    }
}
