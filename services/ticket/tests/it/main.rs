//! Tickets on both databases, through the service's routes and layers, in one binary.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod directory;
mod support;

mod automation;
mod comments;
mod concurrency;
mod departures;
mod facts;
mod jobs;
mod lifecycle;
mod lists;
mod merges;
mod opening;
mod updates;
mod visibility;
