//! Stopping: one token says when, one tracker says who is still busy, and a hard limit ends it.
#![allow(clippy::disallowed_methods, reason = "spawns the tasks it tracks")]

use std::{future::Future, time::Duration};

use tokio::task::JoinHandle;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument as _;

/// Tells the parts of a process to stop and waits for them. Clones share one state.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    token: CancellationToken,
    tasks: TaskTracker,
}

impl Shutdown {
    /// Not yet requested.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks everything to stop.
    pub fn request(&self) {
        self.token.cancel();
    }

    /// Completes once stopping was asked for.
    pub fn requested(&self) -> impl Future<Output = ()> + Send + 'static {
        self.token.clone().cancelled_owned()
    }

    /// Whether stopping was asked for.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Runs `future` as a task that [`drain`](Self::drain) waits for. It must end by itself soon
    /// after [`requested`](Self::requested).
    pub fn spawn<F>(&self, name: &'static str, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.tasks.spawn(future.instrument(tracing::info_span!("task", name)))
    }

    /// Asks everything to stop and waits, at most `limit`.
    ///
    /// # Errors
    /// The number of tasks that were still busy at the limit.
    pub async fn drain(&self, limit: Duration) -> Result<(), usize> {
        self.request();
        self.tasks.close();
        tokio::time::timeout(limit, self.tasks.wait()).await.map_err(|_| self.tasks.len())
    }
}

/// Completes on SIGTERM or Ctrl-C.
///
/// # Errors
/// When the operating system refuses the signal handlers.
pub async fn signal() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            result = tokio::signal::ctrl_c() => result,
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn drain_waits_for_tasks_and_not_for_ever() {
        let shutdown = Shutdown::new();
        shutdown.spawn("good", shutdown.requested());
        assert_eq!(shutdown.drain(Duration::from_secs(20)).await, Ok(()));

        let stuck = Shutdown::new();
        stuck.spawn("stuck", std::future::pending::<()>());
        assert_eq!(stuck.drain(Duration::from_secs(20)).await, Err(1));
    }
}
