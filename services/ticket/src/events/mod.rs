//! Facts of other services that matter to tickets.

pub mod tenant_created;
