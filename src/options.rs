//! How to clean: what a caller may choose.

use serde::{Deserialize, Serialize};

use crate::article::Normalize;
use crate::clean::Kind;

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

impl CleanOptions {
    /// Whether an article in this language is wanted. One without a known language is.
    pub(crate) fn wants_language(&self, language: &str) -> bool {
        self.languages.is_empty()
            || language.is_empty()
            || self.languages.iter().any(|wanted| wanted == language)
    }
}
