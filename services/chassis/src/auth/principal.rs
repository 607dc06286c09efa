//! Principals: who a call is made for.

use std::{fmt, str::FromStr};

use chamados_proto::event::v1 as pb;
use serde::{Deserialize, Serialize};

use super::permission::{Denied, Permission};
use crate::id::{CompanyId, DeviceId, ServiceAccountId, SessionId, TenantId, UserId};

/// What a user may do; see [`super::permission`] for the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything in the tenant.
    Admin,
    /// Staff: works tickets and devices.
    Agent,
    /// A client company's manager.
    Manager,
    /// A client company's person.
    Collaborator,
    /// A device's technical account.
    Machine,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] =
        [Self::Admin, Self::Agent, Self::Manager, Self::Collaborator, Self::Machine];

    /// Name as stored and as shown over HTTP.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Agent => "agent",
            Self::Manager => "manager",
            Self::Collaborator => "collaborator",
            Self::Machine => "machine",
        }
    }

    /// Whether the role is of the support organisation's own people.
    #[must_use]
    pub const fn is_staff(self) -> bool {
        matches!(self, Self::Admin | Self::Agent)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a role")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}

/// Who a call is made for. Comes from a verified token only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Principal {
    /// Nobody signed in; for the few calls that need nobody.
    Anonymous,
    /// A person in a web session.
    Person {
        /// Tenant of the person.
        tenant: TenantId,
        /// The person.
        user: UserId,
        /// What they may do.
        role: Role,
        /// Their company; staff may have none.
        company: Option<CompanyId>,
        /// The session they signed in to.
        session: SessionId,
    },
    /// A device, through its agent.
    Device {
        /// Tenant of the device.
        tenant: TenantId,
        /// The device.
        device: DeviceId,
        /// Its company.
        company: CompanyId,
        /// The person it belongs to now.
        assigned_user: Option<UserId>,
    },
    /// Automation, by an API key. It acts in the whole tenant, within the key's scopes.
    ServiceAccount {
        /// Tenant of the account.
        tenant: TenantId,
        /// The account.
        account: ServiceAccountId,
        /// What the key may do.
        scopes: Vec<Permission>,
    },
    /// A service on its own behalf, over all tenants or, where it says so, in one.
    Service {
        /// Which, for example "scheduler".
        name: String,
        /// The tenant it acts in, when it acts in one.
        tenant: Option<TenantId>,
    },
}

impl Principal {
    /// The tenant the call is scoped to.
    ///
    /// # Errors
    /// [`Denied`] for callers that are in no tenant.
    pub const fn tenant(&self) -> Result<TenantId, Denied> {
        match self {
            Self::Person { tenant, .. }
            | Self::Device { tenant, .. }
            | Self::ServiceAccount { tenant, .. }
            | Self::Service { tenant: Some(tenant), .. } => Ok(*tenant),
            Self::Anonymous => Err(Denied::Anonymous),
            Self::Service { tenant: None, .. } => Err(Denied::Forbidden),
        }
    }

    /// The role, for people and devices.
    #[must_use]
    pub const fn role(&self) -> Option<Role> {
        match self {
            Self::Person { role, .. } => Some(*role),
            Self::Device { .. } => Some(Role::Machine),
            Self::Anonymous | Self::ServiceAccount { .. } | Self::Service { .. } => None,
        }
    }

    /// Whether this is the support organisation itself: one of its own people, or its automation.
    #[must_use]
    pub fn is_staff(&self) -> bool {
        match self {
            Self::ServiceAccount { .. } => true,
            _ => self.role().is_some_and(Role::is_staff),
        }
    }

    /// The person, when it is one.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        match self {
            Self::Person { user, .. } => Some(*user),
            _ => None,
        }
    }

    /// The company of a person or device.
    #[must_use]
    pub const fn company(&self) -> Option<CompanyId> {
        match self {
            Self::Person { company, .. } => *company,
            Self::Device { company, .. } => Some(*company),
            _ => None,
        }
    }

    /// Nothing, when the principal has the permission.
    ///
    /// # Errors
    /// [`Denied`] otherwise.
    pub fn require(&self, permission: Permission) -> Result<(), Denied> {
        if self.may(permission) {
            return Ok(());
        }
        match self {
            Self::Anonymous => Err(Denied::Anonymous),
            _ => Err(Denied::Forbidden),
        }
    }

    /// Whether the principal has the permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        match self {
            Self::ServiceAccount { scopes, .. } => scopes.contains(&permission),
            _ => self.role().is_some_and(|role| permission.granted_to(role)),
        }
    }

    /// Nothing, when this is a service on its own behalf.
    ///
    /// # Errors
    /// [`Denied`] otherwise.
    pub fn require_service(&self) -> Result<(), Denied> {
        match self {
            Self::Service { .. } => Ok(()),
            Self::Anonymous => Err(Denied::Anonymous),
            _ => Err(Denied::Forbidden),
        }
    }

    /// Who a change is put down to.
    ///
    /// # Errors
    /// [`Denied`] for nobody.
    pub fn actor(&self) -> Result<Actor, Denied> {
        match self {
            Self::Anonymous => Err(Denied::Anonymous),
            Self::Person { user, .. } => Ok(Actor::User(*user)),
            Self::Device { device, .. } => Ok(Actor::Device(*device)),
            Self::ServiceAccount { account, .. } => Ok(Actor::ServiceAccount(*account)),
            Self::Service { name, .. } => Ok(Actor::Service(name.clone())),
        }
    }
}

/// Who a change is put down to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person.
    User(UserId),
    /// A device, through its agent.
    Device(DeviceId),
    /// Automation, by a key of this account.
    ServiceAccount(ServiceAccountId),
    /// A service on its own behalf.
    Service(String),
}

