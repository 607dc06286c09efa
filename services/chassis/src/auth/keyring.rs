//! Principal tokens: a [`Principal`] signed with Ed25519 (PASETO v4.public), valid for a minute.
//!
//! Every process has the ring of public keys and verifies by itself; a process that turns
//! credentials into principals has a secret key too. The key's id travels in the token's footer,
//! so keys are rotated by adding the new one everywhere, then making it the first, then removing
//! the old one.
//!
//! One request has its token checked by each service that it passes, and a person makes many: what was
//! signed or found to be signed is remembered, so that the curve is not asked twice about the same bytes.
//! Whether a token is over is looked at each time.

use std::{collections::HashMap, fmt, path::Path, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use pasetors::{
    Public,
    keys::{AsymmetricKeyPair, AsymmetricPublicKey, AsymmetricSecretKey, Generate as _},
    paserk::FormatAsPaserk as _,
    token::UntrustedToken,
    version4::{PublicToken, V4},
};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};

use super::principal::Principal;

/// How long a principal token is valid.
pub const VALIDITY: TimeDelta = TimeDelta::seconds(60);
/// How far the clocks of two machines may differ.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);
/// How long a token is given again for the same principal.
const REUSE: TimeDelta = TimeDelta::seconds(20);
/// Most tokens remembered, of those signed and of those verified: some 2 MB each.
const REMEMBERED: usize = 4_096;

#[derive(Serialize, Deserialize)]
struct Claims {
    principal: Principal,
    /// Unix seconds.
    issued_at: i64,
    /// Unix seconds.
    expires_at: i64,
}

/// The keys a process signs and verifies principal tokens with.
pub struct Keyring {
    signing: Option<(String, AsymmetricSecretKey<V4>)>,
    verifying: HashMap<String, AsymmetricPublicKey<V4>>,
    /// By principal, as JSON.
    signed: Cache<String, (DateTime<Utc>, Arc<str>)>,
    /// By token; only those whose signature is right.
    verified: Cache<Box<str>, Arc<Claims>>,
}

/// Why a ring cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// The file cannot be read or written.
    #[error("key ring {path}: {source}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A line is not `<id> <PASERK key>`.
    #[error("key ring line {0}: expected `<id> k4.secret.…` or `<id> k4.public.…`")]
    Line(usize),
    /// No line at all.
    #[error("the key ring is empty")]
    Empty,
    /// The process must sign and has only public keys.
    #[error("the key ring has no secret key, so this process cannot sign")]
    CannotSign,
    /// The cryptography refused.
    #[error("key ring: {0}")]
    Crypto(String),
}

/// A token that is forged, expired, or signed with a key this process does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the principal token is not valid")]
pub struct InvalidToken;

