//! What may stand around a phrase, and the regular expression of a pattern within it.

use serde::{Deserialize, Serialize};

use super::rule::Scope;

/// What may stand before a phrase: bullets, arrows, pictograms, opening brackets and quotes.
const BEFORE: &str =
    r#"^[- >|*•·+~_:"'(\[#/\u{2190}-\u{23ff}\u{25a0}-\u{27bf}\u{2b00}-\u{2bff}\u{1f000}-\u{1faff}]*"#;
/// What may stand after a phrase that is a whole line.
const AFTER: &str =
    r#"[- >|*•·+~_:"')\].!/…\u{2190}-\u{23ff}\u{25a0}-\u{27bf}\u{2b00}-\u{2bff}\u{1f000}-\u{1faff}]*$"#;

/// Where a phrase stands in what it is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Frame {
    /// It is the whole line.
    Whole,
    /// The line begins with it.
    Start,
    /// Anywhere.
    Anywhere,
    /// At the end.
    End,
    /// Nothing is asked of what stands around it.
    Bare,
}

impl Frame {
    pub fn of(scope: Scope) -> Frame {
        match scope {
            Scope::Line | Scope::FromHere => Frame::Whole,
            Scope::Begins | Scope::LeadIn => Frame::Start,
            Scope::Contains => Frame::Anywhere,
            Scope::Suffix => Frame::End,
        }
    }

    /// Whether the phrase may begin anywhere; otherwise it does at the start.
    pub fn is_open(self) -> bool {
        matches!(self, Frame::Anywhere | Frame::End)
    }

    /// Whether no more may stand behind the phrase than [`AFTER`].
    pub fn closes(self) -> bool {
        matches!(self, Frame::Whole | Frame::End)
    }

    /// A pattern in the frame; group 1 is the phrase.
    pub fn around(self, source: &str) -> String {
        match self {
            Frame::Whole => format!("{BEFORE}({source}){AFTER}"),
            Frame::Start => format!("{BEFORE}({source})(?:[^a-z0-9]|$)"),
            Frame::Anywhere => format!("(?:^|[^a-z0-9])({source})(?:[^a-z0-9]|$)"),
            Frame::End => format!("(?:^|[^a-z0-9])({source}){AFTER}"),
            Frame::Bare => source.to_owned(),
        }
    }
}

/// The characters of [`AFTER`].
pub(super) fn is_after(c: char) -> bool {
    "- >|*•·+~_:\"')].!/…".contains(c)
        || matches!(c, '\u{2190}'..='\u{23ff}' | '\u{25a0}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// The characters of [`BEFORE`].
pub(super) fn is_before(c: char) -> bool {
    "- >|*•·+~_:\"'([#/".contains(c)
        || matches!(c, '\u{2190}'..='\u{23ff}' | '\u{25a0}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    #[test]
    fn what_stands_before_is_the_same_for_both_ways() {
        let regex = Regex::new(&format!("{BEFORE}$")).unwrap();
        for c in (0..0x1_0000u32).chain(0x1_f300..0x1_f700).filter_map(char::from_u32).filter(|c| *c != '\n')
        {
            assert_eq!(regex.is_match(&c.to_string()), is_before(c), "{c:?}");
        }
    }

    #[test]
    fn what_may_stand_behind_is_the_same_for_both_ways() {
        let regex = Regex::new(&format!("^{AFTER}")).unwrap();
        for c in (0..0x1_0000u32).chain(0x1_f300..0x1_f700).filter_map(char::from_u32).filter(|c| *c != '\n')
        {
            assert_eq!(regex.is_match(&c.to_string()), is_after(c), "{c:?}");
        }
    }
}