impl Actor {
    /// The two texts a database keeps: kind and id (or name).
    #[must_use]
    pub fn to_parts(&self) -> (&'static str, String) {
        match self {
            Self::User(id) => ("user", id.to_string()),
            Self::Device(id) => ("device", id.to_string()),
            Self::ServiceAccount(id) => ("service_account", id.to_string()),
            Self::Service(name) => ("service", name.clone()),
        }
    }

    /// Reads what [`to_parts`](Self::to_parts) wrote.
    #[must_use]
    pub fn from_parts(kind: &str, id: &str) -> Option<Self> {
        match kind {
            "user" => id.parse().ok().map(Self::User),
            "device" => id.parse().ok().map(Self::Device),
            "service_account" => id.parse().ok().map(Self::ServiceAccount),
            "service" => Some(Self::Service(id.to_owned())),
            _ => None,
        }
    }
}

impl From<Actor> for pb::Actor {
    fn from(actor: Actor) -> Self {
        let kind = match actor {
            Actor::User(id) => pb::actor::Kind::UserId(id.to_string()),
            Actor::Device(id) => pb::actor::Kind::DeviceId(id.to_string()),
            Actor::ServiceAccount(id) => pb::actor::Kind::ServiceAccountId(id.to_string()),
            Actor::Service(name) => pb::actor::Kind::Service(name),
        };
        Self { kind: Some(kind) }
    }
}

/// A contract's actor that names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no actor")]
pub struct InvalidActor;

impl TryFrom<pb::Actor> for Actor {
    type Error = InvalidActor;

    fn try_from(actor: pb::Actor) -> Result<Self, Self::Error> {
        use pb::actor::Kind;

        match actor.kind.ok_or(InvalidActor)? {
            Kind::UserId(id) => id.parse().map(Self::User).map_err(|_| InvalidActor),
            Kind::DeviceId(id) => id.parse().map(Self::Device).map_err(|_| InvalidActor),
            Kind::ServiceAccountId(id) => {
                id.parse().map(Self::ServiceAccount).map_err(|_| InvalidActor)
            }
            Kind::Service(name) => Ok(Self::Service(name)),
        }
    }
}

/// Who besides staff may be told that something changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audience {
    /// Managers of this company.
    pub company: Option<CompanyId>,
    /// These people, whatever their role.
    pub users: Vec<UserId>,
}

impl Audience {
    /// Only staff.
    #[must_use]
    pub fn staff() -> Self {
        Self::default()
    }

    /// Whether `principal`, of the same tenant, may be told.
    #[must_use]
    pub fn includes(&self, principal: &Principal) -> bool {
        match principal {
            Principal::Person { role, .. } if role.is_staff() => true,
            Principal::ServiceAccount { .. } => true,
            Principal::Person { role: Role::Manager, company, user, .. } => {
                (company.is_some() && *company == self.company) || self.users.contains(user)
            }
            Principal::Person { user, .. } => self.users.contains(user),
            _ => false,
        }
    }
}

impl From<Audience> for pb::Audience {
    fn from(audience: Audience) -> Self {
        Self {
            company_id: audience.company.map(|id| id.to_string()),
            user_ids: audience.users.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<pb::Audience> for Audience {
    /// Ids that cannot be read are left out: fewer people are told, never more.
    fn from(audience: pb::Audience) -> Self {
        Self {
            company: audience.company_id.and_then(|id| id.parse().ok()),
            users: audience.user_ids.iter().filter_map(|id| id.parse().ok()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(role: Role, company: Option<CompanyId>) -> Principal {
        let (tenant, user, session) = (TenantId::new(), UserId::new(), SessionId::new());
        Principal::Person { tenant, user, role, company, session }
    }

    #[test]
    fn an_audience_never_includes_another_companys_people() {
        let company = CompanyId::new();
        let audience = Audience { company: Some(company), users: vec![] };
        assert!(audience.includes(&person(Role::Agent, None)));
        assert!(audience.includes(&person(Role::Manager, Some(company))));
        assert!(!audience.includes(&person(Role::Manager, Some(CompanyId::new()))));
        assert!(!audience.includes(&person(Role::Collaborator, Some(company))));
        assert!(!Audience::staff().includes(&person(Role::Manager, None)));
        assert!(!audience.includes(&Principal::Anonymous));
    }

    #[test]
    fn a_key_may_do_what_its_scopes_say() {
        let scopes = vec![Permission::TicketsRead];
        let (tenant, account) = (TenantId::new(), ServiceAccountId::new());
        let key = Principal::ServiceAccount { tenant, account, scopes };
        assert_eq!(key.require(Permission::TicketsRead), Ok(()));
        assert_eq!(key.require(Permission::TicketsWork), Err(Denied::Forbidden));
        assert_eq!(key.require_service(), Err(Denied::Forbidden));
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<Principal>(&json).unwrap(), key);
    }

    #[test]
    fn actors_survive_the_database_and_the_wire() {
        for actor in [
            Actor::User(UserId::new()),
            Actor::Device(DeviceId::new()),
            Actor::ServiceAccount(ServiceAccountId::new()),
            Actor::Service("scheduler".into()),
        ] {
            let (kind, id) = actor.to_parts();
            assert_eq!(Actor::from_parts(kind, &id).as_ref(), Some(&actor));
            assert_eq!(pb::Actor::from(actor.clone()).try_into(), Ok(actor));
        }
        assert_eq!(Actor::try_from(pb::Actor::default()), Err(InvalidActor));
        assert_eq!(Actor::from_parts("user", "nobody"), None);
    }
}
