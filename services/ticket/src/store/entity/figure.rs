//! Rows of `figure`: sums, as far as they were taken together.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "figure")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    /// Full hours since 1970 in UTC; -1 and -2 for what is now, by queue and by company.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) hour: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) measure: String,
    /// The queue; the company where the hour is -2; nil for what happened.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) place_id: Uuid,
    /// Nil for nobody.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) assignee_id: Uuid,
    pub(crate) value: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
