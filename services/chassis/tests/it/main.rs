//! The layers, in process and over a socket: a caller cannot tell which; callers who say nothing; traces.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod http;
mod layers;
mod otlp;
mod support;
