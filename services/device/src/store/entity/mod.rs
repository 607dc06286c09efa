//! Rows as they are, one file a table.

pub(crate) mod device;
pub(crate) mod device_link;
pub(crate) mod incident;
pub(crate) mod ordinal_counter;
pub(crate) mod revoked_token;
pub(crate) mod software;
pub(crate) mod software_part;
pub(crate) mod timeline_entry;
pub(crate) mod token;
