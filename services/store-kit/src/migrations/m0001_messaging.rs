//! Tables of [`outbox`](crate::outbox), [`inbox`](crate::inbox) and
//! [`idempotency`](crate::idempotency).

use sea_orm_migration::{MigrationName, prelude::*};

pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "base_0001_messaging"
    }
}

#[async_trait::async_trait]
#[allow(elided_lifetimes_in_paths, reason = "as the trait has it")]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("outbox")
                    .col(ColumnDef::new("seq").big_integer().auto_increment().primary_key())
                    .col(ColumnDef::new("event_type").string().not_null())
                    .col(ColumnDef::new("event").binary().not_null())
                    .col(ColumnDef::new("sent_at").timestamp_with_time_zone())
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("relay_state")
                    .col(ColumnDef::new("id").integer().primary_key())
                    .col(ColumnDef::new("incarnation").string().not_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("inbox")
                    .col(ColumnDef::new("consumer").string().not_null())
                    .col(ColumnDef::new("event_id").uuid().not_null())
                    .col(ColumnDef::new("accepted_at").timestamp_with_time_zone().not_null())
                    .primary_key(Index::create().col("consumer").col("event_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("processed_request")
                    .col(ColumnDef::new("tenant_id").uuid().not_null())
                    .col(ColumnDef::new("actor").string().not_null())
                    .col(ColumnDef::new("method").string().not_null())
                    .col(ColumnDef::new("request_id").string().not_null())
                    .col(ColumnDef::new("fingerprint").binary().not_null())
                    .col(ColumnDef::new("response").binary())
                    .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
                    .primary_key(
                        Index::create()
                            .col("tenant_id")
                            .col("actor")
                            .col("method")
                            .col("request_id"),
                    )
                    .to_owned(),
            )
            .await?;
        let db = manager.get_connection();
        for statement in [
            "INSERT INTO relay_state (id, incarnation) VALUES (1, '')",
            "CREATE INDEX outbox_unsent ON outbox (seq) WHERE sent_at IS NULL",
            "CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL",
            "CREATE INDEX inbox_accepted_at ON inbox (accepted_at)",
            "CREATE INDEX processed_request_created_at ON processed_request (created_at)",
        ] {
            db.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}
