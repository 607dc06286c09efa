//! Invites: people who choose name and password themselves.

use chamados_chassis::{
    auth::{Permission, Role},
    context::CallContext,
    id::{CompanyId, TenantId},
    page::{Page, PageRequest},
};
use chamados_proto::event::v1::ChangedField;
use chamados_store_kit::{
    StoreError, Tx,
    audit::{Target, field},
    idempotency::{self, Fingerprint, Outcome},
};
use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::{
    App, audit,
    links::Link,
    sessions::{self, Client, SignedIn},
    users,
};
use crate::{
    domain::{
        email::Email,
        invite::{self, Invite, InviteFilter, InviteId, State},
        mail::Template,
        name::Name,
        password::NewPassword,
        user::{NewPerson, check_fit, permission_to_make},
    },
    error::{Error, Result},
    store::{self, invites::InviteKey},
};

/// An invite to be made.
#[derive(Debug)]
pub struct CreateInvite {
    /// The caller's id for the request.
    pub request_id: String,
    /// What the request says.
    pub fingerprint: Fingerprint,
    /// Who is invited.
    pub email: Email,
    /// What they will be.
    pub role: Role,
    /// Needed for a client's people.
    pub company: Option<CompanyId>,
}

/// An invite with its present link.
#[derive(Debug)]
pub struct Sent {
    /// The invite.
    pub invite: Invite,
    /// Its link.
    pub link: Link,
}

/// Invites an e-mail address.
pub async fn create(app: &App, cx: &CallContext, new: CreateInvite) -> Result<Sent> {
    let tenant = cx.require(permission_to_make(new.role))?;
    check_fit(new.role, new.company).map_err(users::unfit)?;
    let actor = cx.actor()?;
    let now = app.clock.now();
    let key = idempotency::Key {
        tenant,
        actor: &actor,
        method: "invite.create",
        request_id: &new.request_id,
    };
    let tx = app.db.begin().await?;
    if let Outcome::Replay(id) = idempotency::begin(&tx, &key, new.fingerprint, now).await? {
        return replayed(app, tx, tenant, idempotency::replayed_id(&id)?, now).await;
    }
    if let Some(company) = new.company
        && store::companies::get(&tx, tenant, company).await?.is_none()
    {
        return Err(Error::CompanyNotFound);
    }
    if store::users::by_email(&tx, tenant, &new.email).await?.is_some() {
        return Err(Error::EmailTaken);
    }
    let invite = Invite {
        id: InviteId::new(),
        tenant,
        email: new.email.as_str().to_owned(),
        role: new.role,
        company: new.company,
        invited_by: cx.principal().user(),
        generation: 1,
        emailed: app.mail.is_on(),
        created_at: now,
        sent_at: now,
        expires_at: now + invite::VALIDITY,
        accepted_at: None,
        revoked_at: None,
        user: None,
    };
    let link = app.links.invite(&invite);
    store::invites::close_expired(&tx, tenant, new.email.key(), now).await?;
    store::invites::insert(&tx, &invite, link.token_hash).await.map_err(pending)?;
    enqueue(app, &tx, &invite, now).await?;
    record(&tx, cx, "invite.created", &invite, facts(&invite), now).await?;
    idempotency::finish(&tx, &key, invite.id.as_uuid().into_bytes().to_vec()).await?;
    tx.commit().await?;
    app.mail.committed();
    Ok(Sent { invite, link })
}

/// An invite to be resent.
#[derive(Debug)]
pub struct ResendInvite {
    /// The caller's id for the request.
    pub request_id: String,
    /// What the request says.
    pub fingerprint: Fingerprint,
    /// Which.
    pub id: InviteId,
}

/// Makes a new link; the one before stops working.
pub async fn resend(app: &App, cx: &CallContext, resend: ResendInvite) -> Result<Sent> {
    let tenant = cx.require(Permission::InvitesRead)?;
    let actor = cx.actor()?;
    let now = app.clock.now();
    let key = idempotency::Key {
        tenant,
        actor: &actor,
        method: "invite.resend",
        request_id: &resend.request_id,
    };
    let tx = app.db.begin().await?;
    if let Outcome::Replay(id) = idempotency::begin(&tx, &key, resend.fingerprint, now).await? {
        return replayed(app, tx, tenant, idempotency::replayed_id(&id)?, now).await;
    }
    let (invite, _) =
        store::invites::hold(&tx, tenant, resend.id).await?.ok_or(Error::InviteNotFound)?;
    cx.require(permission_to_make(invite.role))?;
    match invite.state(now) {
        State::Accepted => return Err(Error::InviteAccepted),
        State::Revoked => return Err(Error::InviteRevoked),
        State::Pending | State::Expired => {}
    }
    let invite = invite.resent(app.mail.is_on(), now);
    let link = replace_link(app, &tx, &invite).await?;
    enqueue(app, &tx, &invite, now).await?;
    record(&tx, cx, "invite.resent", &invite, vec![], now).await?;
    idempotency::finish(&tx, &key, invite.id.as_uuid().into_bytes().to_vec()).await?;
    tx.commit().await?;
    app.mail.committed();
    Ok(Sent { invite, link })
}

/// The answer of an earlier request again: the invite as it stands. Its link is derived again; when
/// the key ring was rotated in between that gives another one, which is then the valid one.
async fn replayed(
    app: &App,
    tx: Tx,
    tenant: TenantId,
    id: InviteId,
    now: DateTime<Utc>,
) -> Result<Sent> {
    let held = store::invites::hold(&tx, tenant, id).await?;
    let (invite, token_hash) = held.ok_or(Error::InviteNotFound)?;
    let link = app.links.invite(&invite);
    if link.token_hash[..] == token_hash[..] || invite.state(now) != State::Pending {
        return Ok(Sent { invite, link });
    }
    let invite = Invite { generation: invite.generation + 1, ..invite };
    let link = replace_link(app, &tx, &invite).await?;
    if invite.emailed {
        enqueue(app, &tx, &invite, now).await?;
    }
    tx.commit().await?;
    app.mail.committed();
    Ok(Sent { invite, link })
}

