//! Calls that a device makes on its own behalf, beside its stream.

use chamados_chassis::auth::Principal;

use super::{App, sessions};
use crate::{
    error::{Error, Result},
    store::tokens::Bearer,
};

/// A principal token for the bearer of a device token.
///
/// # Errors
/// [`Error::TokenInvalid`] when it is unknown or void; [`Error::Store`].
pub async fn authenticate(app: &App, token: &str) -> Result<String> {
    let Bearer::Device(device, _) = sessions::bearer(app, token).await? else {
        return Err(Error::TokenInvalid);
    };
    let principal = Principal::Device {
        tenant: device.tenant,
        device: device.id,
        company: device.company,
        assigned_user: device.assigned_user,
    };
    Ok(app.keyring.sign(&principal, app.clock.now())?)
}
