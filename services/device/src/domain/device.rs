//! The durable record of a computer.

use chamados_chassis::{
    auth::{Principal, Role},
    error::{Checks, Invalid},
    id::{CompanyId, DeviceId, TenantId, UserId},
};
use chrono::{DateTime, Utc};

use super::{
    access::Persona,
    fingerprint::Fingerprint,
    inventory::{Digests, Inventory},
    presence::Presence,
    timeline::{Changes, FieldChange},
    usb_policy::UsbPolicy,
};

/// Longest display or host name, in characters.
pub const LONGEST_NAME: usize = 255;
/// Longest notes, in characters.
pub const LONGEST_NOTES: usize = 4_000;

/// Place of a device in the hot arrays: dense, unique in the installation, never reused.
pub type Ordinal = u32;

/// Which devices a list holds.
#[derive(Debug, Clone, Default)]
pub struct DeviceFilter {
    /// Only this company's.
    pub company: Option<CompanyId>,
    /// Part of a name, serial or address.
    pub query: String,
    /// Any of these; empty means all.
    pub presences: Vec<Presence>,
    /// Only those assigned to this person.
    pub assigned_user: Option<UserId>,
    /// Only those this person is assigned or linked to.
    pub user: Option<UserId>,
}

/// A computer, for its whole life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Never changes.
    pub id: DeviceId,
    /// Its tenant.
    pub tenant: TenantId,
    /// Its company.
    pub company: CompanyId,
    /// The person it belongs to now.
    pub assigned_user: Option<UserId>,
    /// As what they use it.
    pub persona: Persona,
    /// Its place in the hot arrays.
    pub ordinal: Ordinal,
    /// Chosen by staff; empty shows the host name.
    pub display_name: String,
    /// As the agent says.
    pub host_name: String,
    /// Version of the agent.
    pub agent_version: String,
    /// Staff's notes.
    pub notes: String,
    /// What tells it from others.
    pub fingerprint: Fingerprint,
    /// What it is.
    pub inventory: Inventory,
    /// Under which digests that was reported.
    pub digests: Digests,
    /// What staff want to be done with USB storage, and what became of it.
    pub usb_policy: Option<UsbPolicy>,
    /// Tokens of an older generation are void.
    pub token_generation: u32,
    /// Whether it has a token.
    pub enrolled: bool,
    /// The last transition: online, offline or unknown.
    pub presence: Presence,
    /// When that was.
    pub presence_since: Option<DateTime<Utc>>,
    /// Last message before it went offline.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Stream of the last transition.
    pub presence_epoch: u32,
    /// Since when two computers seem to have its token; staff resolve it by a reset.
    pub identity_conflict_at: Option<DateTime<Utc>>,
    /// When it enrolled first.
    pub created_at: DateTime<Utc>,
    /// When the record changed last.
    pub updated_at: DateTime<Utc>,
    /// Number of changes of the record.
    pub version: i64,
}

impl Device {
    /// Display name, or host name.
    #[must_use]
    pub fn name(&self) -> &str {
        if self.display_name.is_empty() { &self.host_name } else { &self.display_name }
    }

    /// What people search a device by.
    #[must_use]
    pub fn search_text(&self) -> String {
        let mut parts = vec![self.display_name.as_str(), &self.host_name];
        parts.extend(self.inventory.hardware.iter().map(|hardware| hardware.serial.as_str()));
        for interface in &self.inventory.interfaces {
            parts.push(&interface.mac);
            parts.extend(interface.addresses.iter().map(String::as_str));
        }
        parts.retain(|part| !part.is_empty());
        parts.join("\n")
    }

    /// Applies what staff change and gives the fields that really changed.
    pub fn edit(&mut self, edit: Edit) -> Vec<FieldChange> {
        let mut changes = Changes::default();
        if let Some(name) = edit.display_name {
            changes.compare("display_name", &self.display_name, &name);
            self.display_name = name;
        }
        if let Some(notes) = edit.notes {
            changes.compare("notes", &self.notes, &notes);
            self.notes = notes;
        }
        changes.into_vec()
    }

