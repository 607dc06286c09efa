//! Migrations of identity's tables. What has landed is never changed, only added to.

mod m0101_identity;
mod m0102_people;
mod m0103_automation;
mod m0104_default_filter;

use chamados_store_kit::Migrations;
use sea_orm_migration::MigrationTrait;

/// All of them, in order.
#[must_use]
pub fn migrations() -> Migrations {
    Migrations { service: "identity", list, compatible_down_to: "m0104_default_filter" }
}

fn list() -> Vec<Box<dyn MigrationTrait>> {
    let mut list = chamados_store_kit::migrations::base();
    list.push(Box::new(m0101_identity::Migration));
    list.push(Box::new(m0102_people::Migration));
    list.push(Box::new(m0103_automation::Migration));
    list.push(Box::new(m0104_default_filter::Migration));
    list
}
