//! What every process of Chamados needs, without a database.
//!
//! Read in this order: [`context`] is what a call carries, [`auth`] who makes it, [`error`] how it
//! fails, [`grpc`] how it travels; the rest is what a process needs around that.

pub mod auth;
pub mod bus;
#[cfg(target_os = "linux")]
mod cgroup;
pub mod clock;
pub mod config;
pub mod context;
pub mod error;
pub mod grpc;
pub mod health;
pub mod http;
pub mod id;
pub mod operations;
pub mod page;
pub mod shutdown;
pub mod task;
pub mod telemetry;
pub mod tls;
