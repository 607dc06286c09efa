//! Rows of `password_reset`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "password_reset")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) account_id: Uuid,
    /// Number of the token; a rotated key ring makes another.
    pub(crate) generation: i32,
    /// BLAKE3 of the token in the link.
    pub(crate) token_hash: Vec<u8>,
    /// Sessions that ended when the link was made.
    pub(crate) ended_sessions: i32,
    /// Whether the link was put into the queue of e-mail.
    pub(crate) emailed: bool,
    pub(crate) created_at: DateTimeUtc,
    pub(crate) expires_at: DateTimeUtc,
    /// When it was used, replaced or taken back.
    pub(crate) ended_at: Option<DateTimeUtc>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
