//! Rows of `work_session`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "work_session")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) ticket_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) started_at: DateTimeUtc,
    /// Null while open; at most one row of a ticket is.
    pub(crate) ended_at: Option<DateTimeUtc>,
    /// How long it lasted; null while open.
    pub(crate) seconds: Option<i64>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
