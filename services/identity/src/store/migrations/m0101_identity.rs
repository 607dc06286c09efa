//! Tenants, companies, accounts, sessions, set-up.

use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0101_identity"
    }
}

#[allow(elided_lifetimes_in_paths, reason = "as the trait has it")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [tenant(), company(), account(), session(), setup(), sign_in_failure()] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn tenant() -> TableCreateStatement {
    Table::create()
        .table("tenant")
        .col(uuid("id").primary_key())
        .col(string("name"))
        .col(timestamp_with_time_zone("created_at"))
        .take()
}

fn company() -> TableCreateStatement {
    Table::create()
        .table("company")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(string("name"))
        .col(string("name_key"))
        .col(string("nickname"))
        .col(string_uniq("provisioning_code"))
        .col(boolean("active"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(big_integer("version"))
        .foreign_key(ForeignKey::create().from("company", "tenant_id").to("tenant", "id"))
        .take()
}

fn account() -> TableCreateStatement {
    Table::create()
        .table("account")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(string("name"))
        .col(string("name_key"))
        .col(string_null("email"))
        .col(string_null("email_key"))
        .col(string("role"))
        .col(uuid_null("company_id"))
        .col(boolean("active"))
        .col(uuid_null("device_id").unique_key())
        .col(string_null("password_hash"))
        .col(string_null("locale"))
        .col(string_null("theme"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(big_integer("version"))
        .foreign_key(ForeignKey::create().from("account", "tenant_id").to("tenant", "id"))
        .foreign_key(ForeignKey::create().from("account", "company_id").to("company", "id"))
        .take()
}

fn session() -> TableCreateStatement {
    Table::create()
        .table("session")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(uuid("account_id"))
        .col(binary("token_hash").unique_key())
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("last_seen_at"))
        .col(string("client_address"))
        .col(string("user_agent"))
        .foreign_key(ForeignKey::create().from("session", "account_id").to("account", "id"))
        .take()
}

fn setup() -> TableCreateStatement {
    Table::create()
        .table("setup")
        .col(integer("id").primary_key())
        .col(binary_null("token_hash"))
        .col(timestamp_with_time_zone("issued_at"))
        .take()
}

fn sign_in_failure() -> TableCreateStatement {
    Table::create()
        .table("sign_in_failure")
        .col(string("email_key"))
        .col(string("client_address"))
        .col(integer("count"))
        .col(timestamp_with_time_zone("since"))
        .primary_key(Index::create().col("email_key").col("client_address"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index =
        |name: &'static str, table: &'static str| Index::create().name(name).table(table).take();
    vec![
        index("company_nickname", "company").col("tenant_id").col("nickname").unique().take(),
        index("company_by_name", "company").col("tenant_id").col("name_key").col("id").take(),
        index("account_email", "account").col("tenant_id").col("email_key").unique().take(),
        index("account_sign_in", "account").col("email_key").take(),
        index("account_by_name", "account").col("tenant_id").col("name_key").col("id").take(),
        index("session_by_account", "session").col("account_id").take(),
        index("session_by_last_seen", "session").col("last_seen_at").take(),
        index("sign_in_failure_by_since", "sign_in_failure").col("since").take(),
    ]
}
