//! E-mail addresses.

/// An e-mail address as typed, with the form that is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    shown: String,
    key: String,
}

/// A text that cannot be an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not an e-mail address")]
pub struct InvalidEmail;

impl Email {
    /// Reads an address. Only what cannot be delivered anywhere is refused: the rest is for the mail
    /// server to say.
    ///
    /// # Errors
    /// [`InvalidEmail`].
    pub fn parse(text: &str) -> Result<Self, InvalidEmail> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(InvalidEmail)?;
        let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>,;\"@".contains(c);
        let label = |l: &str| !l.is_empty() && !l.starts_with('-') && !l.ends_with('-');
        let well_formed = text.len() <= 254
            && (1..=64).contains(&local.len())
            && text.chars().filter(|c| *c != '@').all(plain)
            && local.chars().all(plain)
            && domain.contains('.')
            && domain.split('.').all(label);
        if well_formed {
            Ok(Self { shown: text.to_owned(), key: text.to_lowercase() })
        } else {
            Err(InvalidEmail)
        }
    }

    /// As typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// Equal for addresses that differ only in case.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What a person is called while only the address is known: the part before the `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.shown.split('@').next().unwrap_or(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_from_outside() {
        let email = Email::parse(" Ana.Souza+ti@Example.COM ").unwrap();
        assert_eq!(email.as_str(), "Ana.Souza+ti@Example.COM");
        assert_eq!(email.key(), "ana.souza+ti@example.com");
        assert_eq!(email.local_part(), "Ana.Souza+ti");
        for bad in [
            "",
            "ana",
            "@example.com",
            "ana@",
            "ana@com",
            "a b@example.com",
            "a@b@example.com",
            "ana@.com",
            "ana@example..com",
            "ana@-x.com",
            "<ana@example.com>",
            "a\n@example.com",
        ] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
        assert!(Email::parse(&format!("{}@example.com", "x".repeat(65))).is_err());
    }
}
