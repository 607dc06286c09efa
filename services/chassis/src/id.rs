//! Identifiers. Each kind of record has its own type, so that one cannot stand for another.

use uuid::Uuid;

/// A text that is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a UUID")]
pub struct InvalidId;

/// Defines an identifier type over a UUIDv7.
#[macro_export]
macro_rules! define_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
                 ::serde::Serialize, ::serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(::uuid::Uuid);

        impl $name {
            /// A new identifier: a UUIDv7 of this moment, so that keys grow with time.
            #[must_use]
            #[allow(clippy::new_without_default, reason = "two calls never give equal values")]
            pub fn new() -> Self {
                Self(::uuid::Uuid::now_v7())
            }

            /// The bare UUID, as databases keep it.
            #[must_use]
            pub const fn as_uuid(&self) -> ::uuid::Uuid {
                self.0
            }
        }

        impl From<::uuid::Uuid> for $name {
            fn from(id: ::uuid::Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for ::uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::id::InvalidId;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                $crate::id::parse(text).map(Self)
            }
        }
    };
}

/// Reads a UUID in its hyphenated form, the only one the contracts allow.
///
/// # Errors
/// [`InvalidId`] for anything else.
pub fn parse(text: &str) -> Result<Uuid, InvalidId> {
    if text.len() == 36 { Uuid::try_parse(text).map_err(|_| InvalidId) } else { Err(InvalidId) }
}

define_id!(
    /// A support organisation.
    TenantId
);
define_id!(
    /// A client company.
    CompanyId
);
define_id!(
    /// A person, or a device's technical account.
    UserId
);
define_id!(
    /// A web session.
    SessionId
);
define_id!(
    /// An account of automation.
    ServiceAccountId
);
define_id!(
    /// A computer with an agent.
    DeviceId
);
define_id!(
    /// A request for help.
    TicketId
);
define_id!(
    /// A fact on the bus.
    EventId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hyphenated_form_is_read() {
        let id = TicketId::new();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.as_uuid().simple().to_string().parse::<TicketId>(), Err(InvalidId));
        assert_eq!("".parse::<TicketId>(), Err(InvalidId));
        assert_eq!("42".parse::<TicketId>(), Err(InvalidId));
    }

    #[test]
    fn ids_grow_with_time() {
        let ids: Vec<TicketId> = (0..100).map(|_| TicketId::new()).collect();
        assert!(ids.is_sorted());
    }
}
