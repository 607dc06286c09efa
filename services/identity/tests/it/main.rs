//! Identity on both databases, through its routes and layers, in one binary.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

mod companies;
mod enrolment;
mod jobs;
mod sessions;
mod setup;
mod users;
