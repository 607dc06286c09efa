//! Web sessions and when they end.

use chamados_chassis::{
    auth::{Principal, Role},
    id::{SessionId, TenantId, UserId},
};
use chrono::{DateTime, TimeDelta, Utc};

use super::user::User;

/// A session ends after this long without a request.
pub const IDLE: TimeDelta = TimeDelta::hours(12);
/// A session ends after this long, whatever happens.
pub const LIFETIME: TimeDelta = TimeDelta::days(30);
/// The last request is written down only this often, so that reading costs no write.
pub const TOUCH_EVERY: TimeDelta = TimeDelta::minutes(5);

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Tenant of the user.
    pub tenant: TenantId,
    /// Who signed in.
    pub user: UserId,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Last request, to within [`TOUCH_EVERY`].
    pub last_seen_at: DateTime<Utc>,
    /// Address it was opened from.
    pub client_address: String,
    /// Browser's name for itself.
    pub user_agent: String,
}

impl Session {
    /// When it ends whatever happens.
    #[must_use]
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.created_at + LIFETIME
    }

    /// When it ends if no request comes any more.
    #[must_use]
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.expires_at().min(self.last_seen_at + IDLE)
    }

    /// Whether it still holds at `now`.
    #[must_use]
    pub fn is_valid(&self, now: DateTime<Utc>) -> bool {
        now < self.ends_at()
    }

    /// Whether the last request is worth writing down again.
    #[must_use]
    pub fn needs_touch(&self, now: DateTime<Utc>) -> bool {
        now >= self.last_seen_at + TOUCH_EVERY
    }

    /// Who calls made in this session are for. `None` for accounts that may not have sessions: a
    /// device's, and a deactivated one.
    #[must_use]
    pub fn principal(&self, user: &User) -> Option<Principal> {
        (user.id == self.user && user.may_sign_in()).then_some(Principal::Person {
            tenant: user.tenant,
            user: user.id,
            role: user.role,
            company: user.company,
            session: self.id,
        })
    }
}

impl User {
    /// Whether this account may have web sessions: an active person's.
    #[must_use]
    pub fn may_sign_in(&self) -> bool {
        self.active && self.role != Role::Machine
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::tests::user;

    #[test]
    fn sessions_end_by_idleness_and_by_age() {
        let start = DateTime::UNIX_EPOCH;
        let mut session = Session {
            id: SessionId::new(),
            tenant: TenantId::new(),
            user: UserId::new(),
            created_at: start,
            last_seen_at: start,
            client_address: String::new(),
            user_agent: String::new(),
        };
        assert!(session.is_valid(start + IDLE - TimeDelta::seconds(1)));
        assert!(!session.is_valid(start + IDLE));
        session.last_seen_at = start + LIFETIME - TimeDelta::hours(1);
        assert!(session.is_valid(start + LIFETIME - TimeDelta::seconds(1)));
        assert!(!session.is_valid(start + LIFETIME));
    }

    #[test]
    fn a_device_or_a_deactivated_account_gets_no_principal() {
        let person = user(Role::Agent);
        let session = Session {
            id: SessionId::new(),
            tenant: person.tenant,
            user: person.id,
            created_at: person.created_at,
            last_seen_at: person.created_at,
            client_address: String::new(),
            user_agent: String::new(),
        };
        assert!(session.principal(&person).is_some());
        assert!(session.principal(&User { active: false, ..person.clone() }).is_none());
        assert!(session.principal(&User { role: Role::Machine, ..person.clone() }).is_none());
        assert!(session.principal(&User { id: UserId::new(), ..person }).is_none());
    }
}
