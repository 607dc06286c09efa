//! The handlers, a file per resource, each with what it takes and gives as JSON. A handler turns
//! HTTP into one call of a service and the answer into JSON with names; it decides nothing.

pub(crate) mod activity;
pub(crate) mod attachments;
pub(crate) mod audit;
pub(crate) mod auth;
pub(crate) mod bulk;
pub(crate) mod categories;
pub(crate) mod changes;
pub(crate) mod chats;
pub(crate) mod comments;
pub(crate) mod companies;
pub(crate) mod dashboard;
pub(crate) mod device_links;
pub(crate) mod devices;
pub(crate) mod drafts;
pub(crate) mod events;
pub(crate) mod inventory;
pub(crate) mod invites;
pub(crate) mod jobs;
pub(crate) mod links;
pub(crate) mod me;
pub(crate) mod merges;
pub(crate) mod ops;
pub(crate) mod queues;
pub(crate) mod runs;
pub(crate) mod service_accounts;
pub(crate) mod sessions;
pub(crate) mod setup;
pub(crate) mod tenants;
pub(crate) mod ticket_export;
pub(crate) mod ticket_filter;
pub(crate) mod tickets;
pub(crate) mod timeline;
pub(crate) mod transitions;
pub(crate) mod usb_policy;
pub(crate) mod users;
