//! What runs in a process.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, de::Error as _};

/// A part of the product that can run by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// HTTP for browsers and scripts.
    Gateway,
    /// People, companies, sessions.
    Identity,
    /// Tickets.
    Ticket,
    /// Devices and their agents.
    Device,
    /// Schedules and runs.
    Scheduler,
}

impl Target {
    /// Every part.
    pub const ALL: [Self; 5] =
        [Self::Gateway, Self::Identity, Self::Ticket, Self::Device, Self::Scheduler];

    /// Name, as on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Identity => "identity",
            Self::Ticket => "ticket",
            Self::Device => "device",
            Self::Scheduler => "scheduler",
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The parts that run in this process; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Targets(BTreeSet<Target>);

impl Targets {
    /// Everything.
    #[must_use]
    pub fn all() -> Self {
        Self(Target::ALL.into())
    }

    /// Just this one.
    #[must_use]
    pub fn only(target: Target) -> Self {
        Self([target].into())
    }

    /// Whether `target` runs here.
    #[must_use]
    pub fn contains(&self, target: Target) -> bool {
        self.0.contains(&target)
    }

    /// Whether everything runs here, so that no service is called from elsewhere.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.0.len() == Target::ALL.len()
    }
}

impl FromStr for Targets {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim() == "all" {
            return Ok(Self::all());
        }
        let parts = text.split(',').map(|name| {
            let name = name.trim();
            Target::ALL.into_iter().find(|target| target.as_str() == name).ok_or_else(|| {
                let known = Target::ALL.map(Target::as_str).join(", ");
                format!("{name:?} is not a target: all, {known}")
            })
        });
        parts.collect::<Result<_, _>>().map(Self)
    }
}

impl<'de> Deserialize<'de> for Targets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_as_people_write_them() {
        assert!("all".parse::<Targets>().unwrap().is_all());
        let two: Targets = "ticket, gateway".parse().unwrap();
        assert!(two.contains(Target::Ticket) && !two.contains(Target::Device) && !two.is_all());
        assert!("gateway,identity,ticket,device,scheduler".parse::<Targets>().unwrap().is_all());
        for bad in ["", "tickets", "all,ticket"] {
            assert!(bad.parse::<Targets>().unwrap_err().contains("scheduler"), "{bad}");
        }
    }
}
