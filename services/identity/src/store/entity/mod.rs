//! Rows as they are, one file a table.

pub(crate) mod account;
pub(crate) mod company;
pub(crate) mod session;
pub(crate) mod setup;
pub(crate) mod sign_in_failure;
pub(crate) mod tenant;
