//! What tamis promises of hostile inputs, from outside; docs/trust.md has the promises.
//!
//! The long versions are ignored by default: `cargo test --release --test trust -- --ignored --nocapture
//! --test-threads 1` runs them all.
#![cfg(all(unix, feature = "cli"))]

mod clock;
mod families;
mod growth;
mod markup;
mod names;
mod pages;
mod properties;
mod readers;
mod real_pages;
mod regressions;

/// Counts what is allocated, for the peaks. It counts all threads together.
#[global_allocator]
static MEMORY: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;
