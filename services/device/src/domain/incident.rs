//! What looked like our own fault, as it is told to staff.

use chamados_chassis::define_id;
use chrono::{DateTime, Utc};

define_id!(
    /// One incident.
    IncidentId
);

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Many of all devices fell silent together.
    MassOffline,
    /// Half of a company's did.
    CompanyOffline,
}

impl Kind {
    /// Name as stored and as told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MassOffline => "mass_offline",
            Self::CompanyOffline => "company_offline",
        }
    }

    /// Reads [`as_str`](Self::as_str).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::MassOffline, Self::CompanyOffline].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Many devices fell silent together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Grows with time.
    pub id: IncidentId,
    /// What happened.
    pub kind: Kind,
    /// How many devices of the tenant fell silent.
    pub devices: i64,
    /// When it was noticed.
    pub raised_at: DateTime<Utc>,
    /// When a second grace had passed without another; none while it is open.
    pub resolved_at: Option<DateTime<Utc>>,
}
