//! Rows of `revoked_token`: tokens that opened a stream once. They open nothing; they tell an
//! agent that it was reset from one that was never known, and people what became of a token.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "revoked_token")]
pub(crate) struct Model {
    /// BLAKE3 of the token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) hash: Vec<u8>,
    pub(crate) revoked_at: DateTimeUtc,
    /// Absent, as what follows, for one revoked before it was kept.
    pub(crate) device_id: Option<Uuid>,
    pub(crate) generation: Option<i64>,
    pub(crate) created_at: Option<DateTimeUtc>,
    pub(crate) prefix: Option<String>,
    /// When the device was last heard with it.
    pub(crate) last_used_at: Option<DateTimeUtc>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
