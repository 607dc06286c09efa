//! The systemd unit: its text, and putting it into place.

use std::{fs, io, path::Path, process::Command};

use super::{Installed, NAME};
use crate::{Error, Result, error::ENROLL_AGAIN};

const DIRECTORY: &str = "/etc/systemd/system";
/// Where rules for USB storage are; most systems have both.
const RULES: [&str; 2] = ["/etc/udev/rules.d", "/etc/modprobe.d"];
/// There when systemd runs the system (`sd_booted(3)`).
const BOOTED: &str = "/run/systemd/system";

/// The text of the unit.
///
/// It runs as root and not as a `DynamicUser`, because the firmware's UUID and serials, by which a
/// device is known again, are readable by root only, and rules for USB storage are root's. It is a
/// root without capabilities that can write to its state directory, to the folders of those rules,
/// to what tells udev to look at devices again, and nowhere else.
///
/// # Errors
/// [`Error::Install`] for a path that a unit cannot carry.
pub fn unit(executable: &Path, state_dir: &Path) -> Result<String> {
    let executable = quote(executable)?;
    // A condition takes the rest of its line, so nothing is quoted in it.
    let credentials = state_dir.join("credentials.json").display().to_string().replace('%', "%%");
    let state_dir = quote(state_dir)?;
    Ok(format!(
        "\
[Unit]
Description=Chamados device agent
Wants=network-online.target
After=network-online.target
# Not enrolled: nothing to do, which is no failure. After `enroll` it is started by hand, or at the next start.
ConditionPathExists={credentials}
# Never given up.
StartLimitIntervalSec=0

[Service]
Type=exec
# Variables, where a package or an administrator has put any.
EnvironmentFile=-/etc/default/chamados-agent
ExecStart={executable} run --log-format json --state-dir {state_dir}
Restart=always
# Longer and longer from systemd 254 on; older ones ignore the next two lines.
RestartSec=5s
RestartSteps=8
RestartMaxDelaySec=15min
# Not enrolled, or no longer: only a person can help.
RestartPreventExitStatus={ENROLL_AGAIN}
TimeoutStopSec=10s
MemoryMax=64M
TasksMax=64

# Root, because only root may read the firmware's UUID and serials; without its powers.
User=root
CapabilityBoundingSet=
NoNewPrivileges=yes
UMask=0077
ProtectSystem=strict
ReadWritePaths={state_dir}
# Rules for USB storage, and asking udev to obey them for what is plugged in.
ReadWritePaths=-/etc/udev/rules.d -/etc/modprobe.d -/sys/devices
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"
    ))
}

pub(super) fn install(executable: &Path, state_dir: &Path) -> Result<Installed> {
    let text = unit(executable, state_dir)?;
    let path = Path::new(DIRECTORY).join(format!("{NAME}.service"));
    fs::create_dir_all(DIRECTORY).map_err(Error::file("create", DIRECTORY))?;
    fs::write(&path, text).map_err(Error::file("write", &path))?;
    // The sandbox needs the directory it may write to.
    crate::platform::create_private_dir(state_dir).map_err(Error::file("create", state_dir))?;
    for folder in RULES {
        fs::create_dir_all(folder).map_err(Error::file("create", folder))?;
    }
    let active = is_booted();
    if active {
        systemctl(&["daemon-reload"])?;
        systemctl(&["enable", NAME])?;
        systemctl(&["restart", NAME])?;
    }
    Ok(Installed { path, active })
}

pub(super) fn uninstall() -> Result<Option<Installed>> {
    let path = Path::new(DIRECTORY).join(format!("{NAME}.service"));
    if !path.exists() {
        return Ok(None);
    }
    let active = is_booted();
    if active {
        systemctl(&["disable", "--now", NAME])?;
    }
    match fs::remove_file(&path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => {
            return Err(Error::file("remove", &path)(e));
        }
        _ => {}
    }
    if active {
        systemctl(&["daemon-reload"])?;
    }
    Ok(Some(Installed { path, active }))
}

fn is_booted() -> bool {
    Path::new(BOOTED).is_dir()
}

fn systemctl(arguments: &[&str]) -> Result<()> {
    let line = format!("systemctl {}", arguments.join(" "));
    match Command::new("systemctl").arg("--quiet").args(arguments).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Error::Install(format!("`{line}` failed ({status}): see its message"))),
        Err(error) => Err(Error::Install(format!("`{line}` cannot be run: {error}"))),
    }
}

/// A path as one word of a unit file.
fn quote(path: &Path) -> Result<String> {
    let refuse = |why| Error::Install(format!("{} {why}: use another path", path.display()));
    let text = path.to_str().ok_or_else(|| refuse("is not UTF-8"))?;
    if !text.starts_with('/') {
        return Err(refuse("is not absolute"));
    }
    if text.chars().any(char::is_control) {
        return Err(refuse("has control characters"));
    }
    // `%` begins a specifier and `$` a variable; both are doubled to stand for themselves.
    let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%");
    let text = text.replace('$', "$$");
    Ok(if text.contains(|c: char| c.is_whitespace() || "\\\"';#".contains(c)) {
        format!("\"{text}\"")
    } else {
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_one_word() {
        let cases = [
            ("/usr/bin/chamados-agent", Some("/usr/bin/chamados-agent")),
            ("/opt/my agent/run", Some("\"/opt/my agent/run\"")),
            ("/a%b$c", Some("/a%%b$$c")),
            ("/a\"b", Some("\"/a\\\"b\"")),
            ("relative", None),
            ("/a\nExecStartPre=/bin/evil", None),
        ];
        for (path, quoted) in cases {
            assert_eq!(quote(Path::new(path)).ok().as_deref(), quoted, "{path}");
        }
    }

    #[test]
    fn the_unit_restarts_on_all_but_enrolment() {
        let unit = unit(Path::new("/usr/bin/chamados-agent"), Path::new("/var/lib/x")).unwrap();
        for line in [
            "ExecStart=/usr/bin/chamados-agent run --log-format json --state-dir /var/lib/x",
            "Restart=always",
            "RestartPreventExitStatus=78",
            "ReadWritePaths=/var/lib/x",
            "ConditionPathExists=/var/lib/x/credentials.json",
        ] {
            assert!(unit.lines().any(|l| l == line), "{line}");
        }
    }
}
