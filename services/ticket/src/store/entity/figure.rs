//! Rows of `figure`: sums, as far as they were taken together.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "figure")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    /// Full hours since 1970 in UTC; -1 for what is now.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) hour: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) measure: String,
    /// Nil for what is of no queue.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) queue_id: Uuid,
    /// Nil for nobody.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) assignee_id: Uuid,
    pub(crate) value: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
