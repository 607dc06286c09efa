//! The operating system.

use std::{fs, path::Path};

use chamados_proto::device::v1::OperatingSystem;
use sysinfo::System;

use super::text;

/// Reads `etc/os-release`, the kernel's release and the host name below `root`; what is not there
/// comes from `sysinfo`.
pub(super) fn collect(root: &Path) -> OperatingSystem {
    let release = OsRelease::read(root);
    let read = |path: &str| fs::read_to_string(root.join(path)).ok();
    let name = release.name.or_else(product_name);
    let version = release.version.or_else(|| System::os_version().ok());
    let build = read("proc/sys/kernel/osrelease").or_else(|| System::kernel_version().ok());
    let host_name = read("proc/sys/kernel/hostname").or_else(|| System::host_name().ok());
    OperatingSystem {
        family: std::env::consts::OS.to_owned(),
        name: text(name.unwrap_or_default()),
        version: text(version.unwrap_or_default()),
        build: text(build.unwrap_or_default()),
        architecture: std::env::consts::ARCH.to_owned(),
        host_name: text(host_name.unwrap_or_default()),
    }
}

/// The product and its edition: Windows says both only here, and elsewhere this is a sentence.
fn product_name() -> Option<String> {
    let edition = if cfg!(windows) { System::long_os_version().ok() } else { None };
    edition.or_else(|| System::name().ok())
}

/// What `os-release(5)` says of the product.
#[derive(Debug, Default, PartialEq, Eq)]
struct OsRelease {
    name: Option<String>,
    version: Option<String>,
}

impl OsRelease {
    fn read(root: &Path) -> Self {
        ["etc/os-release", "usr/lib/os-release"]
            .iter()
            .find_map(|path| fs::read_to_string(root.join(path)).ok())
            .map(|text| Self::parse(&text))
            .unwrap_or_default()
    }

    fn parse(text: &str) -> Self {
        // As in a shell, the last assignment wins.
        let value = |key: &str| {
            let assigned =
                |line: &str| line.trim().strip_prefix(key)?.strip_prefix('=').map(unquote);
            text.lines().rev().find_map(assigned).filter(|value| !value.is_empty())
        };
        Self { name: value("NAME"), version: value("VERSION").or_else(|| value("VERSION_ID")) }
    }
}

/// The value of a shell assignment without its quotes and backslashes.
fn unquote(value: &str) -> String {
    let value = value.trim();
    let inner = ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(value);
    let mut plain = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        plain.extend(if c == '\\' { characters.next() } else { Some(c) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn os_release_files() {
        let cases: [(&str, Option<&str>, Option<&str>); 6] = [
            (
                "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\nVERSION_CODENAME=bookworm\nID=debian\n",
                Some("Debian GNU/Linux"),
                Some("12 (bookworm)"),
            ),
            ("NAME=Arch\nVERSION_ID=\n", Some("Arch"), None),
            ("NAME='Alpine Linux'\nVERSION_ID=3.20.1\n", Some("Alpine Linux"), Some("3.20.1")),
            ("NAME=\"A \\\"B\\\" \\$C\"\n", Some("A \"B\" $C"), None),
            ("# NAME=no\nNAME_X=no\n", None, None),
            ("", None, None),
        ];
        for (text, name, version) in cases {
            let found = OsRelease::parse(text);
            assert_eq!(
                (found.name.as_deref(), found.version.as_deref()),
                (name, version),
                "{text}"
            );
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn files_below_the_root_win() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("etc")).unwrap();
        fs::create_dir_all(root.path().join("proc/sys/kernel")).unwrap();
        fs::write(root.path().join("etc/os-release"), "NAME=Test\nVERSION=7\n").unwrap();
        fs::write(root.path().join("proc/sys/kernel/hostname"), "atlas\n").unwrap();
        fs::write(root.path().join("proc/sys/kernel/osrelease"), "6.1.0-1\n").unwrap();
        let os = collect(root.path());
        let found = (os.family.as_str(), os.name.as_str(), os.version.as_str(), os.build.as_str());
        assert_eq!(found, ("linux", "Test", "7", "6.1.0-1"));
        assert_eq!(os.host_name, "atlas");
    }
}
