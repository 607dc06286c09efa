//! Rows, queries and migrations. Everything that belongs to a tenant is asked for by tenant; what
//! the sweep and the streams do spans tenants, by ordinal or token.

mod entity;
mod row;
mod usb_policy_row;

pub mod archive;
pub mod devices;
pub mod incidents;
pub mod links;
pub mod listing;
pub mod migrations;
pub mod presence;
pub mod software;
pub mod timeline;
pub mod tokens;
pub mod usb_policies;
