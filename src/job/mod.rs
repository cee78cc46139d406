//! x
pub mod lock;
pub mod outcome;
mod schema;
pub mod state;
