//! Paths as CSS selectors that match the very same elements, and specimens: the least HTML that a path matches.

use super::path::{Comparison, Condition, End, Path, Step, Way};
use crate::article::escape_html;
use crate::parse::keeps_attribute;

/// Attributes whose values CSS compares without regard to case, as XPath never does.
const LAX_VALUES: [&str; 8] = ["type", "rel", "lang", "media", "charset", "dir", "http-equiv", "color"];

/// The selector of a path.
pub fn selector(path: &Path) -> Result<String, String> {
    let mut css = String::new();
    for (index, step) in path.steps.iter().enumerate() {
        css.push_str(match (step.way, index) {
            (Way::Child | Way::Below, 0) => "",
            (Way::Child, _) => " > ",
            (Way::Below, _) => " ",
            (Way::After, _) => " ~ ",
        });
        css.push_str(&compound(step)?);
    }
    if let Some(attribute) = &path.attribute {
        css.push_str(&condition(&Condition::Has(attribute.clone()), None)?);
    }
    Ok(css)
}

fn compound(step: &Step) -> Result<String, String> {
    let tag = step.tag.as_deref();
    let conditions = step.conditions.iter().map(|one| condition(one, tag)).collect::<Result<String, _>>()?;
    Ok(match (tag, conditions.is_empty()) {
        (Some(tag), _) => format!("{tag}{conditions}"),
        (None, true) => "*".to_owned(),
        (None, false) => conditions,
    })
}

fn condition(it: &Condition, tag: Option<&str>) -> Result<String, String> {
    let each =
        |inner: &[Condition]| inner.iter().map(|one| condition(one, tag)).collect::<Result<Vec<_>, _>>();
    Ok(match it {
        Condition::Has(name) => format!("[{}]", known(name)?),
        Condition::Attribute(name, comparison, value) => attribute(known(name)?, *comparison, value),
        Condition::Nth(number, end) => {
            let last = if *end == End::Last { "last-" } else { "" };
            let sort = if tag.is_some() { "of-type" } else { "child" };
            format!(":nth-{last}{sort}({number})")
        }
        Condition::Inside(path) => {
            let child = if path.steps.first().is_some_and(|step| step.way == Way::Child) { "> " } else { "" };
            format!(":has({child}{})", selector(path)?)
        }
        Condition::Not(inner) => format!(":not({})", condition(inner, tag)?),
        Condition::All(inner) => each(inner)?.concat(),
        Condition::Any(inner) => format!(":is({})", each(inner)?.join(", ")),
    })
}

/// An attribute that the tree of tamis has; one on another matches nothing.
fn known(name: &str) -> Result<&str, String> {
    match keeps_attribute(name) {
        true => Ok(name),
        false => Err(format!("tamis does not read the attribute `{name}`")),
    }
}

fn attribute(name: &str, comparison: Comparison, value: &str) -> String {
    let is_plain = value.starts_with(|c: char| c.is_ascii_alphabetic())
        && value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    let lax = if LAX_VALUES.contains(&name) { " s" } else { "" };
    let with = |sign: &str, value: &str| {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"");
        format!("[{name}{sign}=\"{value}\"{lax}]")
    };
    match (comparison, name) {
        (Comparison::Is, "id") if is_plain => format!("#{value}"),
        (Comparison::Is, _) => with("", value),
        (Comparison::Contains, _) => with("*", value),
        (Comparison::Begins, _) => with("^", value),
        (Comparison::Word, "class") if is_plain => format!(".{value}"),
        (Comparison::Word, _) => with("~", value),
        (Comparison::SpacedWord, _) => {
            let parts = [
                with("", value),
                with("^", &format!("{value} ")),
                with("$", &format!(" {value}")),
                with("*", &format!(" {value} ")),
            ];
            format!(":is({})", parts.join(", "))
        }
    }
}

/// The least HTML with an element that a path matches, around `inner`; none where that is not plain.
pub fn specimen(path: &Path, inner: &str) -> Option<String> {
    let mut html = inner.to_owned();
    let mut steps = path.steps.iter().rev().peekable();
    while let Some(step) = steps.next() {
        html = element(step, &html)?;
        if step.way == Way::After {
            html = element(steps.peek()?, "")? + &html;
            steps.next();
        }
    }
    Some(html)
}

fn element(step: &Step, inner: &str) -> Option<String> {
    let tag = step.tag.as_deref().unwrap_or("div");
    let mut attributes = Vec::new();
    let mut before = 0;
    for condition in &step.conditions {
        fulfil(condition, &mut attributes, &mut before)?;
    }
    let written: String =
        attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", escape_html(value))).collect();
    let others = format!("<{tag}></{tag}>").repeat(before as usize);
    Some(format!("{others}<{tag}{written}>{inner}</{tag}>"))
}

/// Most empty elements before a specimen.
const MAX_BEFORE: u32 = 20;

