//! People, and the technical accounts of devices.

use chamados_chassis::{
    auth::{Permission, Principal, Role},
    id::{CompanyId, DeviceId, TenantId, UserId},
};
use chrono::{DateTime, Utc};

use super::{email::Email, name::Name};

/// A person's or a device's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Never changes.
    pub id: UserId,
    /// Tenant of the account.
    pub tenant: TenantId,
    /// Display name.
    pub name: String,
    /// Address of a person; a device's account has none.
    pub email: Option<String>,
    /// What the account may do.
    pub role: Role,
    /// Company of a client's person or of a device.
    pub company: Option<CompanyId>,
    /// Whether the account may be used.
    pub active: bool,
    /// The device, for its account.
    pub device: Option<DeviceId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Number of changes.
    pub version: i64,
    /// Whether the person has chosen a password.
    pub has_password: bool,
    /// Whether the admin may move users between tenants. Given by command line.
    pub platform: bool,
    /// The account this one was merged into; then it is inactive for good.
    pub merged_into: Option<UserId>,
}

impl User {
    /// The address as it is compared; empty for a device's account.
    #[must_use]
    pub fn email_key(&self) -> String {
        self.email.as_deref().unwrap_or_default().to_lowercase()
    }
}

/// A person to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPerson {
    /// Display name.
    pub name: Name,
    /// Address, unique in the tenant.
    pub email: Email,
    /// Any but [`Role::Machine`].
    pub role: Role,
    /// Needed for a client's people.
    pub company: Option<CompanyId>,
}

/// Why a person cannot be made like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Devices get their accounts by enrolling.
    #[error("must be a person's role")]
    MachineRole,
    /// A client's person without a company would see nothing.
    #[error("must be given for managers and collaborators")]
    CompanyMissing,
}

/// Checks what a person's role and company must be to each other.
///
/// # Errors
/// [`Unfit`].
pub const fn check_fit(role: Role, company: Option<CompanyId>) -> Result<(), Unfit> {
    match role {
        Role::Machine => Err(Unfit::MachineRole),
        Role::Manager | Role::Collaborator if company.is_none() => Err(Unfit::CompanyMissing),
        _ => Ok(()),
    }
}

/// What somebody needs to make or invite a person of `role`: collaborators are made by all staff,
/// the others by admins.
#[must_use]
pub fn permission_to_make(role: Role) -> Permission {
    if role == Role::Collaborator { Permission::UsersCreate } else { Permission::UsersManage }
}

impl NewPerson {
    /// Checks what role and company must be to each other.
    ///
    /// # Errors
    /// [`Unfit`].
    pub fn check(&self) -> Result<(), Unfit> {
        check_fit(self.role, self.company)
    }

    /// What somebody needs to make this person.
    #[must_use]
    pub fn needed_permission(&self) -> Permission {
        permission_to_make(self.role)
    }

    /// The account.
    #[must_use]
    pub fn create(self, tenant: TenantId, now: DateTime<Utc>) -> User {
        User {
            id: UserId::new(),
            tenant,
            name: self.name.as_str().to_owned(),
            email: Some(self.email.as_str().to_owned()),
            role: self.role,
            company: self.company,
            active: true,
            device: None,
            created_at: now,
            updated_at: now,
            version: 1,
            has_password: false,
            platform: false,
            merged_into: None,
        }
    }
}

/// Whose accounts somebody sees. One value for lists, look-ups and counts alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Every account of the tenant.
    Tenant,
    /// The company's people.
    Company(CompanyId),
    /// The caller's own account.
    Own(UserId),
    /// Nobody's.
    Nothing,
}

impl Visibility {
    /// What `principal` sees.
    #[must_use]
    pub fn of(principal: &Principal) -> Self {
        match principal {
            Principal::Person { role, .. } if role.is_staff() => Self::Tenant,
            Principal::Person { role: Role::Manager, company: Some(company), .. } => {
                Self::Company(*company)
            }
            Principal::Person { user, .. } => Self::Own(*user),
            Principal::ServiceAccount { .. } if principal.may(Permission::UsersRead) => {
                Self::Tenant
            }
            Principal::Service { .. } => Self::Tenant,
            Principal::ServiceAccount { .. } | Principal::Device { .. } | Principal::Anonymous => {
                Self::Nothing
            }
        }
    }
}

/// What other records show of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub id: UserId,
    /// Display name.
    pub name: String,
    /// What the account may do, or might when it left the tenant.
    pub role: Role,
}

impl From<User> for Summary {
    fn from(user: User) -> Self {
        Self { id: user.id, name: user.name, role: user.role }
    }
}

/// Whose names somebody may know: wider than [`Visibility`], because tickets and devices show the
/// people who work on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownNames {
    /// Every account of the tenant, with those who left it.
    Tenant,
    /// Staff, the company's people, and the caller.
    StaffAnd {
        /// The caller's company.
        company: Option<CompanyId>,
        /// The caller, when it is a person.
        user: Option<UserId>,
    },
}

impl KnownNames {
    /// What `principal` may know.
    #[must_use]
    pub fn to(principal: &Principal) -> Self {
        match principal {
            Principal::Service { .. } => Self::Tenant,
            principal if principal.is_staff() => Self::Tenant,
            principal => Self::StaffAnd { company: principal.company(), user: principal.user() },
        }
    }
}

/// Which accounts a list holds.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// People (`Some(false)`), devices (`Some(true)`), or both.
    pub devices: Option<bool>,
    /// Any of these; empty means all.
    pub roles: Vec<Role>,
    /// Only this company's.
    pub company: Option<CompanyId>,
    /// Part of name or e-mail.
    pub query: String,
}

/// How the panel looks to a user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preferences {
    /// `pt-BR` or `en`; follows the browser when absent.
    pub locale: Option<String>,
    /// `light`, `dark` or `system`.
    pub theme: Option<String>,
    /// The filter their list of tickets opens with, as JSON.
    pub default_ticket_filter: Option<String>,
}

/// Languages of the panel.
pub const LOCALES: [&str; 2] = ["pt-BR", "en"];
/// Themes of the panel.
pub const THEMES: [&str; 3] = ["light", "dark", "system"];

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn user(role: Role) -> User {
        let person = NewPerson {
            name: Name::parse("Ana").unwrap(),
            email: Email::parse("ana@example.com").unwrap(),
            role,
            company: None,
        };
        person.create(TenantId::new(), DateTime::UNIX_EPOCH)
    }

    #[test]
    fn role_and_company_must_fit() {
        let person = |role, company| NewPerson {
            name: Name::parse("Ana").unwrap(),
            email: Email::parse("ana@example.com").unwrap(),
            role,
            company,
        };
        let company = Some(CompanyId::new());
        assert_eq!(person(Role::Agent, None).check(), Ok(()));
        assert_eq!(person(Role::Manager, company).check(), Ok(()));
        assert_eq!(person(Role::Manager, None).check(), Err(Unfit::CompanyMissing));
        assert_eq!(person(Role::Machine, company).check(), Err(Unfit::MachineRole));
        assert_eq!(
            person(Role::Collaborator, company).needed_permission(),
            Permission::UsersCreate
        );
        assert_eq!(person(Role::Agent, None).needed_permission(), Permission::UsersManage);
    }
}
