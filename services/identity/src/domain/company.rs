//! Client companies, their nicknames and provisioning codes.

use chamados_chassis::id::{CompanyId, TenantId};
use chrono::{DateTime, Utc};

use super::name::Name;

/// A client company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Company {
    /// Its id.
    pub id: CompanyId,
    /// The tenant it is a client of.
    pub tenant: TenantId,
    /// Display name.
    pub name: String,
    /// Short name, unique in the tenant.
    pub nickname: String,
    /// What an agent shows to enrol.
    pub provisioning_code: String,
    /// Whether devices may enrol.
    pub active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Number of changes.
    pub version: i64,
}

/// What changes of a company; absent fields stay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompanyPatch {
    /// New name.
    pub name: Option<Name>,
    /// New nickname.
    pub nickname: Option<Nickname>,
    /// Whether devices may enrol.
    pub active: Option<bool>,
    /// New provisioning code.
    pub provisioning_code: Option<ProvisioningCode>,
}

impl Company {
    /// The company after a change at `now`.
    #[must_use]
    pub fn patched(&self, patch: CompanyPatch, now: DateTime<Utc>) -> Self {
        let mut next = self.clone();
        if let Some(name) = patch.name {
            next.name = name.as_str().to_owned();
        }
        if let Some(nickname) = patch.nickname {
            next.nickname = nickname.0;
        }
        if let Some(active) = patch.active {
            next.active = active;
        }
        if let Some(code) = patch.provisioning_code {
            next.provisioning_code = code.0;
        }
        next.updated_at = now;
        next.version += 1;
        next
    }
}

/// A nickname: 2 to 40 of `a-z`, `0-9` and `-`, not at the ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nickname(String);

/// A text that cannot be a nickname.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 2 to 40 of a-z, 0-9 and - (not at the ends)")]
pub struct InvalidNickname;

impl Nickname {
    /// Reads a nickname.
    ///
    /// # Errors
    /// [`InvalidNickname`].
    pub fn parse(text: &str) -> Result<Self, InvalidNickname> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let well_formed = (2..=40).contains(&text.len())
            && text.bytes().all(allowed)
            && !text.starts_with('-')
            && !text.ends_with('-');
        if well_formed { Ok(Self(text.to_owned())) } else { Err(InvalidNickname) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A provisioning code: twenty of Crockford's base 32 in groups of five, 100 random bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvisioningCode(String);

/// Crockford's alphabet: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl ProvisioningCode {
    /// The code of these random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 20]) -> Self {
        let mut text = String::with_capacity(23);
        for (i, byte) in bytes.into_iter().enumerate() {
            if i > 0 && i % 5 == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(byte % 32)]));
        }
        Self(text)
    }

    /// Reads a code as people type it: case, blanks and dashes do not matter, and `O`, `I`, `L` are
    /// taken for the digits they look like. `None` for what can be no code.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = Vec::with_capacity(20);
        for c in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let c = match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = ALPHABET.iter().position(|a| char::from(*a) == c)?;
            bytes.push(u8::try_from(value).ok()?);
        }
        bytes.try_into().ok().map(Self::from_random)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nicknames() {
        for good in ["acme", "a1", "north-wind-2"] {
            assert!(Nickname::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "Acme", "açaí", "a b", "-a", "a-", &"x".repeat(41)] {
            assert!(Nickname::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn codes_survive_being_typed() {
        let code = ProvisioningCode::from_random(std::array::from_fn(|i| i as u8 * 13));
        assert_eq!(code.as_str().len(), 23);
        let typed = code.as_str().to_lowercase().replace('-', " ").replace('0', "o");
        assert_eq!(ProvisioningCode::parse(&typed), Some(code));
        for bad in ["", "ABCDE", "ABCDE-ABCDE-ABCDE-ABCDU", "ABCDE-ABCDE-ABCDE-ABCDEF"] {
            assert_eq!(ProvisioningCode::parse(bad), None, "{bad}");
        }
    }
}
