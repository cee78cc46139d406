//! Splits a text into paragraphs.
//!
//! Each line is a paragraph, blank lines or not. Only a text that was hard-wrapped is joined: when every line is
//! broken exactly where the next word would have passed a width.

use super::super::text::shape::ends_sentence;

/// Widest line of hard-wrapped text (mail, plain text files), in characters.
const MAX_WIDTH: usize = 100;
/// Narrowest.
const MIN_WIDTH: usize = 25;
/// Fewest broken lines that prove a width.
const MIN_BREAKS: usize = 6;

/// The paragraphs of a text, indentation kept, blank ones left out.
pub(super) fn split(text: &str) -> Vec<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let joined = if is_hard_wrapped(&lines) { join(&lines) } else { Vec::new() };
    if joined.is_empty() {
        lines.into_iter().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
    } else {
        joined
    }
}

/// Whether no line of a paragraph had room for the first word of the next, and lines break inside of sentences. Lines of
/// one word are addresses, or of a script without spaces.
fn is_hard_wrapped(lines: &[&str]) -> bool {
    let width = lines.iter().map(|line| length(line)).max().unwrap_or(0);
    if !(MIN_WIDTH..=MAX_WIDTH).contains(&width) {
        return false;
    }
    let (mut breaks, mut sentences) = (0, 0);
    for pair in lines.windows(2) {
        let Some(word) = pair[1].split_whitespace().next() else { continue };
        if pair[0].is_empty() {
            continue;
        }
        let is_one_word = !pair[0].trim().contains(char::is_whitespace);
        if is_one_word || length(pair[0]) + 1 + length(word) <= width {
            return false;
        }
        breaks += 1;
        sentences += usize::from(ends_sentence(pair[0]));
    }
    breaks >= MIN_BREAKS && sentences * 2 < breaks
}

fn join(lines: &[&str]) -> Vec<String> {
    let paragraphs = lines.split(|line| line.is_empty()).filter(|lines| !lines.is_empty());
    paragraphs.map(join_lines).collect()
}

/// One line of several; the end of a line after a hyphen is within a word.
fn join_lines(lines: &[&str]) -> String {
    let mut joined = String::new();
    for line in lines {
        let mut end = joined.chars().rev();
        let is_within = end.next() == Some('-') && end.next().is_some_and(char::is_alphabetic);
        if !joined.is_empty() && !is_within {
            joined.push(' ');
        }
        joined.push_str(line.trim());
    }
    joined
}

fn length(line: &str) -> usize {
    line.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_paragraph() {
        assert_eq!(split("\u{feff}Un.\r\n\n\nDeux.\n  - trois"), ["Un.", "Deux.", "  - trois"]);
    }

    #[test]
    fn hard_wrapped_text_is_joined() {
        let words = "le conseil municipal a voté hier soir la rénovation du pont de pierre ".repeat(12);
        let mut wrapped = String::new();
        let mut width = 0;
        for word in words.split_whitespace() {
            if width + 1 + word.chars().count() > 72 {
                wrapped.push('\n');
                width = 0;
            } else if width > 0 {
                wrapped.push(' ');
                width += 1;
            }
            wrapped.push_str(word);
            width += word.chars().count();
        }
        let paragraphs = split(&format!("{wrapped}\n\n{wrapped}"));
        assert_eq!(paragraphs, [words.trim(), words.trim()]);
    }

    #[test]
    fn narrow_columns_are_joined_and_words_with_a_hyphen_stay_whole() {
        let text = "Le maire de Lorient a dévoilé lundi\nsoir, devant une salle comble, le\nprojet de nouvelle médiathèque, qui\n\
            doit remplacer en 2028 le bâtiment\nvieillissant de la place François-\nMitterrand.\n\n\
            Le chantier, estimé à 24 millions\nd'euros, sera financé pour un tiers\npar la ville.";
        let paragraphs = split(text);
        assert_eq!(paragraphs.len(), 2, "{paragraphs:?}");
        assert!(paragraphs[0].ends_with("de la place François-Mitterrand."), "{paragraphs:?}");
    }

    #[test]
    fn short_paragraphs_are_not_joined() {
        let verses =
            "Sous le pont Mirabeau coule la Seine\nEt nos amours\nFaut-il qu’il m’en souvienne\n".repeat(4);
        assert_eq!(split(&verses).len(), 12);
        let dense =
            "指数在四个大范畴评定经济自由度，分别是法治水平、监管效率、受约束政府模式及市场开放程度。\n"
                .repeat(8);
        assert_eq!(split(&dense).len(), 8, "a script without spaces has no first word");
    }
}
