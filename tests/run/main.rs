//! `tamis run`, from outside: the program, its files, and a server on loopback.
#![cfg(feature = "cli")]

#[path = "../support/mod.rs"]
mod support;

mod bench;
mod crash;
mod network;
mod saved;
