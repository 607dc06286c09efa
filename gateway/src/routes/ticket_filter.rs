//! Which tickets a list holds, and in which order: the query parameters of every list of tickets.

use std::collections::BTreeMap;

use chamados_proto::ticket::v1 as pb;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, de::Error as _};
use utoipa::{IntoParams, openapi::path::ParameterIn};
use uuid::Uuid;

use super::tickets::{Priority, TicketStatus};
use crate::{
    extract,
    problem::{Problem, Result},
    wire::{mirror, timestamp},
};

mirror! {
    /// In which order a list of tickets is.
    #[derive(Default)]
    TicketSort = pb::TicketSort {
        /// Opened last comes first.
        #[default]
        Newest,
        /// Opened first comes first.
        Oldest,
        /// Changed last comes first. Comments are no change.
        Updated,
        /// Urgent first, then high, normal and low; among equals the oldest first.
        Priority,
        /// Open tickets nobody has, oldest first; then all others, newest first.
        Attention,
    }
}

/// A record, or that there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum IdOrNone {
    None,
    Id(Uuid),
}

impl<'de> Deserialize<'de> for IdOrNone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "none" => Ok(Self::None),
            id => {
                let id = id.parse().map_err(|_| D::Error::custom("must be a UUID or `none`"))?;
                Ok(Self::Id(id))
            }
        }
    }
}

/// Which tickets a list holds: those that match every parameter. A repeated parameter matches any
/// of its values, of which it may have 100.
#[derive(Default, Clone, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub(crate) struct TicketFilter {
    /// Repeatable.
    status: Vec<TicketStatus>,
    /// Repeatable.
    priority: Vec<Priority>,
    /// Repeatable.
    queue_id: Vec<Uuid>,
    /// Repeatable.
    company_id: Vec<Uuid>,
    /// An id, or `none` for tickets nobody has. Repeatable.
    #[param(value_type = Vec<String>)]
    assignee_id: Vec<IdOrNone>,
    /// Repeatable.
    requester_id: Vec<Uuid>,
    /// Repeatable.
    device_id: Vec<Uuid>,
    /// The id of a category, or `none` for tickets without one. Repeatable.
    #[param(value_type = Vec<String>)]
    category: Vec<IdOrNone>,
    /// Without regard to case and accents. Repeatable.
    tag: Vec<String>,
    /// Watched by this user. Repeatable.
    watcher_id: Vec<Uuid>,
    /// Opened at this time or after.
    created_from: Option<DateTime<Utc>>,
    /// Opened before this time.
    created_to: Option<DateTime<Utc>>,
    /// Changed last at this time or after.
    updated_from: Option<DateTime<Utc>>,
    /// Changed last before this time.
    updated_to: Option<DateTime<Utc>>,
    /// Resolved, and last at this time or after.
    resolved_from: Option<DateTime<Utc>>,
    /// Resolved, and last before this time.
    resolved_to: Option<DateTime<Utc>>,
    /// Words that each begin a word of the subject, the description or a comment the caller may read,
    /// without regard to case and accents; or the number. At most 200 characters.
    q: String,
    /// `newest` when left out.
    #[param(inline)]
    sort: TicketSort,
}

impl TicketFilter {
    /// Nothing, when `parameters` are query parameters with values that a list takes.
    ///
    /// # Errors
    /// A problem that names the first that is not, as a field of `defaultTicketFilter`.
    pub(super) fn check(parameters: &BTreeMap<String, Vec<String>>) -> Result<()> {
        let known = Self::into_params(|| Some(ParameterIn::Query));
        let unknown = parameters.keys().find(|name| known.iter().all(|known| known.name != **name));
        if let Some(name) = unknown {
            return Err(Problem::invalid(format!("defaultTicketFilter.{name}"), "is not known"));
        }
        let pairs =
            parameters.iter().flat_map(|(name, values)| values.iter().map(move |v| (name, v)));
        let query =
            serde_html_form::to_string(pairs.collect::<Vec<_>>()).map_err(Problem::internal)?;
        extract::query(&query, "defaultTicketFilter.").map(|_: Self| ())
    }

    /// What the ticket service is asked.
    pub(super) fn message(self, page_size: i32, page_token: String) -> pb::ListTicketsRequest {
        let texts = |ids: Vec<Uuid>| ids.iter().map(Uuid::to_string).collect();
        let (assignee_ids, unassigned) = split(&self.assignee_id);
        let (category_ids, uncategorised) = split(&self.category);
        let filter = pb::TicketFilter {
            statuses: self.status.into_iter().map(Into::into).collect(),
            priorities: self.priority.into_iter().map(Into::into).collect(),
            queue_ids: texts(self.queue_id),
            company_ids: texts(self.company_id),
            assignee_ids,
            unassigned,
            requester_ids: texts(self.requester_id),
            device_ids: texts(self.device_id),
            category_ids,
            uncategorised,
            tags: self.tag,
            watcher_ids: texts(self.watcher_id),
            created_from: self.created_from.map(timestamp),
            created_to: self.created_to.map(timestamp),
            updated_from: self.updated_from.map(timestamp),
            updated_to: self.updated_to.map(timestamp),
            resolved_from: self.resolved_from.map(timestamp),
            resolved_to: self.resolved_to.map(timestamp),
            query: self.q,
        };
        let sort = self.sort.into();
        pb::ListTicketsRequest { page_size, page_token, filter: Some(filter), sort }
    }
}

/// The ids, and whether "none" is among them.
fn split(values: &[IdOrNone]) -> (Vec<String>, bool) {
    let ids = values.iter().filter_map(|value| match value {
        IdOrNone::Id(id) => Some(id.to_string()),
        IdOrNone::None => None,
    });
    (ids.collect(), values.contains(&IdOrNone::None))
}

/// A refusal of the filter, in the names of the query parameters.
pub(super) fn refused(problem: impl Into<Problem>) -> Problem {
    let names = [
        ("statuses", "status"),
        ("priorities", "priority"),
        ("queueIds", "queueId"),
        ("companyIds", "companyId"),
        ("assigneeIds", "assigneeId"),
        ("requesterIds", "requesterId"),
        ("deviceIds", "deviceId"),
        ("categoryIds", "category"),
        ("tags", "tag"),
        ("watcherIds", "watcherId"),
    ];
    names.into_iter().fold(problem.into(), |problem, (from, to)| problem.renamed(from, to))
}
