//! The agent against a scripted server, over real connections.
//!
//! Nothing here sleeps to wait for something: a test awaits what the server receives, or what the
//! agent returns.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod enroll;
mod fixture;
mod hostile;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(unix)]
mod process;
mod server;
mod session;
mod software;
#[cfg(target_os = "linux")]
mod usb;
