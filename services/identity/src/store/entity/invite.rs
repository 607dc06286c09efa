//! Rows of `invite`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invite")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) email: String,
    /// Lower case; at most one open invite of a tenant has it.
    pub(crate) email_key: String,
    pub(crate) role: String,
    pub(crate) company_id: Option<Uuid>,
    pub(crate) invited_by: Option<Uuid>,
    /// Number of the link; each resending makes another.
    pub(crate) generation: i32,
    /// BLAKE3 of the token in the present link.
    pub(crate) token_hash: Vec<u8>,
    /// Until accepted, revoked, or replaced by a later one after it expired.
    pub(crate) open: bool,
    /// Whether the present link was put into the queue of e-mail.
    pub(crate) emailed: bool,
    pub(crate) created_at: DateTimeUtc,
    /// When the present link was made.
    pub(crate) sent_at: DateTimeUtc,
    pub(crate) expires_at: DateTimeUtc,
    pub(crate) accepted_at: Option<DateTimeUtc>,
    pub(crate) revoked_at: Option<DateTimeUtc>,
    /// The person it became.
    pub(crate) account_id: Option<Uuid>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
