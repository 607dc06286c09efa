//! Facts this service wants, one file each.

mod device_reset;
mod tickets;
mod user_moved;
mod users_merged;

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
        Consumer {
            group: crate::app::users::MERGES,
            types: users_merged::TYPES,
            handler: Arc::new(users_merged::Handler { app: app.clone() }),
        },
        Consumer {
            group: crate::app::users::DEPARTURES,
            types: user_moved::TYPES,
            handler: Arc::new(user_moved::Handler { app: app.clone() }),
        },
    ]
}
