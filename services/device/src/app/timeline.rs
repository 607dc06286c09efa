//! Every change of a device.

use chamados_chassis::{
    context::CallContext,
    id::DeviceId,
    page::{Page, PageRequest},
};

use super::{App, devices};
use crate::{
    domain::timeline::Entry,
    error::Result,
    store::{self, timeline::EntryKey},
};

/// A device's timeline, newest first.
///
/// # Errors
/// [`Error::DeviceNotFound`](crate::Error::DeviceNotFound) also for a device the caller does not
/// see.
pub async fn list(
    app: &App,
    cx: &CallContext,
    device: DeviceId,
    page: &PageRequest<EntryKey>,
) -> Result<Page<Entry>> {
    let device = devices::get(app, cx, device).await?.device;
    Ok(store::timeline::list(&app.db, device.tenant, device.id, page).await?)
}
