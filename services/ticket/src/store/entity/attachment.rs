//! Rows of `attachment`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "attachment")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    /// `uploading`, `stored` or `removing`: a file without a row does not exist, so the row is first to
    /// come and last to go.
    pub(crate) state: String,
    pub(crate) uploader_kind: String,
    pub(crate) uploader_id: String,
    pub(crate) file_name: String,
    pub(crate) content_type: String,
    pub(crate) size: i64,
    /// In hexadecimal.
    pub(crate) blake3: String,
    pub(crate) created_at: DateTimeUtc,
    /// Null while it is attached nowhere.
    pub(crate) ticket_id: Option<Uuid>,
    /// Null for a description's.
    pub(crate) comment_id: Option<Uuid>,
    /// As the comment is.
    pub(crate) internal: bool,
    /// Among those that came with it.
    pub(crate) position: i32,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
