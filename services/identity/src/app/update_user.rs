//! Changing an account: the one use case with the most rules.

use chamados_chassis::{
    auth::{Denied, Permission},
    context::CallContext,
    id::{TenantId, UserId},
};
use chamados_proto::{event::v1::ChangedField, identity::v1 as pb};
use chamados_store_kit::{
    Tx,
    audit::{Target, field},
    outbox::{self, OutboxEvent},
};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};

use super::{App, audit, throttle, users};
use crate::{
    domain::{
        user::User,
        user_patch::{Fixed, UserPatch},
    },
    error::{Error, Result},
    store,
};

/// A change to an account.
#[derive(Debug)]
pub struct UpdateUser {
    /// Which account.
    pub id: UserId,
    /// The version it is based on; 0 for any.
    pub version: i64,
    /// What changes.
    pub patch: UserPatch,
    /// The caller's own password, where it is needed.
    pub current_password: SecretString,
}

/// Changes an account.
pub async fn update(app: &App, cx: &CallContext, update: UpdateUser) -> Result<users::Shown> {
    let tenant = cx.require(Permission::UsersManage)?;
    let platform = users::is_platform_admin(app, cx).await?;
    if update.patch.tenant.is_some() && !platform {
        return Err(Denied::Forbidden.into());
    }
    let own = cx.principal().user() == Some(update.id);
    let proven = if own { reauthenticate(app, tenant, &update).await? } else { None };

    let now = app.clock.now();
    let tx = app.db.begin().await?;
    // Of several admins who are demoted at once, each waits here and sees what became of the others.
    store::tenants::hold(&tx, tenant).await?;
    let known = store::users::credentials_of(&tx, tenant, update.id).await?;
    let known = known.ok_or(Error::UserNotFound)?;
    let user = known.user;
    if update.version != 0 && update.version != user.version {
        return Err(Error::StaleVersion);
    }
    let next = user.patched(update.patch, now)?;
    let is_proven = proven.is_some() && proven == known.password_hash;
    if own && user.needs_reauthentication(&next) && !is_proven {
        return Err(Error::ReauthenticationRequired);
    }
    check_destination(&tx, &user, &next).await?;
    if user.leaves_administration(&next)
        && !store::users::has_other_admin(&tx, tenant, user.id).await?
    {
        return Err(Error::LastAdmin);
    }
    if !store::users::update(&tx, tenant, &next).await.map_err(users::email_taken)? {
        return Err(Error::StaleVersion);
    }
    if user.ends_sessions(&next) {
        store::sessions::end_all(&tx, user.id, None, now).await?;
    }
    if user.ends_resets(&next) {
        store::resets::end_all(&tx, user.id, now).await?;
    }
    let fields = changes(&user, &next);
    if !fields.is_empty() {
        record(&tx, cx, tenant, "user.updated", &user, fields, now).await?;
    }
    if next.tenant != tenant {
        moved(&tx, cx, &user, &next, now).await?;
    }
    tx.commit().await?;
    users::changed(app, &user).await;
    if next.tenant != tenant {
        tracing::info!(user = %next.id, from = %tenant, to = %next.tenant, "a user was moved");
        users::changed(app, &next).await;
    }
    Ok(users::Shown { user: next, platform })
}

/// The hash that the given password is of, when one is given for a change that needs it. Counted like
/// a sign-in from nowhere, which only the person in a session of their own can use up.
async fn reauthenticate(
    app: &App,
    tenant: TenantId,
    update: &UpdateUser,
) -> Result<Option<String>> {
    if update.current_password.expose_secret().is_empty() {
        return Ok(None);
    }
    let known = store::users::credentials_of(app.db.read(), tenant, update.id).await?;
    let known = known.ok_or(Error::UserNotFound)?;
    let (email_key, now) = (known.user.email_key(), app.clock.now());
    throttle::attempt(app, &email_key, "", now).await?;
    let hash = known.password_hash;
    if !app.hasher.verify(update.current_password.clone(), hash.clone()).await? {
        return Ok(None);
    }
    let tx = app.db.begin().await?;
    store::sign_in_failures::clear(&tx, &email_key, "").await?;
    tx.commit().await?;
    Ok(hash)
}

/// Tenant and company must be there, and the company the tenant's.
async fn check_destination(tx: &Tx, user: &User, next: &User) -> Result<()> {
    if next.tenant != user.tenant && store::tenants::name(tx, next.tenant).await?.is_none() {
        return Err(Error::TenantNotFound);
    }
    if let Some(company) = next.company
        && next.company != user.company
        && store::companies::get(tx, next.tenant, company).await?.is_none()
    {
        return Err(Error::CompanyNotFound);
    }
    Ok(())
}

/// What is left of a person in the tenant they leave: their name, and the fact that they left. Neither
/// log says which the other tenant is.
async fn moved(
    tx: &Tx,
    cx: &CallContext,
    user: &User,
    next: &User,
    now: DateTime<Utc>,
) -> Result<()> {
    store::former_members::insert(tx, user).await?;
    store::former_members::delete(tx, next.tenant, user.id).await?;
    let event = OutboxEvent {
        tenant: user.tenant,
        subject: user.id.as_uuid(),
        payload: pb::UserMoved { user_id: user.id.to_string() },
        actor: cx.actor()?,
        request_id: cx.request_id(),
        now,
    };
    outbox::append(tx, event).await?;
    for tenant in [user.tenant, next.tenant] {
        record(tx, cx, tenant, "user.moved", next, vec![], now).await?;
    }
    Ok(())
}

async fn record(
    tx: &Tx,
    cx: &CallContext,
    tenant: TenantId,
    action: &'static str,
    user: &User,
    fields: Vec<ChangedField>,
    now: DateTime<Utc>,
) -> Result<()> {
    let target = Target { kind: "user", id: user.id.to_string(), name: &user.name };
    audit::record(tx, cx, tenant, action, target, fields, now).await
}

/// What became different, for the audit log.
pub(super) fn changes(old: &User, new: &User) -> Vec<ChangedField> {
    let company = |user: &User| user.company.map(|id| id.to_string());
    [
        ("name", Some(old.name.clone()), Some(new.name.clone())),
        ("email", old.email.clone(), new.email.clone()),
        ("role", Some(old.role.to_string()), Some(new.role.to_string())),
        // The company of another tenant is not for this log.
        ("company_id", company(old), company(new).filter(|_| old.tenant == new.tenant)),
        ("active", Some(old.active.to_string()), Some(new.active.to_string())),
    ]
    .into_iter()
    .filter(|(_, old, new)| old != new)
    .map(|(name, old, new)| field(name, old, new))
    .collect()
}

impl From<Fixed> for Error {
    fn from(reason: Fixed) -> Self {
        match reason {
            Fixed::Device => Self::DeviceAccount,
            Fixed::Merged => Self::UserMerged,
            Fixed::Unfit(unfit) => users::unfit(unfit),
        }
    }
}
