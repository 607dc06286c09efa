//! Rows, queries and migrations. Everything that belongs to a tenant is asked for by tenant.

mod entity;

pub mod api_keys;
pub mod archive;
pub mod audit;
pub mod companies;
pub mod former_members;
pub mod invites;
pub mod mails;
pub mod merges;
pub mod migrations;
pub mod resets;
pub mod service_accounts;
pub mod sessions;
pub mod setup;
pub mod sign_in_failures;
pub mod tenants;
pub mod users;
