//! People, and the technical accounts of devices.

use chamados_chassis::{
    auth::{Audience, Denied, Permission, Role},
    context::CallContext,
    error::Invalid,
    id::UserId,
    page::{Page, PageRequest},
};
use chamados_store_kit::{
    StoreError, Tx,
    audit::{Target, field},
    idempotency::{self, Fingerprint, Outcome},
};
use chrono::{DateTime, Utc};

use super::{App, audit};
use crate::{
    domain::{
        email::Email,
        saved_filter,
        user::{
            KnownNames, LOCALES, NewPerson, Preferences, Summary, THEMES, Unfit, User, UserFilter,
            Visibility,
        },
    },
    error::{Error, Result},
    store::{self, users::UserKey},
};

/// An account as the caller may see it.
#[derive(Debug)]
pub struct Shown {
    /// The account.
    pub user: User,
    /// Whether the caller may know that there are other tenants.
    pub platform: bool,
}

/// The caller, with what the panel needs to know.
#[derive(Debug)]
pub struct CurrentUser {
    /// The account.
    pub shown: Shown,
    /// How the panel looks.
    pub preferences: Preferences,
    /// Name of the tenant.
    pub tenant_name: String,
    /// Names of everything the account may do.
    pub permissions: Vec<&'static str>,
}

/// The caller.
pub async fn current(app: &App, cx: &CallContext) -> Result<CurrentUser> {
    let tenant = cx.principal().tenant()?;
    let id = cx.principal().user().ok_or(Denied::Forbidden)?;
    let user = store::users::get(app.db.read(), tenant, Visibility::Own(id), id).await?;
    let user = user.ok_or(Error::UserNotFound)?;
    let preferences = store::users::preferences(app.db.read(), tenant, id).await?;
    let tenant_name = store::tenants::name(app.db.read(), tenant).await?.unwrap_or_default();
    let platform = user.administers_platform();
    let of_platform = platform.then(|| Permission::TenantsManage.name());
    let permissions = Permission::names_of(user.role).chain(of_platform).collect();
    Ok(CurrentUser { shown: Shown { user, platform }, preferences, tenant_name, permissions })
}

/// Whether the caller is an admin with the platform flag, by their row: no token says so.
pub(super) async fn is_platform_admin(app: &App, cx: &CallContext) -> Result<bool> {
    let (tenant, Some(id)) = (cx.principal().tenant()?, cx.principal().user()) else {
        return Ok(false);
    };
    if cx.principal().role() != Some(Role::Admin) {
        return Ok(false);
    }
    let caller = store::users::get(app.db.read(), tenant, Visibility::Own(id), id).await?;
    Ok(caller.is_some_and(|caller| caller.administers_platform()))
}

/// One account the caller sees.
pub async fn get(app: &App, cx: &CallContext, id: UserId) -> Result<Shown> {
    let tenant = cx.principal().tenant()?;
    let visibility = Visibility::of(cx.principal());
    let user = store::users::get(app.db.read(), tenant, visibility, id).await?;
    let user = user.ok_or(Error::UserNotFound)?;
    Ok(Shown { user, platform: is_platform_admin(app, cx).await? })
}

/// The person of an address, or who they became. For those who see the whole tenant.
pub async fn get_by_email(app: &App, cx: &CallContext, email: &Email) -> Result<Shown> {
    let tenant = cx.principal().tenant()?;
    if Visibility::of(cx.principal()) != Visibility::Tenant {
        return Err(Denied::Forbidden.into());
    }
    let user = store::users::by_email(app.db.read(), tenant, email).await?;
    let user = store::users::survivor(app.db.read(), user.ok_or(Error::UserNotFound)?).await?;
    Ok(Shown { user, platform: is_platform_admin(app, cx).await? })
}

/// Names of accounts; those that are not there or not the caller's to know are left out.
pub async fn batch_get(app: &App, cx: &CallContext, ids: &[UserId]) -> Result<Vec<Summary>> {
    let tenant = cx.principal().tenant()?;
    let known = KnownNames::to(cx.principal());
    let mut found = store::users::summaries(app.db.read(), tenant, known, ids).await?;
    if known == KnownNames::Tenant && found.len() < ids.len() {
        found.extend(store::former_members::by_ids(app.db.read(), tenant, ids).await?);
    }
    Ok(found)
}

