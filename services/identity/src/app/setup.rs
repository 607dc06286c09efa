//! First set-up: one token, one tenant, one admin.

use chamados_chassis::{
    auth::{Actor, Role, secret},
    id::TenantId,
};
use chamados_proto::identity::v1 as pb;
use chamados_store_kit::outbox::{self, OutboxEvent};
use chrono::TimeDelta;
use secrecy::SecretString;

use super::{App, sessions};
use crate::{
    domain::{
        email::Email,
        name::Name,
        password::NewPassword,
        user::{NewPerson, User},
    },
    error::{Error, Result},
    store::{self, setup::Setup},
};

/// How long a set-up link works.
pub const TOKEN_VALIDITY: TimeDelta = TimeDelta::hours(24);

/// Who the first admin will be.
#[derive(Debug)]
pub struct FirstAdmin {
    /// Name of the support organisation.
    pub tenant_name: Name,
    /// Name of the admin.
    pub name: Name,
    /// Address of the admin.
    pub email: Email,
    /// Password of the admin.
    pub password: NewPassword,
}

/// Whether set-up is still to be done.
pub async fn is_required(app: &App) -> Result<bool> {
    Ok(store::setup::state(app.db.read()).await? == Setup::Open)
}

/// Makes a new set-up token; older ones stop working.
pub async fn issue_token(app: &App) -> Result<SecretString> {
    let token = secret::generate("");
    let tx = app.db.begin().await?;
    if store::setup::state(&tx).await? == Setup::Done {
        return Err(Error::SetupDone);
    }
    store::setup::issue(&tx, sessions::token_hash(&token), app.clock.now()).await?;
    tx.commit().await?;
    Ok(token)
}

/// Makes the tenant and its admin, and signs the admin in.
pub async fn complete(
    app: &App,
    token: &SecretString,
    admin: FirstAdmin,
    client: sessions::Client,
) -> Result<sessions::SignedIn> {
    if !is_required(app).await? {
        return Err(Error::SetupDone);
    }
    let hash = app.hasher.hash(admin.password).await?;
    let now = app.clock.now();
    let tenant = TenantId::new();
    let person =
        NewPerson { name: admin.name, email: admin.email, role: Role::Admin, company: None };
    let user = User { has_password: true, ..person.create(tenant, now) };

    let tx = app.db.begin().await?;
    if !store::setup::complete(&tx, sessions::token_hash(token), now - TOKEN_VALIDITY).await? {
        return Err(Error::SetupTokenInvalid);
    }
    store::tenants::insert(&tx, tenant, admin.tenant_name.as_str(), now).await?;
    store::users::insert(&tx, &user, Some(hash)).await?;
    let created = pb::TenantCreated {
        tenant_id: tenant.to_string(),
        name: admin.tenant_name.as_str().to_owned(),
    };
    let event = OutboxEvent {
        tenant,
        subject: tenant.as_uuid(),
        payload: created,
        actor: Actor::User(user.id),
        request_id: "",
        now,
    };
    outbox::append(&tx, event).await?;
    let signed_in = sessions::open(&tx, user, client, now).await?;
    tx.commit().await?;
    tracing::info!(%tenant, "set-up is done");
    Ok(signed_in)
}
