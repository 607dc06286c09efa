//! Categories: what sort of help is asked for.

use chrono::{DateTime, Utc};

use super::{CategoryId, Name};

/// Most categories a tenant has.
pub const MOST: u64 = 500;

/// A sort of help.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// Unique in the tenant without regard to case and accents.
    pub name: Name,
    /// Not offered any more.
    pub archived: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Number of changes.
    pub version: i64,
}
