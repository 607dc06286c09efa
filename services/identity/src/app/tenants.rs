//! Support organisations.

use chamados_chassis::{
    auth::Denied,
    context::CallContext,
    page::{Page, PageRequest},
};

use super::{App, users};
use crate::{
    domain::tenant::Tenant,
    error::Result,
    store::{self, tenants::TenantKey},
};

/// Every tenant by name, for admins with the platform flag.
pub async fn list(
    app: &App,
    cx: &CallContext,
    page: &PageRequest<TenantKey>,
) -> Result<Page<Tenant>> {
    cx.principal().tenant()?;
    if !users::is_platform_admin(app, cx).await? {
        return Err(Denied::Forbidden.into());
    }
    Ok(store::tenants::list(&app.db, page).await?)
}
