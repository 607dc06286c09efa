//! Rows of `chat_message`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "chat_message")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) chat_id: Uuid,
    /// Unique in the chat, without gaps: counted in the chat's own row.
    pub(crate) sequence: i64,
    pub(crate) author_kind: String,
    pub(crate) author_id: String,
    pub(crate) body: String,
    pub(crate) created_at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
