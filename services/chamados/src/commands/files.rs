//! How many files the process may have open. Every connection is one, and what a shell or a service manager
//! gives by default (1,024) is fewer than the agents of one customer.

use std::fmt;

/// With fewer a large fleet is refused connections; the default of containers and of most service managers is more.
const FEW: u64 = 8_192;

/// What was there and what there is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit {
    /// In force now.
    pub(crate) now: u64,
    /// In force at the start.
    pub(crate) before: u64,
}

impl Limit {
    /// Says in the log what there is, as a warning when that is little.
    pub(crate) fn tell(self) {
        let Self { now, before } = self;
        if now < FEW {
            tracing::warn!(
                limit = now,
                "few files may be open, and each connection is one: raise the limit \
                 (systemd: LimitNOFILE=, Docker: --ulimit nofile=, shell: ulimit -n)"
            );
        } else {
            tracing::debug!(limit = now, before, "files that may be open");
        }
    }
}

/// Nobody could be asked, or nobody answered.
#[derive(Debug)]
pub(crate) struct Unknown(String);

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the limit of open files stays as it is: {}", self.0)
    }
}

/// Raises the soft limit to the hard one, which needs no privilege.
///
/// # Errors
/// The system refuses. The process can go on with what it has.
#[cfg(unix)]
pub(crate) fn raise() -> Result<Limit, Unknown> {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let unknown = |error: nix::Error| Unknown(error.to_string());
    let (before, most) = getrlimit(Resource::RLIMIT_NOFILE).map_err(unknown)?;
    if before < most {
        setrlimit(Resource::RLIMIT_NOFILE, most, most).map_err(unknown)?;
    }
    let (now, _) = getrlimit(Resource::RLIMIT_NOFILE).map_err(unknown)?;
    Ok(Limit { now, before })
}

/// Other systems have no such limit.
#[cfg(not(unix))]
pub(crate) fn raise() -> Result<Limit, Unknown> {
    Ok(Limit { now: u64::MAX, before: u64::MAX })
}
