//! The scheduler on both databases, with its loops and through its routes, in one binary.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod rows;
mod support;
mod worker;

mod builtins;
mod exports;
mod failures;
mod leases;
mod logs;
mod occurrences;
mod replicas;
mod retention;
mod runs;
mod schedules;
