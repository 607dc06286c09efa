//! Random secrets: made here, shown once, stored as a hash.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::SecretString;

/// A new secret: `prefix` and 256 random bits in base64url.
#[must_use]
pub fn generate(prefix: &str) -> SecretString {
    let bytes: [u8; 32] = rand::random();
    SecretString::from(format!("{prefix}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes)))
}

/// What is stored of a secret: its BLAKE3 hash. A secret of 256 random bits needs no salt and no
/// slow hash, and equal hashes are found by index, which leaks nothing of the secret.
#[must_use]
pub fn hash(secret: &str) -> [u8; 32] {
    *blake3::hash(secret.as_bytes()).as_bytes()
}
