//! Migrations of the ticket service's tables. What has landed is never changed, only added to.

mod m0101_tickets;
mod m0102_references;
mod m0103_facts;
mod m0104_search;
mod m0105_attachments;
mod m0106_chats;
mod m0107_figures;
mod m0108_drafts;
mod m0109_statistics;
mod m0110_company_figures;
mod m0111_search_times;
mod m0112_resolutions;

use chamados_store_kit::Migrations;
use sea_orm_migration::MigrationTrait;

/// All of them, in order.
#[must_use]
pub fn migrations() -> Migrations {
    Migrations { service: "ticket", list, compatible_down_to: "m0111_search_times" }
}

fn list() -> Vec<Box<dyn MigrationTrait>> {
    let mut list = chamados_store_kit::migrations::base();
    list.push(Box::new(m0101_tickets::Migration));
    list.push(Box::new(m0102_references::Migration));
    list.push(Box::new(m0103_facts::Migration));
    list.push(Box::new(m0104_search::Migration));
    list.push(Box::new(m0105_attachments::Migration));
    list.push(Box::new(m0106_chats::Migration));
    list.push(Box::new(m0107_figures::Migration));
    list.push(Box::new(m0108_drafts::Migration));
    list.push(Box::new(m0109_statistics::Migration));
    list.push(Box::new(m0110_company_figures::Migration));
    list.push(Box::new(m0111_search_times::Migration));
    list.push(Box::new(m0112_resolutions::Migration));
    list
}
