//! Rows of `software`: a program on a device.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "software")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) device_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) name: String,
    pub(crate) tenant_id: Uuid,
    /// In which part of the list it is.
    pub(crate) part: i32,
    /// Folded; lists are in its order.
    pub(crate) name_key: String,
    pub(crate) version: String,
    pub(crate) publisher: String,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
