//! Rows of `search_doc`: the words of a ticket or a comment. SQLite's `search_word` follows by triggers.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "search_doc")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) id: i64,
    pub(crate) tenant_id: Uuid,
    pub(crate) ticket_id: Uuid,
    /// Of the ticket or of the comment.
    pub(crate) entity_id: Uuid,
    /// For staff alone.
    pub(crate) internal: bool,
    /// With blanks between; letters and digits alone.
    pub(crate) words: String,
    /// So that what is found can be put in order without looking at the tickets.
    pub(crate) ticket_created_at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
