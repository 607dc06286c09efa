//! Accounts of automation and their API keys.

use chamados_chassis::{
    auth::{Permission, Principal},
    define_id,
    id::{ServiceAccountId, TenantId},
};
use chrono::{DateTime, TimeDelta, Utc};

use super::name::Name;

define_id!(
    /// A key of a service account.
    ApiKeyId
);

/// The most keys that hold an account has.
pub const MAX_KEYS: u64 = 20;
/// The last use is written down only this often, so that reading costs no write.
pub const TOUCH_EVERY: TimeDelta = TimeDelta::minutes(5);
/// How long keys that hold no more stay listed.
pub const KEPT_AFTER_END: TimeDelta = TimeDelta::days(90);
/// How many characters of a secret are kept for telling keys apart.
pub const HINT_CHARS: usize = 12;

/// An account of automation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAccount {
    /// Its id.
    pub id: ServiceAccountId,
    /// The tenant it acts in.
    pub tenant: TenantId,
    /// Unique in the tenant without regard to case.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether its keys are accepted.
    pub active: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Number of changes.
    pub version: i64,
}

/// What changes of an account; absent fields stay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceAccountPatch {
    /// New name.
    pub name: Option<Name>,
    /// New description.
    pub description: Option<Description>,
    /// Whether its keys are accepted.
    pub active: Option<bool>,
}

impl ServiceAccount {
    /// A new account.
    #[must_use]
    pub fn new(
        tenant: TenantId,
        name: &Name,
        description: Description,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id: ServiceAccountId::new(),
            tenant,
            name: name.as_str().to_owned(),
            description: description.0,
            active: true,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// The account after a change at `now`; none when nothing becomes different.
    #[must_use]
    pub fn patched(&self, patch: ServiceAccountPatch, now: DateTime<Utc>) -> Option<Self> {
        let mut next = self.clone();
        if let Some(name) = patch.name {
            next.name = name.as_str().to_owned();
        }
        if let Some(description) = patch.description {
            next.description = description.0;
        }
        if let Some(active) = patch.active {
            next.active = active;
        }
        if next == *self {
            return None;
        }
        next.updated_at = now;
        next.version += 1;
        Some(next)
    }
}

/// What an account is for: at most 500 characters, trimmed, line breaks allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Description(String);

/// A text that cannot be a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have at most 500 characters and no control characters")]
pub struct InvalidDescription;

impl Description {
    /// Reads a description as typed.
    ///
    /// # Errors
    /// [`InvalidDescription`].
    pub fn parse(text: &str) -> Result<Self, InvalidDescription> {
        let text = text.trim();
        let bad = |c: char| c.is_control() && c != '\n' && c != '\r' && c != '\t';
        if text.chars().count() <= 500 && !text.chars().any(bad) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidDescription)
        }
    }
}

/// A key of a service account, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Tenant of the account.
    pub tenant: TenantId,
    /// The account.
    pub account: ServiceAccountId,
    /// The first characters of the secret.
    pub hint: String,
    /// What it may do.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it stops working.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Its last use, to within [`TOUCH_EVERY`].
    pub last_used_at: Option<DateTime<Utc>>,
}

impl ApiKey {
    /// Who calls with this key are for. None for a key that does not hold, and for one of an account
    /// that may not be used.
    #[must_use]
    pub fn principal(&self, account: &ServiceAccount, now: DateTime<Utc>) -> Option<Principal> {
        let holds = self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end);
        let may = holds && account.active && account.id == self.account;
        may.then(|| Principal::ServiceAccount {
            tenant: self.tenant,
            account: self.account,
            scopes: self.scopes.0.clone(),
        })
    }

    /// Whether the last use is worth writing down again.
    #[must_use]
    pub fn needs_touch(&self, now: DateTime<Utc>) -> bool {
        self.last_used_at.is_none_or(|last| now >= last + TOUCH_EVERY)
    }
}

/// What a key may do: at least one of [`Permission::scopes`], none twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scopes(Vec<Permission>);

/// Names that are no scopes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidScopes {
    /// A key that may do nothing is of no use.
    #[error("must name at least one")]
    None,
    /// The same one again.
    #[error("names {0} twice")]
    Twice(&'static str),
    /// Not one that a key may have.
    #[error("{0:?} is not a scope")]
    Unknown(String),
}

