//! Accounts of automation. Their keys are in [`super::api_keys`].

use std::collections::HashMap;

use chamados_chassis::{
    auth::Permission,
    context::CallContext,
    id::{ServiceAccountId, TenantId},
    page::{Page, PageRequest},
};
use chamados_proto::event::v1::ChangedField;
use chamados_store_kit::{
    StoreError, Tx,
    audit::{Target, field},
    idempotency::{self, Fingerprint, Outcome},
};
use chrono::{DateTime, Utc};

use super::{App, audit};
use crate::{
    domain::{
        name::Name,
        service_account::{ApiKey, Description, ServiceAccount, ServiceAccountPatch},
    },
    error::{Error, Result},
    store::{self, service_accounts::ServiceAccountKey},
};

/// An account with its keys, the newest first.
#[derive(Debug)]
pub struct WithKeys {
    /// The account.
    pub account: ServiceAccount,
    /// All that were not purged.
    pub keys: Vec<ApiKey>,
}

/// An account to be made.
#[derive(Debug)]
pub struct NewServiceAccount {
    /// The caller's id for the request.
    pub request_id: String,
    /// What the request says.
    pub fingerprint: Fingerprint,
    /// Unique in the tenant.
    pub name: Name,
    /// What it is for.
    pub description: Description,
}

/// Makes an account without a key.
pub async fn create(app: &App, cx: &CallContext, new: NewServiceAccount) -> Result<WithKeys> {
    let tenant = cx.require(Permission::ServiceAccountsManage)?;
    let (actor, now) = (cx.actor()?, app.clock.now());
    let key = idempotency::Key {
        tenant,
        actor: &actor,
        method: "service_account.create",
        request_id: &new.request_id,
    };
    let tx = app.db.begin().await?;
    if let Outcome::Replay(id) = idempotency::begin(&tx, &key, new.fingerprint, now).await? {
        let id = idempotency::replayed_id(&id)?;
        let account = store::service_accounts::get(&tx, tenant, id).await?;
        drop(tx);
        return with_keys(app, account.ok_or(Error::ServiceAccountNotFound)?).await;
    }
    let account = insert(&tx, cx, tenant, &new.name, new.description, now).await?;
    idempotency::finish(&tx, &key, account.id.as_uuid().into_bytes().to_vec()).await?;
    tx.commit().await?;
    Ok(WithKeys { account, keys: Vec::new() })
}

/// Adds an account, and says so in the audit log.
pub(super) async fn insert(
    tx: &Tx,
    cx: &CallContext,
    tenant: TenantId,
    name: &Name,
    description: Description,
    now: DateTime<Utc>,
) -> Result<ServiceAccount> {
    let account = ServiceAccount::new(tenant, name, description, now);
    store::service_accounts::insert(tx, &account).await.map_err(name_taken)?;
    let mut fields = vec![field("name", None, Some(account.name.clone()))];
    if !account.description.is_empty() {
        fields.push(field("description", None, Some(account.description.clone())));
    }
    audit::record(tx, cx, tenant, "service_account.created", target(&account), fields, now).await?;
    Ok(account)
}

/// One account with its keys.
pub async fn get(app: &App, cx: &CallContext, id: ServiceAccountId) -> Result<WithKeys> {
    let tenant = cx.require(Permission::ServiceAccountsManage)?;
    let account = store::service_accounts::get(app.db.read(), tenant, id).await?;
    with_keys(app, account.ok_or(Error::ServiceAccountNotFound)?).await
}

/// Names of accounts, for anybody of the tenant; unknown ids are left out.
pub async fn batch_get(
    app: &App,
    cx: &CallContext,
    ids: &[ServiceAccountId],
) -> Result<Vec<ServiceAccount>> {
    let tenant = cx.principal().tenant()?;
    Ok(store::service_accounts::by_ids(app.db.read(), tenant, ids).await?)
}

/// Accounts with their keys, by name.
pub async fn list(
    app: &App,
    cx: &CallContext,
    page: &PageRequest<ServiceAccountKey>,
) -> Result<Page<WithKeys>> {
    let tenant = cx.require(Permission::ServiceAccountsManage)?;
    let page = store::service_accounts::list(&app.db, tenant, page).await?;
    let ids: Vec<_> = page.items.iter().map(|account| account.id).collect();
    let mut keys: HashMap<ServiceAccountId, Vec<ApiKey>> = HashMap::new();
    for key in store::api_keys::of_accounts(app.db.read(), tenant, &ids).await? {
        keys.entry(key.account).or_default().push(key);
    }
    Ok(page.map(|account| WithKeys { keys: keys.remove(&account.id).unwrap_or_default(), account }))
}

/// Changes an account that is at `version`, or at any for 0.
pub async fn update(
    app: &App,
    cx: &CallContext,
    id: ServiceAccountId,
    version: i64,
    patch: ServiceAccountPatch,
) -> Result<WithKeys> {
    let tenant = cx.require(Permission::ServiceAccountsManage)?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let account = store::service_accounts::get(&tx, tenant, id).await?;
    let account = account.ok_or(Error::ServiceAccountNotFound)?;
    if version != 0 && version != account.version {
        return Err(Error::StaleVersion);
    }
    let Some(next) = account.patched(patch, now) else {
        drop(tx);
        return with_keys(app, account).await;
    };
    if !store::service_accounts::update(&tx, &next).await.map_err(name_taken)? {
        return Err(Error::StaleVersion);
    }
    let fields = changed_fields(&account, &next);
    audit::record(&tx, cx, tenant, "service_account.updated", target(&next), fields, now).await?;
    tx.commit().await?;
    with_keys(app, next).await
}

async fn with_keys(app: &App, account: ServiceAccount) -> Result<WithKeys> {
    let of = [account.id];
    let keys = store::api_keys::of_accounts(app.db.read(), account.tenant, &of).await?;
    Ok(WithKeys { account, keys })
}

fn changed_fields(old: &ServiceAccount, new: &ServiceAccount) -> Vec<ChangedField> {
    [
        ("name", old.name.clone(), new.name.clone()),
        ("description", old.description.clone(), new.description.clone()),
        ("active", old.active.to_string(), new.active.to_string()),
    ]
    .into_iter()
    .filter(|(_, old, new)| old != new)
    .map(|(name, old, new)| field(name, Some(old), Some(new)))
    .collect()
}

fn target(account: &ServiceAccount) -> Target<'_> {
    Target { kind: "service_account", id: account.id.to_string(), name: &account.name }
}

fn name_taken(error: StoreError) -> Error {
    if error.is_unique_violation() { Error::ServiceAccountNameTaken } else { error.into() }
}
