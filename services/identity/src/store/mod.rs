//! Rows, queries and migrations. Everything that belongs to a tenant is asked for by tenant.

mod entity;

pub mod companies;
pub mod migrations;
pub mod sessions;
pub mod setup;
pub mod sign_in_failures;
pub mod tenants;
pub mod users;
