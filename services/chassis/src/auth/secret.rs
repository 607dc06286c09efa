//! Secrets: made here, shown once, stored as a hash.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::SecretString;

/// A new secret: `prefix` and 256 random bits in base64url.
#[must_use]
pub fn generate(prefix: &str) -> SecretString {
    let bytes: [u8; 32] = rand::random();
    SecretString::from(format!("{prefix}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes)))
}

/// A secret that can be told again to a repeat of the request that made it, and to the mailer, and is
/// stored nowhere: `prefix` and 256 bits that only `key` makes of `name`. The name must be of one secret
/// only, an id and, where it is replaced, a number.
#[must_use]
pub fn derive(key: &[u8; 32], prefix: &str, name: &str) -> SecretString {
    let bytes = blake3::keyed_hash(key, format!("{prefix}{name}").as_bytes());
    SecretString::from(format!("{prefix}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes.as_bytes())))
}

/// What is stored of a secret: its BLAKE3 hash. A secret of 256 random bits needs no salt and no
/// slow hash, and equal hashes are found by index, which leaks nothing of the secret.
#[must_use]
pub fn hash(secret: &str) -> [u8; 32] {
    *blake3::hash(secret.as_bytes()).as_bytes()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_derived_secret_is_the_same_for_the_same_name_only() {
        let key = [7; 32];
        let secret = |key: &[u8; 32], prefix: &str, name: &str| {
            derive(key, prefix, name).expose_secret().to_owned()
        };
        let one = secret(&key, "chk_", "one");
        assert!(one.starts_with("chk_") && one.len() == 4 + 43, "{one}");
        assert_eq!(secret(&key, "chk_", "one"), one);
        for other in [
            secret(&key, "chk_", "two"),
            secret(&key, "chi_", "one"),
            secret(&[8; 32], "chk_", "one"),
        ] {
            assert_ne!(other[4..], one[4..]);
        }
    }
}
