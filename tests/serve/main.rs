//! `tamis serve` from outside: plain requests on loopback, and a real browser where there is one.

mod browser;
mod end_to_end;
mod requests;
mod server;
mod site;
