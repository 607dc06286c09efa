//! Linux: a udev rule, and for `block` a file that keeps the drivers from being loaded.
//!
//! - `block`: interfaces of mass storage are deauthorised (`authorized`, kernel 4.4 and later), also
//!   those plugged in now; `usb-storage` and `uas` are not loaded.
//! - `read_only`: block devices on USB are set read-only before anybody can mount them. What is
//!   mounted already obeys when it is plugged in again.
//! - `allow`: neither file. What was deauthorised works when it is plugged in again.

mod system_disk;

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Failure, Policy, Reason};
use crate::platform;

const RULES: &str = "etc/udev/rules.d/90-chamados-usb.rules";
const MODULES: &str = "etc/modprobe.d/chamados-usb.conf";
/// Where `blockdev` is, by distribution. udev starts it by its whole path only.
const BLOCKDEV: [&str; 3] = ["/usr/sbin/blockdev", "/sbin/blockdev", "/usr/bin/blockdev"];

const HEADER: &str = "# Written by chamados-agent for the USB policy of this device. It is replaced when \
                      the policy changes.\n";
const BLOCK_RULE: &str = "ACTION!=\"remove\", SUBSYSTEM==\"usb\", ENV{DEVTYPE}==\"usb_interface\", \
                          ATTR{bInterfaceClass}==\"08\", ATTR{authorized}=\"0\"\n";
const BLOCK_MODULES: &str = "install usb-storage /bin/false\ninstall uas /bin/false\n";

pub(super) fn enforce(root: &Path, policy: Policy) -> Result<(), Failure> {
    if policy != Policy::Allow
        && let Some(place) = system_disk::on_usb(root)
    {
        let detail = format!("{place} of this computer is on USB storage");
        return Err(Failure::new(Reason::SystemDisk, &detail));
    }
    let (rules, modules) = match policy {
        Policy::Allow => (None, None),
        Policy::ReadOnly => (Some(read_only_rule(root)?), None),
        Policy::Block => (Some(BLOCK_RULE.to_owned()), Some(BLOCK_MODULES)),
    };
    let modules = put(&root.join(MODULES), modules)?;
    let changed = put(&root.join(RULES), rules.as_deref())? || modules;
    if root != Path::new("/") || (policy == Policy::Allow && !changed) {
        return Ok(());
    }
    udevadm(&["control", "--reload", "--timeout=10"])?;
    if changed {
        // What is plugged in already. That it cannot be told of the rule leaves it as it was until
        // it is plugged in again, which is no reason to call the policy failed.
        let now =
            ["trigger", "--action=change", "--subsystem-match=usb", "--subsystem-match=block"];
        if let Err(error) = udevadm(&now) {
            tracing::warn!(%error, "USB storage that is plugged in stays as it is for now");
        }
    }
    Ok(())
}

fn read_only_rule(root: &Path) -> Result<String, Failure> {
    let is_there = |path: &&&str| root.join(path.trim_start_matches('/')).exists();
    let blockdev = match BLOCKDEV.iter().find(is_there) {
        Some(path) => *path,
        None if root != Path::new("/") => BLOCKDEV[0],
        None => {
            let detail = "blockdev is not installed (Debian: util-linux)";
            return Err(Failure::new(Reason::Unsupported, detail));
        }
    };
    Ok(format!(
        "ACTION!=\"remove\", SUBSYSTEM==\"block\", SUBSYSTEMS==\"usb\", RUN+=\"{blockdev} --setro \
         $devnode\"\n"
    ))
}

/// Makes a file say this, or not be there; whether that is another state than it had. Replaced whole,
/// so that the system never reads half a rule.
fn put(path: &Path, content: Option<&str>) -> Result<bool, Failure> {
    let Some(content) = content else { return remove(path) };
    let content = format!("{HEADER}{content}");
    if fs::read(path).is_ok_and(|known| known == content.as_bytes()) {
        return Ok(false);
    }
    write(path, &content).map_err(Failure::file("write", path))?;
    Ok(true)
}

fn remove(path: &Path) -> Result<bool, Failure> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Failure::file("remove", path)(error)),
    }
}

