//! Test support. Only ever a dev-dependency.

pub mod databases;
pub mod redis;
mod wait;

pub use databases::TestDatabase;
pub use wait::eventually;
