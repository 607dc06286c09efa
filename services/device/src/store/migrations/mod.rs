//! Migrations of the device service's tables. What has landed is never changed, only added to.

mod m0101_device;
mod m0102_links;
mod m0103_usb_policy;
mod m0104_access;
mod m0105_streams;
mod m0106_software;

use chamados_store_kit::Migrations;
use sea_orm_migration::MigrationTrait;

/// All of them, in order.
#[must_use]
pub const fn migrations() -> Migrations {
    Migrations { service: "device", list, compatible_down_to: "m0106_software" }
}

fn list() -> Vec<Box<dyn MigrationTrait>> {
    let mut list = chamados_store_kit::migrations::base();
    list.push(Box::new(m0101_device::Migration));
    list.push(Box::new(m0102_links::Migration));
    list.push(Box::new(m0103_usb_policy::Migration));
    list.push(Box::new(m0104_access::Migration));
    list.push(Box::new(m0105_streams::Migration));
    list.push(Box::new(m0106_software::Migration));
    list
}
