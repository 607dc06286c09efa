//! Mounted file systems that hold data.

use chamados_proto::device::v1::{Disk, Disks};
use sysinfo::DiskRefreshKind;

use super::{LIST_LIMIT, text};

/// File systems without a disk behind them, beyond those that `sysinfo` passes over itself.
/// Network file systems are the server's disks, and asking a dead server hangs.
const PSEUDO: [&str; 24] = [
    "9p",
    "autofs",
    "binfmt_misc",
    "bpf",
    "cifs",
    "configfs",
    "debugfs",
    "devfs",
    "efivarfs",
    "fuse.portal",
    "fuse.snapfuse",
    "fusectl",
    "iso9660",
    "nfs",
    "nfs4",
    "nsfs",
    "overlay",
    "ramfs",
    "securityfs",
    "smb3",
    "smbfs",
    "squashfs",
    "tmpfs",
    "tracefs",
];

/// Free space is told in steps of so many percent, so that ordinary work changes nothing.
const FREE_STEP: u64 = 5;

pub(super) fn collect() -> Disks {
    let wanted = DiskRefreshKind::nothing().with_storage();
    let found = sysinfo::Disks::new_with_refreshed_list_specifics(wanted);
    let mounts = found.iter().flat_map(|disks| disks.iter()).map(|disk| Mount {
        device: disk.name().to_string_lossy().into_owned(),
        path: disk.mount_point().to_string_lossy().into_owned(),
        file_system: disk.file_system().to_string_lossy().into_owned(),
        total: disk.total_space(),
        available: disk.available_space(),
    });
    Disks { disks: select(mounts.collect()) }
}

/// One mount as the system lists it.
#[derive(Debug, Clone)]
struct Mount {
    device: String,
    path: String,
    file_system: String,
    /// Bytes.
    total: u64,
    /// Bytes.
    available: u64,
}

/// One entry for each real file system, at its shortest mount point: bind mounts, subvolumes and
/// the private mounts of a service's sandbox repeat the device.
fn select(mut mounts: Vec<Mount>) -> Vec<Disk> {
    mounts.retain(|mount| mount.total > 0 && !PSEUDO.contains(&mount.file_system.as_str()));
    mounts.sort_by(|a, b| {
        let key = |m: &Mount| (m.device.clone(), m.path.len(), m.path.clone());
        key(a).cmp(&key(b))
    });
    mounts.dedup_by(|later, earlier| {
        // Windows names no device; there each drive letter is a file system.
        !later.device.is_empty() && later.device == earlier.device
    });
    let mut disks: Vec<Disk> = mounts
        .into_iter()
        .map(|mount| Disk {
            name: text(&mount.device),
            mount_point: text(&mount.path),
            file_system: text(&mount.file_system),
            total_bytes: mount.total,
            free_percent: free_percent(mount.available, mount.total),
        })
        .collect();
    disks.sort_by(|a, b| (&a.mount_point, &a.name).cmp(&(&b.mount_point, &b.name)));
    disks.truncate(LIST_LIMIT);
    disks
}

/// Free space in percent, rounded down to a step.
fn free_percent(available: u64, total: u64) -> u32 {
    let percent = u128::from(available.min(total)) * 100 / u128::from(total.max(1));
    let step = u128::from(FREE_STEP);
    u32::try_from(percent / step * step).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mount(device: &str, path: &str, file_system: &str) -> Mount {
        Mount {
            device: device.into(),
            path: path.into(),
            file_system: file_system.into(),
            total: 1000,
            available: 499,
        }
    }

    #[test]
    fn real_file_systems_once_and_in_order() {
        let found = select(vec![
            mount("/dev/sdb1", "/srv", "xfs"),
            mount("/dev/sda1", "/var/lib/chamados-agent", "ext4"),
            mount("/dev/sda1", "/", "ext4"),
            mount("overlay", "/var/lib/docker/overlay2/x/merged", "overlay"),
            mount("tmpfs", "/tmp", "tmpfs"),
            mount("server:/home", "/home", "nfs4"),
            Mount { total: 0, ..mount("/dev/sr0", "/media/cdrom", "udf") },
        ]);
        let paths: Vec<_> = found.iter().map(|d| (&*d.name, &*d.mount_point)).collect();
        assert_eq!(paths, [("/dev/sda1", "/"), ("/dev/sdb1", "/srv")]);
        assert_eq!(found[0].free_percent, 45);
    }

    #[test]
    fn drives_without_device_names_stay_apart() {
        let found = select(vec![mount("", "D:\\", "NTFS"), mount("", "C:\\", "NTFS")]);
        let paths: Vec<_> = found.iter().map(|d| d.mount_point.as_str()).collect();
        assert_eq!(paths, ["C:\\", "D:\\"]);
    }

    #[test]
    fn free_space_in_steps() {
        let cases = [
            (0, 100, 0),
            (4, 100, 0),
            (5, 100, 5),
            (99, 100, 95),
            (100, 100, 100),
            (200, 100, 100),
            (1, 0, 0),
            (u64::MAX / 2, u64::MAX, 45),
        ];
        for (available, total, percent) in cases {
            assert_eq!(free_percent(available, total), percent, "{available} of {total}");
        }
    }
}
