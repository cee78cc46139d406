//! From a tree to the blocks of the article, in named steps (see `pipeline`).
//!
//! Terms:
//! - block: a run of text that a reader sees as one paragraph, heading, list item, cell..., with the elements above it
//! - boilerplate: blocks that do not belong to the article; each removed block has a [`Kind`] and a rule
//! - line: a block's text as the phrase rules see it; dirty text has lines only

pub(crate) mod alike;
pub(crate) mod beside;
pub(crate) mod between;
pub mod block;
pub mod caption;
pub mod classify;
pub mod context;
pub mod declared;
pub(crate) mod dirty;
pub(crate) mod discussion;
pub mod doubled;
pub(crate) mod facts;
pub mod features;
pub mod forest;
mod forms;
pub mod furniture;
pub mod grid;
pub(crate) mod headline;
pub(crate) mod heads;
mod kind;
pub mod kinds;
pub mod label;
pub mod listed;
pub mod listing;
pub mod loss;
pub mod names;
pub mod notes;
pub(crate) mod paywall;
pub mod phrases;
pub mod prune;
pub mod reject;
pub mod rules;
pub mod segment;
pub mod settle;
mod shape;
pub mod signature;
pub(crate) mod sites;
pub mod spare;
pub(crate) mod standfirst;
pub(crate) mod strays;
mod surroundings;
pub mod survey;
pub mod text;
pub mod trace;
pub mod units;
pub mod vector;
pub(crate) mod walls;
pub mod words;

pub use kind::Kind;

pub(crate) use crate::tables::{FastMap, FastSet};
