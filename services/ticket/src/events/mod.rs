//! Facts of other services that matter to tickets.

pub mod tenant_created;
pub mod user_moved;
pub mod users_merged;
