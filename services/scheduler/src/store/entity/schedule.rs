//! Rows of `schedule`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "schedule")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    /// Null: the installation's own.
    pub(crate) tenant_id: Option<Uuid>,
    pub(crate) key: String,
    pub(crate) job_type: String,
    pub(crate) description: String,
    pub(crate) payload: Json,
    pub(crate) kind: String,
    pub(crate) expression: String,
    pub(crate) time_zone: String,
    pub(crate) overlap: String,
    pub(crate) misfire: String,
    pub(crate) catch_up_seconds: i32,
    pub(crate) catch_up_maximum: i32,
    pub(crate) timeout_seconds: i32,
    pub(crate) max_attempts: i32,
    pub(crate) backoff_base_ms: i64,
    pub(crate) backoff_cap_ms: i64,
    pub(crate) jitter_seconds: i32,
    pub(crate) state: String,
    pub(crate) state_reason: String,
    pub(crate) state_actor_kind: Option<String>,
    pub(crate) state_actor_id: Option<String>,
    /// Null while paused.
    pub(crate) next_fire_at: Option<DateTimeUtc>,
    pub(crate) failures_in_a_row: i32,
    pub(crate) skipped_missed: i64,
    pub(crate) skipped_overlap: i64,
    pub(crate) created_at: DateTimeUtc,
    pub(crate) updated_at: DateTimeUtc,
    pub(crate) version: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
