//! The technical account that identity keeps for each device.

use chamados_chassis::error::Remote;
use chamados_proto::identity::v1 as pb;

use super::App;
use crate::{domain::device::Device, error::Result, store};

/// Devices in one round.
const ROUND: u64 = 50;

/// Has identity make or rename the device's account, and remembers that it did.
pub(super) async fn ensure(app: &App, request_id: &str, device: &Device) -> Result<()> {
    let cx = app.service_context(request_id)?;
    let message = pb::EnsureDeviceAccountRequest {
        tenant_id: device.tenant.to_string(),
        company_id: device.company.to_string(),
        device_id: device.id.to_string(),
        name: device.host_name.clone(),
    };
    let request = cx.request(message, &*app.clock);
    app.identity.clone().ensure_device_account(request).await.map_err(Remote)?;
    let tx = app.db.begin().await?;
    store::devices::note_account(&tx, device).await?;
    tx.commit().await?;
    Ok(())
}

/// Tries again for devices whose account could not be made when they enrolled.
pub async fn ensure_missing(app: &App) -> Result<()> {
    for device in store::devices::without_account(&app.db, ROUND).await? {
        if let Err(error) = ensure(app, "", &device).await {
            tracing::warn!(device = %device.id, %error, "identity has no account of a device yet");
        }
    }
    Ok(())
}