impl Keyring {
    /// Reads a ring: lines of `<id> <key>`, the key in PASERK form (`k4.secret.…` or
    /// `k4.public.…`); `#` starts a comment. The first secret key signs.
    ///
    /// # Errors
    /// [`KeyringError`] naming the line.
    pub fn parse(text: &str) -> Result<Self, KeyringError> {
        let mut ring = Self {
            signing: None,
            verifying: HashMap::new(),
            signed: Cache::new(REMEMBERED),
            verified: Cache::new(REMEMBERED),
        };
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let bad = || KeyringError::Line(number + 1);
            let (id, key) = line.split_once(' ').ok_or_else(bad)?;
            if let Ok(secret) = AsymmetricSecretKey::<V4>::try_from(key) {
                let public = AsymmetricPublicKey::<V4>::try_from(&secret).map_err(|_| bad())?;
                ring.verifying.insert(id.to_owned(), public);
                ring.signing.get_or_insert((id.to_owned(), secret));
            } else {
                let public = AsymmetricPublicKey::<V4>::try_from(key).map_err(|_| bad())?;
                ring.verifying.insert(id.to_owned(), public);
            }
        }
        if ring.verifying.is_empty() { Err(KeyringError::Empty) } else { Ok(ring) }
    }

    /// Reads the ring in a file.
    ///
    /// # Errors
    /// [`KeyringError`] naming the file or the line.
    pub fn from_file(path: &Path) -> Result<Self, KeyringError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| KeyringError::File { path: path.display().to_string(), source })?;
        Self::parse(&text)
    }

    /// The text of a new ring with one random secret key, for [`parse`](Self::parse).
    ///
    /// # Errors
    /// [`KeyringError::Crypto`] when the system has no randomness.
    pub fn generate() -> Result<String, KeyringError> {
        let crypto = |e: pasetors::errors::Error| KeyringError::Crypto(format!("{e:?}"));
        let pair = AsymmetricKeyPair::<V4>::generate().map_err(crypto)?;
        let mut key = String::new();
        pair.secret.fmt(&mut key).map_err(|e| KeyringError::Crypto(e.to_string()))?;
        Ok(format!("# Signs the tokens between services. Keep it secret.\nk1 {key}\n"))
    }

    /// Nothing, when this ring can sign.
    ///
    /// # Errors
    /// [`KeyringError::CannotSign`].
    pub const fn require_signing(&self) -> Result<(), KeyringError> {
        if self.signing.is_some() { Ok(()) } else { Err(KeyringError::CannotSign) }
    }

    /// A key of 256 bits that only holders of the present secret key know, another one for each
    /// `purpose`. A rotated ring gives another.
    ///
    /// # Errors
    /// [`KeyringError::CannotSign`] without a secret key.
    pub fn derive_key(&self, purpose: &'static str) -> Result<[u8; 32], KeyringError> {
        let (_, key) = self.signing.as_ref().ok_or(KeyringError::CannotSign)?;
        Ok(blake3::derive_key(purpose, key.as_bytes()))
    }

    /// A token for `principal`, valid from `now` for [`VALIDITY`], less the [`REUSE`] of one that was signed
    /// shortly before.
    ///
    /// # Errors
    /// [`KeyringError::CannotSign`] without a secret key.
    pub fn sign(&self, principal: &Principal, now: DateTime<Utc>) -> Result<String, KeyringError> {
        let (id, key) = self.signing.as_ref().ok_or(KeyringError::CannotSign)?;
        let json = |e: serde_json::Error| KeyringError::Crypto(e.to_string());
        let whom = serde_json::to_string(principal).map_err(json)?;
        if let Some((at, token)) = self.signed.get(&whom)
            && (at..at + REUSE).contains(&now)
        {
            return Ok(token.to_string());
        }
        let claims = Claims {
            principal: principal.clone(),
            issued_at: now.timestamp(),
            expires_at: (now + VALIDITY).timestamp(),
        };
        let message = serde_json::to_vec(&claims).map_err(json)?;
        let token = PublicToken::sign(key, &message, Some(id.as_bytes()), None)
            .map_err(|e| KeyringError::Crypto(format!("{e:?}")))?;
        self.signed.insert(whom, (now, Arc::from(token.as_str())));
        Ok(token)
    }

    /// The principal of a token.
    ///
    /// # Errors
    /// [`InvalidToken`], without saying why: the caller learns nothing to try next.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Principal, InvalidToken> {
        let claims = self.claims(token)?;
        let from = claims.issued_at - LEEWAY.num_seconds();
        let to = claims.expires_at + LEEWAY.num_seconds();
        if (from..to).contains(&now.timestamp()) {
            Ok(claims.principal.clone())
        } else {
            Err(InvalidToken)
        }
    }

    /// What a token says, once its signature was found right.
    fn claims(&self, token: &str) -> Result<Arc<Claims>, InvalidToken> {
        if let Some(claims) = self.verified.get(token) {
            return Ok(claims);
        }
        let untrusted = UntrustedToken::<Public, V4>::try_from(token).map_err(|_| InvalidToken)?;
        let id = std::str::from_utf8(untrusted.untrusted_footer()).map_err(|_| InvalidToken)?;
        let key = self.verifying.get(id).ok_or(InvalidToken)?;
        let trusted = PublicToken::verify(key, &untrusted, None, None).map_err(|_| InvalidToken)?;
        let claims = serde_json::from_str(trusted.payload()).map_err(|_| InvalidToken)?;
        let claims = Arc::new(claims);
        self.verified.insert(token.into(), Arc::clone(&claims));
        Ok(claims)
    }
}

