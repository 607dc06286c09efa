//! Counting attempts to guess a password.

use chrono::{DateTime, Utc};

use super::App;
use crate::{
    domain::throttle::wait,
    error::{Error, Result},
    store,
};

/// Counts an attempt on an account from an address, before the password is looked at. It stays
/// counted until one succeeds, whatever becomes of the caller.
///
/// # Errors
/// [`Error::TooManyAttempts`].
pub(super) async fn attempt(
    app: &App,
    email_key: &str,
    client_address: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let tx = app.db.begin().await?;
    let full = store::sign_in_failures::count(&tx, email_key, client_address, now).await?;
    tx.commit().await?;
    match full {
        None => Ok(()),
        Some(since) => Err(Error::TooManyAttempts(wait(since, now).to_std().unwrap_or_default())),
    }
}
