//! Who may do what: the whole table, in one place. The services enforce it, the gateway shows it
//! to the panel by name.

use std::borrow::Cow;

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
    /// See companies.
    CompaniesRead,
    /// Make and change companies, see and rotate provisioning codes.
    CompaniesManage,
    /// See people.
    UsersRead,
    /// Make collaborators.
    UsersCreate,
    /// Make and change anybody.
    UsersManage,
    /// See devices.
    DevicesRead,
    /// Reset agents, rename, note.
    DevicesManage,
    /// See and change schedules and runs.
    JobsManage,
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
    (Permission::CompaniesRead, "companies.read", &[Admin, Agent, Manager, Collaborator]),
    (Permission::CompaniesManage, "companies.manage", &[Admin]),
    (Permission::UsersRead, "users.read", &[Admin, Agent, Manager]),
    (Permission::UsersCreate, "users.create", &[Admin, Agent]),
    (Permission::UsersManage, "users.manage", &[Admin]),
    (Permission::DevicesRead, "devices.read", &[Admin, Agent, Manager, Collaborator, Machine]),
    (Permission::DevicesManage, "devices.manage", &[Admin, Agent]),
    (Permission::JobsManage, "jobs.manage", &[Admin]),
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

    /// Names of everything `role` may do, for the panel.
    pub fn names_of(role: Role) -> impl Iterator<Item = &'static str> {
        TABLE.iter().filter(move |(.., roles)| roles.contains(&role)).map(|(_, name, _)| *name)
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
            assert!(roles.contains(&Admin), "{name}");
            assert!(!(name.contains("manage") && permission.granted_to(Machine)), "{name}");
        }
        assert!(!Permission::TicketsWork.granted_to(Collaborator));
    }

    #[test]
    fn each_permission_has_one_row() {
        for (i, (permission, name, _)) in TABLE.iter().enumerate() {
            let first = TABLE.iter().position(|(p, n, _)| p == permission || n == name);
            assert_eq!(first, Some(i), "{name}");
        }
    }
}
