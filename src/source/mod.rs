//! Where URLs and pages come from: lists, feeds, sitemaps, saved pages, web archives.
//!
//! Each source is read by pure functions on bytes or text; fetching them is the caller's part.

#[cfg(feature = "fetch")]
pub mod feed;
pub mod list;
#[cfg(feature = "job")]
mod members;
#[cfg(feature = "job")]
mod message;
#[cfg(feature = "job")]
pub mod open;
#[cfg(feature = "job")]
pub mod saved;
#[cfg(feature = "fetch")]
pub mod sitemap;
#[cfg(feature = "job")]
pub mod warc;
