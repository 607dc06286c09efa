//! What the operator does by command, on the machine, when nobody can sign in or nobody may: tenants,
//! first admins, the platform flag, lost access, keys. The caller is a service of its own name, so that
//! the audit log says it was a command.

use chamados_chassis::{auth::Role, context::CallContext, error::Invalid, id::TenantId};
use chamados_proto::identity::v1 as pb;
use chamados_store_kit::{
    Tx,
    audit::{Target, field},
    outbox::{self, OutboxEvent},
};
use chrono::{DateTime, Utc};

use super::{App, api_keys, audit, passwords, service_accounts, update_user, users};
use crate::{
    domain::{
        email::Email,
        name::Name,
        password::NewPassword,
        service_account::{Description, Scopes},
        tenant::Tenant,
        user::{NewPerson, User},
        user_patch::UserPatch,
    },
    error::{Error, Result},
    store,
};

/// Makes a tenant. The other services hear of it as of one that set-up made.
///
/// # Errors
/// Denied but for a command.
pub async fn create_tenant(app: &App, cx: &CallContext, name: &Name) -> Result<Tenant> {
    cx.principal().require_service()?;
    let now = app.clock.now();
    let tenant = Tenant { id: TenantId::new(), name: name.as_str().to_owned() };
    let tx = app.db.begin().await?;
    store::tenants::insert(&tx, tenant.id, &tenant.name, now).await?;
    let event = OutboxEvent {
        tenant: tenant.id,
        subject: tenant.id.as_uuid(),
        payload: pb::TenantCreated { tenant_id: tenant.id.to_string(), name: tenant.name.clone() },
        actor: cx.actor()?,
        request_id: cx.request_id(),
        now,
    };
    outbox::append(&tx, event).await?;
    let target = Target { kind: "tenant", id: tenant.id.to_string(), name: &tenant.name };
    let fields = vec![field("name", None, Some(tenant.name.clone()))];
    audit::record(&tx, cx, tenant.id, "tenant.created", target, fields, now).await?;
    tx.commit().await?;
    Ok(tenant)
}

/// Every tenant, the oldest first.
///
/// # Errors
/// Denied but for a command.
pub async fn list_tenants(app: &App, cx: &CallContext) -> Result<Vec<Tenant>> {
    /// More than any installation has; bounds what is read.
    const MOST: u64 = 10_000;

    cx.principal().require_service()?;
    Ok(store::tenants::first(app.db.read(), MOST).await?)
}

/// The tenant of this id or name; without one, the only tenant there is.
///
/// # Errors
/// [`Error::TenantNotFound`], and an invalid request when it could be several.
pub async fn find_tenant(app: &App, cx: &CallContext, named: Option<&str>) -> Result<TenantId> {
    cx.principal().require_service()?;
    let found = match named {
        None => store::tenants::first(app.db.read(), 2).await?,
        Some(text) => {
            if let Ok(id) = text.parse::<TenantId>() {
                let known = store::tenants::name(app.db.read(), id).await?;
                return known.map(|_| id).ok_or(Error::TenantNotFound);
            }
            store::tenants::by_name(app.db.read(), text.trim(), 2).await?
        }
    };
    match found.as_slice() {
        [] => Err(Error::TenantNotFound),
        [only] => Ok(only.id),
        _ => Err(Invalid::field("--tenant", "there are several; give the id of one").into()),
    }
}

/// Notes that everything of a tenant was written to a file.
///
/// # Errors
/// Denied but for a command.
pub async fn note_export(
    app: &App,
    cx: &CallContext,
    tenant: TenantId,
    records: u64,
) -> Result<()> {
    cx.principal().require_service()?;
    let name = store::tenants::name(app.db.read(), tenant).await?.ok_or(Error::TenantNotFound)?;
    let tx = app.db.begin().await?;
    let target = Target { kind: "tenant", id: tenant.to_string(), name: &name };
    let fields = vec![field("records", None, Some(records.to_string()))];
    audit::record(&tx, cx, tenant, "tenant.exported", target, fields, app.clock.now()).await?;
    Ok(tx.commit().await?)
}

/// A person to be made.
#[derive(Debug)]
pub struct NewUser {
    /// Display name.
    pub name: Name,
    /// Address.
    pub email: Email,
    /// What they may do.
    pub role: Role,
    /// Nickname of their company.
    pub company: Option<String>,
    /// Whether they may move users between tenants.
    pub platform: bool,
    /// Their password; without one they get a link.
    pub password: Option<NewPassword>,
}

