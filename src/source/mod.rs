//! Where URLs and pages come from: lists, feeds, sitemaps, saved pages, web archives.
//!
//! Each source is read by pure functions on bytes or text; `web` and `discover` fetch what they read. `normal` says
//! which addresses are one page, `filter` which pages are wanted.

#[cfg(feature = "fetch")]
pub mod discover;
#[cfg(feature = "job")]
mod extension;
#[cfg(feature = "fetch")]
pub mod feed;
#[cfg(feature = "job")]
pub mod filter;
pub mod list;
#[cfg(feature = "archive")]
mod members;
#[cfg(feature = "archive")]
mod message;
pub mod normal;
#[cfg(feature = "archive")]
pub mod open;
#[cfg(feature = "job")]
pub mod saved;
#[cfg(feature = "fetch")]
pub mod sitemap;
#[cfg(feature = "fetch")]
mod value;
#[cfg(feature = "archive")]
pub mod warc;
#[cfg(feature = "job")]
pub mod web;
