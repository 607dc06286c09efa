//! The package is built from the agent that the tests use, looked at with Debian's own tools, and installed.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Command, Output},
};

use flate2::Compression;
use nix::unistd::geteuid;
use tempfile::TempDir;

use super::*;

/// Where cargo has put the programs that belong to this test.
fn programs() -> PathBuf {
    let folder = env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned();
    let agent = folder.join("chamados-agent");
    assert!(agent.is_file(), "no {}: test the whole workspace, which builds it", agent.display());
    folder
}

/// The package, in a folder of its own.
fn package() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let package = agent(&programs(), folder.path(), 1_700_000_000, Compression::fast()).unwrap();
    (folder, package)
}

/// What a command prints when it succeeds.
fn done(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let said = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{command:?}: {status}\n{said}");
    String::from_utf8(stdout).unwrap()
}

#[test]
fn debian_reads_the_package() {
    let (folder, package) = package();
    assert!(package.to_str().unwrap().contains(&format!("chamados-agent_{VERSION}_")));
    let again = folder.path().join("again");
    fs::create_dir(&again).unwrap();
    let again = agent(&programs(), &again, 1_700_000_000, Compression::fast()).unwrap();
    assert_eq!(fs::read(&package).unwrap(), fs::read(again).unwrap(), "the same bytes each time");

    let info = done(Command::new("dpkg-deb").arg("--info").arg(&package));
    for line in ["Package: chamados-agent", &format!("Version: {VERSION}"), "Section: admin"] {
        assert!(info.lines().any(|each| each.trim() == line), "{line} in\n{info}");
    }
    assert!(!info.contains('{'), "everything is filled in:\n{info}");
    assert!(info.contains("libc6 (>= 2."), "{info}");
    let contents = done(Command::new("dpkg-deb").arg("--contents").arg(&package));
    for line in [
        "-rwxr-xr-x root/root .* ./usr/bin/chamados-agent",
        "-rw-r--r-- root/root .* ./usr/lib/systemd/system/chamados-agent.service",
        "-rw-r--r-- root/root .* ./etc/default/chamados-agent",
        "drwx------ root/root .* ./var/lib/chamados-agent/",
        "drwxr-xr-x root/root .* ./usr/",
    ] {
        let (begin, end) = line.split_once(" .* ").unwrap();
        let there = contents.lines().any(|each| each.starts_with(begin) && each.ends_with(end));
        assert!(there, "{line} in\n{contents}");
    }
}

/// A system of nothing but the package, below a folder. As root dpkg does it all; others only unpack.
struct System {
    root: TempDir,
}

impl System {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["info", "updates", "triggers"] {
            fs::create_dir_all(root.path().join("var/lib/dpkg").join(folder)).unwrap();
        }
        fs::write(root.path().join("var/lib/dpkg/status"), "").unwrap();
        Self { root }
    }

    fn dpkg(&self, arguments: &[&str]) -> String {
        // The scripts run outside, on the folder that they are told.
        let mut dpkg = Command::new("dpkg");
        dpkg.arg("--root").arg(self.root.path()).args([
            "--force-depends",
            "--force-script-chrootless",
            "--log=/dev/null",
        ]);
        done(dpkg.args(arguments))
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    /// Also of a link that leads out of the folder.
    fn has(&self, path: &str) -> bool {
        self.path(path).symlink_metadata().is_ok()
    }
}

#[test]
fn it_is_installed_removed_and_purged() {
    const PROGRAM: &str = "usr/bin/chamados-agent";
    const ENABLED: &str = "etc/systemd/system/multi-user.target.wants/chamados-agent.service";
    const CREDENTIALS: &str = "var/lib/chamados-agent/credentials.json";
    const SETTINGS: &str = "etc/default/chamados-agent";
    const RULES: &str = "etc/udev/rules.d/90-chamados-usb.rules";
    let (_folder, package) = package();
    let package = package.to_str().unwrap();
    let system = System::new();
    if !geteuid().is_root() {
        done(Command::new("dpkg-deb").arg("--extract").arg(package).arg(system.root.path()));
        assert!(done(Command::new(system.path(PROGRAM)).arg("--version")).contains(VERSION));
        return;
    }
    system.dpkg(&["--install", package]);
    assert!(done(Command::new(system.path(PROGRAM)).arg("--version")).contains(VERSION));
    assert!(system.has(ENABLED), "it starts with the system");
    let state = fs::metadata(system.path("var/lib/chamados-agent")).unwrap();
    assert_eq!(state.permissions().mode() & 0o777, 0o700);
    let unit = fs::read_to_string(system.path("usr/lib/systemd/system/chamados-agent.service"));
    let unit = unit.unwrap();
    for line in [
        "ConditionPathExists=/var/lib/chamados-agent/credentials.json",
        "EnvironmentFile=-/etc/default/chamados-agent",
        "ExecStart=/usr/bin/chamados-agent run --log-format json --state-dir /var/lib/chamados-agent",
    ] {
        assert!(unit.lines().any(|each| each == line), "{line} in\n{unit}");
    }

    fs::write(system.path(CREDENTIALS), "{}").unwrap();
    fs::write(system.path(SETTINGS), "RUST_LOG=debug\n").unwrap();
    fs::write(system.path(RULES), "").unwrap();
    // Over itself, as an upgrade is.
    system.dpkg(&["--install", package]);
    let settings = fs::read_to_string(system.path(SETTINGS)).unwrap();
    assert_eq!(settings, "RUST_LOG=debug\n", "an administrator's change stays");

    system.dpkg(&["--remove", "chamados-agent"]);
    assert!(!system.has(PROGRAM) && !system.has(RULES), "nobody would be left to lift a policy");
    assert!(
        system.has(CREDENTIALS) && system.has(SETTINGS),
        "it is the same device when it returns"
    );
    system.dpkg(&["--purge", "chamados-agent"]);
    for gone in [CREDENTIALS, "var/lib/chamados-agent", SETTINGS, ENABLED] {
        assert!(!system.has(gone), "{gone}");
    }
}
