//! tamis turns web article pages into clean article text.

pub mod error;
pub mod parse;
