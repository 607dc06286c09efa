//! Which passwords are accepted: long enough, not known to everybody, no rules of composition
//! (OWASP ASVS 5.0, 6.2).

use secrecy::{ExposeSecret as _, SecretString};

/// The fewest characters.
pub const MIN_CHARS: usize = 8;
/// The most characters.
pub const MAX_CHARS: usize = 128;

/// Passwords that everybody tries first, lower case, one a line.
const COMMON: &str = include_str!("common_passwords.txt");

/// Words of this product and of those who use it, in both languages. With nothing but digits and signs
/// around it, none of them makes a password.
const OF_THE_CONTEXT: [&str; 16] = [
    "admin",
    "administrador",
    "administrator",
    "agente",
    "chamado",
    "chamados",
    "desk",
    "empresa",
    "helpdesk",
    "mudar",
    "password",
    "senha",
    "suporte",
    "support",
    "ticket",
    "usuario",
];

/// A password somebody chose.
#[derive(Debug, Clone)]
pub struct NewPassword(SecretString);

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Too short or too long.
    #[error("must have {MIN_CHARS} to {MAX_CHARS} characters")]
    Length,
    /// On the list of what is tried first.
    #[error("is one of the most common passwords")]
    Common,
}

impl NewPassword {
    /// Accepts a chosen password.
    ///
    /// # Errors
    /// [`WeakPassword`].
    pub fn parse(text: &str) -> Result<Self, WeakPassword> {
        if !(MIN_CHARS..=MAX_CHARS).contains(&text.chars().count()) {
            return Err(WeakPassword::Length);
        }
        let lower = text.to_lowercase();
        let is_common = COMMON.lines().any(|common| common == lower);
        if is_common || is_repetition(&lower) || is_of_the_context(&lower) {
            return Err(WeakPassword::Common);
        }
        Ok(Self(SecretString::from(text)))
    }

    /// The text, for hashing.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// A word of the context, dressed up.
fn is_of_the_context(lower: &str) -> bool {
    let letters: String = lower.chars().filter(|c| c.is_alphabetic()).collect();
    OF_THE_CONTEXT.contains(&letters.as_str())
}

/// One character over and over.
fn is_repetition(text: &str) -> bool {
    let mut chars = text.chars();
    let first = chars.next();
    chars.all(|c| Some(c) == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_unusual_is_enough() {
        for good in
            ["correct horse", "chamados da Ana", "Tr0ub4dor&3", "ção de graças", &"xy".repeat(64)]
        {
            assert!(NewPassword::parse(good).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("", WeakPassword::Length),
            ("1234567", WeakPassword::Length),
            (&*"x".repeat(129), WeakPassword::Length),
            ("Password1", WeakPassword::Common),
            ("12345678", WeakPassword::Common),
            ("aaaaaaaaaaaa", WeakPassword::Common),
            ("Chamados2026!", WeakPassword::Common),
            ("Senha-1234", WeakPassword::Common),
            ("00suporte00", WeakPassword::Common),
        ] {
            assert_eq!(NewPassword::parse(bad).unwrap_err(), why, "{bad}");
        }
    }

    #[test]
    fn the_list_is_as_it_is_compared() {
        assert!(COMMON.lines().count() >= 3_000, "ASVS asks for so many");
        for line in COMMON.lines() {
            assert_eq!(line, line.to_lowercase());
            assert!(line.chars().count() >= MIN_CHARS, "{line} is refused by its length already");
        }
    }
}
