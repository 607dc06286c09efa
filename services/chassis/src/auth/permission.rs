//! Who may do what: the whole table, in one place. The services enforce it, the gateway shows it
//! to the panel by name.

use std::{borrow::Cow, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::principal::Role::{self, Admin, Agent, Collaborator, Machine, Manager};
use crate::error::{Describe, Kind};

/// Something a role may do. What it may be done *to* (the company's, one's own) is the owning
/// service's rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See tickets.
    TicketsRead,
    /// Open a ticket.
    TicketsCreate,
    /// Be the assignee; assign, play, pause, resolve, change facts.
    TicketsWork,
    /// Comment in public.
    TicketsComment,
    /// Write and read internal notes.
    TicketsCommentInternal,
    /// Reopen a resolved ticket.
    TicketsReopen,
    /// See queues.
    QueuesRead,
    /// Make, change and delete queues.
    QueuesManage,
    /// See categories.
    CategoriesRead,
    /// Make, change and delete categories.
    CategoriesManage,
    /// See companies.
    CompaniesRead,
    /// Make and change companies, see and rotate provisioning codes.
    CompaniesManage,
    /// See people.
    UsersRead,
    /// Make collaborators.
    UsersCreate,
    /// Make and change anybody, and merge accounts.
    UsersManage,
    /// Start a password reset: admins for anybody, agents for a client's people.
    UsersResetPassword,
    /// See invites; who may make a person of a role may invite one too.
    InvitesRead,
    /// Make and change service accounts, make and revoke their keys.
    ServiceAccountsManage,
    /// Read the audit log.
    AuditRead,
    /// See that there are other tenants, and move users to them. No role has it: it comes with the
    /// platform flag of an admin, which is given by command line.
    TenantsManage,
    /// See devices.
    DevicesRead,
    /// Reset agents, rename, note, link people.
    DevicesManage,
    /// See and change schedules and runs.
    JobsManage,
    /// Have archives of everything the tenant owns put together, and take them away.
    ExportsManage,
}

/// The table. One row a permission; the roles that have it.
const TABLE: &[(Permission, &str, &[Role])] = &[
    (Permission::TicketsRead, "tickets.read", &[Admin, Agent, Manager, Collaborator, Machine]),
    (Permission::TicketsCreate, "tickets.create", &[Admin, Agent, Manager, Collaborator, Machine]),
    (Permission::TicketsWork, "tickets.work", &[Admin, Agent]),
    (
        Permission::TicketsComment,
        "tickets.comment",
        &[Admin, Agent, Manager, Collaborator, Machine],
    ),
    (Permission::TicketsCommentInternal, "tickets.comment_internal", &[Admin, Agent]),
    (Permission::TicketsReopen, "tickets.reopen", &[Admin, Agent, Manager, Collaborator]),
    (Permission::QueuesRead, "queues.read", &[Admin, Agent, Manager, Collaborator]),
    (Permission::QueuesManage, "queues.manage", &[Admin]),
    (Permission::CategoriesRead, "categories.read", &[Admin, Agent, Manager, Collaborator]),
    (Permission::CategoriesManage, "categories.manage", &[Admin]),
    (Permission::CompaniesRead, "companies.read", &[Admin, Agent, Manager, Collaborator]),
    (Permission::CompaniesManage, "companies.manage", &[Admin]),
    (Permission::UsersRead, "users.read", &[Admin, Agent, Manager]),
    (Permission::UsersCreate, "users.create", &[Admin, Agent]),
    (Permission::UsersManage, "users.manage", &[Admin]),
    (Permission::UsersResetPassword, "users.reset_password", &[Admin, Agent]),
    (Permission::InvitesRead, "invites.read", &[Admin, Agent]),
    (Permission::ServiceAccountsManage, "service_accounts.manage", &[Admin]),
    (Permission::AuditRead, "audit.read", &[Admin]),
    (Permission::TenantsManage, "tenants.manage", &[]),
    (Permission::DevicesRead, "devices.read", &[Admin, Agent, Manager, Collaborator, Machine]),
    (Permission::DevicesManage, "devices.manage", &[Admin, Agent]),
    (Permission::JobsManage, "jobs.manage", &[Admin]),
    (Permission::ExportsManage, "exports.manage", &[Admin]),
];

