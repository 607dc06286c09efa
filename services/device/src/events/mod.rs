//! Facts this service wants, one file each.

mod device_reset;
mod tickets;

use std::sync::Arc;

use chamados_chassis::bus::Consumer;

use crate::app::App;

/// The readers.
pub(crate) fn consumers(app: &App) -> Vec<Consumer> {
    vec![
        Consumer {
            group: crate::app::tickets::CONSUMER,
            types: tickets::TYPES,
            handler: Arc::new(tickets::Handler { app: app.clone() }),
        },
        Consumer {
            group: "device.fences",
            types: device_reset::TYPES,
            handler: Arc::new(device_reset::Handler { app: app.clone() }),
        },
    ]
}
