//! Keeps the built-in schedules there. Retention is one of them: the job `scheduler.purge_runs`, so
//! that it is seen, logged and tried again like any other work.

use std::time::Duration;

use chamados_chassis::shutdown::Shutdown;

use crate::app::{App, register};

/// Between two looks. Nearly always the first, at the start, does all there is to do.
const PAUSE: Duration = Duration::from_secs(60 * 60);
/// Between two tries while the database is away.
const RETRY: Duration = Duration::from_secs(2);

/// Runs until shutdown.
pub(crate) async fn run(app: App, shutdown: Shutdown) {
    while !shutdown.is_requested() {
        let pause = match register::builtins(&app).await {
            Ok(()) => PAUSE,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the built-in schedules could not be made");
                RETRY
            }
        };
        tokio::select! {
            () = shutdown.requested() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}
