//! Attempts whose lease has run out are ended.

use chamados_chassis::shutdown::Shutdown;

use crate::app::{App, reap};

/// Runs until shutdown.
pub(crate) async fn run(app: App, shutdown: Shutdown) {
    let step = || reap::expired(&app);
    super::repeat(shutdown, "reap", app.config.reap(), step).await;
}
