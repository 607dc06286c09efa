//! Rows of `run_log`. They go with their run.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "run_log")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) run_id: Uuid,
    /// Counts up from 1 in the run.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) sequence: i32,
    pub(crate) attempt: i32,
    pub(crate) time: DateTimeUtc,
    pub(crate) level: String,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) fields: Json,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
