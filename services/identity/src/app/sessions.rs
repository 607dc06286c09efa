//! Signing in and out, turning a session into a principal, and a person's own sessions.

use chamados_chassis::{
    auth::{Audience, Denied, Principal, secret},
    context::CallContext,
    id::{SessionId, TenantId, UserId},
    page::{Page, PageRequest},
};
use chamados_store_kit::Tx;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};

use super::{App, throttle};
use crate::{
    domain::{
        session::Session,
        user::{User, Visibility},
    },
    error::{Error, Result},
    store::{self, sessions::SessionKey, users::Credentials},
};

/// Where a sign-in comes from.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// Address of the browser, at most 64 characters.
    pub address: String,
    /// Name the browser gives itself, at most 256 characters.
    pub user_agent: String,
}

/// A session just opened.
#[derive(Debug)]
pub struct SignedIn {
    /// For the cookie.
    pub token: SecretString,
    /// Which session.
    pub session: SessionId,
    /// When it ends whatever happens.
    pub expires_at: DateTime<Utc>,
    /// Who.
    pub user: User,
}

/// A session that holds.
#[derive(Debug)]
pub struct Authenticated {
    /// For the services behind.
    pub principal_token: String,
    /// Which session.
    pub session: SessionId,
}

/// Checks e-mail and password and opens a session.
pub async fn sign_in(
    app: &App,
    email: &str,
    password: SecretString,
    client: Client,
) -> Result<SignedIn> {
    let email_key = email.trim().to_lowercase();
    let now = app.clock.now();
    throttle::attempt(app, &email_key, &client.address, now).await?;
    let known = store::users::credentials(app.db.read(), &email_key).await?;
    let Some((user, hash)) = matching(app, known, password).await? else {
        tracing::info!(address = client.address, "a sign-in was refused");
        return Err(Error::CredentialsInvalid);
    };
    let tx = app.db.begin().await?;
    // Hashing took its time: the account may have got another password, or none, since it was read.
    if !store::users::hold(&tx, &user, &hash).await? {
        return Err(Error::CredentialsInvalid);
    }
    store::sign_in_failures::clear(&tx, &email_key, &client.address).await?;
    let signed_in = open(&tx, user, client, now).await?;
    tx.commit().await?;
    tracing::info!(user = %signed_in.user.id, session = %signed_in.session, "signed in");
    Ok(signed_in)
}

/// The account that the password opens, with its hash. Hashes at least once, also for nobody.
async fn matching(
    app: &App,
    known: Vec<Credentials>,
    password: SecretString,
) -> Result<Option<(User, String)>> {
    let mut candidates = known.into_iter().filter(|c| c.user.may_sign_in());
    let mut next = candidates.next();
    loop {
        let hash = next.as_ref().and_then(|c| c.password_hash.clone());
        let opens = app.hasher.verify(password.clone(), hash.clone()).await?;
        match (next, hash) {
            (Some(candidate), Some(hash)) if opens => return Ok(Some((candidate.user, hash))),
            _ => next = candidates.next(),
        }
        if next.is_none() {
            return Ok(None);
        }
    }
}

/// Opens a session for a user whose right to one was checked. A device's account never gets one,
/// whatever was checked.
pub(super) async fn open(
    tx: &Tx,
    user: User,
    client: Client,
    now: DateTime<Utc>,
) -> Result<SignedIn> {
    if !user.may_sign_in() {
        return Err(Error::CredentialsInvalid);
    }
    let token = secret::generate("chs_");
    let session = Session {
        id: SessionId::new(),
        tenant: user.tenant,
        user: user.id,
        created_at: now,
        last_seen_at: now,
        client_address: client.address,
        user_agent: client.user_agent,
    };
    store::sessions::insert(tx, &session, token_hash(&token)).await?;
    Ok(SignedIn { token, session: session.id, expires_at: session.expires_at(), user })
}

/// Ends a session. Ending one that is not there succeeds.
pub async fn sign_out(app: &App, token: &SecretString) -> Result<()> {
    let tx = app.db.begin().await?;
    let session = store::sessions::end_by_token(&tx, token_hash(token), app.clock.now()).await?;
    tx.commit().await?;
    if let Some(session) = session {
        ended(app, session.tenant, session.user).await;
    }
    Ok(())
}

/// Turns a session token into a principal token. Reads every time, so that what was revoked is
/// refused at once.
pub async fn authenticate(app: &App, token: &SecretString) -> Result<Authenticated> {
    let now = app.clock.now();
    let session = store::sessions::by_token(app.db.read(), token_hash(token)).await?;
    let session = session.filter(|s| s.is_valid(now)).ok_or(Error::SessionInvalid)?;
    let user = store::users::get(
        app.db.read(),
        session.tenant,
        Visibility::Own(session.user),
        session.user,
    )
    .await?;
    let principal = user.as_ref().and_then(|user| session.principal(user));
    let principal = principal.ok_or(Error::SessionInvalid)?;
    if session.needs_touch(now) {
        let tx = app.db.begin().await?;
        store::sessions::touch(&tx, session.id, now).await?;
        tx.commit().await?;
    }
    let principal_token = app.keyring.sign(&principal, now)?;
    Ok(Authenticated { principal_token, session: session.id })
}

/// The caller's own sessions that hold, the last used first.
pub async fn list(
    app: &App,
    cx: &CallContext,
    page: &PageRequest<SessionKey>,
) -> Result<Page<Session>> {
    let (_, user, _) = person(cx)?;
    Ok(store::sessions::list(&app.db, user, page, app.clock.now()).await?)
}

/// Ends one of the caller's own sessions. Ending an ended one succeeds.
pub async fn revoke(app: &App, cx: &CallContext, id: SessionId) -> Result<()> {
    let (tenant, user, _) = person(cx)?;
    let tx = app.db.begin().await?;
    if store::sessions::end(&tx, user, id, app.clock.now()).await? {
        tx.commit().await?;
        ended(app, tenant, user).await;
        return Ok(());
    }
    if store::sessions::exists(&tx, user, id).await? { Ok(()) } else { Err(Error::SessionNotFound) }
}

/// The person who calls, and the session they call in.
pub(super) fn person(cx: &CallContext) -> Result<(TenantId, UserId, SessionId), Denied> {
    match cx.principal() {
        Principal::Person { tenant, user, session, .. } => Ok((*tenant, *user, *session)),
        Principal::Anonymous => Err(Denied::Anonymous),
        _ => Err(Denied::Forbidden),
    }
}

/// The call of somebody who came with nothing but a link, as that of the person they proved to be.
pub(super) fn on_behalf(cx: &CallContext, signed_in: &SignedIn) -> CallContext {
    let user = &signed_in.user;
    let principal = Principal::Person {
        tenant: user.tenant,
        user: user.id,
        role: user.role,
        company: user.company,
        session: signed_in.session,
    };
    CallContext::new(principal, None, cx.request_id().into(), cx.deadline())
}

/// Tells live streams that sessions of a person ended, so that they ask whether theirs did.
pub(super) async fn ended(app: &App, tenant: TenantId, user: UserId) {
    let audience = Audience { company: None, users: vec![user] };
    app.signal(tenant, "user.changed", user.to_string(), audience).await;
}

/// What is stored of a token.
pub(super) fn token_hash(token: &SecretString) -> [u8; 32] {
    secret::hash(token.expose_secret())
}
