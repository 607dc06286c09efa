//! Rows of `device_token`: the tokens that open a stream.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "device_token")]
pub(crate) struct Model {
    /// BLAKE3 of the token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) hash: Vec<u8>,
    pub(crate) device_id: Uuid,
    /// Valid only while the device has this generation.
    pub(crate) generation: i64,
    pub(crate) created_at: DateTimeUtc,
    /// Its first characters; empty for a token that is older than this column.
    pub(crate) prefix: String,
    /// Given to the agent to replace another one, and not yet known to have arrived.
    pub(crate) offered: bool,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
