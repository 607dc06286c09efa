//! Which tickets a list holds.

use chamados_chassis::id::{CompanyId, DeviceId, UserId};
use chrono::{DateTime, Utc};

use super::{Priority, Query, QueueId, Status};

/// Parts that must all match. An empty list matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TicketFilter {
    /// Any of these.
    pub statuses: Vec<Status>,
    /// Any of these.
    pub priorities: Vec<Priority>,
    /// Any of these.
    pub queues: Vec<QueueId>,
    /// Any of these.
    pub companies: Vec<CompanyId>,
    /// Any of these, or nobody where `unassigned`.
    pub assignees: Vec<UserId>,
    /// Also matches tickets nobody has.
    pub unassigned: bool,
    /// Any of these.
    pub requesters: Vec<UserId>,
    /// Any of these.
    pub devices: Vec<DeviceId>,
    /// Opened at or after.
    pub created_from: Option<DateTime<Utc>>,
    /// Opened before.
    pub created_to: Option<DateTime<Utc>>,
    /// Part of the subject, or the number.
    pub query: Option<Query>,
}
