//! One-time links. Their tokens are stored hashed only, and derived from what they are for, so that a
//! repeated request and the mailer can make them again.

use std::sync::Arc;

use chamados_chassis::auth::{Keyring, keyring::KeyringError, secret};
use secrecy::{ExposeSecret as _, SecretString};

use crate::domain::{
    invite::{self, Invite},
    reset::{self, Reset},
};

/// What the key is for, as the key derivation wants it.
const PURPOSE: &str = "chamados identity 2026-11 tokens of one-time links";

/// Makes links. Cheap to clone.
#[derive(Clone)]
pub struct Links {
    public_url: Arc<str>,
    key: [u8; 32],
}

/// A link somebody may follow once.
#[derive(Debug, Clone)]
pub struct Link {
    /// The whole address. Its token is behind the `#`, which browsers send to nobody.
    pub url: SecretString,
    /// What is stored of its token.
    pub token_hash: [u8; 32],
}

impl Links {
    /// Links to the panel at `public_url`.
    ///
    /// # Errors
    /// When the ring has no secret key.
    pub fn new(keyring: &Keyring, public_url: &str) -> Result<Self, KeyringError> {
        let public_url = public_url.trim_end_matches('/').into();
        Ok(Self { public_url, key: keyring.derive_key(PURPOSE)? })
    }

    /// The present link of an invite.
    #[must_use]
    pub fn invite(&self, invite: &Invite) -> Link {
        self.link("convite", invite::PREFIX, &invite.token_name())
    }

    /// The link of a password reset.
    #[must_use]
    pub fn reset(&self, reset: &Reset) -> Link {
        self.link("redefinir-senha", reset::PREFIX, &reset.token_name())
    }

    fn link(&self, page: &str, prefix: &str, name: &str) -> Link {
        let token = secret::derive(&self.key, prefix, name);
        let token = token.expose_secret();
        let url = format!("{}/{page}#{token}", self.public_url);
        Link { url: url.into(), token_hash: secret::hash(token) }
    }
}
