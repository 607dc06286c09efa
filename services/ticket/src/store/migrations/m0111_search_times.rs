//! When a ticket was opened, beside its words: what is found can be put in order where it is found.

use sea_orm_migration::{prelude::*, schema::*};

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0111_search_times"
    }
}

const FILL: &str = "
    UPDATE search_doc SET ticket_created_at =
        (SELECT created_at FROM ticket WHERE ticket.id = search_doc.ticket_id)";

#[allow(elided_lifetimes_in_paths, reason = "the trait is declared so")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds no column without a value for the rows that there are.
        let time = timestamp_with_time_zone("ticket_created_at")
            .default("1970-01-01T00:00:00+00:00")
            .take();
        manager.alter_table(Table::alter().table("search_doc").add_column(time).take()).await?;
        manager.get_connection().execute_unprepared(FILL).await?;
        Ok(())
    }
}
