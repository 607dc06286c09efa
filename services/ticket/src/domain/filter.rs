//! Which tickets a list holds.

use chamados_chassis::id::{CompanyId, DeviceId, UserId};
use chrono::{DateTime, Utc};

use super::{CategoryId, Group, Priority, Query, QueueId, Status, words::words};

words!(
    /// In which order a list is.
    TicketSort {
        /// Opened last comes first.
        Newest = "newest",
        /// Opened first comes first.
        Oldest = "oldest",
        /// Changed last comes first.
        Updated = "updated",
        /// Urgent first, then high, normal, low; among equals the oldest first.
        Priority = "priority",
        /// Open tickets nobody has, oldest first; then all others, newest first.
        Attention = "attention",
    }
);

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
    /// Any of these, or none where `uncategorised`.
    pub categories: Vec<CategoryId>,
    /// Also matches tickets without category.
    pub uncategorised: bool,
    /// Any of these, as they are compared.
    pub tag_keys: Vec<String>,
    /// Watched by any of these.
    pub watchers: Vec<UserId>,
    /// Changed last at or after.
    pub updated_from: Option<DateTime<Utc>>,
    /// Changed last before.
    pub updated_to: Option<DateTime<Utc>>,
    /// Resolved, and last at or after.
    pub resolved_from: Option<DateTime<Utc>>,
    /// Resolved, and last before.
    pub resolved_to: Option<DateTime<Utc>>,
    /// Words in subject, description or comments, or the number.
    pub query: Option<Query>,
}

impl TicketFilter {
    /// Whether it asks for nothing but status, queue and assignee, so that of each [`Group`] it matches all
    /// tickets or none.
    #[must_use]
    pub fn is_of_groups(&self) -> bool {
        *self
            == Self {
                statuses: self.statuses.clone(),
                queues: self.queues.clone(),
                assignees: self.assignees.clone(),
                unassigned: self.unassigned,
                ..Self::default()
            }
    }

    /// Whether it asks for nothing but status and company.
    #[must_use]
    pub fn is_of_companies(&self) -> bool {
        let (statuses, companies) = (self.statuses.clone(), self.companies.clone());
        *self == Self { statuses, companies, ..Self::default() }
    }

    /// The search, where it asks for nothing else.
    #[must_use]
    pub fn only_query(&self) -> Option<&Query> {
        let alone = *self == Self { query: self.query.clone(), ..Self::default() };
        self.query.as_ref().filter(|_| alone)
    }

    /// Whether it matches the tickets of a group, as far as status, queue and assignee go.
    #[must_use]
    pub fn matches_group(&self, group: &Group) -> bool {
        let anybody = self.assignees.is_empty() && !self.unassigned;
        let assigned = match group.assignee {
            Some(user) => self.assignees.contains(&user),
            None => self.unassigned,
        };
        (self.statuses.is_empty() || self.statuses.contains(&group.status))
            && (self.queues.is_empty() || self.queues.contains(&group.queue))
            && (anybody || assigned)
    }
}
