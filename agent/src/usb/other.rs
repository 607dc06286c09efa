//! Systems on which the agent has no means.

use std::path::Path;

use super::{Failure, Policy, Reason};

pub(super) fn enforce(_root: &Path, policy: Policy) -> Result<(), Failure> {
    if policy == Policy::Allow {
        return Ok(());
    }
    Err(Failure::new(
        Reason::Unsupported,
        "USB storage can be restricted on Linux and Windows only",
    ))
}
