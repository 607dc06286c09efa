//! What a computer is, in sections that change one by one.

use serde::{Deserialize, Serialize};

use super::timeline::{Changes, FieldChange};

/// BLAKE3 of a section's content as the agent encodes it, first 16 bytes.
pub type Digest = [u8; 16];

/// Parts of an inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectionKind {
    /// Operating system.
    Os,
    /// Processor, memory, board.
    Hardware,
    /// Mounted file systems.
    Disks,
    /// Network interfaces.
    Network,
    /// People logged in.
    Users,
}

impl SectionKind {
    /// Every section.
    pub const ALL: [Self; 5] = [Self::Os, Self::Hardware, Self::Disks, Self::Network, Self::Users];
}

/// Operating system.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OperatingSystem {
    /// "linux", "windows" or "macos".
    pub family: String,
    /// Product name.
    pub name: String,
    /// Version as the system says it.
    pub version: String,
    /// Build or kernel.
    pub build: String,
    /// "`x86_64`", "aarch64".
    pub architecture: String,
    /// Host name.
    pub host_name: String,
}

/// Processor, memory, board.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Hardware {
    /// Marketing name of the processor.
    pub cpu_model: String,
    /// Physical cores; 0 when unknown.
    pub cpu_cores: u32,
    /// Logical processors.
    pub cpu_threads: u32,
    /// Installed memory in bytes.
    pub memory_bytes: u64,
    /// Maker of board or system.
    pub vendor: String,
    /// Model.
    pub model: String,
    /// Serial number.
    pub serial: String,
}

/// A mounted file system.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Disk {
    /// Device name.
    pub name: String,
    /// Where it is mounted.
    pub mount_point: String,
    /// For example "ext4".
    pub file_system: String,
    /// Size in bytes.
    pub total_bytes: u64,
    /// Free space in percent, rounded by the agent.
    pub free_percent: u32,
}

/// A network interface.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Interface {
    /// Name.
    pub name: String,
    /// "aa:bb:cc:dd:ee:ff".
    pub mac: String,
    /// Addresses with prefix length.
    pub addresses: Vec<String>,
}

/// Somebody logged in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LoggedInUser {
    /// Name of the account.
    pub name: String,
    /// At the computer itself.
    pub local: bool,
    /// From elsewhere.
    pub remote: bool,
}

/// Everything known of a device.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inventory {
    /// Operating system, once reported.
    pub os: Option<OperatingSystem>,
    /// Hardware, once reported.
    pub hardware: Option<Hardware>,
    /// File systems.
    pub disks: Vec<Disk>,
    /// Network interfaces.
    pub interfaces: Vec<Interface>,
    /// Who is logged in.
    pub users: Vec<LoggedInUser>,
}

/// The digests under which the sections were last reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Digests([Option<Digest>; SectionKind::ALL.len()]);

impl Digests {
    /// The digest of a section, when it was reported.
    #[must_use]
    pub const fn get(&self, kind: SectionKind) -> Option<Digest> {
        self.0[kind as usize]
    }

    /// Notes the digest of a section.
    pub const fn set(&mut self, kind: SectionKind, digest: Digest) {
        self.0[kind as usize] = Some(digest);
    }

    /// Sections that `reported` has and that are not here in the same form.
    pub fn missing(&self, reported: &Self) -> Vec<SectionKind> {
        SectionKind::ALL
            .into_iter()
            .filter(|kind| reported.get(*kind).is_some() && reported.get(*kind) != self.get(*kind))
            .collect()
    }
}

/// The content of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Operating system.
    Os(OperatingSystem),
    /// Processor, memory, board.
    Hardware(Hardware),
    /// File systems.
    Disks(Vec<Disk>),
    /// Interfaces.
    Network(Vec<Interface>),
    /// People logged in.
    Users(Vec<LoggedInUser>),
}

/// A section as reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Digest of the content.
    pub digest: Digest,
    /// What it says.
    pub content: Content,
}

impl Section {
    /// Which section it is.
    #[must_use]
    pub const fn kind(&self) -> SectionKind {
        match self.content {
            Content::Os(_) => SectionKind::Os,
            Content::Hardware(_) => SectionKind::Hardware,
            Content::Disks(_) => SectionKind::Disks,
            Content::Network(_) => SectionKind::Network,
            Content::Users(_) => SectionKind::Users,
        }
    }
}

impl Inventory {
    /// Takes a section over and gives the fields that changed.
    pub fn apply(&mut self, content: Content) -> Vec<FieldChange> {
        let mut changes = Changes::default();
        match content {
            Content::Os(new) => {
                os_changes(&self.os.clone().unwrap_or_default(), &new, &mut changes);
                self.os = Some(new);
            }
            Content::Hardware(new) => {
                let old = self.hardware.clone().unwrap_or_default();
                hardware_changes(&old, &new, &mut changes);
                self.hardware = Some(new);
            }
            Content::Disks(new) => {
                list_changes("disks", &self.disks, &new, disk_line, &mut changes);
                self.disks = new;
            }
            Content::Network(new) => {
                list_changes("network", &self.interfaces, &new, interface_line, &mut changes);
                self.interfaces = new;
            }
            Content::Users(new) => {
                list_changes("users", &self.users, &new, user_line, &mut changes);
                self.users = new;
            }
        }
        changes.into_vec()
    }
}

