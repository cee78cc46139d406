//! `tamis run`, from outside: the program, its files, and a server on loopback.
#![cfg(feature = "cli")]

#[cfg(feature = "postgres")]
#[path = "../support/postgres.rs"]
mod postgres;
#[path = "../support/mod.rs"]
mod support;

mod bench;
mod crash;
mod duplicates;
mod faults;
mod harm;
mod memory;
mod network;
mod overlap;
mod refresh;
#[cfg(feature = "render")]
mod render;
mod reports;
mod rewriting;
mod saved;
#[cfg(feature = "postgres")]
mod shared;
mod signals;
mod silence;
mod sources;
mod state;
