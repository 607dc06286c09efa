//! Identity on both databases, through its routes and layers, in one binary.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

mod audit;
mod companies;
mod enrolment;
mod invites;
mod jobs;
mod mail;
mod merge;
mod passwords;
mod service_accounts;
mod sessions;
mod setup;
mod update_user;
mod users;
