//! Rows, queries and migrations. What people ask for is asked for by tenant: they see their own
//! tenant's and the installation's. What the loops ask for is of all tenants.

mod entity;
pub(crate) mod names;

pub mod archive;
pub mod clock;
pub mod exports;
pub mod leases;
pub mod logs;
pub mod migrations;
pub mod retention;
pub mod runs;
pub mod schedules;

use chamados_chassis::id::TenantId;
use sea_orm::{
    ColumnTrait,
    sea_query::{ExprTrait as _, SimpleExpr},
};

/// Rows that people of `tenant` see: its own and the installation's.
fn visible_to(column: impl ColumnTrait, tenant: TenantId) -> SimpleExpr {
    column.eq(tenant.as_uuid()).or(column.is_null())
}
