//! What staff may know of a device's tokens.

use chamados_chassis::{auth::Permission, context::CallContext, id::DeviceId};

use super::{App, devices};
use crate::{domain::token::Token, error::Result, store};

/// Most tokens of an answer besides the valid one.
const MOST: u64 = 99;

/// A device's tokens, newest first.
///
/// # Errors
/// [`Error::DeviceNotFound`](crate::Error::DeviceNotFound).
pub async fn list(app: &App, cx: &CallContext, device: DeviceId) -> Result<Vec<Token>> {
    let tenant = cx.require(Permission::DevicesManage)?;
    let device = devices::visible(app, cx, tenant, device).await?;
    let heard = devices::last_heard(app, &device);
    Ok(store::tokens::list(&app.db, &device, heard, MOST).await?)
}