fn fulfil(condition: &Condition, attributes: &mut Vec<(String, String)>, before: &mut u32) -> Option<()> {
    match condition {
        Condition::Has(name) => add(attributes, name, "x"),
        Condition::Attribute(name, _, value) => add(attributes, name, value),
        Condition::Nth(number, End::First) if *number <= MAX_BEFORE => *before = number - 1,
        Condition::Nth(1, End::Last) | Condition::Not(_) => {}
        Condition::All(inner) => return inner.iter().try_for_each(|one| fulfil(one, attributes, before)),
        Condition::Any(inner) => return fulfil(inner.first()?, attributes, before),
        Condition::Nth(..) | Condition::Inside(_) => return None,
    }
    Some(())
}

fn add(attributes: &mut Vec<(String, String)>, name: &str, value: &str) {
    match attributes.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => *known = format!("{known} {value}"),
        None => attributes.push((name.to_owned(), value.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::xpath::read;
    use super::*;
    use crate::parse::{Limits, Selector, parse};

    fn css(xpath: &str) -> Result<String, String> {
        read(xpath)
            .and_then(|paths| paths.iter().map(selector).collect::<Result<Vec<_>, _>>())
            .map(|all| all.join(", "))
    }

    #[test]
    fn what_css_can_say_exactly_is_said() {
        for (xpath, expected) in [
            ("//div[@id='content']", "div#content"),
            ("//div[@id = \"a b\"]", "div[id=\"a b\"]"),
            ("//*[contains(@class, 'story')]", "[class*=\"story\"]"),
            ("//div[contains(concat(' ', normalize-space(@class), ' '), ' corps ')]", "div.corps"),
            ("//div[@class='a']/p[1]", "div[class=\"a\"] > p:nth-of-type(1)"),
            ("//ul/*[last()]", "ul > :nth-last-child(1)"),
            ("//article//p[@lang='fr' and not(@hidden)]", "article p[lang=\"fr\" s]:not([hidden])"),
            ("//div[@id='a' or @id='b']", "div:is(#a, #b)"),
            ("//h2/following-sibling::p", "h2 ~ p"),
            ("//div[.//video] | //aside", "div:has(video), aside"),
            ("//div[p/a]", "div:has(> p > a)"),
            ("/html/body/div[2]", "html > body > div:nth-of-type(2)"),
            ("//a[starts-with(@href, '/tag/')]", "a[href^=\"/tag/\"]"),
            ("//meta[@property='og:title']/@content", "meta[property=\"og:title\"][content]"),
            ("//p[@class!='x']", "p[class]:not([class=\"x\"])"),
            ("//section[position()=3]", "section:nth-of-type(3)"),
        ] {
            assert_eq!(css(xpath).as_deref(), Ok(expected), "{xpath}");
            assert!(Selector::parse(expected).is_ok(), "{expected}");
        }
    }

    #[test]
    fn what_css_cannot_say_is_refused_with_the_reason() {
        for (xpath, reason) in [
            ("//p[contains(text(), 'Lire aussi')]", "text of an element"),
            ("//p[contains(., 'x')]", "text of an element"),
            ("//h1/text()", "`text()` is no element"),
            ("//div[@id='a']/..", "parent"),
            ("//p/ancestor::div", "parent"),
            ("(//p)[1]", "whole document"),
            ("//p[@class='a'][2]", "meet a condition"),
            ("//h2/following-sibling::p[1]", "siblings from an element"),
            ("string(//h1)", "computes a text"),
            ("//div[@onclick]", "does not read the attribute `onclick`"),
            ("//table/tr", "tbody"),
            ("//div[count(p) > 2]", "cannot be said in CSS"),
            ("//p[contains(@class, '')]", "empty text"),
            ("//div[", "expected"),
            ("//div[@id='a'", "expected"),
            ("", "no path"),
            ("/div", "/html"),
        ] {
            let found = css(xpath).expect_err(xpath);
            assert!(found.contains(reason), "{xpath}: {found}");
        }
    }

    #[test]
    fn a_path_matches_its_specimen() {
        for xpath in [
            "//div[@id='a']//p[2]",
            "//h2/following-sibling::div[@class='x']",
            "//section[@id='a' or @id='b']/ul",
        ] {
            let paths = read(xpath).unwrap();
            let html = specimen(&paths[0], "<b>here</b>").unwrap();
            let dom = parse(&html, &Limits::default()).unwrap();
            let found = dom.select(&Selector::parse(&selector(&paths[0]).unwrap()).unwrap());
            assert_eq!(found.len(), 1, "{html}");
            assert_eq!(dom.text_content(found[0]), "here");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "(\\PC|//|div|\\[|\\]|@id|='|'|\\(|not\\(|contains\\(|or |\\.\\.|::){0,40}") {
            let _ = css(&text);
        }
    }
}
