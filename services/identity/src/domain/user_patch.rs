//! What staff may change of an account, and what that entails.

use chamados_chassis::{
    auth::Role,
    id::{CompanyId, TenantId},
};
use chrono::{DateTime, Utc};

use super::{
    email::Email,
    name::Name,
    user::{Unfit, User, check_fit},
};

/// What changes of an account; absent fields stay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserPatch {
    /// New name.
    pub name: Option<Name>,
    /// New address.
    pub email: Option<Email>,
    /// New role.
    pub role: Option<Role>,
    /// New company, or none.
    pub company: Option<Option<CompanyId>>,
    /// Whether the account may be used.
    pub active: Option<bool>,
    /// New tenant.
    pub tenant: Option<TenantId>,
}

/// Why an account cannot be changed like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixed {
    /// A device's account follows its device.
    Device,
    /// A merged account is inactive for good.
    Merged,
    /// Role and company do not go together.
    Unfit(Unfit),
}

impl User {
    /// The account after a change at `now`. Who moves to another tenant leaves the company behind, and
    /// who is no admin of it any more the platform flag.
    ///
    /// # Errors
    /// [`Fixed`].
    pub fn patched(&self, patch: UserPatch, now: DateTime<Utc>) -> Result<Self, Fixed> {
        if self.role == Role::Machine {
            return Err(Fixed::Device);
        }
        if self.merged_into.is_some() {
            return Err(Fixed::Merged);
        }
        let mut next = self.clone();
        if let Some(tenant) = patch.tenant.filter(|tenant| *tenant != self.tenant) {
            next.tenant = tenant;
            next.company = None;
        }
        if let Some(name) = patch.name {
            next.name = name.as_str().to_owned();
        }
        if let Some(email) = patch.email {
            next.email = Some(email.as_str().to_owned());
        }
        next.role = patch.role.unwrap_or(self.role);
        next.company = patch.company.unwrap_or(next.company);
        next.active = patch.active.unwrap_or(self.active);
        next.platform &= next.role == Role::Admin && next.tenant == self.tenant;
        check_fit(next.role, next.company).map_err(Fixed::Unfit)?;
        next.updated_at = now;
        next.version += 1;
        Ok(next)
    }

    /// Whether the account administers its tenant.
    #[must_use]
    pub fn administers(&self) -> bool {
        self.active && self.role == Role::Admin
    }

    /// Whether the account may move users between tenants.
    #[must_use]
    pub fn administers_platform(&self) -> bool {
        self.administers() && self.platform
    }

    /// Whether becoming `next` takes an admin from the tenant.
    #[must_use]
    pub fn leaves_administration(&self, next: &Self) -> bool {
        self.administers() && !(next.administers() && next.tenant == self.tenant)
    }

    /// Whether becoming `next` is something nobody does to their own account without the password.
    #[must_use]
    pub fn needs_reauthentication(&self, next: &Self) -> bool {
        self.email != next.email
            || self.role != next.role
            || self.tenant != next.tenant
            || self.active != next.active
    }

    /// Whether becoming `next` ends every session.
    #[must_use]
    pub fn ends_sessions(&self, next: &Self) -> bool {
        !next.active || self.tenant != next.tenant
    }

    /// Whether becoming `next` takes back a link for a new password: it was sent to the old address,
    /// or is for somebody who may not sign in.
    #[must_use]
    pub fn ends_resets(&self, next: &Self) -> bool {
        self.ends_sessions(next) || self.email != next.email
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::tests::user;

    fn patched(user: &User, patch: UserPatch) -> User {
        user.patched(patch, DateTime::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn devices_and_merged_accounts_are_fixed() {
        let now = DateTime::UNIX_EPOCH;
        let device = User { role: Role::Machine, ..user(Role::Agent) };
        assert_eq!(device.patched(UserPatch::default(), now), Err(Fixed::Device));
        let person = user(Role::Agent);
        let merged = User { merged_into: Some(person.id), active: false, ..person.clone() };
        assert_eq!(merged.patched(UserPatch::default(), now), Err(Fixed::Merged));
        let machine = UserPatch { role: Some(Role::Machine), ..UserPatch::default() };
        assert_eq!(person.patched(machine, now), Err(Fixed::Unfit(Unfit::MachineRole)));
        let alone = UserPatch { role: Some(Role::Manager), ..UserPatch::default() };
        assert_eq!(person.patched(alone, now), Err(Fixed::Unfit(Unfit::CompanyMissing)));
    }

    #[test]
    fn who_moves_leaves_company_and_platform_behind() {
        let company = Some(CompanyId::new());
        let admin = User { company, platform: true, ..user(Role::Admin) };
        let stays = patched(&admin, UserPatch { tenant: Some(admin.tenant), ..Default::default() });
        assert_eq!((stays.company, stays.platform), (company, true));
        let moved =
            patched(&admin, UserPatch { tenant: Some(TenantId::new()), ..Default::default() });
        assert_eq!((moved.company, moved.platform), (None, false));
        assert!(admin.leaves_administration(&moved));
        assert!(admin.ends_sessions(&moved));

        let demoted = patched(&admin, UserPatch { role: Some(Role::Agent), ..Default::default() });
        assert!(!demoted.platform && admin.leaves_administration(&demoted));
        assert!(admin.needs_reauthentication(&demoted) && !admin.ends_sessions(&demoted));
    }

    #[test]
    fn what_ends_links_and_sessions() {
        let person = user(Role::Agent);
        let email = Email::parse("other@example.com").unwrap();
        let readdressed = patched(&person, UserPatch { email: Some(email), ..Default::default() });
        assert!(person.ends_resets(&readdressed) && !person.ends_sessions(&readdressed));
        let inactive = patched(&person, UserPatch { active: Some(false), ..Default::default() });
        assert!(person.ends_resets(&inactive) && person.ends_sessions(&inactive));
        let name = Name::parse("Bia").unwrap();
        let renamed = patched(&person, UserPatch { name: Some(name), ..Default::default() });
        assert!(!person.needs_reauthentication(&renamed) && !person.ends_resets(&renamed));
        assert_eq!(renamed.version, person.version + 1);
    }
}
