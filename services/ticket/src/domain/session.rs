//! Work sessions: who worked on a ticket, and when.

use chamados_chassis::id::UserId;
use chrono::{DateTime, Utc};

use super::WorkSessionId;

/// The time between a play and a pause. Sessions of one ticket never overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkSession {
    /// Its id.
    pub id: WorkSessionId,
    /// Who worked.
    pub user: UserId,
    /// From when.
    pub started_at: DateTime<Utc>,
    /// Until when; none while it is open.
    pub ended_at: Option<DateTime<Utc>>,
}
