//! Devices, their tokens and timelines.

use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0101_device"
    }
}

#[async_trait::async_trait]
#[allow(elided_lifetimes_in_paths, reason = "as the trait has it")]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [device(), token(), revoked_token(), timeline_entry(), ordinal_counter()] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        let first = "INSERT INTO ordinal_counter (id, next) VALUES (1, 0)";
        manager.get_connection().execute_unprepared(first).await?;
        Ok(())
    }
}

fn device() -> TableCreateStatement {
    let mut table = Table::create()
        .table("device")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(uuid("company_id"))
        .col(uuid_null("assigned_user_id"))
        .col(big_integer("ordinal").unique_key())
        .col(string("display_name"))
        .col(string("host_name"))
        .col(text("name_key"))
        .col(text("search_key"))
        .col(string("agent_version"))
        .col(text("notes"))
        .col(string_null("smbios_uuid"))
        .col(string_null("board_serial"))
        .col(string_null("system_serial"))
        .col(string_null("machine_id"))
        .take();
    for section in ["os", "hardware", "disks", "network"] {
        table.col(json_binary_null(section)).col(binary_null(format!("{section}_digest")));
    }
    table
        .col(big_integer("token_generation"))
        .col(boolean("enrolled"))
        .col(timestamp_with_time_zone_null("fenced_at"))
        .col(boolean("account_ready"))
        .col(string("presence"))
        .col(timestamp_with_time_zone_null("presence_since"))
        .col(big_integer("presence_epoch"))
        .col(timestamp_with_time_zone_null("last_seen_at"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(big_integer("version"))
        .take()
}

fn token() -> TableCreateStatement {
    Table::create()
        .table("device_token")
        .col(binary("hash").primary_key())
        .col(uuid("device_id"))
        .col(big_integer("generation"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(ForeignKey::create().from("device_token", "device_id").to("device", "id"))
        .take()
}

fn revoked_token() -> TableCreateStatement {
    Table::create()
        .table("revoked_token")
        .col(binary("hash").primary_key())
        .col(timestamp_with_time_zone("revoked_at"))
        .take()
}

fn timeline_entry() -> TableCreateStatement {
    Table::create()
        .table("timeline_entry")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(uuid("device_id"))
        .col(string("kind"))
        .col(string("actor_kind"))
        .col(string("actor_id"))
        .col(timestamp_with_time_zone("occurred_at"))
        .col(json_binary("changes"))
        .col(uuid_null("ticket_id"))
        .col(text("note"))
        .foreign_key(ForeignKey::create().from("timeline_entry", "device_id").to("device", "id"))
        .take()
}

fn ordinal_counter() -> TableCreateStatement {
    Table::create()
        .table("ordinal_counter")
        .col(integer("id").primary_key())
        .col(big_integer("next"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index = |name: &'static str, table: &'static str, columns: &[&'static str]| {
        let mut index = Index::create().name(name).table(table).take();
        for column in columns {
            index.col(*column);
        }
        index
    };
    vec![
        index("device_by_name", "device", &["tenant_id", "name_key", "id"]),
        index("device_by_company", "device", &["tenant_id", "company_id", "name_key", "id"]),
        index("device_by_user", "device", &["tenant_id", "assigned_user_id"]),
        index("device_by_smbios_uuid", "device", &["tenant_id", "smbios_uuid"]),
        index("device_by_board_serial", "device", &["tenant_id", "board_serial"]),
        index("device_by_machine_id", "device", &["tenant_id", "machine_id"]),
        index("device_by_presence", "device", &["presence", "presence_since"]),
        index("device_by_fenced_at", "device", &["fenced_at"]),
        index("device_by_account_ready", "device", &["account_ready"]),
        index("device_token_by_device", "device_token", &["device_id"]),
        index("revoked_token_by_age", "revoked_token", &["revoked_at"]),
        index(
            "timeline_by_time",
            "timeline_entry",
            &["tenant_id", "device_id", "occurred_at", "id"],
        ),
    ]
}
