//! The device service behind a real socket, with generated clients as agents, on SQLite with the
//! memory store and on PostgreSQL with Redis.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

mod access;
mod calls;
mod clones;
mod credentials;
mod enrolment;
mod facts;
mod flaps;
mod history;
mod inventory;
mod jobs;
mod lateness;
mod links;
mod listing;
mod people;
mod presence;
mod quiet;
mod relay;
mod replicas;
mod reset;
mod sessions;
mod software;
mod store;
mod tokens;
mod usb_policies;
