//! Queues, where tickets wait.

use chrono::{DateTime, Utc};

use super::{Name, QueueId};

/// Name of the queue that every tenant has from the beginning, in every language.
pub const DEFAULT_NAME: &str = "Chamados";
/// Most queues a tenant has.
pub const MOST: u64 = 200;
/// Most tickets that move when a queue is deleted.
pub const MOST_MOVED: u64 = 1_000;

/// Where tickets wait.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Queue {
    /// Its id.
    pub id: QueueId,
    /// Unique in the tenant without regard to case and accents.
    pub name: Name,
    /// Whether tickets go here when no queue is named.
    pub is_default: bool,
    /// Not offered any more.
    pub archived: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Number of changes.
    pub version: i64,
}

/// New values of a queue or a category; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListEdit {
    /// What it is called.
    pub name: Option<Name>,
    /// Whether it is offered no more.
    pub archived: Option<bool>,
}
