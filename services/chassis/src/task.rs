//! Background tasks: named, and loud when they panic.
#![allow(clippy::disallowed_methods, reason = "this module is what the others must use instead")]

use std::future::Future;

use tokio::task::JoinHandle;
use tracing::Instrument as _;

/// Runs `future` beside the caller. A panic in it ends only the task and is logged by the
/// process's panic hook under the span of its name.
pub fn spawn<F>(name: &'static str, future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(future.instrument(tracing::info_span!("task", name)))
}
