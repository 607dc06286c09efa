//! What a computer is, as its agent says.

use chamados_proto::device::v1 as pb;
use serde::Serialize;
use utoipa::ToSchema;

/// What a computer is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Inventory {
    /// Null until reported.
    os: Option<OperatingSystem>,
    /// Null until reported.
    hardware: Option<Hardware>,
    disks: Vec<Disk>,
    interfaces: Vec<NetworkInterface>,
    /// Who was logged in when the agent looked last, by name.
    users: Vec<LoggedInUser>,
}

impl Inventory {
    /// Maker, model and serial number; empty where they are not known.
    pub(super) fn into_machine(self) -> (String, String, String) {
        self.hardware
            .map(|hardware| (hardware.vendor, hardware.model, hardware.serial))
            .unwrap_or_default()
    }
}

/// Operating system.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OperatingSystem {
    /// `linux`, `windows` or `macos`.
    family: String,
    /// Product name.
    name: String,
    /// As the system says it.
    version: String,
    /// Build or kernel.
    build: String,
    /// For example `x86_64`.
    architecture: String,
    host_name: String,
}

/// Processor, memory, board.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Hardware {
    /// Marketing name of the processor.
    cpu_model: String,
    /// Physical cores; 0 when unknown.
    cpu_cores: u32,
    /// Logical processors.
    cpu_threads: u32,
    /// Installed memory in bytes.
    memory_bytes: u64,
    /// Board or system maker; empty when unknown.
    vendor: String,
    /// Empty when unknown.
    model: String,
    /// Empty when unknown.
    serial: String,
}

/// A mounted file system.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Disk {
    /// Device name.
    name: String,
    mount_point: String,
    /// For example `ext4`.
    file_system: String,
    /// Size in bytes.
    total_bytes: u64,
    /// Free space, rounded down to 5 % of the size, in percent.
    free_percent: u32,
}

/// A network interface.
#[derive(Serialize, ToSchema)]
pub(crate) struct NetworkInterface {
    name: String,
    /// "aa:bb:cc:dd:ee:ff".
    mac: String,
    /// With prefix length, for example "192.0.2.7/24".
    addresses: Vec<String>,
}

/// Somebody logged in.
#[derive(Serialize, ToSchema)]
pub(crate) struct LoggedInUser {
    /// Name of the account, as the system has it.
    name: String,
    /// Whether a session of theirs is at the computer itself.
    local: bool,
    /// Whether one comes from elsewhere, for example by SSH.
    remote: bool,
}

impl From<pb::Inventory> for Inventory {
    fn from(inventory: pb::Inventory) -> Self {
        Self {
            os: inventory.os.map(Into::into),
            hardware: inventory.hardware.map(Into::into),
            disks: inventory.disks.into_iter().map(Into::into).collect(),
            interfaces: inventory.interfaces.into_iter().map(Into::into).collect(),
            users: inventory.users.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<pb::OperatingSystem> for OperatingSystem {
    fn from(os: pb::OperatingSystem) -> Self {
        Self {
            family: os.family,
            name: os.name,
            version: os.version,
            build: os.build,
            architecture: os.architecture,
            host_name: os.host_name,
        }
    }
}

impl From<pb::Hardware> for Hardware {
    fn from(hardware: pb::Hardware) -> Self {
        Self {
            cpu_model: hardware.cpu_model,
            cpu_cores: hardware.cpu_cores,
            cpu_threads: hardware.cpu_threads,
            memory_bytes: hardware.memory_bytes,
            vendor: hardware.vendor,
            model: hardware.model,
            serial: hardware.serial,
        }
    }
}

impl From<pb::Disk> for Disk {
    fn from(disk: pb::Disk) -> Self {
        Self {
            name: disk.name,
            mount_point: disk.mount_point,
            file_system: disk.file_system,
            total_bytes: disk.total_bytes,
            free_percent: disk.free_percent,
        }
    }
}

impl From<pb::NetworkInterface> for NetworkInterface {
    fn from(interface: pb::NetworkInterface) -> Self {
        Self { name: interface.name, mac: interface.mac, addresses: interface.addresses }
    }
}

impl From<pb::LoggedInUser> for LoggedInUser {
    fn from(user: pb::LoggedInUser) -> Self {
        Self { name: user.name, local: user.local, remote: user.remote }
    }
}
