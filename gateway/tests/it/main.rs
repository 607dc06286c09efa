//! The gateway before scripted services: what only the gateway does. That the whole product answers
//! right is seen to by the tests of the composition root.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod assets;
mod audit;
mod contract;
mod fixture;
mod headers;
mod keys;
mod live;
mod problems;
mod sessions;
mod tickets;
mod users;
