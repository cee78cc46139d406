//! How to clean: what a caller may choose.

use serde::{Deserialize, Serialize};

use crate::article::Normalize;
use crate::clean::Kind;
use crate::error::Error;

/// What to prefer where the evidence is thin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Focus {
    /// Leave out what is doubtful.
    Precision,
    /// Weigh both alike.
    #[default]
    Balanced,
    /// Keep what is doubtful.
    Recall,
}

impl Focus {
    /// The score from which on a block is kept.
    pub(crate) fn threshold(self) -> f32 {
        match self {
            Focus::Precision => 0.8,
            Focus::Balanced => 0.6,
            Focus::Recall => 0.3,
        }
    }
}

/// How to clean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CleanOptions {
    /// What to prefer where the evidence is thin.
    pub focus: Focus,
    /// Fewest characters of an article; shorter ones are rejected as `too-short`.
    pub min_chars: usize,
    /// Largest page, in bytes after decompression; larger ones are rejected as `too-large`.
    pub max_bytes: usize,
    /// Languages that are wanted (ISO 639-1); empty for all. Others are rejected as `wrong-language`.
    pub languages: Vec<String>,
    /// Kinds of boilerplate to keep, marked as such in Markdown and HTML.
    pub keep: Vec<Kind>,
    /// Readers' comments, apart from the article.
    pub comments: bool,
    /// Typography: as found, French, or plain.
    pub normalize: Normalize,
}

impl Default for CleanOptions {
    fn default() -> CleanOptions {
        CleanOptions {
            focus: Focus::Balanced,
            min_chars: 25,
            max_bytes: 32 << 20,
            languages: Vec::new(),
            keep: Vec::new(),
            comments: false,
            normalize: Normalize::None,
        }
    }
}

/// ISO 639-1.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da \
    de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik \
    io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms \
    mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm \
    sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

impl CleanOptions {
    /// Finds languages that no article can have. The message says what to write.
    pub fn check(&self) -> Result<(), Error> {
        let is_code = |text: &str| text.len() == 2 && LANGUAGES.split_whitespace().any(|known| known == text);
        let Some(wrong) = self.languages.iter().find(|language| !is_code(language)) else { return Ok(()) };
        let meant = wrong.split(['-', '_']).next().unwrap_or_default().to_lowercase();
        let advice = match is_code(&meant) {
            true => format!("write \"{meant}\""),
            false => "write codes of ISO 639-1, as in [\"fr\", \"en\"]".to_owned(),
        };
        Err(Error::Config(format!("clean.languages has \"{wrong}\"; {advice}")))
    }

    /// Whether an article in this language is wanted. One without a known language is.
    pub(crate) fn wants_language(&self, language: &str) -> bool {
        self.languages.is_empty()
            || language.is_empty()
            || self.languages.iter().any(|wanted| wanted == language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_codes() {
        let problem = |language: &str| {
            let options =
                CleanOptions { languages: vec!["fr".into(), language.into()], ..Default::default() };
            options.check().map_or_else(|error| error.to_string(), |()| String::new())
        };
        assert_eq!(problem("de"), "");
        for (wrong, meant) in [("DE", "de"), ("de-DE", "de"), ("pt_BR", "pt")] {
            assert!(problem(wrong).ends_with(&format!("write \"{meant}\"")), "{}", problem(wrong));
        }
        for wrong in ["Deutsch", "ger", "xx", "", "de fr"] {
            assert!(problem(wrong).contains("ISO 639-1"), "{wrong}");
        }
    }
}