impl Permission {
    fn row(self) -> Option<&'static (Self, &'static str, &'static [Role])> {
        TABLE.iter().find(|(permission, ..)| *permission == self)
    }

    /// Whether `role` has it. A permission without a row is nobody's.
    #[must_use]
    pub fn granted_to(self, role: Role) -> bool {
        self.row().is_some_and(|(_, _, roles)| roles.contains(&role))
    }

    /// Stable name, as the panel and the scopes of API keys have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().map_or("", |(_, name, _)| name)
    }

    /// Names of everything `role` may do, for the panel.
    pub fn names_of(role: Role) -> impl Iterator<Item = &'static str> {
        TABLE.iter().filter(move |(.., roles)| roles.contains(&role)).map(|(_, name, _)| *name)
    }

    /// What an API key may be allowed: all that an admin may, except to make keys, so that a key never
    /// outlives itself.
    pub fn scopes() -> impl Iterator<Item = Self> {
        let grantable = |permission: &Self| *permission != Self::ServiceAccountsManage;
        TABLE
            .iter()
            .filter(|(.., roles)| roles.contains(&Admin))
            .map(|(permission, ..)| *permission)
            .filter(grantable)
    }
}

/// A text that names no permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a permission")]
pub struct UnknownPermission;

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let row = TABLE.iter().find(|(_, name, _)| *name == text);
        row.map(|(permission, ..)| *permission).ok_or(UnknownPermission)
    }
}

impl Serialize for Permission {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Permission {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

/// A call that is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Nobody is signed in.
    #[error("sign in first")]
    Anonymous,
    /// Somebody is, and may not.
    #[error("you are not allowed to do this")]
    Forbidden,
}

impl Describe for Denied {
    fn kind(&self) -> Kind {
        match self {
            Self::Anonymous => Kind::Unauthenticated,
            Self::Forbidden => Kind::Forbidden,
        }
    }

    fn reason(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Anonymous => "unauthenticated",
            Self::Forbidden => "permission_denied",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admins_may_do_everything_and_machines_manage_nothing() {
        for (permission, name, roles) in TABLE {
            let of_the_platform = *permission == Permission::TenantsManage;
            assert_ne!(roles.contains(&Admin), of_the_platform, "{name}");
            assert!(!(name.contains("manage") && permission.granted_to(Machine)), "{name}");
        }
        assert!(!Permission::TicketsWork.granted_to(Collaborator));
    }

    #[test]
    fn a_key_may_do_what_an_admin_may_but_make_no_keys() {
        let scopes: Vec<_> = Permission::scopes().collect();
        assert_eq!(scopes.len(), TABLE.len() - 2);
        assert!(!scopes.contains(&Permission::ServiceAccountsManage));
        assert!(!scopes.contains(&Permission::TenantsManage));
    }

    #[test]
    fn permissions_travel_by_name() {
        for (permission, name, _) in TABLE {
            let json = serde_json::to_string(permission).unwrap();
            assert_eq!(json, format!("{name:?}"));
            assert_eq!(serde_json::from_str::<Permission>(&json).unwrap(), *permission);
        }
        assert!(serde_json::from_str::<Permission>("\"tickets.eat\"").is_err());
    }

    #[test]
    fn each_permission_has_one_row() {
        for (i, (permission, name, _)) in TABLE.iter().enumerate() {
            let first = TABLE.iter().position(|(p, n, _)| p == permission || n == name);
            assert_eq!(first, Some(i), "{name}");
        }
    }
}
