//! The policy for USB storage that the agent enforces.

use chamados_chassis::id::DeviceId;
use serde::{Deserialize, Serialize};

use super::{Keep, POLICY, StateDir};
use crate::{Error, Result, usb::Policy};

/// What was applied last, to be applied again at the next start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptPolicy {
    /// Of which device it is; revisions of another mean something else.
    pub device_id: DeviceId,
    /// As the server numbers it.
    pub revision: u32,
    /// What is enforced.
    pub policy: Policy,
}

impl StateDir {
    /// Keeps the policy.
    ///
    /// # Errors
    /// When the file cannot be written; the earlier one is then still whole.
    pub fn save_policy(&self, kept: &KeptPolicy) -> Result<()> {
        let content = serde_json::to_vec_pretty(kept)
            .map_err(|e| Error::System(format!("cannot encode the policy: {e}")))?;
        self.write(POLICY, &content, Keep::Always)
    }

    /// The policy kept last. One that cannot be understood, perhaps of another version, counts as
    /// none: the server sends it again.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn policy(&self) -> Result<Option<KeptPolicy>> {
        Ok(self.read(POLICY)?.and_then(|content| serde_json::from_slice(&content).ok()))
    }

    /// Forgets the policy.
    ///
    /// # Errors
    /// When the file is there and cannot be removed.
    pub fn forget_policy(&self) -> Result<()> {
        self.remove(POLICY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_as_it_went_and_nonsense_is_none() {
        let directory = tempfile::tempdir().unwrap();
        let state = StateDir::create(directory.path()).unwrap();
        assert_eq!(state.policy().unwrap(), None);
        let kept = KeptPolicy { device_id: DeviceId::new(), revision: 7, policy: Policy::ReadOnly };
        state.save_policy(&kept).unwrap();
        assert_eq!(state.policy().unwrap(), Some(kept));
        std::fs::write(directory.path().join(POLICY), r#"{"policy": "deny"}"#).unwrap();
        assert_eq!(state.policy().unwrap(), None);
        state.forget_policy().unwrap();
        state.forget_policy().unwrap();
        assert!(!directory.path().join(POLICY).exists());
    }
}
