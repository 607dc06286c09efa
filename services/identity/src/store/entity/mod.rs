//! Rows as they are, one file a table.

pub(crate) mod account;
pub(crate) mod api_key;
pub(crate) mod audit_entry;
pub(crate) mod company;
pub(crate) mod former_member;
pub(crate) mod invite;
pub(crate) mod mail;
pub(crate) mod password_reset;
pub(crate) mod service_account;
pub(crate) mod session;
pub(crate) mod setup;
pub(crate) mod sign_in_failure;
pub(crate) mod tenant;
pub(crate) mod user_merge;
pub(crate) mod user_merge_moved;
