//! Keys of service accounts: made, used, revoked.

use chamados_chassis::{
    auth::{Permission, secret},
    context::CallContext,
    id::{ServiceAccountId, TenantId},
};
use chamados_store_kit::{
    Tx,
    audit::{Target, field},
    idempotency::{self, Fingerprint, Outcome},
};
use chrono::{DateTime, SecondsFormat, Utc};
use secrecy::{ExposeSecret as _, SecretString};

use super::{App, audit};
use crate::{
    domain::service_account::{ApiKey, ApiKeyId, HINT_CHARS, MAX_KEYS, Scopes, TOUCH_EVERY},
    error::{Error, Result},
    store,
};

/// What every secret begins with, so that a leaked one is recognised.
pub const PREFIX: &str = "chk_";
/// What the secrets' key is derived for.
const PURPOSE: &str = "chamados identity 2026 secrets of API keys";

/// A key to be made.
#[derive(Debug)]
pub struct NewApiKey {
    /// The caller's id for the request.
    pub request_id: String,
    /// What the request says.
    pub fingerprint: Fingerprint,
    /// The account.
    pub account: ServiceAccountId,
    /// What it may do.
    pub scopes: Scopes,
    /// When it stops working.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A key with its secret, which is told once.
#[derive(Debug)]
pub struct Issued {
    /// The key as it will be listed.
    pub key: ApiKey,
    /// For its owner.
    pub secret: SecretString,
}

/// Makes a key. A repeat tells the same secret again.
pub async fn create(app: &App, cx: &CallContext, new: NewApiKey) -> Result<Issued> {
    let tenant = cx.require(Permission::ServiceAccountsManage)?;
    let (actor, now) = (cx.actor()?, app.clock.now());
    let request = idempotency::Key {
        tenant,
        actor: &actor,
        method: "api_key.create",
        request_id: &new.request_id,
    };
    let tx = app.db.begin().await?;
    if let Outcome::Replay(id) = idempotency::begin(&tx, &request, new.fingerprint, now).await? {
        let id = idempotency::replayed_id(&id)?;
        return again(app, &tx, tenant, new.account, id).await;
    }
    let issued = insert(app, &tx, cx, tenant, new.account, new.scopes, new.expires_at, now).await?;
    idempotency::finish(&tx, &request, issued.key.id.as_uuid().into_bytes().to_vec()).await?;
    tx.commit().await?;
    Ok(issued)
}

/// Adds a key to an active account that has not too many, and says so in the audit log.
#[allow(clippy::too_many_arguments, reason = "what a key is made of, and where")]
pub(super) async fn insert(
    app: &App,
    tx: &Tx,
    cx: &CallContext,
    tenant: TenantId,
    account: ServiceAccountId,
    scopes: Scopes,
    expires_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Issued> {
    // Whoever comes at the same time waits here, and then counts this key too.
    let active = store::service_accounts::hold_active(tx, tenant, account).await?;
    let found = store::service_accounts::get(tx, tenant, account).await?;
    let owner = found.ok_or(Error::ServiceAccountNotFound)?;
    if !active {
        return Err(Error::ServiceAccountInactive);
    }
    if store::api_keys::count_holding(tx, account, now).await? >= MAX_KEYS {
        return Err(Error::TooManyKeys);
    }
    let id = ApiKeyId::new();
    let secret = secret_of(app, id)?;
    let hint: String = secret.expose_secret().chars().take(HINT_CHARS).collect();
    let mut fields = vec![
        field("service_account", None, Some(owner.name)),
        field("scopes", None, Some(scopes.to_kept())),
    ];
    if let Some(end) = expires_at {
        fields.push(field("expire_time", None, Some(text(end))));
    }
    let key = ApiKey {
        id,
        tenant,
        account,
        hint,
        scopes,
        created_at: now,
        expires_at,
        revoked_at: None,
        last_used_at: None,
    };
    store::api_keys::insert(tx, &key, secret::hash(secret.expose_secret())).await?;
    audit::record(tx, cx, tenant, "api_key.created", target(&key), fields, now).await?;
    Ok(Issued { key, secret })
}

/// A key that was made before, with its secret.
async fn again(
    app: &App,
    tx: &Tx,
    tenant: TenantId,
    account: ServiceAccountId,
    id: ApiKeyId,
) -> Result<Issued> {
    let key = store::api_keys::get(tx, tenant, account, id).await?.ok_or(Error::ApiKeyNotFound)?;
    let secret = secret_of(app, id)?;
    let same = store::api_keys::by_secret(tx, secret::hash(secret.expose_secret())).await?;
    if same.is_some_and(|same| same.id == id) {
        Ok(Issued { key, secret })
    } else {
        Err(Error::SecretGone)
    }
}

fn secret_of(app: &App, id: ApiKeyId) -> Result<SecretString> {
    Ok(secret::derive(&app.keyring.derive_key(PURPOSE)?, PREFIX, &id.to_string()))
}

/// Refuses a key from now on. Revoking a revoked key changes nothing.
pub async fn revoke(
    app: &App,
    cx: &CallContext,
    account: ServiceAccountId,
    id: ApiKeyId,
) -> Result<ApiKey> {
    let tenant = cx.require(Permission::ServiceAccountsManage)?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let revoked = store::api_keys::revoke(&tx, tenant, account, id, now).await?;
    let key = store::api_keys::get(&tx, tenant, account, id).await?;
    let key = key.ok_or(Error::ApiKeyNotFound)?;
    if revoked {
        let fields = vec![field("revoke_time", None, Some(text(now)))];
        audit::record(&tx, cx, tenant, "api_key.revoked", target(&key), fields, now).await?;
        tx.commit().await?;
    }
    Ok(key)
}

/// Turns a secret into a principal token. Reads every time, so that what was revoked is refused at
/// once.
pub async fn authenticate(app: &App, secret: &SecretString) -> Result<String> {
    let now = app.clock.now();
    let hash = secret::hash(secret.expose_secret());
    let key = store::api_keys::by_secret(app.db.read(), hash).await?;
    let key = key.ok_or(Error::ApiKeyInvalid)?;
    let account = store::service_accounts::get(app.db.read(), key.tenant, key.account).await?;
    let principal = account.and_then(|account| key.principal(&account, now));
    let principal = principal.ok_or(Error::ApiKeyInvalid)?;
    if key.needs_touch(now) {
        let tx = app.db.begin().await?;
        store::api_keys::touch(&tx, key.id, now - TOUCH_EVERY, now).await?;
        tx.commit().await?;
    }
    Ok(app.keyring.sign(&principal, now)?)
}

fn target(key: &ApiKey) -> Target<'_> {
    Target { kind: "api_key", id: key.id.to_string(), name: &key.hint }
}

fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