async fn replace_link(app: &App, tx: &Tx, invite: &Invite) -> Result<Link> {
    let link = app.links.invite(invite);
    let written = store::invites::replace_link(tx, invite, link.token_hash).await;
    if written.map_err(pending)? { Ok(link) } else { Err(Error::StaleVersion) }
}

/// Makes the link of an invite stop working. Revoking a revoked one succeeds.
pub async fn revoke(app: &App, cx: &CallContext, id: InviteId) -> Result<Invite> {
    let tenant = cx.require(Permission::InvitesRead)?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let (invite, _) = store::invites::hold(&tx, tenant, id).await?.ok_or(Error::InviteNotFound)?;
    cx.require(permission_to_make(invite.role))?;
    match invite.state(now) {
        State::Accepted => return Err(Error::InviteAccepted),
        State::Revoked => return Ok(invite),
        State::Pending | State::Expired => {}
    }
    if !store::invites::revoke(&tx, tenant, id, now).await? {
        return Err(Error::StaleVersion);
    }
    let invite = Invite { revoked_at: Some(now), ..invite };
    record(&tx, cx, "invite.revoked", &invite, vec![], now).await?;
    tx.commit().await?;
    Ok(invite)
}

/// Invites of the tenant, the newest first.
pub async fn list(
    app: &App,
    cx: &CallContext,
    filter: &InviteFilter,
    page: &PageRequest<InviteKey>,
) -> Result<(Page<Invite>, DateTime<Utc>)> {
    let tenant = cx.require(Permission::InvitesRead)?;
    let now = app.clock.now();
    Ok((store::invites::list(&app.db, tenant, filter, page, now).await?, now))
}

/// What an invite link is for.
#[derive(Debug)]
pub struct Invitation {
    /// The invite.
    pub invite: Invite,
    /// Name of the support organisation.
    pub tenant_name: String,
    /// Name of the company, for a client's people.
    pub company_name: Option<String>,
}

/// What an invite link is for.
pub async fn by_token(app: &App, token: &SecretString) -> Result<Invitation> {
    let invite = open_invite(app, token).await?;
    let db = app.db.read();
    let tenant_name = store::tenants::name(db, invite.tenant).await?.unwrap_or_default();
    let company_name = match invite.company {
        Some(id) => store::companies::get(db, invite.tenant, id).await?.map(|c| c.name),
        None => None,
    };
    Ok(Invitation { invite, tenant_name, company_name })
}

/// Makes the person and signs them in, in one transaction.
pub async fn accept(
    app: &App,
    cx: &CallContext,
    token: &SecretString,
    name: Name,
    password: NewPassword,
    client: Client,
) -> Result<SignedIn> {
    // Looked at before the costly hash, decided after it.
    let invite = open_invite(app, token).await?;
    let hash = app.hasher.hash(password).await?;
    let now = app.clock.now();
    let email = Email::parse(&invite.email).map_err(|_| Error::InviteTokenInvalid)?;
    let person = NewPerson { name, email, role: invite.role, company: invite.company };
    person.check().map_err(users::unfit)?;
    let mut user = person.create(invite.tenant, now);
    user.has_password = true;
    let tx = app.db.begin().await?;
    if !store::invites::accept(&tx, sessions::token_hash(token), user.id, now).await? {
        return Err(Error::InviteTokenInvalid);
    }
    store::users::insert(&tx, &user, Some(hash)).await.map_err(users::email_taken)?;
    let signed_in = sessions::open(&tx, user, client, now).await?;
    let by = sessions::on_behalf(cx, &signed_in);
    record(&tx, &by, "invite.accepted", &invite, vec![], now).await?;
    users::record_created(&tx, &by, &signed_in.user, now).await?;
    tx.commit().await?;
    users::changed(app, &signed_in.user).await;
    Ok(signed_in)
}

async fn open_invite(app: &App, token: &SecretString) -> Result<Invite> {
    let (hash, now) = (sessions::token_hash(token), app.clock.now());
    let invite = store::invites::by_token(app.db.read(), hash, now).await?;
    invite.ok_or(Error::InviteTokenInvalid)
}

async fn enqueue(app: &App, tx: &Tx, invite: &Invite, now: DateTime<Utc>) -> Result<()> {
    let (subject, generation) = (invite.id.as_uuid(), invite.generation);
    app.mail.enqueue(tx, Template::Invite, subject, generation, &invite.email, now).await
}

async fn record(
    tx: &Tx,
    cx: &CallContext,
    action: &'static str,
    invite: &Invite,
    fields: Vec<ChangedField>,
    now: DateTime<Utc>,
) -> Result<()> {
    let target = Target { kind: "invite", id: invite.id.to_string(), name: &invite.email };
    audit::record(tx, cx, invite.tenant, action, target, fields, now).await
}

fn facts(invite: &Invite) -> Vec<ChangedField> {
    let mut fields = vec![field("role", None, Some(invite.role.to_string()))];
    if let Some(company) = invite.company {
        fields.push(field("company_id", None, Some(company.to_string())));
    }
    fields
}

fn pending(error: StoreError) -> Error {
    if error.is_unique_violation() { Error::InvitePending } else { error.into() }
}
