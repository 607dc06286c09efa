//! Password resets: staff start one, and only the person chooses the new password.

use chamados_chassis::{
    auth::{Permission, Role},
    id::{TenantId, UserId},
};
use chrono::{DateTime, TimeDelta, Utc};

use super::user::User;

chamados_chassis::define_id!(
    /// A password reset.
    ResetId
);

/// How long a link works.
pub const VALIDITY: TimeDelta = TimeDelta::hours(24);
/// Start of every token.
pub const PREFIX: &str = "chr_";

/// A password reset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reset {
    /// Its id.
    pub id: ResetId,
    /// Tenant of the person.
    pub tenant: TenantId,
    /// The person.
    pub user: UserId,
    /// Number of the token.
    pub generation: i32,
    /// Sessions that ended when it was made.
    pub ended_sessions: i32,
    /// Whether the link was put into the queue of e-mail.
    pub emailed: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When the link stops working.
    pub expires_at: DateTime<Utc>,
    /// When it was used, replaced or taken back.
    pub ended_at: Option<DateTime<Utc>>,
}

impl Reset {
    /// Whether the link works at `now`.
    #[must_use]
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }

    /// What the token of its link is derived from.
    #[must_use]
    pub fn token_name(&self) -> String {
        format!("{}:{}", self.id, self.generation)
    }
}

/// Why nobody can choose a password for this account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPassword {
    /// A device's account has none.
    Device,
    /// A deactivated person may not sign in.
    Inactive,
}

impl User {
    /// Checks that the account may have a password.
    ///
    /// # Errors
    /// [`NoPassword`].
    pub fn may_have_password(&self) -> Result<(), NoPassword> {
        match self {
            Self { role: Role::Machine, .. } => Err(NoPassword::Device),
            Self { active: false, .. } => Err(NoPassword::Inactive),
            _ => Ok(()),
        }
    }

    /// What somebody needs to start a reset of this account: staff's are reset by admins only.
    #[must_use]
    pub fn permission_to_reset(&self) -> Permission {
        if self.role.is_staff() { Permission::UsersManage } else { Permission::UsersResetPassword }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::tests::user;

    #[test]
    fn whose_password_is_reset_and_by_whom() {
        let role = |role| User { role, ..user(Role::Agent) };
        assert_eq!(role(Role::Machine).may_have_password(), Err(NoPassword::Device));
        assert_eq!(role(Role::Collaborator).may_have_password(), Ok(()));
        let inactive = User { active: false, ..role(Role::Manager) };
        assert_eq!(inactive.may_have_password(), Err(NoPassword::Inactive));
        for (of, needed) in [
            (Role::Admin, Permission::UsersManage),
            (Role::Agent, Permission::UsersManage),
            (Role::Manager, Permission::UsersResetPassword),
            (Role::Collaborator, Permission::UsersResetPassword),
        ] {
            assert_eq!(role(of).permission_to_reset(), needed, "{of}");
        }
    }
}
