//! Rows of `device`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "device")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) company_id: Uuid,
    pub(crate) assigned_user_id: Option<Uuid>,
    /// As what the assigned person uses it.
    pub(crate) persona: String,
    /// Unique in the installation, never reused.
    pub(crate) ordinal: i64,
    pub(crate) display_name: String,
    pub(crate) host_name: String,
    /// Folded name, for sorting.
    pub(crate) name_key: String,
    /// Folded names, serial and addresses, for searching.
    pub(crate) search_key: String,
    pub(crate) agent_version: String,
    pub(crate) notes: String,
    pub(crate) smbios_uuid: Option<String>,
    pub(crate) board_serial: Option<String>,
    pub(crate) system_serial: Option<String>,
    pub(crate) machine_id: Option<String>,
    pub(crate) os: Option<Json>,
    pub(crate) hardware: Option<Json>,
    pub(crate) disks: Option<Json>,
    pub(crate) network: Option<Json>,
    pub(crate) users: Option<Json>,
    pub(crate) os_digest: Option<Vec<u8>>,
    pub(crate) hardware_digest: Option<Vec<u8>>,
    pub(crate) disks_digest: Option<Vec<u8>>,
    pub(crate) network_digest: Option<Vec<u8>>,
    /// What staff want to be done with USB storage; the columns that follow say what became of it.
    pub(crate) usb_policy: Option<String>,
    /// Rises by one each time it is set.
    pub(crate) usb_policy_revision: Option<i64>,
    pub(crate) usb_policy_state: Option<String>,
    /// Why it failed.
    pub(crate) usb_policy_reason: Option<String>,
    pub(crate) usb_policy_detail: Option<String>,
    /// When it was set; what the poll for policies looks at.
    pub(crate) usb_policy_set_at: Option<DateTimeUtc>,
    pub(crate) usb_policy_actor_kind: Option<String>,
    pub(crate) usb_policy_actor_id: Option<String>,
    pub(crate) usb_policy_reported_at: Option<DateTimeUtc>,
    pub(crate) users_digest: Option<Vec<u8>>,
    pub(crate) token_generation: i64,
    pub(crate) enrolled: bool,
    /// When the generation rose last; what the poll for resets looks at.
    pub(crate) fenced_at: Option<DateTimeUtc>,
    /// Whether identity has the device's account under its present name.
    pub(crate) account_ready: bool,
    /// The last transition; never `stale`.
    pub(crate) presence: String,
    pub(crate) presence_since: Option<DateTimeUtc>,
    /// Stream of the last transition.
    pub(crate) presence_epoch: i64,
    /// Last message before the last transition to offline.
    pub(crate) last_seen_at: Option<DateTimeUtc>,
    /// Since when two computers seem to have its token.
    pub(crate) identity_conflict_at: Option<DateTimeUtc>,
    pub(crate) created_at: DateTimeUtc,
    pub(crate) updated_at: DateTimeUtc,
    /// Presence does not count.
    pub(crate) version: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
