//! Rows of `ticket_event`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket_event")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) ticket_id: Uuid,
    pub(crate) kind: String,
    pub(crate) actor_kind: String,
    pub(crate) actor_id: String,
    pub(crate) occurred_at: DateTimeUtc,
    pub(crate) version: i64,
    /// List of `FieldChange`.
    #[sea_orm(column_type = "JsonBinary")]
    pub(crate) changes: Json,
    pub(crate) note: String,
    pub(crate) comment_id: Option<Uuid>,
    /// Refers to an internal comment.
    pub(crate) internal: bool,
    pub(crate) chat_id: Option<Uuid>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
