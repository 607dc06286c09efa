//! Who may see which tickets: one value, made here from the caller and turned into one condition
//! by the store, for every way to a ticket.

use chamados_chassis::{
    auth::{Permission, Principal, Role},
    id::{CompanyId, DeviceId, UserId},
};

/// The tickets of a tenant that somebody may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// All of them, with what is internal to staff.
    All,
    /// All of them, without what is internal.
    AllPublic,
    /// A company's, and what the person asked for.
    Company(CompanyId, UserId),
    /// What the person asked for.
    Own(UserId),
    /// Those about the device.
    Device(DeviceId),
    /// None.
    Nothing,
}

impl Visibility {
    /// What `principal` may see of their tenant's tickets.
    #[must_use]
    pub fn of(principal: &Principal) -> Self {
        match principal {
            Principal::Person { role: Role::Admin | Role::Agent, .. } => Self::All,
            Principal::Person { role: Role::Manager, user, company: Some(company), .. } => {
                Self::Company(*company, *user)
            }
            Principal::Person { role: Role::Manager | Role::Collaborator, user, .. } => {
                Self::Own(*user)
            }
            Principal::ServiceAccount { .. }
                if principal.may(Permission::TicketsCommentInternal) =>
            {
                Self::All
            }
            Principal::ServiceAccount { .. } => Self::AllPublic,
            Principal::Device { device, .. } => Self::Device(*device),
            Principal::Person { role: Role::Machine, .. }
            | Principal::Anonymous
            | Principal::Service { .. } => Self::Nothing,
        }
    }

    /// Whether all tickets of the tenant may be seen.
    #[must_use]
    pub const fn includes_every_ticket(&self) -> bool {
        matches!(self, Self::All | Self::AllPublic)
    }

    /// Whether internal comments, and what refers to them, may be seen as well.
    #[must_use]
    pub const fn includes_internal(&self) -> bool {
        matches!(self, Self::All)
    }
}

#[cfg(test)]
mod tests {
    use chamados_chassis::id::{ServiceAccountId, SessionId, TenantId};

    use super::*;

    #[test]
    fn each_role_sees_its_own_and_only_staff_see_what_is_internal() {
        let (tenant, user, session) = (TenantId::new(), UserId::new(), SessionId::new());
        let company = CompanyId::new();
        let of = |role, company| {
            Visibility::of(&Principal::Person { tenant, user, role, company, session })
        };
        assert_eq!(of(Role::Admin, None), Visibility::All);
        assert_eq!(of(Role::Agent, Some(company)), Visibility::All);
        assert_eq!(of(Role::Manager, Some(company)), Visibility::Company(company, user));
        assert_eq!(of(Role::Manager, None), Visibility::Own(user));
        assert_eq!(of(Role::Collaborator, Some(company)), Visibility::Own(user));
        assert_eq!(of(Role::Machine, Some(company)), Visibility::Nothing);
        for role in Role::ALL {
            assert_eq!(of(role, Some(company)).includes_internal(), role.is_staff(), "{role}");
        }

        let key = |scopes| {
            let account = ServiceAccountId::new();
            Visibility::of(&Principal::ServiceAccount { tenant, account, scopes })
        };
        assert_eq!(key(vec![Permission::TicketsRead]), Visibility::AllPublic);
        assert_eq!(key(vec![Permission::TicketsCommentInternal]), Visibility::All);
        assert!(!Visibility::AllPublic.includes_internal());
        for all in [Visibility::All, Visibility::AllPublic] {
            assert!(all.includes_every_ticket());
        }
        assert!(!of(Role::Manager, Some(company)).includes_every_ticket());

        let device = DeviceId::new();
        let machine = Principal::Device { tenant, device, company, assigned_user: Some(user) };
        assert_eq!(Visibility::of(&machine), Visibility::Device(device));
        let service = Principal::Service { name: "scheduler".into(), tenant: Some(tenant) };
        assert_eq!(Visibility::of(&service), Visibility::Nothing);
        assert_eq!(Visibility::of(&Principal::Anonymous), Visibility::Nothing);
    }
}
