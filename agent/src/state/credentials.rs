//! What the agent shows the server.

use chamados_chassis::id::DeviceId;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::{CREDENTIALS, Keep, StateDir, require_private};
use crate::{Error, Result, Transport};

/// A device's credentials and where they are good. `Debug` does not show the token.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The server's address.
    pub server: String,
    /// The device's id in Chamados.
    pub device_id: DeviceId,
    /// The device token.
    pub token: SecretString,
    /// How the connection is protected.
    pub transport: Transport,
}

/// The file's form: the only place where the token is not wrapped.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    server: String,
    device_id: DeviceId,
    token: String,
    #[serde(flatten)]
    transport: Transport,
}

impl StateDir {
    /// Keeps the credentials, in a file that only its owner may read.
    ///
    /// # Errors
    /// When the file cannot be written; the earlier one is then still whole.
    pub fn save_credentials(&self, credentials: &Credentials) -> Result<()> {
        let stored = Stored {
            server: credentials.server.clone(),
            device_id: credentials.device_id,
            token: credentials.token.expose_secret().to_owned(),
            transport: credentials.transport.clone(),
        };
        let content = serde_json::to_vec_pretty(&stored)
            .map_err(|e| Error::System(format!("cannot encode the credentials: {e}")))?;
        self.write(CREDENTIALS, &content, Keep::Always)
    }

    /// The credentials.
    ///
    /// # Errors
    /// [`Error::NotEnrolled`], [`Error::Exposed`] or [`Error::Damaged`].
    pub fn credentials(&self) -> Result<Credentials> {
        let path = self.path().join(CREDENTIALS);
        let Some(content) = self.read(CREDENTIALS)? else {
            return Err(Error::NotEnrolled(self.path().to_owned()));
        };
        require_private(&path, 0o600)?;
        let stored: Stored = serde_json::from_slice(&content).map_err(|e| {
            // The error's own text may quote the content.
            let reason = format!("line {}, column {}", e.line(), e.column());
            Error::Damaged { path, reason }
        })?;
        Ok(Credentials {
            server: stored.server,
            device_id: stored.device_id,
            token: SecretString::from(stored.token),
            transport: stored.transport,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn state() -> (tempfile::TempDir, StateDir) {
        let directory = tempfile::tempdir().unwrap();
        let state = StateDir::create(directory.path()).unwrap();
        (directory, state)
    }

    fn credentials() -> Credentials {
        Credentials {
            server: "https://chamados.example.com".into(),
            device_id: DeviceId::new(),
            token: SecretString::from("chd_secret"),
            transport: Transport { ca_file: Some("/etc/ca.pem".into()), insecure_plaintext: false },
        }
    }

    #[test]
    fn they_come_back_as_they_went() {
        let (_directory, state) = state();
        assert!(matches!(state.credentials(), Err(Error::NotEnrolled(_))));
        let kept = credentials();
        state.save_credentials(&kept).unwrap();
        let found = state.credentials().unwrap();
        assert_eq!((found.server, found.device_id), (kept.server, kept.device_id));
        assert_eq!(found.transport, kept.transport);
        assert_eq!(found.token.expose_secret(), "chd_secret");
    }

    #[test]
    fn the_token_is_not_shown() {
        assert!(!format!("{:?}", credentials()).contains("chd_secret"));
        let (_directory, state) = state();
        fs::write(state.path().join(CREDENTIALS), r#"{"token": chd_secret"#).unwrap();
        #[cfg(unix)]
        close(&state);
        let error = state.credentials().unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{error}");
        assert!(!error.to_string().contains("chd_secret"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn readable_by_others_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_directory, state) = state();
        state.save_credentials(&credentials()).unwrap();
        let path = state.path().join(CREDENTIALS);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = state.credentials().unwrap_err();
        assert!(error.to_string().contains("mode 640"), "{error}");
        close(&state);
        state.credentials().unwrap();
    }

    #[cfg(unix)]
    fn close(state: &StateDir) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = state.path().join(CREDENTIALS);
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}