    /// Takes over what the agent says when it enrols again; gives the fields that changed.
    pub fn reenrol(&mut self, enrolment: Enrolment) -> Vec<FieldChange> {
        let mut changes = Changes::default();
        changes.compare("company_id", self.company, enrolment.company);
        changes.compare(
            "assigned_user_id",
            words(self.assigned_user),
            words(Some(enrolment.assigned_user)),
        );
        if self.assigned_user != Some(enrolment.assigned_user) {
            // A persona is of a person, and staff have said nothing of this one.
            changes.compare("persona", self.persona, Persona::default());
            self.persona = Persona::default();
        }
        changes.compare("host_name", &self.host_name, &enrolment.host_name);
        changes.compare("agent_version", &self.agent_version, &enrolment.agent_version);
        self.company = enrolment.company;
        self.assigned_user = Some(enrolment.assigned_user);
        self.host_name = enrolment.host_name;
        self.agent_version = enrolment.agent_version;
        self.fingerprint = std::mem::take(&mut self.fingerprint).updated_by(enrolment.fingerprint);
        self.enrolled = true;
        self.token_generation += 1;
        self.identity_conflict_at = None;
        changes.into_vec()
    }
}

/// An id as timelines have it.
pub(super) fn words(user: Option<UserId>) -> String {
    user.map(|id| id.to_string()).unwrap_or_default()
}

/// What an agent and its provisioning code say at enrolment.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// Tenant of the provisioning code.
    pub tenant: TenantId,
    /// Company of the provisioning code.
    pub company: CompanyId,
    /// The person of the e-mail.
    pub assigned_user: UserId,
    /// The hardware.
    pub fingerprint: Fingerprint,
    /// Host name.
    pub host_name: String,
    /// Version of the agent.
    pub agent_version: String,
}

impl Enrolment {
    /// A new record.
    #[must_use]
    pub fn into_device(self, ordinal: Ordinal, now: DateTime<Utc>) -> Device {
        Device {
            id: DeviceId::new(),
            tenant: self.tenant,
            company: self.company,
            assigned_user: Some(self.assigned_user),
            persona: Persona::default(),
            ordinal,
            display_name: String::new(),
            host_name: self.host_name,
            agent_version: self.agent_version,
            notes: String::new(),
            fingerprint: self.fingerprint,
            inventory: Inventory::default(),
            digests: Digests::default(),
            usb_policy: None,
            token_generation: 1,
            enrolled: true,
            presence: Presence::Offline,
            presence_since: None,
            last_seen_at: None,
            presence_epoch: 0,
            identity_conflict_at: None,
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }
}

/// What staff may change. Absent fields stay.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// Empty shows the host name.
    pub display_name: Option<String>,
    /// Plain text.
    pub notes: Option<String>,
}

impl Edit {
    /// The edit with surrounding space removed from the name.
    ///
    /// # Errors
    /// [`Invalid`] naming the fields that are too long.
    pub fn checked(self) -> Result<Self, Invalid> {
        let display_name = self.display_name.map(|name| name.trim().to_owned());
        let mut checks = Checks::default();
        let fits = |text: &Option<String>, most: usize| {
            text.as_ref().is_none_or(|text| text.chars().count() <= most)
        };
        checks.ensure("display_name", fits(&display_name, LONGEST_NAME), "at most 255 characters");
        checks.ensure("notes", fits(&self.notes, LONGEST_NOTES), "at most 4,000 characters");
        checks.finish()?;
        Ok(Self { display_name, ..self })
    }
}

/// Which devices somebody sees. The only rule of it; lists, counts, single records and timelines
/// all ask it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// All of the tenant.
    Tenant,
    /// A company's.
    Company(CompanyId),
    /// Those a person is assigned or linked to.
    Concerning(UserId),
    /// One device, itself.
    Itself(DeviceId),
    /// None.
    Nothing,
}

