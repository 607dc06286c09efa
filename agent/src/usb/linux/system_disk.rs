//! Whether the system itself runs from USB storage, as small computers do. A policy would then lock
//! the computer out of its own disk at the next start.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where systems keep what they cannot do without.
const PLACES: [&str; 9] =
    ["/", "/boot", "/boot/efi", "/boot/firmware", "/efi", "/usr", "/var", "/home", "/opt"];
/// Disks of disks (encryption, volumes, arrays) are nested no deeper.
const DEEPEST: u32 = 8;

/// The first such place that is on USB storage.
pub(super) fn on_usb(root: &Path) -> Option<&'static str> {
    let mounts = fs::read_to_string(root.join("proc/self/mountinfo")).ok()?;
    let mounts: Vec<Mount<'_>> = mounts.lines().filter_map(Mount::parse).collect();
    PLACES.into_iter().find(|place| {
        mounts.iter().filter(|mount| mount.place == *place).any(|mount| mount.is_on_usb(root))
    })
}

/// A line of `/proc/self/mountinfo`.
struct Mount<'a> {
    /// `major:minor`; of some file systems it names no disk.
    device: &'a str,
    place: &'a str,
    source: &'a str,
}

impl<'a> Mount<'a> {
    /// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`
    fn parse(line: &'a str) -> Option<Self> {
        let (first, last) = line.split_once(" - ")?;
        let mut first = first.split(' ').skip(2);
        let device = first.next()?;
        let place = first.nth(1)?;
        Some(Self { device, place, source: last.split(' ').nth(1)? })
    }

    fn is_on_usb(&self, root: &Path) -> bool {
        let by_number = root.join("sys/dev/block").join(self.device);
        let by_name = self.source.strip_prefix("/dev/").and_then(|name| {
            // Names such as /dev/mapper/home are links to the disk's own.
            let path = fs::canonicalize(root.join("dev").join(name)).ok()?;
            Some(root.join("sys/class/block").join(path.file_name()?))
        });
        [Some(by_number), by_name].into_iter().flatten().any(|disk| is_usb(&disk, DEEPEST))
    }
}

/// Whether a disk, or one that it is made of, hangs on a USB bus.
fn is_usb(disk: &Path, depth: u32) -> bool {
    let Ok(disk) = fs::canonicalize(disk) else { return false };
    if disk.components().any(|part| part.as_os_str().to_str().is_some_and(is_bus)) {
        return true;
    }
    let Some(depth) = depth.checked_sub(1) else { return false };
    let parts = fs::read_dir(disk.join("slaves")).into_iter().flatten().flatten();
    let parts: Vec<PathBuf> = parts.map(|part| part.path()).collect();
    parts.iter().any(|part| is_usb(part, depth))
}

/// `usb1`, `usb2`, …: a bus in the tree of devices.
fn is_bus(name: &str) -> bool {
    name.strip_prefix("usb").is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::usb::{Policy, Reason, enforce};

    /// A computer with `/` on `device`, which is `disk`.
    fn computer(mount: &str) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        for folder in ["proc/self", "sys/dev/block", "sys/class/block", "dev/mapper"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        for (name, number, place) in [
            ("sda1", "8:1", "pci0000:00/0000:00:17.0/ata1/host0/block/sda/sda1"),
            ("sdb1", "8:17", "pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/block/sdb/sdb1"),
            ("dm-0", "253:0", "virtual/block/dm-0"),
        ] {
            let path = root.join("sys/devices").join(place);
            fs::create_dir_all(&path).unwrap();
            symlink(&path, root.join("sys/class/block").join(name)).unwrap();
            symlink(&path, root.join("sys/dev/block").join(number)).unwrap();
            fs::write(root.join("dev").join(name), "").unwrap();
        }
        let slaves = root.join("sys/devices/virtual/block/dm-0/slaves");
        fs::create_dir_all(&slaves).unwrap();
        symlink(root.join("sys/class/block/sdb1"), slaves.join("sdb1")).unwrap();
        symlink("../dm-0", root.join("dev/mapper/home")).unwrap();
        fs::write(
            root.join("proc/self/mountinfo"),
            format!("22 1 0:20 / /proc rw - proc proc rw\n{mount}\n"),
        )
        .unwrap();
        directory
    }

    #[test]
    fn places_of_the_system_are_told_from_sticks() {
        for (mount, place) in [
            ("24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw", None),
            ("24 1 8:17 / / rw shared:1 - ext4 /dev/sdb1 rw", Some("/")),
            ("24 1 8:17 / /media/ana/STICK rw - vfat /dev/sdb1 rw", None),
            // By number alone, by name alone, and through an encrypted volume.
            ("24 1 8:17 / /boot rw - ext4 /dev/root rw", Some("/boot")),
            ("24 1 0:31 /@ / rw - btrfs /dev/sdb1 rw", Some("/")),
            ("24 1 253:0 / /home rw - ext4 /dev/mapper/home rw", Some("/home")),
            ("24 1 0:31 /@ /home rw - btrfs /dev/mapper/home rw", Some("/home")),
            ("24 1 0:40 / / rw - overlay overlay rw", None),
            ("not a mount", None),
        ] {
            assert_eq!(on_usb(computer(mount).path()), place, "{mount}");
        }
    }

    #[test]
    fn a_computer_is_not_locked_out_of_its_own_disk() {
        let computer = computer("24 1 8:17 / / rw shared:1 - ext4 /dev/sdb1 rw");
        for policy in [Policy::ReadOnly, Policy::Block] {
            let failure = enforce(computer.path(), policy).unwrap_err();
            assert_eq!(failure.reason, Reason::SystemDisk);
            assert!(!computer.path().join("etc").exists(), "nothing was written");
        }
        enforce(computer.path(), Policy::Allow).unwrap();
    }

    #[test]
    fn a_bus_is_known_by_its_name() {
        for (name, is) in [("usb2", true), ("usb", false), ("usbmon0", false), ("sdb", false)] {
            assert_eq!(is_bus(name), is, "{name}");
        }
    }
}
