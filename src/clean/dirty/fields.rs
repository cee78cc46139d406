//! The fields at the very top of a dirty text: `date 2023-05` before the first sentence, and `title: ..`, `author: ..`
//! lines.

use std::sync::LazyLock;

use regex::Regex;

use super::super::Kind;
use super::{DirtyResult, Item};

/// Lines at the top that may be fields such as `date: 2023-05-12`.
const FIELD_LINES: usize = 8;

/// Takes `date 2023-05` off the first line and `title: ..`, `author: ..` lines off the top.
pub(super) fn take_fields(items: &mut [Item], found: &mut DirtyResult) {
    static DATE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^\s*(?i:date)\s*:?\s+(\d{4}-\d{2}(?:-\d{2})?)(?:\s+|$)").ok());
    let Some(first) = items.first_mut() else { return };
    let date = DATE.as_ref().and_then(|pattern| pattern.captures(&first.text));
    if let Some((range, date)) =
        date.and_then(|date| Some((date.get(0)?.range(), date.get(1)?.as_str().to_owned())))
    {
        found.date = Some(date);
        first.cut(&[range], Kind::DateLine, "dirty.date-field");
        if first.text.is_empty() {
            first.remove(Kind::DateLine, "dirty.date-field");
        }
    }
    take_front_matter(items, found);
}

/// Lines `name: value` at the very top, with or without the dashes of YAML around them. One alone is text.
fn take_front_matter(items: &mut [Item], found: &mut DirtyResult) {
    let fields = items.iter().take(FIELD_LINES).take_while(|item| field(&item.text).is_some()).count();
    if fields < 2 {
        return;
    }
    for item in &mut items[..fields] {
        let Some((name, value)) = field(&item.text) else { continue };
        let (slot, kind) = match name.as_str() {
            "title" | "titre" | "titel" => (Some(&mut found.title), Kind::Title),
            "author" | "auteur" | "autor" => (Some(&mut found.author), Kind::Byline),
            "date" => (Some(&mut found.date), Kind::DateLine),
            "site" | "sitename" | "hostname" => (Some(&mut found.site), Kind::Other),
            _ => (None, Kind::Other),
        };
        if let Some(slot) = slot.filter(|_| !value.is_empty()) {
            slot.get_or_insert(value);
        }
        item.remove(kind, "dirty.field");
    }
}

/// Name and value of a field; the dashes around fields have neither.
fn field(line: &str) -> Option<(String, String)> {
    const NAMES: [&str; 20] = [
        "title",
        "titre",
        "titel",
        "author",
        "auteur",
        "autor",
        "date",
        "site",
        "sitename",
        "hostname",
        "url",
        "link",
        "tags",
        "categories",
        "image",
        "language",
        "lang",
        "description",
        "id",
        "fingerprint",
    ];
    if line.trim() == "---" {
        return Some((String::new(), String::new()));
    }
    let (name, value) = line.split_once(':')?;
    let name = name.trim().to_lowercase();
    NAMES.contains(&name.as_str()).then(|| (name, value.trim().trim_matches('"').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::super::text::Phrases;
    use super::super::clean_dirty;

    const PROSE: &str =
        "Le préfet a signé hier l’arrêté qui interdit l’arrosage dans douze communes du département.";

    #[test]
    fn a_leading_date_goes_into_the_metadata() {
        let result = clean_dirty(&format!(" date 2023-05 {PROSE}"), &Phrases::builtin());
        assert_eq!(result.date.as_deref(), Some("2023-05"));
        assert_eq!(result.blocks[0].text, PROSE);
        let prose =
            "Date 1914 ne dit rien à personne dans ce village de montagne, et pourtant elle est partout.";
        assert_eq!(clean_dirty(prose, &Phrases::builtin()).blocks[0].text, prose);
    }
}
