//! Rows of `incident`: many devices fell silent together.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) kind: String,
    /// How many of the tenant.
    pub(crate) devices: i64,
    pub(crate) raised_at: DateTimeUtc,
    /// When it is resolved unless there is another.
    pub(crate) resolves_at: DateTimeUtc,
    /// At most one of a kind is open in a tenant.
    pub(crate) resolved_at: Option<DateTimeUtc>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