/// Accounts the caller sees, by name.
pub async fn list(
    app: &App,
    cx: &CallContext,
    filter: &UserFilter,
    page: &PageRequest<UserKey>,
) -> Result<Page<Shown>> {
    let tenant = cx.require(Permission::UsersRead)?;
    let visibility = Visibility::of(cx.principal());
    let platform = is_platform_admin(app, cx).await?;
    let page = store::users::list(&app.db, tenant, visibility, filter, page).await?;
    Ok(page.map(|user| Shown { user, platform }))
}

/// A person to be made.
#[derive(Debug)]
pub struct CreateUser {
    /// The caller's id for the request.
    pub request_id: String,
    /// What the request says.
    pub fingerprint: Fingerprint,
    /// Who.
    pub person: NewPerson,
}

/// Makes a person, who has no password until they choose one.
pub async fn create(app: &App, cx: &CallContext, new: CreateUser) -> Result<Shown> {
    let tenant = cx.require(new.person.needed_permission())?;
    let actor = cx.actor()?;
    let now = app.clock.now();
    let platform = is_platform_admin(app, cx).await?;
    new.person.check().map_err(unfit)?;
    let key = idempotency::Key {
        tenant,
        actor: &actor,
        method: "user.create",
        request_id: &new.request_id,
    };
    let tx = app.db.begin().await?;
    if let Outcome::Replay(id) = idempotency::begin(&tx, &key, new.fingerprint, now).await? {
        let id = idempotency::replayed_id(&id)?;
        let user = store::users::get(&tx, tenant, Visibility::Tenant, id).await?;
        return Ok(Shown { user: user.ok_or(Error::UserNotFound)?, platform });
    }
    if let Some(company) = new.person.company
        && store::companies::get(&tx, tenant, company).await?.is_none()
    {
        return Err(Error::CompanyNotFound);
    }
    let user = new.person.create(tenant, now);
    store::users::insert(&tx, &user, None).await.map_err(email_taken)?;
    record_created(&tx, cx, &user, now).await?;
    idempotency::finish(&tx, &key, user.id.as_uuid().into_bytes().to_vec()).await?;
    tx.commit().await?;
    changed(app, &user).await;
    Ok(Shown { user, platform })
}

/// Changes how the panel looks to the caller; absent fields stay, an empty locale or filter is forgotten.
pub async fn update_preferences(
    app: &App,
    cx: &CallContext,
    mut preferences: Preferences,
) -> Result<Preferences> {
    let tenant = cx.principal().tenant()?;
    let id = cx.principal().user().ok_or(Denied::Forbidden)?;
    let known = |value: &Option<String>, all: &[&str]| {
        value.as_ref().is_none_or(|value| all.contains(&value.as_str()))
    };
    let mut checks = chamados_chassis::error::Checks::default();
    let locale = preferences.locale.clone().filter(|locale| !locale.is_empty());
    checks.ensure("locale", known(&locale, &LOCALES), "must be pt-BR or en");
    checks.ensure("theme", known(&preferences.theme, &THEMES), "must be light, dark or system");
    if let Some(filter) = &mut preferences.default_ticket_filter {
        *filter =
            checks.take("default_ticket_filter", saved_filter::parse(filter)).unwrap_or_default();
    }
    checks.finish()?;
    let tx = app.db.begin().await?;
    store::users::set_preferences(&tx, tenant, id, &preferences).await?;
    let preferences = store::users::preferences(&tx, tenant, id).await?;
    tx.commit().await?;
    Ok(preferences)
}

/// Tells the audit log of a new account.
pub(super) async fn record_created(
    tx: &Tx,
    cx: &CallContext,
    user: &User,
    now: DateTime<Utc>,
) -> Result<()> {
    let target = Target { kind: "user", id: user.id.to_string(), name: &user.name };
    let mut fields = vec![
        field("email", None, user.email.clone()),
        field("role", None, Some(user.role.to_string())),
    ];
    if let Some(company) = user.company {
        fields.push(field("company_id", None, Some(company.to_string())));
    }
    audit::record(tx, cx, user.tenant, "user.created", target, fields, now).await
}

/// A role and company that do not go together.
pub(super) fn unfit(reason: Unfit) -> Error {
    let field = match reason {
        Unfit::MachineRole => "role",
        Unfit::CompanyMissing => "company_id",
    };
    Invalid::field(field, reason.to_string()).into()
}

pub(super) fn email_taken(error: StoreError) -> Error {
    if error.is_unique_violation() { Error::EmailTaken } else { error.into() }
}

pub(super) async fn changed(app: &App, user: &User) {
    let audience = Audience { company: user.company, users: vec![user.id] };
    app.signal(user.tenant, "user.changed", user.id.to_string(), audience).await;
}
