//! Sums of what each company has, filled from what is there.
//!
//! A row's place was the queue alone; a company is one, too.

use sea_orm::{Statement, Value};
use sea_orm_migration::prelude::*;
use uuid::Uuid;

/// The migration.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0110_company_figures"
    }
}

const SUM_UP: &str = "
    INSERT INTO figure (tenant_id, hour, measure, place_id, assignee_id, value)
    SELECT tenant_id, -2, status, company_id, $1, COUNT(*)
    FROM ticket WHERE company_id IS NOT NULL GROUP BY tenant_id, status, company_id";

#[allow(elided_lifetimes_in_paths, reason = "the trait is declared so")]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["figure", "figure_change"] {
            let rename = Table::alter().table(table).rename_column("queue_id", "place_id").take();
            manager.alter_table(rename).await?;
        }
        let (db, backend) = (manager.get_connection(), manager.get_database_backend());
        let nil = [Value::from(Uuid::nil())];
        db.execute_raw(Statement::from_sql_and_values(backend, SUM_UP, nil)).await?;
        Ok(())
    }
}
