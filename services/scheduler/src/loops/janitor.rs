//! Keeps the built-in schedules there. Retention is one of them: the job `scheduler.purge_runs`, so
//! that it is seen, logged and tried again like any other work.

use std::time::Duration;

use chamados_chassis::shutdown::Shutdown;

use crate::app::{App, register};

/// Between two looks. Nearly always the first, at the start, does all there is to do.
const PAUSE: Duration = Duration::from_secs(10);

/// Runs until shutdown.
pub(crate) async fn run(app: App, shutdown: Shutdown) {
    super::repeat(shutdown, "janitor", PAUSE, || register::builtins(&app)).await;
}
