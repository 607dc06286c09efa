//! The handlers, a file per resource, each with what it takes and gives as JSON. A handler turns
//! HTTP into one call of a service and the answer into JSON with names; it decides nothing.

pub(crate) mod auth;
pub(crate) mod changes;
pub(crate) mod comments;
pub(crate) mod companies;
pub(crate) mod devices;
pub(crate) mod events;
pub(crate) mod inventory;
pub(crate) mod jobs;
pub(crate) mod me;
pub(crate) mod ops;
pub(crate) mod queues;
pub(crate) mod runs;
pub(crate) mod setup;
pub(crate) mod tickets;
pub(crate) mod timeline;
pub(crate) mod transitions;
pub(crate) mod users;
