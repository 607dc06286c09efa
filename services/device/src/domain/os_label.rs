//! The one line that names an operating system.

use super::inventory::OperatingSystem;

/// Name and edition, then the build in brackets, the major version never twice:
/// "Windows 11 Pro (26100)", "Debian GNU/Linux 12 (bookworm) (6.1.0)". Empty when nothing is known.
#[must_use]
pub fn label(os: &OperatingSystem) -> String {
    let mut label = os.name.trim().to_owned();
    let version = os.version.trim();
    if !version.is_empty() && !says_version(&label, version) {
        if !label.is_empty() {
            label.push(' ');
        }
        label.push_str(version);
    }
    let build = os.build.trim();
    if !build.is_empty() && !label.is_empty() && !contains_word(&label, build) {
        label.push_str(&format!(" ({build})"));
    }
    label
}

/// Whether the name says the version already, by its major number: "Windows 11 Pro" and "11", "Ubuntu
/// 24.04.1 LTS" and "24.04". A name of Windows that has any number says all there is: a server's version
/// is that of the client with the same kernel, and the rest is the build in another form ("10.0.26100").
fn says_version(name: &str, version: &str) -> bool {
    let number = version.split([' ', '(']).next().unwrap_or_default();
    let major = number.split('.').next().unwrap_or_default();
    let says = |part: &str| part == number || part.split('.').next() == Some(major);
    let is_number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let is_said = |part: &str| says(part) || (name.starts_with("Windows") && is_number(part));
    words(name).any(|part| !part.is_empty() && is_said(part))
}

/// Whether `word` stands in `text` between spaces, brackets or dashes.
fn contains_word(text: &str, word: &str) -> bool {
    !word.is_empty() && words(text).any(|part| part == word)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', '(', ')', ',', '-'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_systems() {
        // Name, version, build, label.
        let table = [
            ("Windows 11 Pro", "11", "26100", "Windows 11 Pro (26100)"),
            ("Windows 11 Pro", "11 (26100)", "26100", "Windows 11 Pro (26100)"),
            ("Windows 11 Pro", "10.0.26100", "26100", "Windows 11 Pro (26100)"),
            (
                "Windows 11 Home Single Language",
                "11",
                "22631",
                "Windows 11 Home Single Language (22631)",
            ),
            ("Windows 10 Pro", "10", "19045", "Windows 10 Pro (19045)"),
            (
                "Windows 10 Enterprise LTSC",
                "10.0.17763",
                "17763",
                "Windows 10 Enterprise LTSC (17763)",
            ),
            (
                "Windows Server 2022 Standard",
                "2022",
                "20348",
                "Windows Server 2022 Standard (20348)",
            ),
            (
                "Windows Server 2019 Datacenter",
                "10.0.17763",
                "17763",
                "Windows Server 2019 Datacenter (17763)",
            ),
            // Windows 11 and its server have one kernel, and so had 10 and those of 2016 to 2022.
            (
                "Windows Server 2025 Standard",
                "11 (26100)",
                "26100",
                "Windows Server 2025 Standard (26100)",
            ),
            (
                "Windows Server 2022 Datacenter",
                "10 (20348)",
                "20348",
                "Windows Server 2022 Datacenter (20348)",
            ),
            (
                "Windows Server 2012 R2 Standard",
                "6.3.9600",
                "9600",
                "Windows Server 2012 R2 Standard (9600)",
            ),
            ("Windows 10 Pro", "22H2", "19045", "Windows 10 Pro (19045)"),
            (
                "Windows 11 Pro for Workstations",
                "11 (26200)",
                "26200",
                "Windows 11 Pro for Workstations (26200)",
            ),
            ("Windows", "11 (26100)", "26100", "Windows 11 (26100)"),
            ("Debian GNU/Linux", "12", "6.1.0-18-amd64", "Debian GNU/Linux 12 (6.1.0-18-amd64)"),
            (
                "Debian GNU/Linux",
                "12 (bookworm)",
                "6.1.0",
                "Debian GNU/Linux 12 (bookworm) (6.1.0)",
            ),
            ("Debian GNU/Linux 12", "12", "6.1.0", "Debian GNU/Linux 12 (6.1.0)"),
            ("Ubuntu", "24.04", "6.8.0-31-generic", "Ubuntu 24.04 (6.8.0-31-generic)"),
            (
                "Debian GNU/Linux",
                "13 (trixie)",
                "6.12.43+deb13-amd64",
                "Debian GNU/Linux 13 (trixie) (6.12.43+deb13-amd64)",
            ),
            (
                "Ubuntu",
                "24.04.1 LTS (Noble Numbat)",
                "6.8.0-45-generic",
                "Ubuntu 24.04.1 LTS (Noble Numbat) (6.8.0-45-generic)",
            ),
            ("Ubuntu 24.04 LTS", "24.04", "6.8.0", "Ubuntu 24.04 LTS (6.8.0)"),
            ("Ubuntu 24.04.1 LTS", "24.04", "6.8.0", "Ubuntu 24.04.1 LTS (6.8.0)"),
            ("Fedora Linux 41", "41", "6.11.4", "Fedora Linux 41 (6.11.4)"),
            (
                "Fedora Linux",
                "41 (Workstation Edition)",
                "6.11.4",
                "Fedora Linux 41 (Workstation Edition) (6.11.4)",
            ),
            ("Arch Linux", "", "6.12.1-arch1-1", "Arch Linux (6.12.1-arch1-1)"),
            ("macOS", "15.1", "24B83", "macOS 15.1 (24B83)"),
            ("macOS Sequoia 15.1", "15.1", "24B83", "macOS Sequoia 15.1 (24B83)"),
            ("macOS 15", "15.1", "24B83", "macOS 15 (24B83)"),
            ("Darwin", "13.6.7", "22.6.0", "Darwin 13.6.7 (22.6.0)"),
            ("Linux", "", "", "Linux"),
            ("", "", "6.1.0", ""),
        ];
        for (name, version, build, expected) in table {
            let os = OperatingSystem {
                name: name.into(),
                version: version.into(),
                build: build.into(),
                ..OperatingSystem::default()
            };
            assert_eq!(label(&os), expected, "{name} / {version} / {build}");
        }
    }
}
