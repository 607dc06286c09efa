//! Rows of `run`.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "run")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    /// As the schedule's.
    pub(crate) tenant_id: Option<Uuid>,
    pub(crate) schedule_id: Uuid,
    /// Unique with the schedule.
    pub(crate) occurrence_key: String,
    /// The time on the wall it stands for, without its zone, for fixed times.
    pub(crate) nominal_time: Option<String>,
    pub(crate) due_at: DateTimeUtc,
    /// Not claimed before.
    pub(crate) available_at: DateTimeUtc,
    pub(crate) job_type: String,
    pub(crate) payload: Json,
    pub(crate) trigger: String,
    pub(crate) state: String,
    pub(crate) attempt: i32,
    pub(crate) max_attempts: i32,
    pub(crate) timeout_seconds: i32,
    pub(crate) backoff_base_ms: i64,
    pub(crate) backoff_cap_ms: i64,
    /// At most one such run of a schedule runs at a time.
    pub(crate) exclusive: bool,
    /// Random per start of a replica.
    pub(crate) lease_owner: Option<Uuid>,
    pub(crate) lease_until: Option<DateTimeUtc>,
    /// Rises with every claim.
    pub(crate) fence: i64,
    /// The end of the present attempt, whatever the lease.
    pub(crate) deadline_at: Option<DateTimeUtc>,
    pub(crate) started_at: Option<DateTimeUtc>,
    pub(crate) ended_at: Option<DateTimeUtc>,
    pub(crate) summary: String,
    /// Set in rows that stand for occurrences that never ran.
    pub(crate) skip_reason: Option<String>,
    pub(crate) skipped_count: i64,
    pub(crate) skipped_until: Option<DateTimeUtc>,
    /// Sequence of the newest log line.
    pub(crate) log_sequence: i32,
    pub(crate) created_at: DateTimeUtc,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
