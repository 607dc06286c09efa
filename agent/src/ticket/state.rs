//! What the computer is doing at this moment, in lines for a ticket: what staff would ask first.

use std::{fmt::Write as _, path::Path, time::Duration};

use chamados_proto::device::v1::{Disk, NetworkInterface, OperatingSystem, section::Content};
use chrono::{DateTime, Utc};
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use crate::{VERSION, inventory::Inventory, state::KeptPolicy};

/// Disks and interfaces that are told; more say nothing more.
const MOST: usize = 12;

/// The lines. Blocks for some milliseconds. Files are read below `root`, which is `/` except in tests.
pub(super) fn lines(root: &Path, policy: Option<&KeptPolicy>, now: DateTime<Utc>) -> String {
    let mut lines = Lines(String::new());
    lines.add("time", &now.format("%Y-%m-%d %H:%M:%S UTC").to_string());
    for content in Inventory::collect(root).contents() {
        match content {
            Content::Os(os) => lines.system(os),
            Content::Hardware(hardware) => {
                lines.add("processor", &hardware.cpu_model);
                lines.add("model", &join(&[&hardware.vendor, &hardware.model]));
            }
            Content::Disks(list) => list.disks.iter().take(MOST).for_each(|disk| lines.disk(disk)),
            Content::Network(list) => {
                list.interfaces.iter().take(MOST).for_each(|each| lines.interface(each));
            }
            Content::Users(list) => {
                list.users.iter().take(MOST).for_each(|user| lines.add("logged in", &user.name));
            }
        }
    }
    lines.load();
    if let Some(kept) = policy {
        lines.add("USB storage", &kept.policy.to_string());
    }
    lines.add("agent", VERSION);
    lines.0
}

/// `name: value`, a line each, aligned.
struct Lines(String);

impl Lines {
    /// Nothing for an empty value.
    fn add(&mut self, name: &str, value: &str) {
        let value: String = value.chars().filter(|c| !c.is_control()).collect();
        if !value.trim().is_empty() {
            // Writing to a text does not fail.
            let _ = writeln!(self.0, "{:<13}{value}", format!("{name}:"));
        }
    }

    fn system(&mut self, os: &OperatingSystem) {
        self.add("host", &os.host_name);
        self.add("system", &join(&[&os.name, &os.version, &os.architecture]));
        self.add("build", &os.build);
    }

    fn disk(&mut self, disk: &Disk) {
        let (percent, total) = (disk.free_percent, gibibytes(disk.total_bytes));
        self.add("disk", &format!("{} {percent} % of {total} free", disk.mount_point));
    }

    fn interface(&mut self, interface: &NetworkInterface) {
        self.add("network", &format!("{} {}", interface.name, interface.addresses.join(" ")));
    }

    fn load(&mut self) {
        if let Ok(seconds) = System::uptime() {
            self.add("running for", &span(Duration::from_secs(seconds)));
        }
        if let Ok(load) = System::load_average() {
            let figures = [load.one, load.five, load.fifteen].map(|load| format!("{load:.2}"));
            self.add("load", &figures.join(" "));
        }
        let memory = MemoryRefreshKind::nothing().with_ram();
        if let Ok(system) = System::new_with_specifics(RefreshKind::nothing().with_memory(memory)) {
            let (used, total) = (system.used_memory(), system.total_memory());
            self.add("memory", &format!("{} of {} in use", gibibytes(used), gibibytes(total)));
        }
    }
}

fn join(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

fn gibibytes(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
}

/// Days, hours and minutes.
fn span(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    if days > 0 { format!("{days} d {hours} h") } else { format!("{hours} h {minutes} min") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usb::Policy;

    #[test]
    fn a_computer_in_lines() {
        let directory = tempfile::tempdir().unwrap();
        let kernel = directory.path().join("proc/sys/kernel");
        std::fs::create_dir_all(&kernel).unwrap();
        std::fs::write(kernel.join("hostname"), "atlas\n").unwrap();
        let device_id = chamados_chassis::id::DeviceId::new();
        let kept = KeptPolicy { device_id, revision: 1, policy: Policy::Block };
        let lines = lines(directory.path(), Some(&kept), DateTime::UNIX_EPOCH);
        for line in
            ["time:        1970-01-01 00:00:00 UTC", "host:        atlas", "USB storage: blocked"]
        {
            assert!(lines.lines().any(|each| each == line), "{line} in\n{lines}");
        }
        assert!(lines.contains("\nmemory:") && lines.contains("\nagent:"), "{lines}");
    }

    #[test]
    fn spans_and_sizes() {
        assert_eq!(span(Duration::from_secs(59)), "0 h 0 min");
        assert_eq!(span(Duration::from_secs(3_600 * 50)), "2 d 2 h");
        assert_eq!(gibibytes(3 << 29), "1.5 GiB");
        assert_eq!(join(&["a", "", "b"]), "a b");
    }
}
