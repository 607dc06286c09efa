//! The kit's own tables, which every service has beside its own.

mod m0001_messaging;
mod m0002_job_run;

use sea_orm_migration::MigrationTrait;

/// The migrations of the outbox, the inbox and the processed requests. A service lists them before
/// its own.
#[must_use]
pub fn base() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(m0001_messaging::Migration), Box::new(m0002_job_run::Migration)]
}
