//! Rows of `figure_change`: what is to be added to the sums in `figure`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "figure_change")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) tenant_id: Uuid,
    /// As in `figure`, and so are the others.
    pub(crate) hour: i64,
    pub(crate) measure: String,
    pub(crate) place_id: Uuid,
    pub(crate) assignee_id: Uuid,
    pub(crate) value: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
