//! `chamados-agent status`: what the state directory says, seen from outside.

use std::{fmt, path::Path};

use chamados_chassis::id::DeviceId;
use serde::Serialize;

use crate::{
    Error, Result,
    state::{KeptPolicy, Phase, StateDir, Status},
};

/// What is known of the agent on a state directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Where the agent is.
    pub phase: Phase,
    /// The server's address, once enrolled.
    pub server: Option<String>,
    /// The device's id in Chamados, once enrolled.
    pub device_id: Option<DeviceId>,
    /// Whether an agent process is there.
    pub running: bool,
    /// The policy for USB storage that was applied last.
    pub usb_policy: Option<KeptPolicy>,
    /// What the agent last wrote of itself.
    pub status: Option<Status>,
}

/// Looks at a state directory without disturbing an agent that runs on it.
///
/// # Errors
/// When the directory is there and cannot be read, or is open to others.
pub fn status(state_dir: &Path) -> Result<Report> {
    let found = StateDir::open(state_dir).and_then(|state| Ok((state.credentials()?, state)));
    let (credentials, state) = match found {
        Err(Error::NotEnrolled(_)) => return Ok(Report::not_enrolled()),
        found => found?,
    };
    let running = state.is_locked();
    let status = state.load_status()?;
    let usb_policy = state.policy()?.filter(|kept| kept.device_id == credentials.device_id);
    let phase = match status.as_ref().map(|status| status.phase) {
        // A reset outlasts the process; what a dead process last did does not.
        Some(Phase::Reset) => Phase::Reset,
        Some(phase) if running => phase,
        None if running => Phase::Connecting,
        _ => Phase::Stopped,
    };
    Ok(Report {
        phase,
        server: Some(credentials.server),
        device_id: Some(credentials.device_id),
        running,
        usb_policy,
        status,
    })
}

impl Report {
    const fn not_enrolled() -> Self {
        Self {
            phase: Phase::NotEnrolled,
            server: None,
            device_id: None,
            running: false,
            usb_policy: None,
            status: None,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.phase {
            Phase::NotEnrolled => "not enrolled: run `chamados-agent enroll`",
            Phase::Stopped => "enrolled, not running",
            Phase::Connecting => "connecting",
            Phase::Online => "online",
            Phase::Waiting => "waiting to connect again",
            Phase::Reset => "reset by the server: run `chamados-agent enroll` again",
        };
        write!(f, "State:        {what}")?;
        let mut line = |name: &str, value: Option<String>| match value {
            Some(value) => write!(f, "\n{name:<13} {value}"),
            None => Ok(()),
        };
        line("Device:", self.device_id.map(|id| id.to_string()))?;
        line("Server:", self.server.clone())?;
        line("USB storage:", self.usb_policy.as_ref().map(|kept| kept.policy.to_string()))?;
        let Some(status) = self.status.as_ref().filter(|status| status.phase == self.phase) else {
            return Ok(());
        };
        let time =
            |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
        line("Since:", Some(time(status.since)))?;
        line("Heartbeat:", status.interval_seconds.map(|s| format!("every {s} s")))?;
        line("Acknowledged:", status.last_acknowledged_at.map(time))?;
        line("Next attempt:", status.next_attempt_at.map(time))?;
        line("Reason:", status.message.clone())
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::{Transport, state::Credentials};

    #[tokio::test]
    async fn a_dead_agent_is_not_online_and_a_reset_lasts() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        assert_eq!(status(&path.join("none")).unwrap(), Report::not_enrolled());

        let state = StateDir::create(path).unwrap();
        assert_eq!(status(path).unwrap(), Report::not_enrolled());
        state
            .save_credentials(&Credentials {
                server: "http://localhost:8081".into(),
                device_id: DeviceId::new(),
                token: SecretString::from("chd_x"),
                transport: Transport::default(),
            })
            .unwrap();
        assert_eq!(status(path).unwrap().phase, Phase::Stopped);

        let lock = state.lock().await.unwrap();
        assert_eq!(status(path).unwrap().phase, Phase::Connecting);
        let now = chrono::DateTime::UNIX_EPOCH;
        let online = Status { interval_seconds: Some(30), ..Status::new(Phase::Online, now) };
        state.save_status(&online).unwrap();
        let report = status(path).unwrap();
        assert_eq!(report.phase, Phase::Online);
        assert!(report.to_string().contains("every 30 s"), "{report}");

        drop(lock);
        let report = status(path).unwrap();
        assert_eq!(report.phase, Phase::Stopped);
        assert!(!report.to_string().contains("every 30 s"), "{report}");

        state.save_status(&Status::new(Phase::Reset, now)).unwrap();
        assert_eq!(status(path).unwrap().phase, Phase::Reset);
    }
}
