//! Running the agent as a service of the operating system.

mod systemd;

use std::path::{Path, PathBuf};

pub use systemd::unit;

use crate::{Error, Result};

/// Name of the service.
pub const NAME: &str = "chamados-agent";

/// Where a service's definition is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// The unit file.
    pub path: PathBuf,
    /// Whether the service manager knows of it; it is not asked where it does not run, as in an
    /// image that is being built.
    pub active: bool,
}

/// Installs and starts the service of `executable` on `state_dir`.
///
/// # Errors
/// [`Error::Install`] without systemd or root, [`Error::File`] when the unit cannot be written.
pub fn install(executable: &Path, state_dir: &Path) -> Result<Installed> {
    require_administrator("install")?;
    systemd::install(executable, state_dir)
}

/// Stops and removes the service. The credentials stay. `None` when there was none.
///
/// # Errors
/// [`Error::Install`] without systemd or root, [`Error::File`] when the unit cannot be removed.
pub fn uninstall() -> Result<Option<Installed>> {
    require_administrator("uninstall")?;
    systemd::uninstall()
}

fn require_administrator(command: &str) -> Result<()> {
    if !cfg!(target_os = "linux") {
        let message = "services are installed by the agent on Linux only: start \
                       `chamados-agent run` by the system's own means";
        return Err(Error::Install(message.to_owned()));
    }
    if !crate::platform::is_administrator() {
        let message = format!(
            "`chamados-agent {command}` changes /etc/systemd/system: run it as root, or see the \
             unit with `chamados-agent install --print`"
        );
        return Err(Error::Install(message));
    }
    Ok(())
}
