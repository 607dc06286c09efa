//! The kit's own tables, which every service has beside its own.

mod m0001_messaging;
mod m0002_job_run;
mod m0003_merged_account;
mod m0004_reference_move;

use sea_orm_migration::MigrationTrait;

/// The migrations of the kit's tables. A service lists them before
/// its own.
#[must_use]
pub fn base() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m0001_messaging::Migration),
        Box::new(m0002_job_run::Migration),
        Box::new(m0003_merged_account::Migration),
        Box::new(m0004_reference_move::Migration),
    ]
}
