//! What the tests share.

pub(crate) mod agent;
pub(crate) mod evidence;
pub(crate) mod identity;
pub(crate) mod inventory;
pub(crate) mod policy;
pub(crate) mod relay;
pub(crate) mod replica;

pub(crate) use agent::reason;
pub(crate) use replica::{Replica, World};

use std::time::Duration;

/// How long anything may take before a test calls it lost. Generous: machines are busy.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);
