//! People, and the technical accounts of devices.

use chamados_chassis::{
    auth::{Audience, Denied, Permission},
    context::CallContext,
    error::Invalid,
    id::UserId,
    page::{Page, PageRequest},
};
use chamados_store_kit::{
    StoreError,
    idempotency::{self, Fingerprint, Outcome},
};

use super::App;
use crate::{
    domain::user::{LOCALES, NewPerson, Preferences, THEMES, Unfit, User, UserFilter, Visibility},
    error::{Error, Result},
    store::{self, users::UserKey},
};

/// The caller, with what the panel needs to know.
#[derive(Debug)]
pub struct CurrentUser {
    /// The account.
    pub user: User,
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
    let permissions = Permission::names_of(user.role).collect();
    Ok(CurrentUser { user, preferences, tenant_name, permissions })
}

/// One account the caller sees.
pub async fn get(app: &App, cx: &CallContext, id: UserId) -> Result<User> {
    let tenant = cx.principal().tenant()?;
    let visibility = Visibility::of(cx.principal());
    store::users::get(app.db.read(), tenant, visibility, id).await?.ok_or(Error::UserNotFound)
}

/// Names of accounts; unknown ids are left out.
pub async fn batch_get(app: &App, cx: &CallContext, ids: &[UserId]) -> Result<Vec<User>> {
    let tenant = cx.principal().tenant()?;
    Ok(store::users::by_ids(app.db.read(), tenant, ids).await?)
}

/// Accounts the caller sees, by name.
pub async fn list(
    app: &App,
    cx: &CallContext,
    filter: &UserFilter,
    page: &PageRequest<UserKey>,
) -> Result<Page<User>> {
    let tenant = cx.require(Permission::UsersRead)?;
    let visibility = Visibility::of(cx.principal());
    Ok(store::users::list(&app.db, tenant, visibility, filter, page).await?)
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
pub async fn create(app: &App, cx: &CallContext, new: CreateUser) -> Result<User> {
    let tenant = cx.require(new.person.needed_permission())?;
    let actor = cx.actor()?;
    let now = app.clock.now();
    new.person.check().map_err(|unfit| match unfit {
        Unfit::MachineRole => Invalid::field("role", unfit.to_string()),
        Unfit::CompanyMissing => Invalid::field("company_id", unfit.to_string()),
    })?;
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
        return user.ok_or(Error::UserNotFound);
    }
    if let Some(company) = new.person.company
        && store::companies::get(&tx, tenant, company).await?.is_none()
    {
        return Err(Error::CompanyNotFound);
    }
    let user = new.person.create(tenant, now);
    store::users::insert(&tx, &user, None).await.map_err(email_taken)?;
    idempotency::finish(&tx, &key, user.id.as_uuid().into_bytes().to_vec()).await?;
    tx.commit().await?;
    changed(app, &user).await;
    Ok(user)
}

/// Changes how the panel looks to the caller; absent fields stay, an empty locale is forgotten.
pub async fn update_preferences(
    app: &App,
    cx: &CallContext,
    preferences: Preferences,
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
    checks.finish()?;
    let tx = app.db.begin().await?;
    store::users::set_preferences(&tx, tenant, id, &preferences).await?;
    let preferences = store::users::preferences(&tx, tenant, id).await?;
    tx.commit().await?;
    Ok(preferences)
}

pub(super) fn email_taken(error: StoreError) -> Error {
    if error.is_unique_violation() { Error::EmailTaken } else { error.into() }
}

pub(super) async fn changed(app: &App, user: &User) {
    let audience = Audience { company: user.company, users: vec![user.id] };
    app.signal(user.tenant, "user.changed", user.id.to_string(), audience).await;
}
