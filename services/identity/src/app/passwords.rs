//! Passwords of people: changed by themselves, or chosen anew by a link that staff hand over.

use chamados_chassis::{
    auth::Permission,
    context::CallContext,
    id::{TenantId, UserId},
};
use chamados_store_kit::{
    Tx,
    audit::Target,
    idempotency::{self, Fingerprint, Outcome},
};
use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::{
    App, audit,
    links::Link,
    sessions::{self, Client, SignedIn},
    throttle, users,
};
use crate::{
    domain::{
        mail::Template,
        password::NewPassword,
        reset::{self, NoPassword, Reset, ResetId},
        user::{User, Visibility},
    },
    error::{Error, Result},
    store,
};

/// Changes the caller's own password; how many other sessions ended.
pub async fn change(
    app: &App,
    cx: &CallContext,
    current: SecretString,
    new: NewPassword,
    client_address: &str,
) -> Result<i32> {
    let (tenant, id, session) = sessions::person(cx)?;
    let now = app.clock.now();
    let known = store::users::credentials_of(app.db.read(), tenant, id).await?;
    let known = known.ok_or(Error::UserNotFound)?;
    let email_key = known.user.email_key();
    throttle::attempt(app, &email_key, client_address, now).await?;
    if !app.hasher.verify(current, known.password_hash.clone()).await? {
        return Err(Error::CurrentPasswordWrong);
    }
    let hash = app.hasher.hash(new).await?;

    let tx = app.db.begin().await?;
    let instead_of = known.password_hash.as_deref();
    let user = store::users::set_password(&tx, tenant, id, instead_of, Some(hash), now).await?;
    let user = user.ok_or(Error::CurrentPasswordWrong)?;
    let ended = store::sessions::end_all(&tx, id, Some(session), now).await?;
    store::resets::end_all(&tx, id, now).await?;
    store::sign_in_failures::clear(&tx, &email_key, client_address).await?;
    audit::record(&tx, cx, tenant, "password.changed", target(&user), vec![], now).await?;
    tx.commit().await?;
    users::changed(app, &user).await;
    Ok(ended)
}

/// A reset to be started.
#[derive(Debug)]
pub struct IssueReset {
    /// The caller's id for the request.
    pub request_id: String,
    /// What the request says.
    pub fingerprint: Fingerprint,
    /// Whose password.
    pub user: UserId,
}

/// A reset that was started.
#[derive(Debug)]
pub struct Issued {
    /// The reset.
    pub reset: Reset,
    /// Its link.
    pub link: Link,
}

/// Starts a reset: voids the password, ends every session, makes a link.
pub async fn issue_reset(app: &App, cx: &CallContext, issue: IssueReset) -> Result<Issued> {
    let tenant = cx.require(Permission::UsersResetPassword)?;
    // Whoever took over a session would get around the present password.
    if cx.principal().user() == Some(issue.user) {
        return Err(Error::ReauthenticationRequired);
    }
    let actor = cx.actor()?;
    let now = app.clock.now();
    let key = idempotency::Key {
        tenant,
        actor: &actor,
        method: "password.issue_reset",
        request_id: &issue.request_id,
    };
    let tx = app.db.begin().await?;
    if let Outcome::Replay(id) = idempotency::begin(&tx, &key, issue.fingerprint, now).await? {
        return replayed(app, tx, cx, idempotency::replayed_id(&id)?, now).await;
    }
    let user = store::users::get(&tx, tenant, Visibility::Tenant, issue.user).await?;
    let user = user.ok_or(Error::UserNotFound)?;
    cx.require(user.permission_to_reset())?;
    user.may_have_password()?;
    let (user, issued) = start_reset(app, &tx, cx, tenant, user.id, now).await?;
    let id = issued.reset.id.as_uuid();
    idempotency::finish(&tx, &key, id.into_bytes().to_vec()).await?;
    tx.commit().await?;
    app.mail.committed();
    users::changed(app, &user).await;
    Ok(issued)
}

