//! Signing in and out, and turning a session into a principal.

use chamados_chassis::{auth::secret, id::SessionId};
use chamados_store_kit::{StoreError, Tx};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};

use super::App;
use crate::{
    domain::{
        session::Session,
        throttle::Failures,
        user::{User, Visibility},
    },
    error::{Error, Result},
    store::{self, users::Credentials},
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
    let failures = store::sign_in_failures::get(app.db.read(), &email_key, &client.address).await?;
    if let Some(wait) = failures.and_then(|failures| failures.wait(now)) {
        return Err(Error::TooManyAttempts(wait.to_std().unwrap_or_default()));
    }
    let known = store::users::credentials(app.db.read(), &email_key).await?;
    match matching(app, known, password).await? {
        Some(user) => {
            let tx = app.db.begin().await?;
            store::sign_in_failures::clear(&tx, &email_key, &client.address).await?;
            let signed_in = open(&tx, user, client, now).await?;
            tx.commit().await?;
            Ok(signed_in)
        }
        None => {
            note_failure(app, &email_key, &client.address, now).await?;
            Err(Error::CredentialsInvalid)
        }
    }
}

/// The account that the password opens. Hashes at least once, also for nobody.
async fn matching(
    app: &App,
    known: Vec<Credentials>,
    password: SecretString,
) -> Result<Option<User>> {
    let mut candidates =
        known.into_iter().filter(|c| c.user.may_sign_in()).collect::<Vec<_>>().into_iter();
    let first = candidates.next();
    let hash = first.as_ref().and_then(|c| c.password_hash.clone());
    if app.hasher.verify(password.clone(), hash).await? {
        return Ok(first.map(|c| c.user));
    }
    for candidate in candidates {
        if app.hasher.verify(password.clone(), candidate.password_hash).await? {
            return Ok(Some(candidate.user));
        }
    }
    Ok(None)
}

async fn note_failure(
    app: &App,
    email_key: &str,
    address: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let tx = app.db.begin().await?;
    let previous = store::sign_in_failures::get(&tx, email_key, address).await?;
    let failures = Failures::and_one(previous, now);
    store::sign_in_failures::put(&tx, email_key, address, failures).await?;
    tx.commit().await
}

/// Opens a session for a user whose right to one was checked.
pub(super) async fn open(
    tx: &Tx,
    user: User,
    client: Client,
    now: DateTime<Utc>,
) -> Result<SignedIn> {
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
    Ok(SignedIn { token, expires_at: session.expires_at(), user })
}

/// Ends a session. Ending one that is not there succeeds.
pub async fn sign_out(app: &App, token: &SecretString) -> Result<()> {
    let tx = app.db.begin().await?;
    store::sessions::delete(&tx, token_hash(token)).await?;
    tx.commit().await?;
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

/// What is stored of a token.
pub(super) fn token_hash(token: &SecretString) -> [u8; 32] {
    secret::hash(token.expose_secret())
}
