//! Teaching without code: what a person says of a block ("always remove this") becomes a rule of their own.
//!
//! The order of the steps is the promise: nothing is written that was not looked at.
//!
//! 1. `propose`: the selectors and the phrase that would do it ([`proposal`])
//! 2. `Lesson::draft`: the rule, with its examples, as the new text of one file ([`lesson`])
//! 3. `Overlay::rules_with`: the rules as they would be, read and tested as every run does ([`overlay`])
//! 4. `compare`: what changes on saved pages ([`changes`])
//! 5. `Overlay::apply`, `Overlay::undo`
//!
//! Terms:
//! - aim: what is to become of a block: always removed, always kept, or the body of the article
//! - lesson: an aim with the selector or phrase that a person has chosen
//! - draft: one file of the overlay before and after a lesson
//! - overlay: the user's folder of rules, which win over the built-in ones

pub mod changes;
pub mod examples;
pub mod lesson;
pub mod overlay;
pub mod proposal;
pub mod selectors;

pub use changes::{PageChange, compare};
pub use lesson::Lesson;
pub use overlay::{Draft, Overlay};
pub use proposal::{Proposal, propose};

use serde::{Deserialize, Serialize};

/// What is to become of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aim {
    /// It is never part of the article.
    Remove,
    /// It always is.
    Keep,
    /// It stands in the body of the article, and nothing outside of the body is part of it.
    Body,
}
