//! Finds what was resolved on a day, which the dashboard's numbers lead to.

use sea_orm_migration::prelude::*;

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0112_resolutions"
    }
}

#[allow(elided_lifetimes_in_paths, reason = "the trait is declared so")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::create()
            .name("ticket_by_resolution")
            .table("ticket")
            .col("tenant_id")
            .col("resolved_at")
            .col("id")
            .and_where(Expr::col("resolved_at").is_not_null())
            .take();
        manager.create_index(index).await
    }
}
