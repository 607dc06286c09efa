//! Names of people, companies and tenants.

use super::email::Email;

/// A display name: 1 to 120 characters, trimmed, without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

/// A text that cannot be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 120 characters and no control characters")]
pub struct InvalidName;

impl Name {
    /// Reads a name as typed.
    ///
    /// # Errors
    /// [`InvalidName`].
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let text = text.trim();
        let length = text.chars().count();
        if (1..=120).contains(&length) && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&Email> for Name {
    /// What a person is called while only the address is known. The part before the `@` is always
    /// a valid name: 1 to 64 characters, none of them blank or control.
    fn from(email: &Email) -> Self {
        Self(email.local_part().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_people_have_them() {
        for good in ["Ana", "José da Silva", "李", " padded "] {
            assert!(Name::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "   ", "a\u{0}b", "line\nbreak", &"x".repeat(121)] {
            assert!(Name::parse(bad).is_err(), "{bad:?}");
        }
    }
}
