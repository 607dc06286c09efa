//! Rows of `timeline_entry`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "timeline_entry")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) device_id: Uuid,
    pub(crate) kind: String,
    pub(crate) actor_kind: String,
    pub(crate) actor_id: String,
    pub(crate) occurred_at: DateTimeUtc,
    /// `[{field, old, new}]`.
    pub(crate) changes: Json,
    pub(crate) ticket_id: Option<Uuid>,
    pub(crate) note: String,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
