//! Where URLs and pages come from: lists, feeds, sitemaps, saved pages, web archives.
//!
//! Each source is read by pure functions on bytes or text; fetching them is the caller's part.

#[cfg(feature = "fetch")]
pub mod feed;
pub mod list;
#[cfg(feature = "fetch")]
pub mod sitemap;
