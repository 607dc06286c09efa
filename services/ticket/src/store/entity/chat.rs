//! Rows of `chat`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "chat")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) ticket_id: Uuid,
    pub(crate) started_by_kind: String,
    pub(crate) started_by_id: String,
    pub(crate) started_at: DateTimeUtc,
    /// Null while open, as all that tells of the end; at most one row of a ticket is.
    pub(crate) ending: Option<String>,
    pub(crate) ended_by_kind: Option<String>,
    pub(crate) ended_by_id: Option<String>,
    pub(crate) ended_at: Option<DateTimeUtc>,
    pub(crate) last_sequence: i64,
    pub(crate) active_at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
