//! Due schedules become runs.

use chamados_chassis::shutdown::Shutdown;

use crate::app::{App, materialise};

/// Runs until shutdown.
pub(crate) async fn run(app: App, shutdown: Shutdown) {
    let step = || materialise::due(&app);
    super::repeat(shutdown, "materialise", app.config.poll(), step).await;
}
