//! What a device's timeline holds.

use chamados_chassis::{
    auth::Actor,
    define_id,
    id::{DeviceId, TenantId, TicketId, UserId},
};
use chrono::{DateTime, Utc};

define_id!(
    /// One entry of a timeline.
    EntryId
);

/// The field that holds the further people, as in the contract.
const LINKED: &str = "linked_user_ids";

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Enrolled for the first time.
    Enrolled,
    /// Enrolled again: the same hardware.
    Reenrolled,
    /// Staff revoked its tokens.
    Reset,
    /// Staff changed name or notes, or the account of one of its people is no more.
    Updated,
    /// The agent reported something new.
    InventoryChanged,
    /// Programs were installed, removed or replaced.
    SoftwareChanged,
    /// It came alive.
    Online,
    /// It went silent or said good-bye.
    Offline,
    /// It came and went too often; its presence is frozen.
    Unstable,
    /// Two computers have its token.
    IdentityConflict,
    /// A further person was tied to it.
    UserLinked,
    /// A further person was untied.
    UserUnlinked,
    /// Staff set what may be done with USB storage.
    UsbPolicySet,
    /// The agent enforces it.
    UsbPolicyApplied,
    /// The agent cannot enforce it.
    UsbPolicyFailed,
    /// The agent did not answer in time.
    UsbPolicyExpired,
    /// Staff said whose it is and as what they use it.
    AccessAdjusted,
    /// A ticket about it was opened.
    TicketOpened,
    /// A ticket about it was resolved.
    TicketResolved,
}

impl Kind {
    const ALL: [Self; 19] = [
        Self::Enrolled,
        Self::Reenrolled,
        Self::Reset,
        Self::Updated,
        Self::InventoryChanged,
        Self::SoftwareChanged,
        Self::Online,
        Self::Offline,
        Self::Unstable,
        Self::IdentityConflict,
        Self::UserLinked,
        Self::UserUnlinked,
        Self::UsbPolicySet,
        Self::UsbPolicyApplied,
        Self::UsbPolicyFailed,
        Self::UsbPolicyExpired,
        Self::AccessAdjusted,
        Self::TicketOpened,
        Self::TicketResolved,
    ];

    /// Name as stored and as shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enrolled => "enrolled",
            Self::Reenrolled => "reenrolled",
            Self::Reset => "reset",
            Self::Updated => "updated",
            Self::InventoryChanged => "inventory_changed",
            Self::SoftwareChanged => "software_changed",
            Self::Online => "online",
            Self::Offline => "offline",
            Self::Unstable => "unstable",
            Self::IdentityConflict => "identity_conflict",
            Self::UserLinked => "user_linked",
            Self::UserUnlinked => "user_unlinked",
            Self::UsbPolicySet => "usb_policy_set",
            Self::UsbPolicyApplied => "usb_policy_applied",
            Self::UsbPolicyFailed => "usb_policy_failed",
            Self::UsbPolicyExpired => "usb_policy_expired",
            Self::AccessAdjusted => "access_adjusted",
            Self::TicketOpened => "ticket_opened",
            Self::TicketResolved => "ticket_resolved",
        }
    }

    /// Reads [`as_str`](Self::as_str).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One field that changed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FieldChange {
    /// Path of the field, for example `notes` or `os.build`.
    pub field: String,
    /// Absent when there was no value.
    pub old: Option<String>,
    /// Absent when there is no value.
    pub new: Option<String>,
}

impl FieldChange {
    /// A change from `old` to `new`, in which an empty text is no value.
    pub fn new(field: impl Into<String>, old: &str, new: &str) -> Self {
        let value = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self { field: field.into(), old: value(old), new: value(new) }
    }
}

impl FieldChange {
    /// A person was tied to the device.
    #[must_use]
    pub fn linked(user: UserId) -> Self {
        Self::new(LINKED, "", &user.to_string())
    }

    /// A person was untied from the device.
    #[must_use]
    pub fn unlinked(user: UserId) -> Self {
        Self::new(LINKED, &user.to_string(), "")
    }
}

/// Collects the fields that changed.
#[derive(Debug, Default)]
pub struct Changes(Vec<FieldChange>);

impl Changes {
    /// Notes the field when its values differ.
    pub fn compare(&mut self, field: &str, old: impl ToString, new: impl ToString) {
        let (old, new) = (old.to_string(), new.to_string());
        if old != new {
            self.0.push(FieldChange::new(field, &old, &new));
        }
    }

    /// What changed, in the order of comparing.
    #[must_use]
    pub fn into_vec(self) -> Vec<FieldChange> {
        self.0
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Grows with time.
    pub id: EntryId,
    /// Tenant of the device.
    pub tenant: TenantId,
    /// The device.
    pub device: DeviceId,
    /// What happened.
    pub kind: Kind,
    /// Who did it.
    pub actor: Actor,
    /// When, by the server's clock.
    pub occurred_at: DateTime<Utc>,
    /// Fields that changed, where some did.
    pub changes: Vec<FieldChange>,
    /// The ticket, for the ticket entries.
    pub ticket: Option<TicketId>,
    /// Number and subject of the ticket; of a policy that failed the reason; or empty.
    pub note: String,
}

impl Entry {
    /// An entry without changes, ticket and note.
    #[must_use]
    pub fn new(
        tenant: TenantId,
        device: DeviceId,
        kind: Kind,
        actor: Actor,
        occurred_at: DateTime<Utc>,
    ) -> Self {
        Self {
            id: EntryId::new(),
            tenant,
            device,
            kind,
            actor,
            occurred_at,
            changes: Vec::new(),
            ticket: None,
            note: String::new(),
        }
    }

    /// The same with the fields that changed.
    #[must_use]
    pub fn with_changes(mut self, changes: Vec<FieldChange>) -> Self {
        self.changes = changes;
        self
    }
}
