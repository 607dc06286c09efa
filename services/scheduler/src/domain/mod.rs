//! The rules of scheduling, without a database, a network or a clock.

pub mod backoff;
pub mod builtin;
pub mod cron;
pub mod export;
pub mod log;
pub mod plan;
pub mod run;
pub mod schedule;
pub mod timing;
