//! Who may open a ticket for whom.

use chamados_chassis::{
    auth::{Denied, Principal, Role},
    id::{CompanyId, DeviceId, UserId},
};

/// Whom a ticket is opened for, as far as the caller's rights decide it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequesterRule {
    /// The caller, or the person a device belongs to; their company is known.
    Known(UserId, Option<CompanyId>),
    /// Somebody else, whoever they are.
    Anybody(UserId),
    /// Somebody else of the company.
    Of(CompanyId, UserId),
}

/// Why a ticket cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    /// The caller may not open it for this person, company or device.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The device belongs to nobody at present, so nobody asks.
    #[error("the device has no assigned user")]
    NobodyAssigned,
    /// Automation asks for nothing itself; it must say for whom.
    #[error("must be given by a service account")]
    NobodyNamed,
}

/// Who asks, when `caller` opens a ticket for `wanted`, or for themselves.
///
/// # Errors
/// [`OpeningError`] when the caller may not open it for them.
pub fn requester(
    caller: &Principal,
    wanted: Option<UserId>,
) -> Result<RequesterRule, OpeningError> {
    match caller {
        Principal::Person { role: Role::Machine, .. } => Err(Denied::Forbidden.into()),
        Principal::Person { user, company, role, .. } => match (wanted, role, company) {
            (None, ..) => Ok(RequesterRule::Known(*user, *company)),
            (Some(id), ..) if id == *user => Ok(RequesterRule::Known(*user, *company)),
            (Some(id), Role::Admin | Role::Agent, _) => Ok(RequesterRule::Anybody(id)),
            (Some(id), Role::Manager, Some(company)) => Ok(RequesterRule::Of(*company, id)),
            _ => Err(Denied::Forbidden.into()),
        },
        Principal::Device { assigned_user, company, .. } => match (wanted, assigned_user) {
            (_, None) => Err(OpeningError::NobodyAssigned),
            (Some(id), Some(user)) if id != *user => Err(Denied::Forbidden.into()),
            (_, Some(user)) => Ok(RequesterRule::Known(*user, Some(*company))),
        },
        Principal::Anonymous => Err(Denied::Anonymous.into()),
        Principal::ServiceAccount { .. } => match wanted {
            Some(requester) => Ok(RequesterRule::Anybody(requester)),
            None => Err(OpeningError::NobodyNamed),
        },
        Principal::Service { .. } => Err(Denied::Forbidden.into()),
    }
}

/// The company named by `caller`; all but staff may name only their own.
///
/// # Errors
/// [`Denied`] when it is another one.
pub fn company(caller: &Principal, wanted: Option<CompanyId>) -> Result<Option<CompanyId>, Denied> {
    if caller.is_staff() || wanted.is_none() || wanted == caller.company() {
        Ok(wanted)
    } else {
        Err(Denied::Forbidden)
    }
}

/// The device a ticket of `caller` is about: a device's own tickets are about itself.
///
/// # Errors
/// [`Denied`] when a device names another one.
pub fn device(caller: &Principal, wanted: Option<DeviceId>) -> Result<Option<DeviceId>, Denied> {
    match caller {
        Principal::Device { device, .. } if wanted.is_none_or(|id| id == *device) => {
            Ok(Some(*device))
        }
        Principal::Device { .. } => Err(Denied::Forbidden),
        _ => Ok(wanted),
    }
}

#[cfg(test)]
mod tests {
    use chamados_chassis::id::{ServiceAccountId, SessionId, TenantId};

    use super::*;

    fn person(role: Role, user: UserId, company: Option<CompanyId>) -> Principal {
        let (tenant, session) = (TenantId::new(), SessionId::new());
        Principal::Person { tenant, user, role, company, session }
    }

    #[test]
    fn who_may_open_for_whom() {
        let (me, other) = (UserId::new(), UserId::new());
        let company = Some(CompanyId::new());
        for role in [Role::Admin, Role::Agent, Role::Manager, Role::Collaborator] {
            let caller = person(role, me, company);
            let own = Ok(RequesterRule::Known(me, company));
            assert_eq!(requester(&caller, None), own, "{role}");
            assert_eq!(requester(&caller, Some(me)), own, "{role}");
            let expected = match role {
                Role::Admin | Role::Agent => Ok(RequesterRule::Anybody(other)),
                Role::Manager => company
                    .map(|company| RequesterRule::Of(company, other))
                    .ok_or(Denied::Forbidden.into()),
                _ => Err(Denied::Forbidden.into()),
            };
            assert_eq!(requester(&caller, Some(other)), expected, "{role}");
        }
        let homeless = person(Role::Manager, me, None);
        assert_eq!(requester(&homeless, Some(other)), Err(Denied::Forbidden.into()));
        assert_eq!(requester(&Principal::Anonymous, None), Err(Denied::Anonymous.into()));
    }

    #[test]
    fn automation_says_for_whom_and_what_is_no_person_asks_for_nothing() {
        let (tenant, account) = (TenantId::new(), ServiceAccountId::new());
        let key = Principal::ServiceAccount { tenant, account, scopes: Vec::new() };
        let (client, theirs) = (UserId::new(), Some(CompanyId::new()));
        assert_eq!(requester(&key, Some(client)), Ok(RequesterRule::Anybody(client)));
        assert_eq!(requester(&key, None), Err(OpeningError::NobodyNamed));
        assert_eq!(company(&key, theirs), Ok(theirs));
        assert_eq!(device(&key, None), Ok(None));
        let named = Some(DeviceId::new());
        assert_eq!(device(&key, named), Ok(named));

        let service = Principal::Service { name: "scheduler".into(), tenant: Some(tenant) };
        let machine = person(Role::Machine, UserId::new(), theirs);
        for caller in [service, machine] {
            for wanted in [None, Some(client), caller.user()] {
                assert_eq!(requester(&caller, wanted), Err(Denied::Forbidden.into()), "{caller:?}");
            }
        }
    }

    #[test]
    fn devices_open_for_their_person_about_themselves() {
        let (user, own, company) = (UserId::new(), DeviceId::new(), CompanyId::new());
        let machine = |assigned_user| Principal::Device {
            tenant: TenantId::new(),
            device: own,
            company,
            assigned_user,
        };
        let caller = machine(Some(user));
        let expected = Ok(RequesterRule::Known(user, Some(company)));
        assert_eq!(requester(&caller, None), expected);
        assert_eq!(requester(&caller, Some(user)), expected);
        assert_eq!(requester(&caller, Some(UserId::new())), Err(Denied::Forbidden.into()));
        assert_eq!(requester(&machine(None), None), Err(OpeningError::NobodyAssigned));
        assert_eq!(device(&caller, None), Ok(Some(own)));
        assert_eq!(device(&caller, Some(DeviceId::new())), Err(Denied::Forbidden));
    }

    #[test]
    fn only_staff_name_other_companies() {
        let (own, other) = (CompanyId::new(), CompanyId::new());
        for role in [Role::Admin, Role::Agent, Role::Manager, Role::Collaborator] {
            let caller = person(role, UserId::new(), Some(own));
            assert_eq!(company(&caller, Some(own)), Ok(Some(own)));
            assert_eq!(company(&caller, None), Ok(None));
            assert_eq!(company(&caller, Some(other)).is_ok(), role.is_staff(), "{role}");
        }
    }
}
