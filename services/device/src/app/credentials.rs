//! A device's token is replaced over its own stream before it gets old. Until the new one is used, or
//! said to be stored, both are valid: whatever is lost on the way, the agent holds one that is.

use chamados_chassis::{auth::secret, id::DeviceId};
use secrecy::{ExposeSecret as _, SecretString};

use super::{App, enrolment::TOKEN_PREFIX, inventory::locked, sessions::Key};
use crate::{
    domain::{
        presence::{Stamp, ticks},
        token::shown,
    },
    error::Result,
    store::{
        self,
        tokens::{TokenHash, ValidToken},
    },
};

/// The token of an open stream.
#[derive(Debug)]
pub(super) struct Credential {
    hash: TokenHash,
    /// When a new one is to be offered.
    due: Stamp,
    /// The one that was.
    offered: Option<TokenHash>,
}

/// A token to offer.
#[derive(Debug)]
pub struct Offer {
    key: Key,
    current: TokenHash,
    next: TokenHash,
    token: SecretString,
}

impl Credential {
    pub(super) fn new(app: &App, device: DeviceId, token: &ValidToken) -> Self {
        let due = due(app, device, Stamp::of(token.made_at));
        Self { hash: token.hash, due, offered: None }
    }

    /// What to offer now, at most once: an agent that does not take it is of an older version, or
    /// cannot write to its disk.
    pub(super) fn offer(&mut self, app: &App, key: Key) -> Option<Offer> {
        let is_due = self.offered.is_none() && app.stamp() >= self.due;
        if !is_due || !app.may_ask_inventory() {
            return None;
        }
        let token = secret::generate(TOKEN_PREFIX);
        let next = secret::hash(token.expose_secret());
        self.offered = Some(next);
        Some(Offer { key, current: self.hash, next, token })
    }

    /// The agent has what was offered; gives what is kept of that.
    pub(super) fn stored(&mut self, app: &App, device: DeviceId) -> Option<TokenHash> {
        let hash = self.offered.take()?;
        self.hash = hash;
        self.due = due(app, device, app.stamp());
        Some(hash)
    }
}

/// Somewhere in the last tenth of a token's time, the same for the same device: those that enrolled
/// together do not renew together.
fn due(app: &App, device: DeviceId, made: Stamp) -> Stamp {
    let lifetime = app.config.credential_millis;
    if lifetime == 0 {
        return Stamp(u32::MAX);
    }
    let hash = blake3::hash(device.as_uuid().as_bytes());
    let early = lifetime / 10 * u64::from(hash.as_bytes()[0]) / 256;
    made.plus(ticks(lifetime - early))
}

/// Makes the offered token valid beside the present one, and gives it; none when the present one is
/// not valid any more.
///
/// # Errors
/// [`Error::StaleVersion`](crate::Error::StaleVersion) when the device was reset meanwhile;
/// [`Error::Store`](crate::Error::Store).
pub async fn offer(app: &App, offer: Offer) -> Result<Option<SecretString>> {
    let Offer { key, current, next, token } = offer;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let device = locked(&tx, key).await?;
    let shown = shown(token.expose_secret());
    if !store::tokens::offer(&tx, &device, current, next, shown, now).await? {
        return Ok(None);
    }
    tx.commit().await?;
    tracing::info!(device = %device.id, "a device is offered a new token");
    Ok(Some(token))
}

/// The agent has a token that was offered: the others are void. A repeat has no effect.
///
/// # Errors
/// [`Error::StaleVersion`](crate::Error::StaleVersion) when the device was reset meanwhile;
/// [`Error::Store`](crate::Error::Store).
pub async fn settle(app: &App, key: Key, hash: TokenHash) -> Result<()> {
    let tx = app.db.begin().await?;
    let device = locked(&tx, key).await?;
    let now = app.clock.now();
    // Until now the device was heard with the one before.
    if store::tokens::settle(&tx, device.id, hash, Some(now), now).await? {
        tx.commit().await?;
        tracing::info!(device = %device.id, "a device's older tokens are void");
    }
    Ok(())
}
