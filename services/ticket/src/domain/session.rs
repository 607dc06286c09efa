//! Work sessions: who worked on a ticket, and when.

use chamados_chassis::id::{TicketId, UserId};
use chrono::{DateTime, Utc};

use super::{Subject, WorkSessionId};

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

/// Somebody at work: an open session, and the ticket it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveWork {
    /// The session.
    pub id: WorkSessionId,
    /// Which ticket.
    pub ticket: TicketId,
    /// Its number in the tenant.
    pub number: i64,
    /// Its subject.
    pub subject: Subject,
    /// Who works.
    pub user: UserId,
    /// From when.
    pub started_at: DateTime<Utc>,
}
