//! Rows as they are, one file a table.

pub(crate) mod export;
pub(crate) mod run;
pub(crate) mod run_log;
pub(crate) mod schedule;