impl Visibility {
    /// What `principal` sees within their tenant.
    #[must_use]
    pub const fn of(principal: &Principal) -> Self {
        match principal {
            Principal::Person { role: Role::Admin | Role::Agent, .. } => Self::Tenant,
            Principal::Person { role: Role::Manager, company: Some(company), .. } => {
                Self::Company(*company)
            }
            Principal::Person { role: Role::Collaborator, user, .. } => Self::Concerning(*user),
            Principal::ServiceAccount { .. } => Self::Tenant,
            Principal::Device { device, .. } => Self::Itself(*device),
            Principal::Person { .. } | Principal::Service { .. } | Principal::Anonymous => {
                Self::Nothing
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chamados_chassis::id::{ServiceAccountId, SessionId};

    use super::*;

    fn device() -> Device {
        let enrolment = Enrolment {
            tenant: TenantId::new(),
            company: CompanyId::new(),
            assigned_user: UserId::new(),
            fingerprint: Fingerprint::default(),
            host_name: "pc-1".into(),
            agent_version: "0.1.0".into(),
        };
        enrolment.into_device(7, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn an_edit_tells_only_what_changed() {
        let mut device = device();
        assert_eq!(device.name(), "pc-1");
        let edit = Edit { display_name: Some(" Reception ".into()), notes: Some(String::new()) };
        let changes = device.edit(edit.checked().unwrap());
        assert_eq!(changes, [FieldChange::new("display_name", "", "Reception")]);
        assert_eq!(device.name(), "Reception");
        let long = Edit { notes: Some("x".repeat(4_001)), ..Edit::default() };
        assert_eq!(long.checked().unwrap_err().0[0].field, "notes");
    }

    #[test]
    fn enrolling_again_keeps_the_record_and_voids_its_tokens() {
        let known = device();
        let mut device = known.clone();
        let enrolment = Enrolment {
            tenant: known.tenant,
            company: known.company,
            assigned_user: UserId::new(),
            fingerprint: Fingerprint::default(),
            host_name: "pc-1".into(),
            agent_version: "0.2.0".into(),
        };
        let changes = device.reenrol(enrolment);
        let fields: Vec<_> = changes.iter().map(|change| change.field.as_str()).collect();
        assert_eq!(fields, ["assigned_user_id", "agent_version"]);
        assert_eq!((device.id, device.ordinal), (known.id, known.ordinal));
        assert_eq!(device.token_generation, 2);
    }

    #[test]
    fn a_persona_stays_with_its_person() {
        let known = Device { persona: Persona::Manager, ..device() };
        let enrolment = |user: Option<UserId>| Enrolment {
            tenant: known.tenant,
            company: known.company,
            assigned_user: user.unwrap_or_else(UserId::new),
            fingerprint: Fingerprint::default(),
            host_name: known.host_name.clone(),
            agent_version: known.agent_version.clone(),
        };
        let mut same = known.clone();
        assert_eq!(same.reenrol(enrolment(known.assigned_user)), []);
        assert_eq!(same.persona, Persona::Manager);
        let mut other = known.clone();
        let changes = other.reenrol(enrolment(None));
        assert_eq!(changes[1], FieldChange::new("persona", "manager", "collaborator"));
        assert_eq!((changes.len(), other.persona), (2, Persona::Collaborator));
    }

    #[test]
    fn who_sees_which() {
        let (tenant, user, session) = (TenantId::new(), UserId::new(), SessionId::new());
        let company = CompanyId::new();
        let see = |role, company| {
            Visibility::of(&Principal::Person { tenant, user, role, company, session })
        };
        assert_eq!(see(Role::Admin, None), Visibility::Tenant);
        assert_eq!(see(Role::Agent, Some(company)), Visibility::Tenant);
        assert_eq!(see(Role::Manager, Some(company)), Visibility::Company(company));
        assert_eq!(see(Role::Manager, None), Visibility::Nothing);
        assert_eq!(see(Role::Collaborator, Some(company)), Visibility::Concerning(user));
        assert_eq!(see(Role::Machine, Some(company)), Visibility::Nothing);
        let account = ServiceAccountId::new();
        let key = Principal::ServiceAccount { tenant, account, scopes: Vec::new() };
        assert_eq!(Visibility::of(&key), Visibility::Tenant);
        let service = Principal::Service { name: "scheduler".into(), tenant: Some(tenant) };
        assert_eq!(Visibility::of(&service), Visibility::Nothing);
        assert_eq!(Visibility::of(&Principal::Anonymous), Visibility::Nothing);
    }
}