impl fmt::Debug for Keyring {
    /// Ids only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring")
            .field("signing", &self.signing.as_ref().map(|(id, _)| id))
            .field("verifying", &self.verifying.keys())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service() -> Principal {
        Principal::Service { name: "scheduler".into(), tenant: None }
    }

    #[test]
    fn a_token_holds_for_a_minute_and_only_under_its_key() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let ring = Keyring::parse(&Keyring::generate().unwrap()).unwrap();
        let token = ring.sign(&service(), now).unwrap();
        assert_eq!(ring.verify(&token, now), Ok(service()));
        assert_eq!(ring.verify(&token, now + TimeDelta::seconds(89)), Ok(service()));
        assert_eq!(ring.verify(&token, now + TimeDelta::seconds(91)), Err(InvalidToken));
        assert_eq!(ring.verify(&token, now - TimeDelta::seconds(31)), Err(InvalidToken));

        let other = Keyring::parse(&Keyring::generate().unwrap()).unwrap();
        assert_eq!(other.verify(&token, now), Err(InvalidToken));
        let mut forged = token.into_bytes();
        forged[40] ^= 1;
        assert_eq!(ring.verify(&String::from_utf8_lossy(&forged), now), Err(InvalidToken));
        assert_eq!(ring.verify("", now), Err(InvalidToken));
    }

    #[test]
    fn what_is_remembered_is_neither_old_nor_somebody_elses() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let ring = Keyring::parse(&Keyring::generate().unwrap()).unwrap();
        let sign = |principal: &Principal, seconds| {
            ring.sign(principal, now + TimeDelta::seconds(seconds)).unwrap()
        };
        let token = sign(&service(), 0);
        assert_eq!(sign(&service(), 19), token, "the same for a while");
        let other = Principal::Service { name: "ticket".into(), tenant: None };
        let others = sign(&other, 0);
        assert_eq!(ring.verify(&others, now), Ok(other));
        let fresh = sign(&service(), 20);
        assert_ne!(fresh, token);
        // A clock that was set back.
        assert_ne!(sign(&service(), -60), fresh);
        for seconds in [0, 89] {
            let at = now + TimeDelta::seconds(seconds);
            assert_eq!(ring.verify(&token, at), Ok(service()), "remembered");
        }
        assert_eq!(ring.verify(&token, now + TimeDelta::seconds(91)), Err(InvalidToken));
        assert_eq!(ring.verify(&fresh, now + TimeDelta::seconds(91)), Ok(service()));
    }

    #[test]
    fn derived_keys_differ_by_ring_and_purpose() {
        let ring = |text: &str| Keyring::parse(text).unwrap();
        let text = Keyring::generate().unwrap();
        let one = ring(&text).derive_key("one").unwrap();
        assert_eq!(ring(&text).derive_key("one").unwrap(), one);
        assert_ne!(ring(&text).derive_key("other").unwrap(), one);
        assert_ne!(ring(&Keyring::generate().unwrap()).derive_key("one").unwrap(), one);
    }

    #[test]
    fn bad_rings_are_named_by_line() {
        assert!(matches!(Keyring::parse("# nothing\n"), Err(KeyringError::Empty)));
        assert!(matches!(Keyring::parse("\nk1 nonsense"), Err(KeyringError::Line(2))));
        assert!(matches!(Keyring::parse("k1"), Err(KeyringError::Line(1))));
    }
}
