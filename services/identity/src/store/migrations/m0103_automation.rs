//! The audit log, service accounts and their keys, merges of accounts.

use sea_orm::DbBackend;
use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0103_automation"
    }
}

#[allow(elided_lifetimes_in_paths, reason = "as the trait has it")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [audit_entry(), service_account(), api_key(), user_merge(), user_merge_moved()]
        {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        let append_only = match manager.get_database_backend() {
            DbBackend::Sqlite => APPEND_ONLY_SQLITE,
            _ => APPEND_ONLY_POSTGRES,
        };
        for statement in append_only {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

const APPEND_ONLY_POSTGRES: &[&str] = &[
    "CREATE FUNCTION audit_entry_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
         RAISE EXCEPTION 'the audit log is only ever added to';
     END
     $$",
    "CREATE TRIGGER audit_entry_is_final
     BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
     FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_final()",
];

const APPEND_ONLY_SQLITE: &[&str] = &[
    "CREATE TRIGGER audit_entry_is_not_changed BEFORE UPDATE ON audit_entry
     BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END",
    "CREATE TRIGGER audit_entry_is_not_removed BEFORE DELETE ON audit_entry
     BEGIN SELECT RAISE(ABORT, 'the audit log is only ever added to'); END",
];

/// Without foreign keys: whatever another service tells of is kept.
fn audit_entry() -> TableCreateStatement {
    Table::create()
        .table("audit_entry")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(timestamp_with_time_zone("occurred_at"))
        .col(string("actor_kind"))
        .col(string("actor_id"))
        .col(string("action"))
        .col(string("target_kind"))
        .col(string("target_id"))
        .col(string("target_name"))
        .col(json_binary("fields"))
        .col(string("request_id"))
        .take()
}

fn service_account() -> TableCreateStatement {
    Table::create()
        .table("service_account")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(string("name"))
        .col(string("name_key"))
        .col(string("name_lower"))
        .col(string("description"))
        .col(boolean("active"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(big_integer("version"))
        .foreign_key(ForeignKey::create().from("service_account", "tenant_id").to("tenant", "id"))
        .take()
}

fn api_key() -> TableCreateStatement {
    Table::create()
        .table("api_key")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(uuid("service_account_id"))
        .col(binary("secret_hash").unique_key())
        .col(string("hint"))
        .col(string("scopes"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("expires_at"))
        .col(timestamp_with_time_zone_null("revoked_at"))
        .col(timestamp_with_time_zone_null("last_used_at"))
        .foreign_key(
            ForeignKey::create().from("api_key", "service_account_id").to("service_account", "id"),
        )
        .take()
}

fn user_merge() -> TableCreateStatement {
    Table::create()
        .table("user_merge")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(uuid("from_id").unique_key())
        .col(uuid("into_id"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("finished_at"))
        .foreign_key(ForeignKey::create().from("user_merge", "from_id").to("account", "id"))
        .foreign_key(ForeignKey::create().from("user_merge", "into_id").to("account", "id"))
        .take()
}

fn user_merge_moved() -> TableCreateStatement {
    Table::create()
        .table("user_merge_moved")
        .col(uuid("merge_id"))
        .col(string("service"))
        .col(json_binary("counts"))
        .primary_key(Index::create().col("merge_id").col("service"))
        .foreign_key(
            ForeignKey::create().from("user_merge_moved", "merge_id").to("user_merge", "id"),
        )
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index =
        |name: &'static str, table: &'static str| Index::create().name(name).table(table).take();
    let audit = |name: &'static str| index(name, "audit_entry").col("tenant_id").take();
    vec![
        audit("audit_entry_by_time").col("occurred_at").col("id").take(),
        audit("audit_entry_by_actor").col("actor_id").col("occurred_at").col("id").take(),
        audit("audit_entry_by_target").col("target_id").col("occurred_at").col("id").take(),
        index("service_account_name", "service_account")
            .col("tenant_id")
            .col("name_lower")
            .unique()
            .take(),
        index("service_account_by_name", "service_account")
            .col("tenant_id")
            .col("name_key")
            .col("id")
            .take(),
        index("api_key_by_account", "api_key").col("service_account_id").take(),
        index("tenant_by_name", "tenant").col("name").col("id").take(),
    ]
}