fn write(path: &Path, content: &str) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(directory)?;
    // Neither udev nor modprobe reads a file of this ending.
    let temporary = temporary(path);
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = fs::File::create_new(&temporary)?;
    file.write_all(content.as_bytes())?;
    open_to_readers(&file)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&temporary, path)?;
    platform::sync_dir(directory)
}

fn temporary(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

/// The service's mask would hide the file from everybody but root; there is nothing secret in it.
fn open_to_readers(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

fn udevadm(arguments: &[&str]) -> Result<(), Failure> {
    let line = format!("udevadm {}", arguments.join(" "));
    let fail = |why: &str| Failure::new(Reason::NoUdev, &format!("{line}: {why}"));
    let output = Command::new("udevadm").args(arguments).output();
    let output = output.map_err(|error| fail(&error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(fail(String::from_utf8_lossy(&output.stderr).trim()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn read(root: &Path, path: &str) -> Option<String> {
        fs::read_to_string(root.join(path)).ok()
    }

    #[test]
    fn each_policy_leaves_its_files_and_no_others() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        enforce(root, Policy::Allow).unwrap();
        assert_eq!(fs::read_dir(root).unwrap().count(), 0, "nothing to take away, nothing made");

        enforce(root, Policy::Block).unwrap();
        let rules = read(root, RULES).unwrap();
        assert!(rules.contains("ATTR{authorized}=\"0\"") && rules.contains("==\"08\""), "{rules}");
        let modules = read(root, MODULES).unwrap();
        assert!(modules.contains("install usb-storage /bin/false"), "{modules}");
        let mode = fs::metadata(root.join(RULES)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o644);

        enforce(root, Policy::ReadOnly).unwrap();
        let rules = read(root, RULES).unwrap();
        assert!(rules.contains("/usr/sbin/blockdev --setro $devnode"), "{rules}");
        assert!(!rules.contains("authorized"), "{rules}");
        assert_eq!(read(root, MODULES), None);

        enforce(root, Policy::Allow).unwrap();
        assert_eq!((read(root, RULES), read(root, MODULES)), (None, None));
        for folder in ["etc/udev/rules.d", "etc/modprobe.d"] {
            assert_eq!(fs::read_dir(root.join(folder)).unwrap().count(), 0, "{folder}");
        }
    }

    #[test]
    fn each_rule_is_one_line_that_no_key_breaks() {
        let directory = tempfile::tempdir().unwrap();
        for policy in [Policy::ReadOnly, Policy::Block] {
            enforce(directory.path(), policy).unwrap();
            let rules = read(directory.path(), RULES).unwrap();
            let lines: Vec<_> = rules.lines().filter(|line| !line.starts_with('#')).collect();
            assert_eq!(lines.len(), 1, "{rules}");
            assert!(lines[0].starts_with("ACTION!=\"remove\", "), "{rules}");
            assert_eq!(lines[0].matches('"').count() % 2, 0, "{rules}");
        }
    }

    #[test]
    fn a_file_that_says_so_already_is_not_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x/y.rules");
        assert!(put(&path, Some("a")).unwrap());
        fs::write(temporary(&path), "left by a crash").unwrap();
        assert!(!put(&path, Some("a")).unwrap());
        assert!(put(&path, Some("b")).unwrap(), "and what a crash left is no obstacle");
        assert!(put(&path, None).unwrap());
        assert!(!put(&path, None).unwrap());
    }

    #[test]
    fn failures_say_why() {
        let directory = tempfile::tempdir().unwrap();
        // A file where a folder has to be.
        fs::write(directory.path().join("etc"), "").unwrap();
        let failure = enforce(directory.path(), Policy::Block).unwrap_err();
        assert_eq!(failure.reason, Reason::Other);
        assert!(failure.detail.contains("cannot write"), "{failure}");
        for (kind, reason) in [
            (io::ErrorKind::PermissionDenied, Reason::NoPermission),
            (io::ErrorKind::ReadOnlyFilesystem, Reason::ReadOnlyFileSystem),
            (io::ErrorKind::StorageFull, Reason::Other),
        ] {
            assert_eq!(Failure::file("write", Path::new("/x"))(kind.into()).reason, reason);
        }
    }
}
