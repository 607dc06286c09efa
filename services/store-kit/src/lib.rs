//! Database and Redis plumbing shared by the services.
//!
//! Read in this order: [`db`] is where a service keeps its rows and how it writes them,
//! [`migrate`] how its tables come to be; [`outbox`], [`relay`] and [`inbox`] carry facts from one
//! service's rows to another's, over [`bus_redis`] or [`bus_local`]; [`idempotency`] makes a
//! repeated call have one effect, and [`jobs`] a repeated run of scheduled work; [`audit`] tells of
//! administrative changes, and [`merged`] who an account became.

pub mod db;
mod entity;
pub mod error;
pub mod gauges;
pub mod migrate;
pub mod migrations;

pub mod archive;
pub mod audit;
pub mod idempotency;
pub mod inbox;
pub mod jobs;
pub mod merged;
pub mod outbox;
pub mod relay;

mod backoff;
mod delivery;

pub mod bus_local;
pub mod bus_redis;
pub mod redis;
pub mod signal_local;
pub mod signal_redis;

pub mod keyset;
pub mod text;

pub use db::{DatabaseConfig, Db, Tx};
pub use error::{StoreError, is_unique_violation};
pub use migrate::Migrations;
pub use relay::Relay;
