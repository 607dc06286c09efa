//! The same for inventories.

use chamados_proto::device::v1::{self as pb, section::Content as Wire};

use super::{digest, text};
use crate::domain::inventory::{
    Content, Disk, Hardware, Interface, Inventory, LoggedInUser, OperatingSystem, Section,
    SectionKind,
};

/// Most disks, interfaces, or addresses of one that are kept.
const LIST: usize = 64;
/// Longest text of an inventory that is kept, in characters.
const TEXT: usize = 255;

// --- streams

/// None when content and kind do not go together.
pub(in crate::api) fn sections(message: pb::Sections) -> Option<Vec<Section>> {
    message
        .sections
        .into_iter()
        .filter(|section| kind_of(section.kind()).is_some())
        .map(|section| {
            let (kind, digest) = (kind_of(section.kind())?, digest(&section.digest)?);
            let section = Section { digest, content: content(section.content?) };
            (section.kind() == kind).then_some(section)
        })
        .collect()
}

pub(in crate::api) fn section_kind(kind: SectionKind) -> i32 {
    let kind = match kind {
        SectionKind::Os => pb::SectionKind::Os,
        SectionKind::Hardware => pb::SectionKind::Hardware,
        SectionKind::Disks => pb::SectionKind::Disks,
        SectionKind::Network => pb::SectionKind::Network,
        SectionKind::Users => pb::SectionKind::Users,
    };
    kind.into()
}

pub(super) const fn kind_of(kind: pb::SectionKind) -> Option<SectionKind> {
    match kind {
        pb::SectionKind::Os => Some(SectionKind::Os),
        pb::SectionKind::Hardware => Some(SectionKind::Hardware),
        pb::SectionKind::Disks => Some(SectionKind::Disks),
        pb::SectionKind::Network => Some(SectionKind::Network),
        pb::SectionKind::Users => Some(SectionKind::Users),
        pb::SectionKind::Unspecified => None,
    }
}

fn content(content: Wire) -> Content {
    let short = |value: String| text(&value, TEXT);
    match content {
        Wire::Os(os) => Content::Os(OperatingSystem {
            family: short(os.family),
            name: short(os.name),
            version: short(os.version),
            build: short(os.build),
            architecture: short(os.architecture),
            host_name: short(os.host_name),
        }),
        Wire::Hardware(hardware) => Content::Hardware(Hardware {
            cpu_model: short(hardware.cpu_model),
            cpu_cores: hardware.cpu_cores,
            cpu_threads: hardware.cpu_threads,
            memory_bytes: hardware.memory_bytes,
            vendor: short(hardware.vendor),
            model: short(hardware.model),
            serial: short(hardware.serial),
        }),
        Wire::Disks(list) => Content::Disks(list.disks.into_iter().take(LIST).map(disk).collect()),
        Wire::Network(list) => {
            Content::Network(list.interfaces.into_iter().take(LIST).map(interface).collect())
        }
        Wire::Users(list) => {
            Content::Users(list.users.into_iter().take(LIST).map(logged_in_user).collect())
        }
    }
}

fn disk(disk: pb::Disk) -> Disk {
    Disk {
        name: text(&disk.name, TEXT),
        mount_point: text(&disk.mount_point, TEXT),
        file_system: text(&disk.file_system, TEXT),
        total_bytes: disk.total_bytes,
        free_percent: disk.free_percent.min(100),
    }
}

fn interface(interface: pb::NetworkInterface) -> Interface {
    Interface {
        name: text(&interface.name, TEXT),
        mac: text(&interface.mac, TEXT),
        addresses: interface.addresses.iter().take(LIST).map(|a| text(a, TEXT)).collect(),
    }
}

fn logged_in_user(user: pb::LoggedInUser) -> LoggedInUser {
    LoggedInUser { name: text(&user.name, TEXT), local: user.local, remote: user.remote }
}

// --- answers

pub(super) fn message(inventory: Inventory) -> pb::Inventory {
    let Inventory { os, hardware, disks, interfaces, users } = inventory;
    pb::Inventory {
        os: os.map(os_message),
        hardware: hardware.map(hardware_message),
        disks: disks.into_iter().map(disk_message).collect(),
        interfaces: interfaces.into_iter().map(interface_message).collect(),
        users: users.into_iter().map(logged_in_user_message).collect(),
    }
}

fn os_message(os: OperatingSystem) -> pb::OperatingSystem {
    let OperatingSystem { family, name, version, build, architecture, host_name } = os;
    pb::OperatingSystem { family, name, version, build, architecture, host_name }
}

fn hardware_message(hardware: Hardware) -> pb::Hardware {
    let Hardware { cpu_model, cpu_cores, cpu_threads, memory_bytes, vendor, model, serial } =
        hardware;
    pb::Hardware { cpu_model, cpu_cores, cpu_threads, memory_bytes, vendor, model, serial }
}

fn disk_message(disk: Disk) -> pb::Disk {
    let Disk { name, mount_point, file_system, total_bytes, free_percent } = disk;
    pb::Disk { name, mount_point, file_system, total_bytes, free_percent }
}

fn logged_in_user_message(user: LoggedInUser) -> pb::LoggedInUser {
    let LoggedInUser { name, local, remote } = user;
    pb::LoggedInUser { name, local, remote }
}

fn interface_message(interface: Interface) -> pb::NetworkInterface {
    let Interface { name, mac, addresses } = interface;
    pb::NetworkInterface { name, mac, addresses }
}
