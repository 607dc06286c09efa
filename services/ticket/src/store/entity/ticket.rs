//! Rows of `ticket`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ticket")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) number: i64,
    pub(crate) subject: String,
    /// Without case and accents, for searching.
    pub(crate) subject_key: String,
    pub(crate) description: String,
    pub(crate) status: String,
    /// While paused.
    pub(crate) pause_reason: Option<String>,
    /// While in progress.
    pub(crate) working_since: Option<DateTimeUtc>,
    /// While resolved.
    pub(crate) resolved_at: Option<DateTimeUtc>,
    pub(crate) priority: String,
    pub(crate) queue_id: Uuid,
    pub(crate) requester_id: Uuid,
    pub(crate) company_id: Option<Uuid>,
    pub(crate) device_id: Option<Uuid>,
    pub(crate) assignee_id: Option<Uuid>,
    pub(crate) worked_seconds: i64,
    pub(crate) created_at: DateTimeUtc,
    pub(crate) updated_at: DateTimeUtc,
    pub(crate) version: i64,
    pub(crate) category_id: Option<Uuid>,
    /// List of texts; `ticket_tag` finds tickets by them.
    #[sea_orm(column_type = "JsonBinary")]
    pub(crate) tags: Json,
    /// List of ids; `ticket_watcher` finds tickets by them.
    #[sea_orm(column_type = "JsonBinary")]
    pub(crate) watchers: Json,
    /// Urgent is 0, low 3.
    pub(crate) priority_order: i32,
    /// When staff first answered in public; written by itself, since an answer is no change of the ticket.
    pub(crate) first_responded_at: Option<DateTimeUtc>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
