//! Queues, where tickets wait.

use super::QueueId;

/// Name of the queue that every tenant has from the beginning, in every language.
pub const DEFAULT_NAME: &str = "Chamados";
/// Most queues a tenant has.
pub const MOST: u64 = 200;

/// Where tickets wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Its id.
    pub id: QueueId,
    /// 1 to 80 characters, unique in the tenant.
    pub name: String,
    /// Whether tickets go here when no queue is named.
    pub is_default: bool,
}