/// Makes a person. Without a password there is a link by which they choose one. The first admin ends
/// set-up.
///
/// # Errors
/// [`Error::EmailTaken`], [`Error::CompanyNotFound`], [`Error::NotAnAdmin`] for a flag of somebody else.
pub async fn create_user(
    app: &App,
    cx: &CallContext,
    tenant: TenantId,
    new: NewUser,
) -> Result<(User, Option<passwords::Issued>)> {
    cx.principal().require_service()?;
    if new.platform && new.role != Role::Admin {
        return Err(Error::NotAnAdmin);
    }
    let hash = match new.password {
        Some(password) => Some(app.hasher.hash(password).await?),
        None => None,
    };
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let company = match new.company {
        Some(nickname) => {
            let company = store::companies::by_nickname(&tx, tenant, &nickname).await?;
            Some(company.ok_or(Error::CompanyNotFound)?.id)
        }
        None => None,
    };
    let person = NewPerson { name: new.name, email: new.email, role: new.role, company };
    person.check().map_err(users::unfit)?;
    let user = User { platform: new.platform, ..person.create(tenant, now) };
    let chosen = hash.is_some();
    store::users::insert(&tx, &user, hash).await.map_err(users::email_taken)?;
    users::record_created(&tx, cx, &user, now).await?;
    if user.platform {
        record_platform(&tx, cx, &user, now).await?;
    }
    if user.role == Role::Admin {
        store::setup::close(&tx, now).await?;
    }
    let link = match chosen {
        true => None,
        false => Some(passwords::start_reset(app, &tx, cx, tenant, user.id, now).await?.1),
    };
    tx.commit().await?;
    app.mail.committed();
    users::changed(app, &user).await;
    Ok((user, link))
}

/// Lets a person in again: reactivates them, forgets failed sign-ins, ends their sessions, voids their
/// password and makes a link for a new one; and makes them an admin, when that is wanted.
///
/// # Errors
/// [`Error::UserNotFound`], [`Error::UserMerged`].
pub async fn reset_access(
    app: &App,
    cx: &CallContext,
    tenant: TenantId,
    email: &Email,
    make_admin: bool,
) -> Result<(User, passwords::Issued)> {
    cx.principal().require_service()?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let user = by_email(&tx, tenant, email).await?;
    let patch = UserPatch {
        active: Some(true),
        role: make_admin.then_some(Role::Admin),
        ..UserPatch::default()
    };
    let next = user.patched(patch, now)?;
    if next.active != user.active || next.role != user.role {
        if !store::users::update(&tx, tenant, &next).await? {
            return Err(Error::StaleVersion);
        }
        let fields = update_user::changes(&user, &next);
        audit::record(&tx, cx, tenant, "user.updated", target(&next), fields, now).await?;
    }
    store::sign_in_failures::clear_all(&tx, email.key()).await?;
    let (user, link) = passwords::start_reset(app, &tx, cx, tenant, user.id, now).await?;
    if user.role == Role::Admin {
        store::setup::close(&tx, now).await?;
    }
    tx.commit().await?;
    app.mail.committed();
    users::changed(app, &user).await;
    Ok((user, link))
}

/// Gives an admin the platform flag, or takes it away.
///
/// # Errors
/// [`Error::UserNotFound`], [`Error::NotAnAdmin`].
pub async fn set_platform(
    app: &App,
    cx: &CallContext,
    tenant: TenantId,
    email: &Email,
    on: bool,
) -> Result<User> {
    cx.principal().require_service()?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let user = by_email(&tx, tenant, email).await?;
    if on && !user.administers() {
        return Err(Error::NotAnAdmin);
    }
    if user.platform == on {
        return Ok(user);
    }
    let next = User { platform: on, updated_at: now, version: user.version + 1, ..user };
    if !store::users::update(&tx, tenant, &next).await? {
        return Err(Error::StaleVersion);
    }
    record_platform(&tx, cx, &next, now).await?;
    tx.commit().await?;
    users::changed(app, &next).await;
    Ok(next)
}

/// Makes a key of the service account of this name, and the account when there is none.
///
/// # Errors
/// [`Error::ServiceAccountInactive`], [`Error::TooManyKeys`].
pub async fn create_api_key(
    app: &App,
    cx: &CallContext,
    tenant: TenantId,
    name: &Name,
    scopes: Scopes,
    expires_at: Option<DateTime<Utc>>,
) -> Result<api_keys::Issued> {
    cx.principal().require_service()?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let known = store::service_accounts::by_name(&tx, tenant, name.as_str()).await?;
    let account = match known {
        Some(account) => account,
        None => {
            service_accounts::insert(&tx, cx, tenant, name, Description::default(), now).await?
        }
    };
    let issued =
        api_keys::insert(app, &tx, cx, tenant, account.id, scopes, expires_at, now).await?;
    tx.commit().await?;
    Ok(issued)
}

async fn by_email(tx: &Tx, tenant: TenantId, email: &Email) -> Result<User> {
    store::users::by_email(&**tx, tenant, email).await?.ok_or(Error::UserNotFound)
}

async fn record_platform(tx: &Tx, cx: &CallContext, user: &User, now: DateTime<Utc>) -> Result<()> {
    let text = |on: bool| Some(on.to_string());
    let fields = vec![field("platform", text(!user.platform), text(user.platform))];
    audit::record(tx, cx, user.tenant, "user.updated", target(user), fields, now).await
}

fn target(user: &User) -> Target<'_> {
    Target { kind: "user", id: user.id.to_string(), name: &user.name }
}