/// Voids the password of an active person, ends every session, makes a link, and says so in the audit
/// log. Who they are after that.
pub(super) async fn start_reset(
    app: &App,
    tx: &Tx,
    cx: &CallContext,
    tenant: TenantId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(User, Issued)> {
    // First of all, so that whoever else changes the account waits, and sees this.
    let user = store::users::set_password(tx, tenant, user, None, None, now).await?;
    let user = user.ok_or(Error::UserInactive)?;
    let ended_sessions = store::sessions::end_all(tx, user.id, None, now).await?;
    store::resets::end_all(tx, user.id, now).await?;
    let reset = Reset {
        id: ResetId::new(),
        tenant,
        user: user.id,
        generation: 1,
        ended_sessions,
        emailed: app.mail.is_on(),
        created_at: now,
        expires_at: now + reset::VALIDITY,
        ended_at: None,
    };
    let link = app.links.reset(&reset);
    store::resets::insert(tx, &reset, link.token_hash).await?;
    enqueue(app, tx, &reset, &user, now).await?;
    audit::record(tx, cx, tenant, "password.reset_issued", target(&user), vec![], now).await?;
    Ok((user, Issued { reset, link }))
}

/// The answer of an earlier request again. Its link is derived again; when the key ring was rotated in
/// between that gives another one, which is then the valid one.
async fn replayed(
    app: &App,
    tx: Tx,
    cx: &CallContext,
    id: ResetId,
    now: DateTime<Utc>,
) -> Result<Issued> {
    let tenant = cx.principal().tenant()?;
    let (reset, token_hash) =
        store::resets::get(&tx, tenant, id).await?.ok_or(Error::ResetTokenInvalid)?;
    let link = app.links.reset(&reset);
    if link.token_hash[..] == token_hash[..] || !reset.is_open(now) {
        return Ok(Issued { reset, link });
    }
    let user = store::users::get(&tx, tenant, Visibility::Tenant, reset.user).await?;
    let user = user.ok_or(Error::UserNotFound)?;
    let reset = Reset { generation: reset.generation + 1, ..reset };
    let link = app.links.reset(&reset);
    if !store::resets::replace_link(&tx, &reset, link.token_hash).await? {
        return Err(Error::StaleVersion);
    }
    if reset.emailed {
        enqueue(app, &tx, &reset, &user, now).await?;
    }
    tx.commit().await?;
    app.mail.committed();
    Ok(Issued { reset, link })
}

async fn enqueue(app: &App, tx: &Tx, reset: &Reset, user: &User, now: DateTime<Utc>) -> Result<()> {
    let (template, subject) = (Template::PasswordReset, reset.id.as_uuid());
    let to = user.email.as_deref().unwrap_or_default();
    app.mail.enqueue(tx, template, subject, reset.generation, to, now).await
}

/// Who a reset link is for.
pub async fn get_reset(app: &App, token: &SecretString) -> Result<User> {
    let hash = sessions::token_hash(token);
    let reset = store::resets::by_token(app.db.read(), hash, app.clock.now()).await?;
    let reset = reset.ok_or(Error::ResetTokenInvalid)?;
    let user =
        store::users::get(app.db.read(), reset.tenant, Visibility::Tenant, reset.user).await?;
    user.filter(User::may_sign_in).ok_or(Error::ResetTokenInvalid)
}

/// Sets a new password by a link, and signs in.
pub async fn reset(
    app: &App,
    cx: &CallContext,
    token: &SecretString,
    password: NewPassword,
    client: Client,
) -> Result<SignedIn> {
    // Looked at before the costly hash, decided after it.
    let (tenant, id) = {
        let user = get_reset(app, token).await?;
        (user.tenant, user.id)
    };
    let hash = app.hasher.hash(password).await?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    // The account before the link, in the order in which everybody takes them.
    let user = store::users::set_password(&tx, tenant, id, None, Some(hash), now).await?;
    let user = user.ok_or(Error::ResetTokenInvalid)?;
    if !store::resets::complete(&tx, sessions::token_hash(token), now).await? {
        return Err(Error::ResetTokenInvalid);
    }
    store::sessions::end_all(&tx, id, None, now).await?;
    store::sign_in_failures::clear(&tx, &user.email_key(), &client.address).await?;
    let signed_in = sessions::open(&tx, user, client, now).await?;
    let by = sessions::on_behalf(cx, &signed_in);
    let target = target(&signed_in.user);
    audit::record(&tx, &by, tenant, "password.reset", target, vec![], now).await?;
    tx.commit().await?;
    users::changed(app, &signed_in.user).await;
    Ok(signed_in)
}

fn target(user: &User) -> Target<'_> {
    Target { kind: "user", id: user.id.to_string(), name: &user.name }
}

impl From<NoPassword> for Error {
    fn from(reason: NoPassword) -> Self {
        match reason {
            NoPassword::Device => Self::DeviceAccount,
            NoPassword::Inactive => Self::UserInactive,
        }
    }
}
