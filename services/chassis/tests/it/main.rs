//! The layers, in process and over a socket: a caller cannot tell which.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod layers;
mod otlp;
mod support;
