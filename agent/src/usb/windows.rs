//! Windows: values of the registry, set by the system's own `reg.exe`. Every argument is fixed text.

#[cfg(windows)]
use std::{path::Path, process::Command};

use super::Policy;
#[cfg(windows)]
use super::{Failure, Reason};

/// The drivers of USB storage: the plain one, and that of faster disks, which older systems lack.
const DRIVERS: [&str; 2] = [
    r"HKLM\SYSTEM\CurrentControlSet\Services\USBSTOR",
    r"HKLM\SYSTEM\CurrentControlSet\Services\UASPStor",
];
const POLICIES: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\StorageDevicePolicies";

/// A number in the registry.
#[derive(Debug, PartialEq, Eq)]
struct Value {
    key: &'static str,
    name: &'static str,
    number: &'static str,
    /// It means something only where its key is there.
    optional: bool,
}

/// What the registry has to say. Storage that is plugged in obeys when it is plugged in again.
fn values(policy: Policy) -> [Value; 3] {
    // 3: started when needed; 4: never.
    let start = if policy == Policy::Block { "4" } else { "3" };
    let protect = if policy == Policy::ReadOnly { "1" } else { "0" };
    [
        Value { key: DRIVERS[0], name: "Start", number: start, optional: false },
        Value { key: DRIVERS[1], name: "Start", number: start, optional: true },
        Value { key: POLICIES, name: "WriteProtect", number: protect, optional: false },
    ]
}

impl Value {
    const fn add(&self) -> [&'static str; 9] {
        ["add", self.key, "/v", self.name, "/t", "REG_DWORD", "/d", self.number, "/f"]
    }
}

#[cfg(windows)]
pub(super) fn enforce(_root: &Path, policy: Policy) -> Result<(), Failure> {
    for value in values(policy) {
        if value.optional && reg(&["query", value.key]).is_err() {
            continue;
        }
        reg(&value.add())?;
    }
    Ok(())
}

#[cfg(windows)]
fn reg(arguments: &[&str]) -> Result<(), Failure> {
    let output = Command::new("reg.exe").args(arguments).output();
    let output = output
        .map_err(|error| Failure::new(Reason::Other, &format!("cannot start reg.exe: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    // It tells people and not programs why; who may change these keys is an administrator.
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(Reason::NoPermission, &format!("reg {}: {}", arguments[0], said.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_policy_has_its_values() {
        let numbers = |policy| values(policy).map(|value| value.number);
        assert_eq!(numbers(Policy::Allow), ["3", "3", "0"]);
        assert_eq!(numbers(Policy::ReadOnly), ["3", "3", "1"]);
        assert_eq!(numbers(Policy::Block), ["4", "4", "0"]);
        let [driver, faster, protect] = values(Policy::Block);
        assert!(!driver.optional && faster.optional && !protect.optional);
        assert_eq!(
            driver.add().join(" "),
            r"add HKLM\SYSTEM\CurrentControlSet\Services\USBSTOR /v Start /t REG_DWORD /d 4 /f"
        );
    }
}
