//! Accounts that were merged or moved, invites, password resets, the queue of e-mail.

use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0102_people"
    }
}

#[allow(elided_lifetimes_in_paths, reason = "as the trait has it")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One column a statement: SQLite takes no more.
        for column in [boolean("platform").default(false).take(), uuid_null("merged_into")] {
            let alter = Table::alter().table("account").add_column(column).take();
            manager.alter_table(alter).await?;
        }
        let ended = timestamp_with_time_zone_null("ended_at");
        manager.alter_table(Table::alter().table("session").add_column(ended).take()).await?;
        for table in [former_member(), invite(), password_reset(), mail()] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn former_member() -> TableCreateStatement {
    Table::create()
        .table("former_member")
        .col(uuid("tenant_id"))
        .col(uuid("account_id"))
        .col(string("name"))
        .col(string("role"))
        .primary_key(Index::create().col("tenant_id").col("account_id"))
        .foreign_key(ForeignKey::create().from("former_member", "tenant_id").to("tenant", "id"))
        .foreign_key(ForeignKey::create().from("former_member", "account_id").to("account", "id"))
        .take()
}

fn invite() -> TableCreateStatement {
    Table::create()
        .table("invite")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(string("email"))
        .col(string("email_key"))
        .col(string("role"))
        .col(uuid_null("company_id"))
        .col(uuid_null("invited_by"))
        .col(integer("generation"))
        .col(binary("token_hash").unique_key())
        .col(boolean("open"))
        .col(boolean("emailed"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("sent_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("accepted_at"))
        .col(timestamp_with_time_zone_null("revoked_at"))
        .col(uuid_null("account_id"))
        .foreign_key(ForeignKey::create().from("invite", "tenant_id").to("tenant", "id"))
        .foreign_key(ForeignKey::create().from("invite", "company_id").to("company", "id"))
        .take()
}

fn password_reset() -> TableCreateStatement {
    Table::create()
        .table("password_reset")
        .col(uuid("id").primary_key())
        .col(uuid("tenant_id"))
        .col(uuid("account_id"))
        .col(integer("generation"))
        .col(binary("token_hash").unique_key())
        .col(integer("ended_sessions"))
        .col(boolean("emailed"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("expires_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .foreign_key(ForeignKey::create().from("password_reset", "account_id").to("account", "id"))
        .take()
}

fn mail() -> TableCreateStatement {
    Table::create()
        .table("mail")
        .col(uuid("id").primary_key())
        .col(string("template"))
        .col(uuid("subject_id"))
        .col(integer("generation"))
        .col(string("recipient"))
        .col(integer("attempts"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("next_attempt_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index =
        |name: &'static str, table: &'static str| Index::create().name(name).table(table).take();
    vec![
        // One invite of an address at a time, and one link of a person.
        index("invite_open", "invite")
            .col("tenant_id")
            .col("email_key")
            .unique()
            .and_where(Expr::col("open").eq(true))
            .take(),
        index("invite_by_time", "invite").col("tenant_id").col("created_at").col("id").take(),
        index("password_reset_open", "password_reset")
            .col("account_id")
            .unique()
            .and_where(Expr::col("ended_at").is_null())
            .take(),
        index("password_reset_by_end", "password_reset").col("expires_at").take(),
        index("mail_due", "mail")
            .col("next_attempt_at")
            .and_where(Expr::col("ended_at").is_null())
            .take(),
        index("mail_by_end", "mail").col("ended_at").take(),
        // Of an admin's tenant, for the rule that one must be left.
        index("account_by_role", "account").col("tenant_id").col("role").take(),
    ]
}
