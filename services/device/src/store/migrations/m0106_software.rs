//! What is installed on computers, a row a program.

use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0106_software"
    }
}

#[async_trait::async_trait]
#[allow(elided_lifetimes_in_paths, reason = "as the trait has it")]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let device = |table: &'static str| {
            ForeignKey::create().from(table, "device_id").to("device", "id").to_owned()
        };
        let programs = Table::create()
            .table("software")
            .col(uuid("device_id"))
            .col(string("name"))
            .col(uuid("tenant_id"))
            .col(integer("part"))
            .col(string("name_key"))
            .col(string("version"))
            .col(string("publisher"))
            .primary_key(Index::create().col("device_id").col("name"))
            .foreign_key(&mut device("software"))
            .take();
        let parts = Table::create()
            .table("software_part")
            .col(uuid("device_id"))
            .col(integer("part"))
            .col(binary("digest"))
            .col(timestamp_with_time_zone("reported_at"))
            .primary_key(Index::create().col("device_id").col("part"))
            .foreign_key(&mut device("software_part"))
            .take();
        manager.create_table(programs).await?;
        manager.create_table(parts).await?;
        let mut by_name = Index::create().name("software_by_name").table("software").take();
        let by_name = by_name.col("device_id").col("name_key").col("name").take();
        manager.create_index(by_name).await
    }
}
