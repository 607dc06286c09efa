//! Schedules, runs and their logs.

use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0101_scheduler"
    }
}

#[allow(elided_lifetimes_in_paths, reason = "the trait is declared so")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [schedule(), run(), run_log()] {
            manager.create_table(table).await?;
        }
        let db = manager.get_connection();
        for index in INDEXES {
            db.execute_unprepared(index).await?;
        }
        Ok(())
    }
}

/// Written out, because most of them cover some rows only.
const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX schedule_key ON schedule (tenant_id, key) WHERE tenant_id IS NOT NULL",
    "CREATE UNIQUE INDEX schedule_key_of_installation ON schedule (key) WHERE tenant_id IS NULL",
    "CREATE INDEX schedule_due ON schedule (next_fire_at) WHERE next_fire_at IS NOT NULL",
    "CREATE UNIQUE INDEX run_occurrence ON run (schedule_id, occurrence_key)",
    "CREATE INDEX run_of_schedule ON run (schedule_id, id)",
    // The rule itself, not only a help: whatever the claims see, one of them fails here.
    "CREATE UNIQUE INDEX run_exclusive ON run (schedule_id) WHERE state = 'running' AND exclusive",
    "CREATE INDEX run_ready ON run (available_at) WHERE state = 'ready'",
    "CREATE INDEX run_running ON run (lease_until) WHERE state = 'running'",
    "CREATE INDEX run_ended ON run (ended_at) WHERE ended_at IS NOT NULL",
];

fn schedule() -> TableCreateStatement {
    Table::create()
        .table("schedule")
        .col(uuid("id").primary_key())
        .col(uuid_null("tenant_id"))
        .col(string("key"))
        .col(string("job_type"))
        .col(text("description"))
        .col(json_binary("payload"))
        .col(string("kind"))
        .col(string("expression"))
        .col(string("time_zone"))
        .col(string("overlap"))
        .col(string("misfire"))
        .col(integer("catch_up_seconds"))
        .col(integer("catch_up_maximum"))
        .col(integer("timeout_seconds"))
        .col(integer("max_attempts"))
        .col(big_integer("backoff_base_ms"))
        .col(big_integer("backoff_cap_ms"))
        .col(integer("jitter_seconds"))
        .col(string("state"))
        .col(text("state_reason"))
        .col(string_null("state_actor_kind"))
        .col(string_null("state_actor_id"))
        .col(timestamp_with_time_zone_null("next_fire_at"))
        .col(integer("failures_in_a_row"))
        .col(big_integer("skipped_missed"))
        .col(big_integer("skipped_overlap"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(big_integer("version"))
        .take()
}

fn run() -> TableCreateStatement {
    Table::create()
        .table("run")
        .col(uuid("id").primary_key())
        .col(uuid_null("tenant_id"))
        .col(uuid("schedule_id"))
        .col(string("occurrence_key"))
        .col(string_null("nominal_time"))
        .col(timestamp_with_time_zone("due_at"))
        .col(timestamp_with_time_zone("available_at"))
        .col(string("job_type"))
        .col(json_binary("payload"))
        .col(string("trigger"))
        .col(string("state"))
        .col(integer("attempt"))
        .col(integer("max_attempts"))
        .col(integer("timeout_seconds"))
        .col(big_integer("backoff_base_ms"))
        .col(big_integer("backoff_cap_ms"))
        .col(boolean("exclusive"))
        .col(uuid_null("lease_owner"))
        .col(timestamp_with_time_zone_null("lease_until"))
        .col(big_integer("fence"))
        .col(timestamp_with_time_zone_null("deadline_at"))
        .col(timestamp_with_time_zone_null("started_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .col(text("summary"))
        .col(string_null("skip_reason"))
        .col(big_integer("skipped_count"))
        .col(timestamp_with_time_zone_null("skipped_until"))
        .col(integer("log_sequence"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(ForeignKey::create().from("run", "schedule_id").to("schedule", "id"))
        .take()
}

fn run_log() -> TableCreateStatement {
    Table::create()
        .table("run_log")
        .col(uuid("run_id"))
        .col(integer("sequence"))
        .col(integer("attempt"))
        .col(timestamp_with_time_zone("time"))
        .col(string("level"))
        .col(string("code"))
        .col(text("message"))
        .col(json_binary("fields"))
        .primary_key(Index::create().col("run_id").col("sequence"))
        .foreign_key(
            ForeignKey::create()
                .from("run_log", "run_id")
                .to("run", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
