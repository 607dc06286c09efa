//! Rows of `export`. They go with their run.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "export")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) run_id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) created_at: DateTimeUtc,
    pub(crate) records: i64,
    pub(crate) attachments: i64,
    pub(crate) unreadable: i64,
    /// Key of the archive, once it is whole and until it is removed.
    pub(crate) file: Option<String>,
    pub(crate) size: i64,
    pub(crate) expires_at: Option<DateTimeUtc>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