fn os_changes(old: &OperatingSystem, new: &OperatingSystem, changes: &mut Changes) {
    changes.compare("os.family", &old.family, &new.family);
    changes.compare("os.name", &old.name, &new.name);
    changes.compare("os.version", &old.version, &new.version);
    changes.compare("os.build", &old.build, &new.build);
    changes.compare("os.architecture", &old.architecture, &new.architecture);
    changes.compare("os.host_name", &old.host_name, &new.host_name);
}

fn hardware_changes(old: &Hardware, new: &Hardware, changes: &mut Changes) {
    changes.compare("hardware.cpu_model", &old.cpu_model, &new.cpu_model);
    changes.compare("hardware.cpu_cores", known(old.cpu_cores.into()), known(new.cpu_cores.into()));
    changes.compare(
        "hardware.cpu_threads",
        known(old.cpu_threads.into()),
        known(new.cpu_threads.into()),
    );
    changes.compare("hardware.memory_bytes", known(old.memory_bytes), known(new.memory_bytes));
    changes.compare("hardware.vendor", &old.vendor, &new.vendor);
    changes.compare("hardware.model", &old.model, &new.model);
    changes.compare("hardware.serial", &old.serial, &new.serial);
}

/// A figure as text; 0 is "not known".
fn known(figure: u64) -> String {
    if figure == 0 { String::new() } else { figure.to_string() }
}

/// Notes items that came, went or changed, told apart by the name that `line` gives them.
fn list_changes<T>(
    section: &str,
    old: &[T],
    new: &[T],
    line: fn(&T) -> (&str, String),
    changes: &mut Changes,
) {
    let find = |list: &[T], name: &str| {
        list.iter().map(line).find(|(n, _)| *n == name).map(|(_, text)| text).unwrap_or_default()
    };
    for (name, text) in new.iter().map(line) {
        changes.compare(&format!("{section}.{name}"), find(old, name), text);
    }
    for (name, text) in old.iter().map(line) {
        if !new.iter().any(|item| line(item).0 == name) {
            changes.compare(&format!("{section}.{name}"), text, "");
        }
    }
}

fn disk_line(disk: &Disk) -> (&str, String) {
    let Disk { name, mount_point, file_system, total_bytes, free_percent } = disk;
    (mount_point, format!("{name} {file_system} {total_bytes} bytes, {free_percent} % free"))
}

fn interface_line(interface: &Interface) -> (&str, String) {
    let text = format!("{} {}", interface.mac, interface.addresses.join(" "));
    (&interface.name, text.trim().to_owned())
}

/// From where somebody is logged in; never empty, or they would not be told from somebody absent.
fn user_line(user: &LoggedInUser) -> (&str, String) {
    let from = match (user.local, user.remote) {
        (true, true) => "local, remote",
        (false, true) => "remote",
        (_, false) => "local",
    };
    (&user.name, from.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn os(build: &str) -> OperatingSystem {
        OperatingSystem { name: "Debian".into(), build: build.into(), ..Default::default() }
    }

    fn disk(mount_point: &str, free_percent: u32) -> Disk {
        let name = "/dev/vda1".to_owned();
        Disk { name, mount_point: mount_point.into(), free_percent, ..Default::default() }
    }

    #[test]
    fn only_fields_that_differ_are_changes() {
        let mut inventory = Inventory::default();
        assert_eq!(inventory.apply(Content::Os(os("6.1"))).len(), 2);
        assert_eq!(
            inventory.apply(Content::Os(os("6.2"))),
            [FieldChange::new("os.build", "6.1", "6.2")]
        );
        assert_eq!(inventory.apply(Content::Os(os("6.2"))), []);
        assert_eq!(inventory.apply(Content::Hardware(Hardware::default())), []);
        assert!(inventory.hardware.is_some());
    }

    #[test]
    fn disks_come_change_and_go() {
        let mut inventory = Inventory::default();
        inventory.apply(Content::Disks(vec![disk("/", 40), disk("/home", 50)]));
        let changes = inventory.apply(Content::Disks(vec![disk("/", 35)]));
        let fields: Vec<_> = changes.iter().map(|c| (c.field.as_str(), c.new.is_some())).collect();
        assert_eq!(fields, [("disks./", true), ("disks./home", false)]);
    }

    #[test]
    fn people_come_change_and_go() {
        let user = |name: &str, local, remote| LoggedInUser { name: name.into(), local, remote };
        let mut inventory = Inventory::default();
        let first = vec![user("ana", true, false), user("rui", false, false)];
        assert_eq!(inventory.apply(Content::Users(first)).len(), 2);
        let changes = inventory.apply(Content::Users(vec![user("ana", true, true)]));
        let expected = [
            FieldChange::new("users.ana", "local", "local, remote"),
            FieldChange::new("users.rui", "local", ""),
        ];
        assert_eq!(changes, expected);
    }

    #[test]
    fn only_reported_sections_are_missed() {
        let (mut known, mut reported) = (Digests::default(), Digests::default());
        known.set(SectionKind::Os, [1; 16]);
        reported.set(SectionKind::Os, [1; 16]);
        reported.set(SectionKind::Disks, [2; 16]);
        assert_eq!(known.missing(&reported), [SectionKind::Disks]);
        reported.set(SectionKind::Os, [3; 16]);
        assert_eq!(known.missing(&reported), [SectionKind::Os, SectionKind::Disks]);
    }
}
