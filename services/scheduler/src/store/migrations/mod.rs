//! Migrations of the scheduler's tables. What has landed is never changed, only added to.

mod m0101_scheduler;
mod m0102_exports;

use chamados_store_kit::Migrations;
use sea_orm_migration::MigrationTrait;

/// All of them, in order.
#[must_use]
pub fn migrations() -> Migrations {
    Migrations { service: "scheduler", list, compatible_down_to: "m0102_exports" }
}

fn list() -> Vec<Box<dyn MigrationTrait>> {
    let mut list = chamados_store_kit::migrations::base();
    list.push(Box::new(m0101_scheduler::Migration));
    list.push(Box::new(m0102_exports::Migration));
    list
}
