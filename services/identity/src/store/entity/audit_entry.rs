//! Rows of `audit_entry`, which are never changed.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) occurred_at: DateTimeUtc,
    pub(crate) actor_kind: String,
    /// A UUID, or the name of a service.
    pub(crate) actor_id: String,
    pub(crate) action: String,
    pub(crate) target_kind: String,
    /// A UUID, or the key of a schedule.
    pub(crate) target_id: String,
    pub(crate) target_name: String,
    /// `[{"field", "old", "new"}, …]`.
    pub(crate) fields: Json,
    /// Empty for work of a timer.
    pub(crate) request_id: String,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
