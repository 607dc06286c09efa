//! What the running agent says of itself, for `chamados-agent status`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Keep, STATUS, StateDir};
use crate::{Error, Result};

/// Where the agent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// No credentials.
    NotEnrolled,
    /// Not running.
    Stopped,
    /// Trying to reach the server.
    Connecting,
    /// The server takes the heartbeats.
    Online,
    /// The connection was lost; the next attempt has a time.
    Waiting,
    /// The server no longer takes the credentials; the computer must be enrolled again.
    Reset,
}

/// The status file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Where the agent is.
    pub phase: Phase,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Seconds between heartbeats, while online.
    #[serde(default)]
    pub interval_seconds: Option<u64>,
    /// When the server last acknowledged heartbeats.
    #[serde(default)]
    pub last_acknowledged_at: Option<DateTime<Utc>>,
    /// When the next attempt is due, while waiting.
    #[serde(default)]
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Why the connection ended, or what to do.
    #[serde(default)]
    pub message: Option<String>,
}

impl Status {
    /// A phase that begins `now`.
    #[must_use]
    pub const fn new(phase: Phase, now: DateTime<Utc>) -> Self {
        Self {
            phase,
            since: now,
            interval_seconds: None,
            last_acknowledged_at: None,
            next_attempt_at: None,
            message: None,
        }
    }
}

impl StateDir {
    /// Replaces the status. Does not wait for the disk, since heartbeats would wait with it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save_status(&self, status: &Status) -> Result<()> {
        let content = serde_json::to_vec_pretty(status)
            .map_err(|e| Error::System(format!("cannot encode the status: {e}")))?;
        self.write(STATUS, &content, Keep::UntilPowerCut)
    }

    /// The last status written. One that cannot be understood, perhaps of another version, counts
    /// as none.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn load_status(&self) -> Result<Option<Status>> {
        Ok(self.read(STATUS)?.and_then(|content| serde_json::from_slice(&content).ok()))
    }

    /// Forgets the status: with new credentials it says nothing.
    ///
    /// # Errors
    /// When the file is there and cannot be removed.
    pub fn clear_status(&self) -> Result<()> {
        self.remove(STATUS)
    }
}
