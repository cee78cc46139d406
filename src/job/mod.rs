//! x
pub mod lock;
pub mod verdict;
mod schema;
pub mod state;
