//! The kit on real databases and a real Redis, in one binary.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

mod audit;
mod bus_redis;
mod facts;
mod idempotency;
mod merged;
mod migrate;
mod transactions;