impl Scopes {
    /// Reads names.
    ///
    /// # Errors
    /// [`InvalidScopes`], naming the first at fault.
    pub fn parse<S: AsRef<str>>(names: &[S]) -> Result<Self, InvalidScopes> {
        let mut scopes = Vec::new();
        for name in names {
            let name = name.as_ref();
            let scope = Permission::scopes().find(|scope| scope.name() == name);
            let unknown = || InvalidScopes::Unknown(name.chars().take(64).collect());
            let scope = scope.ok_or_else(unknown)?;
            if scopes.contains(&scope) {
                return Err(InvalidScopes::Twice(scope.name()));
            }
            scopes.push(scope);
        }
        if scopes.is_empty() { Err(InvalidScopes::None) } else { Ok(Self(scopes)) }
    }

    /// Reads what a database keeps. A name that is no scope any more gives no right.
    #[must_use]
    pub fn from_kept(text: &str) -> Self {
        let name = |name: &str| Permission::scopes().find(|scope| scope.name() == name);
        Self(text.split(' ').filter_map(name).collect())
    }

    /// What [`from_kept`](Self::from_kept) reads.
    #[must_use]
    pub fn to_kept(&self) -> String {
        self.names().collect::<Vec<_>>().join(" ")
    }

    /// The names.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|scope| scope.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> ServiceAccount {
        let name = Name::parse("Backup").unwrap();
        ServiceAccount::new(TenantId::new(), &name, Description::default(), DateTime::UNIX_EPOCH)
    }

    fn key(account: &ServiceAccount) -> ApiKey {
        ApiKey {
            id: ApiKeyId::new(),
            tenant: account.tenant,
            account: account.id,
            hint: "chk_abcdefgh".to_owned(),
            scopes: Scopes::parse(&["tickets.read"]).unwrap(),
            created_at: DateTime::UNIX_EPOCH,
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
        }
    }

    #[test]
    fn only_a_key_that_holds_makes_a_principal() {
        let (account, now) = (account(), DateTime::UNIX_EPOCH + TimeDelta::hours(1));
        let good = key(&account);
        let scopes = vec![Permission::TicketsRead];
        let (tenant, id) = (account.tenant, account.id);
        let expected = Principal::ServiceAccount { tenant, account: id, scopes };
        assert_eq!(good.principal(&account, now), Some(expected));
        let later = Some(now + TimeDelta::seconds(1));
        assert!(ApiKey { expires_at: later, ..good.clone() }.principal(&account, now).is_some());
        assert!(
            ApiKey { expires_at: Some(now), ..good.clone() }.principal(&account, now).is_none()
        );
        assert!(ApiKey { revoked_at: later, ..good.clone() }.principal(&account, now).is_none());
        let inactive = ServiceAccount { active: false, ..account.clone() };
        assert!(good.principal(&inactive, now).is_none());
        let other = ServiceAccount { id: ServiceAccountId::new(), ..account };
        assert!(good.principal(&other, now).is_none());
    }

    #[test]
    fn uses_are_noted_every_five_minutes() {
        let mut key = key(&account());
        let now = DateTime::UNIX_EPOCH;
        assert!(key.needs_touch(now));
        key.last_used_at = Some(now);
        assert!(!key.needs_touch(now + TOUCH_EVERY - TimeDelta::seconds(1)));
        assert!(key.needs_touch(now + TOUCH_EVERY));
    }

    #[test]
    fn scopes_by_name() {
        let scopes = Scopes::parse(&["tickets.read", "audit.read"]).unwrap();
        assert_eq!(Scopes::from_kept(&scopes.to_kept()), scopes);
        assert_eq!(Scopes::from_kept("tickets.read long.gone").to_kept(), "tickets.read");
        assert_eq!(Scopes::parse::<&str>(&[]), Err(InvalidScopes::None));
        let twice = Scopes::parse(&["tickets.read", "tickets.read"]);
        assert_eq!(twice, Err(InvalidScopes::Twice("tickets.read")));
        for bad in ["", "tickets", "service_accounts.manage", "tenants.manage"] {
            let unknown = InvalidScopes::Unknown(bad.to_owned());
            assert_eq!(Scopes::parse(&[bad]), Err(unknown), "{bad}");
        }
    }

    #[test]
    fn descriptions_and_changes() {
        assert_eq!(Description::parse(" a\nb "), Ok(Description("a\nb".to_owned())));
        assert!(Description::parse(&"x".repeat(501)).is_err());
        assert!(Description::parse("a\u{0}b").is_err());
        let (account, now) = (account(), DateTime::UNIX_EPOCH);
        assert_eq!(account.patched(ServiceAccountPatch::default(), now), None);
        let patch = ServiceAccountPatch { active: Some(false), ..ServiceAccountPatch::default() };
        let next = account.patched(patch, now).unwrap();
        assert_eq!((next.active, next.version), (false, 2));
    }
}
