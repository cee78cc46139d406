//! The contrast of the page's colours, computed as WCAG 2.2 does (relative luminance, 1.4.3 and 1.4.11).

use std::collections::BTreeMap;

/// Text on its ground, level AA.
const TEXT: f64 = 4.5;
/// What must be told from its ground and is no text.
const PARTS: f64 = 3.0;

/// Text that stands on the page's ground and on its sheets alike.
const TEXTS: [&str; 15] = [
    "ink",
    "soft",
    "link",
    "button",
    "navigation",
    "caption",
    "related",
    "paywall",
    "newsletter",
    "share",
    "comments",
    "footer",
    "byline",
    "model",
    "other",
];
/// Other text, with what it stands on. A pressed reason of the legend has the ground's colour on its own, whose
/// contrast is that of the reason on the ground.
const PAIRS: [(&str, &str); 4] =
    [("on-button", "button"), ("warn", "warn-ground"), ("bad", "bad-ground"), ("good", "good-ground")];
/// What is no text, on both grounds: borders, the ring of the focus, the bars of a score.
const SHAPES: [&str; 4] = ["line", "focus-ring", "good", "bad"];

/// The variables of the block that begins with a selector.
fn theme(selector: &str) -> BTreeMap<String, [u8; 3]> {
    let css = include_str!("assets/theme.css");
    let block = css.split(&format!("{selector} {{")).nth(1).unwrap().split('}').next().unwrap();
    let declared = block.split(';').filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"));
    let byte = |hex: &str, at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    declared.map(|(name, hex)| (name.to_owned(), [byte(hex, 0), byte(hex, 2), byte(hex, 4)])).collect()
}

fn luminance(colour: [u8; 3]) -> f64 {
    let linear = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
}

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn the_formula_is_that_of_wcag() {
    assert!((contrast([0; 3], [255; 3]) - 21.0).abs() < 1e-9);
    assert!((contrast([0x76; 3], [255; 3]) - 4.54).abs() < 0.01, "the known limit of grey on white");
}

#[test]
fn every_colour_of_text_has_the_contrast_of_level_aa_in_both_themes() {
    for selector in [":root", ":root[data-theme=\"dark\"]"] {
        let colours = theme(selector);
        let on_both = |name| [(name, "ground"), (name, "sheet")];
        let text = TEXTS.into_iter().flat_map(on_both).chain(PAIRS);
        let shapes = SHAPES.into_iter().flat_map(on_both).map(|pair| (pair, PARTS));
        let wanted = text.map(|pair| (pair, TEXT)).chain(shapes);
        for ((front, back), least) in wanted {
            let found = contrast(colours[front], colours[back]);
            assert!(found >= least, "{selector}: --{front} on --{back} is {found:.2}, less than {least}");
        }
    }
}
