//! The whole product, used as people, agents and operators use it, in one binary: a module a resource,
//! and `modes` for the one story in every mode.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod fixture;

mod abuse;
mod agents;
mod archives;
mod attachments;
mod away;
mod chats;
mod companies;
mod crash;
mod dashboard;
mod device_tickets;
mod devices;
mod disturbed;
mod door;
mod effective;
mod events;
mod exports;
mod faults;
mod fleets;
mod full;
mod fuzz;
mod handover;
mod idempotency;
mod invariants;
mod jobs;
mod legacy;
mod lists;
mod machines;
mod matrix;
mod modes;
mod operations;
mod operator;
mod process;
mod proxied;
mod races;
mod requests;
mod secrets;
mod sessions;
mod shutdown;
mod story;
mod tenancy;
mod tickets;
mod tls;
mod traces;
mod trust;
mod upgrades;
mod usb_policies;
mod versions;
